"""Each day: notices of the right to a review, reviews of the State's own, long incarcerations."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

import policy
from case_service.actions.changing import lock_case
from case_service.actions.incarceration import tell_parents
from case_service.actions.review_rights import begin_cycle_reviews, tell_right
from case_service.actions.right_notices import keep
from case_service.store import incarcerations, review_rights, reviews
from chassis.runtime import Work
from chassis.service import Job
from policy.calendars import MONTHS_IN_YEAR, add_months

PAGE = 500
MAX_PAGES = 10_000
MAX_PAGES_TOLD = 20
"""After a take-over everybody is to be told; a run tells so many pages, the next ones the rest."""
LEAD = timedelta(days=30)
"""Notices go out that much before their time is over, whichever day the job runs."""


def tell_rights(work: Work, on: date) -> Mapping[str, int | str]:
    """Tell both parents of their right to a review, not less than once in the time of the rule.

    45 CFR 303.8(b)(7)(i). Run again for its date it tells nobody twice.
    """
    law = policy.load(work.settings.jurisdiction)
    years = law.count("review.right_notice", on)
    told_by = add_months(on + LEAD, -years * MONTHS_IN_YEAR)
    entered_by = told_by if law.flag("review.right_notice_in_order", on) else None
    which = review_rights.Untold(on, told_by, entered_by)
    told = 0
    for page in _pages(
        lambda after: review_rights.to_be_told(work.session, which, after, PAGE), MAX_PAGES_TOLD
    ):
        told += sum(tell_right(work, case_id, on) for case_id in page)
    settle_limits(work, on)
    left = review_rights.to_be_told(work.session, which, "", 1)
    return {"cases": told, "more_waiting": "yes" if left else "no"}


def settle_limits(work: Work, on: date) -> None:
    """Begin the time limit of orders that were taken over, and end that of orders that ended."""
    for page in _pages(
        lambda after: review_rights.astray(work.session, on, after, PAGE), MAX_PAGES_TOLD
    ):
        for case_id in page:
            keep(work, lock_case(work, case_id).case)


def begin_cycles(work: Work, on: date) -> Mapping[str, int | str]:
    """Begin the reviews that are due in cases with assigned support (45 CFR 303.8(b)(1))."""
    begun = 0
    for page in _pages(lambda after: reviews.assisted(work.session, after, PAGE)):
        begun += sum(begin_cycle_reviews(work, case_id, on) for case_id in page)
    return {"reviews": begun}


def tell_long_incarcerations(work: Work, on: date) -> Mapping[str, int | str]:
    """Tell of incarcerations with no known end that have by now lasted beyond the length."""
    law = policy.load(work.settings.jurisdiction)
    began_by = on - timedelta(days=law.days("review.incarceration_length", on) + 1)
    told = 0
    for page in _pages(
        lambda after: incarcerations.lasting_untold(work.session, began_by, after, PAGE)
    ):
        for incarceration_id in page:
            one = incarcerations.lock(work.session, incarceration_id)
            if one and not one.told_on and not one.released_on:
                told += len(tell_parents(work, one, on)[1])
    return {"cases": told}


def _pages(read: Callable[[str], Sequence[str]], most: int = MAX_PAGES) -> Iterator[Sequence[str]]:
    after = ""
    for _ in range(most):
        page = read(after)
        if not page:
            return
        yield page
        after = page[-1]


JOBS = (
    Job("review_rights", tell_rights),
    Job("review_cycles", begin_cycles),
    Job("incarcerations", tell_long_incarcerations),
)
