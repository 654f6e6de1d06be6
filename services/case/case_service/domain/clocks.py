"""A time limit that runs in a case: when it is due, how much of it is used, and how it ended.

A day of the law is a whole day: what is done on the day that it is due is in time, and a limit is
missed when that day is over.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from math import ceil
from typing import Final

from case_service.domain.clock_kinds import Kind, kind_named
from policy import Policy

AMBER_SHARE: Final = "clock.amber_share"
WHOLE_PERCENT: Final = 100
_ONE_DAY: Final = timedelta(days=1)


class State(StrEnum):
    """Where a clock stands."""

    RUNNING = "running"
    MISSED = "missed"
    """Its day is over, and what it asks for is still to be done."""
    MET = "met"
    LATE = "late"
    """Done, after its day."""
    ELAPSED = "elapsed"
    """A window that ran out."""
    CANCELLED = "cancelled"


class Color(StrEnum):
    """How a clock that is not over is shown."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit that was started. `case_id` is empty while there is no case yet."""

    clock_id: str
    case_id: str
    kind: str
    about_id: str
    rule_id: str
    citation: str
    started_on: date
    amber_on: date | None
    """From when it is near its end; None: a window, which nobody can miss."""
    due_on: date
    state: State = State.RUNNING
    stopped_on: date | None = None
    """The day that it was done, or taken back."""
    missed_on: date | None = None
    """The first day of being overdue, if the day it was due ended before it was done."""

    @property
    def of_kind(self) -> Kind:
        """What it is a clock of."""
        return kind_named(self.kind)

    @property
    def is_open(self) -> bool:
        """What it asks for is still asked for."""
        return self.state in {State.RUNNING, State.MISSED}


def identity_of(case_id: str, kind: Kind, on: date, about_id: str) -> tuple[str, ...]:
    """Return what a clock's id is derived from: started again on the same day it is the same."""
    return ("clock", case_id, kind.kind, about_id, on.isoformat())


def started(
    law: Policy, clock_id: str, case_id: str, kind: Kind, on: date, about_id: str = ""
) -> Clock:
    """Return the clock that starts on a day; its due date is counted as its rule says."""
    rule = law.rule(kind.rule, on)
    due_on = law.due_date(kind.rule, on)
    near = ceil((due_on - on).days * law.percent(AMBER_SHARE, on))
    return Clock(
        clock_id=clock_id,
        case_id=case_id,
        kind=kind.kind,
        about_id=about_id,
        rule_id=rule.id,
        citation=rule.citation,
        started_on=on,
        amber_on=None if kind.window else on + timedelta(days=near),
        due_on=due_on,
    )


def stopped(clock: Clock, on: date) -> Clock:
    """Return the clock after what it asks for was done on a day.

    What was done in time and only recorded later was never missed.
    """
    if on <= clock.due_on or clock.amber_on is None:
        return replace(clock, state=State.MET, stopped_on=on, missed_on=None)
    return replace(clock, state=State.LATE, stopped_on=on, missed_on=clock.due_on + _ONE_DAY)


def cancelled(clock: Clock, on: date) -> Clock:
    """Return the clock after what it asks for is no longer asked for. A miss stays on record."""
    return replace(clock, state=State.CANCELLED, stopped_on=on)


def turned(clock: Clock, today: date) -> Clock:
    """Return the clock as it stands on a day: its own day over, it is missed or has run out."""
    if clock.state is not State.RUNNING or today <= clock.due_on:
        return clock
    if clock.amber_on is None:
        return replace(clock, state=State.ELAPSED, stopped_on=clock.due_on)
    return replace(clock, state=State.MISSED, missed_on=clock.due_on + _ONE_DAY)


def color_of(clock: Clock, today: date) -> Color | None:
    """Return how a clock is shown on a day, whether or not it was turned yet; None: it is over."""
    if not turned(clock, today).is_open:
        return None
    if clock.amber_on is None or today < clock.amber_on:
        return Color.GREEN
    return Color.AMBER if today <= clock.due_on else Color.RED


def days_left(clock: Clock, today: date) -> int:
    """Return the calendar days until the day that it is due; negative: overdue by that many."""
    return (clock.due_on - today).days


def percent_used(clock: Clock, today: date) -> int:
    """Return how much of its time has passed, in whole percent; above 100: overdue."""
    span = (clock.due_on - clock.started_on).days
    passed = (today - clock.started_on).days
    if span <= 0:
        return WHOLE_PERCENT if passed <= 0 else WHOLE_PERCENT * (passed + 1)
    if passed > span:
        # Rounded up: one day over a window of years is over.
        return -(-passed * WHOLE_PERCENT // span)
    return max(0, passed * WHOLE_PERCENT // span)
