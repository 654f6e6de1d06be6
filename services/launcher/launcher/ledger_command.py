"""`childsupport ledger`: the proof of the books, and the books as of a day."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from launcher.told import told

ledger_app = typer.Typer(
    no_args_is_help=True, help="The proof of the books, and the books as of a day."
)

FINDINGS = 1
"""The exit code when something does not hold."""
DATE_FORMATS = ["%Y-%m-%d"]
UP = Path("var") / "up"
DataOption = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="Folder of the `childsupport up` to ask.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@ledger_app.command("verify")
def verify(
    *,
    wait: Annotated[
        float, typer.Option(help="Seconds to wait for events that are still under way.", min=0)
    ] = 10.0,
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Compute every balance again from its lines, and compare what each service holds.

    Ends with 0 when all of it holds, with 1 when there are findings.
    """
    from launcher.console import channels
    from launcher.ledger_pages import progress, show_proof
    from launcher.proving import SERVICES, prove

    with told("payments"), channels(data, *SERVICES) as opened:
        with progress(quiet=as_json) as say:
            proof = prove(opened, say, wait)
        show_proof(proof, as_json=as_json)
    if proof.findings:
        raise typer.Exit(FINDINGS)


@ledger_app.command("as-of")
def as_of(
    day: Annotated[
        datetime, typer.Argument(formats=DATE_FORMATS, metavar="DATE", help="What was in effect.")
    ],
    *,
    known: Annotated[
        datetime | None,
        typer.Option(
            formats=DATE_FORMATS, help="What had been posted by this day; else the same day."
        ),
    ] = None,
    obligor: Annotated[str, typer.Option(metavar="ID", help="Only the books of an obligor.")] = "",
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Print every account as it was in effect on a day: as known now, and as known then.

    Support counts by its day of collection or charge, cash by its day of settlement.
    """
    from launcher.console import channels
    from launcher.ledger_pages import read_as_of, show_as_of

    known_by = (known or day).date()
    with told("payments"), channels(data, "payments") as (payments,):
        accounts = read_as_of(payments, day.date(), known_by, obligor)
        show_as_of(accounts, day.date(), known_by, as_json=as_json)
