"""Locate requests with their attempts and answers; what was found is encrypted."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from case_service.domain.establishing.locating import Inquiry, LocateRequest, Location, Round
from case_service.store.tables.establishing import (
    locate_inquiry,
    locate_request,
    locate_round,
    located_place,
)
from chassis.arrays import is_any
from chassis.crypto import Keys

PURPOSE = "located_place.content"


@dataclass(frozen=True, slots=True)
class Stored:
    """A locate request with its version."""

    request: LocateRequest
    version: int


@dataclass(frozen=True, slots=True)
class Found:
    """A location as it was found: where from, when, for which request."""

    location: Location
    locate_id: str
    participant_id: str
    source: str
    found_on: date


def write(session: Session, stored: Stored, by: str, at: datetime) -> None:
    """Write a request with its attempts and inquiries, new or in its next version."""
    request = stored.request
    values = {
        "locate_id": request.locate_id,
        "case_id": request.case_id,
        "participant_id": request.participant_id,
        "version": stored.version,
        "needed_on": request.needed_on,
        "state": request.state,
        "located_on": request.located_on,
        "recorded_by": by,
        "updated_at": at,
    }
    statement = insert(locate_request).values(values)
    session.execute(statement.on_conflict_do_update(index_elements=["locate_id"], set_=values))
    for one in request.rounds:
        row = asdict(one) | {"locate_id": request.locate_id}
        session.execute(
            insert(locate_round)
            .values(row)
            .on_conflict_do_update(index_elements=["locate_id", "number"], set_=row)
        )
    for inquiry in request.inquiries:
        row = asdict(inquiry) | {"locate_id": request.locate_id}
        session.execute(
            insert(locate_inquiry)
            .values(row)
            .on_conflict_do_update(index_elements=["locate_id", "round", "source"], set_=row)
        )


def case_of(session: Session, locate_id: str) -> str:
    """Return the case of a request; empty when there is none."""
    query = select(locate_request.c.case_id).where(locate_request.c.locate_id == locate_id)
    return session.scalar(query) or ""


def lock(session: Session, locate_id: str) -> Stored | None:
    """Return a request, locked until the end of the transaction."""
    session.execute(
        select(locate_request.c.locate_id)
        .where(locate_request.c.locate_id == locate_id)
        .with_for_update()
    )
    return next(iter(read(session, [locate_id])), None)


def open_for(session: Session, case_id: str, participant_id: str) -> str:
    """Return the request for a person of a case that is not over; empty when there is none."""
    query = select(locate_request.c.locate_id).where(
        locate_request.c.case_id == case_id,
        locate_request.c.participant_id == participant_id,
        locate_request.c.state.in_(("searching", "waiting")),
    )
    return session.scalar(query) or ""


def located(session: Session, case_id: str, participant_ids: Sequence[str]) -> dict[str, date]:
    """Return when people were located for a case, the last day of each."""
    query = (
        select(locate_request.c.participant_id, func.max(locate_request.c.located_on))
        .where(
            locate_request.c.case_id == case_id,
            is_any(locate_request.c.participant_id, participant_ids),
            locate_request.c.located_on.is_not(None),
        )
        .group_by(locate_request.c.participant_id)
    )
    return dict(session.execute(query).tuples().all())


def page(session: Session, case_id: str, state: str, after: str, limit: int) -> list[str]:
    """Return a page of request ids of a case, those above `after` first to last."""
    query = (
        select(locate_request.c.locate_id)
        .where(locate_request.c.case_id == case_id)
        .order_by(locate_request.c.locate_id)
        .limit(limit)
    )
    if state:
        query = query.where(locate_request.c.state == state)
    if after:
        query = query.where(locate_request.c.locate_id > after)
    return list(session.scalars(query))


def read(session: Session, ids: Sequence[str]) -> list[Stored]:
    """Return requests by id, in that order."""
    rounds: dict[str, list[Round]] = defaultdict(list)
    inquiries: dict[str, list[Inquiry]] = defaultdict(list)
    of_these = is_any(locate_round.c.locate_id, list(ids))
    for row in session.execute(
        select(locate_round).where(of_these).order_by(locate_round.c.number)
    ):
        rounds[row.locate_id].append(Round(row.number, row.kind, row.begun_on, row.done_on))
    of_these = is_any(locate_inquiry.c.locate_id, list(ids))
    for row in session.execute(
        select(locate_inquiry)
        .where(of_these)
        .order_by(locate_inquiry.c.round, locate_inquiry.c.asked_on, locate_inquiry.c.source)
    ):
        inquiries[row.locate_id].append(
            Inquiry(row.source, row.round, row.asked_on, row.answered_on, row.outcome, row.reason)
        )
    of_these = is_any(locate_request.c.locate_id, list(ids))
    query = select(locate_request).where(of_these).order_by(locate_request.c.locate_id)
    return [
        _stored(row, rounds[row.locate_id], inquiries[row.locate_id])
        for row in session.execute(query)
    ]


def add_locations(session: Session, keys: Keys, found: Sequence[Found]) -> None:
    """Write locations; one that was written before stays as it is."""
    for one in found:
        content = asdict(one.location)
        location_id, kind = content.pop("location_id"), content.pop("kind")
        session.execute(
            insert(located_place)
            .values(
                location_id=location_id,
                kind=kind,
                locate_id=one.locate_id,
                participant_id=one.participant_id,
                source=one.source,
                found_on=one.found_on,
                content=keys.encrypt(PURPOSE, json.dumps(content)),
            )
            .on_conflict_do_nothing(index_elements=["location_id"])
        )


def locations(
    session: Session, keys: Keys, case_id: str, participant_id: str, after: str, limit: int
) -> list[Found]:
    """Return a page of what was found of a person for a case, those above `after` first to last."""
    query = (
        select(located_place)
        .join_from(located_place, locate_request)
        .where(
            locate_request.c.case_id == case_id,
            located_place.c.participant_id == participant_id,
        )
        .order_by(located_place.c.location_id)
        .limit(limit)
    )
    if after:
        query = query.where(located_place.c.location_id > after)
    return [_found(keys, row) for row in session.execute(query)]


def location(session: Session, keys: Keys, location_id: str) -> tuple[str, Found] | None:
    """Return what was found with the case that it was found for; None when there is none."""
    query = (
        select(located_place, locate_request.c.case_id)
        .join_from(located_place, locate_request)
        .where(located_place.c.location_id == location_id)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row.case_id, _found(keys, row))


def _found(keys: Keys, row: Row[tuple[object, ...]]) -> Found:
    content: Mapping[str, str] = json.loads(keys.decrypt(PURPOSE, row.content))
    return Found(
        location=Location(location_id=row.location_id, kind=row.kind, **content),
        locate_id=row.locate_id,
        participant_id=row.participant_id,
        source=row.source,
        found_on=row.found_on,
    )


def _stored(
    row: Row[tuple[object, ...]], rounds: Sequence[Round], inquiries: Sequence[Inquiry]
) -> Stored:
    return Stored(
        version=row.version,
        request=LocateRequest(
            locate_id=row.locate_id,
            case_id=row.case_id,
            participant_id=row.participant_id,
            needed_on=row.needed_on,
            state=row.state,
            rounds=tuple(rounds),
            inquiries=tuple(inquiries),
            located_on=row.located_on,
        ),
    )
