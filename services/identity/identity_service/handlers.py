"""Events in: which employers, participants and cases there are."""

from chassis.dates import to_date
from chassis.runtime import Work
from chassis.service import Handler
from childsupport.case.v1.case_service_pb2 import (
    CASE_ROLE_ALLEGED_FATHER,
    CASE_ROLE_CARETAKER,
    CASE_ROLE_OTHER_PARENT,
    Case,
)
from childsupport.case.v1.events_pb2 import (
    CasesChanged,
    ParticipantIdentity,
    ParticipantsChanged,
    ParticipantState,
)
from childsupport.withholding.v1.events_pb2 import EmployersChanged
from identity_service.domain import enrolment
from identity_service.store import employers, participants

_OTHER_ROLES = (CASE_ROLE_CARETAKER, CASE_ROLE_OTHER_PARENT, CASE_ROLE_ALLEGED_FATHER)
"""Grown-up parties beside the two who owe and are owed. A child has no account."""


def on_employers_changed(message: EmployersChanged, work: Work) -> None:
    """Know the employers, so that a client can be registered for one."""
    newest: dict[str, int] = {}
    for employer in message.employers:
        known = newest.get(employer.employer_id, employer.version)
        newest[employer.employer_id] = max(known, employer.version)
    employers.take_over(work.session, newest)


def on_participants_changed(message: ParticipantsChanged, work: Work) -> None:
    """Know the participants, so that somebody can show to be one: by keyed hashes."""
    states = [_participant(state, work) for state in message.participants]
    participants.take_participants(work.session, states)


def on_cases_changed(message: CasesChanged, work: Work) -> None:
    """Know who is party of what."""
    participants.take_cases(
        work.session,
        [
            participants.Case(
                case_id=case.case_id,
                version=case.version,
                case_number=case.case_number,
                obligor_id=case.obligor_id or None,
                obligee_id=case.obligee_id or None,
            )
            for case in message.cases
        ],
        _newest_others(message),
    )


def _newest_others(message: CasesChanged) -> dict[str, list[participants.Other]]:
    """Return the other parties of each case as its newest state in the message has them."""
    ordered = sorted(message.cases, key=lambda case: case.version)
    return {case.case_id: _others(case) for case in ordered}


def _others(case: Case) -> list[participants.Other]:
    found: dict[str, participants.Other] = {}
    for member in case.members:
        until = to_date(member.until, "until")
        before = found.get(member.participant_id)
        lasts = before is not None and before.until is None
        if member.role in _OTHER_ROLES and not lasts:
            found[member.participant_id] = participants.Other(member.participant_id, until)
    return list(found.values())


def _participant(state: ParticipantState, work: Work) -> participants.Participant:
    opened = work.keys.open(state.identity_for_identity) or b""
    shown = ParticipantIdentity.FromString(opened)
    born = to_date(shown.birth_date, "birth_date")
    name = enrolment.name_key(state.first_name, state.last_name)
    return participants.Participant(
        participant_id=state.participant_id,
        version=state.version,
        participant_number=state.participant_number,
        protected=state.protected,
        language=state.language or "en",
        name_hash=participants.name_hash(work.keys, name),
        birth_date_hash=participants.birth_date_hash(work.keys, born) if born else None,
        ssn_hash=participants.ssn_hash(work.keys, shown.ssn) if shown.ssn else None,
        address_state=shown.address_state,
    )


HANDLERS = (
    Handler(EmployersChanged, on_employers_changed),
    Handler(ParticipantsChanged, on_participants_changed),
    Handler(CasesChanged, on_cases_changed),
)
