"""How long an obligation lasts: what ends it by itself or by a court, when arrears are barred.

One amount for several children does not fall by itself when one of them comes out of support
(IRG Q2.7): that takes a court. It ends by itself when the last one does. An amount per child ends
with its child. Incarceration ends nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from case_service.domain.model import Obligation
from case_service.domain.orders.emancipation import (
    BY_AGE,
    Child,
    ChildLife,
    End,
    child_life,
    early_ends,
)
from case_service.domain.orders.life_events import LifeEvent
from case_service.domain.orders.terms import DAY, terms_of
from policy import Policy, Step, explain, years_after

FOR_CHILDREN = ("child", "medical", "child_care")


@dataclass(frozen=True, slots=True)
class Life:
    """How long an obligation lasts. `end` None: nothing is known that ends it.

    `court`: what could end or lower it, through a court. `own_end`: its terms have that last day.
    """

    obligation_id: str
    end: End | None
    court: tuple[End, ...]
    steps: tuple[Step, ...]
    own_end: bool = False

    @property
    def last_day(self) -> date | None:
        """The last day that is owed for; None while no end is known."""
        return self.end.on - DAY if self.end else None


def is_current(one: Obligation) -> bool:
    """Return whether an obligation is for current support; a judgment's own is not."""
    return any(term.amount_cents for term in terms_of(one))


def life_of(
    one: Obligation,
    children: Sequence[Child],
    parents: Iterable[LifeEvent],
    law: Policy,
    on: date,
    *,
    ended_ground: str = "",
) -> Life:
    """Return how long an obligation lasts by the law of a day.

    `children` are those of its order, `parents` the events of the parents' lives. `ended_ground`:
    why its last day was set when it was ended here; empty: a last day is the paper's own.
    """
    if not is_current(one):
        return Life(one.obligation_id, None, (), ())
    own_last = terms_of(one)[-1].effective_to
    own = End(own_last + DAY, ended_ground or "term", "") if own_last else None
    events = tuple(parents)
    if one.support_type not in FOR_CHILDREN:
        ends, court, steps = _of_spouse(events, law, on)
    else:
        ends, court, steps = _of_children(one, children, events, law, on)
        if own and not ended_ground:
            # What the decree itself provides goes before the age (KRS 403.213(3)).
            ends = [end for end in ends if end.ground not in BY_AGE]
    ends = [*ends, own] if own else ends
    first = min(ends, key=lambda end: end.on, default=None)
    still = tuple(end for end in court if not (first and first.on <= end.on))
    return Life(one.obligation_id, first, still, tuple(steps), own_end=first == own and bool(own))


def barred_on(
    owed: Sequence[Obligation], lives: Sequence[Life], law: Policy, today: date
) -> tuple[date | None, list[Step]]:
    """Return the day from which an order's arrears cannot be collected, by rule arrears.limitation.

    They are barred, not erased. None while it is not known when current support ends for the last
    child.
    """
    found = {life.obligation_id: life for life in lives}
    lasts = [
        terms_of(one)[-1].effective_to or found[one.obligation_id].last_day
        for one in owed
        if one.support_type in FOR_CHILDREN and is_current(one)
    ]
    known = [day for day in lasts if day is not None]
    if not known or len(known) < len(lasts):
        return None, []
    last = max(known)
    rule = law.rule("arrears.limitation", today)
    barred = years_after(last + DAY, rule.count())
    return barred, [
        explain(
            rule,
            {"current_support_through": last.isoformat(), "years": rule.count()},
            {"barred_on": barred.isoformat()},
            "Counted from the end of current support for the last child. The debt stands; it can"
            " no longer be collected.",
        )
    ]


def _of_children(
    one: Obligation,
    children: Sequence[Child],
    parents: Sequence[LifeEvent],
    law: Policy,
    on: date,
) -> tuple[list[End], list[End], list[Step]]:
    covered = [c for c in children if one.child_id in {"", c.child_id}]
    lives = [child_life(child, law, on) for child in covered]
    ends, steps = early_ends(parents, "", law, on)
    steps = [*[s for life in lives for s in life.steps], *steps, *_incarceration(parents, law, on)]
    court = [end for end in ends if end.needs_court]
    ends = [end for end in ends if not end.needs_court]
    court += [end for life in lives for end in life.court]
    last = _last_child(lives)
    if last:
        ends.append(last)
    if len(lives) > 1:
        rule = law.rule("emancipation.automatic_reduction", on)
        for life in lives:
            if life.end and not (last and life.end.on >= last.on):
                child_id = life.child.child_id
                court.append(End(life.end.on, "one_of_several", child_id, needs_court=True))
                steps.append(
                    explain(
                        rule,
                        {"children": len(lives), "out_on": life.end.on.isoformat()},
                        "a court has to lower it",
                        "One amount for several children does not fall by itself.",
                    )
                )
    return ends, court, steps


def _last_child(lives: Sequence[ChildLife]) -> End | None:
    """Return the end of the child that is owed for longest; None while one's is not known."""
    ends = [life.end for life in lives if life.end]
    if not ends or len(ends) < len(lives):
        return None
    return max(ends, key=lambda end: end.on)


def _of_spouse(
    parents: Sequence[LifeEvent], law: Policy, on: date
) -> tuple[list[End], list[End], list[Step]]:
    rule = law.rule("spousal.ends_by_itself", on)
    ends = [End(e.on, e.kind, "") for e in parents if e.kind in rule.codes()]
    steps = [
        explain(
            rule,
            {"event": end.ground, "on": end.on.isoformat()},
            "ends by itself",
            "Maintenance ends with it.",
        )
        for end in ends
    ]
    return ends, [], [*steps, *_incarceration(parents, law, on)]


def _incarceration(parents: Iterable[LifeEvent], law: Policy, on: date) -> list[Step]:
    rule = law.rule("emancipation.incarceration_ends", on)
    return [
        explain(
            rule,
            {"event": event.kind, "on": event.on.isoformat()},
            "ends nothing",
            "Incarceration neither ends nor suspends support. It is no voluntary unemployment,"
            " so either parent may ask for a review of the amount.",
        )
        for event in parents
        if event.kind == "incarceration"
    ]
