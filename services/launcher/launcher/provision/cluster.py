"""A cluster made with `initdb`, and the command that serves it."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Final

from launcher.children import Command
from launcher.provision.runtime import VERSION, NotStartedError, Runtime

SUPERUSER: Final = "postgres"
RESERVED_CONNECTIONS: Final = 5
INITDB_SECONDS: Final = 120
STOP_WITHIN_SECONDS: Final = 20.0
ENVIRONMENT: Final = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/bin:/bin"}
HOST_RULES: Final = "local all all scram-sha-256\n"
SETTINGS: Final = {
    "listen_addresses": "",
    "password_encryption": "scram-sha-256",
    "superuser_reserved_connections": RESERVED_CONNECTIONS,
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    # A statement or an error's detail may carry personal data; the log never does.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "jit": "off",
}
NOT_DURABLE: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def make_cluster(runtime: Runtime, password: str, *, durable: bool) -> None:
    """Make the cluster if there is none. An interrupted attempt leaves nothing that counts.

    Raises NotStartedError when a cluster of another major version is there: its data need
    `pg_upgrade` or a dump, and are not touched.
    """
    version = runtime.cluster / "PG_VERSION"
    if version.exists():
        found = version.read_text(encoding="ascii").strip()
        if found != VERSION:
            raise NotStartedError(
                f"{runtime.cluster}: made by PostgreSQL {found}, expected {VERSION}; dump it with "
                f"PostgreSQL {found} and restore it, or remove the data directory to begin anew"
            )
        return
    partial = runtime.cluster.with_name("cluster.partial")
    password_file = runtime.cluster.with_name("initdb.password")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    try:
        password_file.unlink(missing_ok=True)
        descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(password)
        if runtime.user_id is not None and runtime.group_id is not None:
            os.chown(partial, runtime.user_id, runtime.group_id)
            os.chown(password_file, runtime.user_id, runtime.group_id)
        _initdb(runtime, partial, password_file, durable=durable)
    finally:
        password_file.unlink(missing_ok=True)
    (partial / "pg_hba.conf").write_text(HOST_RULES, encoding="ascii")
    partial.rename(runtime.cluster)


def server_command(
    runtime: Runtime, *, sockets: Path, log: Path, connections: int, durable: bool
) -> Command:
    """The server itself, in the foreground: our child, not a daemon."""
    settings = SETTINGS | {
        "unix_socket_directories": sockets,
        "max_connections": connections + RESERVED_CONNECTIONS,
    }
    if not durable:
        settings |= NOT_DURABLE
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Command(
        argv=[str(runtime.programs / "postgres"), "-D", str(runtime.cluster.resolve()), *options],
        env=ENVIRONMENT,
        log=log,
        user_id=runtime.user_id,
        group_id=runtime.group_id,
        # Fast shutdown: open transactions are rolled back, clients are told to go.
        stop_signal=signal.SIGINT,
        stop_within_seconds=STOP_WITHIN_SECONDS,
    )


def _initdb(runtime: Runtime, target: Path, password_file: Path, *, durable: bool) -> None:
    done = subprocess.run(
        [
            str(runtime.programs / "initdb"),
            f"--pgdata={target.resolve()}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file.resolve()}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *([] if durable else ["--no-sync"]),
        ],
        check=False,
        capture_output=True,
        cwd="/",
        env=ENVIRONMENT,
        errors="replace",
        text=True,
        timeout=INITDB_SECONDS,
        user=runtime.user_id,
        group=runtime.group_id,
        extra_groups=None if runtime.user_id is None else [],
    )
    if done.returncode != 0:
        raise NotStartedError(f"initdb failed ({done.returncode}):\n{done.stdout}{done.stderr}")
