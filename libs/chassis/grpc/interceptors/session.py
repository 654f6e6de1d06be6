"""Tenth link: one transaction per call. It commits before the response leaves, or not at all."""

from typing import Any, Final

from psycopg.pq import TransactionStatus
from sqlalchemy import Connection

from chassis.grpc.interceptors import audit
from chassis.grpc.interceptors.call import Call, Proceed, broken_off, too_late

_MS_PER_S = 1_000
_LIMITS_MS: Final = (5_000, 10_000, 20_000, 30_000, 60_000, 600_000)
_LIMIT = "statement_timeout_ms"


def session(proceed: Proceed, call: Call) -> bytes:
    """Open a unit of work, record what is done in the audit, proceed, commit.

    No statement outlives the call's deadline, and a method that reads only cannot write.
    """
    with call.runtime.work(call.caller) as work:
        call.opened.append(work)
        connection = work.session.connection()
        _limit_statements(connection, max(1, int(call.remaining_s() * _MS_PER_S)))
        if call.method.audited:
            audit.record(call, work, audit.DONE)
        if call.method.read_only:
            _allow_reading_only(connection)
        response = proceed(call)
        if call.remaining_s() <= 0:
            raise too_late(call)
        if not isinstance(call.raw, bytes) and not call.context.is_active():
            # A stream that is broken off can look as if it had come to its end.
            raise broken_off(call)
    return response


def _limit_statements(connection: Connection, left_ms: int) -> None:
    """Bind the statements to the time that is left.

    Calls of one client come with one deadline, so a connection keeps the rounded-up limit that it
    has: a round trip saved. Under five seconds the limit is exact, and for this transaction only.
    """
    if left_ms < _LIMITS_MS[0]:
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {left_ms}")
        return
    limit_ms = next((limit for limit in _LIMITS_MS if limit >= left_ms), left_ms)
    if connection.info.get(_LIMIT) != limit_ms:
        driver = _driver(connection)
        driver.autocommit = True
        try:
            driver.execute(f"SET statement_timeout = {limit_ms}")
        finally:
            if not driver.closed:
                driver.autocommit = False
        connection.info[_LIMIT] = limit_ms


def _allow_reading_only(connection: Connection) -> None:
    """Make the transaction read-only: from its beginning, or from here on."""
    driver = _driver(connection)
    if driver.info.transaction_status == TransactionStatus.IDLE:
        # For the next transaction only: the pool takes it back (chassis.db).
        driver.read_only = True
    else:
        connection.exec_driver_sql("SET LOCAL transaction_read_only = on")


def _driver(connection: Connection) -> Any:
    """Return psycopg's connection."""
    return connection.connection.driver_connection
