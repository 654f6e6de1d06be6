"""Corrections of receipts: proposals, decisions, and the receipt's own row."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

REVERSE, MOVE, AMOUNT = 1, 2, 3
PROPOSED, CONFIRMED, REJECTED = 1, 2, 3


class Correction(NamedTuple):
    """A correction of a receipt. Amounts in cents; unset where the kind has none."""

    correction_id: str
    receipt_id: str
    kind: int
    cause: str
    to_obligor_id: str | None
    amount_cents: int | None
    reason: str
    state: int
    proposed_by: str
    proposed_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None


class Receipt(NamedTuple):
    """What a correction asks of a receipt. `booked_obligor_id`: where it lies in suspense."""

    receipt_id: str
    obligor_id: str | None
    state: int
    amount_cents: int
    credited_cents: int
    collection_date: date
    settlement_date: date
    suspensions: int
    booked_obligor_id: str | None


_COLUMNS = (
    "correction_id::text, receipt_id::text, kind, cause, to_obligor_id::text, amount_cents, reason,"
    " state, proposed_by, proposed_at, decided_by, decided_at"
)
_RECEIPT = """
SELECT r.receipt_id::text, r.obligor_id::text, r.state, r.amount_cents, r.credited_cents,
       r.collection_date, r.settlement_date, r.suspensions,
       (SELECT s.booked_obligor_id::text FROM suspended s WHERE s.receipt_id = r.receipt_id)
  FROM receipt r WHERE r.receipt_id = CAST(:id AS uuid)
"""


def receipt(session: Session, receipt_id: str, *, lock: bool = False) -> Receipt | None:
    """Return a receipt, None when there is none; `lock` it for this transaction."""
    statement = f"{_RECEIPT} FOR UPDATE" if lock else _RECEIPT
    row = session.execute(text(statement), {"id": receipt_id}).first()
    return None if row is None else Receipt(*row)


def add(session: Session, one: Correction) -> bool:
    """Write a correction; False when it is there, or when one waits for this receipt."""
    found = session.execute(
        text(
            "INSERT INTO correction (correction_id, receipt_id, kind, cause, to_obligor_id,"
            " amount_cents, reason, state, proposed_by, proposed_at, decided_by, decided_at)"
            " VALUES (:correction_id, :receipt_id, :kind, :cause, CAST(:to_obligor_id AS uuid),"
            " :amount_cents, :reason, :state, :proposed_by, :proposed_at, :decided_by,"
            " :decided_at) ON CONFLICT DO NOTHING RETURNING correction_id"
        ),
        one._asdict(),
    ).first()
    return found is not None


def get(session: Session, correction_id: str, *, lock: bool = False) -> Correction | None:
    """Return a correction; None when there is none."""
    end = " FOR UPDATE" if lock else ""
    row = session.execute(
        text(
            f"SELECT {_COLUMNS} FROM correction WHERE correction_id = CAST(:id AS uuid){end}"  # noqa: S608 - no value in it
        ),
        {"id": correction_id},
    ).first()
    return None if row is None else Correction(*row)


def listed(session: Session, receipt_id: str, after: str, size: int) -> Sequence[Correction]:
    """Return a page of corrections, the newest first: of a receipt, or (empty) that wait."""
    which = "receipt_id = CAST(:receipt AS uuid)" if receipt_id else "state = 1"
    further = "AND correction_id < CAST(:after AS uuid)" if after else ""
    rows = session.execute(
        text(
            f"SELECT {_COLUMNS} FROM correction WHERE {which} {further}"  # noqa: S608 - no value in it
            " ORDER BY correction_id DESC LIMIT :size"
        ),
        {"receipt": receipt_id or None, "after": after, "size": size},
    )
    return [Correction(*row) for row in rows]


def is_reversed(session: Session, receipt_id: str) -> bool:
    """Return whether a correction took a receipt back."""
    statement = (
        "SELECT EXISTS (SELECT FROM correction"
        " WHERE receipt_id = CAST(:id AS uuid) AND kind = 1 AND state = 2)"
    )
    return bool(session.scalar(text(statement), {"id": receipt_id}))


def decide(session: Session, correction_id: str, state: int, by: str, at: datetime) -> None:
    """Note who decided a correction, and how."""
    session.execute(
        text(
            "UPDATE correction SET state = :state, decided_by = :by, decided_at = :at"
            " WHERE correction_id = CAST(:id AS uuid)"
        ),
        {"id": correction_id, "state": state, "by": by, "at": at},
    )


_REVERSE = """
UPDATE receipt SET state = 4, reason = 0, detail = :cause WHERE receipt_id = CAST(:id AS uuid)
"""
_NO_LONGER_WAITS = """
DELETE FROM waiting w USING receipt r
 WHERE r.receipt_id = CAST(:id AS uuid) AND w.receipt_id = r.receipt_id
   AND w.collection_date = r.collection_date
"""


def reverse(session: Session, receipt_id: str, cause: str) -> None:
    """Note a receipt as taken back; it waits nowhere any more."""
    session.execute(text(_REVERSE), {"id": receipt_id, "cause": cause})
    session.execute(text(_NO_LONGER_WAITS), {"id": receipt_id})
    for table in ("late_receipt", "suspended"):
        statement = f"DELETE FROM {table} WHERE receipt_id = CAST(:id AS uuid)"  # noqa: S608 - no value in it
        session.execute(text(statement), {"id": receipt_id})


def is_waiting(session: Session, receipt_id: str) -> bool:
    """Return whether a receipt is queued to be posted."""
    return bool(
        session.scalar(
            text(
                "SELECT EXISTS (SELECT FROM waiting w JOIN receipt r USING (receipt_id,"
                " collection_date) WHERE r.receipt_id = CAST(:id AS uuid))"
                " OR EXISTS (SELECT FROM late_receipt WHERE receipt_id = CAST(:id AS uuid))"
            ),
            {"id": receipt_id},
        )
    )


def move(session: Session, receipt_id: str, to_obligor_id: str) -> None:
    """Give a receipt to another obligor; its case is no longer known."""
    session.execute(
        text(
            "UPDATE receipt SET obligor_id = CAST(:to AS uuid), case_id = NULL"
            " WHERE receipt_id = CAST(:id AS uuid)"
        ),
        {"id": receipt_id, "to": to_obligor_id},
    )


def set_amount(session: Session, receipt_id: str, amount_cents: int) -> None:
    """Give a receipt another amount; what the sender kept for its costs stays what it was."""
    session.execute(
        text(
            "UPDATE receipt SET credited_cents = credited_cents - amount_cents + :cents,"
            " amount_cents = :cents WHERE receipt_id = CAST(:id AS uuid)"
        ),
        {"id": receipt_id, "cents": amount_cents},
    )


def has_obligation(session: Session, obligor_id: str) -> bool:
    """Return whether anything is ordered of somebody."""
    statement = (
        "SELECT EXISTS (SELECT FROM obligation_projection WHERE obligor_id = CAST(:id AS uuid))"
    )
    return bool(session.scalar(text(statement), {"id": obligor_id}))
