"""Counts of tries. A try is counted by the statement that asks whether it may be made."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects.postgresql import INTERVAL, insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import cast, literal

from identity_service.domain.throttling import Limit
from identity_service.store.tables.accounts import throttle

_c = throttle.c
_DOUBLINGS_MAX = 20


def count(session: Session, key: bytes, limit: Limit, now: datetime) -> datetime | None:
    """Count a try; None when it may be made, else the instant until which none is read.

    Of many at once each gets its own number: the row is locked by its update.
    """
    tries = case((_c.last_time < now - limit.forget_after, 1), else_=_c.tries + 1)
    doublings = func.least(tries - limit.free, _DOUBLINGS_MAX)
    wait = func.least(
        cast(literal(limit.first_wait), INTERVAL) * func.power(2, doublings),
        cast(literal(limit.longest_wait), INTERVAL),
    )
    first_until = now + limit.first_wait if limit.free <= 1 else now
    statement = (
        insert(throttle)
        .values(key=key, kind=limit.kind, tries=1, last_time=now, wait_until=first_until)
        .on_conflict_do_update(
            index_elements=["key"],
            set_={
                "tries": tries,
                "last_time": now,
                "wait_until": case((tries >= limit.free, now + wait), else_=now),
            },
            where=_c.wait_until <= now,
        )
        .returning(_c.tries)
    )
    if session.execute(statement).first() is not None:
        return None
    until: datetime = session.execute(select(_c.wait_until).where(_c.key == key)).scalar_one()
    return until


def clear(session: Session, keys: Sequence[bytes]) -> None:
    """Begin counts anew, after a right try."""
    session.execute(delete(throttle).where(_c.key.in_(keys)))


def forget(session: Session, before: datetime, kinds: Sequence[str]) -> int:
    """Remove counts of some kinds, last touched before an instant; return how many."""
    statement = delete(throttle).where(
        _c.kind.in_(kinds), _c.last_time < before, _c.wait_until < before
    )
    return len(session.scalars(statement.returning(_c.key)).all())
