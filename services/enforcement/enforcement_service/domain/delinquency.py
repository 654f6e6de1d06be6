"""When a case is delinquent: arrears equal one month's support or more (45 CFR 303.6(b))."""

from dataclasses import dataclass
from datetime import date

from policy import Policy, Step, explain

RULE = "delinquency.trigger"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands: what is past due, and what a month's current support is, in cents."""

    arrears_cents: int
    monthly_amount_cents: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether a case is delinquent, and why."""

    delinquent: bool
    step: Step


def judge(standing: Standing, policy: Policy, on: date) -> Finding:
    """Tell whether a case is delinquent on a day.

    A case whose current support has ended is delinquent with the first cent: there is no month's
    support to compare with, and the debt is past due in full.
    """
    rule = policy.rule(RULE, on)
    threshold_cents = rule.count() * standing.monthly_amount_cents
    delinquent = 0 < standing.arrears_cents >= threshold_cents
    step = explain(
        rule,
        {
            "arrears_cents": standing.arrears_cents,
            "monthly_cents": standing.monthly_amount_cents,
            "as_of": on.isoformat(),
        },
        "delinquent" if delinquent else "not delinquent",
        f"arrears {'reach' if delinquent else 'are below'} {rule.count()} month(s) of support",
    )
    return Finding(delinquent, step)
