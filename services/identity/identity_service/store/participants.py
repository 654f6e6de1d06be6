"""The projections of participants and cases: keyed hashes to compare with, and who is party."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from chassis.crypto import Keys
from chassis.projections import take_newer
from identity_service.store.tables.enrolment import known_case, known_participant

_c = known_participant.c


@dataclass(frozen=True, slots=True)
class Participant:
    """A participant, as far as identity has to know."""

    participant_id: str
    version: int
    participant_number: str
    protected: bool
    language: str
    name_hash: bytes
    birth_date_hash: bytes | None
    ssn_hash: bytes | None
    address_state: str


@dataclass(frozen=True, slots=True)
class Case:
    """A case and its parties; None where there is none."""

    case_id: str
    version: int
    case_number: str
    obligor_id: str | None
    obligee_id: str | None


def name_hash(keys: Keys, name_key: str) -> bytes:
    """Return what a name is compared by."""
    return keys.lookup_hash("participant.name", name_key)


def birth_date_hash(keys: Keys, birth_date: date) -> bytes:
    """Return what a date of birth is compared by."""
    return keys.lookup_hash("participant.birth_date", birth_date.isoformat())


def ssn_hash(keys: Keys, ssn: str) -> bytes:
    """Return what a Social Security number is compared by; only its digits count."""
    return keys.lookup_hash("participant.ssn", "".join(c for c in ssn if c.isdigit()))


def take_participants(session: Session, states: Sequence[Participant]) -> None:
    """Take newer states of participants."""
    take_newer(session, known_participant, [asdict(s) for s in states], returning=_c.participant_id)


def take_cases(session: Session, states: Sequence[Case]) -> None:
    """Take newer states of cases."""
    rows = [asdict(s) for s in states]
    take_newer(session, known_case, rows, returning=known_case.c.case_id)


def find(session: Session, participant_id: str) -> Participant | None:
    """Return a participant."""
    return _first(session, select(known_participant).where(_c.participant_id == participant_id))


def with_number(session: Session, participant_number: str) -> Participant | None:
    """Return the participant with a public number."""
    query = select(known_participant).where(_c.participant_number == participant_number)
    return _first(session, query)


def with_ssn(session: Session, hashed: bytes) -> Participant | None:
    """Return the participant with a Social Security number."""
    return _first(session, select(known_participant).where(_c.ssn_hash == hashed))


def cases_of(session: Session, participant_id: str) -> list[Case]:
    """Return the cases that a participant is obligor or obligee of, by number."""
    c = known_case.c
    rows = session.execute(
        select(known_case)
        .where(or_(c.obligor_id == participant_id, c.obligee_id == participant_id))
        .order_by(c.case_number)
    )
    return [Case(*row) for row in rows]


def _first(session: Session, query: Any) -> Participant | None:
    row: Row[Any] | None = session.execute(query.limit(1)).first()
    return None if row is None else Participant(*row)
