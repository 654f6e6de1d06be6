"""Whether a platform of processes has come to rest: nothing unsent, waiting, in hand, or due.

A broker does not count what it has delivered and not got acknowledged. So each event that was sent
is looked for in the inbox of each service that consumes it; what is missing there is in a hand.
"""

import http.client
import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Final

import psycopg
from sqlalchemy import make_url

from chassis import topology
from chassis.broker_queues import BrokerQueues
from launcher.ports import LOCALHOST

CONNECT_SECONDS: Final = 5
METRICS_SECONDS: Final = 5.0
TURNS: Final = 2
"""Of two runs of a timer that ended since, the second began since."""

SAMPLE: Final = re.compile(
    r"^(timers_awaited|timer_duration_seconds_count)"
    r'\{service="[^"]*"(?:,timer="([^"]*)")?\} (\S+)$',
    re.MULTILINE,
)

Turns = Mapping[str, float]
"""By timer: how often it has run."""


class Databases:
    """A connection to each service's database, kept open between two looks."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        """Take the databases' addresses by service."""
        self._urls = urls
        self._open: dict[str, psycopg.Connection] = {}

    def rows(self, service: str, query: str) -> list[tuple[str, ...]]:
        """Run a query. Raises psycopg.OperationalError when the database is away."""
        try:
            return self._connection(service).execute(query.encode()).fetchall()
        except psycopg.OperationalError:
            self._open.pop(service).close()
            return self._connection(service).execute(query.encode()).fetchall()

    def close(self) -> None:
        """Disconnect."""
        while self._open:
            self._open.popitem()[1].close()

    def _connection(self, service: str) -> psycopg.Connection:
        if service not in self._open:
            plain = make_url(self._urls[service]).set(drivername="postgresql")
            self._open[service] = psycopg.connect(
                plain.render_as_string(hide_password=False),
                autocommit=True,
                connect_timeout=CONNECT_SECONDS,
            )
        return self._open[service]


def on_the_way(databases: Databases, services: Collection[str], broker: BrokerQueues) -> list[str]:
    """Say what waits or is in hand, a phrase each. Parked messages and the archive are at rest."""
    try:
        waiting = broker.waiting()
        unsent, in_hand = _unsent_and_unhandled(databases, services)
    except (ConnectionError, psycopg.OperationalError) as error:
        return [f"away: {type(error).__name__}"]
    parked = topology.PARKED_SUFFIX
    at_rest = {name: n for name, n in waiting.items() if name.endswith(parked)}
    in_hand -= Counter({name.removesuffix(parked): n for name, n in at_rest.items()})
    return [
        *(f"{service}: {count} unsent" for service, count in unsent.items()),
        *(f"{queue}: {count} in hand" for queue, count in in_hand.items()),
        *(
            f"{queue}: {count} waiting"
            for queue, count in waiting.items()
            if queue not in at_rest and queue != topology.ARCHIVE_QUEUE
        ),
    ]


def _unsent_and_unhandled(
    databases: Databases, services: Collection[str]
) -> tuple[Counter[str], Counter[str]]:
    unsent: Counter[str] = Counter()
    expected: set[tuple[str, str]] = set()
    for service in services:
        for event_id, event_type, sent in databases.rows(
            service, "SELECT event_id::text, type, sent_at IS NOT NULL FROM outbox"
        ):
            if sent:
                for consumer in topology.consumers(event_type):
                    expected.add((topology.queue_name(consumer, event_type), event_id))
            else:
                unsent[service] += 1
    handled: set[tuple[str, ...]] = set()
    for service in services:
        handled.update(databases.rows(service, "SELECT consumer, event_id::text FROM inbox"))
    return unsent, Counter(queue for queue, _ in expected - handled)


def timers_of(metrics_port: int) -> tuple[Turns, bool] | None:
    """Ask a worker how often each timer has run, and whether one is awaited; None: no answer."""
    connection = http.client.HTTPConnection(LOCALHOST, metrics_port, timeout=METRICS_SECONDS)
    try:
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    turns: dict[str, float] = {}
    awaited: float | None = None
    for name, timer, value in SAMPLE.findall(text):
        if timer:
            turns[timer] = float(value)
        elif name == "timers_awaited":
            awaited = float(value)
    return None if awaited is None else (turns, awaited > 0)
