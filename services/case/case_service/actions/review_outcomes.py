"""What a review comes to: no change, an agreed order, a motion, the court's word, a withdrawal."""

from dataclasses import dataclass, replace
from datetime import date

import policy
from case_service.actions import clocks, review_worksheets, worklist
from case_service.actions.desk import precondition
from case_service.actions.evidence import checked
from case_service.actions.held_reviews import hold, role_of, save, tell_both
from case_service.actions.orders import modify_order
from case_service.actions.recording import refuse_locations, tells_location
from case_service.actions.telling import tell
from case_service.domain import reviews as domain
from case_service.domain.model import Case, Violation
from case_service.domain.notices import Notice
from case_service.domain.orders.model import AmountChange, Modification
from case_service.domain.orders.reaching import permitted_from
from case_service.store import reviews as store
from chassis.errors import not_found
from chassis.ids import derived_id
from chassis.runtime import Work

REACH = "KRS 403.213(1); 42 USC 666(a)(9)(C)"
COPY = "42 USC 654(12)(B)"
_IN_REVIEW = "what was said stands in the review."


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a review comes to: `state` is no_change, agreed_order or motion_filed."""

    state: str
    reasons: str
    filed_on: date | None = None
    notice_on: date | None = None
    court_number: str = ""


def conclusion_violations(given: Conclusion, today: date) -> list[Violation]:
    """Return what is wrong with the days of a conclusion."""
    found: list[Violation] = []
    before_court = given.state in domain.BEFORE_COURT
    if before_court and given.filed_on is None:
        found.append(Violation("filed_on", "the day that it was filed with the court"))
    for name in ("filed_on", "notice_on"):
        day = getattr(given, name)
        if day is not None and not before_court:
            found.append(Violation(name, "empty: nothing was filed"))
        elif day is not None and day > today:
            found.append(Violation(name, f"{today} or before"))
    return found


def conclude(work: Work, review_id: str, given: Conclusion, etag: str) -> store.Stored:
    """Say what a review comes to; the guidelines were compared before."""
    case, before = hold(work, review_id, etag)
    review = before.review
    if not domain.can_go_to(review.state, {given.state}):
        raise precondition(
            f"a review that is {review.state.replace('_', ' ')} cannot come to"
            f" {given.state.replace('_', ' ')}",
            state=review.state,
        )
    if not store.comparisons(work.session, work.keys, review_id):
        raise precondition("compare the guidelines with the order first (CompareReview)")
    if given.state == domain.NO_CHANGE:
        return _no_change(work, case, before, given.reasons)
    return _filed(work, case, before, given)


def _no_change(work: Work, case: Case, before: store.Stored, reasons: str) -> store.Stored:
    """The order stays: both parents get the reasons in writing, and time to contest."""
    review, today = before.review, work.clock.today()
    law = policy.load(work.settings.jurisdiction)
    after = replace(
        review,
        state=domain.NO_CHANGE,
        state_on=today,
        reasons=reasons,
        finished_on=today,
        contest_by=law.due_date("review.contest", today),
    )
    _finish_clock(work, case, review, today)
    clocks.start(work, case.case_id, "order_copy", today, about_id=review.review_id)
    tell(
        work,
        case.case_id,
        "review_no_change",
        about_id=review.review_id,
        citation=COPY,
        contest_by=str(after.contest_by),
        reasons=reasons,
    )
    _tell_outcome(work, case, after)
    clocks.stop(work, case.case_id, "order_copy", today, about_id=review.review_id)
    return save(work, before, after)


def _filed(work: Work, case: Case, before: store.Stored, given: Conclusion) -> store.Stored:
    review, today = before.review, work.clock.today()
    after = replace(
        review,
        state=given.state,
        state_on=today,
        reasons=given.reasons,
        filed_on=given.filed_on,
        notice_on=given.notice_on,
        earliest_effective=_earliest(work, given.filed_on, given.notice_on),
        court_number=given.court_number,
    )
    tell(
        work,
        case.case_id,
        "review_agreed_order" if given.state == domain.AGREED_ORDER else "review_motion_filed",
        about_id=review.review_id,
        citation=REACH,
        filed_on=str(given.filed_on),
        earliest=str(after.earliest_effective or "the other parent's notice"),
    )
    _tell_outcome(work, case, after)
    return save(work, before, after)


def _earliest(work: Work, filed_on: date | None, notice_on: date | None) -> date | None:
    """The first day that a change can hold for; not known before the other parent had notice."""
    if filed_on is None or notice_on is None:
        return None
    law = policy.load(work.settings.jurisdiction)
    first, _ = permitted_from(date.max, filed_on, notice_on, law, work.clock.today())
    return first


def contest(
    work: Work, review_id: str, participant_id: str, statement: str, document_ids: tuple[str, ...]
) -> store.Stored:
    """Go on with a review whose result a parent contests in time."""
    case, before = hold(work, review_id)
    review, today = before.review, work.clock.today()
    if participant_id not in {case.obligor_id, case.obligee_id}:
        raise not_found("review", review_id)
    if review.state != domain.NO_CHANGE or review.contest_by is None:
        raise precondition("only a result without change is contested here", state=review.state)
    if today > review.contest_by:
        raise precondition(
            f"it could be contested until {review.contest_by}; ask for a new review",
            contest_by=str(review.contest_by),
        )
    if other := store.under_way(work.session, review.order_id):
        raise precondition("another review of this order is under way", review_id=other)
    documents = checked(work, case.case_id, document_ids, participant_id=participant_id)
    after = replace(
        review,
        state=domain.UNDER_REVIEW,
        state_on=today,
        contest_by=None,
        finished_on=None,
        document_ids=tuple(dict.fromkeys((*review.document_ids, *documents))),
        statement="\n\n".join(filter(None, (review.statement, statement))),
    )
    clocks.start(work, case.case_id, "review", today, about_id=review_id)
    worklist.put(
        work,
        case.case_id,
        "ALERT",
        review_id,
        about_type="review",
        what="The result of a review is contested: look at it again",
    )
    tell(
        work,
        case.case_id,
        "review_contested",
        about_id=review_id,
        who=role_of(case, participant_id),
        # Whoever may read the case reads its history; where a parent lives stays in the review.
        statement=_IN_REVIEW if tells_location(work, [case], statement) else statement,
    )
    return save(work, before, after)


@dataclass(frozen=True, slots=True)
class Result:
    """What the court did."""

    entered_on: date
    reasons: str
    denied: bool = False
    effective_from: date | None = None
    changes: tuple[AmountChange, ...] = ()
    notice_on: date | None = None


def record_result(work: Work, review_id: str, result: Result, etag: str) -> store.Stored:
    """Record the court's order, which modifies the order of the review, or that it denied it."""
    case, before = hold(work, review_id, etag)
    review, today = before.review, work.clock.today()
    if review.state not in domain.BEFORE_COURT:
        raise precondition(
            "nothing of this review is before the court; conclude it with a motion or an agreed"
            " order first",
            state=review.state,
        )
    notice_on = result.notice_on or review.notice_on
    after = replace(
        review,
        state=domain.MOTION_DENIED if result.denied else domain.MODIFIED,
        state_on=today,
        finished_on=result.entered_on,
        reasons=result.reasons,
        notice_on=notice_on,
        earliest_effective=_earliest(work, review.filed_on, notice_on),
    )
    if not result.denied:
        change = Modification(
            effective_from=result.effective_from or result.entered_on,
            entered_on=result.entered_on,
            changes=result.changes,
            filed_on=review.filed_on,
            notice_on=notice_on,
            explanation=result.reasons,
        )
        modify_order(work, review.order_id, change)
        review_worksheets.follow(work, review)
    _finish_clock(work, case, review, result.entered_on)
    worklist.done(work, review_id)
    tell(
        work,
        case.case_id,
        "review_motion_denied" if result.denied else "review_modified",
        on=result.entered_on,
        about_id=review_id,
        citation=REACH,
    )
    _tell_outcome(work, case, after)
    return save(work, before, after)


def end(
    work: Work, review_id: str, reasons: str, *, participant_id: str = "", etag: str = ""
) -> store.Stored:
    """End a review without a result: its requester took it back, or it lost its object.

    What lies with the court only a worker can end, who tells the court.
    """
    case, before = hold(work, review_id, etag)
    review, today = before.review, work.clock.today()
    if participant_id and participant_id != review.requested_by:
        raise not_found("review", review_id)
    if review.state not in domain.UNDER_WAY:
        raise precondition("the review is over", state=review.state)
    if participant_id and review.state in domain.BEFORE_COURT:
        raise precondition("the court has it; ask the worker to take it back there")
    after = replace(
        review, state=domain.WITHDRAWN, state_on=today, finished_on=today, reasons=reasons
    )
    for kind in ("review", "review_decision", "review_parents_told"):
        clocks.cancel(work, case.case_id, kind, today, about_id=review_id)
    worklist.done(work, review_id)
    tell(work, case.case_id, "review_withdrawn", about_id=review_id, reasons=reasons)
    if review.state != domain.REQUESTED:
        _tell_outcome(work, case, after)
    return save(work, before, after)


def _finish_clock(work: Work, case: Case, review: domain.Review, on: date) -> None:
    """Stop the 180 days on the day that it was done, whenever it is recorded (303.8(e))."""
    clocks.stop(work, case.case_id, "review", on, about_id=review.review_id)
    worklist.done(work, review.review_id)


OUTCOMES = {
    domain.NO_CHANGE: "no_change",
    domain.AGREED_ORDER: "agreed_order",
    domain.MOTION_FILED: "motion",
    domain.MODIFIED: "modified",
    domain.MOTION_DENIED: "unchanged",
    domain.WITHDRAWN: "withdrawn",
}


def _tell_outcome(work: Work, case: Case, review: domain.Review) -> None:
    """Tell both parents in writing; each outcome of a review is a notice of its own."""
    refuse_locations(work, [case], "reasons", review.reasons)
    outcome = OUTCOMES[review.state]
    about_id = derived_id("review outcome", review.review_id, outcome, review.state_on.isoformat())
    contest_by = review.contest_by if review.state == domain.NO_CHANGE else None
    notice = Notice(
        "review_decided",
        about_id,
        answer_by=contest_by,
        letter=True,
        facts={"outcome": outcome},
        text=review.reasons,
    )
    tell_both(work, case, notice)
