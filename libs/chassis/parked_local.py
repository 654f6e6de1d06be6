"""Parked messages of the local bus: rows of the consumer's database."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select, update

from chassis import parked, tables
from chassis.clock import SystemClock
from chassis.parked import Failure, ParkedError, ParkedMessage
from chassis.runtime import Runtime

_rows = tables.local_delivery


class LocalParked:
    """See chassis.parked.ParkedMessages."""

    def __init__(self, runtimes: Sequence[Runtime]) -> None:
        """Take the services whose databases are to be looked at."""
        self._runtimes = {runtime.service.name: runtime for runtime in runtimes}
        self._wall_clock = SystemClock()

    def list(self, service: str | None = None) -> Sequence[ParkedMessage]:
        """Return the parked messages of a service (None: of all), the oldest of a queue first."""
        found: list[ParkedMessage] = []
        for queue in parked.queues_of(service):
            if runtime := self._runtimes.get(_service(queue)):
                query = _parked(queue).order_by(_rows.c.id).limit(parked.MAX_LISTED)
                found += self._read(runtime, query)
        return found

    def show(self, message_id: str) -> ParkedMessage:
        """Return one. Raises ParkedError when it is not there."""
        runtime, queue, key = self._place(message_id)
        found = self._read(runtime, _parked(queue).where(_rows.c.id == key))
        if not found:
            raise ParkedError(f"id: {message_id} is not parked")
        return found[0]

    def replay(self, message_id: str) -> int:
        """Send one home; return 1. Raises ParkedError."""
        message = self.show(message_id)
        why_not = parked.replay_error(
            {"ce-id": message.event_id}, message.first_failed_at, self._wall_clock.now()
        )
        if why_not:
            raise ParkedError(why_not)
        runtime, queue, key = self._place(message_id)
        statement = (
            update(_rows)
            .where(_rows.c.id == key, _rows.c.queue == queue, _rows.c.parked_at.is_not(None))
            .values(
                parked_at=None,
                attempts=0,
                error="",
                first_failed_at=None,
                due_at=func.clock_timestamp(),
            )
            .returning(_rows.c.id)
        )
        with runtime.work() as work:
            return len(work.session.execute(statement).all())

    def replay_all(self, service: str | None = None) -> int:
        """Send home all that were parked when asked; return how many."""
        return sum(self.replay(message.id) for message in self.list(service))

    def _place(self, message_id: str) -> tuple[Runtime, str, int]:
        queue = parked.queue_of(message_id)
        key = message_id.partition("/")[2]
        runtime = self._runtimes.get(_service(queue))
        if runtime is None or not key.isdecimal():
            raise ParkedError(f"id: read {message_id!r}, expected one that `list` printed")
        return runtime, queue, int(key)

    def _read(self, runtime: Runtime, query: Select[tuple[object, ...]]) -> Sequence[ParkedMessage]:
        with runtime.work() as work:
            rows = work.session.execute(query).all()
        return [
            parked.parked_message(
                f"{row.queue}/{row.id}",
                row.queue,
                row.headers,
                row.body,
                Failure(row.attempts, row.error, row.first_failed_at),
            )
            for row in rows
        ]


def _service(queue: str) -> str:
    return queue.partition(".")[0]


def _parked(queue: str) -> Select[tuple[object, ...]]:
    return select(_rows).where(_rows.c.queue == queue, _rows.c.parked_at.is_not(None))
