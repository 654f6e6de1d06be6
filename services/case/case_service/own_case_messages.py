"""Messages for a party about his own cases: only what he may see has a field there."""

from collections.abc import Mapping, Sequence
from datetime import date

import policy
from case_service.domain import own_cases, own_reviews
from case_service.domain.model import Case, Obligation, Order, Participant, Term
from case_service.domain.offices import Office
from case_service.domain.orders.converting import month_worth
from case_service.domain.orders.terms import terms_of
from case_service.domain.own_tasks import Task
from case_service.domain.parties import children
from case_service.domain.reported_changes import PARTY, ReportedChange
from case_service.messages import (
    ASSISTANCE_VALUES,
    CASE_TYPE_VALUES,
    FREQUENCY_VALUES,
    STATUS_VALUES,
    SUPPORT_TYPE_VALUES,
)
from case_service.party_messages import change_message, details_message
from case_service.review_messages import review_message
from case_service.store.reviews import Compared, Stored
from chassis.dates import from_date
from chassis.explanations import step_message
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import document_service_pb2 as document_pb
from childsupport.case.v1 import party_case_service_pb2 as pb
from childsupport.case.v1 import review_service_pb2 as review_pb

ROLES = {
    own_cases.OBLIGOR: pb.MY_ROLE_OBLIGOR,
    own_cases.OBLIGEE: pb.MY_ROLE_OBLIGEE,
    own_cases.OTHER: pb.MY_ROLE_OTHER,
}
People = Mapping[str, Participant]


def case_message(case: Case, me: str, people: People, office: Office | None) -> pb.MyCase:
    """Return a case as one of its parties sees it."""
    role = own_cases.role_in(case, me)
    other = people.get(own_cases.other_side(case, me))
    has_them = own_cases.has_children(case, me)
    return pb.MyCase(
        case_id=case.case_id,
        case_number=case.case_number,
        role=ROLES[role],
        case_type=CASE_TYPE_VALUES[case.case_type],
        status=STATUS_VALUES[case.status],
        opened_on=from_date(case.opened_on),
        closed_on=from_date(case.closed_on),
        other_party_name=f"{other.first_name} {other.last_name}".strip() if other else "",
        children=[
            pb.MyChild(
                first_name=people[one].first_name,
                last_name=people[one].last_name if has_them else "",
            )
            for one in children(case)
        ],
        office=_office(office),
        worker_id=case.worker_id,
        assistance_status=ASSISTANCE_VALUES[case.assistance_status]
        if role == own_cases.OBLIGEE
        else case_pb.ASSISTANCE_STATUS_UNSPECIFIED,
    )


def _office(office: Office | None) -> pb.MyOffice | None:
    if office is None:
        return None
    return pb.MyOffice(
        office_id=office.office_id,
        county=office.county,
        street=office.street,
        city=office.city,
        zip_code=office.zip_code,
        phone=office.phone,
        hours=office.hours,
        email=office.email,
    )


def order_message(order: Order, people: People, today: date) -> pb.MyOrder:
    """Return an order as a party sees it."""
    return pb.MyOrder(
        order_id=order.order_id,
        court_number=order.court_number,
        ordered_on=from_date(order.entered_on),
        income_withholding=order.income_withholding,
        terms=[term for one in order.obligations for term in _terms(one, people, today)],
    )


def _terms(one: Obligation, people: People, today: date) -> Sequence[pb.MyTerm]:
    child = people.get(one.child_id)
    return [
        pb.MyTerm(
            obligation_id=one.obligation_id,
            support_type=SUPPORT_TYPE_VALUES[one.support_type],
            amount_cents=term.amount_cents,
            frequency=FREQUENCY_VALUES[term.frequency],
            monthly_cents=term.monthly_cents,
            effective_from=from_date(term.effective_from),
            until=from_date(term.effective_to),
            monthly_arrears_cents=one.monthly_arrears_cents,
            child_first_name=child.first_name if child else "",
            current=term.effective_from <= today <= (term.effective_to or date.max),
            steps=[step_message(step) for step in _conversion(term)],
        )
        for term in terms_of(one)
    ]


def _conversion(term: Term) -> list[policy.Step]:
    _, steps = month_worth(term.amount_cents, term.frequency, policy.load(), term.effective_from)
    return steps


def own_change_message(change: ReportedChange) -> pb.MyReportedChange:
    """Return what a party reported, as he sees it."""
    plain = change_message(change)
    return pb.MyReportedChange(
        change_id=plain.change_id,
        case_id=plain.case_id,
        kind=plain.kind,
        state=plain.state,
        reported_at=plain.reported_at,
        by_me=change.reported_by == PARTY,
        decided_on=from_date(change.decided_on),
        answer=plain.answer,
        details=details_message(change.new),
    )


def own_review_message(
    stored: Stored, me: str, today: date, *, received: bool, compared: Compared | None
) -> pb.MyReview:
    """Return a review that `own_reviews.shown` has cut to what a parent sees."""
    plain, review = review_message(stored), stored.review
    return pb.MyReview(
        review_id=plain.review_id,
        case_id=plain.case_id,
        order_id=plain.order_id,
        origin=plain.origin,
        asked_by_me=review.requested_by == me,
        requested_on=from_date(review.requested_on),
        grounds=plain.grounds,
        statement=plain.statement,
        document_ids=plain.document_ids,
        state=plain.state,
        state_on=from_date(review.state_on),
        decide_by=from_date(review.decide_by),
        information_by=from_date(review.begins_on),
        information_received=received,
        finish_by=plain.finish_by,
        reasons=plain.reasons,
        contest_by=from_date(review.contest_by),
        may_contest=own_reviews.may_contest(review, today),
        may_withdraw=own_reviews.may_withdraw(review, me),
        filed_on=from_date(review.filed_on),
        court_number=plain.court_number,
        earliest_effective=from_date(review.earliest_effective),
        finished_on=from_date(review.finished_on),
        comparison=_comparison(compared),
    )


def _comparison(compared: Compared | None) -> pb.MyComparison | None:
    if compared is None:
        return None
    content = compared.content
    material = content["presumed_material"]
    return pb.MyComparison(
        compared_on=from_date(compared.compared_on),
        ordered_cents=content["ordered_cents"],
        guideline_cents=content["guideline_cents"],
        change_percent=content["change_percent"],
        presumption=review_pb.REVIEW_PRESUMPTION_MATERIAL
        if material
        else review_pb.REVIEW_PRESUMPTION_NOT_MATERIAL,
        change_indicated=material or content["health_care_need"],
    )


def task_message(task: Task, numbers: Mapping[str, str]) -> pb.MyTask:
    """Return the message for one thing to do."""
    subject = f"DOCUMENT_SUBJECT_{(task.subject or 'unspecified').upper()}"
    return pb.MyTask(
        kind=pb.MyTaskKind.Value(f"MY_TASK_KIND_{task.kind.upper()}"),
        case_id=task.case_id,
        case_number=numbers.get(task.case_id, ""),
        about_id=task.about_id,
        due_on=from_date(task.due_on),
        document_subject=document_pb.DocumentSubject.Value(subject),
        note=task.note,
    )
