"""What an obligation comes to now, and the next day that it falls due on."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from payments_service.domain.accrual import (
    DAYS_BETWEEN,
    MONTHS_BETWEEN,
    MONTHS_IN_YEAR,
    Accrual,
    plain,
)
from payments_service.domain.model import Frequency, Obligation, Term, month_of, next_month

MONTHS_MAX = 12


class Due(NamedTuple):
    """How much falls due each time, how often, and when next (None: never again)."""

    cents: int
    frequency: Frequency
    next_on: date | None


NOTHING = Due(0, Frequency.MONTHLY, None)


def due_next(
    obligation: Obligation, today: date, accrual: Callable[[date], Accrual] = plain
) -> Due:
    """Return what an obligation comes to on a day, or when it begins; what has ended is nothing.

    By the month support falls due on the first of it, the day that it is charged for.
    """
    whole = Term(obligation.effective_from, obligation.effective_to, obligation.monthly_cents)
    for term in obligation.terms or (whole,):
        last = _earlier(term.effective_to, obligation.effective_to)
        found = _next_on(term, max(today, term.effective_from), accrual)
        if found is not None and (last is None or found <= last):
            return Due(term.amount_cents or term.monthly_cents, term.frequency, found)
    return NOTHING


def _earlier(one: date | None, other: date | None) -> date | None:
    days = [day for day in (one, other) if day is not None]
    return min(days) if days else None


def _next_on(term: Term, start: date, accrual: Callable[[date], Accrual]) -> date | None:
    """Return the first due day of a term on or after some day."""
    first = term.effective_from
    if days := DAYS_BETWEEN.get(term.frequency):
        return first + timedelta(days=-(-(start - first).days // days) * days)
    if term.frequency == Frequency.ONCE:
        return first if first >= start else None
    month = month_of(start)
    if term.frequency == Frequency.SEMIMONTHLY:
        half = accrual(month).second_half(month)
        return month if start == month else half if start <= half else next_month(month)
    every = MONTHS_BETWEEN.get(term.frequency, 1)
    if start.day > 1 and start != first:
        month = next_month(month)
    if month < first:
        return first
    for _ in range(MONTHS_MAX):
        months = (month.year - first.year) * MONTHS_IN_YEAR + month.month - first.month
        if months % every == 0:
            return month
        month = next_month(month)
    return None
