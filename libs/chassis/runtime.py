"""A running service: its database, clock and keys, and the unit of work that all code stands on."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import structlog
from google.protobuf.message import Message
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from chassis import db, logs, tables
from chassis.clock import Clock, SystemClock
from chassis.crypto import Keys, load_keys
from chassis.events import Envelope, UndecodableEventError
from chassis.ids import new_id
from chassis.service import Handler, Job, Service
from chassis.settings import ServiceSettings
from chassis.tracing import continue_trace, current_traceparent


@dataclass(frozen=True, slots=True)
class EndUser:
    """The parent for whom a portal calls, as identity says: account, and whose cases it sees."""

    account_id: str
    session_id: str
    participant_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Worker:
    """The worker for whom a console calls, as identity says: user name, session, what he may."""

    worker_id: str
    session_id: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling: the client of a verified token, or the service itself.

    `user` is the parent for whom a portal calls, `worker` the worker for whom a console calls;
    without either it calls in its own name. `scopes` are then those that both have.
    """

    client_id: str
    scopes: frozenset[str] = frozenset()
    employer_id: str = ""
    user: EndUser | None = None
    worker: Worker | None = None

    @property
    def person(self) -> str:
        """Who did it, for records and for what takes two people: the worker, else the client."""
        return self.worker.worker_id if self.worker else self.client_id

    @property
    def name(self) -> str:
        """Client and who is behind it, for the audit: `console/dana.reyes`, `portal/<account>`."""
        if self.worker:
            return f"{self.client_id}/{self.worker.worker_id}"
        return f"{self.client_id}/{self.user.account_id}" if self.user else self.client_id


@dataclass(frozen=True, slots=True)
class Work:
    """One unit of work: a transaction with what is needed to do it. Commit is the host's.

    Handlers, timers, jobs and RPC methods all get one; what they emit commits with what they write.
    """

    session: Session
    clock: Clock
    keys: Keys
    settings: ServiceSettings
    caller: Caller
    emitted: list[str] = field(default_factory=list)

    def emit(self, message: Message, *, subject: str) -> None:
        """Write an event into the outbox. `subject` is an id of what it is about."""
        event_id = new_id()
        self.session.execute(
            insert(tables.outbox),
            {
                "event_id": event_id,
                "type": message.DESCRIPTOR.full_name,
                "subject": subject,
                "traceparent": current_traceparent(),
                "body": message.SerializeToString(deterministic=True),
                "time": self.clock.now(),
            },
        )
        self.emitted.append(event_id)


class Runtime:
    """A service with its settings: opens units of work, delivers events to handlers."""

    def __init__(
        self,
        service: Service,
        settings: ServiceSettings,
        *,
        clock: Clock | None = None,
        keys: Keys | None = None,
    ) -> None:
        """Build the engine; connects on first use."""
        if not structlog.is_configured():
            logs.begin()
        self.service = service
        self.settings = settings
        self.clock = clock or SystemClock(settings.time_zone, settings.clock_start)
        self.keys = keys or load_keys(service.name, settings.keys_file)
        self.engine = db.engine(
            settings.database_url.get_secret_value(),
            max_connections=settings.max_database_connections,
        )
        self._handlers = {handler.type: handler for handler in service.handlers}

    @contextmanager
    def work(self, caller: Caller | None = None) -> Iterator[Work]:
        """Open a unit of work: commit at the end, roll back when it raises."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield Work(
                session=session,
                clock=self.clock,
                keys=self.keys,
                settings=self.settings,
                caller=caller or Caller(f"service:{self.service.name}"),
            )

    def run_job(self, job: Job, business_date: date) -> Mapping[str, int | str]:
        """Run a job to its end: its steps a transaction each, then what is left; what it did."""
        more = job.step is not None
        while more and job.step is not None:
            with self.work() as work:
                more = job.step(work, business_date)
        with self.work() as work:
            return job.run(work, business_date)

    def handler(self, event_type: str) -> Handler:
        """Return the handler of a type. Raises UndecodableEventError when there is none."""
        try:
            return self._handlers[event_type]
        except KeyError:
            message = f"type {event_type}: {self.service.name} has no handler for it"
            raise UndecodableEventError(message) from None

    def deliver(self, queue: str, envelope: Envelope) -> bool:
        """Handle an event once: inbox record, effect and new events commit together.

        Returns False when the event had been handled before (nothing changes then).
        """
        with self.work() as work:
            return self.handle(queue, envelope, work)

    def handle(self, queue: str, envelope: Envelope, work: Work) -> bool:
        """Handle an event within a unit of work that the host has opened; else like `deliver`."""
        handler = self.handler(envelope.type)
        message = envelope.decode()
        with continue_trace(envelope.traceparent, f"handle {envelope.type}", {"queue": queue}):
            if not record_receipt(work.session, queue, envelope.event_id):
                return False
            handler.handle(message, work)
        return True

    def handles(self, event_type: str) -> bool:
        """Whether the service has a handler for a type."""
        return event_type in self._handlers

    def close(self) -> None:
        """Give the database connections back."""
        self.engine.dispose()


# As text: SQLAlchemy does not cache a compiled ON CONFLICT, and this one runs for every message.
_RECORD_RECEIPT = text(
    "INSERT INTO inbox (consumer, event_id) VALUES (:consumer, :event_id)"
    " ON CONFLICT DO NOTHING RETURNING 1"
)


def record_receipt(session: Session, queue: str, event_id: str) -> bool:
    """Record in the inbox that `queue` handled an event; False when it is there already."""
    values = {"consumer": queue, "event_id": event_id}
    return session.execute(_RECORD_RECEIPT, values).first() is not None
