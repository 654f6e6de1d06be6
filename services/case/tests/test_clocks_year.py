"""A simulated year, day by day: which day each clock turns red, and that what is met never does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from case_service.actions import clocks
from case_service.actions.turning import turn_page
from case_service.api.imports import CaseImports
from case_service.service import SERVICE
from case_service.store import histories
from case_service.store.tables import case_clock
from chassis.clock import SteppedClock
from chassis.ids import derived_id
from chassis.runtime import Runtime, Work
from childsupport.case.v1 import case_service_pb2 as pb

CASE = derived_id("test", "case")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Planned:
    """A clock of the year: when it starts, and the first day that it is overdue."""

    kind: str
    starts: date
    red: date


LEFT_ALONE = (
    # same day; Independence Day is kept on Friday the 3rd, the office opens on Monday
    Planned("application_given_in_person", date(2026, 7, 3), date(2026, 7, 7)),
    # 5 working days: 2 6 7 8 9 July
    Planned("application_given_by_phone", date(2026, 7, 1), date(2026, 7, 10)),
    # 5 working days: 26 27 28 29 May, 1 June; Memorial Day is the 25th
    Planned("information_to_referred", date(2026, 5, 22), date(2026, 6, 2)),
    # 20 calendar days end on a Sunday: calendar days do not wait for Monday
    Planned("open_case", date(2026, 3, 9), date(2026, 3, 30)),
    # 75 and 90 calendar days
    Planned("locate", date(2026, 4, 1), date(2026, 6, 16)),
    Planned("establish_order", date(2026, 5, 1), date(2026, 7, 31)),
    # a quarter; what nobody repeats stays red
    Planned("locate_again", date(2026, 11, 30), date(2027, 3, 1)),
    # six months from the last day of August end with February
    Planned("expedited_six_months", date(2026, 8, 31), date(2027, 3, 1)),
    # 180 calendar days
    Planned("review", date(2026, 6, 1), date(2026, 11, 29)),
    # 15 business days: not 11, 26, 27 November
    Planned("incarceration_notice", date(2026, 11, 9), date(2026, 12, 4)),
    # 5 business days: not Labor Day, 7 September
    Planned("fcr_update", date(2026, 9, 3), date(2026, 9, 12)),
    # 10 working days: not 25 December
    Planned("central_registry_acknowledge", date(2026, 12, 16), date(2027, 1, 1)),
    # 30 calendar days
    Planned("dispute_answer", date(2026, 9, 10), date(2026, 10, 11)),
)
WINDOWS = (
    Planned("closure_notice", date(2026, 10, 1), date(2026, 12, 1)),
    Planned("rescission", date(2026, 8, 1), date(2026, 10, 1)),
)
MET = derived_id("test", "met")


def test_a_year_of_clocks(runtime_for: Callable[..., Runtime], page: pb.ImportCasesRequest) -> None:
    runtime = runtime_for(SERVICE)
    with runtime.work() as work:
        CaseImports().ImportCases(iter([page]), work)
    assert sorted(year(runtime)) == sorted((one.kind, one.red) for one in (*LEFT_ALONE, *WINDOWS))
    with runtime.work() as work:
        told = histories.read(work.session, work.keys, CASE)
        rows = work.session.execute(select(case_clock).where(case_clock.c.about_id == MET)).all()
    missed = {entry.on_date for entry in told if entry.kind == "clock_missed"}
    assert missed == {one.red for one in LEFT_ALONE}
    assert not [entry for entry in told if entry.kind == "clock_late"]
    again = {"locate_again"}
    assert {row.state for row in rows if row.kind not in again} == {"met"}
    assert [row.state for row in rows if row.kind in again].count("met") == 1
    assert not [row for row in rows if row.missed_on]


def year(runtime: Runtime) -> list[tuple[str, date]]:
    """Live through a year; return which clock was turned on which day.

    Beside each clock that is left alone runs one that is met on its very last day.
    """
    clock = runtime.clock
    assert isinstance(clock, SteppedClock)
    first = clock.today()
    found: list[tuple[str, date]] = []
    while (today := clock.today()) < first + timedelta(days=366):
        with runtime.work() as work:
            work_day(work, today)
            found += [(one.kind, today) for one in turn_page(work, today)]
        clock.advance(ONE_DAY)
    return found


def work_day(work: Work, today: date) -> None:
    """Start what starts today, and do what is due today for all but those left alone."""
    for one in (*LEFT_ALONE, *WINDOWS):
        if one.starts == today:
            clocks.start(work, CASE, one.kind, today)
    for one in LEFT_ALONE:
        if one.starts == today:
            clocks.start(work, CASE, one.kind, today, about_id=MET)
        if one.red - ONE_DAY == today:
            clocks.stop(work, CASE, one.kind, today, about_id=MET)
