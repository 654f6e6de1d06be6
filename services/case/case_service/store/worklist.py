"""The worklist: items that wait for a caseworker, and every move of theirs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, insert, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from case_service.domain.desk.worklist import OPEN, Item
from case_service.store.tables.core import case_table
from case_service.store.tables.desk import worklist_item, worklist_move
from case_service.store.tables.ids import ID
from chassis.arrays import is_any
from chassis.crypto import Keys

NO_DUE_DATE = date(9999, 12, 31)
"""Items without a day stand behind all that have one."""

MAX_TRIES = 3

_t = worklist_item.c
_SORT = func.coalesce(_t.due_on, literal(NO_DUE_DATE))


@dataclass(frozen=True, slots=True)
class Move:
    """What was done with an item."""

    item_id: str
    at: datetime
    by: str
    action: str
    office_id: str
    worker_id: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items are asked for; what is empty asks for all."""

    office_id: str = ""
    worker_id: str = ""
    unassigned: bool = False
    kinds: Sequence[str] = ()
    state: str = OPEN
    case_id: str = ""
    about_id: str = ""
    due_before: date | None = None
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class OfficeFilter:
    """Whose cases are asked for; what is empty asks for all."""

    office_id: str = ""
    worker_id: str = ""
    unassigned: bool = False


@dataclass(frozen=True, slots=True)
class OfficeCase:
    """A case as a supervisor sees it in a list."""

    case_id: str
    case_number: str
    open: bool
    office_id: str
    worker_id: str
    items: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Load:
    """How much lies with one worker of an office, by type."""

    office_id: str
    worker_id: str
    kind: str
    items: int
    overdue: int
    escalated: int


def add(session: Session, keys: Keys, item: Item) -> str:
    """Add an item; one that is open already for the same thing stays as it is. Returns its id."""
    same = (_t.kind == item.kind, _t.about_id == item.about_id, _t.state == OPEN)
    statement = upsert(worklist_item).values(_row(keys, item)).on_conflict_do_nothing()
    for _ in range(MAX_TRIES):
        added: str | None = session.scalar(statement.returning(_t.item_id))
        there = added or session.scalars(select(_t.item_id).where(*same)).first()
        if there:
            return there
        # The one that stood in the way was closed before it could be read.
    raise RuntimeError(f"worklist item about {item.about_id}: opened and closed at the same time")


def office_and_worker(session: Session, case_id: str) -> tuple[str, str]:
    """Return the office and the worker of a case."""
    columns = (case_table.c.office_id, case_table.c.worker_id)
    row = session.execute(select(*columns).where(case_table.c.case_id == case_id)).first()
    return (row.office_id, row.worker_id) if row else ("", "")


def lock(session: Session, keys: Keys, item_ids: Sequence[str]) -> list[Item]:
    """Return items, locked until the end of the transaction, in the order of their ids."""
    query = select(worklist_item).where(is_any(_t.item_id, item_ids))
    return _locked(session, keys, query)


def lock_about(session: Session, keys: Keys, about_id: str, kind: str = "") -> list[Item]:
    """Return what is open about a thing, locked until the end of the transaction."""
    query = select(worklist_item).where(_t.about_id == about_id, _t.state == OPEN)
    return _locked(session, keys, query.where(_t.kind == kind) if kind else query)


def lock_of_case(session: Session, keys: Keys, case_id: str) -> list[Item]:
    """Return what is open in a case, locked until the end of the transaction."""
    query = select(worklist_item).where(_t.case_id == case_id, _t.state == OPEN)
    return _locked(session, keys, query)


def lock_of_worker(session: Session, keys: Keys, worker_id: str, limit: int) -> list[Item]:
    """Return open items that a worker has, locked until the end of the transaction."""
    query = select(worklist_item).where(_t.worker_id == worker_id, _t.state == OPEN)
    return _locked(session, keys, query.limit(limit))


def _locked(session: Session, keys: Keys, query: Select[Any]) -> list[Item]:
    rows = session.execute(query.order_by(_t.item_id).with_for_update())
    return [_item(keys, row) for row in rows]


def read(session: Session, keys: Keys, item_id: str) -> Item | None:
    """Return one item."""
    row = session.execute(select(worklist_item).where(_t.item_id == item_id)).first()
    return _item(keys, row) if row else None


def write(session: Session, items: Sequence[Item]) -> None:
    """Write what can change of items."""
    for item in items:
        session.execute(
            update(worklist_item)
            .where(_t.item_id == item.item_id)
            .values(
                version=item.version,
                office_id=item.office_id,
                worker_id=item.worker_id,
                state=item.state,
                escalated=item.escalated,
                due_on=item.due_on,
                closed_at=item.closed_at,
            )
        )


def write_facts(session: Session, keys: Keys, item: Item) -> None:
    """Write what the line of an item names."""
    facts = _row(keys, item)["facts"]
    session.execute(update(worklist_item).where(_t.item_id == item.item_id).values(facts=facts))


def add_moves(session: Session, keys: Keys, moves: Sequence[Move]) -> None:
    """Write what was done with items."""
    if moves:
        session.execute(
            insert(worklist_move),
            [
                {
                    "item_id": m.item_id,
                    "at": m.at,
                    "by": m.by,
                    "action": m.action,
                    "office_id": m.office_id,
                    "worker_id": m.worker_id,
                    "note": keys.encrypt("worklist_move.note", m.note) if m.note else None,
                }
                for m in moves
            ],
        )


def moves(session: Session, keys: Keys, item_id: str, limit: int) -> list[Move]:
    """Return the last moves of an item, oldest first."""
    query = (
        select(worklist_move)
        .where(worklist_move.c.item_id == item_id)
        .order_by(worklist_move.c.id.desc())
        .limit(limit)
    )
    found = [
        Move(
            item_id=row.item_id,
            at=row.at,
            by=row.by,
            action=row.action,
            office_id=row.office_id,
            worker_id=row.worker_id,
            note=keys.decrypt("worklist_move.note", row.note) if row.note else "",
        )
        for row in session.execute(query)
    ]
    return found[::-1]


def page(
    session: Session, keys: Keys, which: Filter, after: tuple[date, str] | None, limit: int
) -> list[Item]:
    """Return a page of items by due day and id, those behind `after`."""
    query = select(worklist_item).where(*_conditions(which)).order_by(_SORT, _t.item_id)
    if after:
        query = query.where(
            tuple_(_SORT, _t.item_id) > tuple_(literal(after[0]), literal(after[1], ID))
        )
    return [_item(keys, row) for row in session.execute(query.limit(limit))]


def place(item: Item) -> tuple[date, str]:
    """Return where an item stands in the order of pages."""
    return item.due_on or NO_DUE_DATE, item.item_id


def _conditions(which: Filter) -> list[ColumnElement[bool]]:
    equal = {
        "office_id": which.office_id,
        "worker_id": which.worker_id,
        "state": which.state,
        "case_id": which.case_id,
        "about_id": which.about_id,
    }
    found: list[ColumnElement[bool]] = [_t[name] == value for name, value in equal.items() if value]
    if which.unassigned:
        found.append(_t.worker_id == "")
    if which.kinds:
        found.append(is_any(_t.kind, which.kinds))
    if which.due_before:
        found.append(_t.due_on < which.due_before)
    if which.escalated:
        found.append(_t.escalated)
    return found


def loads(session: Session, office_id: str, today: date) -> list[Load]:
    """Return how many open items lie with each worker, by type; of one office or of all."""
    query = (
        select(
            _t.office_id,
            _t.worker_id,
            _t.kind,
            func.count().label("items"),
            func.count().filter(_t.due_on < today).label("overdue"),
            func.count().filter(_t.escalated).label("escalated"),
        )
        .where(_t.state == OPEN)
        .group_by(_t.office_id, _t.worker_id, _t.kind)
        .order_by(_t.office_id, _t.worker_id, _t.kind)
    )
    if office_id:
        query = query.where(_t.office_id == office_id)
    return [Load(**row) for row in session.execute(query).mappings()]


def case_ids_of_worker(session: Session, worker_id: str, limit: int) -> list[str]:
    """Return ids of cases that are assigned to a worker, in their order."""
    query = select(case_table.c.case_id).where(case_table.c.worker_id == worker_id)
    return list(session.scalars(query.order_by(case_table.c.case_id).limit(limit)))


def office_cases(
    session: Session, which: OfficeFilter, today: date, after: str, limit: int
) -> list[OfficeCase]:
    """Return a page of cases by number, with what is open in each."""
    c = case_table.c
    mine = (_t.case_id == c.case_id, _t.state == OPEN)
    items = select(func.count()).where(*mine).correlate(case_table).scalar_subquery()
    late = select(func.count()).where(*mine, _t.due_on < today).correlate(case_table)
    query = (
        select(
            c.case_id,
            c.case_number,
            (c.status == "open").label("open"),
            c.office_id,
            c.worker_id,
            items.label("items"),
            late.scalar_subquery().label("overdue"),
        )
        .where(c.case_number > after)
        .order_by(c.case_number)
        .limit(limit)
    )
    if which.office_id:
        query = query.where(c.office_id == which.office_id)
    if which.worker_id:
        query = query.where(c.worker_id == which.worker_id)
    if which.unassigned:
        query = query.where(c.worker_id == "")
    return [OfficeCase(**row) for row in session.execute(query).mappings()]


def case_numbers(session: Session, case_ids: Sequence[str]) -> Mapping[str, str]:
    """Return the public numbers of cases by id."""
    columns = (case_table.c.case_id, case_table.c.case_number)
    query = select(*columns).where(is_any(case_table.c.case_id, sorted(set(case_ids))))
    return {row.case_id: row.case_number for row in session.execute(query)}


def _row(keys: Keys, item: Item) -> dict[str, object]:
    facts = json.dumps(dict(item.facts))
    return {
        "item_id": item.item_id,
        "version": item.version,
        "kind": item.kind,
        "case_id": item.case_id or None,
        "about_id": item.about_id,
        "about_type": item.about_type,
        "office_id": item.office_id,
        "worker_id": item.worker_id,
        "state": item.state,
        "due_on": item.due_on,
        "escalated": item.escalated,
        "facts": keys.encrypt("worklist_item.facts", facts) if item.facts else None,
        "created_at": item.created_at,
    }


def _item(keys: Keys, row: Row[Any]) -> Item:
    return Item(
        item_id=row.item_id,
        version=row.version,
        kind=row.kind,
        case_id=row.case_id or "",
        about_id=row.about_id,
        about_type=row.about_type,
        office_id=row.office_id,
        worker_id=row.worker_id,
        state=row.state,
        due_on=row.due_on,
        escalated=row.escalated,
        facts=json.loads(keys.decrypt("worklist_item.facts", row.facts)) if row.facts else {},
        created_at=row.created_at,
        closed_at=row.closed_at,
    )
