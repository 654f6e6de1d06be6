"""What withholding learns from the case service."""

from collections.abc import Iterator

from chassis.runtime import Work
from childsupport.case.v1.case_service_pb2 import Case
from childsupport.case.v1.events_pb2 import (
    CasesChanged,
    ParticipantsChanged,
    ParticipantState,
)
from formats.identifiers import identifier_key
from withholding_service.identification import identify
from withholding_service.store import lines, projections
from withholding_service.store.projections import KnownCase, KnownParticipant

SSN_PURPOSE = "ssn"
PARTICIPANT_SSN_PURPOSE = "participant.ssn"


def on_cases_changed(message: CasesChanged, work: Work) -> None:
    """Know cases by their numbers; identify the lines that waited for one of them."""
    projections.lock(work.session)
    changed = projections.put_cases(work.session, [_case(case) for case in message.cases])
    keys = projections.identifier_keys(work.session, changed)
    for page in lines.awaiting_identifiers(work.session, keys):
        identify(work, page)


def on_participants_changed(message: ParticipantsChanged, work: Work) -> None:
    """Know who has which Social Security number; identify the lines that waited for one."""
    projections.lock(work.session)
    known = [_participant(state, work) for state in message.participants]
    hashes = projections.put_participants(work.session, known)
    for page in lines.awaiting_ssns(work.session, hashes):
        identify(work, page)


def _case(case: Case) -> KnownCase:
    return KnownCase(
        case_id=case.case_id,
        version=case.version,
        case_number=case.case_number,
        obligor_id=case.obligor_id,
        has_order=any(order.obligations for order in case.orders),
        identifiers=dict(_identifiers(case)),
    )


def _identifiers(case: Case) -> Iterator[tuple[str, bool]]:
    """Give each look-up key once; one that is both counts as the case's own number."""
    for order in case.orders:
        if key := identifier_key(order.court_number):
            yield key, False
    if key := identifier_key(case.case_number):
        yield key, True


def _participant(state: ParticipantState, work: Work) -> KnownParticipant:
    opened = work.keys.open(state.ssn_for_withholding)
    ssn = opened.decode() if opened else ""
    return KnownParticipant(
        participant_id=state.participant_id,
        version=state.version,
        ssn_hash=work.keys.lookup_hash(SSN_PURPOSE, ssn) if ssn else None,
        ssn_encrypted=work.keys.encrypt(PARTICIPANT_SSN_PURPOSE, ssn) if ssn else None,
    )
