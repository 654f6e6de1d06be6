"""Receipts held before they are distributed: joint returns and appeals; timers book and release.

42 USC 664(a)(3)(B): an offset for unassigned support out of a joint return may be held for up to
six months. 45 CFR 302.32(b)(2)(iv): offset money waits for an appeal that was made in time, and is
sent out within 15 days of its end.
"""

from collections.abc import Sequence
from datetime import date

from chassis.errors import PlatformError, invalid_field
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason
from payments_service.domain.bookkeeping import Account, Entry, EntryKind, cash_lines, fact_id
from payments_service.domain.lanes import lane_of
from payments_service.domain.receiving import APPEAL, TAX_OFFSETS
from payments_service.store import ledger, receipts, receiving
from payments_service.store import receipt_holds as store
from payments_service.store.receipt_holds import Appeal, Hold
from payments_service.store.receipts import Identified
from policy import RuleNotInForce, load

PAGE_RECEIPTS = 1_000
DUE, AFTER_APPEAL = "sdu.disburse", "sdu.offset_after_appeal"


def hold_receipts(work: Work) -> bool:
    """Book a page of one lane's receipts as held."""
    session, today = work.session, work.clock.today()
    lane = store.take_lane_to_hold(session, today)
    if lane is None:
        return False
    holds = store.to_hold(session, lane, today, PAGE_RECEIPTS)
    entries = [move(hold, EntryKind.HOLD, Account.BANK, Account.HELD) for hold in holds]
    store.mark_held(session, holds, today)
    ledger.record(session, lane, entries, on=today, at=work.clock.now())
    return bool(holds)


def release_receipts(work: Work) -> bool:
    """Take a page of one lane's receipts out of their hold and queue them for posting."""
    session, today = work.session, work.clock.today()
    lane = store.take_lane_to_release(session, today)
    if lane is None:
        return False
    holds = store.to_release(session, lane, today, PAGE_RECEIPTS)
    policy = load(work.settings.jurisdiction)
    by_today = policy.due_date(DUE, today)
    dated = [(hold, _due(work, hold, by_today)) for hold in holds]
    store.mark_released(session, dated, today)
    receipts.queue_to_post(
        session,
        [(lane, hold.collection_date, hold.receipt_id, hold.obligor_id) for hold in holds],
        work.clock.now(),
    )
    entries = [move(hold, EntryKind.RELEASE, Account.HELD, Account.BANK) for hold in holds]
    ledger.record(session, lane, entries, on=today, at=work.clock.now())
    return bool(holds)


def move(hold: Hold, kind: EntryKind, debit: Account, credit: Account) -> Entry:
    """Return the entry that takes a receipt into its hold, or out of it."""
    return Entry(
        hold.obligor_id,
        fact_id(kind.name, "receipt", hold.receipt_id, str(hold.round)),
        kind,
        hold.receipt_id,
        hold.collection_date,
        hold.settlement_date,
        cash_lines(debit, credit, hold.obligor_id, hold.amount_cents),
    )


def keep_back(work: Work, found: Sequence[Identified]) -> set[str]:
    """Let what became known be held where the law holds it; returns those receipts."""
    return store.keep_back(
        work.session,
        [(r.receipt_id, r.obligor_id, lane_of(r.obligor_id)) for r in found],
        [int(source) for source in sorted(TAX_OFFSETS)],
        work.clock.today(),
    )


def place_appeal(work: Work, obligor_id: str, appealed_on: date) -> Appeal:
    """Hold an obligor's offset money from now on, until the appeal is decided."""
    if not receiving.is_obligor(work.session, obligor_id):
        raise invalid_field("obligor_id", "must be the obligor of a case that is known here")
    if appealed_on > work.clock.today():
        raise invalid_field("appealed_on", "must not lie in the future")
    store.open_appeal(work.session, obligor_id, appealed_on, work.caller.person)
    return Appeal(obligor_id, appealed_on, None, None)


def end_appeal(work: Work, obligor_id: str, decided_on: date) -> Appeal:
    """Note how long the appeal lasted; a timer releases what it held."""
    if decided_on > work.clock.today():
        raise invalid_field("decided_on", "must not lie in the future")
    try:
        due = load(work.settings.jurisdiction).due_date(AFTER_APPEAL, decided_on)
    except RuleNotInForce:
        raise invalid_field("decided_on", "is before there were appeals of this kind") from None
    ended = store.close_appeal(work.session, obligor_id, decided_on, due)
    if ended is None:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            "the obligor has no open appeal that was made by that day; PlaceAppealHold notes one",
        )
    store.release_appealed(work.session, obligor_id, work.clock.today())
    return ended


def _due(work: Work, hold: Hold, by_today: date) -> date:
    if hold.reason != APPEAL:
        return by_today
    return store.due_after_appeal(work.session, hold.obligor_id) or by_today
