"""What parties report of themselves: it waits for a worker, who accepts or rejects it."""

from dataclasses import replace

from case_service.actions import worklist
from case_service.actions.changing import check_etag
from case_service.actions.notices import notify
from case_service.actions.recording import (
    change_participant,
    lock_participant,
    refuse,
    refuse_locations,
)
from case_service.actions.telling import tell
from case_service.domain import reported_changes as domain
from case_service.domain.desk.worklist import CARD
from case_service.domain.model import Case, Participant, Violation
from case_service.domain.notices import Notice
from case_service.domain.parties import grown_ups
from case_service.store import cases
from case_service.store import reported_changes as store
from chassis.errors import PlatformError, not_found
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason


def party_case(work: Work, case_id: str, participant_id: str) -> Case:
    """Return a case of a party who acts for himself.

    Raises NOT_FOUND for a case that is not his, as for one that is not: he learns nothing of it.
    """
    found = cases.read(work.session, [case_id])
    if not found or participant_id not in grown_ups(found[0].case):
        raise not_found("case", case_id)
    return found[0].case


def report(
    work: Work, case_id: str, participant_id: str, kind: str, new: domain.Details, by: str
) -> domain.ReportedChange:
    """Take what somebody reports; it takes the place of what he reported before of the kind.

    `by` is `domain.PARTY`, or the worker who was told of an account.
    """
    case = party_case(work, case_id, participant_id)
    person = lock_participant(work, participant_id).participant
    refuse(domain.violations(person, kind, new, work.clock.today()))
    if before := store.waiting(work.session, work.keys, participant_id, kind):
        replaced = replace(before, version=before.version + 1, state=domain.REPLACED)
        store.write(work.session, work.keys, replaced)
        worklist.done(work, before.change_id, note="reported anew")
    change = domain.ReportedChange(
        change_id=new_id(work.clock.now()),
        version=1,
        case_id=case.case_id,
        participant_id=participant_id,
        kind=kind,
        state=domain.WAITING,
        reported_by=by,
        reported_via=work.caller.person,
        reported_at=work.clock.now(),
        old=domain.details_of(person, kind),
        new=new,
    )
    store.write(work.session, work.keys, change)
    to = CARD if new.debit_card else ""
    worklist.put(work, case.case_id, domain.WORKLIST[kind], change.change_id, to=to)
    tell(work, case.case_id, "change_reported", about_id=change.change_id, what=_what(change))
    return change


def accept(work: Work, change_id: str, etag: str) -> domain.ReportedChange:
    """Put a reported change in force, tell the other services and the party.

    Raises FAILED_PRECONDITION when it was decided already, or when the worker recorded it himself.
    """
    change = _lock_waiting(work, change_id, etag)
    before = lock_participant(work, change.participant_id)
    after = domain.applied(before.participant, change.kind, change.new)
    change_participant(work, before, after)
    decided = _decide(work, change, domain.ACCEPTED, "")
    if change.kind == "account" and before.participant.debit_card != after.debit_card:
        _say_what_payments_needs(work, change, after)
    return decided


def _say_what_payments_needs(
    work: Work, change: domain.ReportedChange, person: Participant
) -> None:
    """Put before the worker what is left to do: the card itself is recorded in payments."""
    kind = "card_chosen" if person.debit_card else "card_given_up"
    name = f"{person.first_name} {person.last_name}".strip()
    tell(work, change.case_id, kind, about_id=person.participant_id, name=name)
    worklist.put(
        work,
        change.case_id,
        "ALERT",
        person.participant_id,
        about_type="participant",
        what=_CARD_ALERTS[kind],
    )


def reject(work: Work, change_id: str, answer: str, etag: str) -> domain.ReportedChange:
    """Reject a reported change and tell the party why."""
    if not answer.strip():
        refuse([Violation("answer", "must say what the party is to read")])
    change = _lock_waiting(work, change_id, etag)
    return _decide(work, change, domain.REJECTED, answer.strip())


def _lock_waiting(work: Work, change_id: str, etag: str) -> domain.ReportedChange:
    seen = store.read(work.session, work.keys, change_id, lock=False)
    if seen is None:
        raise not_found("change", change_id)
    # The participant first, as when it is reported: else the two could wait for each other.
    lock_participant(work, seen.participant_id)
    change = store.read(work.session, work.keys, change_id, lock=True)
    if change is None:
        raise not_found("change", change_id)
    check_etag(change.version, etag, "change")
    if change.state != domain.WAITING:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            f"the change is {change.state} already; only one that waits can be decided",
            metadata={"state": change.state},
        )
    if not domain.may_decide(change, work.caller.person):
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            "a bank account takes two people: another worker must decide what you recorded",
        )
    return change


def _decide(
    work: Work, change: domain.ReportedChange, state: str, answer: str
) -> domain.ReportedChange:
    case = cases.read(work.session, [change.case_id])[0].case
    if answer:
        refuse_locations(work, [case], "answer", answer, but_of=change.participant_id)
    after = domain.decided(change, state, work.caller.person, work.clock.today(), answer)
    store.write(work.session, work.keys, after)
    worklist.done(work, change.change_id, state=state)
    what = _what(change)
    tell(work, change.case_id, f"change_{state}", about_id=change.change_id, what=what)
    notice = Notice(
        f"change_{state}",
        change.change_id,
        # Whoever did not report it learns of it where he was reached before.
        letter=change.kind == "account",
        facts={"what": _NOTICE_WORDS[change.kind]},
        text=answer,
    )
    notify(work, case, change.participant_id, notice)
    return after


def _what(change: domain.ReportedChange) -> str:
    return _CARD if change.new.debit_card else _WORDS[change.kind]


_CARD = "choice of the agency's debit card"
_CARD_ALERTS = {
    "card_chosen": "Debit card chosen: order it, then two workers record it in payments"
    " (SetDebitCard); support goes by check until then",
    "card_given_up": "Debit card given up: record in payments that there is none (SetDebitCard"
    " without card_id); support goes to it until then",
}
_WORDS = {
    "address": "address",
    "contact": "phone or e-mail",
    "employment": "employment",
    "account": "bank account",
    "insurance": "health insurance",
}
_NOTICE_WORDS = {
    "address": "address",
    "contact": "contact",
    "employment": "employment",
    "account": "account",
    "insurance": "insurance",
}
"""What notification has words for."""
