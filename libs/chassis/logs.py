"""Structured logs: a JSON object per line, with service, role and trace; no personal data."""

import logging
import re
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

import structlog
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from chassis.tracing import current_trace_id
from childsupport.common.v1.annotations_pb2 import DataClass, data_class

MASK = "[masked]"
MAX_TEXT_CHARS = 200
MAX_ITEMS = 20
MAX_FRAMES = 40

_SECRET_NAME = re.compile(
    r"(?i)(^|_)(secret|password|passwd|token|jwt|authorization|cookie|ssn|tin|pin|private_key)s?(_|$)"
    r"|account_number|routing_number|birth_date|client_secret"
)
_PATTERNS = (
    # Social Security numbers, and whatever else has nine digits in that form.
    re.compile(r"\b\d{3}[- ]?\d{2}[- ]?\d{4}\b"),
    # Signed tokens and what an authorization header carries.
    re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]+"),
    re.compile(r"(?i)(?<=bearer )\S+"),
    # Passwords in addresses.
    re.compile(r"(?<=://)[^\s/:@]+:[^\s/@]+(?=@)"),
)

Event = MutableMapping[str, Any]


def configure(service: str, role: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send all logs of the process, libraries' too, to `stream` (standard error) as JSON."""
    out = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    shared, render = _processors(service, role)
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    # Libraries narrate at INFO; what they warn of is ours to read.
    root.setLevel(max(number, logging.WARNING))


@contextmanager
def configured(service: str, role: str, stream: TextIO) -> Iterator[None]:
    """Log to `stream` for a while; afterwards as before, since the stream may be closed then."""
    root = logging.getLogger()
    before = root.handlers, root.level
    configure(service, role, stream=stream)
    try:
        yield
    finally:
        root.handlers, level = before
        root.setLevel(level)
        begin()


def begin() -> None:
    """Log as a process does that nobody has configured: JSON on what standard error is now.

    structlog's own default draws tracebacks with the variables of every frame, and so with whatever
    a request carried. A Runtime begins so, unless the process has been configured.
    """
    shared, render = _processors("", "")
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _processors(
    service: str, role: str
) -> tuple[list[structlog.typing.Processor], structlog.processors.JSONRenderer]:
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _context(service, role),
        explain_exception,
        mask,
    ]
    return shared, structlog.processors.JSONRenderer(default=str)


def _context(service: str, role: str) -> structlog.typing.Processor:
    def add(_logger: Any, _method: str, event: Event) -> Event:
        event["service"] = service
        event["role"] = role
        if trace_id := current_trace_id():
            event["trace_id"] = trace_id
        return event

    return add


def mask(_logger: Any, _method: str, event: Event) -> Event:
    """Mask secrets: by the name of what carries them, and by their look wherever they stand."""
    return {name: _masked(name, value) for name, value in event.items()}


def _masked(name: str, value: Any) -> Any:
    if _SECRET_NAME.search(name) and value not in (None, "", MASK):
        return MASK
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return {str(key): _masked(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked("", item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return mask_text(str(value))


def mask_text(text: str) -> str:
    """Mask what looks like a Social Security number, a token or a password."""
    for pattern in _PATTERNS:
        text = pattern.sub(MASK, text)
    return text


def explain_exception(_logger: Any, _method: str, event: Event) -> Event:
    """Replace `exc_info` by `exception`: frames and messages; of database errors no values."""
    given = event.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else given
    if error is True:
        error = sys.exception()
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_chain(error))
    return event


def _chain(error: BaseException) -> list[str]:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = [*_chain(earlier), "then:"] if earlier else []
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    return [*lines, f"{type(error).__name__}: {_said(error)}"]


def _said(error: BaseException) -> str:
    """What an error says. A database error quotes rows: of it, only state and constraint."""
    inner = getattr(error, "orig", None) or error
    if inner is error and not hasattr(error, "sqlstate"):
        return str(error)
    constraint = getattr(getattr(inner, "diag", None), "constraint_name", None)
    return f"SQLSTATE {getattr(inner, 'sqlstate', None)}, constraint {constraint}"


def redact(message: Message) -> dict[str, Any]:
    """Return a message for a log: fields with a data class masked, also inside; long things cut."""
    return {field.name: _field(field, value) for field, value in message.ListFields()}


def _field(field: FieldDescriptor, value: Any) -> Any:
    kind = field.GetOptions().Extensions[data_class]
    if kind != DataClass.DATA_CLASS_UNSPECIFIED:
        return f"[{DataClass.Name(kind).removeprefix('DATA_CLASS_').lower()}]"
    entry = field.message_type
    if entry is not None and entry.GetOptions().map_entry:
        inner = entry.fields_by_name["value"]
        return {str(key): _plain(inner, value[key]) for key in list(value)[:MAX_ITEMS]}
    if field.is_repeated:
        items = [_plain(field, item) for item in value[:MAX_ITEMS]]
        return [*items, f"… {len(value)} in all"] if len(value) > MAX_ITEMS else items
    return _plain(field, value)


def _plain(field: FieldDescriptor, value: Any) -> Any:
    if isinstance(value, Message):
        return redact(value)
    if isinstance(value, bytes):
        return f"[{len(value)} bytes]"
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return known.name if known else value
    if isinstance(value, str) and len(value) > MAX_TEXT_CHARS:
        return value[:MAX_TEXT_CHARS] + "…"
    return value
