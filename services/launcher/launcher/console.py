"""A terminal's view of a running platform: where it listens, and whose token to ask with.

By the settings of the environment (IDENTITY_GRPC_TARGET, <SERVICE>_GRPC_TARGET, CLIENT_ID,
CLIENT_SECRET or CLIENT_SECRET_FILE, TLS_…); without them the `childsupport up` of this machine
that keeps its data in the folder given, or listens on the usual ports.
"""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
from pydantic import SecretStr

from chassis.grpc.client import TokenSource, channel
from chassis.settings import ServiceSettings
from childsupport.case.v1.case_service_pb2_grpc import CaseReadServiceStub
from childsupport.case.v1.clock_service_pb2_grpc import (
    ClockReadServiceStub,
    HistoryReadServiceStub,
)
from childsupport.case.v1.office_service_pb2_grpc import OfficeReadServiceStub
from launcher.platform import ADDRESSES_FILE, ADMINISTRATOR_FILE, GRPC_PORTS

ADMINISTRATOR = "administrator"


class ConsoleSettings(ServiceSettings):
    """Settings of a terminal. It keeps no database and no keys, so it needs to be told of none."""

    database_url: SecretStr = SecretStr("")
    keys_file: Path = Path()
    case_grpc_target: str = ""
    payments_grpc_target: str = ""
    enforcement_grpc_target: str = ""
    notification_grpc_target: str = ""
    """Where the services listen; identity's address is identity_grpc_target."""
    client_id: str = ADMINISTRATOR
    client_secret: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class CaseStubs:
    """What of the case service a terminal reads."""

    cases: CaseReadServiceStub
    clocks: ClockReadServiceStub
    histories: HistoryReadServiceStub
    offices: OfficeReadServiceStub


@contextmanager
def opened(data: Path) -> Iterator[CaseStubs]:
    """Open channels to a running platform; `data` is the folder of a `childsupport up`.

    Raises ValueError when there is no secret to ask with.
    """
    with channels(data, "case") as (case,):
        yield CaseStubs(
            CaseReadServiceStub(case),
            ClockReadServiceStub(case),
            HistoryReadServiceStub(case),
            OfficeReadServiceStub(case),
        )


@contextmanager
def channels(data: Path, *services: str) -> Iterator[list[grpc.Channel]]:
    """Open a channel to each of these services, with one token. Raises as `opened`."""
    settings = ConsoleSettings.from_environment("console")
    with ExitStack() as stack:
        identity = channel(settings.identity_grpc_target or _local("identity", data), settings)
        stack.callback(identity.close)
        tokens = TokenSource(settings.client_id, _secret(settings, data), identity)
        found = []
        for service in services:
            target = getattr(settings, f"{service}_grpc_target") or _local(service, data)
            found.append(channel(target, settings, tokens=tokens))
            stack.callback(found[-1].close)
        yield found


def _local(service: str, data: Path) -> str:
    port = os.environ.get(f"{service.upper()}_GRPC_PORT", "")
    if not port and (data / ADDRESSES_FILE).is_file():
        return str(json.loads((data / ADDRESSES_FILE).read_text())[service])
    return f"127.0.0.1:{port or GRPC_PORTS[service]}"


def _secret(settings: ConsoleSettings, data: Path) -> str:
    if settings.client_secret is not None:
        return settings.client_secret.get_secret_value()
    try:
        return (data / ADMINISTRATOR_FILE).read_text().strip()
    except OSError:
        message = (
            f"no secret to ask with: neither CLIENT_SECRET (or CLIENT_SECRET_FILE) is set nor is"
            f" there {data / ADMINISTRATOR_FILE}, which `childsupport up` writes"
        )
        raise ValueError(message) from None
