"""What each stage costs by itself: one after the other in one thread, while all else stands still.

The embedded platform's bus is stopped; the same carriers, deliverers and timers are then driven by
hand. Only the database server works beside them.
"""

import threading
from datetime import date

from chassis.local_bus import LocalBus
from chassis.local_steps import Carrier, Deliverer
from chassis.outbox import Refusals
from chassis.runtime import Runtime
from chassis.service import Timer
from launcher.bench.hosts import Say
from launcher.bench.journey import EARLIER_DATE, BenchError, Stages, World, payday, submit_all
from launcher.embedded import EmbeddedPlatform

BUSINESS_DATE = date(2026, 3, 9)


def measure(world: World, say: Say) -> Stages:
    """Take a second payday through the platform, stage by stage."""
    platform = world.host.platform
    if not isinstance(platform, EmbeddedPlatform):
        raise TypeError("stages are measured alone on the embedded host only")
    files = payday(world, EARLIER_DATE)
    platform.bus.stop()
    by_hand = _ByHand(platform.runtimes)
    stages = Stages(world.payments, world.host.watch)
    for name, work in (
        ("submit, stage, release", lambda: submit_all(world, files)),
        ("carry to payments", lambda: by_hand.carry("withholding")),
        ("receive", lambda: by_hand.handle("payments")),
        ("post", lambda: by_hand.repeat("payments", "post_receipts")),
        ("carry to others", lambda: by_hand.carry("payments")),
        ("screen", lambda: by_hand.handle("enforcement")),
        ("notify of receipts", lambda: by_hand.handle("notification")),
        ("disburse", lambda: platform.run_job("payments", "disburse", BUSINESS_DATE)),
        ("write files", lambda: by_hand.repeat("payments", "write_files")),
        ("carry what was paid", lambda: by_hand.carry("payments")),
        ("notify of payments", lambda: by_hand.handle("notification")),
    ):
        stages.time(name, work)
        say(f"  {name}: {stages.seconds[name]:.2f} s")
    LocalBus(list(platform.runtimes.values())).run_until_idle(world.patience_seconds)
    return stages


class _ByHand:
    """The parts of the local bus, without its threads."""

    def __init__(self, runtimes: dict[str, Runtime]) -> None:
        self._runtimes = runtimes
        self._never = threading.Event()

    def carry(self, service: str) -> None:
        """Carry everything out of a service's outbox."""
        carrier = Carrier(self._runtimes[service], self._runtimes, Refusals(service))
        while carrier.step()[0]:
            pass

    def handle(self, service: str) -> None:
        """Handle everything in a service's queues. Raises BenchError when a handler fails."""
        deliverer = Deliverer(self._runtimes[service], self._never)
        while (verdict := deliverer.step()) is not None:
            if verdict.value != "done":
                raise BenchError(f"{service}: a message ended {verdict.value}")

    def repeat(self, service: str, name: str) -> None:
        """Run a timer until it has nothing left to do."""
        timer = self._timer(service, name)
        more = True
        while more:
            with self._runtimes[service].work() as work:
                more = timer.run(work)

    def _timer(self, service: str, name: str) -> Timer:
        return next(t for t in self._runtimes[service].service.timers if t.name == name)
