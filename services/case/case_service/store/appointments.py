"""Appointments and who is invited to them."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from case_service.domain.desk.appointments import SET, Appointment, Guest
from case_service.store.tables.desk import appointment, appointment_guest
from case_service.store.tables.ids import ID
from chassis.arrays import is_any
from chassis.crypto import Keys

_t = appointment.c
_g = appointment_guest.c


@dataclass(frozen=True, slots=True)
class Filter:
    """Which appointments are asked for; what is empty asks for all."""

    case_id: str = ""
    office_id: str = ""
    worker_id: str = ""
    participant_id: str = ""
    starts_from: datetime | None = None
    starts_before: datetime | None = None
    states: Sequence[str] = ()


def write(session: Session, keys: Keys, one: Appointment) -> None:
    """Write an appointment, new or changed, with those who are invited."""
    row = _row(keys, one)
    statement = upsert(appointment).values(row)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[_t.appointment_id],
            set_={name: statement.excluded[name] for name in row if name != "appointment_id"},
        )
    )
    guests = [_guest_row(keys, one, guest) for guest in one.guests]
    added = upsert(appointment_guest).values(guests)
    session.execute(
        added.on_conflict_do_update(
            index_elements=[_g.appointment_id, _g.participant_id],
            set_={"own_place": added.excluded.own_place, "attended": added.excluded.attended},
        )
    )


def read(
    session: Session, keys: Keys, appointment_id: str, *, lock: bool = False
) -> Appointment | None:
    """Return one appointment; locked when it is to be changed."""
    query = select(appointment).where(_t.appointment_id == appointment_id)
    rows = session.execute(query.with_for_update() if lock else query).all()
    return _appointments(session, keys, rows)[0] if rows else None


def page(
    session: Session, keys: Keys, which: Filter, after: tuple[datetime, str] | None, limit: int
) -> list[Appointment]:
    """Return a page of appointments by time."""
    query = select(appointment)
    equal = {
        "case_id": which.case_id,
        "office_id": which.office_id,
        "worker_id": which.worker_id,
    }
    for name, value in equal.items():
        if value:
            query = query.where(_t[name] == value)
    if which.participant_id:
        invited = select(_g.appointment_id).where(_g.participant_id == which.participant_id)
        query = query.where(_t.appointment_id.in_(invited))
    if which.starts_from:
        query = query.where(_t.starts_at >= which.starts_from)
    if which.starts_before:
        query = query.where(_t.starts_at < which.starts_before)
    if which.states:
        query = query.where(is_any(_t.state, which.states))
    if after:
        place = tuple_(_t.starts_at, _t.appointment_id)
        query = query.where(place > tuple_(literal(after[0]), literal(after[1], ID)))
    query = query.order_by(_t.starts_at, _t.appointment_id).limit(limit)
    return _appointments(session, keys, session.execute(query).all())


def hand_over(session: Session, from_worker: str, to_worker: str, now: datetime) -> int:
    """Give a worker's coming appointments to another; returns how many."""
    moved = (
        update(appointment)
        .where(_t.worker_id == from_worker, _t.state == SET, _t.starts_at >= now)
        .values(worker_id=to_worker, version=_t.version + 1)
    )
    return len(session.scalars(moved.returning(_t.appointment_id)).all())


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """An appointment that is over, and of which nobody said what came."""

    appointment_id: str
    case_id: str
    starts_at: datetime


def without_outcome(
    session: Session, before: datetime, after: tuple[datetime, str] | None, limit: int
) -> list[Unrecorded]:
    """Return a page of appointments from before an instant of which nobody said what came."""
    query = select(_t.appointment_id, _t.case_id, _t.starts_at)
    query = query.where(_t.state == SET, _t.starts_at < before)
    if after:
        place = tuple_(_t.starts_at, _t.appointment_id)
        query = query.where(place > tuple_(literal(after[0]), literal(after[1], ID)))
    rows = session.execute(query.order_by(_t.starts_at, _t.appointment_id).limit(limit))
    return [Unrecorded(**row) for row in rows.mappings()]


def _row(keys: Keys, one: Appointment) -> dict[str, object]:
    details = {
        "place": one.place,
        "room": one.room,
        "subject": one.subject,
        "outcome_note": one.outcome_note,
    }
    return {
        "appointment_id": one.appointment_id,
        "version": one.version,
        "case_id": one.case_id,
        "kind": one.kind,
        "starts_at": one.starts_at,
        "zone": one.zone,
        "minutes": one.minutes,
        "office_id": one.office_id,
        "worker_id": one.worker_id,
        "state": one.state,
        "continued_to": one.continued_to or None,
        "details": keys.encrypt("appointment.details", json.dumps(details)),
        "created_at": one.created_at,
    }


def _guest_row(keys: Keys, one: Appointment, guest: Guest) -> dict[str, object]:
    sealed = keys.encrypt("appointment_guest.own_place", guest.own_place)
    return {
        "appointment_id": one.appointment_id,
        "participant_id": guest.participant_id,
        "own_place": sealed if guest.own_place else None,
        "attended": guest.attended,
    }


def _appointments(session: Session, keys: Keys, rows: Sequence[Row[Any]]) -> list[Appointment]:
    guests = _guests(session, keys, [row.appointment_id for row in rows])
    return [
        Appointment(
            appointment_id=row.appointment_id,
            version=row.version,
            case_id=row.case_id,
            kind=row.kind,
            starts_at=row.starts_at,
            zone=row.zone,
            minutes=row.minutes,
            office_id=row.office_id,
            worker_id=row.worker_id,
            state=row.state,
            continued_to=row.continued_to or "",
            created_at=row.created_at,
            guests=tuple(guests[row.appointment_id]),
            **json.loads(keys.decrypt("appointment.details", row.details)),
        )
        for row in rows
    ]


def _guests(session: Session, keys: Keys, ids: Sequence[str]) -> Mapping[str, list[Guest]]:
    found: dict[str, list[Guest]] = defaultdict(list)
    query = select(appointment_guest).where(is_any(_g.appointment_id, ids))
    for row in session.execute(query.order_by(_g.participant_id)):
        own = row.own_place
        place = keys.decrypt("appointment_guest.own_place", own) if own else ""
        found[row.appointment_id].append(Guest(row.participant_id, place, row.attended))
    return found
