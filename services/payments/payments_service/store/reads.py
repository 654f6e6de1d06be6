"""Reading for answers: receipts with their parts, balances, disbursements."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_service.domain.limitation import Owed
from payments_service.domain.model import Support


class ReceiptRow(NamedTuple):
    """A receipt as it stands."""

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
    pay_date: date | None
    source: int = 1
    revision: int = 0


class AllocationRow(NamedTuple):
    """A part of a receipt, with the disbursement that paid it out."""

    receipt_id: str
    sequence: int
    case_id: str | None
    case_number: str | None
    obligation_id: str | None
    support: int
    current: bool
    bucket: int
    amount_cents: int
    credited_cents: int
    payee_kind: int
    payee_id: str | None
    disbursement_id: str | None
    steps: Any
    hold_reason: str | None = None


class DisbursementRow(NamedTuple):
    """A payment out."""

    disbursement_id: str
    business_date: date
    payee_kind: int
    payee_id: str
    method: int
    amount_cents: int
    reference: str
    file_name: str
    recouped_cents: int
    reissued_cents: int
    state: int
    state_on: date | None
    code: str


class BalanceFacts(NamedTuple):
    """A balance with the obligation that it belongs to."""

    obligor_id: str
    obligation_id: str
    case_id: str
    support: int
    bucket: int
    month: date | None
    due_cents: int
    version: int
    monthly_cents: int
    order_id: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """What a checksum in stored steps stands for."""

    rule_id: str
    citation: str
    confidence: str


_RECEIPT = (
    "r.receipt_id::text, r.submission_id::text, r.line_number, r.trace_number, r.state, r.reason,"
    " r.detail, r.amount_cents, r.credited_cents, r.obligor_id::text, r.collection_date,"
    " r.settlement_date, r.posting_date, r.pay_date, r.source, r.revision"
)


_ALLOCATION = (
    "a.receipt_id::text, a.sequence, a.case_id::text, c.case_number, a.obligation_id::text,"
    " a.support, a.current, a.bucket, a.amount_cents, a.credited_cents, a.payee_kind,"
    " a.payee_id::text, p.disbursement_id::text"
)


def get_receipt(session: Session, receipt_id: str) -> ReceiptRow | None:
    """Return a receipt; None when there is none."""
    row = session.execute(
        text(f"SELECT {_RECEIPT} FROM receipt r WHERE receipt_id = CAST(:id AS uuid)"),  # noqa: S608 - no value in it
        {"id": receipt_id},
    ).first()
    return None if row is None else ReceiptRow(*row)


def list_receipts(
    session: Session, *, submission_id: str, obligor_id: str, state: int, after: str, size: int
) -> list[ReceiptRow]:
    """Return a page of receipts: by line within a submission, else by id (the order of arrival)."""
    filters, parameters = [], {"size": size}
    if submission_id:
        filters.append("r.submission_id = CAST(:submission AS uuid) AND r.line_number > :after")
        parameters |= {"submission": submission_id, "after": int(after or 0)}  # type: ignore[dict-item]
    elif after:
        filters.append("r.receipt_id > CAST(:after AS uuid)")
        parameters |= {"after": after}  # type: ignore[dict-item]
    if obligor_id:
        filters.append("r.obligor_id = CAST(:obligor AS uuid)")
        parameters |= {"obligor": obligor_id}  # type: ignore[dict-item]
    if state:
        filters.append("r.state = :state")
        parameters |= {"state": state}
    order = "r.line_number" if submission_id else "r.receipt_id"
    where = " AND ".join(filters) or "true"
    statement = f"SELECT {_RECEIPT} FROM receipt r WHERE {where} ORDER BY {order} LIMIT :size"  # noqa: S608 - no value in it
    return [ReceiptRow(*row) for row in session.execute(text(statement), parameters)]


def allocations(
    session: Session, receipts: Sequence[ReceiptRow], *, steps: bool
) -> dict[str, list[AllocationRow]]:
    """Return the parts of receipts, by receipt; `steps` are left None unless asked for."""
    known = [r for r in receipts if r.obligor_id]
    column = "a.steps" if steps else "NULL"
    rows = session.execute(
        text(
            f"SELECT {_ALLOCATION}, {column}, h.reason"  # noqa: S608 - no value in it
            " FROM unnest(CAST(:obligors AS uuid[]), CAST(:receipts AS uuid[]))"
            "   AS k (obligor_id, receipt_id)"
            " JOIN part_in_force a USING (obligor_id, receipt_id)"
            " LEFT JOIN case_projection c ON c.case_id = a.case_id"
            " LEFT JOIN disbursement_part p ON p.receipt_id = a.receipt_id"
            "   AND p.sequence = coalesce(a.paid_as, a.sequence)"
            "   AND p.obligor_id = a.obligor_id"
            " LEFT JOIN hold h ON h.payee_id = a.payee_id AND h.obligor_id = a.obligor_id"
            "   AND h.receipt_id = a.receipt_id AND h.sequence = a.sequence"
            "   AND h.released_on IS NULL"
            " ORDER BY a.receipt_id, a.sequence"
        ),
        {
            "obligors": [r.obligor_id for r in known],
            "receipts": [r.receipt_id for r in known],
        },
    )
    found: dict[str, list[AllocationRow]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(AllocationRow(*row))
    return found


def sources(session: Session, receipt_ids: Sequence[str]) -> dict[str, int]:
    """Return where receipts came from, by receipt."""
    rows = session.execute(
        text(
            "SELECT receipt_id::text, source FROM receipt"
            " WHERE receipt_id = ANY(CAST(:ids AS uuid[]))"
        ),
        {"ids": list(receipt_ids)},
    )
    return {row.receipt_id: row.source for row in rows}


def rules(session: Session) -> Mapping[str, RuleRow]:
    """Return every rule that was ever applied, by its checksum in steps."""
    rows = session.execute(text("SELECT checksum, rule_id, citation, confidence FROM applied_rule"))
    return {checksum: RuleRow(*rest) for checksum, *rest in rows}


_BALANCE = (
    "SELECT b.obligor_id::text, b.obligation_id::text, o.case_id::text, o.support, b.bucket,"
    " b.month, b.due_cents, b.version, o.monthly_cents, o.order_id::text"
    " FROM balance b JOIN obligation_projection o USING (obligation_id)"
)


def balances_of(session: Session, obligor_id: str) -> list[BalanceFacts]:
    """Return what an obligor owes, by case, obligation and bucket."""
    rows = session.execute(
        text(
            f"{_BALANCE} WHERE b.obligor_id = CAST(:id AS uuid)"
            " ORDER BY o.case_id, b.obligation_id, b.bucket"
        ),
        {"id": obligor_id},
    )
    return [BalanceFacts(*row) for row in rows]


def owed_of(session: Session, obligor_id: str) -> list[Owed]:
    """Return what an obligor's orders oblige to, and until when."""
    rows = session.execute(
        text(
            "SELECT order_id::text, support, monthly_cents, effective_to"
            " FROM obligation_projection WHERE obligor_id = CAST(:id AS uuid)"
        ),
        {"id": obligor_id},
    )
    return [Owed(order_id, Support(kind), cents, last) for order_id, kind, cents, last in rows]


def all_balances(session: Session, after: tuple[str, str, int], size: int) -> list[BalanceFacts]:
    """Return a page of all balances, by obligor, obligation and bucket."""
    rows = session.execute(
        text(
            f"{_BALANCE} WHERE (b.obligor_id, b.obligation_id, b.bucket)"
            " > (CAST(:obligor AS uuid), CAST(:obligation AS uuid), :bucket)"
            " ORDER BY b.obligor_id, b.obligation_id, b.bucket LIMIT :size"
        ),
        {"obligor": after[0], "obligation": after[1], "bucket": after[2], "size": size},
    )
    return [BalanceFacts(*row) for row in rows]


def posted_receipts(
    session: Session, since: date | None, after: str, size: int
) -> list[tuple[ReceiptRow, str]]:
    """Return a page of posted receipts by id, each with the name of who sent it."""
    rows = session.execute(
        text(
            f"SELECT {_RECEIPT}, s.employer_name FROM receipt r JOIN submission s"  # noqa: S608 - no value in it
            " USING (submission_id) WHERE r.state = 2 AND r.receipt_id > CAST(:after AS uuid)"
            " AND (CAST(:since AS date) IS NULL OR r.posting_date >= :since)"
            " ORDER BY r.receipt_id LIMIT :size"
        ),
        {"after": after, "since": since, "size": size},
    )
    return [(ReceiptRow(*row[:-1]), row[-1]) for row in rows]


_DISBURSEMENT = (
    "SELECT d.disbursement_id::text, d.business_date, d.payee_kind, d.payee_id::text, d.method,"
    " d.amount_cents, d.reference, d.file_name, d.recouped_cents, d.reissued_cents, d.state,"
    " d.state_on, d.code FROM disbursement d"
)


def list_disbursements(
    session: Session, *, business_date: date | None, payee_id: str, after: str, size: int
) -> list[DisbursementRow]:
    """Return a page of disbursements, by date and id; `after`: "date/id" of the last one."""
    day, _, id_ = after.partition("/")
    rows = session.execute(
        text(
            f"{_DISBURSEMENT}"
            " WHERE (CAST(:on AS date) IS NULL OR d.business_date = :on)"
            " AND (:payee = '' OR d.payee_id::text = :payee)"
            " AND (:day = '' OR (d.business_date, d.disbursement_id)"
            "      > (CAST(nullif(:day, '') AS date), CAST(nullif(:id, '') AS uuid)))"
            " ORDER BY d.business_date, d.disbursement_id LIMIT :size"
        ),
        {"on": business_date, "payee": payee_id, "day": day, "id": id_, "size": size},
    )
    return [DisbursementRow(*row) for row in rows]


def get_disbursement(session: Session, disbursement_id: str) -> DisbursementRow | None:
    """Return a disbursement; None when there is none."""
    row = session.execute(
        text(f"{_DISBURSEMENT} WHERE d.disbursement_id = CAST(:id AS uuid)"),
        {"id": disbursement_id},
    ).first()
    return None if row is None else DisbursementRow(*row)


def disbursed_allocations(session: Session, disbursement_id: str) -> list[AllocationRow]:
    """Return the parts that a disbursement pays out, also again, with their steps."""
    rows = session.execute(
        text(
            f"SELECT {_ALLOCATION}, a.steps FROM disbursement d"  # noqa: S608 - no value in it
            " JOIN disbursement_part p USING (payee_id, disbursement_id)"
            " JOIN allocation a USING (obligor_id, receipt_id, sequence)"
            " LEFT JOIN case_projection c ON c.case_id = a.case_id"
            " WHERE d.disbursement_id = CAST(:id AS uuid) OR d.disbursement_id IN ("
            "  SELECT b.disbursement_id FROM came_back b WHERE b.paid_by = CAST(:id AS uuid))"
            " ORDER BY a.receipt_id, a.sequence"
        ),
        {"id": disbursement_id},
    )
    return [AllocationRow(*row) for row in rows]


def decode_steps(stored: Any) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Return stored steps as (checksum, inputs, outputs)."""
    raw = json.loads(stored) if isinstance(stored, str) else stored
    return [(checksum, inputs, outputs) for checksum, inputs, outputs in raw or []]
