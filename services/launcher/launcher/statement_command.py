"""`childsupport statement`: what was charged, paid and owed in a case."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from launcher.told import told

statement_app = typer.Typer(
    no_args_is_help=True, help="What was charged, paid and owed in a case, from a running platform."
)

DATE_FORMATS = ["%Y-%m-%d"]
UP = Path("var") / "up"
NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER", help="The case's number.")]
SinceOption = Annotated[
    datetime | None, typer.Option(formats=DATE_FORMATS, help="Only from this day on.")
]
AudienceOption = Annotated[
    str,
    typer.Option("--for", metavar="WHOM", help="parent, worker or auditor: who reads it."),
]
DataOption = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="Folder of the `childsupport up` to ask.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@statement_app.command("account")
def account(
    number: NumberArgument,
    *,
    since: SinceOption = None,
    until: Annotated[
        datetime | None, typer.Option(formats=DATE_FORMATS, help="Only up to this day.")
    ] = None,
    audience: AudienceOption = "worker",
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Print the account: owed before, what moved it, owed now."""
    from launcher import statement_pages as pages
    from launcher.console import channels

    with told("payments"), channels(data, "payments") as (payments,):
        pages.show_account(payments, number, since, until, audience, as_json=as_json)


@statement_app.command("history")
def history(
    number: NumberArgument,
    *,
    since: SinceOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help="From the beginning; else the last 24 months.")
    ] = False,
    every_entry: Annotated[
        bool, typer.Option("--every-entry", help="Also what was entered and taken back again.")
    ] = False,
    audience: AudienceOption = "worker",
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Print charges and payments, with the balance after each."""
    from launcher import statement_pages as pages
    from launcher.console import channels

    asked = pages.Asked(number, since, everything=everything, every_entry=every_entry)
    with told("payments"), channels(data, "payments") as (payments,):
        pages.show_history(payments, asked, audience, as_json=as_json)


@statement_app.command("arrears")
def arrears(
    number: NumberArgument,
    *,
    since: SinceOption = None,
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Print what was charged, paid and left at the end of each month."""
    from launcher import statement_pages as pages
    from launcher.console import channels

    with told("payments"), channels(data, "payments") as (payments,):
        pages.show_months(payments, number, since, as_json=as_json)


@statement_app.command("payoff")
def payoff(
    number: NumberArgument,
    *,
    on: Annotated[
        datetime | None,
        typer.Option("--date", formats=DATE_FORMATS, help="Of this day; else of today."),
    ] = None,
    audience: AudienceOption = "worker",
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Print what pays off everything that is owed."""
    from launcher import statement_pages as pages
    from launcher.console import channels

    with told("payments"), channels(data, "payments") as (payments,):
        pages.show_payoff(payments, number, on, audience, as_json=as_json)


@statement_app.command("record")
def record(
    number: NumberArgument,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE.pdf", help="Where to; else NUMBER and the day, here."),
    ] = None,
    *,
    since: SinceOption = None,
    every_entry: Annotated[
        bool, typer.Option("--every-entry", help="Also what was entered and taken back again.")
    ] = False,
    data: DataOption = UP,
) -> None:
    """Write the payment record of a case as PDF, to be signed by the custodian of records."""
    from launcher import statement_pages as pages
    from launcher.console import channels

    asked = pages.Asked(number, since, every_entry=every_entry)
    with told("payments"), channels(data, "payments") as (payments,):
        typer.echo(pages.write_record(payments, asked, file))
