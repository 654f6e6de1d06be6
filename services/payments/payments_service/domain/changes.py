"""From which month on books are wrong, when a fact is known otherwise than before."""

from collections.abc import Callable
from datetime import date

from payments_service.domain.accrual import Accrual, month_amount
from payments_service.domain.assistance import aid_in
from payments_service.domain.model import Case, Obligation, month_of, next_month


def changed_from(
    before: Obligation | None, after: Obligation, today: date, accrual: Callable[[date], Accrual]
) -> date | None:
    """Return the first month that an obligation was charged otherwise for; None: there is none.

    A month that has not begun is not charged yet. `before` None: nobody knew of it. What is
    ordered on arrears by the month holds from now on, for it says how to pay and not what is owed.
    """
    this_month = month_of(today)
    if before is None:
        first = month_of(after.effective_from)
        return first if first <= this_month else None
    months = []
    if before.opening != after.opening:
        months += [month_of(one.as_of) for one in (*before.opening, *after.opening)]
    # A judgment that is heard of late bears interest from its entry.
    judged = set(before.judgments) ^ set(after.judgments)
    months += [first for j in judged if (first := month_of(j.entered_on)) <= this_month]
    month = month_of(min(before.effective_from, after.effective_from))
    while month <= this_month:
        settings = accrual(month)
        if month_amount(before, month, settings) != month_amount(after, month, settings):
            months.append(month)
            break
        month = next_month(month)
    return min(months, default=None)


def assistance_changed_from(before: Case, after: Case, today: date) -> date | None:
    """Return the first month in which a family had otherwise assistance than was known.

    Only what is known month by month; a status alone holds from when it is told.
    """
    spans = [period.first_month for period in (*before.periods, *after.periods)]
    if not spans:
        return None
    month = min(spans)
    while month <= month_of(today):
        if _aid(before, month) != _aid(after, month):
            return month
        month = next_month(month)
    return None


def _aid(case: Case, month: date) -> tuple[object, ...]:
    aid = aid_in(case, month)
    in_care = tuple(child_id for child_id, _ in aid.foster)
    return aid.assistance, aid.k_tap, in_care, aid.medicaid
