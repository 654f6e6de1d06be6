"""Events as they travel: CloudEvents attributes beside a protobuf body (binary mode)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from google.protobuf import descriptor_pool
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

CONTENT_TYPE = "application/protobuf"
CONTENT_ENCODING = "binary"
MAX_PAGE_ITEMS = 1000


class UndecodableEventError(Exception):
    """A message that is no event of ours: it is parked with this sentence as its reason."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event: its attributes and its body, not yet decoded."""

    event_id: str
    type: str
    source: str
    subject: str
    time: datetime
    body: bytes
    traceparent: str = ""

    def headers(self) -> dict[str, str]:
        """Return the CloudEvents attributes as message headers (prefix `ce-`)."""
        return {
            "ce-specversion": "1.0",
            "ce-id": self.event_id,
            "ce-type": self.type,
            "ce-source": self.source,
            "ce-subject": self.subject,
            "ce-time": self.time.isoformat(),
            "traceparent": self.traceparent,
        }

    @classmethod
    def from_headers(cls, headers: Mapping[str, object], body: bytes) -> "Envelope":
        """Build an event. Raises UndecodableEventError naming the header that is missing."""
        missing = [n for n in ("ce-id", "ce-type", "ce-source", "ce-time") if not headers.get(n)]
        if missing:
            message = f"header {', '.join(missing)} missing: not a CloudEvent"
            raise UndecodableEventError(message)
        try:
            time = datetime.fromisoformat(str(headers["ce-time"]))
        except ValueError as error:
            message = f"header ce-time: {error}"
            raise UndecodableEventError(message) from error
        try:
            event_id = str(UUID(str(headers["ce-id"])))
        except ValueError as error:
            message = f"header ce-id: read {headers['ce-id']!r}, expected a UUID"
            raise UndecodableEventError(message) from error
        return cls(
            event_id=event_id,
            type=str(headers["ce-type"]),
            source=str(headers["ce-source"]),
            subject=str(headers.get("ce-subject", "")),
            time=time,
            body=body,
            traceparent=str(headers.get("traceparent", "")),
        )

    def decode(self) -> Message:
        """Return the body as its message. Raises UndecodableEventError."""
        try:
            message = message_class(self.type)()
            message.ParseFromString(self.body)
        except (KeyError, DecodeError) as error:
            reason = f"type {self.type}: body cannot be decoded ({error})"
            raise UndecodableEventError(reason) from error
        return message


@cache
def message_class(type_name: str) -> type[Message]:
    """Return the message class of a full name. Raises KeyError when no contract has it."""
    descriptor = descriptor_pool.Default().FindMessageTypeByName(type_name)
    return GetMessageClass(descriptor)
