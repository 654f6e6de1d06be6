"""Incarcerations of participants, as the agency learns of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.orm import Session

from case_service.store.tables.core import case_table, obligation, order_table
from case_service.store.tables.reviews import incarceration


@dataclass(frozen=True, slots=True)
class Incarceration:
    """That somebody is, was or will be incarcerated; `expected_until` None: nobody knows."""

    incarceration_id: str
    participant_id: str
    learned_on: date
    since: date
    expected_until: date | None = None
    released_on: date | None = None
    told_on: date | None = None
    recorded_by: str = ""
    version: int = 1


def add(session: Session, one: Incarceration) -> None:
    """Write a new one."""
    session.execute(insert(incarceration).values(asdict(one)))


def save(session: Session, one: Incarceration) -> Incarceration:
    """Write the next version."""
    following = replace(one, version=one.version + 1)
    session.execute(
        update(incarceration)
        .where(incarceration.c.incarceration_id == one.incarceration_id)
        .values(asdict(following))
    )
    return following


def lock(session: Session, incarceration_id: str) -> Incarceration | None:
    """Return one, locked until the end of the transaction."""
    query = select(incarceration).where(incarceration.c.incarceration_id == incarceration_id)
    row = session.execute(query.with_for_update()).first()
    return _stored(row) if row else None


def of_participant(
    session: Session, participant_id: str, after: str = "", limit: int = 100
) -> list[Incarceration]:
    """Return a page of what is known of somebody, oldest first."""
    query = select(incarceration).where(incarceration.c.participant_id == participant_id)
    if after:
        query = query.where(incarceration.c.incarceration_id > after)
    rows = session.execute(query.order_by(incarceration.c.incarceration_id).limit(limit))
    return [_stored(row) for row in rows]


def lasting_untold(session: Session, began_by: date, after: str, limit: int) -> list[str]:
    """Return a page of those in since `began_by` or before, with no end known, and nobody told."""
    query = select(incarceration.c.incarceration_id).where(
        incarceration.c.since <= began_by,
        incarceration.c.expected_until.is_(None),
        incarceration.c.released_on.is_(None),
        incarceration.c.told_on.is_(None),
    )
    if after:
        query = query.where(incarceration.c.incarceration_id > after)
    return list(session.scalars(query.order_by(incarceration.c.incarceration_id).limit(limit)))


def current(session: Session, participant_id: str, on: date) -> Incarceration | None:
    """Return the incarceration of somebody on a day: the one that lasts longest."""
    query = select(incarceration).where(
        incarceration.c.participant_id == participant_id,
        incarceration.c.since <= on,
        or_(incarceration.c.released_on.is_(None), incarceration.c.released_on >= on),
        or_(incarceration.c.expected_until.is_(None), incarceration.c.expected_until >= on),
    )
    row = session.execute(
        query.order_by(incarceration.c.expected_until.desc().nulls_last()).limit(1)
    ).first()
    return _stored(row) if row else None


def cases_that_owe(session: Session, participant_id: str, on: date) -> Sequence[str]:
    """Return the open IV-D cases with a running order in which somebody owes, by id."""
    running = (
        select(order_table.c.case_id)
        .join_from(order_table, obligation)
        .where(or_(obligation.c.effective_to.is_(None), obligation.c.effective_to >= on))
    )
    query = select(case_table.c.case_id).where(
        case_table.c.obligor_id == participant_id,
        case_table.c.status == "open",
        case_table.c.case_type == "iv_d",
        case_table.c.case_id.in_(running),
    )
    return session.scalars(query.order_by(case_table.c.case_id)).all()


def _stored(row: Row[tuple[object, ...]]) -> Incarceration:
    return Incarceration(**row._asdict())
