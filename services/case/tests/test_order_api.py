"""Orders as internal systems see them: through the contract."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from establishing_world import paternity_determined
from google.type.date_pb2 import Date

from case_service.api.imports import CaseImports
from case_service.api.order_reads import OrderReads
from case_service.api.orders import OrderWrites
from case_service.service import SERVICE
from chassis.dates import from_date, from_instant, to_date
from chassis.errors import PlatformError
from chassis.ids import derived_id
from chassis.runtime import Caller, Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import order_service_pb2 as pb

CASE = derived_id("test", "case")
CHILD = derived_id("test", "child")
OWED = derived_id("test", "owed")
ORDER = derived_id("test", "recorded order")
NOON = datetime(2026, 3, 6, 17, 0, tzinfo=UTC)
RECORDER, OTHER = Caller("worker-1"), Caller("worker-2")


def on(year: int, month: int, day: int) -> Date | None:
    return from_date(date(year, month, day))


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Runtime:
    made = runtime_for(SERVICE)
    page.participants.add(
        participant_id=CHILD, first_name="Ann", last_name="Doe", birth_date=on(2015, 4, 1)
    )
    page.cases[0].members.add(participant_id=CHILD, role=case_pb.CASE_ROLE_CHILD)
    with made.work() as work:
        CaseImports().ImportCases(iter([page]), work)
    paternity_determined(made, CASE, page.cases[0].obligor_id, CHILD)
    return made


def order_request() -> pb.RecordOrderRequest:
    return pb.RecordOrderRequest(
        case_id=CASE,
        order_id=ORDER,
        order=pb.OrderText(
            kind=pb.ORDER_KIND_ORIGINAL,
            court_number="26-CI-00001",
            county_fips="21073",
            judge="J. Roe",
            entered_on=on(2026, 1, 15),
            children=[CHILD],
            withholding_exception=pb.WITHHOLDING_EXCEPTION_GOOD_CAUSE,
            withholding_finding="Paid on time for years.",
            interest_ordered=True,
        ),
        obligations=[
            pb.NewObligation(
                obligation_id=OWED,
                support_type=case_pb.SUPPORT_TYPE_CHILD,
                terms=[
                    pb.StatedTerm(
                        effective_from=on(2026, 2, 2),
                        amount_cents=10_000,
                        frequency=case_pb.FREQUENCY_WEEKLY,
                    )
                ],
            ),
            pb.NewObligation(
                support_type=case_pb.SUPPORT_TYPE_CHILD_CARE,
                terms=[
                    pb.StatedTerm(
                        effective_from=on(2026, 2, 2),
                        amount_cents=20_000,
                        frequency=case_pb.FREQUENCY_MONTHLY,
                    )
                ],
            ),
        ],
    )


def record(runtime: Runtime) -> pb.OrderDetail:
    with runtime.work(RECORDER) as work:
        return OrderWrites().RecordOrder(order_request(), work).order


def modify(runtime: Runtime, first: Date | None = None) -> pb.ModifyOrderResponse:
    request = pb.ModifyOrderRequest(
        order_id=ORDER,
        effective_from=first or on(2026, 3, 1),
        entered_on=on(2026, 3, 5),
        filed_on=on(2026, 2, 10),
        notice_on=on(2026, 2, 20),
        changes=[
            pb.AmountChange(
                obligation_id=OWED, amount_cents=50_000, frequency=case_pb.FREQUENCY_MONTHLY
            )
        ],
    )
    with runtime.work(RECORDER) as work:
        return OrderWrites().ModifyOrder(request, work)


def as_of(runtime: Runtime, day: Date | None, at: datetime) -> pb.GetObligationAsOfResponse:
    request = pb.GetObligationAsOfRequest(
        obligation_id=OWED, effective_on=day, known_at=from_instant(at)
    )
    with runtime.work() as work:
        return OrderReads().GetObligationAsOf(request, work)


def test_an_order_reads_back_as_it_was_recorded(runtime: Runtime) -> None:
    detail = record(runtime)
    assert detail.version.text == order_request().order
    assert detail.etag == "1"
    assert [(o.support_type, o.monthly_amount_cents) for o in detail.version.obligations] == [
        (case_pb.SUPPORT_TYPE_CHILD, 43_333),
        (case_pb.SUPPORT_TYPE_CHILD_CARE, 20_000),
    ]
    with runtime.work() as work:
        read = OrderReads().GetOrder(pb.GetOrderRequest(order_id=ORDER), work)
    assert read.order == detail
    assert list(read.versions) == [detail.version]


def test_an_order_says_how_long_it_lasts_and_when_its_arrears_are_barred(runtime: Runtime) -> None:
    """Fifteen years after current support ends for the last child (IRG Q3.1)."""
    detail = record(runtime)
    life = detail.lives[0]
    assert (to_date(life.last_day), life.ground) == (date(2033, 3, 31), pb.LIFE_GROUND_MAJORITY)
    assert [step.rule_id for step in life.steps] == ["ky.emancipation.age"]
    assert to_date(detail.barred_on) == date(2048, 4, 1)
    assert detail.barred_steps[0].rule_id == "ky.arrears.limitation"


def test_as_of_tells_what_was_owed_and_what_was_known(runtime: Runtime) -> None:
    record(runtime)
    runtime.clock.advance(timedelta(days=2))  # type: ignore[attr-defined]
    answer = modify(runtime)
    assert [step.rule_id for step in answer.steps] == [
        "us.modification.before_notice",
        "ky.modification.before_motion",
    ]
    later = NOON + timedelta(days=3)
    assert as_of(runtime, on(2026, 3, 15), later).monthly_cents == 50_000
    before = as_of(runtime, on(2026, 3, 15), NOON)
    assert (before.known, before.owed, before.monthly_cents) == (True, True, 43_333)
    assert before.version.number == 1
    assert [step.rule_id for step in before.steps] == [
        "ky.support.times_a_year.weekly",
        "ky.support.month_rounding",
    ]
    assert as_of(runtime, on(2026, 2, 28), later).monthly_cents == 43_333
    unborn = as_of(runtime, on(2026, 2, 1), later)
    assert (unborn.known, unborn.owed, unborn.monthly_cents) == (True, False, 0)
    assert not as_of(runtime, on(2026, 3, 15), NOON - timedelta(days=9)).known


def test_versions_come_a_page_at_a_time(runtime: Runtime) -> None:
    record(runtime)
    modify(runtime)
    modify(runtime, on(2026, 3, 4))
    seen: list[int] = []
    token = ""
    with runtime.work() as work:
        for _ in range(2):
            page = OrderReads().ListOrderVersions(
                pb.ListOrderVersionsRequest(order_id=ORDER, page_size=2, page_token=token), work
            )
            seen += [version.number for version in page.versions]
            token = page.next_page_token
    assert seen == [1, 2, 3]
    assert token == ""


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        (pb.ListOrdersRequest(case_id=CASE), 2),
        (pb.ListOrdersRequest(court_number="26-CI-00001"), 1),
        (pb.ListOrdersRequest(court_number="21-CI-00456"), 1),
        (pb.ListOrdersRequest(case_id=CASE, state=pb.ORDER_STATE_RUNNING), 2),
        (pb.ListOrdersRequest(case_id=CASE, state=pb.ORDER_STATE_ENDED), 0),
        (pb.ListOrdersRequest(case_id=derived_id("test", "no case")), 0),
    ],
)
def test_orders_are_found_by_case_court_number_and_state(
    runtime: Runtime, asked: pb.ListOrdersRequest, count: int
) -> None:
    record(runtime)
    with runtime.work() as work:
        found = OrderReads().ListOrders(asked, work)
    assert len(found.orders) == count


def test_orders_come_a_page_at_a_time_the_imported_ones_too(runtime: Runtime) -> None:
    record(runtime)
    seen: list[str] = []
    token = ""
    with runtime.work() as work:
        for _ in range(2):
            page = OrderReads().ListOrders(
                pb.ListOrdersRequest(page_size=1, page_token=token), work
            )
            seen += [order.version.text.court_number for order in page.orders]
            token = page.next_page_token
    assert sorted(seen) == ["21-CI-00456", "26-CI-00001"]
    assert token == ""


def end(runtime: Runtime, ground: int, document_id: str = "doc-1") -> pb.EndObligationResponse:
    request = pb.EndObligationRequest(
        obligation_id=OWED,
        last_day=on(2026, 3, 31),
        ground=ground,  # type: ignore[arg-type]
        document_id=document_id,
    )
    with runtime.work(RECORDER) as work:
        return OrderWrites().EndObligation(request, work)


@pytest.mark.parametrize(
    ("ground", "why"),
    [
        (pb.LIFE_GROUND_INCARCERATION, r"neither ends nor suspends support \(45 CFR 302.56"),
        (pb.LIFE_GROUND_LEFT_HOME, r"ends no support by itself .* bring it to the court"),
        (pb.LIFE_GROUND_MARRIAGE_OF_CHILD, "RecordChildEvent"),
        (pb.LIFE_GROUND_UNSPECIFIED, "say the ground"),
    ],
)
def test_what_ends_nothing_here_is_refused_with_what_does(
    runtime: Runtime, ground: int, why: str
) -> None:
    record(runtime)
    with pytest.raises(PlatformError, match=why):
        end(runtime, ground)


def test_a_court_ends_an_obligation_with_its_paper(runtime: Runtime) -> None:
    record(runtime)
    with pytest.raises(PlatformError, match="document_id"):
        end(runtime, pb.LIFE_GROUND_ORDER, document_id="")
    ended = end(runtime, pb.LIFE_GROUND_ORDER).order
    life = ended.lives[0]
    assert (to_date(life.last_day), life.ground) == (date(2026, 3, 31), pb.LIFE_GROUND_ORDER)
    assert ended.version.cause == pb.VERSION_CAUSE_ENDED


def test_what_happened_to_a_child_shows_in_its_orders(runtime: Runtime) -> None:
    record(runtime)
    request = pb.RecordChildEventRequest(
        case_id=CASE,
        event=pb.LifeEvent(
            kind=pb.LIFE_GROUND_ADOPTION,
            on_date=on(2026, 3, 2),
            child_id=CHILD,
            document_id="doc-1",
        ),
    )
    with runtime.work(RECORDER) as work:
        answer = OrderWrites().RecordChildEvent(request, work)
    recorded = next(o for o in answer.orders if o.version.order_id == ORDER)
    assert {to_date(life.last_day) for life in recorded.lives} == {date(2026, 3, 1)}
    assert answer.event.event_id
    with runtime.work() as work:
        read = OrderReads().GetOrder(pb.GetOrderRequest(order_id=ORDER), work)
    assert list(read.events) == [answer.event]


def test_school_and_revival_go_through_the_contract(runtime: Runtime) -> None:
    record(runtime)
    school = pb.ExtendForSchoolRequest(
        case_id=CASE, child_id=CHILD, since=on(2026, 3, 1), until=on(2033, 5, 28)
    )
    with runtime.work(RECORDER) as work:
        answer = OrderWrites().ExtendForSchool(school, work)
    lasts = next(o for o in answer.orders if o.version.order_id == ORDER).lives[0]
    assert (to_date(lasts.last_day), lasts.ground) == (date(2033, 5, 28), pb.LIFE_GROUND_SCHOOL)
    end(runtime, pb.LIFE_GROUND_ORDER)
    revival = pb.ReviveObligationRequest(
        obligation_id=OWED,
        ground=pb.LIFE_GROUND_ORDER,
        first_day=on(2026, 4, 1),
        document_id="doc-2",
    )
    with runtime.work(RECORDER) as work:
        revived = OrderWrites().ReviveObligation(revival, work).order
    assert revived.version.cause == pb.VERSION_CAUSE_REVIVED
    assert not revived.version.obligations[0].HasField("effective_to")


def test_a_correction_goes_through_the_contract(runtime: Runtime) -> None:
    record(runtime)
    text = order_request().order
    text.court_number = "26-CI-00002"
    request = pb.CorrectOrderRequest(
        order_id=ORDER, etag="1", document_id="doc-1", paper_says="26-CI-00002", order=text
    )
    with runtime.work(OTHER) as work:
        corrected = OrderWrites().CorrectOrder(request, work).order
    assert corrected.version.text.court_number == "26-CI-00002"
    assert not corrected.version.HasField("effective_from")
    with runtime.work() as work:
        found = OrderReads().ListOrders(pb.ListOrdersRequest(court_number="26-CI-00002"), work)
    assert len(found.orders) == 1
