"""The outbox as its hosts use it: what is unsent, in order; what is sent; how far behind it is."""

from collections.abc import Collection, Sequence

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from chassis import metrics, tables
from chassis.backoff import Backoff
from chassis.clock import stopwatch
from chassis.events import Envelope
from chassis.runtime import Runtime

_log = structlog.get_logger()

REFUSED_FIRST_SECONDS = 1.0
REFUSED_MOST_SECONDS = 60.0
MAX_REFUSED = 10_000
"""Refused events that are remembered; those beyond are merely offered again sooner."""

_columns = tables.outbox.c
_TAKE = (
    select(
        _columns.id,
        _columns.event_id,
        _columns.type,
        _columns.subject,
        _columns.time,
        _columns.body,
        _columns.traceparent,
    )
    .where(_columns.sent_at.is_(None))
    .order_by(_columns.id)
    .with_for_update(skip_locked=True)
)
_MARK = text("UPDATE outbox SET sent_at = now() WHERE id = ANY(:ids)")


class Refusals:
    """Events that the bus did not take: offered again ever more rarely, holding up no other."""

    def __init__(self, service: str) -> None:
        """Take the name of the service whose outbox it is."""
        self._service = service
        self._waits: dict[int, tuple[float, Backoff]] = {}

    def waiting(self) -> list[int]:
        """Return the outbox ids that are not to be offered yet."""
        now = stopwatch()
        return [key for key, (due, _) in self._waits.items() if due > now]

    def note(self, key: int, event_type: str, why: str) -> None:
        """Count and log a refusal."""
        if key not in self._waits and len(self._waits) >= MAX_REFUSED:
            self._waits.pop(next(iter(self._waits)))
        _, backoff = self._waits.get(
            key, (0.0, Backoff(REFUSED_FIRST_SECONDS, REFUSED_MOST_SECONDS))
        )
        wait = backoff.next()
        self._waits[key] = (stopwatch() + wait, backoff)
        metrics.outbox_refused.labels(self._service, event_type).inc()
        _log.error("event_refused", type=event_type, why=why, outbox_id=key, retry_seconds=wait)

    def taken(self, keys: Sequence[int]) -> None:
        """Forget what has been taken after all."""
        for key in keys:
            self._waits.pop(key, None)


def take_unsent(
    session: Session, service: str, limit: int, without: Collection[int] = ()
) -> list[tuple[int, Envelope]]:
    """Lock and return up to `limit` unsent events in order, past those that another has locked.

    No cursor: an event whose number was given out early and committed late is simply taken next
    time. `without`: numbers to leave alone for now.
    """
    query = _TAKE.limit(limit)
    if without:
        query = query.where(_columns.id != func.all(list(without)))
    return [
        (
            row.id,
            Envelope(
                event_id=row.event_id,
                type=row.type,
                source=f"/services/{service}",
                subject=row.subject,
                time=row.time,
                body=row.body,
                traceparent=row.traceparent,
            ),
        )
        for row in session.execute(query)
    ]


def mark_sent(session: Session, ids: Sequence[int]) -> None:
    """Record that every consumer's queue has these events."""
    session.execute(_MARK, {"ids": list(ids)})


def unsent_count(session: Session) -> int:
    """Return how many events wait."""
    query = select(func.count()).where(tables.outbox.c.sent_at.is_(None))
    return session.execute(query).scalar_one()


def observe(runtime: Runtime) -> None:
    """Set the metrics that say how far behind the outbox is."""
    columns = tables.outbox.c
    query = select(func.count(), func.min(columns.time)).where(columns.sent_at.is_(None))
    with runtime.work() as work:
        count, oldest = work.session.execute(query).one()
    age = max(0.0, (runtime.clock.now() - oldest).total_seconds()) if oldest else 0.0
    metrics.outbox_unsent.labels(runtime.service.name).set(count)
    metrics.outbox_oldest_seconds.labels(runtime.service.name).set(age)
