"""What withholding knows of cases and participants, by version, and how a line finds its case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from chassis.arrays import is_any, rows_of
from chassis.projections import take_newer
from withholding_service.domain.matching import Candidate
from withholding_service.store.tables import case_identifier, known_case, participant

_ADVISORY_KEY = 7_203_201
_CASE_FACTS = ("version", "case_number", "obligor_id", "has_order")
_PARTICIPANT_FACTS = ("version", "ssn_hash", "ssn_encrypted")


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A case as far as a line needs it. `identifiers` maps each look-up key to whether it is the
    case's own number.
    """

    case_id: str
    version: int
    case_number: str
    obligor_id: str
    has_order: bool
    identifiers: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class KnownParticipant:
    """A participant's Social Security number, hashed and encrypted; None without one."""

    participant_id: str
    version: int
    ssn_hash: bytes | None
    ssn_encrypted: bytes | None = field(repr=False)


def lock(session: Session) -> None:
    """Let nobody else change what is known, or end the release of a file, until this commits.

    A line and the case that it waits for can become known at the same moment in two transactions
    that do not see each other; taken by both before they look for the other, this lock lets the
    later one see. It is held for a page, not for a file.
    """
    session.execute(select(func.pg_advisory_xact_lock(_ADVISORY_KEY)))


def put_cases(session: Session, cases: Sequence[KnownCase]) -> list[str]:
    """Take over cases that are newer than what is known; returns the ids of those."""
    newest = {case.case_id: case for case in sorted(cases, key=lambda case: case.version)}
    rows = [
        {name: getattr(case, name) for name in ("case_id", *_CASE_FACTS)}
        for case in newest.values()
    ]
    changed = take_newer(session, known_case, rows, returning=known_case.c.case_id)
    session.execute(delete(case_identifier).where(is_any(case_identifier.c.case_id, changed)))
    names = [
        {"case_id": case_id, "identifier_key": key, "is_case_number": is_case_number}
        for case_id in changed
        for key, is_case_number in newest[case_id].identifiers.items()
    ]
    columns = list(case_identifier.columns)
    session.execute(insert(case_identifier).from_select(columns, rows_of(columns, names)))
    return sorted(changed)


def put_participants(session: Session, participants: Sequence[KnownParticipant]) -> list[bytes]:
    """Take over participants that are newer than what is known; returns their hashes, if any."""
    rows = [
        {name: getattr(one, name) for name in ("participant_id", *_PARTICIPANT_FACTS)}
        for one in participants
    ]
    hashes = take_newer(session, participant, rows, returning=participant.c.ssn_hash)
    return [ssn_hash for ssn_hash in hashes if ssn_hash is not None]


def identifier_keys(session: Session, case_ids: Sequence[str]) -> list[str]:
    """Return the keys under which cases are looked up."""
    statement = (
        select(case_identifier.c.identifier_key)
        .where(is_any(case_identifier.c.case_id, case_ids))
        .distinct()
    )
    return list(session.scalars(statement))


def candidates(session: Session, keys: Sequence[str]) -> Mapping[str, list[Candidate]]:
    """Return by look-up key the cases that have it."""
    statement = (
        select(
            case_identifier.c.identifier_key,
            known_case.c.case_id,
            known_case.c.case_number,
            known_case.c.obligor_id,
            participant.c.ssn_hash,
            known_case.c.has_order,
            case_identifier.c.is_case_number,
        )
        .join(known_case, known_case.c.case_id == case_identifier.c.case_id)
        .outerjoin(participant, participant.c.participant_id == known_case.c.obligor_id)
        .where(is_any(case_identifier.c.identifier_key, keys))
    )
    found: dict[str, list[Candidate]] = {}
    for key, *values in session.execute(statement):
        found.setdefault(key, []).append(Candidate(*values))
    return found
