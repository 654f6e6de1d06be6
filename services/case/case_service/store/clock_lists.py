"""Lists and counts of clocks: whose they are, and which color they have on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_, select, text, tuple_
from sqlalchemy.orm import Session

from case_service.domain.clocks import Clock, Color, State
from case_service.store.clocks import clock_of
from case_service.store.tables import assistance_period, case_clock, case_table
from case_service.store.tables.clocks import IS_OPEN
from chassis.arrays import is_any

MAX_WORKERS = 1_000
OPEN_STATES = frozenset({State.RUNNING, State.MISSED})
_t = case_clock.c
_OPEN = text(f"case_clock.{IS_OPEN}")
"""In the words of the indexes, which then serve."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which clocks are asked for; what is empty does not matter."""

    today: date
    case_id: str = ""
    states: Sequence[str] = ()
    colors: Sequence[Color] = ()
    kinds: Sequence[str] = ()
    office_id: str = ""
    worker_id: str = ""
    due_before: date | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A clock, and whose it is."""

    clock: Clock
    case_number: str
    office_id: str
    worker_id: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many open clocks of a kind, in cases of a worker, have which color."""

    kind: str
    worker_id: str
    green: int
    amber: int
    red: int


def page(
    session: Session, which: Filter, after: tuple[date, str] | None, limit: int
) -> list[Listed]:
    """Return a page of clocks by due day and id, those behind `after`."""
    query = (
        select(case_clock, case_table.c.case_number)
        .join_from(case_clock, case_table, isouter=True)
        .where(*_conditions(which))
        .order_by(_t.due_on, _t.clock_id)
        .limit(limit)
    )
    if after:
        place = tuple_(literal(after[0]), literal(after[1], _t.clock_id.type))
        query = query.where(tuple_(_t.due_on, _t.clock_id) > place)
    return [
        Listed(clock_of(row), row.case_number or "", row.office_id, row.worker_id)
        for row in session.execute(query)
    ]


def counts(
    session: Session, today: date, *, office_id: str, worker_id: str, program: str
) -> list[Count]:
    """Count the open clocks by kind, and by worker when an office or a worker is asked for."""
    whose = _t.worker_id if office_id or worker_id else literal("")
    color = _color(today)
    columns = [
        func.count().filter(color == one.value).label(one.value)
        for one in (Color.GREEN, Color.AMBER, Color.RED)
    ]
    query = select(_t.kind, whose.label("worker_id"), *columns).where(_OPEN)
    if office_id:
        query = query.where(_t.office_id == office_id)
    if worker_id:
        query = query.where(_t.worker_id == worker_id)
    if program:
        query = query.where(_has_assistance(program, today))
    rows = session.execute(query.group_by(_t.kind, whose))
    return [Count(row.kind, row.worker_id, row.green, row.amber, row.red) for row in rows]


def _conditions(which: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if which.case_id:
        found.append(_t.case_id == which.case_id)
    if which.states:
        found.append(is_any(_t.state, which.states))
    if which.states and set(which.states) <= OPEN_STATES:
        found.append(_OPEN)  # type: ignore[arg-type]
    if which.colors:
        found += [_OPEN, or_(*(_shown(color, which.today) for color in which.colors))]  # type: ignore[list-item]
    if which.kinds:
        found.append(is_any(_t.kind, which.kinds))
    if which.office_id:
        found.append(_t.office_id == which.office_id)
    if which.worker_id:
        found.append(_t.worker_id == which.worker_id)
    if which.due_before:
        found.append(_t.due_on < which.due_before)
    return found


def _shown(color: Color, today: date) -> ColumnElement[bool]:
    """The condition for a color, as `domain.clocks.color_of`; of a clock that is open."""
    not_over = _t.due_on >= today
    return {
        Color.RED: and_(_t.amber_on.is_not(None), _t.due_on < today),
        Color.AMBER: and_(_t.amber_on <= today, not_over),
        Color.GREEN: and_(or_(_t.amber_on.is_(None), _t.amber_on > today), not_over),
    }[color]


def _color(today: date) -> ColumnElement[str | None]:
    return case(*((_shown(color, today), color.value) for color in Color), else_=None)


def _has_assistance(program: str, today: date) -> ColumnElement[bool]:
    return exists().where(
        assistance_period.c.case_id == _t.case_id,
        assistance_period.c.program == program,
        assistance_period.c.first_month <= today,
        or_(
            assistance_period.c.last_month.is_(None),
            assistance_period.c.last_month >= today.replace(day=1),
        ),
    )
