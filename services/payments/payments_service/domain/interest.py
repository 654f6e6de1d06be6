"""Interest on judgments for unpaid support (KRS 360.040), only where the court ordered it.

It is added on each anniversary of the judgment's entry to what is unpaid of it then, interest of
earlier years among it, so that it bears interest too. The balance of the anniversary counts, not
that of each day, and other arrears of the obligation count as paid first (both unverified: rule
interest.base). It lies in the bucket of the debt, and goes to whom that goes to: so it makes no
difference whether a payment meets interest or principal first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

from payments_service.domain.model import Judgment, Obligation
from policy import load
from policy.calendars import add_months
from policy.lookup import MONTHS_BETWEEN

KEPT_MONTHS = 2_048
MONTHS_IN_YEAR = 12


@dataclass(frozen=True, slots=True)
class Interest:
    """The share that a judgment bears each time, and how many months lie between two times."""

    share: Fraction
    months: int


def none(month: date) -> Interest | None:
    """Return that nothing bears interest where no policy is asked."""
    return None


@lru_cache(maxsize=KEPT_MONTHS)
def interest_for(jurisdiction: str, month: date) -> Interest | None:
    """Return what a jurisdiction's judgments bear in a month; None where it has no such rule."""
    policy = load(jurisdiction)
    try:
        yearly = policy.percent("interest.unpaid_support", month)
        months = MONTHS_BETWEEN[policy.code("interest.compounded", month)]
    except LookupError:
        return None
    return Interest(yearly * months / MONTHS_IN_YEAR, months)


def interest_cents(
    obligation: Obligation,
    arrears_cents: int,
    since: date,
    month: date,
    rule_of: Callable[[date], Interest | None],
) -> int:
    """Return the interest that falls due after `since`, up to a month's first day, in cents.

    `arrears_cents`: what is unpaid on the obligation. The caller asks once for each month.
    """
    left, total = arrears_cents, 0
    for judgment in obligation.judgments:
        rule = rule_of(month)
        number = rule and _anniversary(judgment, rule, since, month)
        if rule is None or not number:
            continue
        grown = judgment.amount_cents
        for _ in range(number - 1):
            grown += _rounded(grown * rule.share)
        base = min(grown, left)
        left -= base
        total += _rounded(base * rule.share)
    return total


def _anniversary(judgment: Judgment, rule: Interest, since: date, month: date) -> int:
    """Return which time falls after `since` and up to a month's first day, from 1; 0: none."""
    entered = judgment.entered_on
    passed = (month.year - entered.year) * MONTHS_IN_YEAR + month.month - entered.month
    number = passed // rule.months
    if number and add_months(entered, number * rule.months) > month:
        number -= 1
    if number <= 0 or add_months(entered, number * rule.months) <= since:
        return 0
    return number


def _rounded(cents: Fraction) -> int:
    """Return whole cents, half a cent up."""
    return (cents + Fraction(1, 2)).__floor__()
