"""When a child comes out of support (KRS 403.213(3)): by age, after high school, or early.

A child's end is the first day for which nothing is owed for it any more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from case_service.domain.orders.life_events import LifeEvent
from case_service.domain.orders.terms import DAY
from policy import Policy, Step, explain, years_after

AGE = "emancipation.age"
BY_AGE = ("majority", "school")


@dataclass(frozen=True, slots=True)
class Child:
    """A child of an order, with the events of its life that stand."""

    child_id: str
    birth_date: date | None
    events: tuple[LifeEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class End:
    """A day from which nothing is owed, or from which a court could say so."""

    on: date
    ground: str
    about_id: str
    """The child or parent's event that it comes from; empty for none."""
    needs_court: bool = False


@dataclass(frozen=True, slots=True)
class ChildLife:
    """How long a child is owed for: `end` None: no end is known."""

    child: Child
    end: End | None
    court: tuple[End, ...]
    steps: tuple[Step, ...]


def coming_of_age(born: date, law: Policy, on: date) -> date:
    """Return the day of majority by the law of a day."""
    return years_after(born, law.count(AGE, on))


def child_life(child: Child, law: Policy, on: date) -> ChildLife:
    """Return when a child comes out of support by the law of a day, and why."""
    ends, steps = early_ends(child.events, child.child_id, law, on)
    by_age, its_steps = _by_age(child, law, on)
    ends = [*ends, *by_age]
    by_itself = [end for end in ends if not end.needs_court]
    first = min(by_itself, key=lambda end: end.on, default=None)
    court = [end for end in ends if end.needs_court and not (first and first.on <= end.on)]
    return ChildLife(child, first, tuple(court), (*its_steps, *steps))


def early_ends(
    events: Iterable[LifeEvent], about_id: str, law: Policy, on: date
) -> tuple[list[End], list[Step]]:
    """Return the ends that events of a life lead to, by themselves or through a court."""
    by_itself = law.rule("emancipation.ends_by_itself", on)
    needs_court = law.rule("emancipation.needs_court", on)
    ends, steps = [], []
    for event in events:
        for rule, court in ((by_itself, False), (needs_court, True)):
            if event.kind not in rule.codes() or event.kind in BY_AGE:
                continue
            ends.append(End(event.on, event.kind, about_id, needs_court=court))
            output = "a court has to say so" if court else "ends by itself"
            facts = {"event": event.kind, "on": event.on.isoformat()}
            steps.append(explain(rule, facts, output, f"{event.kind}: {output}."))
    return ends, steps


def _by_age(child: Child, law: Policy, on: date) -> tuple[list[End], list[Step]]:
    if child.birth_date is None:
        return [], []
    if step := _disability(child, law, on):
        return [], [step]
    majority = coming_of_age(child.birth_date, law, on)
    steps = [
        explain(
            law.rule(AGE, on),
            {"born": child.birth_date.isoformat()},
            {"of_age_on": majority.isoformat()},
            "Support ends with majority, unless the child is in high school then.",
        )
    ]
    school = [event for event in child.events if event.kind == "school"]
    if not school or (school[-1].until and school[-1].until < majority):
        return [End(majority, "majority", child.child_id)], steps
    latest = school_limit(child.birth_date, law, on)
    last = min(school[-1].until or latest, latest)
    steps.append(
        explain(
            law.rule("emancipation.school_age", on),
            {"school_until": str(school[-1].until or "not said")},
            {"last_school_year_ends": latest.isoformat(), "last_day": last.isoformat()},
            "In high school at majority: support goes on while in school, no longer than the"
            " school year in which this age is reached.",
        )
    )
    if last < majority:
        return [End(majority, "majority", child.child_id)], steps
    return [End(last + DAY, "school", child.child_id)], steps


def school_limit(born: date, law: Policy, on: date) -> date:
    """Return the last day of the school year in which a child reaches the age of the rule."""
    reached = years_after(born, law.count("emancipation.school_age", on))
    month, day = law.rule("emancipation.school_year_end", on).month_day()
    ends = date(reached.year, month, day)
    return ends if reached <= ends else date(reached.year + 1, month, day)


def _disability(child: Child, law: Policy, on: date) -> Step | None:
    """Return the step for support that a court ordered beyond majority (KRS 405.020)."""
    rule = law.rule("emancipation.disabled_child", on)
    ordered = next((e for e in child.events if e.kind == "disability_order"), None)
    if ordered is None or not rule.flag():
        return None
    facts = {"ordered_on": ordered.on.isoformat()}
    return explain(rule, facts, "age does not end it", "A court ordered it beyond majority.")
