"""Queries on accounts and on what happened to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from chassis.crypto import Keys
from identity_service.store.tables.accounts import account, account_event, known_device

_EMAIL = "account.email"
_TOTP = "account.totp_secret"
_ADVISORY_KEY = 7_203_117


@dataclass(frozen=True, slots=True)
class Account:
    """An account, opened. `totp_secret` is empty when no authenticator app was begun."""

    account_id: str
    user_name: str
    email: str
    language: str
    password_hash: str
    create_time: datetime
    verify_time: datetime | None
    totp_secret: bytes
    totp_confirmed: bool
    totp_step: int


@dataclass(frozen=True, slots=True)
class New:
    """An account that is to be made."""

    account_id: str
    user_name: str
    user_name_key: str
    email: str
    email_hash: bytes
    language: str
    password_hash: str
    create_time: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an account."""

    kind: str
    event_time: datetime
    session_id: str


def email_hash(keys: Keys, email_key: str) -> bytes:
    """Return what an address is looked up by."""
    return keys.lookup_hash("email", email_key)


def lock_names(session: Session) -> None:
    """Let one transaction at a time give out user names."""
    session.execute(select(func.pg_advisory_xact_lock(_ADVISORY_KEY)))


def is_taken(session: Session, user_name_key: str) -> bool:
    """True when an account has the name."""
    found = select(account.c.account_id).where(account.c.user_name_key == user_name_key)
    return session.execute(found).first() is not None


def add(session: Session, keys: Keys, new: New) -> None:
    """Insert an account that is not verified yet."""
    session.execute(
        insert(account).values(
            account_id=new.account_id,
            user_name=new.user_name,
            user_name_key=new.user_name_key,
            email=keys.encrypt(_EMAIL, new.email),
            email_hash=new.email_hash,
            language=new.language,
            password_hash=new.password_hash,
            create_time=new.create_time,
        )
    )


def find(session: Session, keys: Keys, account_id: str, *, lock: bool = False) -> Account | None:
    """Return an account by its id."""
    query = select(account).where(account.c.account_id == account_id)
    return _first(session, keys, query.with_for_update() if lock else query)


def find_by_email(session: Session, keys: Keys, hashed: bytes) -> Account | None:
    """Return the account of an e-mail address, verified or not."""
    return _first(session, keys, select(account).where(account.c.email_hash == hashed))


def find_by_login(
    session: Session, keys: Keys, user_name_key: str, hashed: bytes
) -> Account | None:
    """Return the verified account with a user name, else the one with an e-mail address."""
    verified = account.c.verify_time.is_not(None)
    by_name = select(account).where(account.c.user_name_key == user_name_key, verified)
    by_email = select(account).where(account.c.email_hash == hashed, verified)
    # Both are asked for, so that finding takes as long as not finding.
    found = [_first(session, keys, by_name), _first(session, keys, by_email)]
    return found[0] or found[1]


def change(session: Session, account_id: str, **values: Any) -> None:
    """Change columns of an account that are kept as they are."""
    session.execute(update(account).where(account.c.account_id == account_id).values(**values))


def change_email(session: Session, keys: Keys, account_id: str, email: str, hashed: bytes) -> None:
    """Give an account another address."""
    change(session, account_id, email=keys.encrypt(_EMAIL, email), email_hash=hashed)


def set_totp(session: Session, keys: Keys, account_id: str, secret: bytes) -> None:
    """Begin an authenticator app; it is not confirmed yet. No secret: there is none any more."""
    kept = keys.encrypt_bytes(_TOTP, secret) if secret else None
    change(session, account_id, totp_secret=kept, totp_confirmed=False, totp_step=0)


def use_totp_step(session: Session, account_id: str, step: int) -> bool:
    """Record that a code was used; False when it, or a later one, had been used."""
    statement = (
        update(account)
        .where(account.c.account_id == account_id, account.c.totp_step < step)
        .values(totp_step=step)
        .returning(account.c.account_id)
    )
    return session.execute(statement).first() is not None


def remove(session: Session, account_id: str) -> None:
    """Remove an account that was never verified."""
    session.execute(
        delete(account).where(account.c.account_id == account_id, account.c.verify_time.is_(None))
    )


def remove_unverified(session: Session, before: datetime) -> int:
    """Remove accounts made before an instant and never verified; return how many."""
    statement = (
        delete(account)
        .where(account.c.verify_time.is_(None), account.c.create_time < before)
        .returning(account.c.account_id)
    )
    return len(session.scalars(statement).all())


def record(
    session: Session, account_id: str, kind: str, at: datetime, by: str, session_id: str | None
) -> None:
    """Record something that happened to an account."""
    session.execute(
        insert(account_event).values(
            account_id=account_id, kind=kind, event_time=at, session_id=session_id, done_by=by
        )
    )


def events(session: Session, account_id: str, limit: int) -> list[Event]:
    """Return what happened to an account, newest first."""
    c = account_event.c
    rows = session.execute(
        select(c.kind, c.event_time, c.session_id)
        .where(c.account_id == account_id)
        .order_by(c.id.desc())
        .limit(limit)
    )
    return [Event(row.kind, row.event_time, row.session_id or "") for row in rows]


def is_known_device(session: Session, account_id: str, device_hash: bytes) -> bool:
    """True when a device has logged in to the account before."""
    found = select(known_device.c.device_hash).where(
        known_device.c.device_hash == device_hash, known_device.c.account_id == account_id
    )
    return session.execute(found).first() is not None


def know_device(session: Session, account_id: str, device_hash: bytes, at: datetime) -> None:
    """Remember a device that has logged in."""
    session.execute(
        upsert(known_device)
        .values(account_id=account_id, device_hash=device_hash, last_time=at)
        .on_conflict_do_update(index_elements=["device_hash"], set_={"last_time": at})
    )


def forget_devices(
    session: Session, *, account_id: str = "", before: datetime | None = None
) -> int:
    """Forget devices: all of an account, or those not seen since an instant; return how many."""
    statement = delete(known_device).returning(known_device.c.device_hash)
    if account_id:
        statement = statement.where(known_device.c.account_id == account_id)
    if before is not None:
        statement = statement.where(known_device.c.last_time < before)
    return len(session.scalars(statement).all())


def _first(session: Session, keys: Keys, query: Any) -> Account | None:
    row = session.execute(query).first()
    return None if row is None else _account(keys, row)


def _account(keys: Keys, row: Row[Any]) -> Account:
    return Account(
        account_id=row.account_id,
        user_name=row.user_name,
        email=keys.decrypt(_EMAIL, row.email),
        language=row.language,
        password_hash=row.password_hash,
        create_time=row.create_time,
        verify_time=row.verify_time,
        totp_secret=keys.decrypt_bytes(_TOTP, row.totp_secret) if row.totp_secret else b"",
        totp_confirmed=row.totp_confirmed,
        totp_step=row.totp_step,
    )
