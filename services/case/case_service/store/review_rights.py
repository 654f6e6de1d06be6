"""Notices of the right to a review: who was told, who is to be told, whose time limit runs."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, not_, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from case_service.store.reviews import is_worked
from case_service.store.tables import case_clock
from case_service.store.tables.clocks import IS_OPEN
from case_service.store.tables.core import case_table, obligation, order_table
from case_service.store.tables.reviews import review_notice

CLOCK = "review_notice"


@dataclass(frozen=True, slots=True)
class Untold:
    """Whose parents are to be told on a day of their right to a review."""

    on: date
    told_by: date
    """Those who were told last on this day or before, or never."""
    entered_by: date | None = None
    """Of the never told only those whose order is of this day or before; None: all."""


def add_notice(session: Session, case_id: str, on: date, kind: str) -> bool:
    """Record that both parents were told on a day; False when they were told that day already."""
    statement = upsert(review_notice).values(case_id=case_id, on_date=on, kind=kind)
    told = statement.on_conflict_do_nothing().returning(review_notice.c.case_id)
    return session.scalar(told) is not None


def last_notice(session: Session, case_id: str) -> date | None:
    """Return the day on which both parents of a case were told last."""
    query = select(func.max(review_notice.c.on_date)).where(review_notice.c.case_id == case_id)
    last: date | None = session.scalar(query)
    return last


def to_be_told(session: Session, which: Untold, after: str, limit: int) -> list[str]:
    """Return a page of open IV-D cases with a running order whose parents are to be told."""
    last = (
        select(func.max(review_notice.c.on_date))
        .where(review_notice.c.case_id == case_table.c.case_id)
        .scalar_subquery()
    )
    running = _running(which.on)
    if which.entered_by is not None:
        entered_on = func.coalesce(order_table.c.entered_on, obligation.c.effective_from)
        running = running.where(or_(last.is_not(None), entered_on <= which.entered_by))
    query = select(case_table.c.case_id).where(
        is_worked(),
        or_(last.is_(None), last <= which.told_by),
        case_table.c.case_id.in_(running),
    )
    return _page(session, query, after, limit)


def astray(session: Session, on: date, after: str, limit: int) -> list[str]:
    """Return a page of cases whose time limit does not run though it should, or runs for nothing.

    It runs while a case under title IV-D has a running order.
    """
    should = and_(is_worked(), case_table.c.case_id.in_(_running(on)))
    runs = case_table.c.case_id.in_(
        select(case_clock.c.case_id).where(
            case_clock.c.kind == CLOCK, case_clock.c.case_id.is_not(None), text(IS_OPEN)
        )
    )
    wrong = or_(and_(should, not_(runs)), and_(runs, not_(should)))
    return _page(session, select(case_table.c.case_id).where(wrong), after, limit)


def _running(on: date) -> Any:
    return (
        select(order_table.c.case_id)
        .join_from(order_table, obligation)
        .where(
            obligation.c.support_type != "spousal",
            or_(obligation.c.effective_to.is_(None), obligation.c.effective_to >= on),
        )
    )


def _page(session: Session, query: Select[tuple[str]], after: str, limit: int) -> list[str]:
    if after:
        query = query.where(case_table.c.case_id > after)
    return list(session.scalars(query.order_by(case_table.c.case_id).limit(limit)))
