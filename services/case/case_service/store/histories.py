"""What happened in a case, in the order in which it became known."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Row, insert, literal, select, tuple_
from sqlalchemy.orm import Session

from case_service.store.tables import history
from chassis.arrays import is_any, rows_of
from chassis.crypto import Keys

MAX_ENTRIES = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened in a case: `facts` are what its sentence names."""

    case_id: str
    on_date: date
    kind: str
    about_id: str | None = None
    recorded_by: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    citation: str = ""
    recorded_at: datetime | None = None
    number: int = 0
    """Rises in the order in which entries became known. Set, as `recorded_at`, when it is read."""


def add(session: Session, keys: Keys, entries: Sequence[Entry], at: datetime) -> None:
    """Write entries into the histories of their cases."""
    if entries:
        rows = [
            {
                "case_id": e.case_id,
                "at": at,
                "on_date": e.on_date,
                "kind": e.kind,
                "about_id": e.about_id,
                "recorded_by": e.recorded_by,
                "facts": _encrypted(keys, e.facts),
                "citation": e.citation,
            }
            for e in entries
        ]
        columns = [history.c[name] for name in rows[0]]
        session.execute(insert(history).from_select(columns, rows_of(columns, rows)))


def read(session: Session, keys: Keys, case_id: str) -> list[Entry]:
    """Return the last entries of a case, oldest first."""
    rows = session.execute(
        select(history)
        .where(history.c.case_id == case_id)
        .order_by(history.c.id.desc())
        .limit(MAX_ENTRIES)
    ).all()
    return [_entry(keys, row) for row in reversed(rows)]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries of a case are asked for, and in which order."""

    case_id: str
    kinds: Sequence[str] = ()
    first_day: date | None = None
    last_day: date | None = None
    newest_first: bool = False


def happened(session: Session, case_id: str, kind: str, about_id: str) -> bool:
    """Tell whether something happened to a thing of a case."""
    query = select(history.c.id).where(
        history.c.case_id == case_id, history.c.kind == kind, history.c.about_id == about_id
    )
    return session.scalar(query.limit(1)) is not None


def page(
    session: Session, keys: Keys, which: Filter, after: tuple[date, int] | None, limit: int
) -> list[Entry]:
    """Return a page of entries by day and number, those behind `after`."""
    days = (history.c.on_date, history.c.id)
    query = select(history).where(history.c.case_id == which.case_id)
    if which.kinds:
        query = query.where(is_any(history.c.kind, which.kinds))
    if which.first_day:
        query = query.where(history.c.on_date >= which.first_day)
    if which.last_day:
        query = query.where(history.c.on_date <= which.last_day)
    if after:
        place = tuple_(*days)
        behind = tuple_(literal(after[0]), literal(after[1]))
        query = query.where(place < behind if which.newest_first else place > behind)
    order = [day.desc() for day in days] if which.newest_first else list(days)
    return [_entry(keys, row) for row in session.execute(query.order_by(*order).limit(limit))]


def _encrypted(keys: Keys, facts: Mapping[str, str]) -> bytes | None:
    return keys.encrypt("case_history.facts", json.dumps(dict(facts))) if facts else None


def _entry(keys: Keys, row: Row[tuple[object, ...]]) -> Entry:
    return Entry(
        case_id=row.case_id,
        on_date=row.on_date,
        kind=row.kind,
        about_id=row.about_id,
        recorded_by=row.recorded_by,
        facts=json.loads(keys.decrypt("case_history.facts", row.facts)) if row.facts else {},
        citation=row.citation,
        recorded_at=row.at,
        number=row.id,
    )
