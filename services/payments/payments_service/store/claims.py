"""Claims on payees: what they got that was not theirs, and what of it is left to collect."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from chassis.copying import copy_rows
from payments_service.store.raw import array

OPEN, COLLECTED, WRITTEN_OFF, WAIVED = 1, 2, 3, 4
COLUMNS = (
    "payee_id", "claim_id", "payee_kind", "obligor_id", "receipt_id", "amount_cents", "left_cents",
    "reason", "state", "collectable", "opened_on", "notice_on",
)  # fmt: skip


class Claim(NamedTuple):
    """What a payee owes back, in cents. A waived one was made whole by the State."""

    payee_id: str
    claim_id: str
    payee_kind: int
    obligor_id: str
    receipt_id: str
    amount_cents: int
    left_cents: int
    reason: str
    state: int
    collectable: bool
    opened_on: date
    notice_on: date | None


_SELECT = (
    "SELECT payee_id::text, claim_id::text, payee_kind, obligor_id::text, receipt_id::text,"
    " amount_cents, left_cents, reason, state, collectable, opened_on, notice_on FROM claim"
)


def open_claims(session: Session, rows: Iterable[Claim]) -> None:
    """Write new claims; the lane of their obligor is locked."""
    copy_rows(session, "claim", COLUMNS, rows)


def collectable(session: Session, payee_ids: Sequence[str], told_by: date) -> list[Claim]:
    """Return and lock the open claims that may be taken from payments, the oldest first.

    `told_by`: a family whose notice is of this day or an earlier one has had its time.
    """
    rows = session.execute(
        text(
            f"{_SELECT} WHERE payee_id = ANY(CAST(:payees AS uuid[])) AND state = 1"
            " AND (collectable OR notice_on <= :told)"
            " ORDER BY payee_id, opened_on, claim_id FOR UPDATE"
        ),
        {"payees": array(payee_ids), "told": told_by},
    )
    return [Claim(*row) for row in rows]


def of_receipts(session: Session, receipt_ids: Sequence[str]) -> list[Claim]:
    """Return the claims that receipts led to."""
    rows = session.execute(
        text(f"{_SELECT} WHERE receipt_id = ANY(CAST(:receipts AS uuid[])) ORDER BY 1, 2"),
        {"receipts": array(receipt_ids)},
    )
    return [Claim(*row) for row in rows]


def take(session: Session, claim_id: str, payee_id: str, cents: int) -> None:
    """Note that cents of a claim were collected. Raises ValueError for more than is left."""
    found = session.execute(
        text(
            "UPDATE claim SET left_cents = left_cents - :cents,"
            " state = CASE WHEN left_cents = :cents THEN 2 ELSE 1 END"
            " WHERE payee_id = CAST(:payee AS uuid) AND claim_id = CAST(:claim AS uuid)"
            " AND state = 1 AND left_cents >= :cents RETURNING claim_id"
        ),
        {"claim": claim_id, "payee": payee_id, "cents": cents},
    ).first()
    if found is None:
        raise ValueError(f"claim {claim_id}: {cents} cents are more than is left of it")
