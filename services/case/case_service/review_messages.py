"""Messages of reviews: domain to contract and back."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message

import policy
from case_service.domain import reviews as domain
from case_service.store import reviews as store
from case_service.store.incarcerations import Incarceration
from chassis.dates import from_date
from chassis.explanations import step_message
from childsupport.case.v1 import guideline_service_pb2 as guideline_pb
from childsupport.case.v1 import review_service_pb2 as pb

ORIGINS = {
    pb.REVIEW_ORIGIN_PARTY: "party",
    pb.REVIEW_ORIGIN_WORKER: "worker",
    pb.REVIEW_ORIGIN_CYCLE: "cycle",
    pb.REVIEW_ORIGIN_INCARCERATION: "incarceration",
    pb.REVIEW_ORIGIN_AGENCY: "agency",
}
STATES = {
    pb.REVIEW_STATE_REQUESTED: domain.REQUESTED,
    pb.REVIEW_STATE_REFUSED: domain.REFUSED,
    pb.REVIEW_STATE_UNDER_REVIEW: domain.UNDER_REVIEW,
    pb.REVIEW_STATE_NO_CHANGE: domain.NO_CHANGE,
    pb.REVIEW_STATE_AGREED_ORDER: domain.AGREED_ORDER,
    pb.REVIEW_STATE_MOTION_FILED: domain.MOTION_FILED,
    pb.REVIEW_STATE_MODIFIED: domain.MODIFIED,
    pb.REVIEW_STATE_MOTION_DENIED: domain.MOTION_DENIED,
    pb.REVIEW_STATE_WITHDRAWN: domain.WITHDRAWN,
}
CONCLUSIONS = {
    pb.REVIEW_CONCLUSION_NO_CHANGE: domain.NO_CHANGE,
    pb.REVIEW_CONCLUSION_AGREED_ORDER: domain.AGREED_ORDER,
    pb.REVIEW_CONCLUSION_MOTION: domain.MOTION_FILED,
}
INCOMES = {
    pb.INCOME_EVIDENCE_PAY_STUB: "pay_stub",
    pb.INCOME_EVIDENCE_TAX_RETURN: "tax_return",
    pb.INCOME_EVIDENCE_EMPLOYER_STATEMENT: "employer_statement",
    pb.INCOME_EVIDENCE_BENEFIT_LETTER: "benefit_letter",
    pb.INCOME_EVIDENCE_BUSINESS_RECORDS: "business_records",
    pb.INCOME_EVIDENCE_STATE_WAGE_RECORD: "state_wage_record",
    pb.INCOME_EVIDENCE_AFFIDAVIT: "affidavit",
    pb.INCOME_EVIDENCE_NOTHING_HANDED_IN: "nothing_handed_in",
}
ORIGIN_VALUES = {code: value for value, code in ORIGINS.items()}
STATE_VALUES = {code: value for value, code in STATES.items()}
INCOME_VALUES = {code: value for value, code in INCOMES.items()}


def review_message(stored: store.Stored) -> pb.Review:
    """Return the message for a review."""
    one = stored.review
    return pb.Review(
        review_id=one.review_id,
        case_id=one.case_id,
        order_id=one.order_id,
        origin=ORIGIN_VALUES[one.origin],
        requested_by=one.requested_by,
        requested_on=from_date(one.requested_on),
        located_on=from_date(one.located_on),
        regular=one.regular,
        grounds=one.grounds,
        document_ids=one.document_ids,
        statement=one.statement,
        state=STATE_VALUES[one.state],
        state_on=from_date(one.state_on),
        decide_by=from_date(one.decide_by),
        begins_on=from_date(one.begins_on),
        finish_by=from_date(finish_by(one)),
        reasons=one.reasons,
        contest_by=from_date(one.contest_by),
        filed_on=from_date(one.filed_on),
        notice_on=from_date(one.notice_on),
        earliest_effective=from_date(one.earliest_effective),
        court_number=one.court_number,
        finished_on=from_date(one.finished_on),
        etag=str(stored.version),
    )


def finish_by(one: domain.Review) -> date:
    """Return the day until which a review is to be finished (45 CFR 303.8(e))."""
    return policy.load().due_date("review.complete", one.counts_from)


def income_message(one: store.Income) -> pb.ReviewIncome:
    """Return the message for what shows an income."""
    return pb.ReviewIncome(
        income_id=one.income_id,
        participant_id=one.participant_id,
        kind=INCOME_VALUES[one.kind],
        monthly_cents=one.monthly_cents,
        note=one.note,
        document_ids=one.document_ids,
        received_on=from_date(one.received_on),
        recorded_by=one.recorded_by,
    )


def said(
    given: guideline_pb.ComputeGuidelineRequest, worksheet: guideline_pb.ComputeGuidelineResponse
) -> Mapping[str, object]:
    """Return a worksheet's input and result as JSON, to be kept with the comparison."""
    return {"given": _dict(given), "worksheet": _dict(worksheet)}


def _dict(message: Message) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True)


def comparison_message(one: store.Compared) -> pb.ReviewComparison:
    """Return the message for a comparison that was kept."""
    content = one.content
    material, need = content["presumed_material"], content["health_care_need"]
    return pb.ReviewComparison(
        number=one.number,
        compared_on=from_date(one.compared_on),
        figure=content["figure"],
        obligor_column=content["obligor_column"],
        ordered_cents=content["ordered_cents"],
        guideline_cents=content["guideline_cents"],
        change_percent=content["change_percent"],
        presumption=pb.REVIEW_PRESUMPTION_MATERIAL
        if material
        else pb.REVIEW_PRESUMPTION_NOT_MATERIAL,
        health_care_need=need,
        change_indicated=material or need,
        steps=[step_message(policy.Step.from_dict(step)) for step in content["steps"]],
        given=ParseDict(content["given"], guideline_pb.ComputeGuidelineRequest()),
        worksheet=ParseDict(content["worksheet"], guideline_pb.ComputeGuidelineResponse()),
    )


def incarceration_message(one: Incarceration) -> pb.Incarceration:
    """Return the message for an incarceration."""
    return pb.Incarceration(
        incarceration_id=one.incarceration_id,
        participant_id=one.participant_id,
        learned_on=from_date(one.learned_on),
        since=from_date(one.since),
        expected_until=from_date(one.expected_until),
        released_on=from_date(one.released_on),
        told_on=from_date(one.told_on),
        etag=str(one.version),
    )
