"""Queries on links and codes that were mailed or shown."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from chassis.crypto import Keys
from identity_service.store.tables.accounts import code

_EMAIL = "code.email"
_c = code.c


@dataclass(frozen=True, slots=True)
class Code:
    """A code without what proves it. `email` and `participant_id` are empty where unused."""

    code_id: str
    account_id: str
    purpose: str
    create_time: datetime
    expire_time: datetime | None
    slow_hash: str = ""
    participant_id: str = ""
    email: str = ""


def add(session: Session, keys: Keys, new: Code, fingerprint: bytes) -> None:
    """Keep a code."""
    session.execute(
        insert(code).values(
            code_id=new.code_id,
            account_id=new.account_id,
            purpose=new.purpose,
            fingerprint=fingerprint,
            slow_hash=new.slow_hash,
            create_time=new.create_time,
            expire_time=new.expire_time,
            participant_id=new.participant_id or None,
            email=keys.encrypt(_EMAIL, new.email) if new.email else None,
        )
    )


def drop(session: Session, account_id: str, purpose: str) -> None:
    """Drop the codes of a purpose: only the newest counts."""
    session.execute(delete(code).where(_c.account_id == account_id, _c.purpose == purpose))


def use(
    session: Session,
    keys: Keys,
    purpose: str,
    fingerprint: bytes,
    now: datetime,
    account_id: str = "",
) -> Code | None:
    """Use up the code with a fingerprint; None when there is none that still counts."""
    statement = (
        update(code)
        .where(
            _c.fingerprint == fingerprint,
            _c.purpose == purpose,
            _c.use_time.is_(None),
            or_(_c.expire_time.is_(None), _c.expire_time > now),
        )
        .values(use_time=now)
        .returning(*_c)
    )
    if account_id:
        statement = statement.where(_c.account_id == account_id)
    row = session.execute(statement).first()
    return None if row is None else _code(keys, row)


def open_code(
    session: Session, keys: Keys, account_id: str, purpose: str, now: datetime
) -> Code | None:
    """Return the code of a purpose that can still be used."""
    row = session.execute(_open(account_id, purpose, now)).first()
    return None if row is None else _code(keys, row)


def count_try(session: Session, code_id: str, most: int) -> bool:
    """Count a try before the code is read; False when there have been too many."""
    statement = (
        update(code)
        .where(_c.code_id == code_id, _c.attempts < most)
        .values(attempts=_c.attempts + 1)
        .returning(_c.code_id)
    )
    return session.execute(statement).first() is not None


def use_by_id(session: Session, code_id: str, now: datetime) -> bool:
    """Use up a code; False when it was used in the meantime."""
    statement = (
        update(code)
        .where(_c.code_id == code_id, _c.use_time.is_(None))
        .values(use_time=now)
        .returning(_c.code_id)
    )
    return session.execute(statement).first() is not None


def left(session: Session, account_id: str, purpose: str) -> int:
    """Return how many codes of a purpose are unused."""
    query = select(func.count()).where(
        _c.account_id == account_id, _c.purpose == purpose, _c.use_time.is_(None)
    )
    return session.scalar(query) or 0


def forget(session: Session, before: datetime) -> int:
    """Remove codes that ended or were used before an instant; return how many."""
    over = or_(_c.expire_time < before, _c.use_time < before)
    return len(session.scalars(delete(code).where(over).returning(_c.code_id)).all())


def _open(account_id: str, purpose: str, now: datetime) -> Select[Any]:
    return (
        select(code)
        .where(
            _c.account_id == account_id,
            _c.purpose == purpose,
            _c.use_time.is_(None),
            _c.expire_time > now,
        )
        .order_by(_c.create_time.desc())
        .limit(1)
    )


def _code(keys: Keys, row: Row[Any]) -> Code:
    return Code(
        code_id=row.code_id,
        account_id=row.account_id,
        purpose=row.purpose,
        create_time=row.create_time,
        expire_time=row.expire_time,
        slow_hash=row.slow_hash,
        participant_id=row.participant_id or "",
        email=keys.decrypt(_EMAIL, row.email) if row.email else "",
    )
