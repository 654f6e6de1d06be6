"""Queries on sessions. A token is a reference; only its hash is kept (ASVS 5.0 7.2.3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, insert, or_, select, update
from sqlalchemy.orm import Session as Database

from identity_service.store.tables.accounts import session as table

_c = table.c


@dataclass(frozen=True, slots=True)
class Session:
    """A session."""

    session_id: str
    account_id: str
    client_id: str
    user_agent: str
    create_time: datetime
    touch_time: datetime
    reauthenticate_time: datetime
    pending: bool
    second_factor: bool


@dataclass(frozen=True, slots=True)
class Life:
    """How long sessions live: unused, and in all."""

    idle: timedelta
    whole: timedelta

    def still_lives(self, now: datetime) -> tuple[ColumnElement[bool], ...]:
        """Return what is true of a session that is in force at an instant."""
        return (
            _c.end_time.is_(None),
            _c.touch_time > now - self.idle,
            _c.create_time > now - self.whole,
        )


def add(database: Database, new: Session, token_hash: bytes) -> None:
    """Begin a session."""
    values = {name: getattr(new, name) for name in Session.__slots__}
    database.execute(insert(table).values(token_hash=token_hash, **values))


def find(database: Database, token_hash: bytes, now: datetime, life: Life) -> Session | None:
    """Return the session of a token while it is in force."""
    row = database.execute(_shown().where(_c.token_hash == token_hash, *life.still_lives(now)))
    found = row.first()
    return None if found is None else _session(found)


def of_account(database: Database, account_id: str, now: datetime, life: Life) -> list[Session]:
    """Return the sessions of an account that are in force, newest first."""
    query = _shown().where(_c.account_id == account_id, ~_c.pending, *life.still_lives(now))
    return [_session(row) for row in database.execute(query.order_by(_c.create_time.desc()))]


def touch(database: Database, session_id: str, now: datetime) -> None:
    """Say that a session is in use."""
    database.execute(update(table).where(_c.session_id == session_id).values(touch_time=now))


def renew(database: Database, session_id: str, token_hash: bytes, **values: Any) -> None:
    """Give a session another token: the one before is worth nothing any more."""
    database.execute(
        update(table).where(_c.session_id == session_id).values(token_hash=token_hash, **values)
    )


def end(
    database: Database,
    account_id: str,
    now: datetime,
    *,
    only: str | None = None,
    but: str | None = None,
) -> int:
    """End sessions of an account: all, `only` one, or all `but` one; return how many."""
    statement = (
        update(table)
        .where(_c.account_id == account_id, _c.end_time.is_(None))
        .values(end_time=now)
        .returning(_c.session_id)
    )
    if only is not None:
        statement = statement.where(_c.session_id == only)
    if but is not None:
        statement = statement.where(_c.session_id != but)
    return len(database.scalars(statement).all())


def forget(database: Database, before: datetime, life: Life) -> int:
    """Remove sessions that were over before an instant; return how many."""
    over = or_(_c.end_time < before, _c.create_time < before - life.whole)
    return len(database.scalars(delete(table).where(over).returning(_c.session_id)).all())


def _shown() -> Select[Any]:
    return select(*(_c[name] for name in Session.__slots__))


def _session(row: Row[Any]) -> Session:
    return Session(**{name: getattr(row, name) for name in Session.__slots__})
