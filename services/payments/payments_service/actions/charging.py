"""Charging: opening arrears once, then each month; what it changes is told."""

from collections.abc import Mapping
from datetime import date

from chassis.runtime import Work
from childsupport.payments.v1 import events_pb2 as events
from payments_service import messages
from payments_service.domain.bookkeeping import Entry, charge_entry
from payments_service.domain.books import Books
from payments_service.domain.charging import ChargeKind, bring_up
from payments_service.domain.lanes import LANES
from payments_service.domain.model import month_of
from payments_service.store import books, ledger, projections, to_redo
from payments_service.store.to_redo import ToRedo

PAGE_OBLIGORS = 1_000
EXCESS = "excess_applied"
NO_ID = "00000000-0000-0000-0000-000000000000"

States = dict[tuple[str, int], events.BalanceState]


def changed_states(rows: list[ledger.BalanceRow], loaded: dict[str, Books]) -> States:
    """Return the balances that a batch changed; they must be what the working copies say."""
    owed = {
        obligation.obligation_id: obligation
        for book in loaded.values()
        for obligation in book.obligations
    }
    states: States = {}
    for row in rows:
        due = loaded[row.obligor_id].due
        if due.get((row.obligation_id, messages.BUCKETS[row.bucket]), 0) != row.due_cents:
            message = f"obligation {row.obligation_id}: ledger and working copy differ"
            raise RuntimeError(message)
        states[row.obligation_id, row.bucket] = messages.balance_state(row, owed[row.obligation_id])
    return states


def open_obligations(work: Work) -> bool:
    """Book the opening arrears of obligors that are new; returns whether more may be waiting."""
    lane = projections.take_lane_to_open(work.session)
    if lane is None:
        return False
    charge_obligors(work, lane, projections.take_openings(work.session, lane, PAGE_OBLIGORS), None)
    return True


def charge_obligors(work: Work, lane: int, obligor_ids: list[str], month: date | None) -> int:
    """Bring obligors of a locked lane up to a month (None: opening arrears only).

    Of whom money is held over, the books are computed again, so that it pays what is due now.
    """
    jurisdiction = work.settings.jurisdiction
    loaded, saved = books.load(work.session, obligor_ids, jurisdiction=jurisdiction)
    entries: list[Entry] = []
    charged: dict[tuple[str, str], None] = {}
    due: dict[str, None] = {}
    for obligor_id, book in loaded.items():
        for charge in bring_up(book, month):
            obligation_id = charge.obligation.obligation_id
            revision = book.standing[obligation_id].revision
            entries.append(charge_entry(obligor_id, charge, revision))
            charged[obligor_id, obligation_id] = None
            if charge.kind == ChargeKind.CURRENT:
                due[obligor_id] = None
    books.save(work.session, loaded, saved)
    held = to_redo.held_since(work.session, list(due))
    again = [ToRedo(id_, since, EXCESS) for id_, since in held.items()]
    to_redo.queue(work.session, again, work.clock.now())
    rows = ledger.record(work.session, lane, entries, on=work.clock.today(), at=work.clock.now())
    tell_charged(work, lane, charged, changed_states(rows, loaded))
    return len(entries)


def tell_charged(
    work: Work, lane: int, charged: dict[tuple[str, str], None], states: States
) -> None:
    obligations = {obligation_id for _, obligation_id in charged}
    told = [state for (obligation_id, _), state in states.items() if obligation_id in obligations]
    for items in messages.pages(told):
        work.emit(events.ObligationsCharged(balances=items), subject=f"lane/{lane}")


def charge(work: Work, business_date: date) -> Mapping[str, int | str]:
    """Charge every obligation through the month of a date, and age what earlier months left.

    Raises ValueError for a month that has not begun.
    """
    month, today = month_of(business_date), work.clock.today()
    if month > month_of(today):
        message = (
            f"charge {business_date}: today is {today}, and only a month that has begun is due"
        )
        raise ValueError(message)
    charges = 0
    for lane in range(LANES):
        ledger.lock_lane(work.session, lane)
        after = NO_ID
        while page := projections.uncharged_obligors(
            work.session, lane, month, after, PAGE_OBLIGORS
        ):
            charges += charge_obligors(work, lane, page, month)
            after = page[-1]
    return {"charges": charges, "month": month.isoformat()}
