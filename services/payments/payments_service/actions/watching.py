"""Measuring what an operator must see: money that is not in the ledger yet."""

from prometheus_client import Gauge

from chassis.metrics import REGISTRY
from chassis.runtime import Work
from payments_service.store import unposted

unposted_cents = Gauge(
    "payments_unposted_cents", "Money staged or waiting to be posted.", registry=REGISTRY
)
unposted_oldest_seconds = Gauge(
    "payments_unposted_oldest_seconds",
    "Age of the oldest money staged or waiting to be posted.",
    registry=REGISTRY,
)


def measure_unposted(work: Work) -> bool:
    """Set the gauges of unposted money; there is never more of it to do at once."""
    now = work.clock.now()
    found = (
        unposted.staged(work.session, now),
        unposted.waiting(work.session, now, work.clock.today()),
    )
    unposted_cents.set(sum(money.amount_cents for money in found))
    oldest = min((money.since for money in found if money.since), default=now)
    unposted_oldest_seconds.set((now - oldest).total_seconds())
    return False
