"""Domain facts as messages of the contract."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import TypeVar

from chassis.dates import from_date
from chassis.events import MAX_PAGE_ITEMS
from childsupport.payments.v1 import events_pb2 as events
from childsupport.payments.v1 import payments_service_pb2 as pb
from payments_service.domain.books import Books
from payments_service.domain.model import Bucket, Obligation, Part
from payments_service.store.allocations import EXCESS, UNDECIDED
from payments_service.store.disbursements import PaidPart
from payments_service.store.ledger import BalanceRow
from payments_service.store.reads import AllocationRow, BalanceFacts
from payments_service.store.receipts import Waiting

T = TypeVar("T")

BUCKETS = tuple(Bucket)
NO_PAYEE_ADDRESS = "no_payee_address"
HOLD_DETAILS = {
    EXCESS: "More was paid than is owed now; it is held until it can be used or returned.",
    UNDECIDED: "No rule in force says who is paid out of this kind of past-due support.",
    NO_PAYEE_ADDRESS: "The payee has neither a bank account nor an address on file.",
}
HELD_BY_OFFICE = "The office holds it while it looks into a question."


def pages(items: Iterable[T], size: int = MAX_PAGE_ITEMS) -> Iterator[list[T]]:
    """Yield items in lists of at most `size`."""
    rest = iter(items)
    while page := list(islice(rest, size)):
        yield page


def balance_state(row: BalanceRow, obligation: Obligation) -> events.BalanceState:
    """Return a balance as the other services may know it."""
    return events.BalanceState(
        balance=pb.Balance(
            obligation_id=row.obligation_id,
            case_id=obligation.case_id,
            support_type=int(obligation.support),  # type: ignore[arg-type]
            current=row.bucket == 0,
            bucket=row.bucket,  # type: ignore[arg-type]
            due_cents=row.due_cents,
            month=from_date(row.month) if row.bucket == 0 else None,
        ),
        obligor_id=row.obligor_id,
        version=row.version,
        monthly_amount_cents=obligation.monthly_cents,
    )


def allocation(sequence: int, part: Part, case_number: str) -> pb.Allocation:
    """Return a part without its steps."""
    return pb.Allocation(
        sequence=sequence,
        case_id=part.case_id,
        case_number=case_number,
        obligation_id=part.obligation_id,
        support_type=part.support,  # type: ignore[arg-type]
        current=part.current,
        bucket=int(part.bucket),  # type: ignore[arg-type]
        amount_cents=part.amount_cents,
        credited_cents=part.credited_cents,
        payee_kind=int(part.payee),  # type: ignore[arg-type]
        payee_id=part.payee_id,
    )


def collection(
    receipt: Waiting,
    parts: Sequence[Part],
    books: Books,
    balances: Mapping[tuple[str, int], events.BalanceState],
) -> events.Collection:
    """Return a posted receipt with the balances that it touched, as they stand after its page."""
    touched = dict.fromkeys(
        (part.obligation_id, int(part.bucket)) for part in parts if part.obligation_id
    )
    cases = books.cases
    return events.Collection(
        receipt_id=receipt.receipt_id,
        obligor_id=books.obligor_id,
        amount_cents=receipt.amount_cents,
        credited_cents=receipt.credited_cents,
        collection_date=from_date(receipt.collection_date),
        allocations=[
            allocation(n, part, cases[part.case_id].case_number if part.case_id else "")
            for n, part in enumerate(parts, 1)
        ],
        remitter_name=receipt.employer_name,
        submission_id=receipt.submission_id,
        balances=[balances[key] for key in touched if key in balances],
    )


def suspended(receipt: Waiting, reason: int, detail: str) -> events.SuspendedReceipt:
    """Return a receipt in suspense."""
    return events.SuspendedReceipt(
        receipt_id=receipt.receipt_id,
        submission_id=receipt.submission_id,
        employer_id=receipt.employer_id,
        line_number=receipt.line_number,
        trace_number=receipt.trace_number,
        amount_cents=receipt.amount_cents,
        reason=reason,  # type: ignore[arg-type]
        detail=detail,
        obligor_id=receipt.obligor_id or "",
    )


def hold_reason(part: Part) -> str:
    """Return why a part is held from the start, as a code."""
    return UNDECIDED if part.obligation_id else EXCESS


def hold(receipt_id: str, sequence: int, part: Part) -> events.Hold:
    """Return money that is held from the start."""
    reason = hold_reason(part)
    return events.Hold(
        receipt_id=receipt_id,
        sequence=sequence,
        participant_id=part.payee_id,
        amount_cents=part.amount_cents,
        reason=reason,
        detail=HOLD_DETAILS[reason],
    )


def paid_part(part: PaidPart, disbursement_id: str) -> pb.DisbursedPart:
    """Return a part that was paid out, without its steps."""
    return pb.DisbursedPart(
        receipt_id=part.receipt_id,
        allocation=pb.Allocation(
            sequence=part.sequence,
            case_id=part.case_id or "",
            case_number=part.case_number or "",
            obligation_id=part.obligation_id or "",
            support_type=part.support,  # type: ignore[arg-type]
            current=part.current,
            bucket=part.bucket,  # type: ignore[arg-type]
            amount_cents=part.amount_cents,
            credited_cents=part.credited_cents,
            payee_kind=part.payee_kind,  # type: ignore[arg-type]
            payee_id=part.payee_id or "",
            disbursement_id=disbursement_id,
        ),
    )


def allocation_of(row: AllocationRow) -> pb.Allocation:
    """Return a stored part, without its steps."""
    return pb.Allocation(
        sequence=row.sequence,
        case_id=row.case_id or "",
        case_number=row.case_number or "",
        obligation_id=row.obligation_id or "",
        support_type=row.support,  # type: ignore[arg-type]
        current=row.current,
        bucket=row.bucket,  # type: ignore[arg-type]
        amount_cents=row.amount_cents,
        credited_cents=row.credited_cents,
        payee_kind=row.payee_kind,  # type: ignore[arg-type]
        payee_id=row.payee_id or "",
        disbursement_id=row.disbursement_id or "",
    )


def balance_of(row: BalanceFacts) -> events.BalanceState:
    """Return a stored balance as the other services may know it."""
    return events.BalanceState(
        balance=stored_balance(row),
        obligor_id=row.obligor_id,
        version=row.version,
        monthly_amount_cents=row.monthly_cents,
    )


def stored_balance(row: BalanceFacts, barred_on: date | None = None) -> pb.Balance:
    """Return a stored balance; `barred_on`: from when on arrears cannot be collected."""
    return pb.Balance(
        obligation_id=row.obligation_id,
        case_id=row.case_id,
        support_type=row.support,  # type: ignore[arg-type]
        current=row.bucket == 0,
        bucket=row.bucket,  # type: ignore[arg-type]
        due_cents=row.due_cents,
        month=from_date(row.month) if row.bucket == 0 else None,
        barred_on=from_date(barred_on) if row.bucket else None,
    )
