"""Which payments families were told of, to prove that it is every one that went out."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from chassis.digests import Digest, range_digests

KIND = "payment_sent"
_ROWS = "SELECT DISTINCT about_id AS id, 0 AS part, 0 AS cents FROM inbox_entry WHERE kind = :kind"
_RANGE = """
SELECT DISTINCT about_id::text FROM inbox_entry
 WHERE kind = :kind AND right(about_id::text, 2) = :id_end AND about_id > CAST(:after AS uuid)
 ORDER BY 1 LIMIT :size
"""


def digests(session: Session) -> list[Digest]:
    """Return a digest of the payments for each range."""
    return range_digests(session, _ROWS, {"kind": KIND})


def of_range(session: Session, id_end: str, after: str, size: int) -> list[str]:
    """Return a page of the payments' ids of a range."""
    asked = {"kind": KIND, "id_end": id_end, "after": after, "size": size}
    return list(session.scalars(text(_RANGE), asked))
