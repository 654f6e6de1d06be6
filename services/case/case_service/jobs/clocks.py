"""Clocks turn by themselves when their day is over; the job does it for a business date at once."""

from collections.abc import Mapping
from datetime import date

from case_service.actions.turning import PAGE_CLOCKS, turn_page
from case_service.domain.clocks import State
from chassis.runtime import Work
from chassis.service import Job, Timer

EVERY_SECONDS = 60.0
MAX_PAGES = 10_000


def turn(work: Work) -> bool:
    """Turn a page of the clocks whose day is over; True while there may be more."""
    return len(turn_page(work, work.clock.today())) == PAGE_CLOCKS


def turn_clocks(work: Work, on: date) -> Mapping[str, int | str]:
    """Turn every clock that was due before a business date; run again it finds none."""
    missed = elapsed = 0
    for _ in range(MAX_PAGES):
        page = turn_page(work, on)
        missed += sum(clock.state is State.MISSED for clock in page)
        elapsed += sum(clock.state is State.ELAPSED for clock in page)
        if len(page) < PAGE_CLOCKS:
            break
    return {"missed": missed, "elapsed": elapsed}


TIMERS = (Timer("turn_clocks", EVERY_SECONDS, turn),)
JOBS = (Job("turn_clocks", turn_clocks),)
