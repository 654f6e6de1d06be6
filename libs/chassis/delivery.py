"""What both hosts do with one message, and how they judge what came of it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import psycopg
import structlog

from chassis import faults, logs, metrics
from chassis.clock import stopwatch
from chassis.db import database_away, driver_error
from chassis.events import CONTENT_ENCODING, CONTENT_TYPE, Envelope, UndecodableEventError
from chassis.runtime import Runtime, Work

_log = structlog.get_logger()

ATTEMPT_HEADER = "bus-attempt"
ERROR_HEADER = "bus-error"
QUEUE_HEADER = "bus-queue"
FIRST_FAILED_HEADER = "bus-first-failed-at"
MAX_ERROR_CHARS = 300


class Verdict(Enum):
    """What came of one attempt to handle a message."""

    DONE = "done"
    DUPLICATE = "duplicate"
    FAILED = "failed"
    """The handler raised: the message waits and is tried again, or is parked."""
    UNREADABLE = "unreadable"
    """No attempt will ever read it: it is parked at once."""
    DATABASE_AWAY = "database_away"
    """Nothing can be handled at present; it counts as no attempt."""


class TakenError(Exception):
    """Another process has taken the message meanwhile: nothing to do."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict, and for a failure its reason: what kind of error, no values of rows."""

    verdict: Verdict
    error: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as a host took it off its queue, not yet read."""

    queue: str
    headers: Mapping[str, object]
    body: bytes
    content_type: str | None
    content_encoding: str | None

    def read(self) -> Envelope:
        """Return the event. Raises UndecodableEventError: the property, what it should be."""
        for name, found, expected in (
            ("content type", self.content_type, CONTENT_TYPE),
            ("content encoding", self.content_encoding, CONTENT_ENCODING),
        ):
            if found != expected:
                raise UndecodableEventError(f"{name}: read {found!r}, expected {expected!r}")
        return Envelope.from_headers(self.headers, self.body)

    @property
    def failures(self) -> int:
        """How many attempts have failed so far."""
        found = self.headers.get(ATTEMPT_HEADER)
        return found if isinstance(found, int) else 0

    def failed_headers(self, error: str, failures: int, at: datetime) -> dict[str, object]:
        """Return the headers to publish it with anew: how often and why it failed, its queue.

        What the broker noted (`x-…`) is left out: with `x-death` in it, it would see a cycle
        and drop it.
        """
        kept = {n: plain(v) for n, v in self.headers.items() if not n.startswith(("x-", "bus-"))}
        first = self.headers.get(FIRST_FAILED_HEADER) or at.isoformat()
        return kept | {
            ATTEMPT_HEADER: failures,
            ERROR_HEADER: error,
            QUEUE_HEADER: self.queue,
            FIRST_FAILED_HEADER: str(first),
        }


def plain(value: object) -> object:
    """Return a header's value as one that every client can send."""
    return value if isinstance(value, str | bytes | bool | int) else str(value)


def attempt(
    runtime: Runtime,
    delivery: Delivery,
    work: Callable[[], AbstractContextManager[Work]] | None = None,
) -> Outcome:
    """Read a message and handle it in one transaction (`work`: the host's own kind)."""
    started = stopwatch()
    outcome = _attempt(runtime, delivery, work or runtime.work)
    known = str(delivery.headers.get("ce-type", ""))
    labels = (
        runtime.service.name,
        known if runtime.handles(known) else "unknown",
        outcome.verdict.value,
    )
    metrics.handler_seconds.labels(*labels).observe(stopwatch() - started)
    return outcome


def _attempt(
    runtime: Runtime, delivery: Delivery, open_work: Callable[[], AbstractContextManager[Work]]
) -> Outcome:
    try:
        envelope = delivery.read()
        with open_work() as work:
            fresh = runtime.handle(delivery.queue, envelope, work)
            faults.point("worker.handled")
    except UndecodableEventError as error:
        return Outcome(Verdict.UNREADABLE, str(error))
    except TakenError:
        return Outcome(Verdict.DUPLICATE)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises, the message is kept
        if database_away(error):
            return Outcome(Verdict.DATABASE_AWAY, describe(error))
        _log.warning("event_failed", queue=delivery.queue, exc_info=error, **_named(delivery))
        return Outcome(Verdict.FAILED, describe(error))
    return Outcome(Verdict.DONE if fresh else Verdict.DUPLICATE)


def _named(delivery: Delivery) -> dict[str, str]:
    return {n: str(delivery.headers.get(f"ce-{n}", "")) for n in ("id", "type", "subject")}


def describe(error: BaseException) -> str:
    """Return one line for header, row and log. Of a database error no values: they quote rows."""
    found = driver_error(error) or error
    if isinstance(found, psycopg.Error) and found.sqlstate:
        where = found.diag.constraint_name or found.diag.table_name
        said = f"SQLSTATE {found.sqlstate}" + (f" ({where})" if where else "")
    else:
        said = logs.mask_text(str(found).partition("\n")[0])
    return f"{type(found).__name__}: {said}"[:MAX_ERROR_CHARS]
