"""The services behind a site: a channel to each, stubs that are made once.

Calls block, and pages run in threads. Errors come as PlatformError.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

import grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from chassis.errors import PlatformError
from chassis.grpc.client import TokenSource, channel
from web.settings import WebSettings

PROBE_TIMEOUT_S = 1.0

S = TypeVar("S")


class Backends:
    """Channels that carry the site's own token; whose call it is goes with each call."""

    def __init__(self, settings: WebSettings, targets: Mapping[str, str]) -> None:
        """Take service names with their addresses. Raises ValueError for one that is missing."""
        for name, target in {"identity": settings.identity_grpc_target, **targets}.items():
            if not target:
                raise ValueError(
                    f"{name}_GRPC_TARGET".upper() + ": read nothing, expected host:port"
                )
        self._identity = channel(settings.identity_grpc_target, settings)
        tokens = TokenSource(
            settings.client_id, settings.client_secret.get_secret_value(), self._identity
        )
        self._channels: dict[str, grpc.Channel] = {
            name: channel(target, settings, tokens=tokens)
            for name, target in {**targets, "identity": settings.identity_grpc_target}.items()
        }
        self._stubs: dict[tuple[str, type], Any] = {}

    def stub(self, service: str, kind: type[S]) -> S:
        """Return the stub of a service, for example `stub("case", CaseReadServiceStub)`."""
        key = (service, kind)
        if key not in self._stubs:
            made: Any = kind
            self._stubs[key] = made(self._channels[service])
        found: S = self._stubs[key]
        return found

    def away(self) -> list[str]:
        """Return the services that do not say that they serve."""
        return [name for name, opened in self._channels.items() if not _serves(opened)]

    def close(self) -> None:
        """Close the channels."""
        for opened in (self._identity, *self._channels.values()):
            opened.close()


def _serves(opened: grpc.Channel) -> bool:
    stub: Any = HealthStub(opened)
    try:
        answer = stub.Check(HealthCheckRequest(), timeout=PROBE_TIMEOUT_S)
    except PlatformError:
        return False
    return bool(answer.status == HealthCheckResponse.SERVING)
