"""Dates of birth of the children of running orders, and the cases to look at for an end."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from case_service.store.tables import (
    case_member,
    life_event,
    obligation,
    obligation_term,
    order_table,
    participant,
)
from chassis.arrays import is_any
from chassis.crypto import Keys

BORN = "participant.birth_date"


def birth_dates(session: Session, keys: Keys, ids: Iterable[str]) -> Mapping[str, date]:
    """Return the dates of birth of those of these participants that have one."""
    query = select(participant.c.participant_id, participant.c.birth_date).where(
        is_any(participant.c.participant_id, list(ids)), participant.c.birth_date.is_not(None)
    )
    return {
        row.participant_id: date.fromisoformat(keys.decrypt(BORN, row.birth_date))
        for row in session.execute(query)
    }


def running_cases(session: Session, day: date, after: str, limit: int) -> list[str]:
    """Return a page of the cases in which something is owed beyond a day, those above `after`."""
    query = (
        select(order_table.c.case_id)
        .distinct()
        .join(obligation)
        .where(_runs_beyond(day))
        .order_by(order_table.c.case_id)
        .limit(limit)
    )
    if after:
        query = query.where(order_table.c.case_id > after)
    return list(session.scalars(query))


def children_of(session: Session, case_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Return (case, child) of these cases."""
    query = select(case_member.c.case_id, case_member.c.participant_id).where(
        is_any(case_member.c.case_id, case_ids), case_member.c.role == "child"
    )
    return [(row.case_id, row.participant_id) for row in session.execute(query)]


def with_events(session: Session, case_ids: Sequence[str]) -> frozenset[str]:
    """Return those of the cases in whose lives something happened."""
    query = select(life_event.c.case_id).where(is_any(life_event.c.case_id, case_ids))
    return frozenset(session.scalars(query))


def outdated_cases(session: Session, day: date, after: str, limit: int) -> list[str]:
    """Return a page of cases with an obligation whose amount is not that of the day's term."""
    in_force = exists().where(
        obligation_term.c.obligation_id == obligation.c.obligation_id,
        obligation_term.c.effective_from <= day,
        or_(obligation_term.c.effective_to.is_(None), obligation_term.c.effective_to >= day),
        obligation_term.c.monthly_cents != obligation.c.monthly_amount_cents,
    )
    query = (
        select(order_table.c.case_id)
        .distinct()
        .join(obligation)
        .where(in_force)
        .order_by(order_table.c.case_id)
        .limit(limit)
    )
    if after:
        query = query.where(order_table.c.case_id > after)
    return list(session.scalars(query))


def _runs_beyond(day: date) -> ColumnElement[bool]:
    return or_(obligation.c.effective_to.is_(None), obligation.c.effective_to > day)
