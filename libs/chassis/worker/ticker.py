"""The timers' entrypoint: each run is a nameko worker, so handlers get their turn in between."""

import signal
import threading
from typing import Any

import eventlet
from nameko.extensions import Entrypoint

from chassis import metrics
from chassis.timers import TimerState, timers_of, wake_others
from chassis.worker.calling import call
from chassis.worker.consumer import RUNTIME, BusConsumer

MAX_WAIT_SECONDS = 5.0


class BusTimers(Entrypoint):  # type: ignore[misc]
    """Runs the timers of the service when they are due, or when a handler has committed.

    SIGUSR1 gives every one of them a turn soon, for those who will not wait.
    """

    bus = BusConsumer()

    def setup(self) -> None:
        """Read what there is to run."""
        self._timers: list[TimerState] = timers_of(self.container.config[RUNTIME])
        self._woken = threading.Event()
        self._stopping = False
        # A signal handler runs in the hub, where nothing may wait.
        signal.signal(signal.SIGUSR1, lambda *_: eventlet.spawn_n(self._force))
        awaited = metrics.timers_awaited.labels(self.container.service_name)
        awaited.set_function(lambda: sum(t.awaited or t.running for t in self._timers))
        self.bus.on_commit = self._wake

    def start(self) -> None:
        """Begin."""
        self._thread: Any = self.container.spawn_managed_thread(self._run)

    def stop(self) -> None:
        """Finish the transaction that runs, begin no other."""
        self._stopping = True
        self._woken.set()
        self._thread.wait()

    def _wake(self) -> None:
        for timer in self._timers:
            timer.wake()
        self._woken.set()

    def _force(self) -> None:
        for timer in self._timers:
            timer.force()
        self._woken.set()

    def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            for timer in self._timers:
                if timer.seconds_until_due() == 0.0 and not self._stopping:
                    wrote = call(self.container, self, timer)
                    if wrote:
                        wake_others(self._timers, timer)
            wait = min(timer.seconds_until_due() for timer in self._timers)
            if wait > 0.0 and not self._stopping:
                self._woken.wait(min(wait, MAX_WAIT_SECONDS))
