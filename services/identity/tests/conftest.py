"""The identity service on a socket, with a clock for tokens, a watch for secrets and keys."""

import io
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from chassis import logs
from chassis.auth import TokenVerifier, own_keys
from chassis.clock import SteppedClock
from chassis.errors import PlatformError
from chassis.grpc.client import channel
from chassis.grpc.server import Server, build_server
from chassis.runtime import Runtime
from childsupport.identity.v1 import identity_service_pb2 as pb
from childsupport.identity.v1.identity_service_pb2_grpc import ClientServiceStub, TokenServiceStub
from identity_service import api, credentials
from identity_service.registration import bootstrap_client
from identity_service.service import SERVICE
from identity_service.throttle import Throttle

sys.path.insert(0, str(Path(__file__).parent))

CHEAP = PasswordHasher(1, 64, 1).hash("nobody's")
TOKEN_TIME = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ADMIN = "admin"


class Watch:
    """A stopwatch that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Identity:
    """The service under test, its first client, and callers."""

    runtime: Runtime
    server: Server
    clock: SteppedClock
    watch: Watch
    secret: str
    plain: grpc.Channel
    tokens: api.Tokens

    def issue(self, client_id: str = ADMIN, secret: str | None = None, *scopes: str) -> Any:
        return TokenServiceStub(self.plain).IssueToken(
            pb.IssueTokenRequest(
                client_id=client_id,
                client_secret=self.secret if secret is None else secret,
                scopes=scopes,
            )
        )

    def refused(self, call: Callable[..., Any], *args: Any) -> PlatformError:
        with pytest.raises(PlatformError) as caught:
            call(*args)
        return caught.value

    def admin(self, name: str, request: Any) -> Any:
        token = self.issue().access_token
        method = getattr(ClientServiceStub(self.plain), name)
        return method(request, metadata=(("authorization", f"Bearer {token}"),))

    def create(self, client_id: str = "intake", **given: Any) -> Any:
        fields = {
            "request_id": client_id,
            "display_name": "Intake",
            "scopes": ["withholding.remittances.submit", "withholding.remittances.read"],
        } | given
        return self.admin("CreateClient", pb.CreateClientRequest(client_id=client_id, **fields))

    def rows(self, statement: str) -> list[Any]:
        with self.runtime.engine.connect() as connection:
            return list(connection.execute(text(statement)))

    def told(self) -> list[tuple[str, int, bool]]:
        """The clients in the outbox: id, version, whether revoked."""
        from childsupport.identity.v1.events_pb2 import ClientsChanged

        bodies = self.rows("SELECT body FROM outbox ORDER BY id")
        return [
            (client.client_id, client.version, client.HasField("revoke_time"))
            for (body,) in bodies
            for client in ClientsChanged.FromString(body).clients
        ]


@pytest.fixture(autouse=True)
def log() -> Iterator[io.StringIO]:
    """What the process logs, as it would in production."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    logs.configure("identity", "test", "INFO", stream)
    yield stream
    logs.begin()
    root.handlers, root.level = handlers, level


@pytest.fixture
def identity_with(
    runtime_for: Callable[..., Runtime],
) -> Iterator[Callable[..., Identity]]:
    """Make identity services with settings."""
    with ExitStack() as stack:

        def make(**given: Any) -> Identity:
            return stack.enter_context(_identity(runtime_for, **given))

        yield make


@pytest.fixture
def identity(identity_with: Callable[..., Identity]) -> Identity:
    return identity_with()


@contextmanager
def _identity(runtime_for: Callable[..., Runtime], **given: Any) -> Iterator[Identity]:
    clock, watch = SteppedClock(TOKEN_TIME), Watch()
    tokens = api.Tokens(clock, Throttle(watch))
    service = replace(SERVICE, servicers=api.servicers(tokens, clock))
    runtime = runtime_for(service, **given)
    with runtime.work() as work:
        secret = bootstrap_client(work, ADMIN)
    assert secret is not None
    server = build_server(runtime, verifier=TokenVerifier(own_keys(runtime), clock, watch))
    server.start()
    with channel(f"127.0.0.1:{server.port}") as plain:
        yield Identity(runtime, server, clock, watch, secret, plain, tokens)
    server.drain(0)


@pytest.fixture
def portal(portal_with: Callable[..., Any]) -> Any:
    """A portal in front of identity, with what notification would read."""
    return portal_with()


@pytest.fixture
def portal_with(
    identity_with: Callable[..., Identity],
    key_directory: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Any]:
    from portal_world import Portal

    # What a hash costs is tested with clients; here it would be most of the time.
    monkeypatch.setattr(credentials, "_hasher", PasswordHasher(1, 64, 1))
    monkeypatch.setattr(credentials, "_nobodys_hash", lambda: CHEAP)

    given = {"token_lifetime_seconds": 3_600}
    return lambda **more: Portal(identity_with(**given, **more), key_directory)
