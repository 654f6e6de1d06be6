"""COPY: the only way in for rows that come by the thousand."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import Connection, Copy, sql
from sqlalchemy.orm import Session

Row = tuple[Any, ...]
EMPTY_ARRAY = "{}"
"""What an empty list is copied as: most rows have some, and adapting each costs."""


def driver_connection(session: Session) -> Connection[Row]:
    """Return the driver's own connection, inside the session's transaction."""
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, Connection):
        raise TypeError("COPY needs a psycopg connection")
    return connection


def copy_rows(
    session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Copy rows into a table within the session's transaction; values in the order of `columns`.

    A broken constraint raises psycopg.errors.IntegrityError.
    """
    with _copy(session, table, columns) as copy:
        for row in rows:
            copy.write_row(row)


def copy_text(session: Session, table: str, columns: Sequence[str], content: str) -> None:
    r"""Copy rows that are in COPY's text form already (tabs, \N, newline after each)."""
    with _copy(session, table, columns) as copy:
        copy.write(content)


@contextmanager
def _copy(session: Session, table: str, columns: Sequence[str]) -> Iterator[Copy]:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    with driver_connection(session).cursor() as cursor, cursor.copy(statement) as copy:
        yield copy
