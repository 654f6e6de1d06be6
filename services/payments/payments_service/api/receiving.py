"""Taking money in: one sum, an employer's check with its list, a file of collections."""

from collections.abc import Iterable

from chassis.dates import from_date, from_instant, to_date
from chassis.errors import PlatformError, invalid_field
from chassis.grpc.paging import decode_token, encode_token, page_size
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.payments.v1 import payments_service_pb2 as pb
from childsupport.payments.v1 import receipt_service_pb2 as receipt_pb
from payments_service.actions.importing import FileFacts, take_file
from payments_service.actions.receiving import Deposit, Intake
from payments_service.api.checks import (
    cents_of,
    received_on,
    sender_of,
    source_name,
    ssn_of,
)
from payments_service.api.fields import given_id
from payments_service.api.fti import SCOPE, may_see, note_shown
from payments_service.domain.model import Source
from payments_service.domain.receiving import Line
from payments_service.store import reads, receiving
from payments_service.store.reads import ReceiptRow
from payments_service.store.receiving import AdjustmentRow, Batch

MAX_LINES = 10_000
MAX_REFERENCE = 100
SINGLE = receipt_pb.COLLECTION_FILE_KIND_SINGLE
CHECK_LIST = receipt_pb.COLLECTION_FILE_KIND_CHECK_LIST
FEDERAL = receipt_pb.COLLECTION_FILE_KIND_FEDERAL_OFFSET
PLAIN_KINDS = frozenset({SINGLE, CHECK_LIST, receipt_pb.COLLECTION_FILE_KIND_ONLINE})
NOT_RECORDED = frozenset(
    {
        Source.EMPLOYER,
        Source.ONLINE,
        Source.FEDERAL_TAX_OFFSET,
        Source.FEDERAL_ADMINISTRATIVE_OFFSET,
    }
)
"""Sources that nobody records by hand: they come as files, or through the gateway."""


class Receiving:
    """Takes money in."""

    def RecordReceipt(
        self, request: receipt_pb.RecordReceiptRequest, work: Work
    ) -> receipt_pb.RecordReceiptResponse:
        line = _line(request, work)
        day = received_on(work, request.received_on, "received_on")
        deposit = Deposit(SINGLE, int(line.source), day, _reference(request.deposit, "deposit"))
        intake = Intake(work, deposit)
        (receipt_id,) = intake.add([line])
        intake.finish()
        row = reads.get_receipt(work.session, receipt_id)
        if row is None:
            raise RuntimeError(f"receipt {receipt_id} was not written")
        return receipt_pb.RecordReceiptResponse(receipt=_receipt(row))

    def RecordCheckList(
        self, request: receipt_pb.RecordCheckListRequest, work: Work
    ) -> receipt_pb.RecordCheckListResponse:
        day = received_on(work, request.received_on, "received_on")
        amount = cents_of(request.amount_cents, "amount_cents")
        if not 0 < len(request.lines) <= MAX_LINES:
            raise invalid_field("lines", f"must be 1 to {MAX_LINES}; read {len(request.lines)}")
        if not request.check_number.strip():
            raise invalid_field("check_number", "must be said")
        total = sum(line.amount_cents for line in request.lines)
        if total != amount:
            raise invalid_field("lines", f"sum to {total} cents, the check is of {amount}")
        sender = sender_of(request.sender)
        employer_id = given_id(request.employer_id, "employer_id", required=False)
        if not (sender.name or employer_id):
            raise invalid_field("sender.name", "must be said where the employer is not registered")
        number = _reference(request.check_number, "check_number")
        lines = [
            Line(
                line_number=n,
                amount_cents=cents_of(line.amount_cents, f"lines[{n - 1}].amount_cents"),
                credited_cents=line.amount_cents,
                source=Source.EMPLOYER_CHECK,
                instrument=receipt_pb.INSTRUMENT_CHECK,
                pay_date=to_date(line.pay_date, f"lines[{n - 1}].pay_date"),
                reference=number,
                obligor_id=_obligor(line.identity, work, f"lines[{n - 1}].identity"),
                case_identifier=line.identity.case_identifier,
                ssn=ssn_of(line.identity, f"lines[{n - 1}].identity"),
                name=line.identity.name,
                sender=sender,
                same_as=number,
            )
            for n, line in enumerate(request.lines, 1)
        ]
        source = int(Source.EMPLOYER_CHECK)
        deposit = Deposit(CHECK_LIST, source, day, number, employer_id, sender.name)
        intake = Intake(work, deposit)
        intake.add(lines)
        return receipt_pb.RecordCheckListResponse(batch=_batch(work, intake.finish()))

    def ImportCollections(
        self, request: Iterable[receipt_pb.ImportCollectionsRequest], work: Work
    ) -> receipt_pb.ImportCollectionsResponse:
        messages = iter(request)
        first = next(messages, receipt_pb.ImportCollectionsRequest())
        if not first.HasField("header"):
            raise invalid_field("header", "must stand in the first message of the stream")
        header = first.header
        if header.kind == FEDERAL and SCOPE not in work.caller.scopes:
            raise PlatformError(
                ErrorReason.ERROR_REASON_PERMISSION_DENIED,
                f"header.kind: such a file is federal tax information; its sender needs {SCOPE}",
                metadata={"scope": SCOPE},
            )
        settled = received_on(work, header.settlement_date, "header.settlement_date")
        name = _reference(header.file_name, "header.file_name")
        taken = take_file(
            work,
            FileFacts(header.kind, name, settled, header.sender.strip()),
            _chunks(first, messages),
        )
        if taken.problems:
            return receipt_pb.ImportCollectionsResponse(problems=taken.problems)
        if taken.batch is None:
            raise RuntimeError("a file was neither taken nor refused")
        return receipt_pb.ImportCollectionsResponse(
            batch=_batch(work, taken.batch), duplicate=taken.duplicate
        )


class ReceivingReads:
    """Reads what was taken in."""

    def ListCollectionBatches(
        self, request: receipt_pb.ListCollectionBatchesRequest, work: Work
    ) -> receipt_pb.ListCollectionBatchesResponse:
        size = page_size(request)
        since = to_date(request.since, "since")
        listing = f"batches/{since}"
        after = decode_token(work.keys, request.page_token, listing=listing)
        rows = receiving.list_batches(work.session, since, after, size + 1)
        shown = rows[:size]
        last = shown[-1].submission_id if len(rows) > size else ""
        return receipt_pb.ListCollectionBatchesResponse(
            batches=[_batch(work, row) for row in shown],
            next_page_token=encode_token(work.keys, last, listing=listing),
        )

    def ListAdjustments(
        self, request: receipt_pb.ListAdjustmentsRequest, work: Work
    ) -> receipt_pb.ListAdjustmentsResponse:
        size = page_size(request)
        after = decode_token(work.keys, request.page_token, listing="adjustments")
        rows = receiving.list_adjustments(work.session, after, size + 1)
        shown = rows[:size]
        last = shown[-1].adjustment_id if len(rows) > size else ""
        told = [(row.adjustment_id, int(Source.FEDERAL_TAX_OFFSET)) for row in shown]
        note_shown(work, "ReceivingReadService/ListAdjustments", told)
        return receipt_pb.ListAdjustmentsResponse(
            adjustments=[_adjustment(row) for row in shown],
            next_page_token=encode_token(work.keys, last, listing="adjustments"),
        )


SERVICERS = (
    Servicer("childsupport.payments.v1.ReceivingService", Receiving()),
    Servicer("childsupport.payments.v1.ReceivingReadService", ReceivingReads()),
)


def _line(request: receipt_pb.RecordReceiptRequest, work: Work) -> Line:
    if not request.source:
        raise invalid_field("source", "must be said")
    source = Source(request.source)
    if source in NOT_RECORDED:
        raise invalid_field("source", f"{source_name(source)} is not recorded by hand")
    if not request.instrument:
        raise invalid_field("instrument", "must be said")
    is_cash = request.instrument == receipt_pb.INSTRUMENT_CASH
    reference = _reference(request.reference, "reference")
    if not (reference or is_cash):
        raise invalid_field("reference", "must be the number of what was sent; only cash has none")
    amount = cents_of(request.amount_cents, "amount_cents")
    identity = request.identity
    return Line(
        line_number=1,
        amount_cents=amount,
        credited_cents=amount,
        source=source,
        instrument=request.instrument,
        reference=reference,
        obligor_id=_obligor(identity, work, "identity"),
        case_identifier=identity.case_identifier,
        ssn=ssn_of(identity, "identity"),
        name=identity.name,
        sender=sender_of(request.sender),
        same_as=reference,
    )


def _obligor(identity: receipt_pb.PayerIdentity, work: Work, field: str) -> str:
    obligor_id = given_id(identity.obligor_id, f"{field}.obligor_id", required=False)
    if obligor_id and not receiving.is_obligor(work.session, obligor_id):
        expected = "must be the obligor of a case that is known here"
        raise invalid_field(f"{field}.obligor_id", expected)
    return obligor_id


def _reference(value: str, field: str) -> str:
    text = value.strip()
    if len(text) > MAX_REFERENCE or not text.isprintable():
        raise invalid_field(field, f"must be at most {MAX_REFERENCE} printable characters")
    return text


def _chunks(
    first: receipt_pb.ImportCollectionsRequest,
    others: Iterable[receipt_pb.ImportCollectionsRequest],
) -> Iterable[bytes]:
    yield first.chunk
    for message in others:
        if message.HasField("header"):
            raise invalid_field("header", "must stand in the first message only")
        yield message.chunk


def _receipt(row: ReceiptRow) -> pb.Receipt:
    return pb.Receipt(
        receipt_id=row.receipt_id,
        submission_id=row.submission_id,
        line_number=row.line_number,
        state=row.state,  # type: ignore[arg-type]
        reason=row.reason,  # type: ignore[arg-type]
        detail=row.detail,
        amount_cents=row.amount_cents,
        credited_cents=row.credited_cents,
        obligor_id=row.obligor_id or "",
        collection_date=from_date(row.collection_date),
        settlement_date=from_date(row.settlement_date),
    )


def _batch(work: Work, batch: Batch) -> receipt_pb.CollectionBatch:
    """Return a batch; of what it came as, no more than the caller may know (26 USC 6103)."""
    shown = may_see(work)
    if shown and batch.kind == FEDERAL:
        method = "ReceivingReadService/ListCollectionBatches"
        note_shown(work, method, [(batch.submission_id, int(Source.FEDERAL_TAX_OFFSET))])
    return receipt_pb.CollectionBatch(
        submission_id=batch.submission_id,
        kind=batch.kind if shown else 0,  # type: ignore[arg-type]
        source=batch.source if shown else 0,  # type: ignore[arg-type]
        # The name of an agency's file may tell which agency it is.
        reference=batch.reference if shown or batch.kind in PLAIN_KINDS else "",
        amount_cents=batch.amount_cents,
        line_count=batch.line_count,
        identified_count=batch.identified_count,
        held_count=batch.held_count,
        suspended_count=batch.suspended_count,
        adjustment_cents=batch.adjustment_cents,
        adjustment_count=batch.adjustment_count,
        record_time=from_instant(batch.recorded_at),
    )


def _adjustment(row: AdjustmentRow) -> receipt_pb.Adjustment:
    return receipt_pb.Adjustment(
        adjustment_id=row.adjustment_id,
        submission_id=row.submission_id,
        line_number=row.line_number,
        obligor_id=row.obligor_id or "",
        receipt_id=row.receipt_id or "",
        amount_cents=row.amount_cents,
        settlement_date=from_date(row.settlement_date),
    )
