"""Saying again what is true, in the events that told it first, with the same versions."""

from datetime import date

from chassis.dates import from_date
from chassis.runtime import Work
from childsupport.payments.v1 import events_pb2 as events
from childsupport.payments.v1 import payments_service_pb2 as pb
from payments_service import messages
from payments_service.store import reads

PAGE = 1_000
NO_ID = "00000000-0000-0000-0000-000000000000"


def balances(work: Work, since: date | None) -> int:
    """Tell every balance again; `since` does not apply to what is a state."""
    count = 0
    after = (NO_ID, NO_ID, -1)
    while rows := reads.all_balances(work.session, after, PAGE):
        told = [messages.balance_of(row) for row in rows]
        work.emit(events.ObligationsCharged(balances=told), subject="republish/balances")
        count += len(rows)
        last = rows[-1]
        after = (last.obligor_id, last.obligation_id, last.bucket)
    return count


def collections(work: Work, since: date | None) -> int:
    """Tell the receipts posted since a day again, with their parts; balances are told apart."""
    count = 0
    after = NO_ID
    while rows := reads.posted_receipts(work.session, since, after, PAGE):
        parts = reads.allocations(work.session, [row for row, _ in rows], steps=False)
        told = [
            events.Collection(
                receipt_id=row.receipt_id,
                obligor_id=row.obligor_id or "",
                amount_cents=row.amount_cents,
                credited_cents=row.credited_cents,
                collection_date=from_date(row.collection_date),
                allocations=[_allocation(part) for part in parts.get(row.receipt_id, [])],
                remitter_name=name,
                submission_id=row.submission_id,
            )
            for row, name in rows
        ]
        work.emit(events.CollectionsPosted(collections=told), subject="republish/collections")
        count += len(rows)
        after = rows[-1][0].receipt_id
    return count


def _allocation(part: reads.AllocationRow) -> pb.Allocation:
    message = messages.allocation_of(part)
    message.ClearField("disbursement_id")
    return message


REPUBLISH = {"collections": collections, "balances": balances}
