"""A month's worth of an amount that is owed at another pace (45 CFR 302.51(a)(2))."""

from calendar import monthrange
from datetime import date
from fractions import Fraction

from case_service.domain.model import Term
from case_service.domain.orders.model import StatedTerm
from policy import Policy, Step, explain

MONTHS_A_YEAR = 12
CENTS_A_DOLLAR = 100


def term_from(stated: StatedTerm, law: Policy) -> Term:
    """Return a term with its month's worth. What is owed once is owed in its own month."""
    last = stated.effective_to
    if stated.frequency == "once":
        last = end_of_month(stated.effective_from)
    monthly, _ = month_worth(stated.amount_cents, stated.frequency, law, stated.effective_from)
    return Term(stated.effective_from, last, stated.amount_cents, stated.frequency, monthly)


def month_worth(cents: int, frequency: str, law: Policy, on: date) -> tuple[int, list[Step]]:
    """Return what an amount comes to in a month, rounded as the policy says, and the steps."""
    if frequency in {"monthly", "once"}:
        return cents, []
    times = law.rule(f"support.times_a_year.{frequency}", on)
    exact = Fraction(cents * times.count(), MONTHS_A_YEAR)
    rounding = law.rule("support.month_rounding", on)
    unit = CENTS_A_DOLLAR if rounding.code() == "half_up_to_dollar" else 1
    monthly = int(exact / unit + Fraction(1, 2)) * unit
    return monthly, [
        explain(
            times,
            {"amount_cents": cents, "frequency": frequency},
            {"times_a_year": times.count()},
            f"Owed {times.count()} times a year.",
        ),
        explain(
            rounding,
            {"numerator": exact.numerator, "denominator": exact.denominator},
            {"monthly_cents": monthly},
            "A twelfth of the year's worth, rounded.",
        ),
    ]


def end_of_month(day: date) -> date:
    """Return the last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])
