"""Clocks as others read them: whose, which color, how many; pages and refusals."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from case_service.actions import clocks
from case_service.actions.changing import lock_case, save_case
from case_service.api.clocks import ClockReads
from case_service.api.imports import CaseImports
from case_service.service import SERVICE
from case_service.store.tables import assistance_period
from chassis.clock import SteppedClock
from chassis.dates import from_date, to_date
from chassis.errors import PlatformError
from chassis.ids import derived_id
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import clock_service_pb2 as pb

CASE = derived_id("test", "case")
TODAY = date(2026, 3, 6)
OTHER = derived_id("test", "other case")
NUMBER = "0000123456"


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Runtime:
    """Two cases of two offices and workers."""
    other = page.cases.add()
    other.CopyFrom(page.cases[0])
    other.case_id, other.case_number = OTHER, "0000654321"
    del other.orders[:]
    runtime = runtime_for(SERVICE)
    with runtime.work() as work:
        CaseImports().ImportCases(iter([page]), work)
    assign(runtime, CASE, "21073", "ann")
    assign(runtime, OTHER, "21111", "bob")
    return runtime


def assign(runtime: Runtime, case_id: str, office: str, worker: str) -> None:
    with runtime.work() as work:
        before = lock_case(work, case_id)
        save_case(work, before, replace(before.case, office_id=office, worker_id=worker))


def start(runtime: Runtime, kind: str, days_ago: int, case: str = CASE, about: str = "") -> None:
    with runtime.work() as work:
        clocks.start(work, case, kind, TODAY - timedelta(days=days_ago), about_id=about)


def listed(runtime: Runtime, **asked: object) -> list[pb.Clock]:
    with runtime.work() as work:
        return list(ClockReads().ListClocks(pb.ListClocksRequest(**asked), work).clocks)  # type: ignore[arg-type]


def summary(runtime: Runtime, **asked: object) -> pb.GetClockSummaryResponse:
    with runtime.work() as work:
        return ClockReads().GetClockSummary(pb.GetClockSummaryRequest(**asked), work)  # type: ignore[arg-type]


SHOWN = (
    # days ago, color, percent used, days left
    (0, pb.CLOCK_COLOR_GREEN, 0, 20),
    (14, pb.CLOCK_COLOR_GREEN, 70, 6),
    (15, pb.CLOCK_COLOR_AMBER, 75, 5),
    (20, pb.CLOCK_COLOR_AMBER, 100, 0),
    (21, pb.CLOCK_COLOR_RED, 105, -1),
)


def test_a_clock_is_shown_as_it_stands_today(runtime: Runtime) -> None:
    """Of 20 days (45 CFR 303.2(b)), amber from the fifteenth; red before any job has run."""
    for days_ago, *_ in SHOWN:
        start(runtime, "open_case", days_ago, about=str(days_ago))
    found = listed(runtime, case_number=NUMBER)
    assert {(int(c.about_id), c.color, c.percent_used, c.days_left) for c in found} == set(SHOWN)
    assert {(c.case_number, c.worker_id, c.rule_id) for c in found} == {
        (NUMBER, "ann", "us.case.open")
    }
    for color in (pb.CLOCK_COLOR_GREEN, pb.CLOCK_COLOR_AMBER, pb.CLOCK_COLOR_RED):
        assert listed(runtime, colors=[color]) == [c for c in found if c.color == color]


def test_a_window_is_green_until_it_is_over(runtime: Runtime) -> None:
    start(runtime, "rescission", 59)
    (clock,) = listed(runtime)
    assert (clock.color, clock.window) == (pb.CLOCK_COLOR_GREEN, True)
    start(runtime, "closure_notice", 61)
    assert {c.kind: c.color for c in listed(runtime)} == {
        "rescission": pb.CLOCK_COLOR_GREEN,
        "closure_notice": pb.CLOCK_COLOR_UNSPECIFIED,
    }


def test_filters_hold_together(runtime: Runtime) -> None:
    start(runtime, "open_case", 21)
    start(runtime, "locate", 1)
    start(runtime, "open_case", 30, OTHER)
    assert [c.case_id for c in listed(runtime, kinds=["open_case"])] == [OTHER, CASE]
    assert [c.case_id for c in listed(runtime, worker_id="ann")] == [CASE, CASE]
    red = [pb.CLOCK_COLOR_RED]
    assert [c.case_id for c in listed(runtime, office_id="21111", colors=red)] == [OTHER]
    assert listed(runtime, office_id="21111", worker_id="ann") == []
    before = from_date(TODAY - timedelta(days=1))
    assert [c.case_id for c in listed(runtime, due_before=before)] == [OTHER]
    with runtime.work() as work:
        clocks.stop(work, CASE, "locate", TODAY)
    met = [pb.CLOCK_STATE_MET]
    assert [c.kind for c in listed(runtime, case_id=CASE, states=met)] == ["locate"]
    assert [c.kind for c in listed(runtime, worker_id="ann")] == ["open_case"]
    missed = [pb.CLOCK_STATE_MISSED]
    assert listed(runtime, worker_id="ann", states=missed) == []


def test_clocks_go_with_their_case_to_another_office(runtime: Runtime) -> None:
    start(runtime, "open_case", 21)
    start(runtime, "locate", 1)
    assign(runtime, CASE, "21111", "")
    assert listed(runtime, office_id="21073") == []
    assert [c.kind for c in listed(runtime, office_id="21111")] == ["open_case", "locate"]
    assert summary(runtime, office_id="21111").workers[0].worker_id == ""


def test_pages_hold_every_clock_once(runtime: Runtime) -> None:
    for number in range(7):
        start(runtime, "order_copy", number % 3, about=derived_id("test", str(number)))
    seen: list[pb.Clock] = []
    token = ""
    while True:
        with runtime.work() as work:
            asked = pb.ListClocksRequest(case_id=CASE, page_size=2, page_token=token)
            answer = ClockReads().ListClocks(asked, work)
        seen += answer.clocks
        token = answer.next_page_token
        if not token:
            break
    assert len({clock.clock_id for clock in seen}) == len(seen) == 7
    days = [to_date(clock.due_on) for clock in seen]
    assert days == sorted(days, key=str)


def test_a_token_is_good_for_its_own_list_only(runtime: Runtime) -> None:
    for number in range(3):
        start(runtime, "order_copy", 1, about=derived_id("test", str(number)))
    with runtime.work() as work:
        answer = ClockReads().ListClocks(pb.ListClocksRequest(page_size=1), work)
        other = pb.ListClocksRequest(worker_id="bob", page_token=answer.next_page_token)
        with pytest.raises(PlatformError, match="page_token"):
            ClockReads().ListClocks(other, work)


def test_the_supervisor_sees_who_is_behind_with_what(runtime: Runtime) -> None:
    start(runtime, "open_case", 21)
    start(runtime, "locate", 74)
    start(runtime, "locate", 1, OTHER)
    start(runtime, "rescission", 100, OTHER)
    whole = summary(runtime)
    assert (whole.total.green, whole.total.amber, whole.total.red) == (1, 1, 1)
    assert [(k.kind, k.green, k.amber, k.red) for k in whole.kinds] == [
        ("open_case", 0, 0, 1),
        ("locate", 1, 1, 0),
    ]
    assert not whole.workers
    office = summary(runtime, office_id="21073")
    assert [(w.worker_id, w.green, w.amber, w.red) for w in office.workers] == [("ann", 0, 1, 1)]
    assert summary(runtime, worker_id="bob").total.green == 1
    assert summary(runtime, office_id="21111", worker_id="ann").total == pb.ClockCount()


def test_the_supervisor_can_ask_for_a_program(runtime: Runtime) -> None:
    start(runtime, "open_case", 21)
    start(runtime, "open_case", 21, OTHER)
    with runtime.work() as work:
        period = {
            "period_id": derived_id("test", "period"),
            "case_id": OTHER,
            "program": "k_tap",
            "first_month": date(2026, 1, 1),
            "paid_cents": 0,
        }
        work.session.execute(insert(assistance_period).values(period))
    asked = {"program": case_pb.ASSISTANCE_PROGRAM_K_TAP}
    assert summary(runtime, **asked).total.red == 1
    assert summary(runtime, program=case_pb.ASSISTANCE_PROGRAM_MEDICAID).total.red == 0


BAD: tuple[tuple[dict[str, object], str], ...] = (
    ({"kinds": ["open_case", "lunch"]}, r"kinds\[1\]: must be one of application_given"),
    ({"case_id": CASE, "case_number": NUMBER}, "case_number: must be empty when case_id"),
    ({"case_id": "7"}, "case_id: must be a UUID"),
    ({"states": [pb.CLOCK_STATE_MET]}, "case_id: must be set to list clocks that are over"),
    ({"case_number": "0"}, "case not found"),
    ({"colors": [0]}, r"colors\[0\]: must not be UNSPECIFIED"),
    ({"due_before": {"year": 2026, "month": 2, "day": 30}}, "due_before: must be a whole"),
)


def test_a_bad_question_is_named(runtime: Runtime) -> None:
    for asked, said in BAD:
        with pytest.raises(PlatformError, match=said):
            listed(runtime, **asked)


def test_every_kind_says_its_limit_and_its_law(runtime: Runtime) -> None:
    with runtime.work() as work:
        answer = ClockReads().ListClockKinds(pb.ListClockKindsRequest(), work)
    by_kind = {kind.kind: kind for kind in answer.kinds}
    assert by_kind["incarceration_notice"].limit == "15 business days"
    assert by_kind["incarceration_notice"].citation == "45 CFR 303.8(b)(7)(ii)"
    assert by_kind["locate_again"].limit == "quarterly"
    assert all(kind.citation and kind.starts and kind.stops for kind in answer.kinds)


def test_tomorrow_it_is_shown_otherwise(runtime: Runtime) -> None:
    start(runtime, "open_case", 20)
    assert isinstance(runtime.clock, SteppedClock)
    runtime.clock.advance(timedelta(days=1))
    assert listed(runtime)[0].color == pb.CLOCK_COLOR_RED
