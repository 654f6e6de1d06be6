"""Parked messages on RabbitMQ: of `<queue>.parked`, not acknowledged before they are home."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import pika
import pika.exceptions
from pika.adapters.blocking_connection import BlockingChannel
from pika.spec import BasicProperties

from chassis import parked, topology
from chassis.clock import SystemClock, stopwatch
from chassis.delivery import ATTEMPT_HEADER, ERROR_HEADER, FIRST_FAILED_HEADER, plain
from chassis.parked import Failure, ParkedError, ParkedMessage
from chassis.publisher import parameters

GIVEN_BACK_SECONDS = 2.0
GIVEN_BACK_POLL_SECONDS = 0.02
_KEY_DIGITS = 16
_PERSISTENT = 2


@dataclass(frozen=True, slots=True)
class _Held:
    """A message that was fetched and not acknowledged: closing the channel puts it back."""

    tag: int
    message: ParkedMessage
    headers: Mapping[str, object]
    properties: BasicProperties
    body: bytes


class BrokerParked:
    """See chassis.parked.ParkedMessages."""

    def __init__(self, amqp_url: str, policy: topology.RetryPolicy) -> None:
        """Take the broker's address; connects in `with`."""
        self._parameters = parameters(amqp_url, "parked")
        self._policy = policy
        self._wall_clock = SystemClock()

    def __enter__(self) -> Self:
        """Connect and declare everything. Raises ParkedError when the broker is away."""
        try:
            self._connection = pika.BlockingConnection(self._parameters)
        except (pika.exceptions.AMQPError, OSError) as error:
            where = f"{self._parameters.host}:{self._parameters.port}"
            raise ParkedError(f"broker at {where}: {type(error).__name__}: {error}") from error
        with self._channel() as channel:
            topology.declare(channel, self._policy)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect."""
        if self._connection.is_open:
            self._connection.close()

    def list(self, service: str | None = None) -> Sequence[ParkedMessage]:
        """Return the parked messages of a service (None: of all), the oldest of a queue first."""
        found: list[ParkedMessage] = []
        for queue in parked.queues_of(service):
            with self._look(queue) as look:
                found += [held.message for held in look.fetch()]
        return found

    def show(self, message_id: str) -> ParkedMessage:
        """Return one. Raises ParkedError when it is not there."""
        with self._look(parked.queue_of(message_id)) as look:
            for held in look.fetch():
                if held.message.id == message_id:
                    return held.message
        raise ParkedError(f"id: {message_id} is not parked")

    def replay(self, message_id: str) -> int:
        """Send one home; return how many copies of it went. Raises ParkedError."""
        queue = parked.queue_of(message_id)
        count = self._replay(queue, lambda message: message.id == message_id)
        if not count:
            raise ParkedError(f"id: {message_id} is not parked")
        return count

    def replay_all(self, service: str | None = None) -> int:
        """Send home all that were parked when asked; return how many."""
        return sum(self._replay(queue, lambda _: True) for queue in parked.queues_of(service))

    def _replay(self, queue: str, chosen: Callable[[ParkedMessage], bool]) -> int:
        with self._look(queue) as look:
            for held in look.fetch():
                if not chosen(held.message):
                    continue
                why_not = parked.replay_error(
                    held.headers, held.message.first_failed_at, self._wall_clock.now()
                )
                if why_not:
                    raise ParkedError(why_not)
                look.send_home(held)
            return look.sent

    @contextmanager
    def _look(self, queue: str) -> Iterator["_Look"]:
        """Look at a queue's parked messages; those not sent home are back in it afterwards.

        A closed channel gives them back by and by; who looks next would miss them, so we wait.
        """
        look = _Look(self._connection.channel(), queue)
        try:
            yield look
        finally:
            if look.channel.is_open:
                look.channel.close()
        with self._channel() as channel:
            until = stopwatch() + GIVEN_BACK_SECONDS
            while _count(channel, queue) < look.found - look.sent and stopwatch() < until:
                self._connection.sleep(GIVEN_BACK_POLL_SECONDS)

    @contextmanager
    def _channel(self) -> Iterator[BlockingChannel]:
        channel = self._connection.channel()
        try:
            yield channel
        finally:
            if channel.is_open:
                channel.close()


def _count(channel: BlockingChannel, queue: str) -> int:
    name = topology.parked_queue(queue)
    return channel.queue_declare(name, passive=True).method.message_count or 0


class _Look:
    """One look at the parked messages of a queue, over a channel of its own."""

    def __init__(self, channel: BlockingChannel, queue: str) -> None:
        self.channel = channel
        self.found = _count(channel, queue)
        self.sent = 0
        self._queue = queue
        channel.confirm_delivery()

    def fetch(self) -> Iterator[_Held]:
        """Fetch what is parked at present, in order, each message once."""
        for _ in range(min(self.found, parked.MAX_LISTED)):
            # pika's stubs call the body text; it is bytes.
            found: Any = self.channel.basic_get(topology.parked_queue(self._queue))
            method, properties, body = found
            if method is None:
                return
            headers: dict[str, object] = dict(properties.headers or {})
            key = hashlib.sha256(_identity(headers, body)).hexdigest()[:_KEY_DIGITS]
            message = parked.parked_message(
                f"{self._queue}/{key}", self._queue, headers, body, _failure(headers)
            )
            yield _Held(method.delivery_tag, message, headers, properties, body)

    def send_home(self, held: _Held) -> None:
        """Publish it to the queue that it came from, then take it off this one.

        Raises ParkedError unless the broker has it.
        """
        kept = {n: plain(v) for n, v in held.headers.items() if not n.startswith(("x-", "bus-"))}
        properties = BasicProperties(
            content_type=held.properties.content_type,
            content_encoding=held.properties.content_encoding,
            message_id=held.properties.message_id,
            delivery_mode=_PERSISTENT,
            headers=kept,
        )
        try:
            self.channel.basic_publish(
                topology.DEFAULT_EXCHANGE, self._queue, held.body, properties, mandatory=True
            )
        except (pika.exceptions.UnroutableError, pika.exceptions.NackError) as error:
            raise ParkedError(f"{held.message.id}: the broker did not take it ({error})") from error
        self.channel.basic_ack(held.tag)
        self.sent += 1


def _identity(headers: Mapping[str, object], body: bytes) -> bytes:
    """What stays the same however often a message is looked at; copies of it have the same."""
    own = sorted((k, str(v)) for k, v in headers.items() if not k.startswith(("x-", "bus-")))
    return repr(own).encode() + body


def _failure(headers: Mapping[str, Any]) -> Failure:
    attempts = headers.get(ATTEMPT_HEADER)
    first = headers.get(FIRST_FAILED_HEADER)
    error = str(headers.get(ERROR_HEADER, ""))
    for death in headers.get("x-death") or ():
        if death.get("reason") == "delivery_limit":
            times = topology.DELIVERY_LIMIT
            error = f"delivered {times} times without an answer: the worker died of it"
    return Failure(
        attempts=attempts if isinstance(attempts, int) else 0,
        error=error,
        first_failed_at=datetime.fromisoformat(str(first)) if first else None,
    )
