"""The days of a plan of payments: once, each week or two, or on one day of each month."""

from datetime import date, timedelta

from payments_service.domain.accrual import DAYS_BETWEEN
from payments_service.domain.model import Frequency
from policy.calendars import add_months

FREQUENCIES = (Frequency.ONCE, Frequency.WEEKLY, Frequency.BIWEEKLY, Frequency.MONTHLY)
MONTHS_IN_YEAR = 12


def next_day(first: date, frequency: Frequency, last: date | None, after: date) -> date | None:
    """Return the first day of a plan after some day; None when there is none.

    Months are counted from the first day, so that a plan from the 31st pays on the 31st again after
    a shorter month. Raises ValueError for a frequency that no plan has.
    """
    if first > after:
        return first if last is None or first <= last else None
    if frequency == Frequency.ONCE:
        return None
    if days := DAYS_BETWEEN.get(frequency):
        found = first + timedelta(days=((after - first).days // days + 1) * days)
    elif frequency == Frequency.MONTHLY:
        months = (after.year - first.year) * MONTHS_IN_YEAR + after.month - first.month
        found = add_months(first, months)
        if found <= after:
            found = add_months(first, months + 1)
    else:
        raise ValueError(f"no plan pays {frequency.name.lower()}")
    return found if last is None or found <= last else None
