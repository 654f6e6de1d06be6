"""The platforms that are measured: embedded, or every role its own process on RabbitMQ."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import make_url
from watching import Busy, CpuClock, PeakMemory, busy_here, busy_there

from chassis import metrics
from launcher.cluster import CONNECTIONS, ProcessPlatform
from launcher.embedded import EmbeddedPlatform
from launcher.platform import Platform
from launcher.postgres import embedded_postgres
from launcher.rabbitmq import broker_for_tests
from launcher.registry import SERVICES

HOSTS = ("embedded", "processes")
MORNING = datetime(2026, 3, 9, 9, tzinfo=ZoneInfo("America/New_York"))
"""The second payday is measured alone on this day; no money goes out before its day comes."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Host:
    """A running platform and what can be asked of it from outside."""

    name: str
    platform: Platform
    url: Callable[[str], str]
    """Service to the URL of its database, as psycopg takes it."""
    owner_url: Callable[[str], str]
    amqp_url: str
    busy: Callable[[], Busy]
    peak_rss_bytes: Callable[[], Mapping[str, int]]
    cpu: CpuClock


@contextmanager
def running(name: str, root: Path, say: Say) -> Iterator[Host]:
    """Start a platform in an empty folder; it is stopped afterwards."""
    opened = {"embedded": _embedded, "processes": _processes}[name]
    with opened(root, say) as host:
        yield host


@contextmanager
def _embedded(root: Path, say: Say) -> Iterator[Host]:
    with (
        ExitStack() as last,
        EmbeddedPlatform(root, clock_start=MORNING, say=say) as platform,
        PeakMemory() as peak,
    ):
        last.callback(platform.databases.destroy)
        yield Host(
            name="embedded",
            platform=platform,
            url=lambda service: plain(platform.databases.url(service)),
            owner_url=lambda service: plain(platform.databases.owner_url(service)),
            amqp_url="",
            busy=lambda: busy_here(metrics.REGISTRY),
            peak_rss_bytes=lambda: {"everything (one process)": peak.bytes},
            cpu=CpuClock(lambda: [os.getpid()], platform.databases.pid),
        )


@contextmanager
def _processes(root: Path, say: Say) -> Iterator[Host]:
    say("starting PostgreSQL and RabbitMQ")
    with (
        ExitStack() as last,
        embedded_postgres(root / "postgres", SERVICES, CONNECTIONS) as databases,
        broker_for_tests() as node,
        ProcessPlatform(root, databases, node.amqp_url, clock_start=MORNING, say=say) as platform,
    ):
        last.callback(databases.destroy)
        yield Host(
            name="processes",
            platform=platform,
            url=lambda service: plain(databases.url(service)),
            owner_url=lambda service: plain(databases.owner_url(service)),
            amqp_url=node.amqp_url,
            busy=lambda: busy_there(platform._metrics_ports.values()),
            peak_rss_bytes=platform.processes.peak_rss_bytes,
            cpu=CpuClock(
                lambda: [platform.processes.pid(name) for name in platform._metrics_ports],
                databases.pid,
            ),
        )


def plain(url: str) -> str:
    """Return SQLAlchemy's URL as libpq's."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
