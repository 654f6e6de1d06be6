"""Queries on passkeys and their challenges."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from chassis.crypto import Keys
from identity_service.store.tables.passkeys import passkey, passkey_challenge

SET_UP, LOG_IN = "set_up", "log_in"
_NAME = "passkey.display_name"
_c, _ch = passkey.c, passkey_challenge.c


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey, opened."""

    passkey_id: str
    account_id: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    synced: bool
    display_name: str
    create_time: datetime
    use_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge that waits for its answer."""

    challenge_id: str
    purpose: str
    challenge: bytes
    create_time: datetime
    expire_time: datetime


def add(session: Session, keys: Keys, new: Passkey) -> None:
    """Keep a passkey."""
    values = {name: getattr(new, name) for name in Passkey.__slots__}
    values["display_name"] = keys.encrypt(_NAME, new.display_name)
    session.execute(insert(passkey).values(**values))


def of_account(session: Session, keys: Keys, account_id: str) -> list[Passkey]:
    """Return the passkeys of an account, newest first."""
    query = select(passkey).where(_c.account_id == account_id).order_by(_c.create_time.desc())
    return [_passkey(keys, row) for row in session.execute(query)]


def count(session: Session, account_id: str) -> int:
    """Return how many passkeys an account has."""
    return session.scalar(select(func.count()).where(_c.account_id == account_id)) or 0


def find(session: Session, keys: Keys, credential_id: bytes) -> Passkey | None:
    """Return the passkey of an authenticator, and hold it: its counter is to be compared."""
    query = select(passkey).where(_c.credential_id == credential_id).with_for_update()
    row = session.execute(query).first()
    return None if row is None else _passkey(keys, row)


def exists(session: Session, credential_id: bytes) -> bool:
    """True when an authenticator's passkey is kept, whosever it is."""
    query = select(_c.passkey_id).where(_c.credential_id == credential_id)
    return session.execute(query).first() is not None


def use(session: Session, passkey_id: str, sign_count: int, at: datetime) -> None:
    """Record that a passkey was used."""
    session.execute(
        update(passkey)
        .where(_c.passkey_id == passkey_id)
        .values(sign_count=sign_count, use_time=at)
    )


def remove(session: Session, account_id: str, passkey_id: str = "") -> int:
    """Remove a passkey of an account, or all; return how many."""
    statement = delete(passkey).where(_c.account_id == account_id).returning(_c.passkey_id)
    if passkey_id:
        statement = statement.where(_c.passkey_id == passkey_id)
    return len(session.scalars(statement).all())


def ask(session: Session, new: Challenge, token_hash: bytes) -> None:
    """Keep a challenge; the one before of the same token counts no more."""
    session.execute(delete(passkey_challenge).where(_ch.token_hash == token_hash))
    values = {name: getattr(new, name) for name in Challenge.__slots__}
    session.execute(insert(passkey_challenge).values(token_hash=token_hash, **values))


def take(session: Session, token_hash: bytes, purpose: str, now: datetime) -> bytes:
    """Take a challenge away for its one answer; empty when there is none that still counts."""
    statement = (
        delete(passkey_challenge)
        .where(_ch.token_hash == token_hash, _ch.purpose == purpose, _ch.expire_time > now)
        .returning(_ch.challenge)
    )
    return session.scalar(statement) or b""


def forget(session: Session, before: datetime) -> int:
    """Remove challenges that ended before an instant; return how many."""
    statement = delete(passkey_challenge).where(_ch.expire_time < before)
    return len(session.scalars(statement.returning(_ch.challenge_id)).all())


def _passkey(keys: Keys, row: Row[Any]) -> Passkey:
    return Passkey(
        passkey_id=row.passkey_id,
        account_id=row.account_id,
        credential_id=row.credential_id,
        public_key=row.public_key,
        sign_count=row.sign_count,
        synced=row.synced,
        display_name=keys.decrypt(_NAME, row.display_name),
        create_time=row.create_time,
        use_time=row.use_time,
    )
