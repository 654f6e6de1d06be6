"""The driver's own cursor, for reads of a whole page as plain tuples.

How rows of many ids are read from a table that is cut into parts: `unnest(ids) AS k CROSS JOIN
LATERAL (SELECT … WHERE key = k.key OFFSET 0)`, one lookup an id in the one part that has it. A list
(`= ANY`) is planned for every part, which takes longer than the reading; a plain join reads the
whole table as long as that seems cheaper than to look into every part for every id. OFFSET 0 keeps
the two from being planned as one.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
from sqlalchemy.orm import Session

from chassis.copying import driver_connection
from chassis.ids import new_id

Row = tuple[Any, ...]


def cursor(session: Session) -> psycopg.Cursor[Row]:
    """Return a cursor inside the session's transaction."""
    return driver_connection(session).cursor()


NULL = r"\N"
"""As COPY's text form writes it."""


def array(values: Iterable[object]) -> str:
    """Return ids, numbers or days as PostgreSQL writes an array; None becomes NULL.

    The driver's own arrays quote every item by a regular expression, which a page of thousands
    feels. Not for text.
    """
    return "{" + ",".join("NULL" if v is None else str(v) for v in values) + "}"


STREAM_ROWS = 1_000


def stream(session: Session, statement: str, parameters: dict[str, Any]) -> Iterator[Row]:
    """Yield the rows of a query through a cursor on the server, so that memory stays small."""
    with driver_connection(session).cursor(name=f"c_{new_id().replace('-', '')}") as cur:
        cur.itersize = STREAM_ROWS
        cur.execute(statement, parameters)
        yield from cur
