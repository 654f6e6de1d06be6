"""`childsupport audit`: who asked for whose data, and what came of it.

Identity's is asked over gRPC, and the search is on record itself. The other services' is read from
their databases, with their settings from the environment, as `childsupport parked` does.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from launcher.told import told

if TYPE_CHECKING:
    from launcher.audit_reading import Found

IDENTITY = "identity"
UP = Path("var") / "up"
SHOWN_MAX = 200
FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]


def audit(
    service: Annotated[str, typer.Argument(help="identity, case, payments, …")] = IDENTITY,
    *,
    caller: Annotated[
        str, typer.Option(help="Client, client/person, or person: console/dana.reyes, dana.reyes.")
    ] = "",
    subject: Annotated[str, typer.Option(help="An id or number that was asked about.")] = "",
    method: Annotated[str, typer.Option(help="The method, in full or its last part.")] = "",
    since: Annotated[
        datetime | None,
        typer.Option(formats=FORMATS, help="Only from this moment on, by this machine's time."),
    ] = None,
    refused: Annotated[bool, typer.Option("--refused", help="Only what was refused.")] = False,
    data: Annotated[
        Path,
        typer.Option("--data", metavar="DIR", help="Folder of the `childsupport up` to ask."),
    ] = UP,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line.")] = False,
) -> None:
    """Search a service's audit: the newest 200 that fit, newest first."""
    from identity_service.store.audit import Sought
    from launcher import audit_reading

    with told(service):
        sought = Sought(
            caller=caller,
            subject=subject,
            method=method,
            since=since.astimezone() if since else None,
            refused=refused,
        )
        if service == IDENTITY:
            found = audit_reading.ask(data, sought, SHOWN_MAX)
        else:
            found = audit_reading.read(service, sought, SHOWN_MAX)
        for line in _lines(found, as_json=as_json):
            typer.echo(line)


def _lines(found: "list[Found]", *, as_json: bool) -> Iterator[str]:
    if not found and not as_json:
        yield "nothing is recorded that fits"
    for one in found:
        at = one.at.isoformat(timespec="seconds")
        if as_json:
            facts = {**asdict(one), "at": at}
            yield json.dumps(facts, ensure_ascii=False)
        else:
            parts = (at, one.caller, one.method, one.outcome, " ".join(one.subjects))
            yield "  ".join(parts).rstrip()
