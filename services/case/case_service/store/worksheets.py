"""Guideline worksheets beside the orders that they led to; only added to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from case_service.store.tables.establishing import order_worksheet
from chassis.arrays import is_any
from chassis.crypto import Keys

INPUT, RESULT = "order_worksheet.input", "order_worksheet.result"


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A worksheet as it was computed: input and result as JSON of their messages."""

    worksheet_id: str
    case_id: str
    order_id: str
    law_of: date
    obligor_column: str
    guideline_cents: int
    ordered_cents: int
    deviates: bool
    policy_checksum: str
    input: str
    result: str
    recorded_by: str
    recorded_at: datetime


def add(session: Session, keys: Keys, one: Worksheet) -> None:
    """Write a worksheet."""
    session.execute(
        insert(order_worksheet).values(
            worksheet_id=one.worksheet_id,
            case_id=one.case_id,
            order_id=one.order_id,
            law_of=one.law_of,
            obligor_column=one.obligor_column,
            guideline_cents=one.guideline_cents,
            ordered_cents=one.ordered_cents,
            deviates=one.deviates,
            policy_checksum=one.policy_checksum,
            input=keys.encrypt(INPUT, one.input),
            result=keys.encrypt(RESULT, one.result),
            recorded_by=one.recorded_by,
            recorded_at=one.recorded_at,
        )
    )


def read(session: Session, keys: Keys, ids: Sequence[str]) -> list[Worksheet]:
    """Return worksheets by id, oldest first."""
    query = select(order_worksheet).where(is_any(order_worksheet.c.worksheet_id, list(ids)))
    return [_worksheet(keys, r) for r in session.execute(query.order_by(order_worksheet.c.number))]


def page(
    session: Session, case_id: str, order_id: str, after: int, limit: int
) -> list[Row[tuple[int, str]]]:
    """Return a page of (number, id) of a case's worksheets, of one order or of all."""
    query = (
        select(order_worksheet.c.number, order_worksheet.c.worksheet_id)
        .where(order_worksheet.c.case_id == case_id, order_worksheet.c.number > after)
        .order_by(order_worksheet.c.number)
        .limit(limit)
    )
    if order_id:
        query = query.where(order_worksheet.c.order_id == order_id)
    return list(session.execute(query))


def _worksheet(keys: Keys, row: Row[tuple[object, ...]]) -> Worksheet:
    return Worksheet(
        worksheet_id=row.worksheet_id,
        case_id=row.case_id,
        order_id=row.order_id,
        law_of=row.law_of,
        obligor_column=row.obligor_column,
        guideline_cents=row.guideline_cents,
        ordered_cents=row.ordered_cents,
        deviates=row.deviates,
        policy_checksum=row.policy_checksum,
        input=keys.decrypt(INPUT, row.input),
        result=keys.decrypt(RESULT, row.result),
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
    )
