"""The platforms that are measured: embedded, or every role its own process on RabbitMQ."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import make_url

from chassis import metrics
from launcher.bench.watching import Busy, Watch, busy_here, busy_there
from launcher.cluster import Databases, ProcessPlatform, connections_for, processes_setting
from launcher.embedded import EmbeddedPlatform
from launcher.platform import Platform
from launcher.postgres import embedded_postgres, provision_external
from launcher.rabbitmq import broker_for_tests, virtual_host
from launcher.registry import SERVICES

EMBEDDED: Final = "embedded"
PROCESSES: Final = "processes"
HOSTS: Final = (EMBEDDED, PROCESSES)
ADMIN_DATABASE_URL: Final = "ADMIN_DATABASE_URL"
AMQP_URL: Final = "AMQP_URL"
MORNING = datetime(2026, 3, 9, 9, tzinfo=ZoneInfo("America/New_York"))
"""After every payday that is measured: no money goes out before its day comes."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Host:
    """A running platform and what can be asked of it from outside."""

    name: str
    platform: Platform
    databases: Databases
    amqp_url: str
    busy: Callable[[], Busy]
    watch: Watch

    def url(self, service: str) -> str:
        """Return the URL of a service's database, as psycopg takes it."""
        return plain(self.databases.url(service))

    def owner_url(self, service: str) -> str:
        """Return the same for the login that owns its tables."""
        return plain(self.databases.owner_url(service))


@contextmanager
def running(name: str, root: Path, say: Say, posting_workers: int = 1) -> Iterator[Host]:
    """Start a platform in an empty folder; it is stopped afterwards.

    `posting_workers`: processes that post; of an embedded platform there is one.
    """
    settings = {processes_setting("payments", "worker"): str(posting_workers)}
    opened = _embedded(root, say) if name == EMBEDDED else _processes(root, say, settings)
    with opened as host:
        yield host


@contextmanager
def _embedded(root: Path, say: Say) -> Iterator[Host]:
    with (
        ExitStack() as last,
        EmbeddedPlatform(root, clock_start=MORNING, say=say) as platform,
        Watch(lambda: {os.getpid(): "everything (one process)"}) as watch,
    ):
        last.callback(platform.databases.destroy)
        yield Host(
            name=EMBEDDED,
            platform=platform,
            databases=platform.databases,
            amqp_url="",
            busy=lambda: busy_here(metrics.REGISTRY),
            watch=watch,
        )


@contextmanager
def _processes(root: Path, say: Say, settings: Mapping[str, str]) -> Iterator[Host]:
    with (
        _databases(root, say, connections_for(settings)) as databases,
        _broker(say) as amqp_url,
        ProcessPlatform(
            root, databases, amqp_url, clock_start=MORNING, settings=settings, say=say
        ) as platform,
        Watch(lambda: {platform.processes.pid(n): n for n in platform.metrics_ports}) as watch,
    ):
        yield Host(
            name=PROCESSES,
            platform=platform,
            databases=databases,
            amqp_url=amqp_url,
            busy=lambda: busy_there(platform.metrics_ports.values()),
            watch=watch,
        )


@contextmanager
def _databases(
    root: Path, say: Say, connections: int, environ: Mapping[str, str] = os.environ
) -> Iterator[Databases]:
    """Databases of our own: on the server of ADMIN_DATABASE_URL, else on an embedded one."""
    if given := environ.get(ADMIN_DATABASE_URL):
        say("making databases on the server of the settings")
        databases = provision_external(given, SERVICES, prefix=f"bench_{os.getpid()}_")
        try:
            yield databases
        finally:
            databases.drop()
        return
    say("starting PostgreSQL")
    with (
        ExitStack() as last,
        embedded_postgres(root / "postgres", SERVICES, connections) as server,
    ):
        last.callback(server.destroy)
        yield server


@contextmanager
def _broker(say: Say, environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """A broker of our own: a virtual host on that of AMQP_URL, else a private node."""
    if given := environ.get(AMQP_URL):
        say("making a virtual host on the broker of the settings")
        with virtual_host(given) as amqp_url:
            yield amqp_url
        return
    say("starting RabbitMQ")
    with broker_for_tests() as node:
        yield node.amqp_url


def plain(url: str) -> str:
    """Return SQLAlchemy's URL as libpq's."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
