"""Reviews of orders: who may have one when, what is lacking, how it goes on (45 CFR 303.8)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from case_service.domain.model import Case, Order
from case_service.domain.orders.terms import monthly_on, terms_of
from policy import Policy
from policy.calendars import MONTHS_IN_YEAR, add_months

HEALTH_CARE_NEED: Final = "health_care_need"
INCARCERATION: Final = "incarceration"

REQUESTED: Final = "requested"
REFUSED: Final = "refused"
UNDER_REVIEW: Final = "under_review"
NO_CHANGE: Final = "no_change"
AGREED_ORDER: Final = "agreed_order"
MOTION_FILED: Final = "motion_filed"
MODIFIED: Final = "modified"
MOTION_DENIED: Final = "motion_denied"
WITHDRAWN: Final = "withdrawn"

UNDER_WAY: Final = frozenset({REQUESTED, UNDER_REVIEW, AGREED_ORDER, MOTION_FILED})
BEFORE_COURT: Final = frozenset({AGREED_ORDER, MOTION_FILED})
LOOKED_AT: Final = frozenset({NO_CHANGE, MODIFIED, MOTION_DENIED})
"""Ends that count as a review of the order: the next cycle starts with them."""

NEXT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        REQUESTED: frozenset({UNDER_REVIEW, REFUSED, WITHDRAWN}),
        UNDER_REVIEW: frozenset({NO_CHANGE, AGREED_ORDER, MOTION_FILED, WITHDRAWN}),
        AGREED_ORDER: frozenset({MODIFIED, MOTION_DENIED, MOTION_FILED, WITHDRAWN}),
        MOTION_FILED: frozenset({MODIFIED, MOTION_DENIED, AGREED_ORDER, WITHDRAWN}),
        NO_CHANGE: frozenset({UNDER_REVIEW}),
        REFUSED: frozenset(),
        MODIFIED: frozenset(),
        MOTION_DENIED: frozenset(),
        WITHDRAWN: frozenset(),
    }
)
"""Where a review can go from where it stands. From "no change" only by being contested."""


@dataclass(frozen=True, slots=True)
class Review:
    """A review of one order."""

    review_id: str
    case_id: str
    order_id: str
    origin: str
    """party, worker, cycle, incarceration, agency."""
    requested_by: str
    """Empty: the State."""
    requested_on: date
    regular: bool
    """The cycle was over: no proof of a change is asked for."""
    grounds: tuple[str, ...]
    document_ids: tuple[str, ...]
    statement: str
    state: str
    state_on: date
    decide_by: date
    located_on: date | None = None
    begins_on: date | None = None
    reasons: str = ""
    contest_by: date | None = None
    filed_on: date | None = None
    notice_on: date | None = None
    earliest_effective: date | None = None
    court_number: str = ""
    finished_on: date | None = None

    @property
    def counts_from(self) -> date:
        """The request, or the locating of the other parent if that is later (303.8(e))."""
        return max(self.requested_on, self.located_on or date.min)


def grounds_known(law: Policy, on: date) -> frozenset[str]:
    """Return every ground that a request may name, also those that are none by themselves."""
    return recognized_grounds(law, on) | frozenset(law.codes("modification.not_grounds", on))


def recognized_grounds(law: Policy, on: date) -> frozenset[str]:
    """Return what shows a change of circumstances (KRS 403.213; 45 CFR 303.8(c), (d))."""
    of_state = frozenset(law.codes("modification.grounds", on))
    need = {HEALTH_CARE_NEED} if law.flag("modification.health_care_need", on) else set()
    return of_state | need | {INCARCERATION}


def established_on(order: Order) -> date | None:
    """Return the day of an order; its first day owed when that is all there is."""
    starts = [one.effective_from for one in order.obligations if one.effective_from]
    return order.entered_on or min(starts, default=None)


def notice_counts_from(
    orders: Sequence[Order], told_on: date | None, law: Policy, on: date
) -> date:
    """Return from when the time to tell parents of their right runs: the last notice or order.

    An order that is known too late to tell them in time counts from the day that it is known.
    """
    days = [day for order in orders if (day := established_on(order))]
    latest = max([*days, *([told_on] if told_on else [])], default=on)
    oldest = add_months(on, -law.count("review.right_notice", on) * MONTHS_IN_YEAR)
    return min(latest, on) if latest > oldest else on


def is_current(order: Order, on: date) -> bool:
    """Whether something is owed under an order on a day."""
    return any(monthly_on(terms_of(one), on) > 0 for one in order.obligations)


def reviewable(case: Case, on: date) -> tuple[Order, ...]:
    """Return the orders of a case that may be reviewed: enforced under title IV-D, and running.

    An order for nothing runs too: support may be due by now.
    """
    if case.status != "open" or case.case_type != "iv_d" or not case.obligor_id:
        return ()
    return tuple(
        order
        for order in case.orders
        if any(
            one.support_type != "spousal" and (one.effective_to is None or one.effective_to >= on)
            for one in order.obligations
        )
    )


def cycle_over(last: date | None, law: Policy, on: date) -> bool:
    """Whether the cycle since the order or its last review is over (45 CFR 303.8(b)(1)).

    Where the day of the order is not known, a parent is not sent away for it.
    """
    return last is None or law.due_date("review.cycle", last) <= on


def state_starts_on(last: date, law: Policy) -> date:
    """Return the day on which the State begins its own review, so that it ends with the cycle."""
    ends = law.due_date("review.cycle", last)
    return ends - timedelta(days=law.days("review.complete", last))


def lacking(review: Review, documents: int, law: Policy, on: date) -> tuple[str, ...]:
    """Say what a request lacks to be accepted; nothing once the cycle is over (303.8(b)(5), (6)).

    Incarceration is proven by the agency's own record of it.
    """
    if review.regular and not law.flag("review.cycle_needs_proof", on):
        return ()
    if not law.flag("review.early_with_proof", on):
        return ("the cycle since the order or its last review must be over",)
    found: list[str] = []
    named = recognized_grounds(law, on) & set(review.grounds)
    if not named:
        found.append("a ground that shows a change of circumstances must be named")
    if not documents and INCARCERATION not in named and not is_of_the_state(review):
        found.append("a document that shows the change must be there")
    return tuple(found)


def is_of_the_state(review: Review) -> bool:
    """Whether nobody asked for it but the State."""
    return not review.requested_by


def may_refuse(review: Review) -> bool:
    """Whether a request can be refused at all: not once the cycle is over (303.8(b)(1))."""
    return not review.regular


def can_go_to(state: str, wanted: Collection[str]) -> bool:
    """Whether a review in `state` can go to one of the states that are wanted."""
    return bool(NEXT[state] & set(wanted))


def last_looked_at(established: date | None, finished: Sequence[date]) -> date | None:
    """Return the day from which the cycle counts: of the order, or of its last review."""
    return max([*finished, *([established] if established else [])], default=None)


def runs_beyond_length(since: date, until: date, law: Policy, on: date) -> bool:
    """Whether an incarceration is longer than the federal length (45 CFR 303.8(b)(7)(ii))."""
    return (until - since).days > law.days("review.incarceration_length", on)
