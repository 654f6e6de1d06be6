"""Turning clocks whose day is over: missed ones red, windows ended; told, and put before a worker.

A page a transaction. Rows that another process has are left to it, and a clock that was turned is
not turned again, so it does not matter how often or in how many places this runs.
"""

from collections.abc import Sequence
from datetime import date

from case_service.actions import worklist
from case_service.actions.clocks import ALERT
from case_service.domain.clocks import Clock, State, turned
from case_service.store import clocks, histories
from chassis.runtime import Work

PAGE_CLOCKS = 200


def turn_page(work: Work, today: date) -> list[Clock]:
    """Turn a page of clocks that were due before `today`; returns how they stand now.

    Those of a case that is being changed right now are left for the next time.
    """
    found = clocks.due(work.session, today, PAGE_CLOCKS)
    free = clocks.free_cases(work.session, sorted({clock.case_id for clock in found} - {""}))
    page = [turned(clock, today) for clock in found if clock.case_id in free | {""}]
    clocks.save(work.session, page, work.clock.now())
    _tell(work, [clock for clock in page if clock.case_id])
    for clock in page:
        what = said_to_worker(clock)
        if clock.case_id and what:
            worklist.put(work, clock.case_id, ALERT, clock.clock_id, due_on=clock.due_on, what=what)
    return page


def said_to_worker(clock: Clock) -> str:
    """Return the line of an alert; empty when a window ran out and nothing follows from it."""
    if clock.state is State.MISSED:
        return f"Overdue: {clock.of_kind.title}"
    return clock.of_kind.then


def _tell(work: Work, page: Sequence[Clock]) -> None:
    entries = [
        histories.Entry(
            case_id=clock.case_id,
            on_date=clock.missed_on or clock.due_on,
            kind="clock_missed" if clock.state is State.MISSED else "clock_elapsed",
            about_id=clock.clock_id,
            recorded_by=work.caller.person,
            facts={"limit": clock.of_kind.title, "due_on": clock.due_on.isoformat()},
            citation=clock.citation,
        )
        for clock in page
    ]
    histories.add(work.session, work.keys, entries, work.clock.now())
