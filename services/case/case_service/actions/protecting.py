"""Family violence: setting and lifting protection, and who looks at a protected person.

42 USC 654(26): the State plan has safeguards against releasing where a party or child is when that
may harm them. Setting it takes one worker and a reason, at once; lifting it takes two people.
"""

from dataclasses import replace

from case_service.actions.evidence import refuse_foreign
from case_service.actions.recording import (
    change_participant,
    lock_participant,
    refuse,
    refuse_locations,
)
from case_service.actions.telling import tell
from case_service.domain.model import Participant, Violation
from case_service.domain.protection import visible_to
from case_service.store import cases, protections
from case_service.store import parties as store
from case_service.store.protections import Protection
from chassis.errors import PlatformError, not_found
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason

CITATION = "42 USC 654(26)"


def protect(work: Work, participant_id: str, reason: str, evidence_id: str) -> Protection:
    """Protect somebody from now on; somebody who is protected stays so, and no lift waits."""
    _refuse_words(work, participant_id, reason)
    before = lock_participant(work, participant_id)
    _refuse_evidence(work, participant_id, evidence_id)
    standing = protections.in_force(work.session, work.keys, participant_id)
    if standing:
        kept = replace(standing, lift_asked_by="", lift_reason="", lift_evidence_id="")
        protections.write_lift(work.session, work.keys, kept)
        return kept
    one = Protection(
        protection_id=new_id(work.clock.now()),
        participant_id=participant_id,
        since=work.clock.today(),
        reason=reason.strip(),
        evidence_id=evidence_id,
        set_by=work.caller.person,
    )
    protections.add(work.session, work.keys, one)
    change_participant(work, before, replace(before.participant, protected=True))
    _tell_cases(work, before.participant, "protection_set")
    return one


def ask_to_lift(work: Work, participant_id: str, reason: str, evidence_id: str) -> Protection:
    """Ask to lift somebody's protection; it stands until a second worker agrees."""
    _refuse_words(work, participant_id, reason)
    if not evidence_id.strip():
        refuse([Violation("evidence_id", "the document that shows that it may be lifted")])
    before = lock_participant(work, participant_id)
    _refuse_evidence(work, participant_id, evidence_id.strip())
    asked = replace(
        _standing(work, before.participant),
        lift_asked_by=work.caller.person,
        lift_reason=reason.strip(),
        lift_evidence_id=evidence_id.strip(),
    )
    protections.write_lift(work.session, work.keys, asked)
    _tell_cases(work, before.participant, "protection_lift_asked")
    return asked


def lift(work: Work, participant_id: str) -> Protection:
    """Lift somebody's protection, as the second of two people."""
    before = lock_participant(work, participant_id)
    standing = _standing(work, before.participant)
    if standing.lift_asked_by in {"", work.caller.person}:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            "lifting a protection takes two people: one asks with LiftProtection, another confirms",
        )
    lifted = replace(standing, lifted_by=work.caller.person, lifted_on=work.clock.today())
    protections.write_lift(work.session, work.keys, lifted)
    change_participant(work, before, replace(before.participant, protected=False))
    _tell_cases(work, before.participant, "protection_lifted")
    return lifted


def look_up(
    work: Work, participant_id: str, purpose: str, shown_to_id: str
) -> tuple[Participant, tuple[str, ...]]:
    """Return somebody whose locations are looked at, and which participants may see them.

    A look at a protected person stands in the history of his open cases. Raises NOT_FOUND when it
    is for the eyes of a participant who may not see them: that is also the answer for nobody.
    """
    person = lock_participant(work, participant_id).participant
    eyes = visible_to(participant_id, store.circles(work.session, [participant_id]))
    if shown_to_id and shown_to_id not in eyes:
        raise not_found("participant", participant_id)
    if person.protected:
        _tell_cases(work, person, "location_looked_up", purpose=purpose)
    return person, eyes


def _standing(work: Work, person: Participant) -> Protection:
    """Return the protection of somebody; of one who came protected, when and why is not known."""
    standing = protections.in_force(work.session, work.keys, person.participant_id)
    if standing is None and person.protected:
        standing = Protection(
            protection_id=new_id(work.clock.now()),
            participant_id=person.participant_id,
            since=work.clock.today(),
            reason="Taken over from another system.",
            evidence_id="",
            set_by="",
        )
        protections.add(work.session, work.keys, standing)
    if standing is None:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            "the participant is not protected; SetProtection protects",
        )
    return standing


def _refuse_words(work: Work, participant_id: str, reason: str) -> None:
    if not reason.strip():
        refuse([Violation("reason", "must be said")])
    ids = store.open_case_ids(work.session, [participant_id])
    refuse_locations(work, [s.case for s in cases.read(work.session, ids)], "reason", reason)


def _refuse_evidence(work: Work, participant_id: str, evidence_id: str) -> None:
    parts = store.parts_of(work.session, participant_id)
    refuse_foreign(work, {part.case_id for part in parts}, evidence_id, "evidence_id")


def _tell_cases(work: Work, person: Participant, kind: str, purpose: str = "") -> None:
    for case_id in store.open_case_ids(work.session, [person.participant_id]):
        tell(
            work,
            case_id,
            kind,
            about_id=person.participant_id,
            citation=CITATION,
            name=f"{person.first_name} {person.last_name}".strip(),
            purpose=purpose,
        )
