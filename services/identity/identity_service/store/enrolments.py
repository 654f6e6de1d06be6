"""Queries on enrolment: who was enabled, which account sees whose cases, keys by letter."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from chassis.crypto import Keys
from identity_service.store.tables.accounts import code
from identity_service.store.tables.enrolment import access, enablement, key_request

_CONTENT = "key_request.content"
_REASON = "access.reason"
_k = key_request.c


@dataclass(frozen=True, slots=True)
class Enablement:
    """A worker enabled a participant's access."""

    participant_id: str
    email_hash: bytes
    enabled_on: date
    enabled_by: str
    eligible_from: date


@dataclass(frozen=True, slots=True)
class Access:
    """An account sees a participant's cases."""

    account_id: str
    participant_id: str
    create_time: datetime


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A request for a key by letter; `participant_id` is empty when nobody matched."""

    id: int
    account_id: str
    state: str
    ask_time: datetime
    participant_id: str
    slow_hash: str
    sent_on: date | None
    expire_on: date | None


def enable(session: Session, new: Enablement) -> None:
    """Record that a worker enabled somebody; the newest counts."""
    values = {name: getattr(new, name) for name in Enablement.__slots__}
    changed = {name: value for name, value in values.items() if name != "participant_id"}
    session.execute(
        upsert(enablement)
        .values(**values)
        .on_conflict_do_update(index_elements=["participant_id"], set_=changed)
    )


def enabled(session: Session, participant_id: str) -> Enablement | None:
    """Return what a worker recorded about somebody."""
    query = select(enablement).where(enablement.c.participant_id == participant_id)
    row = session.execute(query).first()
    return None if row is None else Enablement(*row)


def withdraw(session: Session, participant_id: str) -> None:
    """Drop what could still open a participant's cases: the office's word, a PIN, a key."""
    session.execute(delete(enablement).where(enablement.c.participant_id == participant_id))
    session.execute(delete(code).where(code.c.participant_id == participant_id))
    session.execute(
        update(key_request)
        .where(_k.participant_id == participant_id, _k.state.in_(("waiting", "sent")))
        .values(state="superseded", slow_hash="")
    )


def grant(session: Session, new: Access) -> None:
    """Let an account see a participant's cases; no other may see them at the time."""
    session.execute(
        insert(access).values(
            account_id=new.account_id,
            participant_id=new.participant_id,
            create_time=new.create_time,
        )
    )


def granted(session: Session, account_id: str) -> list[Access]:
    """Return what an account sees."""
    return _accesses(session, _in_force().where(access.c.account_id == account_id))


def granted_for(session: Session, participant_id: str, *, lock: bool = False) -> Access | None:
    """Return which account sees a participant's cases."""
    query = _in_force().where(access.c.participant_id == participant_id)
    found = _accesses(session, query.with_for_update() if lock else query)
    return found[0] if found else None


def lock_participant(session: Session, participant_id: str) -> None:
    """Let one transaction at a time change who sees a participant's cases."""
    key = func.hashtextextended(participant_id, 7_203_118)
    session.execute(select(func.pg_advisory_xact_lock(key)))


def end_access(
    session: Session, keys: Keys, participant_id: str, at: datetime, by: str, reason: str
) -> None:
    """Let nobody see a participant's cases any more."""
    session.execute(
        update(access)
        .where(access.c.participant_id == participant_id, access.c.end_time.is_(None))
        .values(end_time=at, ended_by=by, reason=keys.encrypt(_REASON, reason))
    )


def ask_key(
    session: Session, keys: Keys, account_id: str, content: Mapping[str, str], at: datetime
) -> None:
    """Write down that a key was asked for; an earlier one of the account counts no more."""
    session.execute(
        update(key_request)
        .where(_k.account_id == account_id, _k.state.in_(("asked", "waiting", "sent", "unmatched")))
        .values(state="superseded", content=None, slow_hash="")
    )
    kept = keys.encrypt(_CONTENT, json.dumps(dict(content)))
    session.execute(
        insert(key_request).values(account_id=account_id, state="asked", ask_time=at, content=kept)
    )


def key_requests(session: Session, account_id: str, since: datetime) -> list[KeyRequest]:
    """Return an account's requests since an instant, newest first."""
    query = _requests().where(_k.account_id == account_id, _k.ask_time > since)
    return _key_requests(session, query.order_by(_k.id.desc()))


def key_requests_for(session: Session, participant_id: str, since: datetime) -> list[KeyRequest]:
    """Return the requests that matched a participant since an instant, newest first."""
    query = _requests().where(_k.participant_id == participant_id, _k.ask_time > since)
    return _key_requests(session, query.order_by(_k.id.desc()))


def take_asked_keys(
    session: Session, keys: Keys, limit: int
) -> list[tuple[KeyRequest, Mapping[str, str]]]:
    """Return requests that nobody has looked at, locked, with what was shown."""
    query = _requests().add_columns(_k.content).where(_k.state == "asked").order_by(_k.id)
    rows = session.execute(query.limit(limit).with_for_update(skip_locked=True)).all()
    return [(_key_request(r), json.loads(keys.decrypt(_CONTENT, r.content))) for r in rows]


def keys_in_state(session: Session, state: str, limit: int, **below: date) -> list[KeyRequest]:
    """Return requests in a state, locked, oldest first; `below`: columns with their upper bounds.

    A date column counts when it is set and before its bound; `not_reminded` when no reminder went.
    """
    query = _requests().where(_k.state == state)
    if "expire_on" in below:
        query = query.where(_k.expire_on < below["expire_on"])
    if "sent_on" in below:
        query = query.where(_k.sent_on < below["sent_on"], _k.reminded_on.is_(None))
    query = query.order_by(_k.id).limit(limit).with_for_update(skip_locked=True)
    return _key_requests(session, query)


def send_nothing(session: Session, on: date, expire_on: date) -> None:
    """Treat requests that nobody matched as if a letter had gone: askers see no difference."""
    session.execute(
        update(key_request)
        .where(_k.state == "unmatched")
        .values(state="sent", sent_on=on, expire_on=expire_on)
    )


def change_key(session: Session, request_id: int, **values: Any) -> None:
    """Change a request."""
    session.execute(update(key_request).where(_k.id == request_id).values(**values))


def count_key_try(session: Session, request_id: int, most: int) -> bool:
    """Count a try of a key before it is read; False when there have been too many."""
    statement = (
        update(key_request)
        .where(_k.id == request_id, _k.attempts < most)
        .values(attempts=_k.attempts + 1)
        .returning(_k.id)
    )
    return session.execute(statement).first() is not None


def use_key(session: Session, request_id: int) -> bool:
    """Use up a key; False when it was used or superseded in the meantime."""
    statement = (
        update(key_request)
        .where(_k.id == request_id, _k.state == "sent")
        .values(state="used", slow_hash="")
        .returning(_k.id)
    )
    return session.execute(statement).first() is not None


def _in_force() -> Select[Any]:
    return select(access.c.account_id, access.c.participant_id, access.c.create_time).where(
        access.c.end_time.is_(None)
    )


def _accesses(session: Session, query: Select[Any]) -> list[Access]:
    return [Access(*row) for row in session.execute(query)]


def _requests() -> Select[Any]:
    names = ("id", "account_id", "state", "ask_time", "participant_id", "slow_hash")
    return select(*(_k[name] for name in names), _k.sent_on, _k.expire_on)


def _key_requests(session: Session, query: Select[Any]) -> list[KeyRequest]:
    return [_key_request(row) for row in session.execute(query)]


def _key_request(row: Row[Any]) -> KeyRequest:
    return KeyRequest(
        id=row.id,
        account_id=row.account_id,
        state=row.state,
        ask_time=row.ask_time,
        participant_id=row.participant_id or "",
        slow_hash=row.slow_hash,
        sent_on=row.sent_on,
        expire_on=row.expire_on,
    )
