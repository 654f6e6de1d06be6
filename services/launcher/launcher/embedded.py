"""The whole platform in one process: PostgreSQL, local bus, gRPC servers, intake."""

import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

from pydantic import SecretStr

from chassis import logs, migrate
from chassis.clock import Clock
from chassis.grpc.server import Server, build_server
from chassis.local_bus import LocalBus
from chassis.runtime import Runtime
from chassis.settings import ServiceSettings
from console_service import service as console
from identity_service.registration import bootstrap_client
from intake_service.server import IntakeServer
from launcher.keys import key_file, provide_keys
from launcher.platform import Addresses, Administrator
from launcher.postgres import embedded_postgres
from launcher.registry import SERVICES, service_named
from portal_service import service as portal
from web.serving import HttpServer
from web.settings import WebSettings

CONNECTIONS_PER_SERVICE = 8
SPARE_CONNECTIONS = 12
"""For migrations, the listener of each outbox, and people with psql."""
ADMINISTRATOR = "administrator"
SITES: Mapping[str, Any] = {portal.NAME: portal, console.NAME: console}
"""Web sites: modules with SCOPES, SETTINGS, build_app and bound."""
TIMERS_IN_A_ROW = 3
"""A timer can leave work to another (identified, then posted): each gets a turn after the other."""

Say = Callable[[str], None]


class EmbeddedPlatform:
    """A running platform; a context manager: started on entry, stopped on exit."""

    def __init__(
        self,
        root: Path,
        *,
        clock_start: datetime | None = None,
        clock: Clock | None = None,
        intake_port: int = 0,
        site_ports: Mapping[str, int] | None = None,
        smtp_port: int = 0,
        grpc_ports: Mapping[str, int] | None = None,
        say: Say = lambda _: None,
    ) -> None:
        """Take the folder that everything is kept in, and the instant that the clock starts at.

        `clock`: one for all services that its owner moves (a simulation), instead of `clock_start`.
        """
        self.root = root
        self._clock_start = clock_start
        self._clock = clock
        self._intake_port = intake_port
        self._site_ports = site_ports or {}
        self._smtp_port = smtp_port
        self._grpc_ports = grpc_ports or {}
        self._say = say
        self._stack = ExitStack()
        self.runtimes: dict[str, Runtime] = {}
        self.sites: dict[str, WebSettings] = {}

    def __enter__(self) -> Self:
        """Start everything; what was started is stopped again when a later part fails."""
        with ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything, last started first."""
        self._stack.close()

    def run_job(self, service: str, job: str, business_date: date) -> Mapping[str, int | str]:
        """Run a job of a service to its end; returns what it did."""
        jobs = {j.name: j for j in service_named(service).jobs}
        return self.runtimes[service].run_job(jobs[job], business_date)

    def settle(self, timeout_seconds: float) -> None:
        """Wait until nothing is on its way any more. Raises TimeoutError."""
        for _ in range(TIMERS_IN_A_ROW):
            self.bus.wait_idle(timeout_seconds)

    def _start(self, stack: ExitStack) -> None:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = stack.enter_context((self.root / "platform.log").open("a", buffering=1))
        stack.enter_context(logs.configured("childsupport", "embedded", log))
        self._say("starting PostgreSQL")
        connections = CONNECTIONS_PER_SERVICE * len(SERVICES) + SPARE_CONNECTIONS
        server = stack.enter_context(
            embedded_postgres(self.root / "postgres", SERVICES, connections)
        )
        self.databases = server
        provide_keys(self.root / "keys")
        self._say(f"bringing {len(SERVICES)} databases to their newest migration")
        for name in SERVICES:
            migrate.upgrade(service_named(name), server.owner_url(name))
        self._say("starting the services")
        self._bind_sites(stack)
        identity = self._runtime("identity", server.url("identity"), "")
        with identity.work() as work:
            secret = bootstrap_client(work, ADMINISTRATOR, rotate=True) or ""
            site_secrets = {
                name: bootstrap_client(work, name, site.SCOPES, rotate=True) or ""
                for name, site in SITES.items()
            }
        targets = {"identity": self._serve(identity, stack)}
        for name in SERVICES:
            if name != "identity":
                runtime = self._runtime(name, server.url(name), targets["identity"])
                targets[name] = self._serve(runtime, stack)
        self.bus = LocalBus(list(self.runtimes.values()))
        self.bus.start()
        stack.callback(self.bus.stop)
        intake = stack.enter_context(self._intake(targets))
        self.administrator = Administrator(ADMINISTRATOR, secret)
        for name, site_secret in site_secrets.items():
            stack.enter_context(self._site(name, site_secret, targets))
        sites = {name: _origin(taken) for name, taken in self._bound.items()}
        self.addresses = Addresses(
            targets, intake.url, self.root / "files", sites["portal"], sites["console"]
        )

    def _runtime(self, name: str, url: str, identity_target: str) -> Runtime:
        service = service_named(name)
        mail = {"smtp_host": "127.0.0.1", "smtp_port": self._smtp_port} if self._smtp_port else {}
        settings = service.settings.from_environment(
            name,
            database_url=SecretStr(url),
            amqp_url=None,
            keys_file=key_file(self.root / "keys", name),
            grpc_port=self._grpc_ports.get(name, 0),
            grpc_threads=CONNECTIONS_PER_SERVICE // 2,
            identity_grpc_target=identity_target,
            data_dir=self.root / "files",
            clock_start=self._clock_start,
            max_database_connections=CONNECTIONS_PER_SERVICE,
            **(mail if name == "notification" else {}),
            **({"payment_gateway": "sandbox"} if name == "payments" else {}),
            **self._where_people_go(service.settings),
        )
        runtime = Runtime(service, settings, clock=self._clock)
        self.runtimes[name] = runtime
        return runtime

    def _serve(self, runtime: Runtime, stack: ExitStack) -> str:
        stack.callback(runtime.close)
        server: Server = build_server(runtime)
        server.start()
        stack.callback(server.drain, 1.0)
        return f"127.0.0.1:{server.port}"

    def _bind_sites(self, stack: ExitStack) -> None:
        """Take the sites' ports: mails that the services write lead there."""
        self._bound: dict[str, socket.socket] = {}
        for name, site in SITES.items():
            port = self._site_ports.get(name, 0)
            settings = site.SETTINGS.from_environment(name, web_port=port)
            self._bound[name] = stack.enter_context(site.bound(settings))

    def _where_people_go(self, settings: type[ServiceSettings]) -> dict[str, str]:
        """Return the settings of a service that name a site: `portal_url`, `portal_origin`."""
        urls = {
            f"{name}_{what}": _origin(taken)
            for name, taken in self._bound.items()
            for what in ("url", "origin")
        }
        return {field: url for field, url in urls.items() if field in settings.model_fields}

    def _site(self, name: str, secret: str, targets: Mapping[str, str]) -> HttpServer:
        """Return a web site; its origin is its port on this machine."""
        site, taken = SITES[name], self._bound[name]
        settings: WebSettings = site.SETTINGS.from_environment(
            name,
            client_id=name,
            client_secret=SecretStr(secret),
            public_origin=_origin(taken),
            data_dir=self.root / "files",
            **{
                field: target
                for service, target in targets.items()
                if (field := f"{service}_grpc_target") in site.SETTINGS.model_fields
            },
        )
        self.sites[name] = settings
        return HttpServer(site.build_app(settings), taken, name)

    def _intake(self, targets: Mapping[str, str]) -> IntakeServer:
        return IntakeServer(
            identity_target=targets["identity"],
            withholding_target=targets["withholding"],
            port=self._intake_port,
        )


def _origin(taken: socket.socket) -> str:
    """By name: a browser binds passkeys to a name, never to an address."""
    return f"http://localhost:{taken.getsockname()[1]}"
