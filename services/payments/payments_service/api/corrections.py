"""Corrections of receipts, and the claims that they led to."""

from chassis.dates import from_date, from_instant
from chassis.errors import not_found
from chassis.grpc.paging import decode_token, encode_token, page_size
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.payments.v1 import correction_service_pb2 as pb
from payments_service.actions import correcting
from payments_service.api.checks import cents_of
from payments_service.api.fields import given_id
from payments_service.store import claims
from payments_service.store import corrections as store
from payments_service.store.corrections import Correction


class CorrectionReads:
    """Reads corrections and claims."""

    def GetCorrection(
        self, request: pb.GetCorrectionRequest, work: Work
    ) -> pb.GetCorrectionResponse:
        id_ = given_id(request.correction_id, "correction_id")
        one = store.get(work.session, id_)
        if one is None:
            raise not_found("correction", id_)
        return pb.GetCorrectionResponse(correction=_message(one))

    def ListCorrections(
        self, request: pb.ListCorrectionsRequest, work: Work
    ) -> pb.ListCorrectionsResponse:
        receipt_id = given_id(request.receipt_id, "receipt_id", required=False)
        size, listing = page_size(request), f"corrections/{receipt_id}"
        after = decode_token(work.keys, request.page_token, listing=listing)
        rows = store.listed(work.session, receipt_id, after, size + 1)
        last = rows[size - 1].correction_id if len(rows) > size else ""
        return pb.ListCorrectionsResponse(
            corrections=[_message(one) for one in rows[:size]],
            next_page_token=encode_token(work.keys, last, listing=listing),
        )

    def ListClaims(self, request: pb.ListClaimsRequest, work: Work) -> pb.ListClaimsResponse:
        rows = claims.of_receipts(work.session, [given_id(request.receipt_id, "receipt_id")])
        return pb.ListClaimsResponse(
            claims=[
                pb.Claim(
                    claim_id=one.claim_id,
                    payee_id=one.payee_id,
                    receipt_id=one.receipt_id,
                    amount_cents=one.amount_cents,
                    left_cents=one.left_cents,
                    reason=one.reason,
                    state=one.state,  # type: ignore[arg-type]
                    collectable=one.collectable,
                    opened_on=from_date(one.opened_on),
                )
                for one in rows
            ]
        )


class Corrections:
    """Corrects receipts."""

    def ReverseReceipt(
        self, request: pb.ReverseReceiptRequest, work: Work
    ) -> pb.ReverseReceiptResponse:
        receipt_id = given_id(request.receipt_id, "receipt_id")
        one = correcting.propose_reversal(work, receipt_id, request.cause, request.reason)
        return pb.ReverseReceiptResponse(correction=_message(one))

    def MoveReceipt(self, request: pb.MoveReceiptRequest, work: Work) -> pb.MoveReceiptResponse:
        receipt_id = given_id(request.receipt_id, "receipt_id")
        target = given_id(request.to_obligor_id, "to_obligor_id")
        one = correcting.propose_move(work, receipt_id, target, request.reason)
        return pb.MoveReceiptResponse(correction=_message(one))

    def CorrectReceiptAmount(
        self, request: pb.CorrectReceiptAmountRequest, work: Work
    ) -> pb.CorrectReceiptAmountResponse:
        receipt_id = given_id(request.receipt_id, "receipt_id")
        cents = cents_of(request.amount_cents, "amount_cents")
        one = correcting.propose_amount(work, receipt_id, cents, request.reason)
        return pb.CorrectReceiptAmountResponse(correction=_message(one))

    def ConfirmCorrection(
        self, request: pb.ConfirmCorrectionRequest, work: Work
    ) -> pb.ConfirmCorrectionResponse:
        one = correcting.confirm(work, given_id(request.correction_id, "correction_id"))
        return pb.ConfirmCorrectionResponse(correction=_message(one))

    def RejectCorrection(
        self, request: pb.RejectCorrectionRequest, work: Work
    ) -> pb.RejectCorrectionResponse:
        one = correcting.reject(work, given_id(request.correction_id, "correction_id"))
        return pb.RejectCorrectionResponse(correction=_message(one))


def _message(one: Correction) -> pb.Correction:
    return pb.Correction(
        correction_id=one.correction_id,
        receipt_id=one.receipt_id,
        kind=one.kind,  # type: ignore[arg-type]
        cause=one.cause,
        reason=one.reason,
        to_obligor_id=one.to_obligor_id or "",
        amount_cents=one.amount_cents or 0,
        state=one.state,  # type: ignore[arg-type]
        proposed_by=one.proposed_by,
        proposed_at=from_instant(one.proposed_at),
        decided_by=one.decided_by,
        decided_at=from_instant(one.decided_at),
    )


SERVICERS = (
    Servicer("childsupport.payments.v1.CorrectionReadService", CorrectionReads()),
    Servicer("childsupport.payments.v1.CorrectionService", Corrections()),
)
