"""Digests over ranges of ids: two services compare what they hold without sending it all."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from chassis.errors import invalid_field
from childsupport.common.v1.digest_pb2 import RangeDigest

NO_ID = "00000000-0000-0000-0000-000000000000"
"""Before every id: where the first page starts."""
_ID_END = re.compile(r"[0-9a-f]{2}")

# The last digits of our ids are random, their first ones are the time. md5 is no secret here, but
# it is the same on every PostgreSQL; the sum does not depend on the order of the rows.
_DIGESTS = """
SELECT right(id::text, 2), count(*), coalesce(sum(cents), 0)::bigint,
       sum(('x' || left(md5(concat_ws('/', id, part, cents)), 15))::bit(60)::bigint)::text
  FROM ({rows}) held GROUP BY 1 ORDER BY 1
"""


class Digest(NamedTuple):
    """What is held of the things whose ids end in two given digits."""

    id_end: str
    row_count: int
    amount_cents: int
    hash: str


def range_digests(
    session: Session, rows: str, parameters: Mapping[str, object] | None = None
) -> list[Digest]:
    """Return a digest for each range of ids.

    `rows` is a query, free of values, with the columns `id` (uuid), `part` and `cents`; two
    services that select the same rows have the same digests.
    """
    found = session.execute(text(_DIGESTS.format(rows=rows)), parameters or {})
    return [Digest(*row) for row in found]


def digest_messages(digests: Iterable[Digest]) -> list[RangeDigest]:
    """Return digests as messages."""
    return [RangeDigest(**digest._asdict()) for digest in digests]


def id_end(value: str) -> str:
    """Return the two digits that name a range. Raises PlatformError (INVALID_FIELD)."""
    if not _ID_END.fullmatch(value):
        raise invalid_field("id_end", f"must be two hexadecimal digits; read {value[:40]!r}")
    return value
