"""`childsupport case`: a case as its caseworker reads it, from a running platform."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from launcher.told import told

case_app = typer.Typer(
    no_args_is_help=True, help="A case as its caseworker reads it, from a running platform."
)

DATE_FORMATS = ["%Y-%m-%d"]
NumberArgument = Annotated[str, typer.Argument(metavar="NUMBER", help="The case's number.")]
DataOption = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="Folder of the `childsupport up` to ask.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
UP = Path("var") / "up"


@case_app.command("history")
def history(
    number: NumberArgument,
    *,
    since: Annotated[
        datetime | None, typer.Option(formats=DATE_FORMATS, help="Only from this day on.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=DATE_FORMATS, help="Only up to this day.")
    ] = None,
    text: Annotated[str, typer.Option(help="Only entries with this text in them.")] = "",
    newest_first: Annotated[
        bool, typer.Option("--newest-first", help="The last day first.")
    ] = False,
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Print what happened in a case, by year, and the time limits that run in it."""
    from launcher import case_pages
    from launcher.case_reading import Asked, read_history
    from launcher.console import opened

    asked = Asked(
        since=since.date() if since else None,
        until=until.date() if until else None,
        text=text,
        newest_first=newest_first,
    )
    with told("case"), opened(data) as platform:
        case_pages.show_history(read_history(platform, number, asked), as_json=as_json)


@case_app.command("clocks")
def clocks(
    number: NumberArgument,
    *,
    every: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Print the time limits that run in a case, the next one due first."""
    from launcher import case_pages
    from launcher.case_reading import read_clocks
    from launcher.console import opened

    with told("case"), opened(data) as platform:
        case_pages.show_clocks(read_clocks(platform, number, every=every), as_json=as_json)
