"""Support for the time before an order: from which day, and what it comes to.

KRS 406.031: back to birth where a paternity action began before the child was two years old (four
before the change of 2021), else to the filing of the action (IRG Q6.4). Only for a time in which
the parents lived apart and did not support the child together (IRG Q6.4.1).
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from policy import Policy, Step, explain
from policy.calendars import MONTHS_IN_YEAR, add_months

AGE = "retroactivity.paternity_age"
OTHERWISE = "retroactivity.otherwise_from"
PROOF = "retroactivity.proof"


@dataclass(frozen=True, slots=True)
class Petition:
    """An action for support: the day of filing, and whether it also establishes paternity."""

    filed_on: date
    paternity: bool


@dataclass(frozen=True, slots=True)
class Retroactive:
    """From `first_day` to the day before the order: whole months, the days over, the amount."""

    permitted_from: date
    first_day: date
    last_day: date
    months: int
    days: int
    amount_cents: int
    steps: tuple[Step, ...]


def permitted_from(petition: Petition, born_on: date, law: Policy) -> tuple[date, Step]:
    """Return the first day that support can reach back to, never one before the birth."""
    age = law.rule(AGE, petition.filed_on)
    before = add_months(born_on, age.count() * MONTHS_IN_YEAR)
    inputs = {"born_on": str(born_on), "filed_on": str(petition.filed_on)}
    if petition.paternity and petition.filed_on < before:
        text = f"The paternity action was filed before {before}: support reaches back to the birth."
        return born_on, explain(age, inputs | {"before": str(before)}, str(born_on), text)
    filed = law.rule(OTHERWISE, petition.filed_on)
    first = max(petition.filed_on, born_on)
    text = f"Support reaches back to the filing of the action, {first}."
    return first, explain(filed, inputs, str(first), text)


def retroactive(
    permitted: tuple[date, Step],
    until: date,
    monthly_cents: int,
    law: Policy,
    apart_since: date | None = None,
) -> Retroactive:
    """Return what support from the permitted day to the day before `until` comes to.

    A month that is not whole counts by its days, rounded down to the cent in the obligor's favour.
    """
    earliest, step = permitted
    steps = [step]
    first = earliest
    if apart_since is not None and apart_since > earliest:
        first = apart_since
        text = f"The parents supported the child together until {apart_since}."
        proof = law.rule(PROOF, until)
        steps.append(explain(proof, {"apart_since": str(apart_since)}, str(first), text))
    first = min(first, until)
    months = 0
    while add_months(first, months + 1) <= until:
        months += 1
    rest_from = add_months(first, months)
    days = (until - rest_from).days
    in_month = monthrange(rest_from.year, rest_from.month)[1]
    part = min(days, in_month) * monthly_cents // in_month
    return Retroactive(
        permitted_from=earliest,
        first_day=first,
        last_day=until - timedelta(days=1),
        months=months,
        days=days,
        amount_cents=months * monthly_cents + part,
        steps=tuple(steps),
    )
