"""A real server with a real database and a real client, and methods that do what a test says."""

import io
import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey
from sqlalchemy import MetaData, create_engine, make_url, text

from chassis import auth, logs
from chassis.auth import TokenVerifier
from chassis.clock import SteppedClock
from chassis.errors import PlatformError
from chassis.grpc.server import Server, build_server
from chassis.grpc.status import from_rpc_error
from chassis.ids import new_id
from chassis.runtime import Runtime
from chassis.service import Service, Servicer
from chassis.tests.rpc import probe_contract as pc

TOKEN_TIME = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LIFETIME = timedelta(minutes=10)


@dataclass
class Signer:
    """Stands for identity: a key, and tokens that it signs."""

    clock: SteppedClock
    key: OKPKey = field(default_factory=lambda: new_key("k1"))
    shown: list[OKPKey] = field(default_factory=list)
    fetched: int = 0

    def key_set(self) -> str:
        self.fetched += 1
        keys = self.shown or [self.key]
        return json.dumps({"keys": [key.as_dict(private=False) for key in keys]})

    def token(
        self,
        client_id: str = "tester",
        scopes: str = "probe.read probe.write",
        *,
        key: OKPKey | None = None,
        typ: str = auth.TOKEN_TYPE,
        **claims: Any,
    ) -> str:
        signing = key or self.key
        now = int(self.clock.now().timestamp())
        said = {
            "iss": auth.ISSUER,
            "aud": auth.AUDIENCE,
            "sub": client_id,
            "scope": scopes,
            "employer_id": "",
            "iat": now,
            "exp": now + int(LIFETIME.total_seconds()),
        } | claims
        said = {name: value for name, value in said.items() if value is not None}
        header = {"alg": auth.ALGORITHM, "kid": str(signing.kid), "typ": typ}
        return jwt.encode(header, said, signing, algorithms=[auth.ALGORITHM])


def new_key(key_id: str) -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": key_id, "use": "sig"})


class Probe:
    """Its methods do what the test put into `does`."""

    def __init__(self) -> None:
        self.does: dict[str, Callable[[Any, Any], Any]] = {}
        self.calls: list[str] = []
        self.validators = {"Peek": self._validate}

    def _validate(self, request: Any) -> None:
        if request.note_id == "invalid by hook":
            raise pc_invalid()

    def _run(self, name: str, request: Any, work: Any) -> Any:
        self.calls.append(name)
        do = self.does.get(name)
        answered = do(request, work) if do else None
        return pc.Note() if answered is None else answered

    def Ping(self, request, work):
        return self._run("Ping", request, work)

    def Peek(self, request, work):
        return self._run("Peek", request, work)

    def GetNote(self, request, work):
        return self._run("GetNote", request, work)

    def Create(self, request, work):
        return self._run("Create", request, work)

    def Touch(self, request, work):
        return self._run("Touch", request, work)

    def Quick(self, request, work):
        return self._run("Quick", request, work)

    def Upload(self, request, work):
        return self._run("Upload", request, work)


def pc_invalid() -> PlatformError:
    from chassis.errors import invalid_field

    return invalid_field("note_id", "must be another")


def probe_service(probe: Probe) -> Service:
    return Service(
        name="rpcprobe",
        metadata=MetaData(),
        migrations=Path(__file__).parent / "migrations",
        servicers=(Servicer(pc.SERVICE, probe),),
    )


@dataclass
class Api:
    """The server under test and a plain client of it."""

    runtime: Runtime
    probe: Probe
    signer: Signer
    server: Server
    channel: grpc.Channel

    def call(
        self,
        name: str,
        request: Any = None,
        *,
        token: str | None = None,
        timeout: float | None = 10,
        metadata: tuple[tuple[str, str], ...] = (),
        raw: bool = False,
    ) -> Any:
        """Call a method; `raw` sends bytes. A token of "" sends none. Raises grpc.RpcError."""
        given = self.signer.token() if token is None else token
        headers = [*metadata, *([("authorization", f"Bearer {given}")] if given else [])]
        path = f"/{pc.SERVICE}/{name}"
        streams = name == "Upload"
        make = self.channel.stream_unary if streams else self.channel.unary_unary
        call = make(
            path,
            request_serializer=None if raw else lambda message: message.SerializeToString(),
            response_deserializer=pc.Note.FromString,
        )
        asked = (
            request
            if request is not None
            else (pc.NoteRequest if name in BIG else pc.PeekRequest)()
        )
        return call(asked, timeout=timeout, metadata=headers)

    def refused(self, *args: Any, **given: Any) -> tuple[grpc.StatusCode, PlatformError]:
        """Call a method that must fail; return the code and what the status says."""
        with pytest.raises(grpc.RpcError) as caught:
            self.call(*args, **given)
        return caught.value.code(), from_rpc_error(caught.value)

    def rows(self, statement: str) -> list[Any]:
        with self.runtime.engine.connect() as connection:
            return list(connection.execute(text(statement)))

    def wait_rows(self, statement: str, count: int) -> list[Any]:
        """Rows that a call writes after its answer has left."""
        for _ in range(1_000):
            if len(found := self.rows(statement)) >= count:
                return found
            time.sleep(0.02)
        return self.rows(statement)


BIG = ("GetNote", "Create", "Upload")


@pytest.fixture(autouse=True)
def log() -> Iterator[io.StringIO]:
    """What the process logs, as it would in production."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    logs.configure("rpcprobe", "test", "INFO", stream)
    yield stream
    logs.begin()
    root.handlers, root.level = handlers, level


def start(runtime: Runtime, probe: Probe) -> Api:
    signer = Signer(SteppedClock(TOKEN_TIME))
    server = build_server(runtime, verifier=TokenVerifier(signer.key_set, signer.clock))
    server.start()
    channel = grpc.insecure_channel(f"127.0.0.1:{server.port}")
    return Api(runtime, probe, signer, server, channel)


def stop(api: Api) -> None:
    api.channel.close()
    api.server.drain(0)


@pytest.fixture
def api_for(
    runtime_for: Callable[..., Runtime], key_directory: Path
) -> Iterator[Callable[..., Api]]:
    """Start servers with settings and a database of their own."""
    started: list[Api] = []

    def make(**settings: Any) -> Api:
        probe = Probe()
        given = {"keys_file": key_directory / "withholding.keys.json"} | settings
        started.append(start(runtime_for(probe_service(probe), **given), probe))
        return started[-1]

    yield make
    for api in started:
        stop(api)


@pytest.fixture(scope="session")
def shared_url(postgres_admin_url: str, templates: Callable[[Service], str]) -> Iterator[str]:
    """A database for all tests that leave its tables as they are."""
    name = f"d_rpcprobe_shared_{new_id()[-12:]}"
    admin = create_engine(postgres_admin_url, isolation_level="AUTOCOMMIT")
    template = templates(probe_service(Probe()))
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    yield make_url(postgres_admin_url).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def api(shared_url: str, key_directory: Path) -> Iterator[Api]:
    """A server over the shared database, with empty tables."""
    probe = Probe()
    service = probe_service(probe)
    settings = service.settings.from_environment(
        service.name,
        database_url=shared_url,
        keys_file=key_directory / "withholding.keys.json",
        max_database_connections=4,
    )
    runtime = Runtime(service, settings, clock=SteppedClock(TOKEN_TIME))
    with runtime.engine.begin() as connection:
        # A superuser may: nobody else empties the audit.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in ("note", "audit", "idempotency", "outbox"):
            connection.execute(text(f"DELETE FROM {table}"))
    api = start(runtime, probe)
    yield api
    stop(api)
    runtime.close()
