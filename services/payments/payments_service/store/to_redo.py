"""Obligors whose books are computed again: what waits, and from which month on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, cast

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_service.domain.bookkeeping import Account
from payments_service.domain.lanes import lane_of
from payments_service.store.raw import array, cursor


class ToRedo(NamedTuple):
    """An obligor whose books are wrong from a month on, and why."""

    obligor_id: str
    from_month: date
    cause: str


# The earliest month counts, and the cause that came with it; what failed is tried again.
_QUEUE = """
INSERT INTO obligor_to_redo AS q (lane, obligor_id, from_month, cause, queued_at)
SELECT d.lane, d.obligor_id, d.month, d.cause, %(at)s
  FROM unnest(%(lanes)s::smallint[], %(obligors)s::uuid[], %(months)s::date[], %(causes)s::text[])
       AS d (lane, obligor_id, month, cause)
 ORDER BY d.lane, d.obligor_id
ON CONFLICT (lane, obligor_id) DO UPDATE
   SET from_month = least(q.from_month, excluded.from_month), error = '',
       cause = CASE WHEN excluded.from_month < q.from_month THEN excluded.cause ELSE q.cause END
"""


def queue(session: Session, rows: Sequence[ToRedo], at: datetime) -> None:
    """Queue obligors, in the transaction that learns why; of one told twice the earliest month."""
    first: dict[str, ToRedo] = {}
    for row in rows:
        known = first.get(row.obligor_id)
        if known is None or row.from_month < known.from_month:
            first[row.obligor_id] = row
    if not first:
        return
    kept = list(first.values())
    cursor(session).execute(
        _QUEUE,
        {
            "lanes": array(lane_of(row.obligor_id) for row in kept),
            "obligors": array(row.obligor_id for row in kept),
            "months": array(row.from_month for row in kept),
            "causes": [row.cause for row in kept],
            "at": at,
        },
    )


def posted_to(session: Session, obligor_ids: Sequence[str]) -> set[str]:
    """Return those of the obligors that anything is booked for."""
    rows = cursor(session).execute(
        "SELECT DISTINCT obligor_id::text FROM standing WHERE obligor_id = ANY(%s::uuid[])",
        [array(obligor_ids)],
    )
    return {row[0] for row in rows}


# What a federal tax refund (6) leaves over never pays a month's current support.
_HELD_SINCE = """
SELECT h.obligor_id::text, date_trunc('month', min(r.collection_date))::date
  FROM unnest(%s::uuid[]) AS k (payee_id) JOIN hold h USING (payee_id)
  JOIN receipt r USING (receipt_id)
 WHERE h.obligor_id = h.payee_id AND h.reason = 'excess' AND h.released_on IS NULL AND r.source <> 6
 GROUP BY 1
"""


def held_since(session: Session, obligor_ids: Sequence[str]) -> dict[str, date]:
    """Return from which month on money of obligors is held that no debt was there for."""
    if not obligor_ids:
        return {}
    rows = cursor(session).execute(_HELD_SINCE, [array(obligor_ids)])
    return {row[0]: row[1] for row in rows}


_LANE = """
SELECT l.lane FROM lane l
 WHERE EXISTS (SELECT FROM obligor_to_redo q WHERE q.lane = l.lane AND q.error = '')
 ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_TAKE = """
DELETE FROM obligor_to_redo q
 USING (SELECT lane, obligor_id FROM obligor_to_redo WHERE lane = :lane AND error = ''
         ORDER BY queued_at, obligor_id LIMIT :size FOR UPDATE SKIP LOCKED) page
 WHERE q.lane = page.lane AND q.obligor_id = page.obligor_id
RETURNING q.obligor_id::text, q.from_month, q.cause
"""


def take_lane(session: Session) -> int | None:
    """Lock a lane in which obligors wait and that no other worker has; None when none does."""
    return cast("int | None", session.scalar(text(_LANE)))


def take(session: Session, lane: int, size: int) -> list[ToRedo]:
    """Take a page of a locked lane's obligors off the queue.

    What a fact that is told meanwhile adds is queued anew when this transaction is over.
    """
    rows = session.execute(text(_TAKE), {"lane": lane, "size": size})
    return sorted(ToRedo(*row) for row in rows)


def take_one(session: Session, obligor_id: str) -> list[ToRedo]:
    """Take an obligor of a locked lane off the queue."""
    rows = session.execute(
        text(
            "DELETE FROM obligor_to_redo WHERE lane = :lane AND obligor_id = CAST(:id AS uuid)"
            " RETURNING obligor_id::text, from_month, cause"
        ),
        {"lane": lane_of(obligor_id), "id": obligor_id},
    )
    return [ToRedo(*row) for row in rows]


def waiting(session: Session, lane: int) -> set[str]:
    """Return the obligors of a lane that wait."""
    statement = text("SELECT obligor_id::text FROM obligor_to_redo WHERE lane = :lane AND error=''")
    return set(session.scalars(statement, {"lane": lane}))


_FAILED = """
INSERT INTO obligor_to_redo AS q (lane, obligor_id, from_month, cause, queued_at, error)
VALUES (:lane, :obligor_id, :from_month, :cause, :at, :error)
ON CONFLICT (lane, obligor_id) DO UPDATE SET from_month = least(q.from_month, excluded.from_month)
"""


def put_back(session: Session, row: ToRedo, error: str, at: datetime) -> None:
    """Keep an obligor whose books cannot be computed, until `retry` or a new fact."""
    parameters = {"lane": lane_of(row.obligor_id), "at": at, "error": error, **row._asdict()}
    session.execute(text(_FAILED), parameters)


def retry(session: Session) -> int:
    """Let all that failed be tried again; returns how many."""
    statement = "UPDATE obligor_to_redo SET error = '' WHERE error > ''"
    return cursor(session).execute(statement).rowcount


MAX_FINDINGS = 50


def findings(session: Session, before: datetime) -> list[str]:
    """Return a sentence for each obligor that waits since an instant, or for whom it fails."""
    rows = session.execute(
        text(
            "SELECT obligor_id::text, from_month, error FROM obligor_to_redo"
            " WHERE error > '' OR queued_at <= :before ORDER BY 1 LIMIT :most"
        ),
        {"before": before, "most": MAX_FINDINGS},
    )
    return [
        f"The books of obligor {id_} cannot be computed again from {month}: {error}."
        if error
        else f"The books of obligor {id_} wait to be computed again from {month}."
        for id_, month, error in rows
    ]


def add_late(session: Session, rows: Sequence[tuple[str, str]]) -> None:
    """Keep receipts (obligor, receipt) that are posted when their obligor is computed again."""
    if rows:
        cursor(session).execute(
            "INSERT INTO late_receipt (obligor_id, receipt_id)"
            " SELECT * FROM unnest(%s::uuid[], %s::uuid[]) ON CONFLICT DO NOTHING",
            [array(column) for column in zip(*rows, strict=True)],
        )


def forget_late(session: Session, obligor_ids: Sequence[str]) -> None:
    """Forget the late receipts of obligors that were computed again."""
    cursor(session).execute(
        "DELETE FROM late_receipt WHERE obligor_id = ANY(%s::uuid[])", [array(obligor_ids)]
    )


# The months since that in which what was paid ahead stood at nothing for the last time.
_AHEAD_SINCE = f"""
WITH moved AS (
  SELECT k.obligor_id, date_trunc('month', l.collection_date)::date AS month,
         sum(l.amount_cents) AS cents
    FROM unnest(%s::uuid[], %s::date[]) AS k (obligor_id, before) JOIN line l USING (obligor_id)
   WHERE l.account = {int(Account.PAID_AHEAD)} AND l.collection_date < k.before
   GROUP BY 1, 2
), stood AS (
  SELECT obligor_id, month, sum(cents) OVER (PARTITION BY obligor_id ORDER BY month) AS cents
    FROM moved
)
SELECT obligor_id::text, min(month) FROM stood
 WHERE month > coalesce((SELECT max(z.month) FROM stood z
                          WHERE z.obligor_id = stood.obligor_id AND z.cents = 0), '-infinity')
 GROUP BY 1
"""  # noqa: S608 - no value in it


def ahead_since(session: Session, months: Mapping[str, date]) -> dict[str, date]:
    """Return from which month on obligors had paid ahead for what is due in theirs or later."""
    if not months:
        return {}
    rows = cursor(session).execute(_AHEAD_SINCE, [array(months), array(months.values())])
    return {row[0]: row[1] for row in rows}
