"""Versions of orders and the events of lives: written once, read in their order."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, exists, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from case_service.domain.orders.life_events import LifeEvent
from case_service.domain.orders.model import Version
from case_service.store.order_contents import content_of, version_of
from case_service.store.tables import (
    case_table,
    life_alert,
    life_event,
    obligation,
    order_table,
    order_version,
)
from chassis.arrays import is_any, rows_of
from chassis.crypto import Keys

_CONTENT = "order_version.content"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which orders are asked for; empty: all."""

    case_id: str = ""
    court_number: str = ""
    running_on: date | None = None
    ended_on: date | None = None


def add(session: Session, keys: Keys, versions: Sequence[Version]) -> None:
    """Append versions."""
    if not versions:
        return
    rows = [
        {
            "order_id": v.order_id,
            "number": v.number,
            "case_id": v.case_id,
            "cause": v.cause,
            "recorded_at": v.recorded_at,
            "recorded_by": v.recorded_by,
            "effective_from": v.effective_from,
            "content": keys.encrypt(_CONTENT, json.dumps(content_of(v))),
        }
        for v in versions
    ]
    columns = list(order_version.columns)
    session.execute(insert(order_version).from_select(columns, rows_of(columns, rows)))


def versions(
    session: Session, keys: Keys, order_ids: Sequence[str]
) -> Mapping[str, tuple[Version, ...]]:
    """Return all versions of orders, oldest first; none of an order that has none."""
    found: dict[str, list[Version]] = defaultdict(list)
    query = (
        select(order_version)
        .where(is_any(order_version.c.order_id, order_ids))
        .order_by(order_version.c.order_id, order_version.c.number)
    )
    for row in session.execute(query):
        found[row.order_id].append(_version(keys, row))
    return {order_id: tuple(its) for order_id, its in found.items()}


def latest(session: Session, keys: Keys, order_ids: Sequence[str]) -> Mapping[str, Version]:
    """Return the newest version of each order that has one."""
    query = (
        select(order_version)
        .distinct(order_version.c.order_id)
        .where(is_any(order_version.c.order_id, order_ids))
        .order_by(order_version.c.order_id, order_version.c.number.desc())
    )
    return {row.order_id: _version(keys, row) for row in session.execute(query)}


def case_of_order(session: Session, order_id: str) -> str | None:
    """Return the case of an order."""
    return session.scalar(select(order_table.c.case_id).where(order_table.c.order_id == order_id))


def order_of_obligation(session: Session, obligation_id: str) -> str | None:
    """Return the order of an obligation."""
    query = select(obligation.c.order_id).where(obligation.c.obligation_id == obligation_id)
    return session.scalar(query)


def changed_at(session: Session, case_id: str) -> datetime | None:
    """Return when a case was last written."""
    return session.scalar(select(case_table.c.updated_at).where(case_table.c.case_id == case_id))


def page(session: Session, wanted: Filter, after: str, limit: int) -> list[tuple[str, str]]:
    """Return a page of (order, case) by id, those above the id `after`."""
    query = (
        select(order_table.c.order_id, order_table.c.case_id)
        .order_by(order_table.c.order_id)
        .limit(limit)
    )
    if after:
        query = query.where(order_table.c.order_id > after)
    if wanted.case_id:
        query = query.where(order_table.c.case_id == wanted.case_id)
    if wanted.court_number:
        query = query.where(order_table.c.court_number == wanted.court_number)
    for day, asked in ((wanted.running_on, True), (wanted.ended_on, False)):
        if day is not None:
            runs = exists().where(
                obligation.c.order_id == order_table.c.order_id,
                or_(obligation.c.effective_to.is_(None), obligation.c.effective_to >= day),
            )
            query = query.where(runs if asked else ~runs)
    return [(row.order_id, row.case_id) for row in session.execute(query)]


def add_event(session: Session, event: LifeEvent, at: datetime, by: str) -> bool:
    """Append an event of a life; False when it, or its withdrawal, is there already."""
    row = {
        "event_id": event.event_id,
        "case_id": event.case_id,
        "participant_id": event.participant_id or None,
        "kind": event.kind,
        "on_date": event.on,
        "until_date": event.until,
        "withdraws": event.withdraws or None,
        "document_id": event.document_id,
        "recorded_at": at,
        "recorded_by": by,
    }
    statement = upsert(life_event).values(row).on_conflict_do_nothing()
    return bool(session.scalar(statement.returning(life_event.c.id)))


def events(session: Session, case_ids: Iterable[str]) -> Mapping[str, tuple[LifeEvent, ...]]:
    """Return what happened in the lives of cases' people, in the order it became known."""
    found: dict[str, list[LifeEvent]] = defaultdict(list)
    query = select(life_event).where(is_any(life_event.c.case_id, list(case_ids)))
    for row in session.execute(query.order_by(life_event.c.id)):
        found[row.case_id].append(
            LifeEvent(
                event_id=row.event_id,
                case_id=row.case_id,
                kind=row.kind,
                on=row.on_date,
                participant_id=row.participant_id or "",
                until=row.until_date,
                withdraws=row.withdraws or "",
                document_id=row.document_id,
            )
        )
    return {case_id: tuple(its) for case_id, its in found.items()}


def note_alert(session: Session, case_id: str, about_id: str, ground: str, on: date) -> bool:
    """Note that somebody was alerted; False when he was before."""
    row = {"case_id": case_id, "about_id": about_id, "ground": ground, "on_date": on}
    statement = upsert(life_alert).values(row).on_conflict_do_nothing()
    return bool(session.scalar(statement.returning(life_alert.c.id)))


def _version(keys: Keys, row: Row[tuple[object, ...]]) -> Version:
    return version_of(
        json.loads(keys.decrypt(_CONTENT, row.content)),
        order_id=row.order_id,
        case_id=row.case_id,
        number=row.number,
        cause=row.cause,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        effective_from=row.effective_from,
    )
