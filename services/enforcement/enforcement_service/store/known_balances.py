"""What this service holds of the ledger's balances, to prove that it is what the ledger has."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from chassis.digests import Digest, range_digests

_ROWS = (
    "SELECT obligation_id AS id, array_position(CAST(:buckets AS text[]), bucket) - 1 AS part,"
    " due_cents AS cents FROM known_balance WHERE due_cents <> 0"
)
_RANGE = """
SELECT obligation_id::text, bucket, due_cents, version FROM (
       SELECT obligation_id, coalesce(array_position(CAST(:buckets AS text[]), bucket), 0) - 1
              AS bucket, due_cents, version
         FROM known_balance WHERE right(obligation_id::text, 2) = :id_end) held
 WHERE (obligation_id, bucket) > (CAST(:obligation AS uuid), :bucket)
 ORDER BY obligation_id, bucket LIMIT :size
"""


class Held(NamedTuple):
    """A balance; `bucket` as a number: 0 for current support, -1 for one that has no number."""

    obligation_id: str
    bucket: int
    due_cents: int
    version: int


def digests(session: Session, buckets: Sequence[str]) -> list[Digest]:
    """Return a digest of the balances for each range of obligations; `buckets`: by number."""
    return range_digests(session, _ROWS, {"buckets": list(buckets)})


def of_range(
    session: Session, buckets: Sequence[str], id_end: str, after: tuple[str, int], size: int
) -> list[Held]:
    """Return a page of the balances of a range, by obligation and bucket."""
    rows = session.execute(
        text(_RANGE),
        {
            "buckets": list(buckets),
            "id_end": id_end,
            "obligation": after[0],
            "bucket": after[1],
            "size": size,
        },
    )
    return [Held(*row) for row in rows]
