"""`childsupport receipts` and `childsupport suspense`: money taken in by file, and what waits."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from launcher.told import told

receipts_app = typer.Typer(no_args_is_help=True, help="Money that comes in by file.")
suspense_app = typer.Typer(no_args_is_help=True, help="Money that nobody could identify.")

REFUSED = 1
"""The exit code when a file was refused."""
DATE_FORMATS = ["%Y-%m-%d"]
UP = Path("var") / "up"
DataOption = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="Folder of the `childsupport up` to ask.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


class Kind(StrEnum):
    """What a file holds, as the command calls it."""

    FEDERAL_OFFSET = "federal-offset"
    STATE_OFFSET = "state-offset"
    UNEMPLOYMENT = "unemployment"
    LOTTERY = "lottery"
    INSURANCE = "insurance"
    BANK_LEVY = "bank-levy"
    OTHER_STATE = "other-state"
    CHECK_LIST = "check-list"


MADE_BY_PROGRAMS = {Kind.FEDERAL_OFFSET, Kind.OTHER_STATE}
KINDS = ", ".join(Kind)
BY_HAND = ", ".join(kind for kind in Kind if kind not in MADE_BY_PROGRAMS)


@receipts_app.command("import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, metavar="FILE", help="The file as it was received."
        ),
    ],
    *,
    kind: Annotated[Kind, typer.Option(metavar="KIND", help=f"What it holds: {KINDS}.")],
    settled: Annotated[
        datetime, typer.Option(formats=DATE_FORMATS, help="The day that its money came in.")
    ],
    sender: Annotated[
        str, typer.Option(help="Who sent it; of a check list the employer, whom parents read.")
    ] = "",
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Take in a file of collections, whole or not at all; the same file is taken once.

    Ends with 0 when it is taken, with 1 when it is refused: then nothing of it is posted.

    For example: childsupport receipts import wins.csv --kind lottery --settled 2026-03-06
    """
    from launcher.console import channels
    from launcher.money_pages import show_import
    from launcher.money_sending import send_file

    with told("payments"), channels(data, "payments") as (payments,):
        answer = send_file(payments, file, kind.value, settled.date(), sender)
        show_import(answer, as_json=as_json)
    if answer.problems:
        raise typer.Exit(REFUSED)


@receipts_app.command("template")
def template(
    kind: Annotated[
        Kind, typer.Argument(metavar="KIND", help=f"The kind of file to make by hand: {BY_HAND}.")
    ],
) -> None:
    """Print a table to fill in: its columns, a line, and the total that must be right.

    For example: childsupport receipts template lottery > wins.csv
    """
    from formats.collections import CHECK_LIST_COLUMNS, COLLECTION_COLUMNS

    if kind in MADE_BY_PROGRAMS:
        raise typer.BadParameter(f"{kind.value} files are made by programs, not by hand")
    columns = CHECK_LIST_COLUMNS if kind == Kind.CHECK_LIST else COLLECTION_COLUMNS
    example = {
        "check_number": "1001",
        "case_identifier": "0000123456",
        "ssn": "900-12-3456",
        "name": "Pat Payer",
        "amount": "125.50",
        "pay_date": "2026-03-06",
        "reference": "A-1",
        "joint_return": "N",
    }
    typer.echo(",".join(columns))
    typer.echo(",".join(example[column] for column in columns))
    typer.echo("TOTAL,1,125.50")


@suspense_app.command("list")
def list_suspense(
    *,
    min_days: Annotated[int, typer.Option(help="Only what is at least so old.", min=0)] = 0,
    most: Annotated[int, typer.Option(help="How many receipts at the most.", min=1)] = 100,
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Print the receipts in suspense, the oldest first, and what they come to by age."""
    from launcher.console import channels
    from launcher.money_pages import show_suspense
    from launcher.money_sending import read_suspense

    with told("payments"), channels(data, "payments") as (payments,):
        show_suspense(read_suspense(payments, min_days, most), as_json=as_json)


@suspense_app.command("show")
def show_one(
    receipt: Annotated[str, typer.Argument(metavar="RECEIPT", help="Id of the receipt.")],
    *,
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Print a receipt in suspense, what its sender wrote, and whom it may be for."""
    from launcher.console import channels
    from launcher.money_pages import show_item
    from launcher.money_sending import read_item

    with told("payments"), channels(data, "payments") as (payments,):
        show_item(read_item(payments, receipt), as_json=as_json)
