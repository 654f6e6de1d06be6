"""Events in: cases and balances; each page is judged at once."""

from collections.abc import Iterable
from datetime import date

from chassis.dates import to_date
from chassis.runtime import Work
from chassis.service import Handler
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1.events_pb2 import CasesChanged
from childsupport.payments.v1 import events_pb2 as payments
from enforcement_service.screening import screen
from enforcement_service.store import projections
from enforcement_service.store.arrears import CURRENT


def on_cases_changed(message: CasesChanged, work: Work) -> None:
    """Take cases and what they order for a month."""
    taken = projections.take_cases(
        work.session,
        [
            projections.CaseState(c.case_id, c.version, c.case_number, c.obligor_id)
            for c in message.cases
        ],
        [
            projections.ObligationState(
                obligation_id=o.obligation_id,
                case_id=c.case_id,
                monthly_amount_cents=o.monthly_amount_cents,
                effective_from=to_date(o.effective_from) or date.min,
                effective_to=to_date(o.effective_to),
            )
            for c in message.cases
            for order in c.orders
            for o in order.obligations
        ],
    )
    screen(work, taken, work.clock.today())


def on_collections_posted(message: payments.CollectionsPosted, work: Work) -> None:
    """Take what is still owed after collections."""
    _take_balances((b for c in message.collections for b in c.balances), work)


def on_collections_corrected(message: payments.CollectionsCorrected, work: Work) -> None:
    """Take what is owed after a payment was taken back or distributed anew."""
    _take_balances((b for c in message.collections for b in c.collection.balances), work)


def on_obligations_charged(message: payments.ObligationsCharged, work: Work) -> None:
    """Take what is owed after a charge."""
    _take_balances(message.balances, work)


def _take_balances(states: Iterable[payments.BalanceState], work: Work) -> None:
    touched = projections.take_balances(
        work.session,
        [
            projections.BalanceState(
                obligation_id=s.balance.obligation_id,
                bucket=CURRENT
                if s.balance.current
                else case_pb.ArrearsBucket.Name(s.balance.bucket),
                case_id=s.balance.case_id,
                version=s.version,
                due_cents=s.balance.due_cents,
            )
            for s in states
        ],
    )
    screen(work, touched, work.clock.today())


HANDLERS = (
    Handler(CasesChanged, on_cases_changed),
    Handler(payments.CollectionsPosted, on_collections_posted),
    Handler(payments.CollectionsCorrected, on_collections_corrected),
    Handler(payments.ObligationsCharged, on_obligations_charged),
)
