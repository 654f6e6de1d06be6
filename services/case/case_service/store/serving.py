"""Petitions that are served, with the attempts at serving them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from case_service.domain.establishing.serving import Attempt, Process
from case_service.store.tables.establishing import service_attempt, service_process
from chassis.arrays import is_any
from chassis.crypto import Keys

PURPOSE = "service_attempt.note"
_COLUMNS = tuple(
    c.name for c in service_process.c if c.name not in {"version", "recorded_by", "updated_at"}
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A process with its version."""

    process: Process
    version: int


def write(session: Session, stored: Stored, by: str, at: datetime) -> None:
    """Write a process, new or in its next version; its attempts are written by `add_attempt`."""
    content = asdict(stored.process)
    values = {name: content[name] for name in _COLUMNS}
    values |= {"version": stored.version, "recorded_by": by, "updated_at": at}
    session.execute(
        insert(service_process)
        .values(values)
        .on_conflict_do_update(index_elements=["process_id"], set_=values)
    )


def add_attempt(
    session: Session, keys: Keys, process_id: str, attempt: Attempt, by: str, at: datetime
) -> None:
    """Write one attempt at serving a process."""
    session.execute(
        insert(service_attempt).values(
            attempt_id=attempt.attempt_id,
            process_id=process_id,
            method=attempt.method,
            on_date=attempt.on_date,
            outcome=attempt.outcome,
            note=keys.encrypt(PURPOSE, attempt.note) if attempt.note else None,
            recorded_by=by,
            recorded_at=at,
        )
    )


def ids(session: Session, case_id: str) -> list[str]:
    """Return the processes of a case."""
    query = select(service_process.c.process_id).where(service_process.c.case_id == case_id)
    return list(session.scalars(query))


def case_of(session: Session, process_id: str) -> str:
    """Return the case of a process; empty when there is none."""
    query = select(service_process.c.case_id).where(service_process.c.process_id == process_id)
    return session.scalar(query) or ""


def page(session: Session, case_id: str, state: str, after: str, limit: int) -> list[str]:
    """Return a page of process ids of a case, those above `after` first to last."""
    query = (
        select(service_process.c.process_id)
        .where(service_process.c.case_id == case_id)
        .order_by(service_process.c.process_id)
        .limit(limit)
    )
    if state:
        query = query.where(service_process.c.state == state)
    if after:
        query = query.where(service_process.c.process_id > after)
    return list(session.scalars(query))


def read(session: Session, keys: Keys, process_ids: Sequence[str]) -> list[Stored]:
    """Return processes by id, in that order."""
    attempts: dict[str, list[Attempt]] = defaultdict(list)
    query = select(service_attempt).where(is_any(service_attempt.c.process_id, list(process_ids)))
    for row in session.execute(
        query.order_by(service_attempt.c.on_date, service_attempt.c.recorded_at)
    ):
        note = keys.decrypt(PURPOSE, row.note) if row.note else ""
        attempts[row.process_id].append(
            Attempt(row.attempt_id, row.method, row.on_date, row.outcome, note)
        )
    found = select(service_process).where(is_any(service_process.c.process_id, list(process_ids)))
    rows = session.execute(found.order_by(service_process.c.process_id))
    return [_stored(row, attempts[row.process_id]) for row in rows]


def _stored(row: Row[tuple[object, ...]], attempts: Sequence[Attempt]) -> Stored:
    values = {name: row._mapping[name] for name in _COLUMNS}  # noqa: SLF001
    return Stored(Process(attempts=tuple(attempts), **values), row.version)
