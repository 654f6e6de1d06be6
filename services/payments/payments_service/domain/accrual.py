"""What falls due in a month: by the obligation's own frequency, and in the month it begins in.

The rules `support.accrual`, `support.first_month`, `support.semimonthly_second_day` and
`support.charge_of_changed_month` decide.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from payments_service.domain.model import Frequency, Obligation, Term, month_of, next_month
from payments_service.domain.proration import largest_remainder
from policy import load

DAYS_BETWEEN = {Frequency.WEEKLY: 7, Frequency.BIWEEKLY: 14}
MONTHS_BETWEEN = {Frequency.QUARTERLY: 3, Frequency.YEARLY: 12}
MONTHS_IN_YEAR = 12
KEPT_MONTHS = 2_048


class Pace(StrEnum):
    """Whether each due day is charged in its month, or a month's worth every month."""

    OWN_FREQUENCY = "own_frequency"
    CONVERTED_MONTH = "converted_month"


class FirstMonth(StrEnum):
    """What a monthly obligation comes to in a month that it begins within."""

    WHOLE = "whole"
    BY_DAYS = "by_days"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Accrual:
    """The settings of the policy for one month, and what is done with credit paid ahead."""

    pace: Pace = Pace.OWN_FREQUENCY
    first_month: FirstMonth = FirstMonth.WHOLE
    ahead_is_used: bool = True
    second_half_day: int = 15

    def second_half(self, month: date) -> date:
        """Return the day of a month on which the second half of semimonthly support is due."""
        last = monthrange(month.year, month.month)[1]
        return month.replace(day=min(self.second_half_day, last))


def plain(month: date) -> Accrual:
    """Return the settings that hold where no policy is asked."""
    return PLAIN


PLAIN = Accrual()


@lru_cache(maxsize=KEPT_MONTHS)
def accrual_for(jurisdiction: str, month: date) -> Accrual:
    """Return what a jurisdiction's policy says of charging a month."""
    policy = load(jurisdiction)
    return Accrual(
        Pace(policy.code("support.accrual", month)),
        FirstMonth(policy.code("support.first_month", month)),
        policy.code("redo.paid_ahead", month) == "credit",
        policy.count("support.semimonthly_second_day", month),
    )


def month_amount(obligation: Obligation, month: date, accrual: Accrual = PLAIN) -> int:
    """Return what an obligation comes to for a month, in cents.

    A change of amount within a month holds from the next one on (rule
    support.charge_of_changed_month); the month in which the first term begins has that term's. What
    is owed once falls due on its day, whatever else the month comes to.
    """
    if not obligation.terms:
        if not in_effect(obligation, month):
            return 0
        return _begun(obligation.monthly_cents, obligation.effective_from, month, accrual)
    if has_ended(obligation, month):
        return 0
    term = _term_of(obligation, month)
    once = sum(
        one.amount_cents
        for one in obligation.terms
        if one is not term
        and one.frequency == Frequency.ONCE
        and month_of(one.effective_from) == month
    )
    return once + (_of_term(obligation, term, month, accrual) if term else 0)


def _of_term(obligation: Obligation, term: Term, month: date, accrual: Accrual) -> int:
    if term.frequency == Frequency.MONTHLY or accrual.pace == Pace.CONVERTED_MONTH:
        if term is not obligation.terms[0]:
            return term.monthly_cents
        return _begun(term.monthly_cents, term.effective_from, month, accrual)
    return term.amount_cents * _times(term, month, obligation.effective_to, accrual)


def in_effect(obligation: Obligation, month: date) -> bool:
    """Return whether support is owed for a month."""
    return month_of(obligation.effective_from) <= month and not has_ended(obligation, month)


def has_ended(obligation: Obligation, month: date) -> bool:
    """Return whether nothing is owed for a month or a later one, as far as is known now."""
    return obligation.effective_to is not None and obligation.effective_to < month


def _term_of(obligation: Obligation, month: date) -> Term | None:
    """Return the term in force on a month's first day, or the first one if it begins within."""
    for term in obligation.terms:
        if term.effective_to is None or month <= term.effective_to:
            return term if month_of(term.effective_from) <= month else None
    return None


def _begun(cents: int, first_day: date, month: date, accrual: Accrual) -> int:
    """Return a monthly amount, or what of it falls on the days from the first one on."""
    whole = first_day.day == 1 or month_of(first_day) != month
    if whole or accrual.first_month == FirstMonth.WHOLE:
        return cents
    if accrual.first_month == FirstMonth.NONE:
        return 0
    before = first_day.day - 1
    left = monthrange(month.year, month.month)[1] - before
    return largest_remainder(cents, [left, before])[0]


def _times(term: Term, month: date, ends: date | None, accrual: Accrual) -> int:
    """Return how often a term's amount falls due in a month, up to the obligation's last day."""
    after = next_month(month)
    last = after - timedelta(days=1) if ends is None else min(ends, after - timedelta(days=1))
    if days := DAYS_BETWEEN.get(term.frequency):
        due_before = -(-max(0, (month - term.effective_from).days) // days)
        due = (last - term.effective_from).days // days + 1
        return max(0, due - due_before)
    if term.frequency == Frequency.SEMIMONTHLY:
        halves = (month, accrual.second_half(month))
        return sum(term.effective_from <= day <= last for day in halves)
    months = (month.year - term.effective_from.year) * MONTHS_IN_YEAR
    months += month.month - term.effective_from.month
    if term.frequency == Frequency.ONCE:
        return int(months == 0)
    return int(months % MONTHS_BETWEEN[term.frequency] == 0)
