"""The two buses that the contract is tried on: the local one, and RabbitMQ with real processes."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pika
from bus_world import SERVICES, effect
from google.protobuf.message import Message
from pydantic import SecretStr
from sqlalchemy import create_engine, insert, make_url, select, text, update

from chassis import migrate, parked, tables, topology
from chassis.events import CONTENT_ENCODING, CONTENT_TYPE
from chassis.local_bus import LocalBus
from chassis.parked import ParkedMessages
from chassis.runtime import Runtime
from launcher.ports import free_port, http_ready
from launcher.processes import ProcessGroup
from launcher.rabbitmq import PrivateNode

RETRY_DELAYS_MS = (60, 120)
POLICY = topology.RetryPolicy(RETRY_DELAYS_MS)
PATIENCE_SECONDS = 40.0
WAITS = "datname = current_database() AND wait_event_type = 'Lock'"
PROCESS = Path(__file__).parent / "bus_process.py"


@dataclass
class World:
    """The tiny services on one of the buses."""

    runtimes: Mapping[str, Runtime]
    admin_url: str
    metrics_ports: dict[str, int] = field(default_factory=dict)

    def tell(self, *messages: Message, teller: str = "withholding") -> list[str]:
        """Commit events, in one transaction; return their ids."""
        with self.runtimes[teller].work() as work:
            for message in messages:
                work.emit(message, subject="test")
            return list(work.emitted)

    def publish_again(self, event_ids: list[str], teller: str = "withholding") -> None:
        """Have events sent once more, as after a crash between publishing and marking."""
        outbox = tables.outbox
        with self.runtimes[teller].work() as work:
            again = update(outbox).where(outbox.c.event_id.in_(event_ids)).values(sent_at=None)
            work.session.execute(again)
            work.session.execute(text("NOTIFY outbox"))

    def effects(self, service: str = "payments") -> list[str]:
        """The keys that handlers left, in the order of their commits."""
        with self.runtimes[service].work() as work:
            return list(work.session.execute(select(effect.c.key).order_by(effect.c.id)).scalars())

    def count(self, key: str, service: str = "payments") -> int:
        return self.effects(service).count(key)

    def unsent(self, teller: str = "withholding") -> int:
        query = select(tables.outbox.c.id).where(tables.outbox.c.sent_at.is_(None))
        with self.runtimes[teller].work() as work:
            return len(work.session.execute(query).all())

    def parked_of(self, event_id: str) -> parked.ParkedMessage | None:
        with self.parked() as messages:
            found = [m for m in messages.list() if m.event_id == event_id]
        return found[0] if found else None

    def sql(self, statement: str, service: str = "payments", **values: Any) -> Any:
        with self.runtimes[service].work() as work:
            found = work.session.execute(text(statement), values)
            return found.scalar() if found.returns_rows else None

    def restart_tries(self) -> None:
        self.sql("ALTER SEQUENCE tries RESTART")

    def tries(self) -> int:
        return int(self.sql("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM tries"))

    def until(self, condition: Callable[[], Any], within_seconds: float = PATIENCE_SECONDS) -> Any:
        """Wait until a condition holds; return what it gave."""
        deadline = time.monotonic() + within_seconds
        while not (found := condition()):
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {within_seconds} s")
            self.check()
            time.sleep(0.02)
        return found

    @contextmanager
    def holding(self, key: str) -> Iterator[None]:
        """Hold up every handler that is told "held <key>", for as long as this lasts."""
        self.sql("INSERT INTO switch VALUES (:name, 0)", name=key)
        with self.runtimes["payments"].work() as work:
            bump = text("UPDATE switch SET count = count + 1 WHERE name = :name")
            work.session.execute(bump, {"name": key})
            yield

    def held_up(self) -> bool:
        """Whether a handler of payments waits for what a test holds."""
        return bool(self.sql(f"SELECT count(*) FROM pg_stat_activity WHERE {WAITS}"))

    def cut_what_is_held_up(self) -> int:
        """Have the server end every statement of payments that waits, with its connection."""
        return int(
            self.sql(
                "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid))"
                f" FROM pg_stat_activity WHERE {WAITS}"
            )
        )

    def check(self) -> None:
        """Raise when something died."""

    def parked(self) -> AbstractContextManager[ParkedMessages]:
        return parked.open_parked(list(self.runtimes.values()))

    def inject(
        self,
        queue: str,
        headers: Mapping[str, str],
        body: bytes,
        content_type: str | None = CONTENT_TYPE,
        content_encoding: str | None = CONTENT_ENCODING,
    ) -> None:
        """Put a message into a queue past the outbox."""
        raise NotImplementedError

    def archived(self, event_id: str) -> bool:
        """Whether an event that nobody consumes has been kept."""
        raise NotImplementedError

    def restart(self) -> None:
        """Stop what carries events, and start it again."""
        raise NotImplementedError

    def stop(self) -> None:
        """Give everything back."""
        raise NotImplementedError


class LocalWorld(World):
    def start(self) -> None:
        self.bus = LocalBus(list(self.runtimes.values()), partial=True)
        self.bus.start()

    def inject(
        self, queue, headers, body, content_type=CONTENT_TYPE, content_encoding=CONTENT_ENCODING
    ):
        found = dict(headers) | {"content-type": content_type, "content-encoding": content_encoding}
        row = {"queue": queue, "event_id": str(uuid4()), "headers": found, "body": body}
        with self.runtimes[queue.partition(".")[0]].work() as work:
            work.session.execute(insert(tables.local_delivery), row)

    def archived(self, event_id: str) -> bool:
        query = select(tables.outbox.c.sent_at).where(tables.outbox.c.event_id == event_id)
        with self.runtimes["withholding"].work() as work:
            return work.session.execute(query).scalar() is not None

    def restart(self) -> None:
        self.bus.stop()
        self.start()

    def stop(self) -> None:
        self.bus.stop()


@dataclass
class BrokerWorld(World):
    node: PrivateNode | None = None
    amqp_url: str = ""
    group: ProcessGroup | None = None

    def start(self, log_dir: Path) -> None:
        self.group = ProcessGroup(log_dir)
        for role, name in (
            ("relay", "withholding"),
            ("relay", "payments"),
            ("worker", "payments"),
            ("worker", "enforcement"),
        ):
            self.start_role(role, name, f"{role}-{name}", wait=False)
        self.group.wait_ready()

    def start_role(self, role: str, service: str, process: str, *, wait: bool = True) -> None:
        settings = self.runtimes[service].settings
        self.metrics_ports[process] = port = free_port()
        self.group.start(
            process,
            [sys.executable, str(PROCESS), role, service],
            env={
                "DATABASE_URL": settings.database_url.get_secret_value(),
                "AMQP_URL": self.amqp_url,
                "KEYS_FILE": str(settings.keys_file),
                "MAX_DATABASE_CONNECTIONS": "4",
                "METRICS_PORT": str(port),
                "RETRY_DELAYS_MS": ",".join(map(str, RETRY_DELAYS_MS)),
            },
            ready=http_ready(f"http://127.0.0.1:{port}/readyz") if role == "worker" else None,
            wait=wait,
        )

    def check(self) -> None:
        self.group.check()

    @contextmanager
    def channel(self) -> Iterator[Any]:
        with pika.BlockingConnection(pika.URLParameters(self.amqp_url)) as connection:
            yield connection.channel()

    def inject(
        self, queue, headers, body, content_type=CONTENT_TYPE, content_encoding=CONTENT_ENCODING
    ):
        properties = pika.BasicProperties(
            headers=dict(headers),
            content_type=content_type,
            content_encoding=content_encoding,
            delivery_mode=2,
        )
        with self.channel() as channel:
            channel.confirm_delivery()
            channel.basic_publish("", queue, body, properties, mandatory=True)

    def archived(self, event_id: str) -> bool:
        with self.channel() as channel:
            count = channel.queue_declare(topology.ARCHIVE_QUEUE, passive=True).method.message_count
            found = [channel.basic_get(topology.ARCHIVE_QUEUE) for _ in range(count)]
        return any(p and p.headers["ce-id"] == event_id for _, p, _ in found)

    def restart(self) -> None:
        self.node.restart(kill=True)

    def stop(self) -> None:
        self.group.stop_all()
        self.group.check()


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def databases(admin_url: str, keys: Path, amqp_url: str | None) -> Iterator[dict[str, Runtime]]:
    """A runtime with a fresh database for each tiny service."""
    admin = create_engine(admin_url, isolation_level="AUTOCOMMIT")
    made: dict[str, Runtime] = {}
    with ExitStack() as stack:
        stack.callback(admin.dispose)
        for name, service in SERVICES.items():
            database = f"bus_{name}_{os.getpid()}_{uuid4().hex[:8]}"
            url = make_url(admin_url).set(database=database)
            with admin.connect() as connection:
                connection.execute(text(f'CREATE DATABASE "{database}"'))
            drop = text(f'DROP DATABASE "{database}" WITH (FORCE)')
            stack.callback(execute, admin, drop)
            shown = url.render_as_string(hide_password=False)
            migrate.upgrade(service, shown)
            settings = service.settings.from_environment(
                name,
                database_url=SecretStr(shown),
                amqp_url=SecretStr(amqp_url) if amqp_url else None,
                keys_file=keys / f"{name}.keys.json",
                retry_delays_ms=RETRY_DELAYS_MS,
                max_database_connections=4,
            )
            made[name] = Runtime(service, settings)
            stack.callback(made[name].close)
        yield made


def execute(engine: Any, statement: Any) -> None:
    with engine.connect() as connection:
        connection.execute(statement)


@contextmanager
def broker_world(
    node: PrivateNode, admin_url: str, keys: Path, log_dir: Path
) -> Iterator[BrokerWorld]:
    with node.virtual_host() as amqp_url, databases(admin_url, keys, amqp_url) as runtimes:
        world = BrokerWorld(runtimes, admin_url, node=node, amqp_url=amqp_url)
        world.start(log_dir)
        try:
            yield world
        finally:
            world.stop()
