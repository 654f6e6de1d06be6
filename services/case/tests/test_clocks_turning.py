"""A day that is over turns its clocks: missed ones red, told once and put before a worker once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from case_service.actions import clocks, turning
from case_service.actions.changing import lock_case
from case_service.api.imports import CaseImports
from case_service.domain.clocks import Clock, State
from case_service.jobs.clocks import turn, turn_clocks
from case_service.service import SERVICE
from case_service.store import clocks as store
from case_service.store import histories
from case_service.store.tables.desk import worklist_item
from chassis.clock import SteppedClock
from chassis.ids import derived_id
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as pb

CASE = derived_id("test", "case")
ON = date(2026, 3, 2)
DUE = date(2026, 3, 22)
"""20 calendar days later: 45 CFR 303.2(b)."""
OVER = DUE + timedelta(days=1)


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime], page: pb.ImportCasesRequest) -> Runtime:
    runtime = runtime_for(SERVICE)
    with runtime.work() as work:
        CaseImports().ImportCases(iter([page]), work)
    return runtime


def start(runtime: Runtime, kind: str, *, about: str = "", case: str = CASE) -> None:
    with runtime.work() as work:
        clocks.start(work, case, kind, ON, about_id=about)


def turned(runtime: Runtime, on: date) -> dict[str, int | str]:
    with runtime.work() as work:
        return dict(turn_clocks(work, on))


def running(runtime: Runtime) -> list[Clock]:
    with runtime.work() as work:
        return store.open_of_case(work.session, CASE)


def history(runtime: Runtime) -> list[histories.Entry]:
    with runtime.work() as work:
        return histories.read(work.session, work.keys, CASE)


def alerts(runtime: Runtime, state: str = "open") -> int:
    """Count the alerts of the worklist."""
    with runtime.work() as work:
        query = select(func.count()).where(
            worklist_item.c.kind == "ALERT", worklist_item.c.state == state
        )
        return work.session.scalar(query) or 0


def test_a_missed_clock_is_told_once_and_put_before_a_worker_once(runtime: Runtime) -> None:
    start(runtime, "open_case")
    assert turned(runtime, DUE) == {"missed": 0, "elapsed": 0}
    assert turned(runtime, OVER) == {"missed": 1, "elapsed": 0}
    assert turned(runtime, OVER) == {"missed": 0, "elapsed": 0}
    (clock,) = running(runtime)
    assert (clock.state, clock.missed_on) == (State.MISSED, OVER)
    told = [e for e in history(runtime) if e.kind == "clock_missed"]
    assert [(e.on_date, e.facts["due_on"]) for e in told] == [(OVER, DUE.isoformat())]
    assert alerts(runtime) == 1


def test_a_job_that_comes_days_late_tells_the_day_that_it_was_missed(runtime: Runtime) -> None:
    start(runtime, "open_case")
    turned(runtime, OVER + timedelta(days=9))
    assert running(runtime)[0].missed_on == OVER


def test_what_was_done_in_time_and_recorded_later_was_never_missed(runtime: Runtime) -> None:
    start(runtime, "open_case")
    turned(runtime, OVER)
    with runtime.work() as work:
        clocks.stop(work, CASE, "open_case", DUE)
    assert "clock_late" not in {e.kind for e in history(runtime)}
    assert (alerts(runtime), alerts(runtime, "done")) == (0, 1)


def test_a_window_that_runs_out_is_nobodys_fault(runtime: Runtime) -> None:
    """42 USC 666(a)(5)(D)(ii): after 60 days an acknowledgment stands. Nobody has missed it."""
    start(runtime, "rescission")
    assert turned(runtime, ON + timedelta(days=61)) == {"missed": 0, "elapsed": 1}
    assert alerts(runtime) == 0
    assert history(runtime)[-1].kind == "clock_elapsed"


def test_a_worker_learns_that_a_case_can_be_closed_until_it_is(runtime: Runtime) -> None:
    """45 CFR 303.11(b)(7): two years of locating in vain."""
    start(runtime, "closure_locate")
    turned(runtime, date(2028, 3, 3))
    assert alerts(runtime) == 1
    with runtime.work() as work:
        clocks.cancel_all(work, CASE, date(2028, 3, 4))
    assert alerts(runtime) == 0


def test_an_application_without_a_case_turns_too(runtime: Runtime) -> None:
    start(runtime, "open_case", case="", about=derived_id("test", "application"))
    assert turned(runtime, OVER) == {"missed": 1, "elapsed": 0}


def test_two_processes_turn_each_clock_once(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turning, "PAGE_CLOCKS", 7)
    for number in range(40):
        start(runtime, "order_copy", about=derived_id("test", str(number)))

    def work_through(_: int) -> int:
        done = 0
        while True:
            with runtime.work() as work:
                page = turning.turn_page(work, OVER)
            done += len(page)
            if not page and all(c.state is State.MISSED for c in running(runtime)):
                return done

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(work_through, range(2))) == 40
    assert sum(e.kind == "clock_missed" for e in history(runtime)) == 40
    assert alerts(runtime) == 40


def test_turning_never_waits_for_who_works_on_the_case(runtime: Runtime) -> None:
    """He has locked the case and comes for its clocks: waiting, each would wait for the other."""
    start(runtime, "open_case")
    with runtime.work() as worker:
        lock_case(worker, CASE)
        assert turned(runtime, OVER) == {"missed": 0, "elapsed": 0}
        clocks.stop(worker, CASE, "open_case", OVER)
    assert turned(runtime, OVER) == {"missed": 0, "elapsed": 0}
    assert {e.kind for e in history(runtime)} >= {"clock_late"}


def test_two_who_start_the_same_at_once_start_one(runtime: Runtime) -> None:
    both = Barrier(2)

    def begin(day: int) -> None:
        with runtime.work() as work:
            both.wait()
            clocks.start(work, CASE, "locate", ON + timedelta(days=day))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(begin, range(2)))
    assert len(running(runtime)) == 1


def test_the_timer_follows_the_clock_of_the_agency(runtime: Runtime) -> None:
    start(runtime, "open_case")
    clock = runtime.clock
    assert isinstance(clock, SteppedClock)
    while clock.today() < DUE:
        clock.advance(timedelta(hours=12))
    with runtime.work() as work:
        assert turn(work) is False
    assert running(runtime)[0].state is State.RUNNING
    clock.advance(timedelta(days=1))
    with runtime.work() as work:
        turn(work)
    assert running(runtime)[0].state is State.MISSED
