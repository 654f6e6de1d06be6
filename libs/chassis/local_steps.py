"""The local bus in steps: carry events from an outbox to their consumers, handle one, run a timer.

A queue is rows of `local_delivery` in the consumer's own database. What RabbitMQ does with
confirms and acknowledgements, transactions do here.
"""

import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Row, case, func, select, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from chassis import metrics, outbox, tables, topology
from chassis.delivery import Delivery, Outcome, TakenError, Verdict, attempt
from chassis.events import CONTENT_ENCODING, CONTENT_TYPE, Envelope
from chassis.outage import attempt_patiently
from chassis.runtime import Runtime, Work

CARRY_EVENTS = 100
TAKE_MESSAGES = 20

_rows = tables.local_delivery
_waiting = _rows.c.parked_at.is_(None)

# What runs for every message is built once; SQLAlchemy does not even cache a compiled ON CONFLICT.
_DEPOSIT = text(
    "INSERT INTO local_delivery (queue, event_id, headers, body)"
    " VALUES (:queue, :event_id, CAST(:headers AS jsonb), :body) ON CONFLICT DO NOTHING"
)
_DUE = (
    select(_rows)
    .where(_waiting, _rows.c.due_at <= func.clock_timestamp())
    .order_by(_rows.c.id)
    .limit(TAKE_MESSAGES)
)
_TAKE = text("DELETE FROM local_delivery WHERE id = :id AND parked_at IS NULL RETURNING 1")
_NEXT_DUE = select(func.extract("epoch", func.min(_rows.c.due_at) - func.now())).where(_waiting)


@dataclass(slots=True)
class Carrier:
    """Carries events from one service's outbox to the queues of their consumers."""

    runtime: Runtime
    consumers: Mapping[str, Runtime]
    refusals: outbox.Refusals

    def step(self) -> tuple[int, tuple[str, ...]]:
        """Carry a batch; return how many events, and who got some. Raises SQLAlchemyError."""
        service = self.runtime.service.name
        with Session(self.runtime.engine) as session, session.begin():
            events = outbox.take_unsent(session, service, CARRY_EVENTS, self.refusals.waiting())
            parcels: dict[str, list[Envelope]] = {}
            sent: list[int] = []
            for key, event in events:
                try:
                    consumers = topology.consumers(event.type)
                except KeyError:
                    self.refusals.note(key, event.type, "the topology does not know this type")
                    continue
                sent.append(key)
                for consumer in consumers:
                    parcels.setdefault(consumer, []).append(event)
            reached = tuple(consumer for consumer in parcels if consumer in self.consumers)
            self._deposit({consumer: parcels[consumer] for consumer in reached})
            if sent:
                outbox.mark_sent(session, sent)
        self.refusals.taken(sent)
        metrics.outbox_published.labels(service).inc(len(sent))
        return len(sent), reached

    def _deposit(self, parcels: Mapping[str, list[Envelope]]) -> None:
        """Put events into their consumers' databases; one that is away does not stop the others."""
        errors: list[SQLAlchemyError] = []
        for consumer, events in parcels.items():
            rows = [_row(topology.queue_name(consumer, event.type), event) for event in events]
            try:
                with Session(self.consumers[consumer].engine) as session, session.begin():
                    session.execute(_DEPOSIT, rows)
            except SQLAlchemyError as error:
                errors.append(error)
        if errors:
            raise errors[0]


def _row(queue: str, event: Envelope) -> dict[str, object]:
    properties = {"content-type": CONTENT_TYPE, "content-encoding": CONTENT_ENCODING}
    return {
        "queue": queue,
        "event_id": event.event_id,
        "headers": json.dumps(event.headers() | properties),
        "body": event.body,
    }


class Deliverer:
    """Hands the messages of one service's queues to its handlers, in order, one at a time."""

    def __init__(self, runtime: Runtime, stopping: threading.Event) -> None:
        """Take the service, and what says that it is time to stop."""
        self._runtime = runtime
        self._stopping = stopping
        self._policy = topology.RetryPolicy(runtime.settings.retry_delays_ms)
        self._ahead: deque[Row[tuple[object, ...]]] = deque()
        self._delayed = True
        """Whether a message may be waiting for its next attempt."""
        self.look = True
        """Whether there may be messages that are not ahead yet: set by whoever has news."""

    def step(self) -> Verdict | None:
        """Handle the next message that is due; None when none is. Raises SQLAlchemyError."""
        if not self._ahead and self.look:
            # Cleared first: what is deposited while we look is news again.
            self.look = False
            try:
                self._ahead.extend(self._due())
            except SQLAlchemyError:
                self.look = True
                raise
            self.look = self.look or len(self._ahead) == TAKE_MESSAGES
        if not self._ahead:
            return None
        row = self._ahead.popleft()
        delivery = delivery_of(row)
        outcome = attempt_patiently(
            lambda: attempt(self._runtime, delivery, lambda: self._taking(row)),
            self._runtime,
            self._stopping,
            lambda _there: None,
        )
        if outcome is None:
            return None
        if outcome.verdict in (Verdict.FAILED, Verdict.UNREADABLE):
            self._put_aside(row, outcome)
        return outcome.verdict

    def seconds_until_due(self) -> float | None:
        """Return how long until a message is due; None when none waits."""
        if not self._delayed:
            return None
        with self._runtime.work() as work:
            found = work.session.execute(_NEXT_DUE).scalar()
        self._delayed = found is not None
        return None if found is None else max(0.0, float(found))

    def _due(self) -> list[Row[tuple[object, ...]]]:
        with self._runtime.work() as work:
            return list(work.session.execute(_DUE))

    @contextmanager
    def _taking(self, row: Row[tuple[object, ...]]) -> Iterator[Work]:
        """A unit of work that takes the message off the queue when it commits."""
        with self._runtime.work() as work:
            if work.session.execute(_TAKE, {"id": row.id}).first() is None:
                raise TakenError
            yield work

    def _put_aside(self, row: Row[tuple[object, ...]], outcome: Outcome) -> None:
        """Let it wait for its next attempt, or park it; those behind it go on."""
        self._delayed = True
        failures = row.attempts + 1
        delay_ms = self._policy.delay_ms(failures)
        parked = outcome.verdict is Verdict.UNREADABLE or delay_ms is None
        now = func.clock_timestamp()
        statement = update(_rows).where(_rows.c.id == row.id)
        values = {
            "attempts": failures,
            "error": outcome.error,
            "first_failed_at": func.coalesce(_rows.c.first_failed_at, now),
        }
        if parked:
            values["parked_at"] = now
        else:
            values["due_at"] = now + timedelta(milliseconds=delay_ms or 0)
        with self._runtime.work() as work:
            work.session.execute(statement.values(values))


def delivery_of(row: Row[tuple[object, ...]]) -> Delivery:
    """Return a row as the message that it is."""
    return Delivery(
        queue=row.queue,
        headers=row.headers,
        body=row.body,
        content_type=row.headers.get("content-type"),
        content_encoding=row.headers.get("content-encoding"),
    )


def waiting_work(runtime: Runtime) -> list[str]:
    """Say what waits in a service's database: unsent events, messages to handle. Empty: nothing."""
    with runtime.work() as work:
        unsent = outbox.unsent_count(work.session)
        query = select(func.count()).select_from(_rows).where(_waiting)
        messages = work.session.execute(query).scalar_one()
    name = runtime.service.name
    return [
        f"{name}: {count} {what}"
        for count, what in ((unsent, "events unsent"), (messages, "messages to handle"))
        if count
    ]


def observe(runtime: Runtime) -> None:
    """Set the metrics that say how full the queues are."""
    outbox.observe(runtime)
    parked = func.count(case((_rows.c.parked_at.is_not(None), 1)))
    query = select(_rows.c.queue, func.count(), parked).group_by(_rows.c.queue)
    with runtime.work() as work:
        found = {queue: (total, parked) for queue, total, parked in work.session.execute(query)}
    for subscription in topology.subscriptions_of(runtime.service.name):
        total, set_aside = found.get(subscription.queue, (0, 0))
        metrics.queue_depth.labels(subscription.queue).set(total - set_aside)
        metrics.parked.labels(subscription.queue).set(set_aside)
