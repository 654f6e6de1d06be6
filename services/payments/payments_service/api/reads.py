"""Receipts, the ledger and disbursements, all of it for reading."""

import uuid

from chassis.dates import from_date, to_date
from chassis.errors import invalid_field, not_found
from chassis.grpc.paging import decode_token, encode_token, page_size
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.common.v1 import explanation_pb2 as common
from childsupport.payments.v1 import payments_service_pb2 as pb
from payments_service import explaining, messages
from payments_service.api import fti
from payments_service.domain.lanes import INSTITUTIONS
from payments_service.domain.limitation import barred_on
from payments_service.store import reads, totals, unposted
from payments_service.store.reads import AllocationRow, DisbursementRow, ReceiptRow
from policy import load


class ReceiptReads:
    """Reads receipts and explains them."""

    def GetReceipt(self, request: pb.GetReceiptRequest, work: Work) -> pb.GetReceiptResponse:
        row = _receipt(work, request.receipt_id)
        parts = reads.allocations(work.session, [row], steps=False)
        masked = _masked(work, "ReceiptReadService/GetReceipt", [row])
        found = parts.get(row.receipt_id, [])
        return pb.GetReceiptResponse(receipt=_receipt_message(row, found, masked=masked))

    def ListReceipts(self, request: pb.ListReceiptsRequest, work: Work) -> pb.ListReceiptsResponse:
        submission_id = _id(request.submission_id, "submission_id", required=False)
        obligor_id = _id(request.obligor_id, "obligor_id", required=False)
        if not (submission_id or obligor_id or request.state):
            raise invalid_field("submission_id", "set it, obligor_id or state")
        size = page_size(request)
        listing = f"receipts/{submission_id}/{obligor_id}/{request.state}"
        rows = reads.list_receipts(
            work.session,
            submission_id=submission_id,
            obligor_id=obligor_id,
            state=request.state,
            after=decode_token(work.keys, request.page_token, listing=listing),
            size=size + 1,
        )
        shown = rows[:size]
        parts = reads.allocations(work.session, shown, steps=False)
        masked = _masked(work, "ReceiptReadService/ListReceipts", shown)
        after = ""
        if len(rows) > size:
            after = str(shown[-1].line_number) if submission_id else shown[-1].receipt_id
        return pb.ListReceiptsResponse(
            receipts=[
                _receipt_message(row, parts.get(row.receipt_id, []), masked=masked) for row in shown
            ],
            next_page_token=encode_token(work.keys, after, listing=listing),
        )

    def ExplainReceipt(
        self, request: pb.ExplainReceiptRequest, work: Work
    ) -> pb.ExplainReceiptResponse:
        row = _receipt(work, request.receipt_id)
        policy = load(work.settings.jurisdiction)
        audience = explaining.audience_of(request.audience)
        rules = reads.rules(work.session)
        parts = reads.allocations(work.session, [row], steps=True).get(row.receipt_id, [])
        masked = _masked(work, "ReceiptReadService/ExplainReceipt", [row], request.audience)
        receipt = _receipt_message(row, parts, masked=masked)
        for message, part in zip(receipt.allocations, parts, strict=True):
            steps = explaining.part_steps(part, rules, policy, audience, masked=masked)
            message.steps.extend(steps)
        return pb.ExplainReceiptResponse(
            receipt=receipt,
            steps=explaining.receipt_steps(row, policy, audience, masked=masked),
        )


class LedgerReads:
    """Reads the ledger."""

    def GetTotals(self, request: pb.GetTotalsRequest, work: Work) -> pb.GetTotalsResponse:
        through = to_date(request.posting_date, "posting_date")
        found = totals.ledger_totals(work.session, through)
        late = unposted.findings(work.session, work.clock.now(), work.clock.today())
        findings = [*found.findings, *late]
        return pb.GetTotalsResponse(
            received_cents=found.received_cents,
            disbursed_cents=found.disbursed_cents,
            retained_cents=found.retained_cents,
            held_cents=found.held_cents,
            suspense_cents=found.suspense_cents,
            payable_cents=found.payable_cents,
            claims_cents=found.claims_cents,
            balanced=not findings,
            findings=findings,
        )

    def ListBalances(self, request: pb.ListBalancesRequest, work: Work) -> pb.ListBalancesResponse:
        obligor_id = _id(request.obligor_id, "obligor_id")
        policy = load(work.settings.jurisdiction)
        owed = reads.owed_of(work.session, obligor_id)
        barred = barred_on(owed, policy, work.clock.today())
        return pb.ListBalancesResponse(
            balances=[
                messages.stored_balance(row, barred.get(row.order_id))
                for row in reads.balances_of(work.session, obligor_id)
            ]
        )


class DisbursementReads:
    """Reads disbursements and explains them."""

    def ListDisbursements(
        self, request: pb.ListDisbursementsRequest, work: Work
    ) -> pb.ListDisbursementsResponse:
        day = to_date(request.business_date, "business_date")
        payee_id = _id(request.payee_id, "payee_id", required=False)
        if day is None and not payee_id:
            raise invalid_field("business_date", "set it or payee_id")
        size = page_size(request)
        listing = f"disbursements/{day}/{payee_id}"
        rows = reads.list_disbursements(
            work.session,
            business_date=day,
            payee_id=payee_id,
            after=decode_token(work.keys, request.page_token, listing=listing),
            size=size + 1,
        )
        shown = rows[:size]
        after = ""
        if len(rows) > size:
            after = f"{shown[-1].business_date}/{shown[-1].disbursement_id}"
        return pb.ListDisbursementsResponse(
            disbursements=[disbursement_message(row) for row in shown],
            next_page_token=encode_token(work.keys, after, listing=listing),
        )

    def ExplainDisbursement(
        self, request: pb.ExplainDisbursementRequest, work: Work
    ) -> pb.ExplainDisbursementResponse:
        id_ = _id(request.disbursement_id, "disbursement_id")
        row = reads.get_disbursement(work.session, id_)
        if row is None:
            raise not_found("disbursement", id_)
        policy = load(work.settings.jurisdiction)
        audience = explaining.audience_of(request.audience)
        rules = reads.rules(work.session)
        paid = reads.disbursed_allocations(work.session, id_)
        masked = not fti.may_see(work, request.audience)
        if not masked:
            sources = reads.sources(work.session, [part.receipt_id for part in paid])
            fti.note_shown(work, "DisbursementReadService/ExplainDisbursement", sources.items())
        parts = []
        for part in paid:
            message = messages.allocation_of(part)
            steps = explaining.part_steps(part, rules, policy, audience, masked=masked)
            message.steps.extend(steps)
            parts.append(pb.DisbursedPart(receipt_id=part.receipt_id, allocation=message))
        return pb.ExplainDisbursementResponse(disbursement=disbursement_message(row), parts=parts)


SERVICERS = (
    Servicer("childsupport.payments.v1.ReceiptReadService", ReceiptReads()),
    Servicer("childsupport.payments.v1.LedgerReadService", LedgerReads()),
    Servicer("childsupport.payments.v1.DisbursementReadService", DisbursementReads()),
)


def _receipt(work: Work, receipt_id: str) -> ReceiptRow:
    id_ = _id(receipt_id, "receipt_id")
    row = reads.get_receipt(work.session, id_)
    if row is None:
        raise not_found("receipt", id_)
    return row


def _id(value: str, field: str, *, required: bool = True) -> str:
    if not value and not required:
        return ""
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise invalid_field(field, f"must be a UUID; read {value!r}") from None


def _masked(
    work: Work,
    method: str,
    rows: list[ReceiptRow],
    audience: common.Audience.ValueType = common.AUDIENCE_UNSPECIFIED,
) -> bool:
    """Return whether sources have to be left out; records it when a refund's is shown."""
    if not fti.may_see(work, audience):
        return True
    fti.note_shown(work, method, ((row.receipt_id, row.source) for row in rows))
    return False


def _receipt_message(row: ReceiptRow, parts: list[AllocationRow], *, masked: bool) -> pb.Receipt:
    return pb.Receipt(
        receipt_id=row.receipt_id,
        submission_id=row.submission_id,
        line_number=row.line_number,
        trace_number=row.trace_number,
        state=row.state,  # type: ignore[arg-type]
        reason=row.reason,  # type: ignore[arg-type]
        detail=row.detail,
        amount_cents=row.amount_cents,
        credited_cents=row.credited_cents,
        obligor_id=row.obligor_id or "",
        collection_date=from_date(row.collection_date),
        settlement_date=from_date(row.settlement_date),
        posting_date=from_date(row.posting_date),
        revision=row.revision,
        source=pb.RECEIPT_SOURCE_UNSPECIFIED if masked else row.source,  # type: ignore[arg-type]
        allocations=[_allocation_message(part, masked=masked) for part in parts],
    )


def _allocation_message(part: AllocationRow, *, masked: bool) -> pb.Allocation:
    message = messages.allocation_of(part)
    reason = part.hold_reason or ""
    message.hold_reason = fti.plain_reason(reason) if masked else reason
    return message


def disbursement_message(row: DisbursementRow) -> pb.Disbursement:
    """Return a payment as the contract has it."""
    institution = row.payee_id in INSTITUTIONS.values()
    return pb.Disbursement(
        disbursement_id=row.disbursement_id,
        business_date=from_date(row.business_date),
        payee_kind=row.payee_kind,  # type: ignore[arg-type]
        payee_id="" if institution else row.payee_id,
        method=row.method,  # type: ignore[arg-type]
        amount_cents=row.amount_cents,
        reference=row.reference,
        file_name=row.file_name,
        recouped_cents=row.recouped_cents,
        reissued_cents=row.reissued_cents,
        state=row.state,  # type: ignore[arg-type]
        state_on=from_date(row.state_on),
        code=row.code,
    )
