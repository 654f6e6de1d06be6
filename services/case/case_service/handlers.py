"""Events in: what other services found out about a case goes into its history."""

from collections.abc import Iterable

from case_service.messages import BUCKETS
from case_service.store import balances, histories
from chassis.dates import to_date
from chassis.runtime import Work
from chassis.service import Handler
from childsupport.payments.v1 import events_pb2 as payments
from childsupport.withholding.v1.events_pb2 import EmploymentsEnded, MedicalCoverageReported


def on_employments_ended(message: EmploymentsEnded, work: Work) -> None:
    """Record that an employer reported an employment as ended (45 CFR 303.100(e)(1)(x))."""
    histories.add(
        work.session,
        work.keys,
        [
            histories.Entry(
                e.case_id,
                to_date(e.reported_on) or work.clock.today(),
                "employment_ended",
                e.receipt_id or None,
            )
            for e in message.employments
            if e.case_id
        ],
        work.clock.now(),
    )


def on_medical_coverage_reported(message: MedicalCoverageReported, work: Work) -> None:
    """Record that an employer has medical coverage to offer (DED06)."""
    histories.add(
        work.session,
        work.keys,
        [
            histories.Entry(
                r.case_id,
                to_date(r.reported_on) or work.clock.today(),
                "medical_coverage_available",
                r.receipt_id or None,
            )
            for r in message.reports
            if r.case_id
        ],
        work.clock.now(),
    )


def on_collections_posted(message: payments.CollectionsPosted, work: Work) -> None:
    """Take what is still owed after collections (45 CFR 303.11(b)(1) asks for it)."""
    _take_balances((b for c in message.collections for b in c.balances), work)


def on_collections_corrected(message: payments.CollectionsCorrected, work: Work) -> None:
    """Take what is owed after a payment was taken back or distributed anew."""
    _take_balances((b for c in message.collections for b in c.collection.balances), work)


def on_obligations_charged(message: payments.ObligationsCharged, work: Work) -> None:
    """Take what is owed after a charge."""
    _take_balances(message.balances, work)


def _take_balances(states: Iterable[payments.BalanceState], work: Work) -> None:
    balances.take(
        work.session,
        [
            balances.Balance(
                obligation_id=s.balance.obligation_id,
                bucket=balances.CURRENT if s.balance.current else BUCKETS[s.balance.bucket],
                case_id=s.balance.case_id,
                version=s.version,
                due_cents=s.balance.due_cents,
            )
            for s in states
        ],
    )


HANDLERS = (
    Handler(EmploymentsEnded, on_employments_ended),
    Handler(MedicalCoverageReported, on_medical_coverage_reported),
    Handler(payments.CollectionsPosted, on_collections_posted),
    Handler(payments.CollectionsCorrected, on_collections_corrected),
    Handler(payments.ObligationsCharged, on_obligations_charged),
)
