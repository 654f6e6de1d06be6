"""Our own nameko entrypoint and queue consumer.

Nameko's stock ones acknowledge a message whose handler raised, and silently acknowledge what kombu
cannot decode. Here a message is acknowledged when its transaction has committed, or when a copy of
it waits, confirmed, in the delay or the parked queue. Raw bytes come in; kombu decodes nothing.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import eventlet
import kombu
import structlog
from eventlet.queue import LightQueue
from greenlet import GreenletExit
from kombu.mixins import ConsumerMixin
from nameko.extensions import Entrypoint, SharedExtension

from chassis import faults, metrics, topology, worker
from chassis.backoff import Backoff
from chassis.clock import SystemClock, stopwatch
from chassis.delivery import Delivery, Outcome, Verdict
from chassis.outage import attempt_patiently
from chassis.runtime import Runtime
from chassis.worker.calling import call
from chassis.worker.republish import CONNECTION_ERRORS, Republisher, UnroutableError

_log = structlog.get_logger()

RUNTIME = "chassis.runtime"
"""Where nameko's config holds the Runtime."""
PREFETCH = 32
"""Messages that a queue hands over ahead. What is acknowledged makes room only when the broker has
synced that to disk: with 8, and a disk at 40 ms (seen), no more than 200 messages a second."""
PROBATION_MESSAGES = 8
"""So many a fresh process takes one by one: one that kills it burns no neighbour's deliveries."""
HEARTBEAT_SECONDS = 30
RECONNECT_FIRST_SECONDS = 0.2
RECONNECT_MOST_SECONDS = 5.0
CONNECT_SECONDS = 5
CLOSE_SECONDS = 2.0
OBSERVE_SECONDS = 10.0
STOP_SECONDS = 20.0
"""How long the message in hand may take when the process is told to stop."""


class BusConsumer(SharedExtension, ConsumerMixin):  # type: ignore[misc]
    """Consumes all queues of the service over one connection, and settles each message in turn."""

    def __init__(self) -> None:
        """Hold nothing yet; `setup` comes when nameko has bound it."""
        super().__init__()
        self.on_commit: Callable[[], None] = lambda: None
        self._entrypoints: list[BusQueue] = []
        self._waiting = LightQueue()
        self._consumers: list[kombu.Consumer] = []
        self._connected: Any = None
        self._busy = False
        self._stopping = threading.Event()
        self._settled = 0
        self._prefetch = 1
        self._paused = False
        self._observed = 0.0

    def register(self, entrypoint: "BusQueue") -> None:
        """Take an entrypoint whose queue is to be consumed."""
        self._entrypoints.append(entrypoint)

    def setup(self) -> None:
        """Read the settings."""
        self._runtime: Runtime = self.container.config[RUNTIME]
        self._policy = topology.RetryPolicy(self._runtime.settings.retry_delays_ms)
        self._republisher = Republisher(self.container.config["AMQP_URI"], self._policy)
        self._wall_clock = SystemClock()

    def start(self) -> None:
        """Begin to connect and to consume; does not wait for the broker."""
        self._consuming: Any = self.container.spawn_managed_thread(self.run)
        self._handling: Any = self.container.spawn_managed_thread(self._handle_all)

    def drain(self) -> None:
        """Settle the message in hand, take no other, give the rest back. Waits within a bound."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._waiting.put(None)
        until = stopwatch() + STOP_SECONDS
        while self._busy and stopwatch() < until:
            eventlet.sleep(0.02)
        self.should_stop = True
        # Waits for the broker in several places; what matters is settled, so it is ended.
        for thread in (self._consuming, self._handling):
            thread.kill()
            # What it leaves behind (the connection) is closed in good order, within a bound.
            with eventlet.Timeout(CLOSE_SECONDS, False), suppress(GreenletExit):  # noqa: FBT003
                thread.wait()
        self._republisher.close()

    # The connection

    @property
    def connection(self) -> kombu.Connection:
        """Connection parameters, for ConsumerMixin."""
        return kombu.Connection(
            self.container.config["AMQP_URI"],
            heartbeat=HEARTBEAT_SECONDS,
            connect_timeout=CONNECT_SECONDS,
            transport_options={
                "client_properties": {"connection_name": f"{self._runtime.service.name}-worker"}
            },
        )

    def run(self) -> None:  # type: ignore[override, unused-ignore]
        """Consume until stopped; connect again, ever more patiently, when the broker is lost."""
        backoff = Backoff(RECONNECT_FIRST_SECONDS, RECONNECT_MOST_SECONDS)
        while not self.should_stop:
            try:
                for _ in self.consume(limit=None):
                    backoff.reset()
            except Exception as error:  # noqa: BLE001 - kombu raises whatever its transport does
                wait = backoff.next()
                reason = f"{type(error).__name__}: {error}"
                _log.warning("broker_lost", error=reason, retry_seconds=wait)
                worker.set_status(broker=False)
                eventlet.sleep(wait)

    @contextmanager
    def establish_connection(self) -> Iterator[kombu.Connection]:
        """Connect once; `run` does the retrying."""
        with self.connection as connection:
            connection.connect()
            yield connection

    def get_consumers(self, consumer_class: Any, channel: Any) -> list[kombu.Consumer]:
        """Declare everything and consume every queue. Called after each (re)connection."""
        topology.declare(channel, self._policy)
        # Else py-amqp decodes a body that names a text encoding.
        channel.auto_decode = False
        self._consumers = [
            consumer_class(
                queues=[kombu.Queue(entrypoint.queue, no_declare=True)],
                auto_declare=False,
                no_ack=False,
                on_message=partial(self._receive, entrypoint),
                on_decode_error=lambda message, _error, to=entrypoint: self._receive(to, message),
            )
            for entrypoint in self._entrypoints
        ]
        for consumer in self._consumers:
            consumer.qos(prefetch_count=self._prefetch)
        return self._consumers

    def on_consume_ready(
        self, connection: kombu.Connection, channel: Any, consumers: Any, **_: Any
    ) -> None:
        """Note that all is well."""
        self._connected = connection
        worker.set_status(broker=True)
        _log.info("consuming", queues=[e.queue for e in self._entrypoints])

    def on_iteration(self) -> None:
        """Keep the connection alive; adapt what is asked of the broker to what can be done here."""
        self._connected.heartbeat_check()
        wanted = PREFETCH if self._settled >= PROBATION_MESSAGES else 1
        if self._paused:
            wanted = 0
        if wanted != self._prefetch:
            self._prefetch = wanted
            for consumer in self._consumers:
                consumer.cancel()
                if wanted:
                    consumer.qos(prefetch_count=wanted)
                    consumer.consume()
        if stopwatch() - self._observed >= OBSERVE_SECONDS:
            self._observed = stopwatch()
            self._observe()

    def _observe(self) -> None:
        """Set the metrics that say how full the queues are."""
        for entrypoint in self._entrypoints:
            parked = topology.parked_queue(entrypoint.queue)
            for gauge, queue in ((metrics.queue_depth, entrypoint.queue), (metrics.parked, parked)):
                channel = self._consumers[0].channel
                gauge.labels(entrypoint.queue).set(channel.queue_declare(queue, passive=True)[1])

    # The messages

    def _receive(self, entrypoint: "BusQueue", message: kombu.Message) -> None:
        self._waiting.put((entrypoint, message))

    def _handle_all(self) -> None:
        while not self._stopping.is_set():
            item = self._waiting.get()
            # A message of a connection that is lost comes again over the next.
            if item is None or item[1].channel is not self._consumers[0].channel:
                continue
            self._busy = True
            try:
                self._handle(*item)
            finally:
                self._busy = False

    def _handle(self, entrypoint: "BusQueue", message: kombu.Message) -> None:
        delivery = Delivery(
            queue=entrypoint.queue,
            headers=message.headers,
            body=_raw(message.body),
            content_type=message.content_type,
            content_encoding=message.content_encoding,
        )
        faults.point("worker.received")
        outcome = attempt_patiently(
            partial(call, self.container, entrypoint, delivery),
            self._runtime,
            self._stopping,
            self._database,
        )
        if outcome is None:
            return
        settled = outcome.verdict in (Verdict.DONE, Verdict.DUPLICATE)
        faults.point("worker.committed")
        if settled or self._put_aside(delivery, outcome, message):
            faults.point("worker.settled")
            self._acknowledge(message)
            faults.point("worker.acknowledged")
        self._settled += 1
        if outcome.verdict is Verdict.DONE:
            self.on_commit()

    def _database(self, there: bool) -> None:  # noqa: FBT001 - told by attempt_patiently
        self._paused = not there
        worker.set_status(database=there)

    def _put_aside(self, delivery: Delivery, outcome: Outcome, message: kombu.Message) -> bool:
        """Publish a copy to the delay or the parked queue; True when it is confirmed."""
        failures = delivery.failures + 1
        headers = delivery.failed_headers(outcome.error, failures, self._wall_clock.now())
        delay_ms = self._policy.delay_ms(failures)
        if outcome.verdict is Verdict.UNREADABLE or delay_ms is None:
            exchange, key = topology.DEFAULT_EXCHANGE, topology.parked_queue(delivery.queue)
            _log.error("event_parked", queue=delivery.queue, attempts=failures, error=outcome.error)
        else:
            exchange, key = topology.DELAY_EXCHANGE, delivery.queue
            headers[topology.DELAY_HEADER] = delay_ms
        properties = message.properties | {
            "content_type": delivery.content_type,
            "content_encoding": delivery.content_encoding,
        }
        backoff = Backoff(RECONNECT_FIRST_SECONDS, RECONNECT_MOST_SECONDS)
        while message.channel.connection is not None:
            try:
                self._republisher.publish(exchange, key, delivery.body, headers, properties)
            except (*CONNECTION_ERRORS, UnroutableError) as error:
                wait = backoff.next()
                reason = f"{type(error).__name__}: {error}"
                _log.warning("republish_failed", error=reason, retry_seconds=wait)
                if self._stopping.wait(wait):
                    return False
            else:
                return True
        return False

    def _acknowledge(self, message: kombu.Message) -> None:
        """Acknowledge; if the connection is gone, it comes again and the inbox knows it."""
        if message.channel.connection is None:
            return
        try:
            message.ack()
        except CONNECTION_ERRORS as error:
            _log.warning("acknowledge_failed", error=f"{type(error).__name__}: {error}")


def _raw(body: bytes | str | memoryview) -> bytes:
    """The body as it came; of an empty one py-amqp makes a string."""
    return body.encode() if isinstance(body, str) else bytes(body)


class BusQueue(Entrypoint):  # type: ignore[misc]
    """Entrypoint: the method is called with each message of a queue, one at a time, in order."""

    consumer = BusConsumer()

    def __init__(self, queue: str, **options: Any) -> None:
        """Take the queue's name."""
        self.queue = queue
        super().__init__(**options)

    def setup(self) -> None:
        """Register with the consumer that all queues share."""
        self.consumer.register(self)

    def stop(self) -> None:
        """Settle what is in hand."""
        self.consumer.drain()
