"""Publishing with hundreds of confirms in flight: pika asynchronous, in a thread of its own."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

import pika
import pika.exceptions
from pika.adapters.select_connection import IOLoop
from pika.channel import Channel
from pika.spec import Basic, BasicProperties

from chassis import topology
from chassis.events import CONTENT_ENCODING, CONTENT_TYPE, Envelope

HEARTBEAT_SECONDS = 30
CONNECT_SECONDS = 10.0
BLOCKED_SECONDS = 60
"""How long the broker may refuse to read (memory, disk) before the connection is given up."""
CLOSE_SECONDS = 5.0
_PERSISTENT = 2


class BrokerAwayError(Exception):
    """The broker cannot be reached, or the connection was lost."""


@dataclass(slots=True, eq=False)
class Batch:
    """Events given to the broker together, and what has become of each."""

    events: tuple[tuple[int, Envelope], ...]
    sent: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    """By key: why the broker did not take it (unroutable, queue full)."""
    lost: bool = False
    """The connection went before every event was answered."""

    @property
    def settled(self) -> bool:
        """Whether nothing more will come."""
        return self.lost or len(self.sent) + len(self.refused) == len(self.events)


def parameters(amqp_url: str, name: str) -> pika.URLParameters:
    """Return connection parameters: bounded in every wait, named as operators will see it."""
    found = pika.URLParameters(amqp_url)
    found.heartbeat = HEARTBEAT_SECONDS
    found.blocked_connection_timeout = BLOCKED_SECONDS
    found.socket_timeout = CONNECT_SECONDS
    found.stack_timeout = CONNECT_SECONDS
    found.client_properties = {"connection_name": name}
    return found


def declare_topology(amqp_url: str, policy: topology.RetryPolicy, name: str) -> None:
    """Declare everything over a connection of its own. Raises BrokerAwayError."""
    try:
        with pika.BlockingConnection(parameters(amqp_url, name)) as connection:
            topology.declare(connection.channel(), policy)
    except (pika.exceptions.AMQPError, OSError) as error:
        raise BrokerAwayError(f"{type(error).__name__}: {error}") from error


class Publisher:
    """One connection that publishes to the event exchange. Open it, hand it batches, close it.

    Everything that touches the channel happens in the connection's own thread; `on_progress` is
    called there too, whenever a batch may have settled or the connection is gone.
    """

    def __init__(self, amqp_url: str, name: str, on_progress: Callable[[], None]) -> None:
        """Take the address, a name for operators, and whom to tell of progress."""
        self._parameters = parameters(amqp_url, name)
        self._on_progress = on_progress
        self._ready = threading.Event()
        self._gone = threading.Event()
        self._error = ""
        self._channel: Channel | None = None
        self._connection: pika.SelectConnection | None = None
        self._next_tag = 1
        self._in_flight: dict[int, tuple[Batch, int, str]] = {}
        """By delivery tag, in the order of publishing: batch, key, event id."""
        self._returned: dict[str, str] = {}
        self._given: list[Batch] = []
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def open(self) -> None:
        """Connect, wait until publishing is possible. Raises BrokerAwayError."""
        self._thread.start()
        self._ready.wait(CONNECT_SECONDS)
        if self._gone.is_set() or not self._ready.is_set():
            self.close()
            raise BrokerAwayError(self._error or "no answer")

    @property
    def gone(self) -> bool:
        """Whether the connection is lost; batches that were in flight are marked so."""
        return self._gone.is_set()

    @property
    def error(self) -> str:
        """Why it is gone."""
        return self._error

    def publish(self, batch: Batch) -> None:
        """Give a batch to the broker; returns at once."""
        self._given = [one for one in self._given if not one.settled] + [batch]
        self._loop(lambda: self._publish(batch))
        if self._gone.is_set():
            batch.lost = True

    def close(self) -> None:
        """Close the connection and wait for its thread, within a bound."""
        self._loop(self._close)
        self._thread.join(CLOSE_SECONDS)

    # From here on: in the connection's thread, except for _loop.

    def _loop(self, what: Callable[[], None]) -> None:
        connection = self._connection
        if connection is not None and not self._gone.is_set():
            loop: IOLoop = connection.ioloop
            loop.add_callback_threadsafe(what)

    def _run(self) -> None:
        try:
            self._connection = pika.SelectConnection(
                self._parameters,
                on_open_callback=self._on_open,
                on_open_error_callback=lambda _c, error: self._end(str(error)),
                on_close_callback=lambda _c, error: self._end(str(error)),
            )
            self._connection.ioloop.start()
        except Exception as error:  # noqa: BLE001 - reported through `error`, raised by open()
            self._error = self._error or f"{type(error).__name__}: {error}"
        finally:
            self._gone.set()
            self._ready.set()
            for batch in self._given:
                batch.lost = not batch.settled
            self._on_progress()

    def _on_open(self, connection: Any) -> None:
        connection.channel(on_open_callback=self._on_channel)

    def _on_channel(self, channel: Channel) -> None:
        channel.add_on_close_callback(lambda _c, error: self._fail(str(error)))
        channel.add_on_return_callback(self._on_return)
        channel.confirm_delivery(self._on_confirm, callback=lambda _frame: self._ready.set())
        self._channel = channel

    def _publish(self, batch: Batch) -> None:
        channel = self._channel
        if channel is None or not channel.is_open:
            batch.lost = True
            self._on_progress()
            return
        for key, event in batch.events:
            self._in_flight[self._next_tag] = (batch, key, event.event_id)
            self._next_tag += 1
            channel.basic_publish(
                topology.EXCHANGE,
                event.type,
                event.body,
                BasicProperties(
                    content_type=CONTENT_TYPE,
                    content_encoding=CONTENT_ENCODING,
                    delivery_mode=_PERSISTENT,
                    message_id=event.event_id,
                    headers=dict(event.headers()),
                ),
                mandatory=True,
            )

    def _on_return(
        self, _channel: Channel, method: Basic.Return, properties: BasicProperties, _body: bytes
    ) -> None:
        # The acknowledgement of a returned message follows: it then counts as refused.
        if properties.message_id:
            self._returned[properties.message_id] = f"{method.reply_code} {method.reply_text}"

    def _on_confirm(self, frame: Any) -> None:
        taken = isinstance(frame.method, Basic.Ack)
        settled = False
        for tag in self._tags(frame.method.delivery_tag, multiple=frame.method.multiple):
            batch, key, event_id = self._in_flight.pop(tag)
            why = self._returned.pop(event_id, "" if taken else "refused by the broker")
            if why:
                batch.refused[key] = why
            else:
                batch.sent.append(key)
            settled = settled or batch.settled
        if settled:
            self._on_progress()

    def _tags(self, tag: int, *, multiple: bool) -> list[int]:
        if not multiple:
            return [tag] if tag in self._in_flight else []
        return list(takewhile(lambda one: one <= tag, self._in_flight))

    def _close(self) -> None:
        if self._connection is not None and self._connection.is_open:
            self._connection.close()

    def _fail(self, error: str) -> None:
        self._error = self._error or error
        self._close()

    def _end(self, error: str) -> None:
        self._error = self._error or error
        if self._connection is not None:
            self._connection.ioloop.stop()
