"""Payments online: started, asked of the gateway until the outcome is known, made a receipt once.

The gateway is asked by a timer and never before the payment is committed, so no charge is without
a record. Before it is asked to charge it is asked what became of the key: whoever died after a
charge, or never heard its answer, finds it there.
"""

from dataclasses import replace
from datetime import date, timedelta

import structlog

from chassis.errors import PlatformError, invalid_field, not_found
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.payments.v1 import receipt_service_pb2 as pb
from payments_service.actions import plan_outcomes
from payments_service.actions.correcting import CHARGEBACK, reverse
from payments_service.actions.receiving import Deposit, Intake
from payments_service.domain.model import Source
from payments_service.domain.receiving import Line
from payments_service.gateway import Answer, Gateway, GatewayTimeoutError, gateway_of
from payments_service.settings import settings_of
from payments_service.store import online, receiving
from payments_service.store.online import Chargeback, Payment
from policy import load

log = structlog.get_logger()

TOKEN = "online_payment.token"  # noqa: S105 - what the column is encrypted for
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
MAX_DOUBLINGS = 10
MAX_TOKEN = 500
BANKS = "federal_reserve"
MOST = "online.most"


def start(work: Work, obligor_id: str, cents: int, instrument: int, token: str) -> Payment:
    """Write a payment down; the gateway is asked once this is committed.

    Raises FAILED_PRECONDITION where none are taken, INVALID_FIELD for what cannot be paid.
    """
    check_open(work)
    if not receiving.is_obligor(work.session, obligor_id):
        raise invalid_field("obligor_id", "must be the obligor of a case that is known here")
    check_amount(work, cents)
    check_token(token)
    return begin(work, obligor_id, cents, instrument, token)


def begin(
    work: Work,
    obligor_id: str,
    cents: int,
    instrument: int,
    token: str,
    plan: tuple[str, date] | None = None,
) -> Payment:
    """Write a payment down that was checked; `plan`: by which one, and for which day of it."""
    now = work.clock.now()
    payment = Payment(
        payment_id=new_id(now),
        obligor_id=obligor_id,
        amount_cents=cents,
        instrument=instrument,
        token=work.keys.encrypt(TOKEN, token),
        state=online.STARTED,
        attempts=0,
        ask_at=now,
        reference="",
        decline_code="",
        settlement_date=None,
        receipt_id=None,
        started_at=now,
        scheduled_payment_id=plan[0] if plan else None,
        scheduled_for=plan[1] if plan else None,
    )
    online.add(work.session, payment)
    return payment


def check_open(work: Work) -> None:
    """Refuse where nobody charges payments online."""
    if gateway_of(settings_of(work)) is None:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            "no payment gateway is set (PAYMENTS_PAYMENT_GATEWAY): payments online are not taken",
        )


def most_cents(work: Work) -> int:
    """Return the most that one payment may come to, in cents."""
    return load(work.settings.jurisdiction).cents(MOST, work.clock.today())


def check_amount(work: Work, cents: int) -> None:
    """Refuse an amount that is not paid online."""
    most = most_cents(work)
    if not 0 < cents <= most:
        raise invalid_field("amount_cents", f"must be 1 to {most} cents; read {cents}")


def check_token(token: str) -> None:
    """Refuse what no gateway gives."""
    if not 0 < len(token) <= MAX_TOKEN:
        raise invalid_field("gateway_token", f"must have 1 to {MAX_TOKEN} characters")


def ask_gateway(work: Work) -> bool:
    """Ask the gateway about one payment; returns whether more may be due."""
    gateway = gateway_of(settings_of(work))
    payment = online.take_due(work.session, work.clock.now()) if gateway else None
    if gateway is None or payment is None:
        return False
    try:
        answer = _ask(work, gateway, payment)
    except GatewayTimeoutError:
        log.warning("the gateway did not answer", payment=payment.payment_id)
        _ask_again(work, payment)
        return True
    except Exception as error:  # noqa: BLE001 - whatever it is, the payments behind this one go on
        log.error("the gateway failed", payment=payment.payment_id, error=type(error).__name__)  # noqa: TRY400 - a trace could show the token
        _ask_again(work, payment)
        return True
    if answer is None:
        done = replace(payment, state=online.EXPIRED, ask_at=None, token=None)
    elif answer.code:
        done = replace(
            payment, state=online.DECLINED, ask_at=None, token=None, decline_code=answer.code,
            reference=answer.reference,
        )  # fmt: skip
    else:
        done = _approved(work, payment, answer)
    online.save(work.session, done)
    plan_outcomes.note(work, done)
    return True


def _ask(work: Work, gateway: Gateway, payment: Payment) -> Answer | None:
    """Return what became of a payment; None: nothing was charged and nothing will be."""
    key, now = payment.payment_id, work.clock.now()
    known = gateway.look_up(key)
    if known is not None:
        return known
    hours = load(work.settings.jurisdiction).count("online.unknown_hours", work.clock.today())
    if now - payment.started_at >= timedelta(hours=hours) and gateway.void(key):
        return None
    if payment.token is None:
        raise RuntimeError(f"payment {key} is to be charged and has no token")
    token = work.keys.decrypt(TOKEN, payment.token)
    return gateway.charge(key, payment.amount_cents, payment.instrument, token, work.clock.today())


def _ask_again(work: Work, payment: Payment) -> None:
    wait = min(FIRST_WAIT * 2 ** min(payment.attempts, MAX_DOUBLINGS), LONGEST_WAIT)
    later = replace(
        payment,
        state=online.UNKNOWN,
        attempts=payment.attempts + 1,
        ask_at=work.clock.now() + wait,
    )
    online.save(work.session, later)


def _approved(work: Work, payment: Payment, answer: Answer) -> Payment:
    """Make the receipt, in the transaction that notes the approval: there is one or there is none.

    The money counts from the banking day on which it is settled.
    """
    banks = load(work.settings.jurisdiction).calendar(BANKS)
    settles = banks.add_business_days(answer.settles_on, 0)
    source = Source.ONLINE
    deposit = Deposit(pb.COLLECTION_FILE_KIND_ONLINE, int(source), settles, answer.reference)
    intake = Intake(work, deposit)
    (receipt_id,) = intake.add(
        [
            Line(
                line_number=1,
                amount_cents=payment.amount_cents,
                credited_cents=payment.amount_cents,
                source=source,
                instrument=payment.instrument,
                reference=answer.reference,
                obligor_id=payment.obligor_id,
            )
        ]
    )
    intake.finish()
    return replace(
        payment, state=online.APPROVED, ask_at=None, token=None, reference=answer.reference,
        settlement_date=settles, receipt_id=receipt_id,
    )  # fmt: skip


def hear_gateway(work: Work) -> bool:
    """Keep what the gateway tells of payments that payers' banks took back."""
    gateway = gateway_of(settings_of(work))
    if gateway is None:
        return False
    after = online.last_number(work.session)
    try:
        told = gateway.news(after, work.clock.today())
    except GatewayTimeoutError:
        log.warning("the gateway did not answer")
        return False
    rows = [Chargeback(item.number, item.key, item.on, item.code) for item in told]
    online.keep_chargebacks(work.session, rows)
    return False


def apply_chargebacks(work: Work) -> bool:
    """Take the receipt of one payment back that the payer's bank took back.

    One that cannot be applied now stays, and is tried again; the log names it.
    """
    taken = online.take_chargeback(work.session)
    if taken is None:
        return False
    payment = online.get(work.session, taken.payment_id, lock=True)
    try:
        with work.session.begin_nested():
            if payment is None or payment.receipt_id is None:
                raise not_found("payment", taken.payment_id)
            reverse(work, payment.receipt_id, CHARGEBACK, taken.on_date)
            taken_back = replace(payment, state=online.CHARGED_BACK)
            online.save(work.session, taken_back)
            plan_outcomes.note(work, taken_back)
            online.mark_applied(work.session, taken.number, work.clock.today())
    except PlatformError as error:
        log.error("chargeback not applied", payment=taken.payment_id, error=error.detail)  # noqa: TRY400 - its sentence says it
        return False
    return True
