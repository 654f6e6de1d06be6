"""Payments online: started, and how they went."""

from chassis.dates import from_date, from_instant
from chassis.errors import invalid_field, not_found
from chassis.grpc.paging import decode_token, encode_token, page_size
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.payments.v1 import online_payment_service_pb2 as online_pb
from childsupport.payments.v1 import receipt_service_pb2 as receipt_pb
from payments_service.actions.online import start
from payments_service.api.fields import given_id
from payments_service.store import online
from payments_service.store.online import Payment

INSTRUMENTS = (receipt_pb.INSTRUMENT_CARD, receipt_pb.INSTRUMENT_BANK_DEBIT)
SAID = {
    online.STARTED: "Your payment is being made. This takes a moment.",
    online.UNKNOWN: (
        "We have no answer from the bank yet. Do not pay again: we are asking until we know."
    ),
    online.APPROVED: "Your payment was made.",
    online.DECLINED: "The bank declined your payment. Nothing was charged.",
    online.EXPIRED: "The bank did not answer. Nothing was charged; you can pay again.",
    online.CHARGED_BACK: "Your bank took this payment back.",
}


class OnlinePayments:
    """Takes payments online."""

    def StartOnlinePayment(
        self, request: online_pb.StartOnlinePaymentRequest, work: Work
    ) -> online_pb.StartOnlinePaymentResponse:
        if request.instrument not in INSTRUMENTS:
            raise invalid_field("instrument", "must be a card or a debit of a bank account")
        payment = start(
            work,
            given_id(request.obligor_id, "obligor_id"),
            request.amount_cents,
            request.instrument,
            request.gateway_token,
        )
        return online_pb.StartOnlinePaymentResponse(payment=message_of(payment))

    def GetOnlinePayment(
        self, request: online_pb.GetOnlinePaymentRequest, work: Work
    ) -> online_pb.GetOnlinePaymentResponse:
        id_ = given_id(request.payment_id, "payment_id")
        obligor_id = given_id(request.obligor_id, "obligor_id")
        payment = online.get(work.session, id_)
        if payment is None or payment.obligor_id != obligor_id:
            raise not_found("payment", id_)
        return online_pb.GetOnlinePaymentResponse(payment=message_of(payment))

    def ListOnlinePayments(
        self, request: online_pb.ListOnlinePaymentsRequest, work: Work
    ) -> online_pb.ListOnlinePaymentsResponse:
        size = page_size(request)
        obligor_id = given_id(request.obligor_id, "obligor_id")
        listing = f"online/{obligor_id}"
        after = decode_token(work.keys, request.page_token, listing=listing)
        rows = online.of_obligor(work.session, obligor_id, after, size + 1)
        shown = rows[:size]
        last = shown[-1].payment_id if len(rows) > size else ""
        return online_pb.ListOnlinePaymentsResponse(
            payments=[message_of(row) for row in shown],
            next_page_token=encode_token(work.keys, last, listing=listing),
        )


SERVICERS = (Servicer("childsupport.payments.v1.OnlinePaymentService", OnlinePayments()),)


def message_of(payment: Payment) -> online_pb.OnlinePayment:
    """Return a payment as the contract has it."""
    return online_pb.OnlinePayment(
        payment_id=payment.payment_id,
        obligor_id=payment.obligor_id,
        amount_cents=payment.amount_cents,
        instrument=payment.instrument,  # type: ignore[arg-type]
        state=payment.state,  # type: ignore[arg-type]
        decline_code=payment.decline_code,
        message=SAID[payment.state],
        receipt_id=payment.receipt_id or "",
        gateway_reference=payment.reference,
        settlement_date=from_date(payment.settlement_date),
        start_time=from_instant(payment.started_at),
    )
