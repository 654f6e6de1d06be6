"""The lives of a case's people, and what follows from them for what is owed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import policy
from case_service.actions import worklist
from case_service.actions.order_writing import lock_in
from case_service.actions.orders import end_locked
from case_service.actions.telling import tell
from case_service.domain.model import Case, Obligation, Order
from case_service.domain.orders.emancipation import Child, End, coming_of_age
from case_service.domain.orders.life import FOR_CHILDREN, Life, barred_on, life_of
from case_service.domain.orders.life_events import OF_CHILD, LifeEvent, standing
from case_service.domain.orders.model import Ending, OrderText, Version
from case_service.domain.orders.terms import DAY, terms_of
from case_service.domain.orders.wording import GROUNDS
from case_service.store import cases, lives
from case_service.store import orders as store
from chassis.runtime import Work

KEEPS_BEYOND_AGE = ("school", "disability_order")
WAYS_OF_ENDING = ("ended", "extended", "revived")


@dataclass(frozen=True, slots=True)
class People:
    """What is known of the children and the parents of cases."""

    births: Mapping[str, date]
    events: Mapping[str, Sequence[LifeEvent]]
    """By case: those that stand."""

    def children(self, case: Case, text_children: Sequence[str]) -> list[Child]:
        """Return the children of an order; of one that names none, those of its case."""
        named = text_children or _children_of(case)
        of_case = self.events.get(case.case_id, ())
        return [
            Child(
                child_id,
                self.births.get(child_id),
                tuple(e for e in of_case if e.participant_id == child_id),
            )
            for child_id in named
        ]

    def parents(self, case: Case) -> tuple[LifeEvent, ...]:
        """Return what happened to the parents."""
        return tuple(e for e in self.events.get(case.case_id, ()) if e.kind not in OF_CHILD)


@dataclass(frozen=True, slots=True)
class OrderLife:
    """How long what an order obliges to lasts."""

    lives: tuple[Life, ...]
    barred_on: date | None
    barred_steps: tuple[policy.Step, ...]


def people_of(work: Work, known: Sequence[Case]) -> People:
    """Return what is known of the people of cases."""
    children = {child for case in known for child in _children_of(case)}
    recorded = store.events(work.session, [case.case_id for case in known])
    return People(
        lives.birth_dates(work.session, work.keys, children),
        {case_id: standing(events) for case_id, events in recorded.items()},
    )


def order_life(
    work: Work, case: Case, order: Order, versions: Sequence[Version], people: People
) -> OrderLife:
    """Return how long each obligation of an order lasts, and when its arrears are barred."""
    law, today = policy.load(), work.clock.today()
    children = people.children(case, versions[-1].text.children if versions else ())
    found = tuple(
        life_of(
            one,
            children,
            people.parents(case),
            law,
            today,
            ended_ground=ended_by(versions, one.obligation_id),
        )
        for one in order.obligations
    )
    barred, steps = barred_on(order.obligations, found, law, today)
    return OrderLife(found, barred, tuple(steps))


def ended_by(versions: Sequence[Version], obligation_id: str) -> str:
    """Return why an obligation ended, of one that was ended here; empty: its end is the paper's.

    What came after (an extension, a modification of a later term) does not make it the paper's.
    """
    for version in reversed(versions):
        if version.about_id == obligation_id and version.cause in WAYS_OF_ENDING:
            return version.ground if version.cause == "ended" else ""
    return ""


def settle(work: Work, stored: cases.Stored, on: date) -> int:
    """End in a locked case what has ended by itself by a day; returns how many obligations.

    Alerts the case's worker to what takes a court, and to a child whose school is to be found out.
    """
    ended = 0
    people = people_of(work, [stored.case])
    for order in stored.case.orders:
        versions = store.versions(work.session, work.keys, [order.order_id])
        its = versions.get(order.order_id, ())
        text = its[-1].text if its else None
        owed = {one.obligation_id: one for one in order.obligations}
        for life in order_life(work, stored.case, order, its, people).lives:
            one = owed[life.obligation_id]
            if due := _due(life, one, on):
                # Each end is a version of the case of its own: the next one starts from it.
                locked = lock_in(work, _reread(work, stored), order.order_id)
                end_locked(work, locked, one, Ending(due.on - DAY, due.ground))
                ended += 1
            for end in life.court:
                if end.on <= on and _still_owed(one, end.on):
                    _alert_court(work, stored.case, order, end)
        _alert_school(work, stored.case, order, text, people, on)
    return ended


def _due(life: Life, one: Obligation, on: date) -> End | None:
    """Return the end that has come and is not written yet."""
    end = life.end
    if end is None or life.own_end or end.on > on:
        return None
    last = terms_of(one)[-1].effective_to
    return end if last is None or last >= end.on else None


def _still_owed(one: Obligation, day: date) -> bool:
    last = terms_of(one)[-1].effective_to
    return last is None or last >= day


def _reread(work: Work, stored: cases.Stored) -> cases.Stored:
    return cases.read(work.session, [stored.case.case_id])[0]


def _alert_court(work: Work, case: Case, order: Order, end: End) -> None:
    about = end.about_id or order.order_id
    if not store.note_alert(work.session, case.case_id, about, end.ground, end.on):
        return
    ground, today = GROUNDS[end.ground], work.clock.today()
    tell(
        work,
        case.case_id,
        "court_needed",
        about_id=order.order_id,
        citation=policy.load().rule("emancipation.needs_court", today).citation,
        court_number=order.court_number,
        ground=ground,
        day=end.on.isoformat(),
    )
    what = f"Support may have to change by an order of the court: {ground} ({end.on})"
    worklist.put(work, case.case_id, "ALERT", order.order_id, about_type="order", what=what)


def _alert_school(
    work: Work, case: Case, order: Order, text: OrderText | None, people: People, on: date
) -> None:
    """Ask for a child's school before the day of majority (KRS 403.213(3))."""
    for child, of_age in school_unknown(case, order, text, people, on):
        if not store.note_alert(work.session, case.case_id, child, "school", of_age):
            continue
        tell(
            work,
            case.case_id,
            "school_to_find_out",
            about_id=child,
            citation="KRS 403.213(3)",
            on=of_age,
            day=of_age.isoformat(),
        )
        what = f"Find out whether the child who comes of age on {of_age} is in high school"
        worklist.put(
            work, case.case_id, "ALERT", child, due_on=of_age, about_type="participant", what=what
        )


def school_unknown(
    case: Case, order: Order, text: OrderText | None, people: People, on: date
) -> Iterator[tuple[str, date]]:
    """Yield the children who come of age soon and of whom it is not known whether in school."""
    law = policy.load()
    ahead = law.days("emancipation.look_ahead", on)
    for child in people.children(case, text.children if text else ()):
        if child.birth_date is None or any(e.kind in KEEPS_BEYOND_AGE for e in child.events):
            continue
        of_age = coming_of_age(child.birth_date, law, on)
        covered = any(
            one.support_type in FOR_CHILDREN
            and one.child_id in {"", child.child_id}
            and _still_owed(one, of_age)
            for one in order.obligations
        )
        if covered and on < of_age and (of_age - on).days <= ahead:
            yield child.child_id, of_age


def _children_of(case: Case) -> list[str]:
    return [m.participant_id for m in case.members if m.role == "child"]
