"""When a case is delinquent (45 CFR 303.6(b): the day arrears equal one month's support)."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from enforcement_service.domain.delinquency import Standing, judge
from policy import load

POLICY = load("kentucky")
DAY = date(2026, 3, 6)
CENTS = st.integers(min_value=0, max_value=10_000_000)


def delinquent(arrears_cents: int, monthly_amount_cents: int) -> bool:
    return judge(Standing(arrears_cents, monthly_amount_cents), POLICY, DAY).delinquent


def test_a_month_s_support_is_where_it_begins() -> None:
    """Constructed from the text of 45 CFR 303.6(b): equal to, not above."""
    assert not delinquent(19_999, 20_000)
    assert delinquent(20_000, 20_000)


def test_a_debt_without_current_support_is_past_due_with_the_first_cent() -> None:
    assert delinquent(1, 0)
    assert not delinquent(0, 0)


@given(CENTS, CENTS)
def test_owing_more_never_ends_a_delinquency(arrears_cents: int, monthly_cents: int) -> None:
    if delinquent(arrears_cents, monthly_cents):
        assert delinquent(arrears_cents + 1, monthly_cents)


def test_the_finding_says_by_which_rule() -> None:
    step = judge(Standing(20_000, 20_000), POLICY, DAY).step
    assert step.citation == "45 CFR 303.6(b)"
    assert step.inputs["arrears_cents"] == 20_000
    assert step.output == "delinquent"
