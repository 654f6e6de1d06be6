"""Money of payments that did not arrive: back into the trust, out again, or unclaimed in the end.

Each is an entry for each obligor whose money it was, in that obligor's lane.
"""

from collections.abc import Iterable, Sequence

from chassis.dates import from_date
from chassis.runtime import Work
from childsupport.payments.v1 import events_pb2 as events
from payments_service import messages
from payments_service.actions.payees import holder
from payments_service.domain.bookkeeping import Account, Entry, EntryKind, cash_lines, fact_id
from payments_service.domain.lanes import lane_of
from payments_service.domain.model import Payee
from payments_service.store import ledger, paying
from payments_service.store.paying import CameBack, Sent

STATE_NAMES = {
    paying.RETURNED: "returned",
    paying.STOPPED: "stopped",
    paying.STALE: "stale",
    paying.CLEARED: "cleared",
    paying.UNCLAIMED: "unclaimed",
}


def record(work: Work, entries: Iterable[Entry]) -> None:
    """Record entries of several lanes: the lanes are locked in their order."""
    today = work.clock.today()
    lanes: dict[int, list[Entry]] = {}
    for entry in entries:
        lanes.setdefault(lane_of(entry.obligor_id), []).append(entry)
    for lane, of_lane in sorted(lanes.items()):
        ledger.lock_lane(work.session, lane)
        ledger.record(work.session, lane, of_lane, on=today, at=work.clock.now())


def take_back(
    work: Work, payments: Sequence[tuple[Sent, str]], state: int, came_back_state: int
) -> None:
    """Book the money of payments (each with its cause) back into the trust; they are locked."""
    today = work.clock.today()
    by_payment = paying.shares(work.session, [sent for sent, _ in payments])
    rows: list[CameBack] = []
    for sent, cause in payments:
        shares = by_payment.get(sent.disbursement_id, [])
        if sum(share.amount_cents for share in shares) != sent.amount_cents:
            message = f"payment {sent.disbursement_id}: its shares do not sum to its amount"
            raise RuntimeError(message)
        rows += [
            CameBack(
                sent.payee_id, sent.disbursement_id, share.obligor_id, share.amount_cents, cause,
                today, came_back_state, sent.payee_kind, None,
            )
            for share in shares
        ]  # fmt: skip
        paying.set_state(work.session, sent, state, today, cause)
    if rows:
        paying.add_came_back(work.session, rows)
        moves = (EntryKind.RETURNED, Account.BANK, Account.RETURNED)
        record(work, [_moved(work, row, *moves) for row in rows])
    tell_changed(work, payments, state)


def give_up(work: Work, rows: Sequence[CameBack]) -> None:
    """Move money that nobody asked for to what is unclaimed."""
    moves = (EntryKind.UNCLAIMED, Account.RETURNED, Account.UNCLAIMED)
    record(work, [_moved(work, row, *moves) for row in rows])
    paying.set_came_back(work.session, rows, paying.GIVEN_UP)


def let_out(work: Work, rows: Sequence[CameBack]) -> None:
    """Let money go out again with the next run; what was unclaimed is claimed.

    It waits from today on: else the next look at what nobody asked for would take it away again.
    """
    moves = (EntryKind.RETURNED, Account.UNCLAIMED, Account.RETURNED)
    unclaimed = [row for row in rows if row.state == paying.GIVEN_UP]
    record(work, [_moved(work, row, *moves) for row in unclaimed])
    paying.set_came_back(work.session, rows, paying.WAITS, on=work.clock.today())


def _moved(work: Work, row: CameBack, kind: EntryKind, debit: Account, credit: Account) -> Entry:
    today = work.clock.today()
    payee = holder(Payee(row.payee_kind), row.payee_id)
    # Money may be given up and claimed again; on one day once each.
    id_ = fact_id(kind.name, debit.name, row.disbursement_id, row.obligor_id, today.isoformat())
    lines = cash_lines(debit, credit, payee, row.amount_cents)
    return Entry(row.obligor_id, id_, kind, row.disbursement_id, today, today, lines)


def tell_changed(work: Work, payments: Sequence[tuple[Sent, str]], state: int) -> None:
    """Tell the other services where payments stand now."""
    today = work.clock.today()
    told = (
        events.ChangedDisbursement(
            disbursement_id=sent.disbursement_id,
            payee_id=sent.payee_id,
            amount_cents=sent.amount_cents,
            state=STATE_NAMES[state],
            code=cause if state == paying.RETURNED else "",
            on_date=from_date(today),
        )
        for sent, cause in payments
    )
    for page in messages.pages(told):
        work.emit(
            events.DisbursementsChanged(disbursements=page), subject=f"changed/{today.isoformat()}"
        )
