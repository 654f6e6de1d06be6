"""What a service says of itself in its service.py; the hosts read it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from google.protobuf.message import Message
from sqlalchemy import MetaData

from chassis.settings import ServiceSettings

if TYPE_CHECKING:
    from chassis.runtime import Work


@dataclass(frozen=True, slots=True)
class Handler:
    """One kind of event, and the plain function that takes it: (message, work) -> None."""

    event: type[Message]
    handle: Callable[[Any, "Work"], None]

    @property
    def type(self) -> str:
        """Full name of the event's message."""
        return self.event.DESCRIPTOR.full_name


@dataclass(frozen=True, slots=True)
class Timer:
    """Work that runs again and again, a transaction at a time.

    `run` returns True when more is waiting; it is then called again at once. It must be safe in
    several processes side by side (row locks with SKIP LOCKED, or an advisory lock).
    """

    name: str
    every_seconds: float
    run: Callable[["Work"], bool]


@dataclass(frozen=True, slots=True)
class Job:
    """Work of a business date, safe to repeat for it. Returns what it did.

    Long work has a `step`: it does a part in a transaction of its own and returns True while there
    may be more that nobody else does. `run` then does what is left and says what all came to.
    """

    name: str
    run: Callable[["Work", date], Mapping[str, int | str]]
    step: Callable[["Work", date], bool] | None = None


@dataclass(frozen=True, slots=True)
class Servicer:
    """A gRPC service of the contract by its full name, and the object whose methods answer.

    A method is called as method(request, work) -> response; of a client stream, request is an
    iterator of messages. Long streams that write get a session like every other method.
    """

    name: str
    implementation: object


@dataclass(frozen=True, slots=True)
class Service:
    """A service: everything that a host needs to run it."""

    name: str
    metadata: MetaData
    migrations: Path
    servicers: tuple[Servicer, ...] = ()
    handlers: tuple[Handler, ...] = ()
    timers: tuple[Timer, ...] = ()
    jobs: tuple[Job, ...] = ()
    settings: type[ServiceSettings] = ServiceSettings
    republish: Mapping[str, Callable[["Work", date | None], int]] = field(default_factory=dict)
    """By kind: emits the state of every thing again, same versions; returns how many."""
    key_set: Callable[["Work"], str] | None = None
    """Of the service that signs tokens: reads its public keys (JWKS) for its own server."""
