"""The bus of the embedded platform: the same semantics as on RabbitMQ, with PostgreSQL alone.

Per service two threads: one carries its outbox to the consumers' queues, one hands the messages of
its own queues to its handlers and runs its timers, in turns, as a worker does. A type without a
consumer is simply marked sent: the outbox itself is the archive, for as long as sent rows are kept.

    bus = LocalBus(runtimes)
    bus.start()
    …
    bus.wait_idle()
    bus.stop()
"""

import threading
from collections.abc import Callable, Sequence

import structlog

from chassis import topology
from chassis.backoff import Backoff
from chassis.clock import stopwatch
from chassis.db import database_away
from chassis.delivery import Verdict, describe
from chassis.local_steps import CARRY_EVENTS, Carrier, Deliverer, observe, waiting_work
from chassis.notify import OutboxListener
from chassis.outbox import Refusals
from chassis.runtime import Runtime
from chassis.timers import timers_of, wake_others

_log = structlog.get_logger()

POLL_SECONDS = 1.0
IDLE_POLL_SECONDS = 0.02
OBSERVE_SECONDS = 5.0
WAIT_IDLE_SECONDS = 60.0


class LocalBus:
    """Carries events between services of one process, and hosts their handlers and timers."""

    def __init__(self, runtimes: Sequence[Runtime], *, partial: bool = False) -> None:
        """Take the services. `partial`: others may be missing, and miss what is told meanwhile.

        Raises ValueError naming the consumers that are missing.
        """
        by_name = {runtime.service.name: runtime for runtime in runtimes}
        missing = {s.consumer for s in topology.subscriptions()} - {"", *by_name}
        if missing and not partial:
            raise ValueError(
                f"runtimes: {', '.join(sorted(missing))} missing, which consume events"
            )
        for runtime in runtimes:
            for sentence in topology.mismatches(runtime.service):
                _log.warning("topology_mismatch", detail=sentence)
        self._stopping = threading.Event()
        self._hosts = {name: _Host(runtime, self._stopping) for name, runtime in by_name.items()}
        self._carriers = [
            _Carrying(Carrier(r, by_name, Refusals(r.service.name)), self._hosts, self._stopping)
            for r in runtimes
        ]
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads."""
        for carrying in self._carriers:
            carrying.listener.start()
            self._spawn(f"{carrying.name}-carrier", carrying.run)
        for host in self._hosts.values():
            self._spawn(f"{host.name}-worker", host.run)

    def stop(self) -> None:
        """Finish what is in hand and stop. What waits, waits in the databases."""
        self._stopping.set()
        for carrying in self._carriers:
            carrying.wake.set()
        for host in self._hosts.values():
            host.wake.set()
        for thread in self._threads:
            thread.join()
        for carrying in self._carriers:
            if self._threads:
                carrying.listener.stop()

    def idle(self) -> bool:
        """Whether every event is handled or parked, and no timer has reason to run."""
        return not self._unfinished()

    def wait_idle(self, timeout_seconds: float = WAIT_IDLE_SECONDS) -> None:
        """Give every timer a turn, then wait until idle. Raises TimeoutError: what still waits."""
        for host in self._hosts.values():
            host.force_timers()
        until = stopwatch() + timeout_seconds
        while unfinished := self._unfinished():
            if stopwatch() > until:
                raise TimeoutError(f"not idle after {timeout_seconds} s: {'; '.join(unfinished)}")
            self._stopping.wait(IDLE_POLL_SECONDS)

    def run_until_idle(self, timeout_seconds: float = WAIT_IDLE_SECONDS) -> None:
        """Do all that waits in this thread, without having been started: the same order each time.

        Raises TimeoutError saying what still waits.
        """
        for host in self._hosts.values():
            host.force_timers()
        until = stopwatch() + timeout_seconds
        while True:
            # Everybody gets a turn, so all are counted before the count is looked at.
            carried = sum(carrying.step() for carrying in self._carriers)
            handled = sum(host.step() for host in self._hosts.values())
            if carried or handled:
                continue
            for host in self._hosts.values():
                host.look_again()
            unfinished = self._unfinished()
            if not unfinished:
                return
            if stopwatch() > until:
                raise TimeoutError(f"not idle after {timeout_seconds} s: {'; '.join(unfinished)}")
            self._stopping.wait(IDLE_POLL_SECONDS)

    def _spawn(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _unfinished(self) -> list[str]:
        hosts = self._hosts.values()
        before = [host.done for host in hosts]
        found = [sentence for host in hosts for sentence in host.unfinished()]
        found += [sentence for host in hosts for sentence in waiting_work(host.runtime)]
        busy = [f"{host.name}: busy" for host in hosts if host.busy]
        if not found and not busy and before != [host.done for host in hosts]:
            # Committed between two looks: it may have made work where we looked first.
            return ["just finished something"]
        return found + busy


class _Carrying:
    """A carrier's thread."""

    def __init__(
        self, carrier: Carrier, hosts: "dict[str, _Host]", stopping: threading.Event
    ) -> None:
        self.name = carrier.runtime.service.name
        self.wake = threading.Event()
        self._carrier = carrier
        self._hosts = hosts
        self._stopping = stopping
        url = carrier.runtime.settings.database_url.get_secret_value()
        self.listener = OutboxListener(url, self.wake.set, exclusive=False)

    def step(self) -> int:
        """Carry a batch, wake who got something; return how many events it had."""
        count, reached = self._carrier.step()
        for consumer in reached:
            self._hosts[consumer].look_again()
        return count

    def run(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            self.wake.clear()
            try:
                while self.step() == CARRY_EVENTS and not self._stopping.is_set():
                    pass
                backoff.reset()
            except Exception as error:  # noqa: BLE001 - the bus outlives every error
                _report("carrier_failed", self.name, error, backoff, self._stopping)
            else:
                self.wake.wait(POLL_SECONDS)


class _Host:
    """The thread that handles messages and runs timers, in turns."""

    def __init__(self, runtime: Runtime, stopping: threading.Event) -> None:
        self.runtime = runtime
        self.name = runtime.service.name
        self.wake = threading.Event()
        self.busy = False
        self.done = 0
        """Transactions so far; see LocalBus._unfinished."""
        self._stopping = stopping
        self._deliverer = Deliverer(runtime, stopping)
        self._timers = timers_of(runtime)
        self._observed = 0.0

    def step(self) -> bool:
        """Handle a message, give each timer that is due one turn; whether anything was done."""
        self.busy = True
        try:
            verdict = self._deliverer.step()
            if verdict is Verdict.DONE:
                for timer in self._timers:
                    timer.wake()
            ran = False
            for timer in self._timers:
                if timer.seconds_until_due() == 0.0:
                    ran = True
                    if timer.run():
                        wake_others(self._timers, timer)
            self.done += verdict is not None or ran
        finally:
            self.busy = False
        return verdict is not None or ran

    def look_again(self) -> None:
        """There may be messages."""
        self._deliverer.look = True
        self.wake.set()

    def force_timers(self) -> None:
        """Give every timer a turn soon."""
        for timer in self._timers:
            timer.force()
        self.wake.set()

    def unfinished(self) -> list[str]:
        """Name the timers that have reason to run."""
        return [f"{self.name}: timer {t.timer.name}" for t in self._timers if t.awaited]

    def run(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            self.wake.clear()
            try:
                while self.step() and not self._stopping.is_set():
                    pass
                backoff.reset()
                self._observe()
                if not self.wake.wait(self._seconds_until_due()):
                    self._deliverer.look = True
            except Exception as error:  # noqa: BLE001 - the bus outlives every error
                _report("worker_failed", self.name, error, backoff, self._stopping)

    def _seconds_until_due(self) -> float:
        message = self._deliverer.seconds_until_due()
        waits = [timer.seconds_until_due() for timer in self._timers]
        return min([POLL_SECONDS, *waits, *([] if message is None else [message])])

    def _observe(self) -> None:
        if stopwatch() - self._observed >= OBSERVE_SECONDS:
            observe(self.runtime)
            self._observed = stopwatch()


def _report(
    what: str, service: str, error: Exception, backoff: Backoff, stopping: threading.Event
) -> None:
    wait = backoff.next()
    # A database that is away is no riddle: its frames would only repeat.
    cause = None if database_away(error) else error
    _log.error(what, service=service, error=describe(error), retry_seconds=wait, exc_info=cause)
    stopping.wait(wait)
