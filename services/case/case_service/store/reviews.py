"""Reviews of orders with what was collected for them."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from case_service.domain.reviews import LOOKED_AT, UNDER_WAY, Review
from case_service.store.tables.core import case_table, order_table
from case_service.store.tables.reviews import review, review_comparison, review_income
from chassis.arrays import is_any
from chassis.crypto import Keys

_STATEMENT: Final = "review.statement"
_REASONS: Final = "review.reasons"
_INCOME: Final = "review_income.content"
_COMPARISON: Final = "review_comparison.content"


@dataclass(frozen=True, slots=True)
class Stored:
    """A review with its version."""

    review: Review
    version: int


@dataclass(frozen=True, slots=True)
class Income:
    """What shows a parent's income."""

    income_id: str
    review_id: str
    participant_id: str
    kind: str
    monthly_cents: int
    note: str
    document_ids: tuple[str, ...]
    received_on: date
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison with all that went into it, as JSON."""

    review_id: str
    number: int
    compared_on: date
    content: Mapping[str, Any]
    recorded_by: str


def add(session: Session, keys: Keys, one: Review, at: datetime) -> Stored:
    """Write a new review."""
    stored = Stored(one, 1)
    session.execute(insert(review).values(_row(keys, stored, at)))
    return stored


def save(session: Session, keys: Keys, before: Stored, after: Review, at: datetime) -> Stored:
    """Write a review in its next version."""
    stored = Stored(after, before.version + 1)
    session.execute(
        update(review).where(review.c.review_id == after.review_id).values(_row(keys, stored, at))
    )
    return stored


def case_of(session: Session, review_id: str) -> str | None:
    """Return the case of a review."""
    return session.scalar(select(review.c.case_id).where(review.c.review_id == review_id))


def read(session: Session, keys: Keys, review_id: str) -> Stored | None:
    """Return one review. Whoever changes it has locked its case before."""
    row = session.execute(select(review).where(review.c.review_id == review_id)).first()
    return _stored(keys, row) if row else None


def page(
    session: Session, keys: Keys, case_id: str, states: Sequence[str], after: str, limit: int
) -> list[Stored]:
    """Return a page of reviews in the order in which they were asked for."""
    query = select(review).order_by(review.c.review_id).limit(limit)
    if case_id:
        query = query.where(review.c.case_id == case_id)
    if states:
        query = query.where(is_any(review.c.state, states))
    if after:
        query = query.where(review.c.review_id > after)
    return [_stored(keys, row) for row in session.execute(query)]


def latest(session: Session, keys: Keys, case_id: str, before: str, limit: int) -> list[Stored]:
    """Return a page of a case's reviews below the id `before` (empty: all), the latest first."""
    query = (
        select(review)
        .where(review.c.case_id == case_id)
        .order_by(review.c.review_id.desc())
        .limit(limit)
    )
    if before:
        query = query.where(review.c.review_id < before)
    return [_stored(keys, row) for row in session.execute(query)]


def under_way(session: Session, order_id: str) -> str | None:
    """Return the review of an order that is under way."""
    query = select(review.c.review_id).where(
        review.c.order_id == order_id, is_any(review.c.state, sorted(UNDER_WAY))
    )
    return session.scalar(query)


def looked_at_on(session: Session, order_id: str) -> list[date]:
    """Return the days on which reviews of an order were finished, those that count as one."""
    query = select(review.c.finished_on).where(
        review.c.order_id == order_id, is_any(review.c.state, sorted(LOOKED_AT))
    )
    return [day for day in session.scalars(query) if day]


def cycle_begun_since(session: Session, order_id: str, day: date) -> bool:
    """Whether the State has begun its own review of an order since a day, however it ended."""
    query = select(review.c.review_id).where(
        review.c.order_id == order_id, review.c.origin == "cycle", review.c.requested_on >= day
    )
    return session.scalar(query.limit(1)) is not None


def add_income(session: Session, keys: Keys, one: Income) -> None:
    """Add what shows a parent's income."""
    content = json.dumps({"monthly_cents": one.monthly_cents, "note": one.note})
    session.execute(
        insert(review_income).values(
            income_id=one.income_id,
            review_id=one.review_id,
            participant_id=one.participant_id,
            kind=one.kind,
            content=keys.encrypt(_INCOME, content),
            document_ids=list(one.document_ids),
            received_on=one.received_on,
            recorded_by=one.recorded_by,
        )
    )


def incomes(session: Session, keys: Keys, review_id: str) -> list[Income]:
    """Return what shows the parents' income, oldest first."""
    query = select(review_income).where(review_income.c.review_id == review_id)
    return [
        Income(
            income_id=row.income_id,
            review_id=row.review_id,
            participant_id=row.participant_id,
            kind=row.kind,
            document_ids=tuple(row.document_ids),
            received_on=row.received_on,
            recorded_by=row.recorded_by,
            **json.loads(keys.decrypt(_INCOME, row.content)),
        )
        for row in session.execute(query.order_by(review_income.c.income_id))
    ]


def add_comparison(session: Session, keys: Keys, one: Compared) -> None:
    """Add a comparison."""
    session.execute(
        insert(review_comparison).values(
            review_id=one.review_id,
            number=one.number,
            compared_on=one.compared_on,
            content=keys.encrypt(_COMPARISON, json.dumps(one.content)),
            recorded_by=one.recorded_by,
        )
    )


def comparisons(session: Session, keys: Keys, review_id: str) -> list[Compared]:
    """Return the comparisons of a review, oldest first."""
    query = select(review_comparison).where(review_comparison.c.review_id == review_id)
    return [
        Compared(
            row.review_id,
            row.number,
            row.compared_on,
            json.loads(keys.decrypt(_COMPARISON, row.content)),
            row.recorded_by,
        )
        for row in session.execute(query.order_by(review_comparison.c.number))
    ]


def assisted(session: Session, after: str, limit: int) -> list[str]:
    """Return a page of open IV-D cases with an order whose family has assistance."""
    query = (
        select(case_table.c.case_id)
        .where(
            is_worked(),
            case_table.c.assistance_status == "current",
            case_table.c.case_id.in_(select(order_table.c.case_id)),
        )
        .order_by(case_table.c.case_id)
        .limit(limit)
    )
    return list(session.scalars(query.where(case_table.c.case_id > after) if after else query))


def is_worked() -> Any:
    """The case is open, under title IV-D, and it is known who owes."""
    return (
        (case_table.c.status == "open")
        & (case_table.c.case_type == "iv_d")
        & case_table.c.obligor_id.is_not(None)
    )


_PLAIN: Collection[str] = tuple(
    c.name
    for c in review.c
    if c.name not in {"version", "updated_at", "statement", "reasons", "requested_by"}
)


def _row(keys: Keys, stored: Stored, at: datetime) -> dict[str, object]:
    one = stored.review
    plain = {name: getattr(one, name) for name in _PLAIN}
    return plain | {
        "grounds": list(one.grounds),
        "document_ids": list(one.document_ids),
        "requested_by": one.requested_by or None,
        "statement": keys.encrypt(_STATEMENT, one.statement) if one.statement else None,
        "reasons": keys.encrypt(_REASONS, one.reasons) if one.reasons else None,
        "version": stored.version,
        "updated_at": at,
    }


def _stored(keys: Keys, row: Row[tuple[object, ...]]) -> Stored:
    plain = {name: getattr(row, name) for name in _PLAIN}
    return Stored(
        version=row.version,
        review=Review(
            **plain
            | {
                "grounds": tuple(row.grounds),
                "document_ids": tuple(row.document_ids),
                "requested_by": row.requested_by or "",
                "statement": keys.decrypt(_STATEMENT, row.statement) if row.statement else "",
                "reasons": keys.decrypt(_REASONS, row.reasons) if row.reasons else "",
            }
        ),
    )
