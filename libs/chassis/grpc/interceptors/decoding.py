"""Seventh link: decode the request and hold it to bounds that need no knowledge of it."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from chassis.errors import FieldViolation, PlatformError
from chassis.grpc.interceptors.call import Call, Proceed
from childsupport.common.v1.errors_pb2 import ErrorReason

MAX_STRING_CHARS = 10_000
MAX_BYTES = 1 << 20
MAX_ITEMS = 10_000
MAX_VIOLATIONS = 20
_FOREIGN = "google."


def decoding(proceed: Proceed, call: Call) -> bytes:
    """Refuse a request that breaks a bound; a stream's messages are checked as they are read."""
    if isinstance(call.raw, bytes):
        call.first = call.request = _checked(call, call.raw)
        call.request_id = getattr(call.first, "request_id", "")
        return proceed(call)
    messages = (_checked(call, raw) for raw in call.raw)
    call.first = next(messages, None)
    call.request = messages if call.first is None else chain((call.first,), messages)
    return proceed(call)


def _checked(call: Call, raw: bytes) -> Message:
    message = call.decode(raw)
    check(message)
    return message


def check(message: Message) -> None:
    """Raise PlatformError (INVALID_FIELD) naming up to 20 fields that break a bound."""
    found: list[FieldViolation] = []
    for violation in _violations(message, ""):
        found.append(violation)
        if len(found) == MAX_VIOLATIONS:
            break
    if found:
        raise PlatformError(
            ErrorReason.ERROR_REASON_INVALID_FIELD,
            f"{found[0].field}: {found[0].description}",
            metadata={"field": found[0].field},
            violations=found,
        )


def _violations(message: Message, path: str) -> Iterator[FieldViolation]:
    for field, value in message.ListFields():
        name = f"{path}{field.name}"
        inner = field.message_type
        if inner is not None and inner.GetOptions().map_entry:
            yield from _too_many(name, len(value))
            of_value = inner.fields_by_name["value"]
            for key, item in value.items():
                yield from _value(inner.fields_by_name["key"], key, f"{name}.key")
                yield from _value(of_value, item, f"{name}[{key[:40]!r}]")
        elif field.is_repeated:
            yield from _too_many(name, len(value))
            yield from _items(field, value, name)
        else:
            yield from _value(field, value, name)


def _too_many(name: str, count: int) -> Iterable[FieldViolation]:
    if count > MAX_ITEMS:
        yield FieldViolation(name, f"must have at most {MAX_ITEMS} items; read {count}")


def _items(field: FieldDescriptor, value: Any, name: str) -> Iterator[FieldViolation]:
    for index, item in enumerate(value):
        yield from _value(field, item, f"{name}[{index}]")


def _value(field: FieldDescriptor, value: Any, name: str) -> Iterable[FieldViolation]:
    if isinstance(value, str):
        if len(value) > MAX_STRING_CHARS:
            length = len(value)
            yield FieldViolation(
                name, f"must have at most {MAX_STRING_CHARS} characters; read {length}"
            )
        elif "\x00" in value:
            yield FieldViolation(name, "must not contain the character NUL")
    elif isinstance(value, bytes):
        if len(value) > MAX_BYTES:
            yield FieldViolation(name, f"must have at most {MAX_BYTES} bytes; read {len(value)}")
    elif field.enum_type is not None:
        if value not in field.enum_type.values_by_number:
            known = ", ".join(field.enum_type.values_by_name)
            yield FieldViolation(name, f"must be one of {known}; read {value}")
    elif field.message_type is not None:
        if not field.message_type.full_name.startswith(_FOREIGN):
            yield from _violations(value, f"{name}.")
    elif field.name == "page_size" and value < 0:
        yield FieldViolation(name, f"must not be negative; read {value}")
