"""Queries on workers, their links and codes, their devices, and what happened to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from chassis.crypto import Keys
from identity_service.domain.workers import ENDED
from identity_service.store.tables.workers import (
    worker,
    worker_code,
    worker_device,
    worker_event,
)

LINK, RECOVERY = "link", "recovery"
_EMAIL = "worker.email"
_TOTP = "worker.totp_secret"
_REASON = "worker.end_reason"
_ADVISORY_KEY = 7_203_119
_c, _code = worker.c, worker_code.c


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker, opened. No password hash and no `totp_secret` until they were set up."""

    worker_id: str
    display_name: str
    email: str
    language: str
    office_ids: tuple[str, ...]
    roles: tuple[str, ...]
    state: str
    create_time: datetime
    end_time: datetime | None = None
    password_hash: str = ""
    totp_secret: bytes = b""
    totp_step: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a worker."""

    kind: str
    event_time: datetime
    session_id: str
    done_by: str


def lock_names(session: Session) -> None:
    """Let one transaction at a time give out worker ids and addresses."""
    session.execute(select(func.pg_advisory_xact_lock(_ADVISORY_KEY)))


def add(session: Session, keys: Keys, new: Worker, hashed: bytes) -> None:
    """Insert a worker who has set up nothing yet."""
    session.execute(
        insert(worker).values(
            worker_id=new.worker_id,
            display_name=new.display_name,
            email=keys.encrypt(_EMAIL, new.email),
            email_hash=hashed,
            language=new.language,
            office_ids=list(new.office_ids),
            roles=list(new.roles),
            state=new.state,
            create_time=new.create_time,
        )
    )


def find(session: Session, keys: Keys, worker_id: str, *, lock: bool = False) -> Worker | None:
    """Return a worker, ended ones too."""
    query = select(worker).where(_c.worker_id == worker_id)
    return _first(session, keys, query.with_for_update() if lock else query)


def find_by_login(session: Session, keys: Keys, login: str, hashed: bytes) -> Worker | None:
    """Return the worker in force with an id, else the one with an e-mail address."""
    in_force = _c.state != ENDED
    by_id = select(worker).where(_c.worker_id == login, in_force)
    by_email = select(worker).where(_c.email_hash == hashed, in_force)
    # Both are asked for, so that finding takes as long as not finding.
    found = [_first(session, keys, by_id), _first(session, keys, by_email)]
    return found[0] or found[1]


def has_email(session: Session, hashed: bytes) -> bool:
    """True when a worker in force has an e-mail address."""
    query = select(_c.worker_id).where(_c.email_hash == hashed, _c.state != ENDED)
    return session.execute(query).first() is not None


def page(
    session: Session, keys: Keys, after: str, limit: int, office_id: str, *, ended: bool
) -> list[Worker]:
    """Return the workers after an id, in its order."""
    query = select(worker).where(_c.worker_id > after).order_by(_c.worker_id).limit(limit)
    if office_id:
        query = query.where(_c.office_ids.any(office_id))
    if not ended:
        query = query.where(_c.state != ENDED)
    return [_worker(keys, row) for row in session.execute(query)]


def change(session: Session, worker_id: str, **values: Any) -> None:
    """Change columns of a worker that are kept as they are."""
    session.execute(update(worker).where(_c.worker_id == worker_id).values(**values))


def set_factors(
    session: Session, keys: Keys, worker_id: str, password_hash: str, totp_secret: bytes
) -> None:
    """Keep both factors; none takes both away. The state must allow it."""
    kept = keys.encrypt_bytes(_TOTP, totp_secret) if totp_secret else None
    change(session, worker_id, password_hash=password_hash, totp_secret=kept, totp_step=0)


def end(session: Session, keys: Keys, worker_id: str, at: datetime, reason: str) -> None:
    """End a worker; what proved who it was goes."""
    change(
        session,
        worker_id,
        state=ENDED,
        end_time=at,
        end_reason=keys.encrypt(_REASON, reason),
        password_hash="",
        totp_secret=None,
    )


def use_totp_step(session: Session, worker_id: str, step: int) -> bool:
    """Record that a code was used; False when it, or a later one, had been used."""
    statement = (
        update(worker)
        .where(_c.worker_id == worker_id, _c.totp_step < step)
        .values(totp_step=step)
        .returning(_c.worker_id)
    )
    return session.execute(statement).first() is not None


@dataclass(frozen=True, slots=True)
class Code:
    """A link or recovery code without what proves it."""

    code_id: str
    worker_id: str
    purpose: str
    create_time: datetime
    expire_time: datetime | None


def add_code(session: Session, new: Code, fingerprint: bytes) -> None:
    """Keep a link or code."""
    values = {name: getattr(new, name) for name in Code.__slots__}
    session.execute(insert(worker_code).values(fingerprint=fingerprint, **values))


def drop_codes(session: Session, worker_id: str, purposes: Sequence[str]) -> None:
    """Drop the links or codes of a worker."""
    session.execute(
        delete(worker_code).where(_code.worker_id == worker_id, _code.purpose.in_(purposes))
    )


def worker_of_link(session: Session, fingerprint: bytes, now: datetime) -> str:
    """Return whose link it is while it can be used; empty when it cannot."""
    query = select(_code.worker_id).where(*_usable(LINK, fingerprint, now))
    return session.scalar(query) or ""


def use_code(
    session: Session, worker_id: str, purpose: str, fingerprint: bytes, now: datetime
) -> bool:
    """Use up a link or code of a worker; False when there is none that still counts."""
    statement = (
        update(worker_code)
        .where(_code.worker_id == worker_id, *_usable(purpose, fingerprint, now))
        .values(use_time=now)
        .returning(_code.code_id)
    )
    return session.execute(statement).first() is not None


def codes_left(session: Session, worker_id: str) -> int:
    """Return how many recovery codes are unused."""
    query = select(func.count()).where(
        _code.worker_id == worker_id, _code.purpose == RECOVERY, _code.use_time.is_(None)
    )
    return session.scalar(query) or 0


def link_expire_time(session: Session, worker_id: str, now: datetime) -> datetime | None:
    """Return until when the link of a worker can be used; None when none is open."""
    query = select(func.max(_code.expire_time)).where(
        _code.worker_id == worker_id,
        _code.purpose == LINK,
        _code.use_time.is_(None),
        _code.expire_time > now,
    )
    found: datetime | None = session.scalar(query)
    return found


def forget_codes(session: Session, before: datetime) -> int:
    """Remove links and codes that ended or were used before an instant; return how many."""
    over = or_(_code.expire_time < before, _code.use_time < before)
    statement = delete(worker_code).where(over).returning(_code.code_id)
    return len(session.scalars(statement).all())


def record(
    session: Session, worker_id: str, kind: str, at: datetime, by: str, session_id: str | None
) -> None:
    """Record something that happened to a worker."""
    session.execute(
        insert(worker_event).values(
            worker_id=worker_id, kind=kind, event_time=at, session_id=session_id, done_by=by
        )
    )


def events(session: Session, worker_id: str, limit: int) -> list[Event]:
    """Return what happened to a worker, newest first."""
    c = worker_event.c
    rows = session.execute(
        select(c.kind, c.event_time, c.session_id, c.done_by)
        .where(c.worker_id == worker_id)
        .order_by(c.id.desc())
        .limit(limit)
    )
    return [Event(r.kind, r.event_time, r.session_id or "", r.done_by) for r in rows]


def is_known_device(session: Session, worker_id: str, device_hash: bytes) -> bool:
    """True when a device has logged in for the worker before."""
    found = select(worker_device.c.device_hash).where(
        worker_device.c.device_hash == device_hash, worker_device.c.worker_id == worker_id
    )
    return session.execute(found).first() is not None


def know_device(session: Session, worker_id: str, device_hash: bytes, at: datetime) -> None:
    """Remember a device that has logged in."""
    session.execute(
        upsert(worker_device)
        .values(worker_id=worker_id, device_hash=device_hash, last_time=at)
        .on_conflict_do_update(index_elements=["device_hash"], set_={"last_time": at})
    )


def forget_devices(session: Session, *, worker_id: str = "", before: datetime | None = None) -> int:
    """Forget devices: all of a worker, or those not seen since an instant; return how many."""
    statement = delete(worker_device).returning(worker_device.c.device_hash)
    if worker_id:
        statement = statement.where(worker_device.c.worker_id == worker_id)
    if before is not None:
        statement = statement.where(worker_device.c.last_time < before)
    return len(session.scalars(statement).all())


def _usable(purpose: str, fingerprint: bytes, now: datetime) -> tuple[Any, ...]:
    return (
        _code.purpose == purpose,
        _code.fingerprint == fingerprint,
        _code.use_time.is_(None),
        or_(_code.expire_time.is_(None), _code.expire_time > now),
    )


def _first(session: Session, keys: Keys, query: Select[Any]) -> Worker | None:
    row = session.execute(query).first()
    return None if row is None else _worker(keys, row)


def _worker(keys: Keys, row: Row[Any]) -> Worker:
    return Worker(
        worker_id=row.worker_id,
        display_name=row.display_name,
        email=keys.decrypt(_EMAIL, row.email),
        language=row.language,
        office_ids=tuple(row.office_ids),
        roles=tuple(row.roles),
        state=row.state,
        create_time=row.create_time,
        end_time=row.end_time,
        password_hash=row.password_hash,
        totp_secret=keys.decrypt_bytes(_TOTP, row.totp_secret) if row.totp_secret else b"",
        totp_step=row.totp_step,
    )
