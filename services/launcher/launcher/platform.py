"""What a running platform offers to whoever drives it: addresses, jobs, a settled moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

GRPC_PORTS = {
    "identity": 15051,
    "case": 15052,
    "payments": 15053,
    "withholding": 15054,
    "enforcement": 15055,
    "notification": 15056,
}
"""Where `childsupport up` listens, unless <SERVICE>_GRPC_PORT says otherwise: below the ports that
systems take for outgoing connections."""
ADMINISTRATOR_FILE = "administrator.secret"
"""Where in its folder it leaves the first client's secret."""
LOGINS_FILE = "logins.json"
"""Where in its folder it keeps who of the demonstration can sign in."""
ADDRESSES_FILE = "addresses.json"
"""Where in its folder it says where its services listen, for the commands of another shell."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a running platform listens."""

    grpc: Mapping[str, str]
    """Service name to host:port."""
    intake_url: str
    data_dir: Path
    portal_url: str = ""
    console_url: str = ""


@dataclass(frozen=True, slots=True)
class Administrator:
    """The first client: everything else is made with its token."""

    client_id: str
    secret: str


class Platform(Protocol):
    """A running platform, on whatever it runs."""

    @property
    def addresses(self) -> Addresses:
        """Where it listens."""
        ...

    @property
    def administrator(self) -> Administrator:
        """The first client."""
        ...

    def run_job(self, service: str, job: str, business_date: date) -> Mapping[str, int | str]:
        """Run a job of a service to its end; returns what it did."""
        ...

    def settle(self, timeout_seconds: float) -> None:
        """Wait until nothing is on its way any more. Raises TimeoutError saying what still is."""
        ...
