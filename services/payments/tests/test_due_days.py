"""What falls due next, as a parent is told: by the own frequency (rule support.accrual)."""

from datetime import date

import pytest

from payments_service.domain.accrual import Accrual, accrual_for, month_amount
from payments_service.domain.due_days import NOTHING, due_next
from payments_service.domain.model import Frequency, Obligation, Support, Term

TODAY = date(2026, 3, 6)
MARCH = date(2026, 3, 1)


def obligation(*terms, cents=60_000, starts=date(2026, 1, 1), ends=None):
    return Obligation(
        "o", "r", "c", Support.CHILD, cents, 0, starts, ends, (), date(2026, 1, 1), terms
    )


def term(frequency, starts, ends=None, cents=15_000):
    return Term(starts, ends, 65_000, cents, frequency)


@pytest.mark.parametrize(
    ("frequency", "starts", "expected"),
    [
        (Frequency.WEEKLY, date(2026, 1, 2), date(2026, 3, 6)),
        (Frequency.WEEKLY, date(2026, 1, 1), date(2026, 3, 12)),
        (Frequency.BIWEEKLY, date(2026, 2, 27), date(2026, 3, 13)),
        (Frequency.SEMIMONTHLY, date(2026, 1, 1), date(2026, 3, 15)),
        (Frequency.MONTHLY, date(2026, 1, 10), date(2026, 4, 1)),
        (Frequency.QUARTERLY, date(2026, 1, 1), date(2026, 4, 1)),
        (Frequency.YEARLY, date(2025, 6, 1), date(2026, 6, 1)),
        (Frequency.ONCE, date(2026, 5, 20), date(2026, 5, 20)),
        (Frequency.MONTHLY, date(2026, 5, 10), date(2026, 5, 10)),
    ],
)
def test_the_next_due_day_goes_by_the_frequency(frequency, starts, expected):
    due = due_next(obligation(term(frequency, starts)), TODAY)
    assert (due.cents, due.frequency, due.next_on) == (15_000, frequency, expected)


def test_the_second_half_of_a_month_is_due_when_the_policy_says():
    """Rule support.semimonthly_second_day (unverified); a shorter month ends before the 30th."""
    late = Accrual(second_half_day=30)
    halves = obligation(term(Frequency.SEMIMONTHLY, date(2026, 1, 31)))
    assert due_next(halves, date(2026, 2, 2), lambda _: late).next_on == date(2026, 2, 28)
    assert due_next(halves, TODAY, lambda _: late).next_on == date(2026, 3, 30)
    ends = obligation(term(Frequency.SEMIMONTHLY, date(2026, 1, 1)), ends=date(2026, 3, 20))
    assert [month_amount(ends, MARCH, accrual) for accrual in (Accrual(), late)] == [30_000, 15_000]
    assert accrual_for("kentucky", MARCH).second_half(MARCH) == date(2026, 3, 15)


def test_one_monthly_amount_falls_due_on_the_first_and_what_is_over_never():
    assert due_next(obligation(), TODAY) == (60_000, Frequency.MONTHLY, date(2026, 4, 1))
    assert due_next(obligation(), date(2026, 4, 1)).next_on == date(2026, 4, 1)
    assert due_next(obligation(ends=date(2026, 3, 31)), TODAY) == NOTHING


def test_a_changed_order_is_told_from_its_first_due_day():
    until, then = date(2026, 3, 31), date(2026, 4, 1)
    changed = obligation(
        term(Frequency.MONTHLY, date(2026, 1, 1), until, 50_000),
        term(Frequency.MONTHLY, then, None, 70_000),
    )
    assert due_next(changed, TODAY) == (70_000, Frequency.MONTHLY, then)
