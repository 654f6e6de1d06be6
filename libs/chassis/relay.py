"""From outbox to RabbitMQ: `run(runtime, stop)` until told to stop.

An event counts as sent when the broker has acknowledged it and not returned it. What is refused
(no queue takes the type, a queue is full) stays unsent, is logged, and tried again ever more
rarely; it does not hold up others. Several batches are in flight, each in a transaction that holds
its rows locked; a crash in between publishes again, and the consumers' inboxes let it count once.
"""

import threading
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from chassis import faults, metrics, outbox
from chassis.backoff import Backoff
from chassis.clock import stopwatch
from chassis.delivery import describe
from chassis.notify import OutboxListener
from chassis.publisher import Batch, BrokerAwayError, Publisher, declare_topology
from chassis.runtime import Runtime
from chassis.topology import RetryPolicy

_log = structlog.get_logger()

BATCH_EVENTS = 200
BATCH_BYTES = 8 << 20
"""About so much: pages of a thousand payments are 500 times as long as a single change."""
FIRST_EVENTS = 10
"""So many are taken as long as it is not known how long they are."""
BATCHES_IN_FLIGHT = 3
"""Each holds a connection; one more is kept for the metrics, one outside the pool listens."""
POLL_SECONDS = 1.0
OBSERVE_SECONDS = 5.0
WAIT_SECONDS = 0.25
CONFIRM_SECONDS = 30.0
DRAIN_SECONDS = 5.0
STEADY_SECONDS = 30.0
"""After so long without trouble, the next trouble is a new one."""


def run(runtime: Runtime, stop: threading.Event) -> None:
    """Relay until `stop` is set, then drain. Survives the loss of broker and database.

    Raises ValueError when the settings name no broker.
    """
    if runtime.settings.amqp_url is None:
        raise ValueError("setting amqp_url: read nothing, expected the address of a RabbitMQ")
    _Relay(runtime, runtime.settings.amqp_url.get_secret_value(), stop).run()


@dataclass(slots=True)
class _InFlight:
    """A batch with the transaction that holds its rows."""

    session: Session
    batch: Batch
    since: float


class _Relay:
    def __init__(self, runtime: Runtime, amqp_url: str, stop: threading.Event) -> None:
        self._runtime = runtime
        self._service = runtime.service.name
        self._amqp_url = amqp_url
        self._stop = stop
        self._wake = threading.Event()
        self._news = True
        self._in_flight: list[_InFlight] = []
        self._limit = FIRST_EVENTS
        self._refusals = outbox.Refusals(self._service)
        self._observed = 0.0
        self._most = max(1, min(BATCHES_IN_FLIGHT, runtime.settings.max_database_connections - 1))
        self._backoff = Backoff()

    def run(self) -> None:
        url = self._runtime.settings.database_url.get_secret_value()
        listener = OutboxListener(url, self._on_news, exclusive=True)
        listener.start()
        try:
            while not self._stop.is_set():
                if listener.active.wait(WAIT_SECONDS):
                    self._guarded(listener)
        finally:
            listener.stop()

    def _on_news(self) -> None:
        self._news = True
        self._wake.set()

    def _guarded(self, listener: OutboxListener) -> None:
        started = stopwatch()
        try:
            self._relay(listener)
        except (BrokerAwayError, SQLAlchemyError) as error:
            if stopwatch() - started > STEADY_SECONDS:
                self._backoff.reset()
            wait = self._backoff.next()
            _log.warning("relay_interrupted", error=describe(error), retry_seconds=wait)
            self._stop.wait(wait)

    def _relay(self, listener: OutboxListener) -> None:
        """Relay until stopped or not the active one. Raises when broker or database is lost."""
        name = f"{self._service}-relay"
        policy = RetryPolicy(self._runtime.settings.retry_delays_ms)
        declare_topology(self._amqp_url, policy, name)
        publisher = Publisher(self._amqp_url, name, self._wake.set)
        publisher.open()
        _log.info("relay_active")
        try:
            polled = 0.0
            while listener.active.is_set() and not self._stop.is_set():
                self._wake.clear()
                self._settle()
                self._check(publisher)
                if stopwatch() - polled >= POLL_SECONDS:
                    polled, self._news = stopwatch(), True
                while self._news and len(self._in_flight) < self._most:
                    # Cleared first: what is committed while we look is news again.
                    self._news = False
                    self._news = self._send(publisher) or self._news
                    self._settle()
                self._observe()
                self._wake.wait(WAIT_SECONDS)
            self._drain(publisher)
        finally:
            publisher.close()
            self._abandon()

    def _send(self, publisher: Publisher) -> bool:
        """Take a batch and publish it; whether more may wait."""
        session = Session(self._runtime.engine)
        limit = self._limit
        try:
            events = outbox.take_unsent(session, self._service, limit, self._refusals.waiting())
        except BaseException:
            session.close()
            raise
        if not events:
            session.close()
            return False
        batch = Batch(tuple(events))
        self._limit = _next_limit(sum(len(event.body) for _, event in events) // len(events))
        faults.point("relay.taken")
        self._in_flight.append(_InFlight(session, batch, stopwatch()))
        publisher.publish(batch)
        faults.point("relay.given")
        return len(events) == limit

    def _settle(self) -> None:
        """Commit what the broker has answered for."""
        for one in [one for one in self._in_flight if one.batch.settled]:
            if one.batch.sent:
                faults.point("relay.confirmed")
                outbox.mark_sent(one.session, one.batch.sent)
                faults.point("relay.marked")
            one.session.commit()
            faults.point("relay.committed")
            one.session.close()
            self._in_flight.remove(one)
            self._note(one.batch)

    def _note(self, batch: Batch) -> None:
        metrics.outbox_published.labels(self._service).inc(len(batch.sent))
        if batch.sent:
            self._backoff.reset()
            self._refusals.taken(batch.sent)
        types = {key: event.type for key, event in batch.events}
        for key, why in batch.refused.items():
            self._refusals.note(key, types[key], why)

    def _check(self, publisher: Publisher) -> None:
        if publisher.gone:
            raise BrokerAwayError(publisher.error)
        oldest = min((one.since for one in self._in_flight), default=stopwatch())
        if stopwatch() - oldest > CONFIRM_SECONDS:
            raise BrokerAwayError(f"no confirm within {CONFIRM_SECONDS:.0f} s")

    def _observe(self) -> None:
        if stopwatch() - self._observed >= OBSERVE_SECONDS:
            outbox.observe(self._runtime)
            self._observed = stopwatch()

    def _drain(self, publisher: Publisher) -> None:
        """Wait for what is in flight, within a bound."""
        until = stopwatch() + DRAIN_SECONDS
        while self._in_flight and not publisher.gone and stopwatch() < until:
            self._wake.wait(WAIT_SECONDS)
            self._wake.clear()
            self._settle()

    def _abandon(self) -> None:
        """Give back rows whose fate is unknown: they are published again, and counted once."""
        for one in self._in_flight:
            one.session.close()
        self._in_flight.clear()


def _next_limit(body_bytes: int) -> int:
    """Return how many events to take next, when those of the last batch were so long each."""
    return max(1, min(BATCH_EVENTS, BATCH_BYTES // max(1, body_bytes)))
