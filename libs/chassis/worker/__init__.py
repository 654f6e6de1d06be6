"""The worker: a process of its own in which nameko hosts a service's handlers and timers.

    from chassis import worker
    worker.patch()                      # before anything else is imported, if that can be had
    worker.run(SERVICE, settings)       # until SIGTERM

This package imports nothing of the rest until it is run, so that the patches can come first.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chassis.worker.green import patch

if TYPE_CHECKING:
    from chassis.service import Service
    from chassis.settings import ServiceSettings

__all__ = ["Status", "patch", "run", "status"]


@dataclass(frozen=True, slots=True)
class Status:
    """What the worker has and lacks at present."""

    broker: bool = False
    """Connected, everything declared."""
    database: bool = True
    """False while it has stopped consuming because the database is away."""

    @property
    def missing(self) -> str:
        """What it lacks, in words; empty when it can work."""
        lacks = (("broker", self.broker), ("database", self.database))
        return ", ".join(f"{name}: away" for name, there in lacks if not there)


_status = Status()


def status() -> Status:
    """Return how the worker of this process fares; for readiness."""
    return _status


def set_status(*, broker: bool | None = None, database: bool | None = None) -> None:
    """Note a change; for the worker's own parts."""
    global _status  # noqa: PLW0603 - there is one worker in a process
    _status = Status(
        _status.broker if broker is None else broker,
        _status.database if database is None else database,
    )


def run(service: "Service", settings: "ServiceSettings") -> None:
    """Host a service's handlers and timers until SIGTERM or SIGINT, then drain.

    Raises ValueError when the settings name no broker.
    """
    patch()
    from chassis.worker.host import host  # noqa: PLC0415 - only in a patched process

    host(service, settings)
