"""Inbox entries: written by the page, read newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Row,
    and_,
    case,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.crypto import Keys
from notification_service.domain.notices import Facts, Notice
from notification_service.store import facts
from notification_service.store.tables import inbox_entry, known_case, known_participant

_PURPOSE = "inbox_entry.facts"
_MAX_ROWS = 5_000
"""Notices in one statement; a page of events makes a few thousand."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An inbox entry; `place` grows with time."""

    place: int
    entry_id: str
    kind: str
    about_id: str
    facts: Facts
    create_time: datetime
    email_state: str
    read_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: among the unread entries or behind them."""

    unread: bool
    place: int


def write(
    session: Session, keys: Keys, notices: Sequence[Notice], at: datetime, *, mail_is_on: bool
) -> None:
    """Write entries that are not there yet, each queued for mail where its reader chose that."""
    now = literal(at, DateTime(timezone=True))
    for start in range(0, len(notices), _MAX_ROWS):
        told = facts.as_table(keys, _PURPOSE, notices[start : start + _MAX_ROWS])
        reader = func.coalesce(told.c.participant_id, known_case.c.obligee_id)
        columns = {
            "entry_id": told.c.id,
            "participant_id": reader,
            "case_id": told.c.case_id,
            "kind": told.c.kind,
            "about_id": told.c.about_id,
            "facts": told.c.facts,
            "create_time": now,
            "email_state": _email_state(mail_is_on=mail_is_on),
            "email_due_at": now,
        }
        rows = (
            select(*columns.values())
            .select_from(told)
            .outerjoin(known_case, known_case.c.case_id == told.c.case_id)
            .outerjoin(known_participant, known_participant.c.participant_id == reader)
        )
        statement = insert(inbox_entry).from_select(list(columns), rows)
        session.execute(statement.on_conflict_do_nothing(index_elements=["entry_id"]))


def settle_readers(session: Session, limit: int) -> int:
    """Fill in the readers of entries that came before their case; returns how many."""
    waiting = (
        select(inbox_entry.c.id, known_case.c.obligee_id)
        .join(known_case, known_case.c.case_id == inbox_entry.c.case_id)
        .where(inbox_entry.c.email_state == "undecided", inbox_entry.c.participant_id.is_(None))
        .order_by(inbox_entry.c.id)
        .limit(limit)
        .with_for_update(of=inbox_entry, skip_locked=True)
        .cte("waiting")
    )
    statement = (
        update(inbox_entry)
        .where(inbox_entry.c.id == waiting.c.id)
        .values(participant_id=waiting.c.obligee_id)
        .returning(inbox_entry.c.id)
    )
    return len(session.scalars(statement).all())


def settle_mail(session: Session, limit: int, at: datetime, *, mail_is_on: bool) -> int:
    """Decide about the mail of entries that came before their participant; returns how many."""
    waiting = (
        select(inbox_entry.c.id, _email_state(mail_is_on=mail_is_on).label("email_state"))
        .join(
            known_participant,
            known_participant.c.participant_id == inbox_entry.c.participant_id,
        )
        .where(inbox_entry.c.email_state == "undecided")
        .order_by(inbox_entry.c.id)
        .limit(limit)
        .with_for_update(of=inbox_entry, skip_locked=True)
        .cte("waiting")
    )
    statement = (
        update(inbox_entry)
        .where(inbox_entry.c.id == waiting.c.id)
        .values(email_state=waiting.c.email_state, email_due_at=at)
        .returning(inbox_entry.c.id)
    )
    return len(session.scalars(statement).all())


def language(session: Session, participant_id: str) -> str:
    """Return the language of a participant; empty while the participant is not known."""
    query = select(known_participant.c.language).where(
        known_participant.c.participant_id == participant_id
    )
    return session.scalar(query) or ""


def read(
    session: Session, keys: Keys, participant_id: str, before: int | None, limit: int
) -> list[Entry]:
    """Return a page of a participant's entries, newest first, those below the place `before`."""
    query = (
        select(inbox_entry)
        .where(inbox_entry.c.participant_id == participant_id)
        .order_by(inbox_entry.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(inbox_entry.c.id < before)
    return [_entry(keys, row) for row in session.execute(query)]


def read_unread_first(
    session: Session, keys: Keys, participant_id: str, after: Place | None, limit: int
) -> list[Entry]:
    """Return a page of a participant's entries: those not read, then the others, newest first."""
    unread = inbox_entry.c.read_time.is_(None)
    query = (
        select(inbox_entry)
        .where(inbox_entry.c.participant_id == participant_id)
        .order_by(unread.desc(), inbox_entry.c.id.desc())
        .limit(limit)
    )
    if after is not None:
        below = inbox_entry.c.id < after.place
        query = query.where(
            or_(and_(unread, below), not_(unread)) if after.unread else and_(not_(unread), below)
        )
    return [_entry(keys, row) for row in session.execute(query)]


def one(session: Session, keys: Keys, participant_id: str, entry_id: str) -> Entry | None:
    """Return an entry of a participant; None also for one that went to somebody else."""
    query = select(inbox_entry).where(
        inbox_entry.c.entry_id == entry_id, inbox_entry.c.participant_id == participant_id
    )
    row = session.execute(query).first()
    return _entry(keys, row) if row else None


def mark_read(session: Session, participant_id: str, entry_id: str, at: datetime) -> None:
    """Note when a participant read an entry of his own; the first time stays."""
    session.execute(
        update(inbox_entry)
        .where(
            inbox_entry.c.entry_id == entry_id,
            inbox_entry.c.participant_id == participant_id,
            inbox_entry.c.read_time.is_(None),
        )
        .values(read_time=at)
    )


def count_unread(session: Session, participant_id: str) -> int:
    """Return how many entries a participant has not read."""
    query = select(func.count()).where(
        inbox_entry.c.participant_id == participant_id, inbox_entry.c.read_time.is_(None)
    )
    return session.scalar(query) or 0


def _entry(keys: Keys, row: Row[tuple[object, ...]]) -> Entry:
    return Entry(
        place=row.id,
        entry_id=row.entry_id,
        kind=row.kind,
        about_id=row.about_id,
        facts=facts.decrypt(keys, _PURPOSE, row.facts),
        create_time=row.create_time,
        email_state=row.email_state,
        read_time=row.read_time,
    )


def _email_state(*, mail_is_on: bool) -> ColumnElement[str]:
    """What becomes of the mail: undecided as long as the participant is not known."""
    return case(
        (known_participant.c.participant_id.is_(None), "undecided"),
        (not_(known_participant.c.email_notices), "not_chosen"),
        else_="queued" if mail_is_on else "off",
    )
