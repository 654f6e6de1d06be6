"""Paying online, once: amount and account, check, then what became of it."""

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.payments.v1 import online_payment_service_pb2 as online_pb
from childsupport.payments.v1.online_payment_service_pb2_grpc import OnlinePaymentServiceStub
from portal_service.money import asking, reading, words
from portal_service.money.asking import INSTRUMENTS, Payer, Wanted
from web.site import Page
from web.visit import Visit

LATEST = 5
FIELDS = {"amount_cents": "amount", "instrument": "instrument", "gateway_token": "account"}


def show(visit: Visit) -> Response:
    """Ask for amount and account."""
    payer = asking.payer_of(visit)
    latest = _latest(visit, payer.participant_id) if payer is not None else []
    return visit.render("money/pay.html", payer=payer, latest=latest, asking=asking, words=words)


def take(visit: Visit) -> Response:
    """Show what was asked for, to be checked before anything is charged."""
    payer = asking.payer_of(visit)
    if payer is None or not payer.options.taken or visit.form.checked("change"):
        return show(visit)
    asked = asking.wanted(visit.form, payer)
    if visit.form.errors:
        return show(visit)
    return _check(visit, payer, asked)


def send(visit: Visit) -> Response:
    """Start the payment; the page that follows says how it went."""
    payer = asking.payer_of(visit)
    if payer is None or not payer.options.taken:
        return show(visit)
    asked = asking.wanted(visit.form, payer)
    if visit.form.errors:
        return show(visit)
    try:
        started = _online(visit).StartOnlinePayment(
            online_pb.StartOnlinePaymentRequest(
                request_id=visit.form.request_id,
                obligor_id=payer.participant_id,
                amount_cents=asked.cents,
                instrument=INSTRUMENTS[asked.instrument],
                gateway_token=asked.token,
            ),
            **visit.as_person,
        )
    except PlatformError as error:
        visit.form.refuse(error, FIELDS)
        return show(visit)
    return visit.redirect(f"/pay/{started.payment.payment_id}")


def show_paid(visit: Visit) -> Response:
    """Show what became of a payment, with its reference."""
    payment_id = visit.request.path_params["payment_id"]
    found = reading.first_that_finds(
        visit,
        lambda participant_id: _online(visit).GetOnlinePayment(
            online_pb.GetOnlinePaymentRequest(payment_id=payment_id, obligor_id=participant_id),
            **visit.as_person,
        ),
    )
    return visit.render("money/paid.html", payment=found.payment, words=words, online=online_pb)


def _check(visit: Visit, payer: Payer, asked: Wanted) -> Response:
    return visit.render(
        "money/pay_check.html",
        payer=payer,
        wanted=asked,
        asking=asking,
        words=words,
        tests=dict(asking.TEST_ACCOUNTS),
    )


def _latest(visit: Visit, participant_id: str) -> list[online_pb.OnlinePayment]:
    asked = online_pb.ListOnlinePaymentsRequest(obligor_id=participant_id, page_size=LATEST)
    return list(_online(visit).ListOnlinePayments(asked, **visit.as_person).payments)


def _online(visit: Visit) -> OnlinePaymentServiceStub:
    return visit.stub("payments", OnlinePaymentServiceStub)


PAGES = (
    Page("/pay", show, take, mobile=True),
    Page("/pay/send", None, send, mobile=True),
    Page("/pay/{payment_id}", show_paid, mobile=True),
)
