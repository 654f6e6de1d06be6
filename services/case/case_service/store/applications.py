"""Applications and referrals: written whole, listed without contents, found by who is meant."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Row, delete, func, insert, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from case_service.domain.applications import Application, Content
from case_service.domain.duplicates import plain
from case_service.store.application_content import PURPOSE, from_json, to_json
from case_service.store.tables.applications import (
    application,
    application_event,
    application_person,
)
from chassis.arrays import is_any
from chassis.crypto import Keys

MAX_EVENTS = 100
MAX_DUPLICATES = 50
_FACTS, _REASON = "application_event.facts", "application.reason"
_c = application.c


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to an application."""

    application_id: str
    on_date: date
    kind: str
    recorded_by: str
    at: datetime
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another application about some of the same people."""

    application: Application
    same_applicant: bool
    same_children: int


def write(session: Session, keys: Keys, one: Application, at: datetime) -> None:
    """Write an application as it is now; a new one or the next version."""
    row = _row(keys, one, at)
    statement = upsert(application).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=[_c.application_id],
        set_={name: statement.excluded[name] for name in row if name != "application_id"},
    )
    session.execute(statement)
    of_one = application_person.c.application_id == one.application_id
    session.execute(delete(application_person).where(of_one))
    people = _people(keys, one.content)
    if people:
        session.execute(
            insert(application_person),
            [
                {"application_id": one.application_id, "person_hash": digest, "role": role}
                for role, digest in sorted(people)
            ],
        )


def lock(session: Session, keys: Keys, application_id: str) -> Application | None:
    """Return an application, locked until the end of the transaction; None when there is none."""
    query = select(application).where(_c.application_id == application_id).with_for_update()
    row = session.execute(query).first()
    return _application(keys, row) if row else None


def lock_referral(session: Session, application_id: str) -> None:
    """Wait until nobody else takes the same referral; holds until the end of the transaction."""
    key = func.hashtextextended(application_id, 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))


def read(session: Session, keys: Keys, application_id: str) -> Application | None:
    """Return an application; None when there is none."""
    row = session.execute(select(application).where(_c.application_id == application_id)).first()
    return _application(keys, row) if row else None


def id_by_code(session: Session, digest: bytes, today: date) -> str | None:
    """Return the application that a code resumes on a day."""
    query = select(_c.application_id).where(_c.resume_hash == digest, _c.resume_until >= today)
    return session.scalar(query)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which applications a list is of; what is empty does not count."""

    status: str = ""
    channel: str = ""
    office_id: str = ""


def page(session: Session, keys: Keys, asked: Asked, after: str, limit: int) -> list[Application]:
    """Return a page of applications, the oldest first, without what they say.

    `after` is the `place_of` the last one of the page before; empty for the first page.
    """
    columns = [c for c in _c if c.name not in {"content", "reason"}]
    query = select(*columns).order_by(_c.asked_on, _c.application_id).limit(limit)
    for column, value in (
        (_c.status, asked.status),
        (_c.channel, asked.channel),
        (_c.office_id, asked.office_id),
    ):
        if value:
            query = query.where(column == value)
    if after:
        day, _, application_id = after.partition("/")
        last = tuple_(
            literal(date.fromisoformat(day), _c.asked_on.type),
            literal(application_id, _c.application_id.type),
        )
        query = query.where(tuple_(_c.asked_on, _c.application_id) > last)
    return [_application(keys, row) for row in session.execute(query)]


def place_of(one: Application) -> str:
    """Return where an application stands in the list of all."""
    return f"{one.asked_on}/{one.application_id}"


def duplicates(session: Session, keys: Keys, one: Application) -> list[Duplicate]:
    """Return other applications about the same applicant or children, the newest first."""
    mine = _people(keys, one.content)
    if not mine:
        return []
    p = application_person.c
    query = (
        select(p.application_id, p.role, p.person_hash)
        .where(is_any(p.person_hash, [digest for _, digest in sorted(mine)]))
        .where(p.application_id != one.application_id)
    )
    shared: dict[str, set[tuple[str, bytes]]] = {}
    for row in session.execute(query):
        if (row.role, row.person_hash) in mine:
            shared.setdefault(row.application_id, set()).add((row.role, row.person_hash))
    others = (
        select(application)
        .where(is_any(_c.application_id, sorted(shared)))
        .order_by(_c.asked_on.desc(), _c.application_id.desc())
        .limit(MAX_DUPLICATES)
    )
    return [
        Duplicate(
            _application(keys, row),
            any(role == "applicant" for role, _ in shared[row.application_id]),
            sum(role == "child" for role, _ in shared[row.application_id]),
        )
        for row in session.execute(others)
    ]


def drafts_saved_before(session: Session, day: date, limit: int) -> list[str]:
    """Return drafts that nobody has saved since a day; locked, those that others work on left."""
    query = (
        select(_c.application_id)
        .where(_c.status == "draft", _c.saved_on < day)
        .order_by(_c.saved_on, _c.application_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(query))


def forget_content(session: Session, application_ids: Sequence[str]) -> None:
    """Erase what was noted of events of applications that are erased."""
    query = update(application_event).where(
        is_any(application_event.c.application_id, application_ids)
    )
    session.execute(query.values(facts=None))


def add_event(session: Session, keys: Keys, event: Event) -> None:
    """Write what happened to an application."""
    facts = keys.encrypt(_FACTS, json.dumps(dict(event.facts))) if event.facts else None
    session.execute(
        insert(application_event),
        {
            "application_id": event.application_id,
            "at": event.at,
            "on_date": event.on_date,
            "kind": event.kind,
            "recorded_by": event.recorded_by,
            "facts": facts,
        },
    )


def events(session: Session, keys: Keys, application_id: str) -> list[Event]:
    """Return the last things that happened to an application, oldest first."""
    e = application_event.c
    query = (
        select(application_event)
        .where(e.application_id == application_id)
        .order_by(e.id.desc())
        .limit(MAX_EVENTS)
    )
    return [
        Event(
            row.application_id,
            row.on_date,
            row.kind,
            row.recorded_by,
            row.at,
            json.loads(keys.decrypt(_FACTS, row.facts)) if row.facts else {},
        )
        for row in reversed(session.execute(query).all())
    ]


def _people(keys: Keys, content: Content) -> set[tuple[str, bytes]]:
    """Return who is meant, as keyed hashes: by number, and by name with date of birth."""
    return {
        *(("applicant", digest) for digest in _hashes(keys, content.applicant)),
        *(("child", digest) for child in content.children for digest in _hashes(keys, child)[:1]),
    }


def _hashes(keys: Keys, person: object) -> list[bytes]:
    first, last, born, ssn = (
        getattr(person, name) for name in ("first_name", "last_name", "birth_date", "ssn")
    )
    found = []
    if first and last and born:
        named = f"{plain(first)}|{plain(last)}|{born.isoformat()}"
        found.append(keys.lookup_hash("application.person", named))
    if ssn:
        found.append(keys.lookup_hash("application.ssn", ssn))
    return found


def _row(keys: Keys, one: Application, at: datetime) -> dict[str, object]:
    said = one.content != Content()
    return {
        "application_id": one.application_id,
        "version": one.version,
        "kind": one.kind,
        "channel": one.channel,
        "status": one.status,
        "office_id": one.office_id,
        "applicant_id": one.applicant_id or None,
        "content": keys.encrypt(PURPOSE, to_json(one.content)) if said else None,
        "resume_hash": one.resume_hash,
        "resume_until": one.resume_until,
        "asked_on": one.asked_on,
        "given_on": one.given_on,
        "filed_on": one.filed_on,
        "decided_on": one.decided_on,
        "answer_by": one.answer_by,
        "fee_cents": one.fee_cents,
        "fee": one.fee,
        "reason": keys.encrypt(_REASON, one.reason) if one.reason else None,
        "case_id": one.case_id or None,
        "agency": one.agency,
        "referral_id": one.referral_id or None,
        "referral_digest": one.referral_digest,
        "saved_on": one.saved_on,
        "updated_at": at,
    }


def _application(keys: Keys, row: Row[tuple[object, ...]]) -> Application:
    content = getattr(row, "content", None)
    reason = getattr(row, "reason", None)
    return Application(
        application_id=row.application_id,
        version=row.version,
        kind=row.kind,
        channel=row.channel,
        status=row.status,
        office_id=row.office_id,
        applicant_id=row.applicant_id or "",
        content=from_json(keys.decrypt(PURPOSE, content)) if content else Content(),
        resume_hash=row.resume_hash,
        resume_until=row.resume_until,
        asked_on=row.asked_on,
        given_on=row.given_on,
        filed_on=row.filed_on,
        decided_on=row.decided_on,
        answer_by=row.answer_by,
        fee_cents=row.fee_cents,
        fee=row.fee,
        reason=keys.decrypt(_REASON, reason) if reason else "",
        case_id=row.case_id or "",
        agency=row.agency,
        referral_id=row.referral_id or "",
        referral_digest=row.referral_digest,
        saved_on=row.saved_on,
    )
