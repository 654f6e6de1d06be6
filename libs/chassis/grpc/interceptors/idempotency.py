"""Last link: the same request_id gives the first answer again (AIP-155).

The record is inserted first, in the transaction of the effect: who comes second waits for the
first's commit and then finds its answer, or finds nothing because the first was rolled back.
"""

import base64
import hashlib
from typing import Final

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from chassis import tables
from chassis.errors import PlatformError, invalid_field
from chassis.grpc.interceptors.call import Call, Proceed
from childsupport.common.v1.annotations_pb2 import Idempotency
from childsupport.common.v1.errors_pb2 import ErrorReason

MAX_REQUEST_ID_CHARS: Final = 64
_LOCK_NOT_AVAILABLE = "55P03"
_PENDING = b""

_t = tables.idempotency.c


def idempotency(proceed: Proceed, call: Call) -> bytes:
    """Proceed once for each request_id of a caller; answer repetitions from the record."""
    if call.method.idempotency != Idempotency.IDEMPOTENCY_REQUEST_ID or call.first is None:
        return proceed(call)
    if not 1 <= len(call.request_id) <= MAX_REQUEST_ID_CHARS:
        raise invalid_field(
            "request_id",
            f"must have 1 to {MAX_REQUEST_ID_CHARS} characters; read {len(call.request_id)}",
        )
    request_hash = _hash(call)
    if not _claim(call, request_hash):
        return _answer_again(call, request_hash)
    response = proceed(call)
    call.work.session.execute(
        update(tables.idempotency).where(*_key(call)).values(response=_encrypt(call, response))
    )
    return response


def _key(call: Call) -> tuple[ColumnElement[bool], ...]:
    return (
        _t.method == call.method.full_name,
        _t.caller == call.work.caller.name,
        _t.request_id == call.request_id,
    )


def _claim(call: Call, request_hash: bytes) -> bool:
    """Insert the record; False when there is one. Waits for another call with the same id."""
    statement = (
        insert(tables.idempotency)
        .values(
            method=call.method.full_name,
            caller=call.work.caller.name,
            request_id=call.request_id,
            request_hash=request_hash,
            response=_PENDING,
        )
        .on_conflict_do_nothing()
        .returning(_t.request_id)
    )
    try:
        return call.work.session.execute(statement).first() is not None
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        raise PlatformError(
            ErrorReason.ERROR_REASON_REQUEST_IN_PROGRESS,
            "a call with this request_id is being worked on: try again",
            metadata={"request_id": call.request_id},
        ) from error


def _answer_again(call: Call, request_hash: bytes) -> bytes:
    found = call.work.session.execute(select(_t.request_hash, _t.response).where(*_key(call))).one()
    if found.request_hash != request_hash:
        raise PlatformError(
            ErrorReason.ERROR_REASON_REQUEST_ID_REUSED,
            "request_id was used before, with other content: take a new one for a new request",
            metadata={"request_id": call.request_id},
        )
    plain = call.work.keys.decrypt(_purpose(call), found.response)
    return base64.b64decode(plain)


def _encrypt(call: Call, response: bytes) -> bytes:
    """An answer can carry personal data, and a new client's secret."""
    return call.work.keys.encrypt(_purpose(call), base64.b64encode(response).decode())


def _purpose(call: Call) -> str:
    parts = (call.method.full_name, call.work.caller.name, call.request_id)
    return "\x1f".join(("idempotency.response", *parts))


def _hash(call: Call) -> bytes:
    """Keyed, because a request can be guessed from a plain hash (a Social Security number)."""
    content = call.first.SerializeToString(deterministic=True) if call.first else b""
    return call.runtime.keys.lookup_hash("idempotency.request", hashlib.sha256(content).hexdigest())
