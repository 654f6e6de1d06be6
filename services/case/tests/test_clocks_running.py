"""Clocks on the real database: started once, stopped, taken back, turned by whoever comes first."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from case_service.actions import clocks
from case_service.api.imports import CaseImports
from case_service.domain.clocks import Clock, State
from case_service.service import SERVICE
from case_service.store import clocks as store
from case_service.store import histories
from chassis.ids import derived_id
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as pb

CASE = derived_id("test", "case")
ON = date(2026, 3, 2)
ORDER = derived_id("test", "order")


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime], page: pb.ImportCasesRequest) -> Runtime:
    runtime = runtime_for(SERVICE)
    with runtime.work() as work:
        CaseImports().ImportCases(iter([page]), work)
    return runtime


def running(runtime: Runtime) -> list[Clock]:
    with runtime.work() as work:
        return store.open_of_case(work.session, CASE)


def start(runtime: Runtime, kind: str, on: date = ON, *, case: str = CASE, about: str = "") -> None:
    with runtime.work() as work:
        clocks.start(work, case, kind, on, about_id=about)


def stop(runtime: Runtime, kind: str, on: date, *, about: str = "") -> None:
    with runtime.work() as work:
        clocks.stop(work, CASE, kind, on, about_id=about)


def test_a_clock_started_twice_is_one_and_keeps_its_first_day(runtime: Runtime) -> None:
    start(runtime, "locate")
    start(runtime, "locate", ON + timedelta(days=3))
    (clock,) = running(runtime)
    assert (clock.started_on, clock.due_on) == (ON, ON + timedelta(days=75))
    assert clock.citation == "45 CFR 303.3(b)(3)"


def test_the_same_message_after_the_clock_was_stopped_starts_nothing(runtime: Runtime) -> None:
    start(runtime, "locate")
    stop(runtime, "locate", ON + timedelta(days=5))
    start(runtime, "locate")
    assert running(runtime) == []
    start(runtime, "locate", ON + timedelta(days=9))
    assert [c.started_on for c in running(runtime)] == [ON + timedelta(days=9)]


def test_two_things_have_two_clocks_of_a_kind(runtime: Runtime) -> None:
    start(runtime, "review_notice", about=ORDER)
    start(runtime, "review_notice", about=derived_id("test", "other order"))
    stop(runtime, "review_notice", ON, about=ORDER)
    assert len(running(runtime)) == 2


def test_what_is_due_every_three_years_starts_again_when_it_is_done(runtime: Runtime) -> None:
    """45 CFR 303.8(b)(7)(i): the notice of the right to a review, every three years."""
    start(runtime, "review_notice", about=ORDER)
    stop(runtime, "review_notice", date(2028, 7, 4), about=ORDER)
    (clock,) = running(runtime)
    assert (clock.started_on, clock.due_on) == (date(2028, 7, 4), date(2031, 7, 4))
    with runtime.work() as work:
        clocks.cancel(work, CASE, "review_notice", date(2028, 7, 5), about_id=ORDER)
    assert running(runtime) == []


def test_a_clock_taken_back_and_started_the_same_day_runs_on(runtime: Runtime) -> None:
    start(runtime, "closure_notice")
    with runtime.work() as work:
        clocks.cancel(work, CASE, "closure_notice", ON)
    assert running(runtime) == []
    start(runtime, "closure_notice")
    (clock,) = running(runtime)
    assert (clock.state, clock.stopped_on) == (State.RUNNING, None)


def test_closing_takes_back_all_but_what_outlives_the_case(runtime: Runtime) -> None:
    for kind in ("locate", "review", "records_kept", "fcr_update"):
        start(runtime, kind)
    with runtime.work() as work:
        clocks.cancel_all(work, CASE, ON)
    assert {c.kind for c in running(runtime)} == {"records_kept", "fcr_update"}


def test_an_applications_clock_goes_over_to_its_case(runtime: Runtime) -> None:
    application = derived_id("test", "application")
    start(runtime, "open_case", case="", about=application)
    start(runtime, "open_case", case="", about=application)
    with runtime.work() as work:
        clocks.attach(work, application, CASE)
        clocks.stop(work, CASE, "open_case", ON, about_id=application)
    assert running(runtime) == []


def test_done_late_is_told(runtime: Runtime) -> None:
    start(runtime, "open_case")
    stop(runtime, "open_case", ON + timedelta(days=21))
    with runtime.work() as work:
        last = histories.read(work.session, work.keys, CASE)[-1]
    assert (last.kind, last.on_date) == ("clock_late", ON + timedelta(days=21))
    assert last.facts["due_on"] == "2026-03-22"
    assert last.citation == "45 CFR 303.2(b)"


def test_a_clock_that_there_is_not_is_refused_by_name(runtime: Runtime) -> None:
    with pytest.raises(KeyError, match="no clock 'lunch'; there are: application_given"):
        start(runtime, "lunch")
