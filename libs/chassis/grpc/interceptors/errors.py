"""First link: whatever was raised becomes a status. What we did not mean to say stays inside."""

from typing import NoReturn

import grpc
import psycopg
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from chassis.db import database_away, sqlstate
from chassis.errors import PlatformError
from chassis.grpc import status
from chassis.grpc.interceptors.call import Call, Proceed, too_late
from chassis.ids import new_id
from childsupport.common.v1.errors_pb2 import ErrorReason

_LOCK_NOT_AVAILABLE = "55P03"
_QUERY_CANCELED = "57014"
_TRY_AGAIN = frozenset({"40001", "40P01"})
"""Serialization failure, deadlock: the same call may well succeed."""
_NEARLY_OVER_S = 0.05
"""A statement cancelled this close to the call's end was cancelled by its time-out."""

_log = structlog.get_logger()


class CodedError(PlatformError):
    """An error with the code that its reason alone does not tell."""

    def __init__(self, code: grpc.StatusCode, detail: str) -> None:
        """Take the code and a sentence; the reason is UNAVAILABLE: try again."""
        super().__init__(ErrorReason.ERROR_REASON_UNAVAILABLE, detail)
        self.code = code


def errors(proceed: Proceed, call: Call) -> bytes:
    """Proceed; turn what is raised into google.rpc.Status."""
    try:
        return proceed(call)
    except grpc.RpcError:
        # The caller went away while its stream was read; nobody is left to be told.
        raise
    except Exception as error:  # noqa: BLE001 — the one place that must let nothing through
        told = known(call, error) or _internal(call, error)
    code = told.code if isinstance(told, CodedError) else None
    return _abort(call, status.to_status(told, code))


def code_of(call: Call, error: BaseException) -> grpc.StatusCode:
    """Return the status code that an error will be answered with."""
    if isinstance(error, grpc.RpcError):
        return grpc.StatusCode.CANCELLED
    told = known(call, error)
    if told is None:
        return grpc.StatusCode.INTERNAL
    return told.code if isinstance(told, CodedError) else status.CODES[told.reason]


def known(call: Call, error: BaseException) -> PlatformError | None:
    """Return what a caller is told of an error; None when it is a defect."""
    if isinstance(error, PlatformError):
        return error
    if isinstance(error, PoolTimeoutError):
        return CodedError(
            grpc.StatusCode.UNAVAILABLE, "all database connections are in use: try again"
        )
    return _database(call, error) if isinstance(error, DBAPIError | psycopg.Error) else None


def _database(call: Call, error: BaseException) -> PlatformError | None:
    state = sqlstate(error)
    if state == _QUERY_CANCELED and call.remaining_s() < _NEARLY_OVER_S:
        return too_late(call)
    if state in {_QUERY_CANCELED, _LOCK_NOT_AVAILABLE}:
        return CodedError(grpc.StatusCode.UNAVAILABLE, "the database took too long: try again")
    if state in _TRY_AGAIN:
        return CodedError(grpc.StatusCode.ABORTED, "another change came in between: try again")
    if database_away(error):
        return CodedError(grpc.StatusCode.UNAVAILABLE, "the database is away: try again")
    return None


def _internal(call: Call, error: Exception) -> PlatformError:
    correlation_id = call.trace_id or new_id()
    _log.error(
        "rpc failed by a defect",
        method=call.method.full_name,
        correlation_id=correlation_id,
        exc_info=error,
    )
    return PlatformError(
        ErrorReason.ERROR_REASON_INTERNAL,
        f"internal error; name {correlation_id} when you report it",
        metadata={"correlation_id": correlation_id},
    )


def _abort(call: Call, said: grpc.Status) -> NoReturn:
    call.context.abort_with_status(said)
    raise AssertionError("grpc returned from abort_with_status")
