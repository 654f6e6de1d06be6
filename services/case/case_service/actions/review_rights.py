"""Telling parents of their right to a review, and the reviews that the State begins by itself."""

from datetime import date

import policy
from case_service.actions import clocks
from case_service.actions.changing import lock_case
from case_service.actions.held_reviews import last_looked_at, tell_both
from case_service.actions.reviews import Asked, Decision, ask, decide
from case_service.actions.telling import tell
from case_service.domain import reviews as domain
from case_service.domain.notices import Notice
from case_service.store import incarcerations, review_rights
from case_service.store import reviews as store
from case_service.store.incarcerations import Incarceration
from chassis.ids import derived_id
from chassis.runtime import Work

RIGHT = "45 CFR 303.8(b)(7)(i)"
JAILED = "45 CFR 303.8(b)(7)(ii)"
GOES_ON = "45 CFR 302.56(c)(3)"
NOT_KNOWN = "a day that is not known"


def tell_right(work: Work, case_id: str, on: date) -> bool:
    """Tell both parents of a case of their right to a review; once for a business date."""
    case = lock_case(work, case_id).case
    if not domain.reviewable(case, on):
        return False
    if not review_rights.add_notice(work.session, case_id, on, "cycle"):
        return False
    about_id = derived_id("review right", case_id, on.isoformat())
    tell_both(work, case, Notice("review_right", about_id, letter=True))
    clocks.stop(work, case_id, "review_notice", on)
    clocks.start(work, case_id, "review_notice", on)
    tell(work, case_id, "review_right_told", on=on, about_id=about_id, citation=RIGHT)
    return True


def begin_cycle_reviews(work: Work, case_id: str, on: date) -> int:
    """Begin the State's review of each order of an assisted family whose cycle comes to its end.

    It begins so much ahead that it can be finished with the cycle (45 CFR 303.8(b)(1), (e)).
    Returns how many it began; a review that is under way, or was begun for this cycle, is enough.
    """
    case = lock_case(work, case_id).case
    law, begun = policy.load(work.settings.jurisdiction), 0
    for order in domain.reviewable(case, on):
        last = last_looked_at(work, order)
        if last is None or not domain.is_current(order, on):
            continue
        starts_on = domain.state_starts_on(last, law)
        if on < starts_on or store.under_way(work.session, order.order_id):
            continue
        if store.cycle_begun_since(work.session, order.order_id, starts_on):
            continue
        _begin(work, case_id, Asked("cycle", order.order_id))
        begun += 1
    return begun


def _begin(work: Work, case_id: str, asked: Asked) -> None:
    stored = ask(work, case_id, asked)
    decide(work, stored.review.review_id, Decision(accept=True, reasons=""), "")


def tell_of_incarceration(work: Work, one: Incarceration, learned_on: date) -> list[str]:
    """Tell both parents of each case in which somebody owes that they may ask for a review.

    Where the State has chosen to review by itself, the review begins instead (303.8(b)(2)).
    Returns the cases.
    """
    today = work.clock.today()
    law = policy.load(work.settings.jurisdiction)
    by_itself = law.flag("review.automatic_on_incarceration", today)
    told = []
    for case_id in incarcerations.cases_that_owe(work.session, one.participant_id, today):
        case = lock_case(work, case_id).case
        orders = domain.reviewable(case, today)
        if not orders:
            continue
        about_id = one.incarceration_id
        clocks.start(work, case_id, "incarceration_notice", learned_on, about_id=about_id)
        if by_itself:
            for order in orders:
                if not store.under_way(work.session, order.order_id):
                    grounds = (domain.INCARCERATION,)
                    _begin(work, case_id, Asked("incarceration", order.order_id, "", grounds))
        else:
            tell_both(work, case, Notice("review_incarceration", about_id, letter=True))
            review_rights.add_notice(work.session, case_id, today, "incarceration")
            clocks.stop(work, case_id, "review_notice", today)
            tell(
                work,
                case_id,
                "review_incarceration_told",
                about_id=about_id,
                citation=JAILED,
            )
        clocks.stop(work, case_id, "incarceration_notice", today, about_id=about_id)
        told.append(case_id)
    return told
