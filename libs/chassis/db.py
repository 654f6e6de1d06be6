"""Engines. Every connection has a lock and a statement time-out; no statement waits for ever."""

import select
from typing import Any

from psycopg import Error as PsycopgError
from psycopg import InterfaceError, OperationalError
from sqlalchemy import URL, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError

LOCK_TIMEOUT_MS = 4_000
STATEMENT_TIMEOUT_MS = 60_000
POOL_WAIT_S = 5
_AWAY_STATES = ("08", "53", "57P")
"""SQLSTATE classes that speak of the server: connection, resources, shutdown."""


def engine(url: str, *, max_connections: int) -> Engine:
    """Return an engine for a PostgreSQL URL (`postgresql+psycopg://…`), not yet connected."""
    made = create_engine(
        url,
        pool_size=max_connections,
        max_overflow=0,
        pool_timeout=POOL_WAIT_S,
        # What a statement was called with is personal data; it has no place in an error's text.
        hide_parameters=True,
        connect_args=_connect_args(),
    )
    event.listen(made, "checkout", _replace_if_lost)
    event.listen(made, "checkin", _allow_writing)
    return made


def unpooled(url: URL) -> Engine:
    """Return an engine that connects anew each time.

    For a second transaction within a first: were both of one pool, calls that each hold one
    connection could wait for each other's second.
    """
    return create_engine(
        url, poolclass=NullPool, hide_parameters=True, connect_args=_connect_args()
    )


def _connect_args() -> dict[str, Any]:
    return {
        "options": f"-c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS}",
        "connect_timeout": POOL_WAIT_S,
    }


def _allow_writing(connection: Any, _record: Any) -> None:
    """Take back what made one transaction read-only (BEGIN READ ONLY costs no round trip)."""
    if connection is not None and connection.read_only:
        connection.read_only = None


def _replace_if_lost(connection: Any, _record: Any, _proxy: Any) -> None:
    """Have the pool connect anew when the server has hung up on an idle connection.

    A server that says goodbye leaves something to read; asking the socket costs no round trip,
    where SQLAlchemy's pre-ping costs three.
    """
    if not _may_be_lost(connection.pgconn.socket):
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except PsycopgError as error:
        raise DisconnectionError from error


def _may_be_lost(socket: int) -> bool:
    try:
        return bool(select.select([socket], [], [], 0)[0])
    except ValueError:
        # select() knows descriptors up to 1,023 only.
        return True


def driver_error(error: BaseException | None) -> BaseException | None:
    """Return what the driver raised, where SQLAlchemy has wrapped it; else the error itself."""
    return error.orig if isinstance(error, DBAPIError) else error


def sqlstate(error: BaseException | None) -> str:
    """Return the state that the server gave an error; empty when it did not come that far."""
    return str(getattr(driver_error(error), "sqlstate", None) or "")


def database_away(error: BaseException) -> bool:
    """Whether an error says that the database cannot be worked with, whatever the statement."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    found = driver_error(error)
    if not isinstance(found, PsycopgError):
        return False
    if state := sqlstate(found):
        return state.startswith(_AWAY_STATES)
    # Never reached the server, or lost it in the middle.
    return isinstance(found, OperationalError | InterfaceError)
