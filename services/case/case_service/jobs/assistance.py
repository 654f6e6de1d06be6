"""A new month: cases whose months of assistance begin or end with it."""

from collections.abc import Mapping
from datetime import date

from case_service.actions.assistance import turn
from case_service.actions.changing import lock_case
from case_service.domain.assistance import month_of
from case_service.store.assistance import turning
from chassis.runtime import Work
from chassis.service import Job

PAGE = 500


def turn_month(work: Work, business_date: date) -> Mapping[str, int | str]:
    """Give each case the status that its months say for the business date's month."""
    count, after = 0, ""
    month = min(month_of(business_date), month_of(work.clock.today()))
    while page := turning(work.session, month, after, PAGE):
        for case_id in page:
            turn(work, lock_case(work, case_id))
        count, after = count + len(page), page[-1]
    return {"cases": count}


JOBS = (Job("turn_assistance", turn_month),)
"""The jobs of this room."""
