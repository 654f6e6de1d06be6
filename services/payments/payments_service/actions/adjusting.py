"""What a sender takes back of an earlier collection: applied where it is plain what it takes from.

Federal offset program: an adjustment takes back an earlier offset, for example for an injured
spouse (45 CFR 303.72(h)(5)). One that takes back the whole of one receipt is applied by itself;
what is less, or could be of several receipts, waits for a worker.
"""

import structlog

from chassis.errors import PlatformError
from chassis.runtime import Work
from payments_service.actions.correcting import MISAPPLIED, reverse
from payments_service.actions.receipt_holds import move
from payments_service.domain.bookkeeping import Account, EntryKind
from payments_service.domain.model import Source
from payments_service.store import ledger, receipt_holds, receiving
from payments_service.store.receiving import AdjustmentRow

log = structlog.get_logger()

APPLIED, TO_WORKER = 2, 3
TAKEN_BACK = "Its sender took it back."


def apply_adjustments(work: Work) -> bool:
    """Apply one adjustment, or leave it to a worker."""
    row = receiving.take_adjustment(work.session)
    if row is None:
        return False
    receipt_id = _whose(work, row)
    state = TO_WORKER
    if receipt_id:
        try:
            with work.session.begin_nested():
                if not _out_of_its_hold(work, receipt_id):
                    reverse(work, receipt_id, MISAPPLIED, row.settlement_date)
            state = APPLIED
        except PlatformError as error:
            log.warning("adjustment left to a worker", adjustment=row.adjustment_id, why=str(error))
    receiving.set_adjustment(work.session, row.adjustment_id, state, receipt_id)
    return True


def _whose(work: Work, row: AdjustmentRow) -> str:
    """Return the one receipt that an adjustment takes back whole; "" when that is not plain."""
    if row.obligor_id is None:
        return ""
    source = int(Source.FEDERAL_TAX_OFFSET)
    found = receiving.offsets_of(work.session, row.obligor_id, source, row.amount_cents)
    whole = [id_ for id_, cents, _ in found if cents == row.amount_cents]
    return whole[0] if len(whole) == 1 else ""


def _out_of_its_hold(work: Work, receipt_id: str) -> bool:
    """Book a held receipt as gone back; False when it is not held."""
    lane = receipt_holds.lane_of_held(work.session, receipt_id)
    if lane is None:
        return False
    ledger.lock_lane(work.session, lane)
    hold = receipt_holds.take_held(work.session, receipt_id)
    if hold is None:
        return False
    today, now = work.clock.today(), work.clock.now()
    receipt_holds.mark_taken_back(work.session, receipt_id, TAKEN_BACK, today)
    entry = move(hold, EntryKind.REVERSAL, Account.HELD, Account.BANK)
    ledger.record(work.session, lane, [entry], on=today, at=now)
    return True
