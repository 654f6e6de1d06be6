"""Queries on workers' sessions. A token is a reference; only its hash is kept (ASVS 5.0 7.2.3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, insert, or_, select, update
from sqlalchemy.orm import Session as Database

from identity_service.store.sessions import Life
from identity_service.store.tables.workers import worker_session as table

_c = table.c


@dataclass(frozen=True, slots=True)
class Session:
    """A session of a worker."""

    session_id: str
    worker_id: str
    client_id: str
    user_agent: str
    create_time: datetime
    touch_time: datetime
    reauthenticate_time: datetime


def add(database: Database, new: Session, token_hash: bytes) -> None:
    """Begin a session."""
    values = {name: getattr(new, name) for name in Session.__slots__}
    database.execute(insert(table).values(token_hash=token_hash, **values))


def find(database: Database, token_hash: bytes, now: datetime, life: Life) -> Session | None:
    """Return the session of a token while it is in force."""
    query = _shown().where(_c.token_hash == token_hash, *_lives(now, life))
    found = database.execute(query).first()
    return None if found is None else _session(found)


def of_worker(database: Database, worker_id: str, now: datetime, life: Life) -> list[Session]:
    """Return the sessions of a worker that are in force, newest first."""
    query = _shown().where(_c.worker_id == worker_id, *_lives(now, life))
    return [_session(row) for row in database.execute(query.order_by(_c.create_time.desc()))]


def touch(database: Database, session_id: str, now: datetime) -> None:
    """Say that a session is in use."""
    database.execute(update(table).where(_c.session_id == session_id).values(touch_time=now))


def renew(database: Database, session_id: str, token_hash: bytes, now: datetime) -> None:
    """Give a session another token: the one before is worth nothing any more."""
    values = {"token_hash": token_hash, "touch_time": now, "reauthenticate_time": now}
    database.execute(update(table).where(_c.session_id == session_id).values(**values))


def end(database: Database, worker_id: str, now: datetime, *, only: str = "", but: str = "") -> int:
    """End sessions of a worker: all, `only` one, or all `but` one; return how many."""
    statement = (
        update(table)
        .where(_c.worker_id == worker_id, _c.end_time.is_(None))
        .values(end_time=now)
        .returning(_c.session_id)
    )
    if only:
        statement = statement.where(_c.session_id == only)
    if but:
        statement = statement.where(_c.session_id != but)
    return len(database.scalars(statement).all())


def forget(database: Database, before: datetime, life: Life) -> int:
    """Remove sessions that were over before an instant; return how many."""
    over = or_(_c.end_time < before, _c.create_time < before - life.whole)
    return len(database.scalars(delete(table).where(over).returning(_c.session_id)).all())


def _lives(now: datetime, life: Life) -> tuple[ColumnElement[bool], ...]:
    return (
        _c.end_time.is_(None),
        _c.touch_time > now - life.idle,
        _c.create_time > now - life.whole,
    )


def _shown() -> Select[Any]:
    return select(*(_c[name] for name in Session.__slots__))


def _session(row: Row[Any]) -> Session:
    return Session(**{name: getattr(row, name) for name in Session.__slots__})
