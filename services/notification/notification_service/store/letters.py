"""Letters: queued by the page, made one by one, kept as PDF."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import DateTime, Row, Select, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.crypto import Keys
from notification_service.domain.account_notices import SECRET_LETTERS
from notification_service.domain.letters import Addressee
from notification_service.domain.notices import Facts, Notice
from notification_service.store import facts
from notification_service.store.projections import Contact
from notification_service.store.tables import (
    known_case,
    known_employer,
    known_participant,
    letter,
)

_FACTS_PURPOSE = "letter.facts"
_PDF_PURPOSE = "letter.pdf"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that waits to be made; `addressee` is None where no address is known."""

    letter_id: str
    kind: str
    about_id: str
    participant_id: str
    employer_id: str
    facts: Facts
    language: str
    addressee: Addressee | None


@dataclass(frozen=True, slots=True)
class Issued:
    """A letter that was made; `place` grows with time of queueing."""

    place: int
    letter_id: str
    kind: str
    about_id: str
    participant_id: str
    employer_id: str
    issue_time: datetime


def queue(session: Session, keys: Keys, notices: Sequence[Notice], at: datetime) -> None:
    """Queue letters that are not there yet."""
    if not notices:
        return
    told = facts.as_table(keys, _FACTS_PURPOSE, notices)
    columns = {
        "letter_id": told.c.id,
        "participant_id": func.coalesce(told.c.participant_id, known_case.c.obligor_id),
        "employer_id": told.c.employer_id,
        "case_id": told.c.case_id,
        "kind": told.c.kind,
        "about_id": told.c.about_id,
        "facts": told.c.facts,
        "queue_time": literal(at, DateTime(timezone=True)),
        "state": literal("waiting"),
    }
    rows = (
        select(*columns.values())
        .select_from(told)
        .outerjoin(known_case, known_case.c.case_id == told.c.case_id)
    )
    statement = insert(letter).from_select(list(columns), rows)
    session.execute(statement.on_conflict_do_nothing(index_elements=["letter_id"]))


def settle_readers(session: Session, limit: int) -> int:
    """Fill in the readers of letters that came before their case; returns how many."""
    waiting = (
        select(letter.c.id, known_case.c.obligor_id)
        .join(known_case, known_case.c.case_id == letter.c.case_id)
        .where(letter.c.state == "waiting", letter.c.participant_id.is_(None))
        .order_by(letter.c.id)
        .limit(limit)
        .with_for_update(of=letter, skip_locked=True)
        .cte("waiting")
    )
    statement = (
        update(letter)
        .where(letter.c.id == waiting.c.id)
        .values(participant_id=waiting.c.obligor_id)
        .returning(letter.c.id)
    )
    return len(session.scalars(statement).all())


def take_waiting(session: Session, keys: Keys, limit: int) -> list[Waiting]:
    """Return letters whose reader is known, first queued first, locked until the end."""
    rows = session.execute(
        select(
            letter,
            known_participant.c.first_name,
            known_participant.c.last_name,
            known_participant.c.language,
            known_participant.c.contact,
            known_employer.c.name,
            known_employer.c.address_line1,
            known_employer.c.city,
            known_employer.c.state.label("address_state"),
            known_employer.c.zip_code,
        )
        .outerjoin(known_participant, known_participant.c.participant_id == letter.c.participant_id)
        .outerjoin(known_employer, known_employer.c.employer_id == letter.c.employer_id)
        .where(
            letter.c.state == "waiting",
            or_(
                known_participant.c.participant_id.is_not(None),
                known_employer.c.employer_id.is_not(None),
            ),
        )
        .order_by(letter.c.id)
        .limit(limit)
        .with_for_update(of=letter, skip_locked=True)
    )
    return [_waiting(keys, row) for row in rows]


def issue(session: Session, keys: Keys, letter_id: str, pdf: bytes, at: datetime) -> None:
    """Keep a letter that was made."""
    kept = keys.encrypt(_PDF_PURPOSE, base64.b64encode(pdf).decode())
    session.execute(
        update(letter)
        .where(letter.c.letter_id == letter_id)
        .values(state="issued", issue_time=at, pdf=kept)
    )


def set_aside(session: Session, letter_id: str, state: str) -> None:
    """Make no letter: it went into another, there is no address, or making it failed."""
    session.execute(update(letter).where(letter.c.letter_id == letter_id).values(state=state))


def queue_failed_again(session: Session) -> int:
    """Queue the letters again that could not be made; returns how many."""
    statement = (
        update(letter)
        .where(letter.c.state == "failed")
        .values(state="waiting")
        .returning(letter.c.id)
    )
    return len(session.scalars(statement).all())


def issued(
    session: Session,
    *,
    participant_id: str = "",
    before: int | None = None,
    since: date | None = None,
    limit: int,
) -> list[Issued]:
    """Return a page of letters that were made, last queued first, those below `before`."""
    query = _issued().order_by(letter.c.id.desc()).limit(limit)
    if participant_id:
        query = query.where(letter.c.participant_id == participant_id)
    if before is not None:
        query = query.where(letter.c.id < before)
    if since is not None:
        query = query.where(letter.c.issue_time >= since)
    return [_issued_letter(row) for row in session.execute(query)]


def one_issued(session: Session, keys: Keys, letter_id: str) -> tuple[Issued, bytes] | None:
    """Return a letter with its PDF; None when there is none."""
    row = session.execute(
        _issued().add_columns(letter.c.pdf).where(letter.c.letter_id == letter_id)
    ).first()
    if row is None:
        return None
    return _issued_letter(row), base64.b64decode(keys.decrypt(_PDF_PURPOSE, row.pdf))


def _issued() -> Select[Any]:
    columns = ("id", "letter_id", "kind", "about_id", "participant_id", "employer_id", "issue_time")
    return select(*(letter.c[name] for name in columns)).where(
        letter.c.state == "issued", letter.c.kind.not_in(SECRET_LETTERS)
    )


def _issued_letter(row: Row[Any]) -> Issued:
    return Issued(
        place=row.id,
        letter_id=row.letter_id,
        kind=row.kind,
        about_id=row.about_id,
        participant_id=row.participant_id or "",
        employer_id=row.employer_id or "",
        issue_time=row.issue_time,
    )


def _waiting(keys: Keys, row: Row[Any]) -> Waiting:
    return Waiting(
        letter_id=row.letter_id,
        kind=row.kind,
        about_id=row.about_id,
        participant_id=row.participant_id or "",
        employer_id=row.employer_id or "",
        facts=facts.decrypt(keys, _FACTS_PURPOSE, row.facts),
        language=row.language or "",
        addressee=_employer(row) if row.employer_id else _participant(keys, row),
    )


def _participant(keys: Keys, row: Row[Any]) -> Addressee | None:
    """A letter takes the address from its own reader's contact; there is no other way to one."""
    lines = Contact.decrypted(keys, row.contact).address_lines
    return Addressee(f"{row.first_name} {row.last_name}".strip(), lines) if lines else None


def _employer(row: Row[Any]) -> Addressee | None:
    if not row.address_line1:
        return None
    place = f"{row.city}, {row.address_state} {row.zip_code}"
    return Addressee(row.name, (row.address_line1, place))
