"""Checks after they went out: stopped, paid again, cleared, too old, unclaimed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from chassis.errors import PlatformError, not_found
from chassis.ids import derived_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.payments.v1 import payments_service_pb2 as pb
from formats.positive_pay import PaidCheck, read_paid
from payments_service.actions import coming_back, payment_notices
from payments_service.store import ledger, paying
from payments_service.store.disbursements import CHECK, NOBODY
from payments_service.store.paying import CameBack, Item, Sent
from policy import load
from policy.calendars import add_months

STALE_AFTER, UNCLAIMED_AFTER = "disbursement.check_stale", "disbursement.unclaimed"
STOPPED_CAUSE, STALE_CAUSE = "stopped", "stale"
MONTHS_IN_YEAR = 12
PAGE = 1_000
NOT_OURS = "No check of this number went out."
OTHER_AMOUNT = "The check was written over another amount."
NOT_TO_BE_PAID = "The check was not to be paid any more."


def stop_check(work: Work, disbursement_id: str, *, reissue: bool) -> Sent:
    """Stop a check that the bank has not paid; its money waits, or goes out with the next run.

    The bank is told with the next positive pay file. Raises NOT_FOUND, and FAILED_PRECONDITION for
    what is no check or is not out any more.
    """
    sent = _locked(work, disbursement_id)
    if sent.method != CHECK or sent.state != paying.ISSUED:
        state = pb.DisbursementState.Name(sent.state)  # type: ignore[arg-type]
        raise _refused(f"only a check that is out can be stopped; this payment is {state}")
    kept = paying.WAITS if reissue else paying.KEPT
    coming_back.take_back(work, [(sent, STOPPED_CAUSE)], paying.STOPPED, kept)
    then = "again" if reissue else "kept"
    told = payment_notices.of_payment(work, "check_stopped", sent, next=then)
    payment_notices.tell(work, [told])
    return sent


def reissue(work: Work, disbursement_id: str) -> Sent:
    """Let the money of a payment that came back go out with the next run.

    Raises NOT_FOUND, and FAILED_PRECONDITION where no money of it is back, or it went out again.
    """
    # The lanes first, as the job has them that gives money up: else the two wait for each other.
    for lane in paying.lanes_of_came_back(work.session, disbursement_id):
        ledger.lock_lane(work.session, lane)
    sent = _locked(work, disbursement_id)
    rows = paying.lock_came_back(work.session, sent.payee_id, disbursement_id)
    waiting = [row for row in rows if row.state != paying.PAID_AGAIN]
    if not waiting:
        raise _refused("no money of this payment is back, or it has gone out again already")
    coming_back.let_out(work, waiting)
    return sent


@dataclass(frozen=True, slots=True)
class Cleared:
    """What came of a list of paid checks."""

    cleared: int
    cleared_cents: int
    known: int
    unmatched: int


def take_paid_checks(work: Work, content: str) -> Cleared:
    """Take the bank's list of checks that it paid.

    Raises PaidFileRejectedError for a list that cannot be read.
    """
    session, today = work.session, work.clock.today()
    paid = {_item_id(check): check for check in read_paid(content)}
    numbers = sorted({str(check.number) for check in paid.values()})
    sent = paying.lock_sent(session, numbers, paying.BY_NUMBER)
    # After the lock: who takes the same list at the same time has kept its items by now.
    known = paying.known_items(session, list(paid))
    new = {id_: check for id_, check in paid.items() if id_ not in known}
    cleared: list[tuple[Sent, str]] = []
    items: list[Item] = []
    seen: set[str] = set()
    for id_, check in new.items():
        payment = sent.get(str(check.number))
        flaw = _flaw(payment, check, seen)
        if payment is not None and not flaw:
            seen.add(payment.disbursement_id)
            cleared.append((payment, ""))
            paying.set_state(session, payment, paying.CLEARED, check.paid_on)
        owner = NOBODY if flaw or payment is None else payment.payee_id
        number, cents = str(check.number), check.amount_cents
        outcome = flaw or "cleared"
        items.append(Item(id_, owner, "paid", "", number, cents, check.paid_on, outcome))
    paying.add_items(session, items, today)
    coming_back.tell_changed(work, cleared, paying.CLEARED)
    return Cleared(
        cleared=len(cleared),
        cleared_cents=sum(payment.amount_cents for payment, _ in cleared),
        known=len(paid) - len(new),
        unmatched=len(items) - len(cleared),
    )


def _item_id(check: PaidCheck) -> str:
    parts = (str(check.number), str(check.amount_cents), check.paid_on.isoformat())
    return derived_id("bank item", "paid", *parts)


def _flaw(payment: Sent | None, check: PaidCheck, seen: set[str]) -> str:
    if payment is None:
        return NOT_OURS
    if payment.amount_cents != check.amount_cents:
        return OTHER_AMOUNT
    if payment.state != paying.ISSUED or payment.disbursement_id in seen:
        return NOT_TO_BE_PAID
    return ""


def void_stale(work: Work, business_date: date) -> Mapping[str, int | str]:
    """Void the checks that are too old to be paid, and ask their payees to ask for new ones."""
    policy = load(work.settings.jurisdiction)
    days = policy.days(STALE_AFTER, business_date)
    before = business_date - timedelta(days=days)
    count = cents = 0
    # The lanes first and in their order: page by page they would be locked in any.
    ledger.lock_lanes(work.session)
    while page := paying.lock_uncashed(work.session, before, PAGE):
        coming_back.take_back(
            work, [(sent, STALE_CAUSE) for sent in page], paying.STALE, paying.KEPT
        )
        told = [payment_notices.of_payment(work, "check_stale", sent) for sent in page]
        payment_notices.tell(work, told)
        count += len(page)
        cents += sum(sent.amount_cents for sent in page)
    return {"checks": count, "amount_cents": cents}


def give_up_unclaimed(work: Work, business_date: date) -> Mapping[str, int | str]:
    """Move to what is unclaimed the money that came back long ago and that nobody asked for."""
    years = load(work.settings.jurisdiction).count(UNCLAIMED_AFTER, business_date)
    before = add_months(business_date, -years * MONTHS_IN_YEAR)
    count = cents = 0
    # The lanes first, as a disbursement run has them: else the two could wait for each other.
    ledger.lock_lanes(work.session)
    while rows := paying.lock_unclaimed(work.session, before, PAGE):
        coming_back.give_up(work, rows)
        payments = _payments_of(work, rows)
        for sent in payments:
            paying.set_state(work.session, sent, paying.UNCLAIMED, work.clock.today())
        coming_back.tell_changed(work, [(sent, "") for sent in payments], paying.UNCLAIMED)
        told = [payment_notices.of_payment(work, "payment_unclaimed", sent) for sent in payments]
        payment_notices.tell(work, told)
        count += len(rows)
        cents += sum(row.amount_cents for row in rows)
    return {"parts": count, "amount_cents": cents}


def _payments_of(work: Work, rows: list[CameBack]) -> list[Sent]:
    ids = dict.fromkeys(row.disbursement_id for row in rows)
    found = (paying.lock_payment(work.session, id_) for id_ in ids)
    return [sent for sent in found if sent is not None]


def _locked(work: Work, disbursement_id: str) -> Sent:
    sent = paying.lock_payment(work.session, disbursement_id)
    if sent is None:
        raise not_found("disbursement", disbursement_id)
    return sent


def _refused(detail: str) -> PlatformError:
    return PlatformError(ErrorReason.ERROR_REASON_FAILED_PRECONDITION, detail)
