"""Suspense: what became known leaves it by a reversing entry and is queued for posting."""

from chassis.runtime import Work
from payments_service.actions.receipt_holds import keep_back
from payments_service.domain.bookkeeping import Account, Entry, EntryKind, cash_lines, fact_id
from payments_service.domain.lanes import lane_of
from payments_service.store import ledger, receipts

PAGE_RECEIPTS = 1_000


def post_identified(work: Work) -> bool:
    """Take a page of receipts that became known out of suspense and queue them for posting."""
    session = work.session
    lane = receipts.take_lane_to_identify(session)
    if lane is None:
        return False
    found = receipts.take_identified(session, lane, PAGE_RECEIPTS)
    entries = [
        Entry(
            receipt.booked_obligor_id,
            fact_id(EntryKind.IDENTIFIED.name, receipt.receipt_id, str(receipt.suspensions)),
            EntryKind.IDENTIFIED,
            receipt.receipt_id,
            receipt.collection_date,
            receipt.settlement_date,
            cash_lines(Account.SUSPENSE, Account.BANK, None, receipt.amount_cents),
        )
        for receipt in found
    ]
    held = keep_back(work, found)
    queued = [
        (lane_of(r.obligor_id), r.collection_date, r.receipt_id, r.obligor_id)
        for r in found
        if r.receipt_id not in held
    ]
    receipts.queue_to_post(session, queued, work.clock.now())
    ledger.record(session, lane, entries, on=work.clock.today(), at=work.clock.now())
    return bool(found)
