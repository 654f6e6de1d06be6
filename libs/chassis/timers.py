"""Running a service's timers, a transaction at a time; each host gives them their turn."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy import text

from chassis import faults, metrics
from chassis.backoff import Backoff
from chassis.clock import stopwatch
from chassis.delivery import describe
from chassis.prune import PRUNE
from chassis.runtime import Runtime
from chassis.service import Timer

_log = structlog.get_logger()

WAKE_SECONDS = 0.05
"""Handlers that commit one after the other wake a timer no more often than this."""
IDLE_DOUBLINGS_MOST = 4
"""A timer that found nothing is woken half as often, down to once in 0.8 s: under load every commit
wakes all of a service's timers, and looking in vain took a third of its worker's time (seen)."""
ERROR_FIRST_SECONDS = 1.0
ERROR_MOST_SECONDS = 60.0
_WROTE = text("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")


@dataclass(slots=True)
class TimerState:
    """A timer and when it is due."""

    runtime: Runtime
    timer: Timer
    wakes: bool = True
    """Whether a handler's commit may be work for it."""
    due: float = 0.0
    """On the stopwatch; at first at once."""
    awaited: bool = True
    """Somebody has reason to think that it has work."""
    running: bool = False
    started: float = 0.0
    idle: int = 0
    """How often in a row it found nothing to do."""
    backoff: Backoff = field(
        default_factory=lambda: Backoff(ERROR_FIRST_SECONDS, ERROR_MOST_SECONDS)
    )

    def wake(self) -> None:
        """Something was committed that may be work for it: due now, within a bound."""
        if self.wakes and not self.backoff.failures:
            self.awaited = True
            pause = WAKE_SECONDS * 2 ** min(self.idle, IDLE_DOUBLINGS_MOST)
            self.due = min(self.due, self.started + pause)

    def force(self) -> None:
        """Run it as soon as its turn comes, whatever was noted before."""
        self.due, self.awaited = 0.0, True

    def seconds_until_due(self) -> float:
        """Return how long to leave it alone."""
        return max(0.0, self.due - stopwatch())

    def run(self) -> bool:
        """Run it once: one transaction. Says itself when it is due again; never raises.

        Returns whether it wrote anything, which may be work for the service's other timers.
        """
        self.started = stopwatch()
        wrote = False
        self.running = True
        # Set first: who wakes it while it runs is not forgotten.
        self.due, self.awaited = self.started + self.timer.every_seconds, False
        try:
            with self.runtime.work() as work:
                more = self.timer.run(work)
                faults.point("timer.worked")
                wrote = bool(work.session.execute(_WROTE).scalar_one())
        except Exception as error:  # noqa: BLE001 - a timer's error must not end the process
            wait = self.backoff.next()
            self.due, self.awaited = stopwatch() + wait, True
            _log.error(
                "timer_failed",
                timer=self.timer.name,
                error=describe(error),
                retry_seconds=wait,
                exc_info=error,
            )
        else:
            self.backoff.reset()
            self.idle = 0 if more or wrote else self.idle + 1
            if more:
                self.due, self.awaited = 0.0, True
        self.running = False
        labels = metrics.timer_seconds.labels(self.runtime.service.name, self.timer.name)
        labels.observe(stopwatch() - self.started)
        return wrote


def wake_others(timers: Sequence[TimerState], but: TimerState) -> None:
    """Wake a service's timers: what one has written may be work for the others."""
    for timer in timers:
        if timer is not but:
            timer.wake()


def timers_of(runtime: Runtime) -> list[TimerState]:
    """Return a service's timers, and the chassis's own."""
    own = [TimerState(runtime, timer) for timer in runtime.service.timers]
    return [*own, TimerState(runtime, PRUNE, wakes=False)]
