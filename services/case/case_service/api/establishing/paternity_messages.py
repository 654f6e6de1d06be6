"""Paternity as messages."""

from collections.abc import Mapping
from dataclasses import asdict

from case_service.actions.establishing.common import law_of
from case_service.actions.establishing.parentage import View
from case_service.domain.establishing import facts, rescission
from case_service.domain.establishing.paternity import acknowledgment_of, action_until
from case_service.store.parentage import KIND_OF
from chassis.dates import from_date, from_instant
from chassis.explanations import step_message
from chassis.runtime import Work
from childsupport.case.v1 import establishment_service_pb2 as pb

NOT_NEEDED = "not_needed"
STATUSES = {
    "not_needed": pb.PATERNITY_STATUS_NOT_NEEDED,
    "unestablished": pb.PATERNITY_STATUS_UNESTABLISHED,
    "pending": pb.PATERNITY_STATUS_PENDING,
    "not_pursued": pb.PATERNITY_STATUS_NOT_PURSUED,
    "excluded": pb.PATERNITY_STATUS_EXCLUDED,
    "presumed_by_test": pb.PATERNITY_STATUS_PRESUMED_BY_TEST,
    "presumed_by_marriage": pb.PATERNITY_STATUS_PRESUMED_BY_MARRIAGE,
    "acknowledged": pb.PATERNITY_STATUS_ACKNOWLEDGED,
    "adjudicated": pb.PATERNITY_STATUS_ADJUDICATED,
}
GROUNDS: Mapping[int, str] = {
    pb.CHALLENGE_GROUND_FRAUD: "fraud",
    pb.CHALLENGE_GROUND_DURESS: "duress",
    pb.CHALLENGE_GROUND_MATERIAL_MISTAKE_OF_FACT: "material_mistake_of_fact",
}
PURSUIT: Mapping[int, str] = {
    pb.PURSUIT_DECISION_INCEST_OR_FORCIBLE_RAPE: "incest_or_forcible_rape",
    pb.PURSUIT_DECISION_ADOPTION_PENDING: "adoption_pending",
    pb.PURSUIT_DECISION_PURSUED: "",
}
BASES: Mapping[int, str] = {
    pb.FINDING_BASIS_ORDER: "order",
    pb.FINDING_BASIS_DEFAULT: "default",
    pb.FINDING_BASIS_OTHER_STATE: "other_state",
}


def paternity_message(work: Work, view: View, *, with_facts: bool) -> pb.ChildPaternity:
    """Return the message for a child's paternity; lists leave out what was recorded."""
    found, law, today = view.standing, law_of(work), work.clock.today()
    open_status = found.father_id == ""
    status = NOT_NEEDED if view.obligor_bore and open_status else found.status
    return pb.ChildPaternity(
        case_id=view.case.case_id,
        child_id=view.child.child_id,
        status=STATUSES[status],
        father_id=found.father_id,
        since=from_date(found.since),
        mother_id=found.mother_id,
        alleged_father_ids=found.alleged_ids,
        excluded_ids=found.excluded_ids,
        acknowledgment_id=found.acknowledgment_id,
        challenged=found.challenged,
        rescission_rights=_rights(work, view),
        action_until=from_date(action_until(view.child, law, today)),
        permits_order=not view.missing,
        missing=view.missing,
        steps=[step_message(step) for step in found.steps],
        facts=_facts(view) if with_facts else [],
        etag=view.etag,
    )


def _rights(work: Work, view: View) -> list[pb.RescissionRight]:
    signed = acknowledgment_of(view.recorded, view.standing.acknowledgment_id)
    if signed is None:
        return []
    valid, law = facts.valid(view.recorded), law_of(work)
    return [
        pb.RescissionRight(
            participant_id=one, last_day=from_date(rescission.last_day(signed, one, valid, law))
        )
        for one in signed.signatories
    ]


def _facts(view: View) -> list[pb.PaternityFact]:
    counting = {r.fact_id for r in facts.valid(view.recorded)}
    return [
        pb.PaternityFact(
            fact_id=r.fact_id,
            kind=KIND_OF[type(r.fact)],
            on_date=from_date(r.on_date),
            case_id=r.case_id,
            details=_details(r.fact),
            withdrawn=r.fact_id not in counting and not isinstance(r.fact, facts.Withdrawal),
            recorded_by=r.recorded_by,
            recorded_at=from_instant(r.recorded_at),
        )
        for r in view.recorded
    ]


def _details(fact: facts.Fact) -> dict[str, str]:
    return {
        name: ",".join(value) if isinstance(value, tuple) else str(value)
        for name, value in asdict(fact).items()
        if value not in (None, "")
    }
