"""Fifth link: who asked for whose data, and what came of it. Also when it was refused."""

from collections.abc import Iterator
from typing import Final

import structlog
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError

from chassis import metrics, tables
from chassis.errors import PlatformError
from chassis.grpc.interceptors.call import Call, Proceed
from chassis.grpc.interceptors.caller import ANONYMOUS
from chassis.grpc.interceptors.errors import code_of, known
from chassis.grpc.status import reason_name
from chassis.runtime import Work
from childsupport.common.v1.annotations_pb2 import DataClass, data_class
from childsupport.common.v1.errors_pb2 import ErrorReason

DONE: Final = "OK"
MAX_IDS = 50
MAX_ID_CHARS = 64
_NAMES = ("_id", "_number", "_ids", "_numbers")
_NOT_THE_SUBJECT = "request_id"
_RECORDABLE = frozenset({DataClass.DATA_CLASS_UNSPECIFIED, DataClass.DATA_CLASS_PERSONAL})
"""A record names whom it is about (a participant's number), never a secret, place or tax source."""

_INSERT: Final = insert(tables.audit)

_log = structlog.get_logger()


def audit(proceed: Proceed, call: Call) -> bytes:
    """Proceed; record a refusal in a transaction of its own, since the call's is rolled back."""
    if not call.method.audited:
        return proceed(call)
    try:
        return proceed(call)
    except Exception as error:
        _record_refusal(call, error)
        raise


def record(call: Call, work: Work, outcome: str) -> None:
    """Write the record of a call into its transaction: no effect and no answer without it."""
    work.session.execute(
        _INSERT,
        {
            "at": work.clock.now(),
            "caller": work.caller.name,
            "method": call.method.full_name,
            "request_id": call.request_id[:MAX_ID_CHARS],
            "subject": subject(call.first) if call.first else {},
            "outcome": outcome,
        },
    )


def _record_refusal(call: Call, error: Exception) -> None:
    told = known(call, error)
    outcome = reason_name(told.reason) if told else code_of(call, error).name
    throttled = told is not None and told.reason == ErrorReason.ERROR_REASON_LIMIT_EXCEEDED
    if (throttled and call.caller == ANONYMOUS) or (told is not None and not told.audited):
        # Nobody without a name may fill the audit.
        metrics.refusals_not_audited.labels(call.method.full_name).inc()
        if told is not None and told.even:
            _record_in_vain(call, outcome)
        return
    if call.first is None and isinstance(call.raw, bytes):
        call.first = _readable(call, call.raw)
    try:
        with call.runtime.work(call.caller) as work:
            record(call, work, outcome)
    except SQLAlchemyError as failure:
        _log.error("refusal not audited", method=call.method.full_name, exc_info=failure)


def _record_in_vain(call: Call, outcome: str) -> None:
    """Do all that recording takes, the wait for the disk too; nothing is left of it."""
    try:
        with call.runtime.work(call.caller) as work:
            in_vain = work.session.begin_nested()
            record(call, work, outcome)
            in_vain.rollback()
    except SQLAlchemyError as failure:
        _log.error("refusal not taken time for", method=call.method.full_name, exc_info=failure)


def _readable(call: Call, raw: bytes) -> Message | None:
    try:
        return call.decode(raw)
    except PlatformError:
        return None


def subject(message: Message) -> dict[str, list[str]]:
    """Return the ids that a request names, by field: up to 50 in all, nested ones too."""
    found: dict[str, list[str]] = {}
    for count, (name, value) in enumerate(_ids(message), start=1):
        found.setdefault(name, []).append(value[:MAX_ID_CHARS])
        if count == MAX_IDS:
            break
    return found


def _ids(message: Message) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        if field.GetOptions().Extensions[data_class] not in _RECORDABLE:
            continue
        values = list(value) if field.is_repeated else [value]
        if _names_somebody(field):
            yield from ((field.name, item) for item in values if isinstance(item, str))
        elif field.message_type is not None and not field.message_type.GetOptions().map_entry:
            for item in values:
                yield from _ids(item)


def _names_somebody(field: FieldDescriptor) -> bool:
    return field.name.endswith(_NAMES) and field.name != _NOT_THE_SUBJECT
