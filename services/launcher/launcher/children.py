"""Child processes that never outlive their holder.

Each child leads a session of its own, so Ctrl-C in a terminal reaches only the holder, which then
stops the children in its own order. One watchdog process per holder (see `watchdog.py`) stops
them when the holder is killed. PR_SET_PDEATHSIG would do that on Linux only, would not reach
grandchildren, and fires when the thread that forked ends, not the process.
"""

import atexit
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

STOP_WITHIN_SECONDS: Final = 10.0
KILL_WITHIN_SECONDS: Final = 5.0
TAIL_LINES: Final = 30
TAIL_BYTES: Final = 16_384
LOG_BYTES_MAX: Final = 20_000_000
POLL_SECONDS: Final = 0.02
WATCHDOG_PROGRAM: Final = Path(__file__).with_name("watchdog.py")


@dataclass(frozen=True, slots=True)
class Command:
    """One program to run. `env` is its whole environment; `log` gets what it prints.

    `user_id`: run as that user (and group `group_id`, no other groups) instead of as us.
    """

    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    cwd: Path | None = None
    user_id: int | None = None
    group_id: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within_seconds: float = STOP_WITHIN_SECONDS


class Watchdog:
    """Our end of the watchdog's pipe; the process starts with the first child."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._program: subprocess.Popen[bytes] | None = None
        self._held: dict[int, tuple[bytes, subprocess.Popen[bytes]]] = {}

    def hold(self, process: subprocess.Popen[bytes], command: Command) -> None:
        """From now on the process's group is stopped when we end."""
        how = f"{int(command.stop_signal)} {command.stop_within_seconds}"
        line = f"hold {process.pid} {how}\n".encode()
        with self._lock:
            self._held[process.pid] = (line, process)
            self._send(line)

    def release(self, pid: int) -> None:
        """The group `pid` has ended: its number may belong to somebody else soon."""
        with self._lock:
            if self._held.pop(pid, None) is not None:
                self._send(f"release {pid}\n".encode())

    def _send(self, line: bytes) -> None:
        if self._program is not None and self._program.poll() is None:
            try:
                self._write(self._program, line)
            except BrokenPipeError:
                pass  # it died this moment: the next lines start another and tell it everything
            else:
                return
        self._program = self._start()
        self._write(self._program, b"".join(line for line, _ in self._held.values()))

    def _start(self) -> subprocess.Popen[bytes]:
        if self._program is not None:
            self._close(self._program)
        else:
            atexit.register(self._end)
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(WATCHDOG_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            start_new_session=True,
        )

    @staticmethod
    def _write(program: subprocess.Popen[bytes], line: bytes) -> None:
        if program.stdin is not None:
            program.stdin.write(line)

    @staticmethod
    def _close(program: subprocess.Popen[bytes]) -> None:
        if program.stdin is not None:
            program.stdin.close()
        program.wait()

    def _end(self) -> None:
        """At the interpreter's end: whatever is still held is stopped before we are gone."""
        with self._lock:
            if self._program is None or self._program.stdin is None:
                return
            self._program.stdin.close()
            while self._program.poll() is None:
                for _, process in self._held.values():
                    process.poll()  # a group whose leader nobody has reaped seems to live on
                time.sleep(POLL_SECONDS)


WATCHDOG: Final = Watchdog()


class Child:
    """A running (or ended) child process and its log."""

    def __init__(self, command: Command, process: subprocess.Popen[bytes]) -> None:
        self.command = command
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id, which is also the id of its process group."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number when a signal ended it."""
        code = self._process.poll()
        if code is not None:
            WATCHDOG.release(self.pid)
        return code

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.exit_code is None

    def signal(self, signal_number: signal.Signals) -> None:
        """Signal the child and everything it started in its group."""
        if self.alive:
            _signal_group(self.pid, signal_number)

    def wait(self, within_seconds: float) -> bool:
        """Whether it ended within the time."""
        try:
            self._process.wait(within_seconds)
        except subprocess.TimeoutExpired:
            return False
        return not self.alive

    def stop(self) -> int:
        """Its stop signal, a bounded wait, SIGKILL; also for what it left in its group."""
        self.signal(self.command.stop_signal)
        return self.end(self.command.stop_within_seconds)

    def end(self, within_seconds: float) -> int:
        """Wait for an end already asked for, then SIGKILL. Returns the exit code."""
        self.wait(within_seconds)
        _signal_group(self.pid, signal.SIGKILL)
        code = self._process.wait(KILL_WITHIN_SECONDS)
        WATCHDOG.release(self.pid)
        return code

    def log_tail(self, lines: int = TAIL_LINES) -> str:
        """The last lines it printed."""
        return log_tail(self.command.log, lines)


def spawn(command: Command) -> Child:
    """Start a command in a session of its own, watched."""
    command.log.parent.mkdir(parents=True, exist_ok=True)
    with open_log(command.log) as log:
        process = subprocess.Popen(
            list(command.argv),
            env=dict(command.env),
            cwd=command.cwd if command.cwd is not None else Path("/"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=command.user_id,
            group=command.group_id,
            extra_groups=None if command.user_id is None else [],
        )
    WATCHDOG.hold(process, command)
    return Child(command, process)


def open_log(path: Path) -> BinaryIO:
    """A log opened for appending, readable by us alone, started anew when it has grown large."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    if path.exists() and path.stat().st_size > LOG_BYTES_MAX:
        flags |= os.O_TRUNC
    return os.fdopen(os.open(path, flags, 0o600), "ab")


def log_tail(path: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log; empty when there is none."""
    if not path.exists():
        return ""
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - TAIL_BYTES))
        text = log.read().decode("utf-8", errors="replace")
    return "\n".join(text.splitlines()[-lines:])


def _signal_group(pid: int, signal_number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        # macOS answers EPERM, not ESRCH, for a group of which only zombies are left.
        os.killpg(pid, signal_number)
