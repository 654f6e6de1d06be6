"""Suspense worked by people: what waits, whom it may be for, what is proposed and done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from chassis.copying import copy_rows
from payments_service.store import tables
from payments_service.store.receiving import DETAIL_COLUMNS

WAITING, DONE, REJECTED = 1, 2, 3
"""State of a proposal."""
SPLIT = 6
"""ReceiptState of a receipt whose parts are receipts of their own."""
REVERSED = 4


class Unidentified(NamedTuple):
    """A receipt that nobody could identify, by what its sender wrote."""

    receipt_id: str
    case_key: str
    ssn_hash: bytes | None


def unidentified(
    session: Session, keys: Iterable[str], hashes: Iterable[bytes]
) -> list[Unidentified]:
    """Return what waits, unidentified, under one of these numbers."""
    wanted = {"keys": sorted({key for key in keys if key}), "hashes": sorted(set(hashes))}
    if not any(wanted.values()):
        return []
    rows = session.execute(
        text(
            "SELECT d.receipt_id::text, d.case_key, d.ssn_hash FROM receipt_detail d"
            " JOIN receipt r USING (receipt_id)"
            " WHERE ((d.case_key <> '' AND d.case_key = ANY(:keys)) OR d.ssn_hash = ANY(:hashes))"
            "   AND r.state IN (1, 3) AND r.reason IN (1, 2, 3) AND r.obligor_id IS NULL"
            " ORDER BY 1"
        ),
        wanted,
    )
    return [Unidentified(id_, key, hash_ and bytes(hash_)) for id_, key, hash_ in rows]


def name(session: Session, receipt_id: str, obligor_id: str) -> None:
    """Name the obligor of a suspended receipt; a timer takes it out of suspense and posts it."""
    session.execute(
        text(
            "INSERT INTO identification (receipt_id, obligor_id)"
            " VALUES (CAST(:receipt AS uuid), CAST(:obligor AS uuid))"
            " ON CONFLICT (receipt_id) DO UPDATE SET obligor_id = excluded.obligor_id"
        ),
        {"receipt": receipt_id, "obligor": obligor_id},
    )


class Item(NamedTuple):
    """A suspended receipt with what is proposed for it."""

    receipt_id: str
    submission_id: str
    line_number: int
    trace_number: str
    state: int
    reason: int
    detail: str
    amount_cents: int
    credited_cents: int
    obligor_id: str | None
    collection_date: date
    settlement_date: date
    posting_date: date | None
    written: bytes | None
    case_key: str | None
    ssn_hash: bytes | None
    sender_key: str | None
    employer_name: str
    task_id: str | None


_ITEM = """
SELECT r.receipt_id::text, r.submission_id::text, r.line_number, r.trace_number, r.state, r.reason,
       r.detail, r.amount_cents, r.credited_cents, r.obligor_id::text, r.collection_date,
       r.settlement_date, r.posting_date, d.written, d.case_key, d.ssn_hash, d.sender_key,
       b.employer_name, t.task_id::text
  FROM suspended s JOIN receipt r USING (receipt_id) JOIN submission b USING (submission_id)
  LEFT JOIN receipt_detail d USING (receipt_id)
  LEFT JOIN suspense_task t ON t.receipt_id = s.receipt_id AND t.state = 1
"""


def items(session: Session, until: date, after: tuple[date, str] | None, size: int) -> list[Item]:
    """Return a page of suspended receipts that were settled by a day, the oldest first."""
    rows = session.execute(
        text(
            f"{_ITEM} WHERE r.settlement_date <= :until"
            " AND (CAST(:day AS date) IS NULL"
            "      OR (r.settlement_date, r.receipt_id) > (:day, CAST(:id AS uuid)))"
            " ORDER BY r.settlement_date, r.receipt_id LIMIT :size"
        ),
        {
            "until": until,
            "day": after[0] if after else None,
            "id": after[1] if after else None,
            "size": size,
        },
    )
    return [Item(*row) for row in rows]


def item(session: Session, receipt_id: str) -> Item | None:
    """Return a suspended receipt; None when it is not in suspense."""
    row = session.execute(
        text(f"{_ITEM} WHERE s.receipt_id = CAST(:id AS uuid)"), {"id": receipt_id}
    ).first()
    return None if row is None else Item(*row)


def by_day(session: Session) -> list[tuple[date, int, int]]:
    """Return suspense by day of settlement: (day, receipts, cents)."""
    rows = session.execute(
        text(
            "SELECT r.settlement_date, count(*), sum(r.amount_cents)::bigint"
            " FROM suspended s JOIN receipt r USING (receipt_id) GROUP BY 1 ORDER BY 1"
        )
    )
    return [(day, count, cents) for day, count, cents in rows]


class Person(NamedTuple):
    """An obligor, with one of his cases."""

    obligor_id: str
    name: str
    case_number: str


def people(session: Session, ids: Iterable[str]) -> list[Person]:
    """Return obligors by their ids."""
    rows = session.execute(
        text(
            "SELECT c.obligor_id::text, coalesce(max(p.name), ''), min(c.case_number)"
            " FROM case_projection c"
            " LEFT JOIN participant_projection p ON p.participant_id = c.obligor_id"
            " WHERE c.obligor_id = ANY(CAST(:ids AS uuid[])) GROUP BY 1 ORDER BY 1"
        ),
        {"ids": sorted(set(ids))},
    )
    return [Person(*row) for row in rows]


def obligors_named(session: Session, words: Sequence[str], most: int) -> list[str]:
    """Return obligors in whose name all of these words stand."""
    if not words:
        return []
    rows = session.scalars(
        text(
            "SELECT DISTINCT p.participant_id::text FROM participant_projection p"
            " JOIN case_projection c ON c.obligor_id = p.participant_id"
            " WHERE upper(p.name) LIKE ALL(:words) ORDER BY 1 LIMIT :most"
        ),
        {"words": [f"%{word}%" for word in words], "most": most},
    )
    return list(rows)


def obligors_paid_for(session: Session, sender_key: str, cents: int, most: int) -> list[str]:
    """Return to whom a sender's earlier money of the same amount was posted, the latest first."""
    rows = session.execute(
        text(
            "SELECT r.obligor_id::text, max(r.receipt_id::text) FROM receipt_detail d"
            " JOIN receipt r USING (receipt_id)"
            " WHERE d.sender_key = :sender AND r.amount_cents = :cents AND r.state = 2"
            " GROUP BY 1 ORDER BY 2 DESC LIMIT :most"
        ),
        {"sender": sender_key, "cents": cents, "most": most},
    )
    return [id_ for id_, _ in rows]


@dataclass(frozen=True, slots=True)
class Task:
    """What somebody proposes to do with a receipt. `payee` is encrypted."""

    task_id: str
    receipt_id: str
    action: int
    state: int
    parts: list[list[Any]]
    payee: bytes | None
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str = ""


_TASK = (
    "task_id::text, receipt_id::text, action, state, parts, payee, reason, proposed_by,"
    " proposed_at, decided_by"
)


def add_task(session: Session, task: Task) -> bool:
    """Write a proposal; False when one waits for the receipt already."""
    values = {
        "task_id": task.task_id,
        "receipt_id": task.receipt_id,
        "action": task.action,
        "state": task.state,
        "parts": task.parts,
        "payee": task.payee,
        "reason": task.reason,
        "proposed_by": task.proposed_by,
        "proposed_at": task.proposed_at,
    }
    statement = upsert(tables.suspense_task).on_conflict_do_nothing()
    added = session.execute(statement.returning(tables.suspense_task.c.task_id), values).first()
    return added is not None


def lock_task(session: Session, task_id: str) -> Task | None:
    """Return a proposal, locked; None when there is none."""
    row = session.execute(
        text(f"SELECT {_TASK} FROM suspense_task WHERE task_id = CAST(:id AS uuid) FOR UPDATE"),  # noqa: S608 - no value in it
        {"id": task_id},
    ).first()
    return None if row is None else Task(*row)


def decide_task(session: Session, task_id: str, state: int, by: str, at: datetime) -> None:
    """Note how a proposal was decided."""
    session.execute(
        text(
            "UPDATE suspense_task SET state = :state, decided_by = :by, decided_at = :at"
            " WHERE task_id = CAST(:id AS uuid)"
        ),
        {"id": task_id, "state": state, "by": by, "at": at},
    )


def waiting_tasks(session: Session, after: str, size: int) -> list[Task]:
    """Return a page of proposals that wait, the oldest first."""
    rows = session.execute(
        text(
            f"SELECT {_TASK} FROM suspense_task WHERE state = 1"  # noqa: S608 - no value in it
            " AND (:after = '' OR task_id > CAST(nullif(:after, '') AS uuid))"
            " ORDER BY task_id LIMIT :size"
        ),
        {"after": after, "size": size},
    )
    return [Task(*row) for row in rows]


class Suspended(NamedTuple):
    """A suspended receipt whose money is about to move."""

    receipt_id: str
    lane: int
    booked_obligor_id: str
    submission_id: str
    amount_cents: int
    credited_cents: int
    pay_date: date | None
    settlement_date: date
    collection_date: date
    due_date: date
    obligor_id: str | None
    reason: int
    detail: str
    suspensions: int
    source: int
    employer_id: str | None


def lane_of_suspended(session: Session, receipt_id: str) -> int | None:
    """Return the lane that a suspended receipt is booked in; None when it is not in suspense."""
    lane = session.scalar(
        text("SELECT lane FROM suspended WHERE receipt_id = CAST(:id AS uuid)"), {"id": receipt_id}
    )
    return None if lane is None else int(lane)


def lock_suspended(session: Session, receipt_id: str) -> Suspended | None:
    """Return a suspended receipt, locked; its lane must be locked before."""
    row = session.execute(
        text(
            "SELECT s.receipt_id::text, s.lane, s.booked_obligor_id::text, r.submission_id::text,"
            " r.amount_cents, r.credited_cents, r.pay_date, r.settlement_date,"
            " r.collection_date, r.due_date, r.obligor_id::text, r.reason, r.detail,"
            " r.suspensions, r.source, r.employer_id::text"
            " FROM suspended s JOIN receipt r USING (receipt_id)"
            " WHERE s.receipt_id = CAST(:id AS uuid) FOR UPDATE OF s"
        ),
        {"id": receipt_id},
    ).first()
    return None if row is None else Suspended(*row)


def last_line(session: Session, submission_id: str) -> int:
    """Return the number of a submission's last line."""
    return int(
        session.scalar(
            text("SELECT max(line_number) FROM receipt WHERE submission_id = CAST(:id AS uuid)"),
            {"id": submission_id},
        )
        or 0
    )


def leave(session: Session, receipt_id: str, state: int, detail: str, on: date) -> None:
    """Take a receipt out of suspense for good: it was split, or paid back."""
    parameters = {"id": receipt_id, "state": state, "detail": detail, "on": on}
    for table in (tables.suspended, tables.identification):
        session.execute(delete(table).where(table.c.receipt_id == receipt_id))
    session.execute(
        text(
            "UPDATE receipt SET state = :state, reason = 0, detail = :detail, posting_date = :on"
            " WHERE receipt_id = CAST(:id AS uuid)"
        ),
        parameters,
    )


def copy_details(session: Session, parent_id: str, children: Sequence[str]) -> None:
    """Give the parts of a split receipt what its sender wrote."""
    row = session.execute(
        text(
            "SELECT instrument, reference, sender_key, case_key, ssn_hash, written"
            " FROM receipt_detail WHERE receipt_id = CAST(:id AS uuid)"
        ),
        {"id": parent_id},
    ).first()
    # What was split is not identified by what stood on the whole: that was wrong or not enough.
    instrument, reference, sender, _, _, written = row or (0, "", "", "", None, None)
    copy_rows(
        session,
        "receipt_detail",
        DETAIL_COLUMNS,
        (
            (child, instrument, reference, sender, "", None, written, b"", parent_id)
            for child in children
        ),
    )


def owe_back(session: Session, receipt: Suspended, payee_id: str, payee_kind: int) -> None:
    """Write the one part of a receipt that goes back whole, and owe it to its payee."""
    values = {
        "obligor": receipt.booked_obligor_id,
        "receipt": receipt.receipt_id,
        "payee": payee_id,
        "kind": payee_kind,
        "cents": receipt.amount_cents,
        "settled": receipt.settlement_date,
        "due": receipt.due_date,
    }
    session.execute(
        text(
            "INSERT INTO allocation (obligor_id, receipt_id, sequence, support, current, bucket,"
            " amount_cents, credited_cents, payee_kind, payee_id, steps)"
            " VALUES (CAST(:obligor AS uuid), CAST(:receipt AS uuid), 1, 0, false, 0, :cents, 0,"
            " :kind, CAST(:payee AS uuid), '[]')"
        ),
        values,
    )
    session.execute(
        text(
            "INSERT INTO payable (payee_id, obligor_id, receipt_id, sequence, payee_kind,"
            " amount_cents, settlement_date, due_date)"
            " VALUES (CAST(:payee AS uuid), CAST(:obligor AS uuid), CAST(:receipt AS uuid), 1,"
            " :kind, :cents, :settled, :due)"
        ),
        values,
    )
