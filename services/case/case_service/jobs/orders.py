"""Each day: end what ends by itself, alert to what takes a court, and let changed amounts begin."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import policy
from case_service.actions.changing import lock_case, save_case
from case_service.actions.lives import settle
from case_service.domain.orders.emancipation import coming_of_age
from case_service.domain.orders.terms import refreshed
from case_service.store import lives
from chassis.runtime import Work
from chassis.service import Job

PAGE_CASES = 1_000

Pages = Callable[[str], list[str]]


def end_obligations(work: Work, business_date: date) -> Mapping[str, int | str]:
    """End what has ended by itself by a day (KRS 403.213(3)), each obligation once.

    Raises ValueError for a day that has not come: nobody knows yet what will happen until then.
    """
    if business_date > work.clock.today():
        message = f"end_obligations {business_date}: that day has not come yet"
        raise ValueError(message)
    looked_at = ended = 0
    for page in _pages(lambda after: _running(work, business_date, after)):
        for case_id in _to_look_at(work, page, business_date):
            looked_at += 1
            ended += settle(work, lock_case(work, case_id), business_date)
    return {"cases": looked_at, "ended": ended, "begun": begin_terms(work)}


def begin_terms(work: Work) -> int:
    """Let each case say the amounts of the terms that are in force now; returns how many did."""
    begun, today = 0, work.clock.today()
    for page in _pages(lambda after: lives.outdated_cases(work.session, today, after, PAGE_CASES)):
        for case_id in page:
            stored = lock_case(work, case_id)
            orders = tuple(refreshed(order, today) for order in stored.case.orders)
            begun += save_case(work, stored, replace(stored.case, orders=orders)) is not stored
    return begun


def _running(work: Work, day: date, after: str) -> list[str]:
    return lives.running_cases(work.session, day - timedelta(days=1), after, PAGE_CASES)


def _to_look_at(work: Work, case_ids: Sequence[str], on: date) -> list[str]:
    """Return those of the cases in which a child is, or soon comes, of age or something happened.

    Only these are read whole: most cases have small children.
    """
    law = policy.load()
    ahead = timedelta(days=law.days("emancipation.look_ahead", on))
    children = lives.children_of(work.session, case_ids)
    births = lives.birth_dates(work.session, work.keys, {child for _, child in children})
    of_age = {child for child, born in births.items() if coming_of_age(born, law, on) <= on + ahead}
    found = {case_id for case_id, child in children if child in of_age}
    return sorted(found | lives.with_events(work.session, case_ids))


def _pages(read: Pages) -> Iterator[list[str]]:
    after = ""
    while page := read(after):
        yield page
        after = page[-1]


JOBS = (Job("end_obligations", end_obligations),)
