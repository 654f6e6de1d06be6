"""What all rooms of the desk ask first: which case, which party, what was written."""

from case_service.domain.desk.access import is_id, parties
from case_service.domain.model import Case
from case_service.store import cases, participants
from chassis.errors import PlatformError, invalid_field, not_found
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason


def case_of(work: Work, case_id: str) -> Case:
    """Return a case. Raises PlatformError (NOT_FOUND)."""
    found = cases.read(work.session, [case_id]) if is_id(case_id) else []
    if not found:
        raise not_found("case", case_id)
    return found[0].case


def open_case_of(work: Work, case_id: str) -> Case:
    """Return a case that is worked. Raises PlatformError: NOT_FOUND, FAILED_PRECONDITION."""
    case = case_of(work, case_id)
    if case.status != "open":
        raise precondition("the case is closed: reopen it first", case_number=case.case_number)
    return case


def party_case(work: Work, case_id: str, participant_id: str) -> Case:
    """Return the case of a party who asks for himself; to everybody else it does not exist."""
    case = case_of(work, case_id)
    if participant_id not in parties(case, work.clock.today()):
        raise not_found("case", case_id)
    return case


def check_party(work: Work, case: Case, participant_id: str, field: str) -> None:
    """Raise PlatformError (INVALID_FIELD) when somebody is no party of a case."""
    if participant_id not in parties(case, work.clock.today()):
        raise invalid_field(field, "must be a party of the case")


def has_protected(work: Work, case: Case, but: str = "") -> bool:
    """Whether somebody in a case, other than `but`, is protected (family violence indicator)."""
    people = sorted(
        {case.obligor_id, case.obligee_id, *(m.participant_id for m in case.members)} - {"", but}
    )
    found = participants.read(work.session, work.keys, people)
    return any(stored.participant.protected for stored in found)


def text_of(field: str, value: str, max_chars: int, *, needed: bool = True) -> str:
    """Return what somebody wrote, without blanks around it. Raises an error that names the field.

    Line breaks and tabs are kept; other control characters are refused.
    """
    text = value.strip()
    if needed and not text:
        raise invalid_field(field, f"must say something, in 1 to {max_chars} characters")
    if len(text) > max_chars:
        raise invalid_field(field, f"must have at most {max_chars} characters; read {len(text)}")
    if not all(c.isprintable() or c in "\n\r\t" for c in text):
        raise invalid_field(field, "must not contain control characters")
    return text


def precondition(sentence: str, **metadata: str) -> PlatformError:
    """Return the error for what does not fit the state; the sentence says what to do."""
    return PlatformError(ErrorReason.ERROR_REASON_FAILED_PRECONDITION, sentence, metadata=metadata)
