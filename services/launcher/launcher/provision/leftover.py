"""A server that a killed holder left behind: found, proven ours, stopped.

Proof is two things that agree: the process named in the cluster's `postmaster.pid` has the cluster
as its working directory, and so does what the file says. Nothing else is ever signalled.
"""

import signal
from pathlib import Path
from typing import Final

import psutil

PID_LINE: Final = 0
DATA_DIRECTORY_LINE: Final = 1
STATUS_LINE: Final = 7
FAST_SECONDS: Final = 10.0
IMMEDIATE_SECONDS: Final = 5.0


def pid_file_lines(cluster: Path) -> list[str]:
    """The lines of the cluster's `postmaster.pid`; empty when there is none."""
    try:
        return (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def running_postmaster(cluster: Path) -> psutil.Process | None:
    """The server that runs on this cluster, or None.

    Raises PermissionError when the process named there cannot be looked at: then it is not ours.
    """
    lines = pid_file_lines(cluster)
    if len(lines) <= DATA_DIRECTORY_LINE:
        return None
    try:
        process = psutil.Process(int(lines[PID_LINE]))
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        here = Path(process.cwd())
    except psutil.NoSuchProcess:
        return None
    except psutil.AccessDenied:
        raise PermissionError(
            f"{cluster}: postmaster.pid names process {lines[PID_LINE]}, which is another user's; "
            "if no PostgreSQL runs there, remove postmaster.pid"
        ) from None
    said = Path(lines[DATA_DIRECTORY_LINE])
    return process if here == cluster.resolve() == said.resolve() else None


def stop_leftover(cluster: Path) -> bool:
    """Stop the server left on this cluster; True when there was one.

    A `postmaster.pid` whose number now belongs to somebody else is removed: PostgreSQL would take
    that process for a running server and refuse to start.
    """
    process = running_postmaster(cluster)
    if process is None:
        (cluster / "postmaster.pid").unlink(missing_ok=True)
        return False
    for signal_number, seconds in (
        (signal.SIGINT, FAST_SECONDS),
        (signal.SIGQUIT, IMMEDIATE_SECONDS),
        (signal.SIGKILL, IMMEDIATE_SECONDS),
    ):
        try:
            process.send_signal(signal_number)
            process.wait(seconds)
        except psutil.NoSuchProcess:
            break
        except psutil.TimeoutExpired:
            continue
        break
    if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        raise TimeoutError(f"{cluster}: the server left there (process {process.pid}) stays")
    return True
