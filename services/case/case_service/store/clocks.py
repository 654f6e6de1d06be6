"""Clocks of cases: started once, turned by the page, listed by who has to look at them."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Row, column, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from case_service.domain.clocks import Clock, State
from case_service.store.tables import case_clock, case_table
from case_service.store.tables.clocks import IS_OPEN, IS_RUNNING
from chassis.arrays import array, is_any

_OPEN = text(IS_OPEN)
_RUNNING = text(IS_RUNNING)


def add(session: Session, clock: Clock, at: datetime) -> bool:
    """Write a clock; False when it was started before, or one runs already for the same thing."""
    row = {
        "clock_id": clock.clock_id,
        "case_id": clock.case_id or None,
        "kind": clock.kind,
        "about_id": clock.about_id,
        "rule_id": clock.rule_id,
        "citation": clock.citation,
        "started_on": clock.started_on,
        "amber_on": clock.amber_on,
        "due_on": clock.due_on,
        "state": clock.state.value,
        "updated_at": at,
    }
    statement = insert(case_clock).values(row).on_conflict_do_nothing()
    added = session.execute(statement.returning(case_clock.c.clock_id)).first() is not None
    if added and clock.case_id:
        follow(session, [clock.case_id])
    return added


def follow(session: Session, case_ids: Sequence[object]) -> None:
    """Let the open clocks of cases lie with the offices and workers that have the cases now."""
    whose = (case_table.c.office_id, case_table.c.worker_id)
    session.execute(
        update(case_clock)
        .where(
            is_any(case_clock.c.case_id, case_ids),
            case_clock.c.case_id == case_table.c.case_id,
            text(f"case_clock.{IS_OPEN}"),
            tuple_(case_clock.c.office_id, case_clock.c.worker_id) != tuple_(*whose),
        )
        .values(office_id=whose[0], worker_id=whose[1])
    )


def open_one(session: Session, case_id: str, kind: str, about_id: str) -> Clock | None:
    """Return the clock that is open for something, locked; None when there is none."""
    query = select(case_clock).where(
        case_clock.c.case_id.is_not_distinct_from(case_id or None),
        case_clock.c.kind == kind,
        case_clock.c.about_id == about_id,
        _OPEN,
    )
    row = session.execute(query.with_for_update()).one_or_none()
    return None if row is None else clock_of(row)


def open_of_case(session: Session, case_id: str) -> list[Clock]:
    """Return the open clocks of a case, locked, the next one due first."""
    return _open_where(session, case_clock.c.case_id == case_id)


def elapsed_of_case(session: Session, case_id: str) -> list[Clock]:
    """Return the windows of a case that ran out."""
    query = select(case_clock).where(
        case_clock.c.case_id == case_id, case_clock.c.state == State.ELAPSED
    )
    return [clock_of(row) for row in session.execute(query)]


def open_about(session: Session, about_id: str) -> list[Clock]:
    """Return the open clocks about a thing that belong to no case yet, locked."""
    without_case = case_clock.c.case_id.is_(None)
    return _open_where(session, without_case & (case_clock.c.about_id == about_id))


def due(session: Session, today: date, limit: int) -> list[Clock]:
    """Return running clocks whose day is over, locked; those that others have are left out."""
    query = select(case_clock).where(_RUNNING, case_clock.c.due_on < today)
    locked = query.order_by(case_clock.c.due_on).limit(limit).with_for_update(skip_locked=True)
    return [clock_of(row) for row in session.execute(locked)]


def free_cases(session: Session, case_ids: Sequence[str]) -> frozenset[str]:
    """Return those cases that nobody is changing, held until the end of the transaction.

    Who works on a case locks the case first and its clocks then. Whoever comes from the clocks
    must not wait for a case, or each would wait for the other.
    """
    query = select(case_table.c.case_id).where(is_any(case_table.c.case_id, case_ids))
    held = query.with_for_update(read=True, skip_locked=True)
    return frozenset(session.scalars(held))


def save(session: Session, clocks: Sequence[Clock], at: datetime) -> None:
    """Write how clocks stand now."""
    if not clocks:
        return
    fields = ("clock_id", "case_id", "state", "stopped_on", "missed_on")
    columns = [case_clock.c[name] for name in fields]
    arrays = [array([getattr(clock, c.name) or None for clock in clocks], c.type) for c in columns]
    named = [column(c.name, c.type) for c in columns]
    given = func.unnest(*arrays).table_valued(*named, name="given").render_derived()
    session.execute(
        update(case_clock)
        .where(case_clock.c.clock_id == given.c.clock_id)
        .values({name: given.c[name] for name in fields[1:]} | {"updated_at": at})
    )


def reopen(session: Session, clock: Clock, at: datetime) -> bool:
    """Let a clock run on that was taken back on the day that it is started again."""
    statement = (
        update(case_clock)
        .where(case_clock.c.clock_id == clock.clock_id, case_clock.c.state == State.CANCELLED)
        .values(state=State.RUNNING, stopped_on=None, missed_on=None, updated_at=at)
    )
    return session.execute(statement.returning(case_clock.c.clock_id)).first() is not None


def read(session: Session, ids: Sequence[str]) -> list[Clock]:
    """Return clocks by id, the next one due first."""
    query = select(case_clock).where(is_any(case_clock.c.clock_id, ids))
    rows = session.execute(query.order_by(case_clock.c.due_on, case_clock.c.clock_id))
    return [clock_of(row) for row in rows]


def clock_of(row: Row[tuple[object, ...]]) -> Clock:
    """Return the clock in a row of the table."""
    return Clock(
        clock_id=row.clock_id,
        case_id=row.case_id or "",
        kind=row.kind,
        about_id=row.about_id,
        rule_id=row.rule_id,
        citation=row.citation,
        started_on=row.started_on,
        amber_on=row.amber_on,
        due_on=row.due_on,
        state=State(row.state),
        stopped_on=row.stopped_on,
        missed_on=row.missed_on,
    )


def _open_where(session: Session, condition: object) -> list[Clock]:
    query = select(case_clock).where(condition, _OPEN)  # type: ignore[arg-type]
    locked = query.order_by(case_clock.c.due_on, case_clock.c.clock_id).with_for_update()
    return [clock_of(row) for row in session.execute(locked)]
