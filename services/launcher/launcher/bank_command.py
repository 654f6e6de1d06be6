"""`childsupport bank`: what the bank sends back, brought to a running platform."""

from pathlib import Path
from typing import Annotated

import typer

from launcher.told import told

bank_app = typer.Typer(
    no_args_is_help=True,
    help="What the bank says of payments that went out.",
)

UP = Path("var") / "up"
FileArgument = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, metavar="FILE", help="The file as the bank sent it."
    ),
]
DataOption = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="Folder of the `childsupport up` to ask.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@bank_app.command("returns")
def returns(file: FileArgument, *, data: DataOption = UP, as_json: JsonOption = False) -> None:
    """Take a Nacha file of returned payments and notifications of change; safe to repeat.

    What it returns is booked back and goes out with the next run, by another way.
    """
    from launcher import bank_pages as pages
    from launcher.console import channels

    with told("payments"), channels(data, "payments") as (payments,):
        pages.take_returns(payments, file.read_bytes(), as_json=as_json)


@bank_app.command("paid")
def paid(file: FileArgument, *, data: DataOption = UP, as_json: JsonOption = False) -> None:
    """Take the bank's list of checks that it paid; safe to repeat.

    CSV with the columns check_number,amount_cents,paid_on
    """
    from launcher import bank_pages as pages
    from launcher.console import channels

    with told("payments"), channels(data, "payments") as (payments,):
        pages.take_paid(payments, file.read_bytes(), as_json=as_json)


@bank_app.command("unmatched")
def unmatched(*, data: DataOption = UP, as_json: JsonOption = False) -> None:
    """List what the bank sent and that fits no payment, each with why."""
    from launcher import bank_pages as pages
    from launcher.console import channels

    with told("payments"), channels(data, "payments") as (payments,):
        pages.show_unmatched(payments, as_json=as_json)
