"""The whole platform as it runs in production: every role a process, RabbitMQ between them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol, Self

from chassis import migrate, topology
from chassis.broker_queues import BrokerQueues
from launcher import settling
from launcher.keys import key_file, provide_keys
from launcher.platform import Addresses, Administrator
from launcher.ports import free_port, http_ready
from launcher.processes import ProcessGroup
from launcher.registry import ROLES, SERVICES, service_named

ADMINISTRATOR: Final = "administrator"
SETTLED_LOOKS: Final = 2
"""How often in a row nothing may be on its way before a platform counts as settled."""
LOOK_SECONDS: Final = 0.05
COMMAND_SECONDS: Final = 3_600
"""A job for a million payments takes minutes."""
READY_WITHIN_SECONDS: Final = 90.0
STOP_WITHIN_SECONDS: Final = 10.0
CONNECTIONS_PER_PROCESS: Final = 4
SPARE_CONNECTIONS: Final = 20
"""For jobs and onlookers."""

Say = Callable[[str], None]


def processes_of(service: str, role: str, settings: Mapping[str, str]) -> int:
    """Return how many processes a role has: PAYMENTS_WORKER_PROCESSES for example, else 1."""
    return int(settings.get(processes_setting(service, role), "1"))


def processes_setting(service: str, role: str) -> str:
    """Return the setting that says how many processes a role has."""
    return f"{service}_{role}_processes".upper()


def connections_for(settings: Mapping[str, str]) -> int:
    """Return how many connections a PostgreSQL must allow for a platform with such settings."""
    processes = sum(processes_of(s, r, settings) for s in SERVICES for r in ROLES)
    return processes * (CONNECTIONS_PER_PROCESS + 1) + SPARE_CONNECTIONS


CONNECTIONS: Final = connections_for({})
"""The same with one process a role."""


class Databases(Protocol):
    """A PostgreSQL with a database and two logins per service."""

    def url(self, service: str) -> str:
        """Return the URL of the service's own login."""
        ...

    def owner_url(self, service: str) -> str:
        """Return the URL of the login that owns the tables."""
        ...


class ProcessPlatform:
    """A running platform; a context manager: started on entry, stopped on exit.

    With `revive` a process that ends unasked is started again, as an orchestrator would, whenever
    the platform is asked to settle; `revived` lists them. Else that raises ProcessDiedError.
    """

    def __init__(
        self,
        root: Path,
        databases: Databases,
        amqp_url: str,
        *,
        clock_start: datetime | None = None,
        settings: Mapping[str, str] | None = None,
        revive: bool = False,
        faults: Path | None = None,
        say: Say = lambda _: None,
    ) -> None:
        """Take the folder for keys, logs and files; the servers; and settings for every process.

        `faults`, for tests: a folder in which chassis.faults finds a file named as a process.
        """
        self.root = root
        self.databases = databases
        self.amqp_url = amqp_url
        self.processes = ProcessGroup(root / "log")
        self.revived: list[str] = []
        self._clock_start = clock_start
        self._started_at = time.monotonic()
        self._settings = dict(settings or {})
        self._revive = revive
        self._faults = faults
        self._secret = ""
        self._say = say
        self._ports = {name: free_port() for name in SERVICES}
        self._roles: dict[str, tuple[str, str]] = {}
        self._metrics_ports: dict[str, int] = {}
        self._looks = settling.Databases({name: databases.url(name) for name in SERVICES})
        self._broker = BrokerQueues(amqp_url, self.retry_policy)

    def __enter__(self) -> Self:
        """Migrate, then start every role; what was started stops again when a later part fails."""
        with ExitStack() as stack:
            stack.callback(self._broker.close)
            stack.callback(self._looks.close)
            stack.callback(self.processes.stop_all)
            self._start()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop every process."""
        self._stack.close()

    @property
    def retry_policy(self) -> topology.RetryPolicy:
        """How long a failed event waits in this platform."""
        given = self._settings.get("RETRY_DELAYS_MS")
        return topology.RetryPolicy(
            tuple(map(int, given.split(","))) if given else topology.RETRY_DELAYS_MS
        )

    @property
    def metrics_ports(self) -> Mapping[str, int]:
        """Return by process the port at which it tells its metrics."""
        return {name: self._metrics_ports[name] for name in self._roles}

    def run_job(self, service: str, job: str, business_date: date) -> Mapping[str, int | str]:
        """Run a job of a service in a process of its own; returns what it did."""
        arguments = ("job", service, job, "--date", business_date.isoformat())
        done: dict[str, int | str] = json.loads(self.command(*arguments, service=service))
        return done

    def republish(self, service: str, kind: str) -> None:
        """Have a service say the state of every thing of a kind again."""
        self.command("republish", service, kind, service=service)

    def settle(self, timeout_seconds: float) -> None:
        """Give every timer a turn, then wait until nothing is on its way.

        Raises TimeoutError saying what still is.
        """
        give_up = time.monotonic() + timeout_seconds
        began: dict[int, settling.Turns] = {}
        quiet = 0
        while quiet < SETTLED_LOOKS:
            self._look_after_processes()
            # Timers are asked between two looks: what they make is then found on its way.
            busy = (
                settling.on_the_way(self._looks, SERVICES, self._broker)
                or self._timers(began)
                or settling.on_the_way(self._looks, SERVICES, self._broker)
            )
            quiet = 0 if busy else quiet + 1
            if time.monotonic() > give_up:
                message = f"not settled after {timeout_seconds} s: {'; '.join(busy)}"
                raise TimeoutError(message)
            time.sleep(LOOK_SECONDS)

    def command(self, *arguments: str, service: str) -> str:
        """Run `childsupport …` with a service's settings; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "launcher", *arguments],
            env={**os.environ, **self.environment(service)},
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if done.returncode:
            message = f"childsupport {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}"
            raise RuntimeError(message)
        return done.stdout

    def environment(self, service: str) -> dict[str, str]:
        """Return the settings of a service's processes, if one started now."""
        name = service.upper()
        targets = {f"{s.upper()}_GRPC_TARGET": f"127.0.0.1:{p}" for s, p in self._ports.items()}
        shared = {
            "AMQP_URL": self.amqp_url,
            "DATA_DIR": str(self.root / "files"),
            "MAX_DATABASE_CONNECTIONS": str(CONNECTIONS_PER_PROCESS),
            "GRPC_THREADS": str(CONNECTIONS_PER_PROCESS),
        }
        own = {}
        if service in SERVICES:
            own = {
                f"{name}_DATABASE_URL": self.databases.url(service),
                f"{name}_OWNER_DATABASE_URL": self.databases.owner_url(service),
                "KEYS_FILE": str(key_file(self.root / "keys", service)),
            }
        if self._clock_start:
            # Every process sets its clock when it starts: they are to tell the same time.
            elapsed = timedelta(seconds=time.monotonic() - self._started_at)
            shared["CLOCK_START"] = (self._clock_start + elapsed).isoformat()
        return {**targets, **own, **shared, **self._settings}

    def start_role(
        self,
        service: str,
        role: str,
        *,
        name: str = "",
        settings: Mapping[str, str] | None = None,
        wait: bool = True,
    ) -> None:
        """Start one role of one service; `name` tells a second process of a role from the first."""
        name = name or f"{service}-{role}"
        self._roles[name] = (service, role)
        self._metrics_ports[name] = free_port()
        env = {
            **self.environment(service),
            "METRICS_PORT": str(self._metrics_ports[name]),
            **(settings or {}),
        }
        if role == "api" and service in SERVICES:
            env["GRPC_PORT"] = str(self._ports[service])
        if self._faults is not None:
            env["CHILDSUPPORT_FAULT"] = str(self._faults / name)
        self.processes.start(
            name,
            [sys.executable, "-m", "launcher", "run", service, role],
            env=env,
            ready=http_ready(f"http://127.0.0.1:{self._metrics_ports[name]}/readyz"),
            ready_within_seconds=READY_WITHIN_SECONDS,
            stop_within_seconds=STOP_WITHIN_SECONDS,
            wait=wait,
        )

    def stop_role(self, name: str) -> None:
        """Stop a process, in good order, and do not expect it back."""
        del self._roles[name]
        self.processes.stop(name)

    def prepare(self) -> None:
        """Make keys, bring the databases to their newest migration, register the first client.

        Entering the platform does it, unless it was done before.
        """
        if self._secret:
            return
        provide_keys(self.root / "keys")
        self._say(f"bringing {len(SERVICES)} databases to their newest migration")
        for service in SERVICES:
            migrate.upgrade(service_named(service), self.databases.owner_url(service))
        self._secret = self.command(
            "bootstrap", "--rotate", ADMINISTRATOR, service="identity"
        ).strip()

    def _start(self) -> None:
        self.prepare()
        started = [
            (service, role, number)
            for role in ROLES
            for service in SERVICES
            for number in range(1, processes_of(service, role, self._settings) + 1)
        ]
        self._say(f"starting {len(started) + 1} processes")
        for service, role, number in started:
            name = f"{service}-{role}-{number}" if number > 1 else ""
            self.start_role(service, role, name=name, wait=False)
        intake_port = free_port()
        self._settings["INTAKE_PORT"] = str(intake_port)
        self.start_role("intake", "api", wait=False)
        self.processes.wait_ready()
        self.administrator = Administrator(ADMINISTRATOR, self._secret)
        self.addresses = Addresses(
            {service: f"127.0.0.1:{port}" for service, port in self._ports.items()},
            f"http://127.0.0.1:{intake_port}",
            self.root / "files",
        )

    def _look_after_processes(self) -> None:
        if not self._revive:
            self.processes.check()
            return
        dead = [name for name in self._roles if self.processes.died(name)]
        for name in dead:
            service, role = self._roles[name]
            self.start_role(service, role, name=name, wait=False)
        if dead:
            self.processes.wait_ready(*dead)
            self.revived += dead

    def _timers(self, began: dict[int, settling.Turns]) -> list[str]:
        """Say whose timers are busy, or have not had their turn since `began` (by process id)."""
        busy = []
        for name, (_, role) in self._roles.items():
            if role != "worker" or not self.processes.alive(name):
                continue
            found = settling.timers_of(self._metrics_ports[name])
            if found is None:
                busy.append(f"{name}: no answer")
                continue
            turns, awaited = found
            before = began.setdefault(self.processes.pid(name), turns)
            if any(turns[t] < before.get(t, 0) + settling.TURNS for t in turns):
                self.processes.kill(name, signal.SIGUSR1)
                awaited = True
            if awaited:
                busy.append(f"{name}: timers")
        return busy
