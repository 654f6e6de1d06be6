"""The mail queue: the inbox entries whose mail is queued."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from chassis.crypto import Keys
from notification_service.store.projections import Contact
from notification_service.store.tables import inbox_entry, known_participant


@dataclass(frozen=True, slots=True)
class Queued:
    """An entry whose mail is due, and where its reader is told now."""

    entry_id: str
    participant_id: str
    attempts: int
    language: str
    email: str
    still_chosen: bool


def take_due(session: Session, keys: Keys, now: datetime, limit: int) -> list[Queued]:
    """Return what is due, longest first, locked until the end of the transaction."""
    rows = session.execute(
        select(
            inbox_entry.c.entry_id,
            inbox_entry.c.participant_id,
            inbox_entry.c.email_attempts,
            known_participant.c.language,
            known_participant.c.contact,
            known_participant.c.email_notices,
        )
        .join(
            known_participant,
            known_participant.c.participant_id == inbox_entry.c.participant_id,
        )
        .where(inbox_entry.c.email_state == "queued", inbox_entry.c.email_due_at <= now)
        .order_by(inbox_entry.c.email_due_at, inbox_entry.c.id)
        .limit(limit)
        .with_for_update(of=inbox_entry, skip_locked=True)
    )
    return [
        Queued(
            entry_id=r.entry_id,
            participant_id=r.participant_id,
            attempts=r.email_attempts,
            language=r.language,
            email=Contact.decrypted(keys, r.contact).email,
            still_chosen=r.email_notices,
        )
        for r in rows
    ]


def close(session: Session, entry_ids: Sequence[str], state: str) -> None:
    """Take entries out of the queue: sent, failed, or no longer chosen."""
    if entry_ids:
        session.execute(
            update(inbox_entry)
            .where(inbox_entry.c.entry_id.in_(entry_ids))
            .values(email_state=state, email_attempts=inbox_entry.c.email_attempts + 1)
        )


def postpone(session: Session, entry_ids: Sequence[str], due_at: datetime) -> None:
    """Leave entries in the queue for another attempt."""
    if entry_ids:
        session.execute(
            update(inbox_entry)
            .where(inbox_entry.c.entry_id.in_(entry_ids))
            .values(email_attempts=inbox_entry.c.email_attempts + 1, email_due_at=due_at)
        )
