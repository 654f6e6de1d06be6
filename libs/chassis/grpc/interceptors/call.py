"""One call on its way through the chain."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message

from chassis.auth import TokenVerifier
from chassis.clock import stopwatch
from chassis.errors import PlatformError, invalid_field
from chassis.grpc.contract import Method
from chassis.runtime import Caller, Runtime, Work
from childsupport.common.v1.errors_pb2 import ErrorReason


@dataclass(slots=True)
class Call:
    """What is known of a call; each link adds its part."""

    method: Method
    context: grpc.ServicerContext
    raw: bytes | Iterator[bytes]
    runtime: Runtime
    verifier: TokenVerifier
    metadata: dict[str, str]
    ends_at: float = 0.0
    """Stopwatch reading by which the work must be done."""
    caller: Caller | None = None
    first: Message | None = None
    """The request; of a stream its first message, None when it has none."""
    request: Any = None
    """What the method gets: the request, or an iterator of messages."""
    request_id: str = ""
    trace_id: str = ""
    opened: list[Work] = field(default_factory=list)

    @property
    def work(self) -> Work:
        """The unit of work that `session` opened."""
        return self.opened[0]

    def remaining_s(self) -> float:
        """Return the seconds that are left for the work."""
        return self.ends_at - stopwatch()

    def decode(self, raw: bytes) -> Message:
        """Return the message in `raw`. Raises PlatformError (INVALID_FIELD)."""
        message = self.method.request()
        try:
            message.ParseFromString(raw)
        except DecodeError as error:
            name = message.DESCRIPTOR.full_name
            raise invalid_field("request", f"must be a {name}; it cannot be decoded") from error
        return message


Proceed = Callable[[Call], bytes]
Link = Callable[[Proceed, Call], bytes]
"""A link does its part and proceeds, or raises PlatformError."""


def too_late(call: Call) -> PlatformError:
    """Return the error for a call whose time is up."""
    return PlatformError(
        ErrorReason.ERROR_REASON_DEADLINE_TOO_SHORT,
        f"{call.method.full_name}: not done by the call's deadline; nothing was changed",
    )


def broken_off(call: Call) -> PlatformError:
    """Return the error for a stream whose sender went away before its end."""
    return PlatformError(
        ErrorReason.ERROR_REASON_UNAVAILABLE,
        f"{call.method.full_name}: the sender broke off; nothing was changed",
    )
