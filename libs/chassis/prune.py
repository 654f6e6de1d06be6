"""Forgetting what has done its duty: sent events, handled event ids, answered requests.

Ages are measured on the database's clock: this is housekeeping, not business.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, Table, delete, func, select, tuple_

from chassis import tables
from chassis.runtime import Work
from chassis.service import Timer

OUTBOX_DAYS = 14
"""How long a sent event stays: on the local bus, without archive queue, this is the archive."""
PARKED_DAYS = 60
"""How old a parked message may become and still be replayed."""
INBOX_DAYS = 90
"""How long a consumer remembers what it has handled. Longer than PARKED_DAYS, so that a replay of
something that had been handled after all changes nothing."""
IDEMPOTENCY_DAYS = 7
PRUNE_ROWS = 5_000
PRUNE_EVERY_SECONDS = 3_600.0


def prune(work: Work) -> bool:
    """Delete a bounded number of old rows of each kind; True when there may be more."""
    outbox, inbox, idempotency = tables.outbox, tables.inbox, tables.idempotency
    counts = [
        _delete(work, outbox, outbox.c.sent_at < _days_ago(OUTBOX_DAYS)),
        _delete(work, inbox, inbox.c.received_at < _days_ago(INBOX_DAYS)),
        _delete(work, idempotency, idempotency.c.created_at < _days_ago(IDEMPOTENCY_DAYS)),
    ]
    return max(counts) >= PRUNE_ROWS


def _days_ago(days: int) -> ColumnElement[datetime]:
    return func.now() - timedelta(days=days)


def _delete(work: Work, table: Table, old: ColumnElement[bool]) -> int:
    key = tuple_(*table.primary_key.columns)
    chosen = select(*table.primary_key.columns).where(old).limit(PRUNE_ROWS)
    chosen = chosen.with_for_update(skip_locked=True)
    found = work.session.execute(delete(table).where(key.in_(chosen)))
    return found.rowcount if isinstance(found, CursorResult) else 0


PRUNE = Timer("prune", PRUNE_EVERY_SECONDS, prune)
