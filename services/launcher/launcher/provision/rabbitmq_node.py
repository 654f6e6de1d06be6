"""A RabbitMQ node of our own, beside and apart from any other on the machine.

Its name, ports, cookie, configuration, data and logs are its own, and so is the Erlang name server
(epmd) that it registers with, so nothing of it stays when it stops. It runs as whoever starts it.
"""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from launcher.children import Child, Command, spawn
from launcher.ports import LOCALHOST, free_port, port_ready
from launcher.provision.rabbitmq_install import Programs, provide_programs
from launcher.provision.virtual_hosts import Login, ManagementApi, virtual_host

START_WITHIN_SECONDS: Final = 90.0
STOP_WITHIN_SECONDS: Final = 30.0
CONTROL_SECONDS: Final = 60.0
SETTLE_SECONDS: Final = 1.5
POLL_SECONDS: Final = 0.05
ERLANG_TAIL_LINES: Final = 150
"""Erlang names the cause first, then what fell with it."""
WAL_BYTES_MAX: Final = 64 * 1024 * 1024
USER: Final = "childsupport"
CONFIGURATION: Final = """\
listeners.tcp.local = {host}:{amqp_port}
default_user = {user}
default_pass = {password}
management.tcp.ip = {host}
management.tcp.port = {management_port}
# Statistics cost memory and time, and nobody looks at them here.
management_agent.disable_metrics_collector = true
raft.wal_max_size_bytes = {wal_bytes_max}
"""


class PrivateNode:
    """One node; `directory` holds all its files. Durable queues outlive `restart` and `kill`."""

    def __init__(self, directory: Path, programs: Programs) -> None:
        self.directory = directory.absolute()
        self._programs = programs
        self._amqp_port = free_port()
        self._management_port = free_port()
        self._epmd_port = free_port()
        self._distribution_port = free_port()
        self._login = Login(LOCALHOST, self._amqp_port, USER, secrets.token_urlsafe(18))
        self._environment = self._make_environment()
        management_url = f"http://{LOCALHOST}:{self._management_port}"
        self._api = ManagementApi(management_url, self._login)
        self._epmd: Child | None = None
        self._node: Child | None = None

    @property
    def amqp_url(self) -> str:
        """The AMQP URL of the default virtual host; the user may administrate the node."""
        return self._login.url("/")

    @property
    def management_url(self) -> str:
        """Where the management plugin answers, with the same user and password."""
        return f"http://{LOCALHOST}:{self._management_port}"

    @property
    def running(self) -> bool:
        """Whether the node's process runs."""
        return self._node is not None and self._node.alive

    def start(self) -> None:
        """Start the node and wait until it takes connections.

        Raises RuntimeError with the end of its output when it does not come up.
        """
        self._write_files()
        if self._epmd is None or not self._epmd.alive:
            self._epmd = spawn(self._command([str(self._programs.epmd)], "epmd.log", 1.0))
        argv = [str(self._programs.server)]
        self._node = spawn(self._command(argv, "node.log", STOP_WITHIN_SECONDS))
        self._wait_ready(self._node)

    def stop(self) -> None:
        """Stop the node (SIGTERM: it closes its queues) and its name server."""
        for child in (self._node, self._epmd):
            if child is not None:
                child.stop()
        self._node = self._epmd = None

    def kill(self, *, settle_seconds: float = SETTLE_SECONDS) -> None:
        """SIGKILL, as a crash would; `start()` brings it back with its durable queues.

        It waits `settle_seconds` before: RabbitMQ 3.10 writes the register of its quorum queues
        to disk with a delay (seen: lost at 0 s, kept at 1 s). A queue declared within that time
        comes back without its log, and every call on it times out after a minute.
        """
        if self._node is not None:
            time.sleep(settle_seconds)
            self._node.signal(signal.SIGKILL)
            self._node.end(STOP_WITHIN_SECONDS)
            self._node = None

    def restart(self, *, kill: bool = False) -> None:
        """Stop (or kill) and start: the same ports, users, virtual hosts and durable queues.

        The orderly way takes twice as long: RabbitMQ's management agent needs 5 s to stop.
        """
        if kill:
            self.kill()
        elif self._node is not None:
            self._node.stop()
        self.start()

    def stop_app(self) -> None:
        """Stop RabbitMQ inside the running node: every connection ends, none is taken."""
        self.control("stop_app")

    def start_app(self) -> None:
        """Start RabbitMQ again after `stop_app`."""
        self.control("start_app")

    def close_connections(self, reason: str = "closed by a test") -> None:
        """Close every client's connection, in every virtual host; clients may come back at once."""
        self.control("close_all_connections", "--global", reason)

    def control(self, *words: str) -> str:
        """Run `rabbitmqctl` against this node; returns what it prints."""
        done = subprocess.run(
            [str(self._programs.control), "--quiet", *words],
            check=False,
            capture_output=True,
            env=self._environment,
            cwd=self.directory,
            text=True,
            timeout=CONTROL_SECONDS,
        )
        if done.returncode != 0:
            raise RuntimeError(f"rabbitmqctl {' '.join(words)}:\n{done.stdout}{done.stderr}")
        return done.stdout

    @contextmanager
    def virtual_host(self) -> Iterator[str]:
        """A virtual host with a name of its own for a while; yields its AMQP URL."""
        with virtual_host(self.amqp_url, self._api) as url:
            yield url

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _wait_ready(self, node: Child) -> None:
        limit = time.monotonic() + START_WITHIN_SECONDS
        accepts = port_ready(self._amqp_port)
        while not (accepts() and self._api.answers()):
            if not node.alive or time.monotonic() > limit:
                end = node.log_tail(ERLANG_TAIL_LINES)
                raise RuntimeError(f"RabbitMQ did not start; the end of {node.command.log}:\n{end}")
            time.sleep(POLL_SECONDS)

    def _command(self, argv: list[str], log: str, stop_within_seconds: float) -> Command:
        return Command(
            argv=argv,
            env=self._environment,
            log=self.directory / log,
            cwd=self.directory,
            stop_within_seconds=stop_within_seconds,
        )

    def _make_environment(self) -> dict[str, str]:
        foreign = ("RABBITMQ_", "ERL_", "HOME")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        place = self.directory
        return kept | {
            "HOME": str(place),  # where Erlang looks for its cookie
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": LOCALHOST,
            "RABBITMQ_NODENAME": f"childsupport-{secrets.token_hex(6)}@localhost",
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_CONF_ENV_FILE": str(place / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(place / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(place / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(place / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(place / "data"),
            "RABBITMQ_LOG_BASE": str(place / "log"),
            "RABBITMQ_PID_FILE": str(place / "node.pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                f"-kernel inet_dist_use_interface {{{LOCALHOST.replace('.', ',')}}}"
            ),
        }

    def _write_files(self) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        cookie = self.directory / ".erlang.cookie"
        if not cookie.exists():
            cookie.touch(mode=0o600)
            cookie.write_text(secrets.token_hex(20), encoding="ascii")
            cookie.chmod(0o400)
        configuration = CONFIGURATION.format(
            host=LOCALHOST,
            amqp_port=self._amqp_port,
            management_port=self._management_port,
            user=USER,
            password=self._login.password,
            wal_bytes_max=WAL_BYTES_MAX,
        )
        (self.directory / "rabbitmq.conf").write_text(configuration, encoding="ascii")
        (self.directory / "advanced.config").write_text("[].\n", encoding="ascii")
        (self.directory / "rabbitmq-env.conf").write_text("", encoding="ascii")
        plugins = "[rabbitmq_management].\n"
        (self.directory / "enabled_plugins").write_text(plugins, encoding="ascii")


@contextmanager
def private_node() -> Iterator[PrivateNode]:
    """A started node in a directory of its own, gone afterwards; installs RabbitMQ if it may."""
    programs = provide_programs()
    directory = Path(tempfile.mkdtemp(prefix="childsupport-rabbitmq-"))
    try:
        with PrivateNode(directory, programs) as node:
            yield node
            node.kill(
                settle_seconds=0
            )  # nobody wants its data: an orderly stop would be 6 s for nothing
    finally:
        shutil.rmtree(directory, ignore_errors=True)
