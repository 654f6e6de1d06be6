"""Messages that were set aside for a person: look at them, and send them home.

    with parked.open_parked(runtimes) as messages:      # RabbitMQ if the settings name one
        for message in messages.list("payments"): …
        messages.replay(message.id)                     # or replay_all("payments")

A replayed message goes to the queue that it came from, its attempts counted from the beginning.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chassis import logs, topology
from chassis.events import Envelope, UndecodableEventError
from chassis.prune import PARKED_DAYS
from chassis.runtime import Runtime

MAX_LISTED = 1_000
"""Messages of a queue that are looked at in one go."""
MAX_RAW_BYTES = 200


class ParkedError(ValueError):
    """What was asked for cannot be done; the text says why."""


@dataclass(frozen=True, slots=True)
class ParkedMessage:
    """A message that could not be handled, and why."""

    id: str
    """`<queue>/<key>`: what `show` and `replay` take."""
    queue: str
    """The queue that it was taken from and goes back to."""
    type: str
    event_id: str
    subject: str
    attempts: int
    error: str
    first_failed_at: datetime | None
    body: str
    """The event as JSON, classified fields masked; of what cannot be decoded, the first bytes."""


class ParkedMessages(Protocol):
    """The parked messages of a bus."""

    def list(self, service: str | None = None) -> Sequence[ParkedMessage]:
        """Return the parked messages of a service (None: of all), the oldest of a queue first."""
        ...

    def show(self, message_id: str) -> ParkedMessage:
        """Return one. Raises ParkedError when it is not there."""
        ...

    def replay(self, message_id: str) -> int:
        """Send one home; return how many copies of it went. Raises ParkedError."""
        ...

    def replay_all(self, service: str | None = None) -> int:
        """Send home all that were parked when asked; return how many."""
        ...


def replay_error(
    headers: Mapping[str, object], first_failed_at: datetime | None, now: datetime
) -> str:
    """Say why a message must not be replayed; empty when it may.

    The inbox forgets. A message older than its memory might have been handled once already.
    """
    if first_failed_at is not None and (now - first_failed_at).days >= PARKED_DAYS:
        return (
            f"{headers.get('ce-id', 'message')}: parked for {(now - first_failed_at).days} days, "
            f"expected fewer than {PARKED_DAYS}; have its owner republish the state instead"
        )
    return ""


def parked_message(
    message_id: str, queue: str, headers: Mapping[str, object], body: bytes, failure: "Failure"
) -> ParkedMessage:
    """Return a message in the form that is shown."""
    return ParkedMessage(
        id=message_id,
        queue=queue,
        type=str(headers.get("ce-type", "")),
        event_id=str(headers.get("ce-id", "")),
        subject=str(headers.get("ce-subject", "")),
        attempts=failure.attempts,
        error=failure.error,
        first_failed_at=failure.first_failed_at,
        body=shown_body(headers, body),
    )


@dataclass(frozen=True, slots=True)
class Failure:
    """How often, why and since when a message fails."""

    attempts: int
    error: str
    first_failed_at: datetime | None


def shown_body(headers: Mapping[str, object], body: bytes) -> str:
    """Return an event's body as JSON with its classified fields masked."""
    try:
        message = Envelope.from_headers(headers, body).decode()
    except UndecodableEventError:
        start = base64.b64encode(body[:MAX_RAW_BYTES]).decode()
        return f"(undecodable, {len(body)} bytes, in base64: {start})"
    return json.dumps(logs.redact(message), ensure_ascii=False, indent=2)


def queues_of(service: str | None) -> list[str]:
    """Return the queues of a service. Raises ParkedError for one that has none."""
    found = [
        s.queue for s in topology.subscriptions() if s.consumer and service in (None, s.consumer)
    ]
    if not found:
        raise ParkedError(f"service: read {service!r}, expected one that consumes events")
    return found


def queue_of(message_id: str) -> str:
    """Return the queue that an id names. Raises ParkedError."""
    queue, slash, key = message_id.partition("/")
    if not (slash and key and queue in queues_of(None)):
        raise ParkedError(f"id: read {message_id!r}, expected <queue>/<key> as `list` prints it")
    return queue


@contextmanager
def open_parked(runtimes: Sequence[Runtime]) -> Iterator[ParkedMessages]:
    """Open the parked messages of these services, on whichever bus their settings name."""
    from chassis.parked_broker import BrokerParked  # noqa: PLC0415 - both import this module
    from chassis.parked_local import LocalParked  # noqa: PLC0415

    if runtimes and (url := runtimes[0].settings.amqp_url) is not None:
        policy = topology.RetryPolicy(runtimes[0].settings.retry_delays_ms)
        with BrokerParked(url.get_secret_value(), policy) as broker:
            yield broker
    else:
        yield LocalParked(runtimes)
