"""Searches in the audit, newest first. Works on every service's: the table is the chassis's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Text, bindparam, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import cast

from chassis.tables import audit

OK: Final = "OK"
_HAS_VALUE: Final = "$.*[*] ? (@ == $sought)"
_c = audit.c


@dataclass(frozen=True, slots=True)
class Sought:
    """Which records; what is empty or unset does not narrow."""

    caller: str = ""
    """Client, client/person, or person."""
    subject: str = ""
    """An id that the request named."""
    method: str = ""
    """In full, or its last part."""
    since: datetime | None = None
    until: datetime | None = None
    """Before this instant."""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A call, as the audit has it."""

    number: int
    at: datetime
    caller: str
    method: str
    request_id: str
    subject: Mapping[str, Sequence[str]]
    outcome: str

    @property
    def subjects(self) -> list[str]:
        """The ids that the request named, as field=value."""
        return [f"{name}={value}" for name, values in self.subject.items() for value in values]


def search(session: Session, sought: Sought, before: int | None, limit: int) -> list[Record]:
    """Return records with a number below `before`, newest first."""
    query = (
        select(_c.id, _c.at, _c.caller, _c.method, _c.request_id, _c.subject, _c.outcome)
        .where(*_conditions(sought))
        .order_by(_c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(_c.id < before)
    return [Record(*row) for row in session.execute(query)]


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if sought.caller:
        found.append(
            or_(
                _c.caller == sought.caller,
                _c.caller.startswith(f"{sought.caller}/", autoescape=True),
                _c.caller.endswith(f"/{sought.caller}", autoescape=True),
            )
        )
    if sought.method:
        found.append(
            or_(
                _c.method == sought.method,
                _c.method.endswith(f"/{sought.method}", autoescape=True),
            )
        )
    if sought.subject:
        variables = func.jsonb_build_object("sought", cast(literal(sought.subject), Text))
        path = cast(bindparam("path", _HAS_VALUE), JSONPATH)
        found.append(func.jsonb_path_exists(_c.subject, path, variables))
    if sought.since is not None:
        found.append(_c.at >= sought.since)
    if sought.until is not None:
        found.append(_c.at < sought.until)
    if sought.refused:
        found.append(_c.outcome != OK)
    return found
