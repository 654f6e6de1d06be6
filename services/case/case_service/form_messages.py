"""Requests of FormReadService to the data of forms, whose fields have the same names."""

from google.protobuf.message import Message
from google.type.date_pb2 import Date

from case_service.domain.forms import FormError
from chassis.dates import to_date
from chassis.errors import FieldViolation, PlatformError, invalid_field
from childsupport.case.v1 import form_service_pb2 as pb
from childsupport.common.v1.errors_pb2 import ErrorReason

HEAD_FIELDS = ("date", "language", "case_number", "office", "to")


def form_from_message(message: pb.RenderFormRequest) -> tuple[str, dict[str, object]]:
    """Return a form's kind and its data. Raises an error naming what is missing or no date."""
    kind = message.WhichOneof("form")
    if kind is None:
        raise invalid_field("form", "one of the forms must be set")
    said = _plain(message)
    own = said[kind]
    data = {name: said[name] for name in HEAD_FIELDS if name in said}
    return kind, data | (own if isinstance(own, dict) else {})


def refused(kind: str, error: FormError) -> PlatformError:
    """Return the error of a form's data, its fields named as the request has them."""
    found = [
        FieldViolation(_field(kind, violation.field), violation.expected)
        for violation in error.violations
    ]
    first = found[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return PlatformError(
        ErrorReason.ERROR_REASON_INVALID_FIELD,
        f"{first.field}: {first.description}{more}",
        metadata={"field": first.field},
        violations=found,
    )


def _field(kind: str, path: str) -> str:
    return path if path.split(".", maxsplit=1)[0] in HEAD_FIELDS else f"{kind}.{path}"


def _plain(message: Message, path: str = "") -> dict[str, object]:
    """Return what a message says as plain values: days as ISO, what is unset left out."""
    said: dict[str, object] = {}
    for field, value in message.ListFields():
        name = f"{path}.{field.name}" if path else field.name
        if field.is_repeated:
            said[field.name] = [_value(one, f"{name}[{at}]") for at, one in enumerate(value)]
        else:
            said[field.name] = _value(value, name)
    return said


def _value(value: object, path: str) -> object:
    if isinstance(value, Date):
        day = to_date(value, path)
        return day.isoformat() if day else ""
    # An empty message is kept: a form of which nothing is said is the blank one.
    return _plain(value, path) if isinstance(value, Message) else value
