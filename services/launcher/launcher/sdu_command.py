"""`childsupport sdu`: the reports of the disbursement unit."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from launcher.told import told

sdu_app = typer.Typer(no_args_is_help=True, help="The reports of the disbursement unit.")

FINDINGS = 1
"""The exit code when something does not add up."""
DATE_FORMATS = ["%Y-%m-%d"]
UP = Path("var") / "up"
FirstArgument = Annotated[
    datetime, typer.Argument(formats=DATE_FORMATS, metavar="FROM", help="The first day.")
]
LastArgument = Annotated[
    datetime, typer.Argument(formats=DATE_FORMATS, metavar="TO", help="The last day.")
]
DataOption = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="Folder of the `childsupport up` to ask.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@sdu_app.command("timeliness")
def timeliness(
    first: FirstArgument,
    last: LastArgument,
    *,
    late: Annotated[bool, typer.Option("--late", help="List what went out late.")] = False,
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Print what share of the money went out in time (2 business days, and the exceptions).

    For example: childsupport sdu timeliness 2026-03-01 2026-03-31 --late
    """
    from launcher import sdu_pages as pages
    from launcher.console import channels

    with told("payments"), channels(data, "payments") as (payments,):
        pages.show_timeliness(payments, first.date(), last.date(), late=late, as_json=as_json)


@sdu_app.command("undistributed")
def undistributed(
    *,
    older: Annotated[
        int | None, typer.Option(metavar="DAYS", help="List the receipts this old or older.", min=0)
    ] = None,
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Print collections that are not sent out, by reason and age."""
    from launcher import sdu_pages as pages
    from launcher.console import channels

    with told("payments"), channels(data, "payments") as (payments,):
        held = pages.show_undistributed(payments, older, as_json=as_json)
    if not held:
        raise typer.Exit(FINDINGS)


@sdu_app.command("ocse-34")
def ocse_34(
    day: Annotated[
        datetime, typer.Argument(formats=DATE_FORMATS, metavar="DATE", help="A day of the quarter.")
    ],
    *,
    line: Annotated[str, typer.Option(help="List what is behind this line, for example 2e.")] = "",
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Print the quarterly report of collections, as far as the ledger can tell it.

    For example: childsupport sdu ocse-34 2026-03-31 --line 2e
    """
    from launcher import sdu_pages as pages
    from launcher.console import channels

    with told("payments"), channels(data, "payments") as (payments,):
        held = pages.show_quarter(payments, day.date(), line, as_json=as_json)
    if not held:
        raise typer.Exit(FINDINGS)


@sdu_app.command("bank")
def bank(
    first: FirstArgument,
    last: LastArgument,
    *,
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Print what the bank says of each day, what the books say, and what is off.

    Ends with 1 when something is off.
    """
    from launcher import sdu_pages as pages
    from launcher.console import channels

    with told("payments"), channels(data, "payments") as (payments,):
        held = pages.show_bank(payments, first.date(), last.date(), as_json=as_json)
    if not held:
        raise typer.Exit(FINDINGS)


@sdu_app.command("record-bank")
def record_bank(
    day: Annotated[
        datetime,
        typer.Argument(formats=DATE_FORMATS, metavar="DATE", help="The day of the totals."),
    ],
    *,
    deposits: Annotated[str, typer.Option(metavar="DOLLARS", help="Came in.")],
    electronic: Annotated[str, typer.Option(metavar="DOLLARS", help="Went out electronically.")],
    checks: Annotated[str, typer.Option(metavar="DOLLARS", help="Checks paid.")],
    closing: Annotated[
        str, typer.Option(metavar="DOLLARS", help="The balance at the end of the day.")
    ] = "",
    reference: Annotated[str, typer.Option(help="Where it is from.")] = "",
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Record the bank's totals of a day; says at once what is off. Ends with 1 when something is.

    For example: childsupport sdu record-bank 2026-03-06 --deposits 2,748.50 --electronic 0
    --checks 0 --closing 2,748.50
    """
    from launcher import sdu_pages as pages
    from launcher.console import channels

    totals = {
        "deposits": deposits,
        "electronic": electronic,
        "checks": checks,
        "closing": closing,
    }
    with told("payments"), channels(data, "payments") as (payments,):
        held = pages.record_bank(payments, day.date(), totals, reference, as_json=as_json)
    if not held:
        raise typer.Exit(FINDINGS)
