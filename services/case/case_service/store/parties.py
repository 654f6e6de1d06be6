"""Finding participants, the cases that they are in, and numbers for new cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from case_service.domain import duplicates
from case_service.domain.model import Participant
from case_service.domain.numbers import case_number
from case_service.domain.protection import Circle, circle
from case_service.store import cases, participants
from case_service.store.tables import case_member, case_serial, case_table, participant
from chassis.arrays import is_any
from chassis.crypto import Keys

MAX_LOOK_ALIKES = 500
_RECORDING_LOCK = 0x70_61_72_74_79
"""Key of the advisory lock under which participants are recorded."""


@dataclass(frozen=True, slots=True)
class Part:
    """What somebody is in a case."""

    case_id: str
    case_number: str
    case_status: str
    role: str
    """obligor, obligee, or the role of a member."""
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a participant is searched by; empty fields do not count, the others must all fit."""

    name_prefix: str = ""
    participant_number: str = ""
    ssn: str = ""
    birth_date: date | None = None


def lock_recording(session: Session) -> None:
    """Wait until nobody else records participants; holds until the end of the transaction."""
    session.execute(select(func.pg_advisory_xact_lock(_RECORDING_LOCK)))


def next_case_number(session: Session) -> str:
    """Take a fresh case number; numbers that were taken over from elsewhere are passed by."""
    while True:
        number = case_number(session.execute(select(case_serial.next_value())).scalar_one())
        if cases.id_by_number(session, number) is None:
            return number


def number_taken(session: Session, participant_number: str) -> bool:
    """Tell whether a participant has this number."""
    return bool(participant_number) and id_by_number(session, participant_number) is not None


def id_by_number(session: Session, participant_number: str) -> str | None:
    """Return the id of the participant with a number."""
    return session.scalar(
        select(participant.c.participant_id).where(
            participant.c.participant_number == participant_number
        )
    )


def look_alikes(session: Session, keys: Keys, person: Participant) -> list[str]:
    """Return who shares SSN, date of birth or the sound of the name with a person."""
    shared: list[ColumnElement[bool]] = [
        participant.c.name_key == duplicates.name_key(person.last_name, person.first_name)
    ]
    if person.birth_date:
        shared.append(participant.c.birth_hash == participants.birth_hash(keys, person.birth_date))
    found = list(
        session.scalars(
            select(participant.c.participant_id).where(or_(*shared)).limit(MAX_LOOK_ALIKES)
        )
    )
    return found + [one for one in with_ssn(session, keys, person.ssn) if one not in found]


def with_ssn(session: Session, keys: Keys, ssn: str) -> list[str]:
    """Return who has a Social Security number; nobody has the empty one."""
    if not ssn:
        return []
    is_his = participant.c.ssn_hash == participants.ssn_hash(keys, ssn)
    return list(session.scalars(select(participant.c.participant_id).where(is_his)))


def search(session: Session, keys: Keys, wanted: Wanted, after: str, limit: int) -> list[str]:
    """Return a page of the ids of who fits, above the id `after`, first to last."""
    fits: list[ColumnElement[bool]] = []
    if wanted.name_prefix:
        prefix = duplicates.search_prefix(wanted.name_prefix)
        fits.append(participant.c.search_name.startswith(prefix, autoescape=True))
    if wanted.participant_number:
        fits.append(participant.c.participant_number == wanted.participant_number)
    if wanted.ssn:
        fits.append(participant.c.ssn_hash == participants.ssn_hash(keys, wanted.ssn))
    if wanted.birth_date:
        fits.append(participant.c.birth_hash == participants.birth_hash(keys, wanted.birth_date))
    query = select(participant.c.participant_id).where(and_(*fits))
    if after:
        query = query.where(participant.c.participant_id > after)
    return list(session.scalars(query.order_by(participant.c.participant_id).limit(limit)))


def unindexed(session: Session, limit: int) -> list[str]:
    """Return participants who cannot be searched yet, locked; others' locks are passed by."""
    return list(
        session.scalars(
            select(participant.c.participant_id)
            .where(participant.c.name_key.is_(None))
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def index(session: Session, keys: Keys, found: Sequence[Participant]) -> None:
    """Write what participants are searched by."""
    for person in found:
        session.execute(
            participant.update()
            .where(participant.c.participant_id == person.participant_id)
            .values(participants.lookups(keys, person))
        )


def parts_of(session: Session, participant_id: str) -> list[Part]:
    """Return every case that somebody is or was in, and as what."""
    about = (case_table.c.case_id, case_table.c.case_number, case_table.c.status)
    sides = [
        select(
            *about,
            literal(role).label("role"),
            case_table.c.opened_on.label("since"),
            case_table.c.closed_on.label("until"),
        ).where(column == participant_id)
        for role, column in (
            ("obligor", case_table.c.obligor_id),
            ("obligee", case_table.c.obligee_id),
        )
    ]
    member = (
        select(*about, case_member.c.role, case_member.c.since, case_member.c.until)
        .join_from(case_member, case_table)
        .where(case_member.c.participant_id == participant_id)
    )
    rows = session.execute(union_all(*sides, member).order_by("case_number", "role"))
    return [Part(r.case_id, r.case_number, r.status, r.role, r.since, r.until) for r in rows]


def open_case_ids(session: Session, participant_ids: Sequence[str]) -> list[str]:
    """Return the open cases that any of these participants is in now."""
    of_member = (
        select(case_member.c.case_id)
        .where(is_any(case_member.c.participant_id, participant_ids))
        .where(case_member.c.until.is_(None))
    )
    is_in = or_(
        is_any(case_table.c.obligor_id, participant_ids),
        is_any(case_table.c.obligee_id, participant_ids),
        case_table.c.case_id.in_(of_member),
    )
    query = select(case_table.c.case_id).where(case_table.c.status == "open", is_in)
    return list(session.scalars(query.order_by(case_table.c.case_id)))


def circles(session: Session, participant_ids: Sequence[str]) -> list[Circle]:
    """Return the people of the open cases in which any of these is a child."""
    query = (
        select(case_member.c.case_id)
        .join_from(case_member, case_table)
        .where(is_any(case_member.c.participant_id, participant_ids))
        .where(case_member.c.role == "child", case_member.c.until.is_(None))
        .where(case_table.c.status == "open")
        .distinct()
    )
    ids = list(session.scalars(query))
    return [circle(stored.case) for stored in cases.read(session, ids)] if ids else []


def case_between(session: Session, obligor_id: str, obligee_id: str) -> str | None:
    """Return the number of the open case in which one owes the other."""
    return session.scalar(
        select(case_table.c.case_number).where(
            case_table.c.obligor_id == obligor_id,
            case_table.c.obligee_id == obligee_id,
            case_table.c.status == "open",
        )
    )
