"""Closings whose notice's days are over: their workers learn that nobody answered."""

from collections.abc import Mapping
from datetime import date

from case_service.actions.closing import tell_waited
from case_service.store import closures
from chassis.runtime import Work
from chassis.service import Job

PAGE = 500
MAX_PAGES = 1_000


def waited(work: Work, on: date) -> Mapping[str, int | str]:
    """Tell the worker of each closing that may be carried out; run again it finds none.

    Nothing is closed by itself: whoever closes looks at the ground once more.
    """
    on = min(on, work.clock.today())
    told = 0
    for _ in range(MAX_PAGES):
        page = closures.waited(work.session, on, PAGE)
        for closure_id in page:
            tell_waited(work, closure_id)
        told += len(page)
        if len(page) < PAGE:
            break
    return {"closings": told}


JOBS = (Job("closings", waited),)
