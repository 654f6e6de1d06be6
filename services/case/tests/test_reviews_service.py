"""Reviews from the request to the court's order, and incarceration, on a real database."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from google.protobuf.message import Message
from PIL import Image
from sqlalchemy import select

from case_service.actions.changing import lock_case, save_case
from case_service.actions.documents import NewDocument, keep
from case_service.api.establishing import EstablishmentReads
from case_service.api.imports import CaseImports
from case_service.api.incarcerations import ReviewAndIncarcerationReads, ReviewsAndIncarcerations
from case_service.api.reads import CaseReads
from case_service.jobs.reviews import (
    begin_cycles,
    settle_limits,
    tell_long_incarcerations,
    tell_rights,
)
from case_service.service import SERVICE
from case_service.store import cases, clocks, histories, review_rights, worklist
from chassis import tables
from chassis.clock import SteppedClock
from chassis.dates import from_date, to_date
from chassis.errors import PlatformError
from chassis.events import message_class
from chassis.ids import derived_id, new_id
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import establishment_service_pb2 as establishment_pb
from childsupport.case.v1 import events_pb2 as events
from childsupport.case.v1 import guideline_service_pb2 as guideline_pb
from childsupport.case.v1 import review_service_pb2 as pb

CASE = derived_id("test", "case")
ORDER = derived_id("test", "order")
OBLIGOR = derived_id("test", "obligor")
OBLIGEE = derived_id("test", "obligee")
OBLIGATION = derived_id("test", "obligation")
TODAY = date(2026, 3, 6)


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Runtime:
    """A family with an order of 2021, 200 dollars a month: its cycle is over."""
    runtime = runtime_for(SERVICE)
    with runtime.work() as work:
        CaseImports().ImportCases(iter([page]), work)
    return runtime


@pytest.fixture
def young(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Runtime:
    """The same family with an order of last year."""
    page.cases[0].orders[0].entered_on.CopyFrom(from_date(date(2025, 6, 1)))
    runtime = runtime_for(SERVICE)
    with runtime.work() as work:
        CaseImports().ImportCases(iter([page]), work)
    return runtime


def call(runtime: Runtime, method: str, request: Message) -> Message:
    reads = ReviewAndIncarcerationReads()
    servicer = reads if hasattr(reads, method) else ReviewsAndIncarcerations()
    with runtime.work() as work:
        answer: Message = getattr(servicer, method)(request, work)
        return answer


def review_of(answer: Message) -> pb.Review:
    found: pb.Review = answer.review  # type: ignore[attr-defined]
    return found


def ask(runtime: Runtime, *grounds: str, **more: object) -> pb.Review:
    request = pb.AskForReviewRequest(
        case_id=CASE,
        participant_id=OBLIGOR,
        grounds=grounds,
        statement="I lost my job.",
        **more,  # type: ignore[arg-type]
    )
    return review_of(call(runtime, "AskForReview", request))


def decide(
    runtime: Runtime, review: pb.Review, *, accept: bool = True, **more: object
) -> pb.Review:
    request = pb.DecideReviewRequestRequest(
        review_id=review.review_id,
        etag=review.etag,
        accept=accept,
        reasons="" if accept else "Nothing changed.",
        **more,  # type: ignore[arg-type]
    )
    return review_of(call(runtime, "DecideReviewRequest", request))


def compare(
    runtime: Runtime, review: pb.Review, gross: str = "3000", **more: object
) -> pb.ReviewComparison:
    zero = {"maintenance_paid": "0", "prior_born_support": "0", "child_care_paid": "0"}
    a = guideline_pb.GuidelineParent(
        gross_monthly="2000", days_per_year="265", health_insurance_paid="0", **zero
    )
    b = guideline_pb.GuidelineParent(
        gross_monthly=gross, days_per_year="100", health_insurance_paid="0", **zero, **more
    )  # type: ignore[arg-type]
    request = pb.CompareReviewRequest(
        review_id=review.review_id,
        guideline=guideline_pb.ComputeGuidelineRequest(
            children=1, parents=guideline_pb.GuidelineParents(a=a, b=b)
        ),
        obligor_column="b",
    )
    answer = call(runtime, "CompareReview", request)
    assert isinstance(answer, pb.CompareReviewResponse)
    return answer.comparison


def conclude(runtime: Runtime, review: pb.Review, what: int, **more: object) -> pb.Review:
    request = pb.ConcludeReviewRequest(
        review_id=review.review_id,
        conclusion=what,  # type: ignore[arg-type]
        reasons="As the guidelines have it.",
        **more,  # type: ignore[arg-type]
    )
    return review_of(call(runtime, "ConcludeReview", request))


def pass_days(runtime: Runtime, days: int) -> None:
    assert isinstance(runtime.clock, SteppedClock)
    runtime.clock.advance(timedelta(days=days))


def notices(runtime: Runtime) -> list[tuple[str, str]]:
    with runtime.work() as work:
        rows = work.session.execute(
            select(tables.outbox.c.type, tables.outbox.c.body).order_by(tables.outbox.c.id)
        )
        told = [message_class(row.type).FromString(row.body) for row in rows]
    found = [n for m in told if isinstance(m, events.NoticesIssued) for n in m.notices]
    return [(n.kind, "obligor" if n.participant_id == OBLIGOR else "obligee") for n in found]


def history(runtime: Runtime) -> list[str]:
    with runtime.work() as work:
        return [e.kind for e in histories.read(work.session, work.keys, CASE)]


def open_clocks(runtime: Runtime) -> dict[str, date]:
    with runtime.work() as work:
        return {c.kind: c.due_on for c in clocks.open_of_case(work.session, CASE)}


def paper(runtime: Runtime, participant_id: str) -> str:
    """A document of a party of the case."""
    picture = io.BytesIO()
    Image.new("L", (8, 8)).save(picture, "PNG")
    with runtime.work() as work:
        case = cases.read(work.session, [CASE])[0].case
        document = keep(
            work,
            NewDocument(
                request_id=new_id(),
                case=case,
                participant_id=participant_id,
                subject="income",
                file_name="pay.png",
                content_type="image/png",
                content=picture.getvalue(),
                by_party=True,
            ),
        )
        return document.document_id


def test_from_the_request_to_the_courts_order(runtime: Runtime) -> None:
    """45 CFR 303.8(b)(1), (e); KRS 403.213(1), (2); 42 USC 666(a)(9)(C)."""
    review = ask(runtime)
    assert review.regular
    assert to_date(review.finish_by) == date(2026, 9, 2)
    assert open_clocks(runtime)["review"] == date(2026, 9, 2)
    review = decide(runtime, review)
    income = pb.RecordReviewIncomeRequest(
        review_id=review.review_id,
        participant_id=OBLIGOR,
        kind=pb.INCOME_EVIDENCE_PAY_STUB,
        monthly_cents=300_000,
        document_ids=[paper(runtime, OBLIGOR)],
    )
    call(runtime, "RecordReviewIncome", income)
    found = compare(runtime, review)
    assert found.ordered_cents == 20_000
    assert found.guideline_cents == found.worksheet.obligation_cents
    assert found.presumption == pb.REVIEW_PRESUMPTION_MATERIAL
    pass_days(runtime, 10)
    filed = conclude(
        runtime, review, pb.REVIEW_CONCLUSION_MOTION,
        filed_on=from_date(date(2026, 3, 10)), notice_on=from_date(date(2026, 3, 14)),
    )  # fmt: skip
    assert to_date(filed.earliest_effective) == date(2026, 3, 14)
    pass_days(runtime, 30)
    result = pb.RecordReviewResultRequest(
        review_id=review.review_id,
        entered_on=from_date(date(2026, 4, 12)),
        effective_from=from_date(date(2026, 3, 13)),
        amounts=[
            pb.ReviewedAmount(
                obligation_id=OBLIGATION,
                amount_cents=found.guideline_cents,
                frequency=case_pb.FREQUENCY_MONTHLY,
            )
        ],
        reasons="Ordered as moved.",
    )
    with pytest.raises(PlatformError, match="effective_from"):
        call(runtime, "RecordReviewResult", result)
    result.effective_from.CopyFrom(from_date(date(2026, 3, 14)))
    answer = call(runtime, "RecordReviewResult", result)
    assert isinstance(answer, pb.RecordReviewResultResponse)
    assert answer.review.state == pb.REVIEW_STATE_MODIFIED
    terms = answer.case.orders[0].obligations[0].terms
    assert [(to_date(t.effective_from), t.monthly_cents) for t in terms] == [
        (date(2021, 2, 1), 20_000),
        (date(2026, 3, 14), found.guideline_cents),
    ]
    assert "review" not in open_clocks(runtime)
    assert [kind for kind, who in notices(runtime) if who == "obligee"] == [
        "review_started",
        "review_decided",
        "order_modified",
        "review_decided",
    ]
    read = call(runtime, "GetReview", pb.GetReviewRequest(review_id=review.review_id))
    assert isinstance(read, pb.GetReviewResponse)
    assert read.comparisons == [found]
    assert read.incomes[0].monthly_cents == 300_000
    assert history(runtime)[-3:] == ["order_modified", "worksheet_attached", "review_modified"]
    with runtime.work() as work:
        listed = EstablishmentReads().ListWorksheets(
            establishment_pb.ListWorksheetsRequest(case_id=CASE, order_id=ORDER), work
        )
    assert [one.ordered_cents for one in listed.worksheets] == [found.guideline_cents]
    with pytest.raises(PlatformError, match="nothing of this review is before the court"):
        call(runtime, "RecordReviewResult", result)


def test_an_order_of_the_last_day_that_is_recorded_later_was_in_time(runtime: Runtime) -> None:
    """45 CFR 303.8(e): within 180 days the order is adjusted, whenever that is keyed."""
    review = decide(runtime, ask(runtime))
    compare(runtime, review)
    conclude(
        runtime, review, pb.REVIEW_CONCLUSION_MOTION,
        filed_on=from_date(date(2026, 3, 6)), notice_on=from_date(date(2026, 3, 6)),
    )  # fmt: skip
    pass_days(runtime, 190)
    result = pb.RecordReviewResultRequest(
        review_id=review.review_id,
        denied=True,
        entered_on=from_date(date(2026, 9, 2)),
        reasons="Denied.",
    )
    call(runtime, "RecordReviewResult", result)
    assert "clock_late" not in history(runtime)


def test_what_the_court_ordered_otherwise_asks_for_its_worksheet(runtime: Runtime) -> None:
    """KRS 403.211(3): a deviation has its finding; the order stands all the same."""
    review = decide(runtime, ask(runtime))
    compare(runtime, review)
    agreed = {"filed_on": from_date(TODAY), "notice_on": from_date(TODAY)}
    conclude(runtime, review, pb.REVIEW_CONCLUSION_AGREED_ORDER, **agreed)
    amount = pb.ReviewedAmount(
        obligation_id=OBLIGATION, amount_cents=12_345, frequency=case_pb.FREQUENCY_MONTHLY
    )
    result = pb.RecordReviewResultRequest(
        review_id=review.review_id,
        entered_on=from_date(TODAY),
        effective_from=from_date(TODAY),
        amounts=[amount],
        reasons="As agreed.",
    )
    call(runtime, "RecordReviewResult", result)
    assert "worksheet_attached" not in history(runtime)
    with runtime.work() as work:
        (alert,) = worklist.lock_about(work.session, work.keys, ORDER, "ALERT")
    assert "another amount than the worksheet" in alert.facts["what"]


def test_no_change_has_reasons_and_can_be_contested_for_thirty_days(runtime: Runtime) -> None:
    review = decide(runtime, ask(runtime))
    with pytest.raises(PlatformError, match="compare the guidelines"):
        conclude(runtime, review, pb.REVIEW_CONCLUSION_NO_CHANGE)
    compare(runtime, review)
    ended = conclude(runtime, review, pb.REVIEW_CONCLUSION_NO_CHANGE)
    assert to_date(ended.contest_by) == date(2026, 4, 5)
    assert "review" not in open_clocks(runtime)
    pass_days(runtime, 30)
    contest = pb.ContestReviewRequest(
        review_id=review.review_id, participant_id=OBLIGEE, statement="He has a second job."
    )
    again = review_of(call(runtime, "ContestReview", contest))
    assert again.state == pb.REVIEW_STATE_UNDER_REVIEW
    assert contested(runtime)[-1].endswith("goes on: He has a second job.")
    conclude(runtime, review, pb.REVIEW_CONCLUSION_NO_CHANGE)
    contest.statement = "I moved to 1 Hidden Lane."
    shown = review_of(call(runtime, "ContestReview", contest))
    # The other parent's ground and words were never hers to read.
    assert (shown.statement, list(shown.grounds), shown.requested_by) == ("", [], "")
    kept = call(runtime, "GetReview", pb.GetReviewRequest(review_id=review.review_id))
    assert review_of(kept).statement.splitlines()[-1] == contest.statement
    assert contested(runtime)[-1].endswith("goes on: what was said stands in the review.")
    conclude(runtime, review, pb.REVIEW_CONCLUSION_NO_CHANGE)
    pass_days(runtime, 31)
    with pytest.raises(PlatformError, match="could be contested until 2026-05-05"):
        call(runtime, "ContestReview", contest)
    assert not ask_again(runtime).regular


def contested(runtime: Runtime) -> list[str]:
    """Return what the history says of it, which whoever may read the case may read."""
    with runtime.work() as work:
        answer = CaseReads().GetCase(case_pb.GetCaseRequest(case_id=CASE), work)
    return [entry.text for entry in answer.history if entry.kind == "review_contested"]


def ask_again(runtime: Runtime) -> pb.Review:
    """The cycle begins anew with the review that ended."""
    return ask(runtime, "earnings_of_either_parent")


def test_a_request_within_the_cycle_needs_a_ground_and_its_proof(young: Runtime) -> None:
    """45 CFR 303.8(b)(6)."""
    first = ask(young, "cost_of_living")
    with pytest.raises(PlatformError, match="a ground that shows a change"):
        decide(young, first)
    refused = decide(young, first, accept=False)
    assert refused.state == pb.REVIEW_STATE_REFUSED
    assert "review" not in open_clocks(young)
    document = paper(young, OBLIGOR)
    second = ask(young, "earnings_of_either_parent", document_ids=[document])
    assert decide(young, second).state == pb.REVIEW_STATE_UNDER_REVIEW


def test_what_is_due_cannot_be_refused(runtime: Runtime) -> None:
    """45 CFR 303.8(b)(1), (5)."""
    review = ask(runtime)
    with pytest.raises(PlatformError, match="is due without any proof"):
        decide(runtime, review, accept=False)


def test_the_days_count_from_locating_the_other_parent(runtime: Runtime) -> None:
    """45 CFR 303.8(e): whichever is later."""
    review = ask(runtime)
    pass_days(runtime, 20)
    located = from_date(date(2026, 3, 20))
    after = decide(runtime, review, located_on=located)
    assert to_date(after.finish_by) == date(2026, 9, 16)
    assert open_clocks(runtime)["review"] == date(2026, 9, 16)


def test_one_review_at_a_time_and_only_by_who_is_a_parent(runtime: Runtime) -> None:
    review = ask(runtime)
    with pytest.raises(PlatformError, match="is under way"):
        ask(runtime)
    request = pb.AskForReviewRequest(case_id=CASE, participant_id=new_id())
    with pytest.raises(PlatformError, match="case not found"):
        call(runtime, "AskForReview", request)
    with pytest.raises(PlatformError, match=r"grounds\[0\]: one of"):
        ask(runtime, "nonsense")
    withdraw = pb.WithdrawReviewRequest(review_id=review.review_id, participant_id=OBLIGEE)
    with pytest.raises(PlatformError, match="review not found"):
        call(runtime, "WithdrawReview", withdraw)
    withdraw.participant_id = OBLIGOR
    ended = review_of(call(runtime, "WithdrawReview", withdraw))
    assert ended.state == pb.REVIEW_STATE_WITHDRAWN
    assert open_clocks(runtime) == {}
    with runtime.work() as work:
        assert worklist.lock_about(work.session, work.keys, review.review_id) == []
    assert ask(runtime).state == pb.REVIEW_STATE_REQUESTED


def test_evidence_must_be_ones_own_paper(runtime: Runtime) -> None:
    of_other = paper(runtime, OBLIGEE)
    with pytest.raises(PlatformError, match=r"document_ids\[0\]: must be the id of a document"):
        ask(runtime, document_ids=[of_other])


def test_both_parents_hear_of_their_right_every_three_years(runtime: Runtime) -> None:
    """45 CFR 303.8(b)(7)(i): not less than once every three years, once for a business date."""
    told = []
    for days in (0, 0, 700, 366, 0):
        pass_days(runtime, days)
        with runtime.work() as work:
            done = tell_rights(work, work.clock.today())
        told.append(done["cases"])
        assert done["more_waiting"] == "no"
    assert told == [1, 0, 0, 1, 0]
    assert sorted(notices(runtime)) == [
        ("review_right", "obligee"),
        ("review_right", "obligee"),
        ("review_right", "obligor"),
        ("review_right", "obligor"),
    ]
    assert "review_notice" in open_clocks(runtime)


def test_orders_that_carry_the_first_notice_put_off_the_next(young: Runtime) -> None:
    """45 CFR 303.8(b)(7)(i): the initial notice may be included in the order; a setting."""
    with young.work() as work:
        day = work.clock.today()
        which = review_rights.Untold(day, day, entered_by=date(2025, 5, 31))
        assert review_rights.to_be_told(work.session, which, "", 10) == []
        which = review_rights.Untold(day, day, entered_by=date(2025, 6, 1))
        assert review_rights.to_be_told(work.session, which, "", 10) == [CASE]
        over = review_rights.Untold(date(2030, 1, 1), day)
        assert review_rights.to_be_told(work.session, over, "", 10) == [CASE]


def test_the_time_to_tell_them_runs_while_an_order_does(young: Runtime) -> None:
    """45 CFR 303.8(b)(7)(i): from the order, also of one that was taken over."""
    assert "review_notice" not in open_clocks(young)
    with young.work() as work:
        settle_limits(work, work.clock.today())
    assert open_clocks(young)["review_notice"] == date(2028, 6, 1)
    with young.work() as work:
        before = lock_case(work, CASE)
        (order,) = before.case.orders
        ended = [replace(one, effective_to=date(2026, 3, 5)) for one in order.obligations]
        orders = (replace(order, obligations=tuple(ended)),)
        save_case(work, before, replace(before.case, orders=orders))
        settle_limits(work, work.clock.today())
    assert "review_notice" not in open_clocks(young)


def test_an_order_known_too_late_counts_from_the_day_that_it_is_known(runtime: Runtime) -> None:
    """Of 2021: its three years were over before anybody here could tell."""
    with runtime.work() as work:
        settle_limits(work, work.clock.today())
    assert open_clocks(runtime)["review_notice"] == date(2029, 3, 6)


def test_telling_of_an_incarceration_tells_of_the_right_too(runtime: Runtime) -> None:
    """Both notices are of the right to ask for a review: the next is due three years later."""
    with runtime.work() as work:
        tell_rights(work, work.clock.today())
    pass_days(runtime, 365)
    jail(runtime, date(2028, 3, 6))
    assert open_clocks(runtime)["review_notice"] == date(2030, 3, 6)


def test_the_state_reviews_by_itself_in_assisted_cases(
    runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest
) -> None:
    """45 CFR 303.8(b)(1): within 36 months, without a request."""
    page.cases[0].assistance_status = case_pb.ASSISTANCE_STATUS_CURRENT
    page.cases[0].orders[0].entered_on.CopyFrom(from_date(date(2023, 9, 3)))
    runtime = runtime_for(SERVICE)
    with runtime.work() as work:
        CaseImports().ImportCases(iter([page]), work)
    begun = []
    for days in (0, 1, 0):
        pass_days(runtime, days)
        with runtime.work() as work:
            begun.append(begin_cycles(work, work.clock.today())["reviews"])
    assert begun == [0, 1, 0]
    listed = call(runtime, "ListReviews", pb.ListReviewsRequest(case_id=CASE))
    assert isinstance(listed, pb.ListReviewsResponse)
    (review,) = listed.reviews
    assert (review.origin, review.state) == (
        pb.REVIEW_ORIGIN_CYCLE,
        pb.REVIEW_STATE_UNDER_REVIEW,
    )
    assert to_date(review.finish_by) == date(2026, 9, 3)
    cancel = pb.CancelReviewRequest(review_id=review.review_id, reasons="emancipated")
    call(runtime, "CancelReview", cancel)
    with runtime.work() as work:
        assert begin_cycles(work, work.clock.today())["reviews"] == 0


def jail(runtime: Runtime, until: date | None, **more: object) -> pb.RecordIncarcerationResponse:
    request = pb.RecordIncarcerationRequest(
        participant_id=OBLIGOR,
        since=from_date(date(2026, 3, 1)),
        expected_until=from_date(until),
        **more,  # type: ignore[arg-type]
    )
    answer = call(runtime, "RecordIncarceration", request)
    assert isinstance(answer, pb.RecordIncarcerationResponse)
    return answer


def test_a_long_incarceration_is_told_to_both_parents_and_ends_nothing(runtime: Runtime) -> None:
    """45 CFR 303.8(b)(7)(ii), 302.56(c)(3)."""
    short = jail(runtime, date(2026, 8, 28))
    assert not short.told_case_ids
    longer = jail(
        runtime,
        date(2026, 8, 29),
        incarceration_id=short.incarceration.incarceration_id,
        etag=short.incarceration.etag,
    )
    assert longer.told_case_ids == [CASE]
    assert to_date(longer.incarceration.told_on) == TODAY
    assert notices(runtime) == [
        ("review_incarceration", "obligor"),
        ("review_incarceration", "obligee"),
    ]
    again = jail(
        runtime,
        date(2028, 1, 1),
        incarceration_id=longer.incarceration.incarceration_id,
        etag=longer.incarceration.etag,
    )
    assert not again.told_case_ids
    with runtime.work() as work:
        case = cases.read(work.session, [CASE])[0].case
    assert case.orders[0].obligations[0].effective_to is None
    assert open_clocks(runtime) == {}


def test_an_incarceration_without_known_end_is_told_when_it_has_lasted(runtime: Runtime) -> None:
    jail(runtime, None)
    told = []
    for days in (175, 1, 0):
        pass_days(runtime, days)
        with runtime.work() as work:
            told.append(tell_long_incarcerations(work, work.clock.today())["cases"])
    assert told == [0, 1, 0]


def test_nothing_is_imputed_to_the_incarcerated(runtime: Runtime) -> None:
    """45 CFR 302.56(c)(3)."""
    jail(runtime, date(2028, 1, 1))
    review = decide(runtime, ask(runtime, "incarceration"))
    could_earn = guideline_pb.GuidelinePotentialIncome(monthly="3000")
    with pytest.raises(PlatformError, match=r"parents.b.potential_income.incarcerated"):
        compare(runtime, review, "0", potential_income=could_earn)
    could_earn.incarcerated = True
    found = compare(runtime, review, "0", potential_income=could_earn)
    assert found.guideline_cents < 20_000
    assert found.change_indicated
