"""The projections of participants and cases: keyed hashes to compare with, and who is party."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select
from sqlalchemy.orm import Session

from chassis.crypto import Keys
from chassis.projections import take_newer
from identity_service.store.tables.enrolment import known_case, known_participant, known_party

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


@dataclass(frozen=True, slots=True)
class Other:
    """A party who neither owes nor is owed; `until` is None while it lasts."""

    participant_id: str
    until: date | None


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


def take_cases(
    session: Session, states: Sequence[Case], others: Mapping[str, Collection[Other]]
) -> None:
    """Take newer states of cases; `others`: who else is party, by case."""
    rows = [asdict(s) for s in states]
    taken = take_newer(session, known_case, rows, returning=known_case.c.case_id)
    if not taken:
        return
    session.execute(delete(known_party).where(known_party.c.case_id.in_(taken)))
    parties = [
        {"case_id": case_id, "participant_id": one.participant_id, "until": one.until}
        for case_id in taken
        for one in others.get(case_id, ())
    ]
    if parties:
        session.execute(insert(known_party), parties)


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


def cases_of(session: Session, participant_id: str, today: date) -> list[Case]:
    """Return the cases that a participant is party of, by number."""
    c, p = known_case.c, known_party.c
    other = select(p.case_id).where(
        p.participant_id == participant_id, or_(p.until.is_(None), p.until >= today)
    )
    own = or_(c.obligor_id == participant_id, c.obligee_id == participant_id, c.case_id.in_(other))
    rows = session.execute(select(known_case).where(own).order_by(c.case_number))
    return [Case(*row) for row in rows]


def _first(session: Session, query: Any) -> Participant | None:
    row: Row[Any] | None = session.execute(query.limit(1)).first()
    return None if row is None else Participant(*row)
