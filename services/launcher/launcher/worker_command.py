"""`childsupport worker`: who of the agency may log in, from a running platform.

Nobody chooses or learns a password here: who is added or reset gets a link by e-mail. `code` is for
the demonstration alone, which keeps the secrets of its workers' apps in a file.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from launcher.told import told

worker_app = typer.Typer(no_args_is_help=True, help="Workers of the agency who may log in.")

UP = Path("var") / "up"
IdArgument = Annotated[
    str, typer.Argument(metavar="WORKER", help="The worker's id, for example dana.reyes.")
]
DataOption = Annotated[
    Path, typer.Option("--data", metavar="DIR", help="Folder of the `childsupport up` to ask.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


class Role(StrEnum):
    """What a worker is, as the command calls it."""

    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    PAYMENTS_WORKER = "payments-worker"
    AUDITOR = "auditor"


class Language(StrEnum):
    """In which language a worker gets mail."""

    ENGLISH = "en"
    SPANISH = "es"


@worker_app.command("add")
def add(
    worker_id: IdArgument,
    *,
    name: Annotated[str, typer.Option(help="What people call the worker.")],
    email: Annotated[str, typer.Option(help="Where the invitation goes.")],
    role: Annotated[list[Role], typer.Option(help="What the worker is; may be said again.")],
    office: Annotated[
        list[str], typer.Option(help="The worker's office, for example 21073; may be said again.")
    ] = [],  # noqa: B006 (Typer's way; it is not changed)
    language: Annotated[Language, typer.Option(help="Of the mail.")] = Language.ENGLISH,
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Make a worker and mail an invitation: the worker sets password and app with its link."""
    from launcher import worker_pages

    with told("identity"), worker_pages.opened(data) as platform:
        roles = [one.value for one in role]
        wanted = worker_pages.Wanted(worker_id, name, email, tuple(roles), tuple(office), language)
        worker_pages.show_one(platform.add(wanted), as_json=as_json)


@worker_app.command("code")
def code(worker_id: IdArgument, *, data: DataOption = UP, as_json: JsonOption = False) -> None:
    """Print what the authenticator app of a demonstration's worker shows now."""
    from launcher import worker_pages

    with told():
        worker_pages.show_code(data, worker_id, as_json=as_json)


@worker_app.command("list")
def list_workers(
    *,
    office: Annotated[str, typer.Option(help="Only those of an office.")] = "",
    ended: Annotated[bool, typer.Option("--ended", help="Also those that were ended.")] = False,
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """Print the workers, by id."""
    from launcher import worker_pages

    with told("identity"), worker_pages.opened(data) as platform:
        worker_pages.show(platform.list(office, ended=ended), as_json=as_json)


@worker_app.command("end")
def end(
    worker_id: IdArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why, for the record.")],
    data: DataOption = UP,
    as_json: JsonOption = False,
) -> None:
    """End a worker for good, and all the worker's sessions at once."""
    from launcher import worker_pages

    with told("identity"), worker_pages.opened(data) as platform:
        worker_pages.show_one(platform.end(worker_id, reason), as_json=as_json)


@worker_app.command("reset")
def reset(worker_id: IdArgument, *, data: DataOption = UP, as_json: JsonOption = False) -> None:
    """Take a worker's password and app away, end the sessions, and mail a link to set them anew."""
    from launcher import worker_pages

    with told("identity"), worker_pages.opened(data) as platform:
        worker_pages.show_one(platform.reset(worker_id), as_json=as_json)
