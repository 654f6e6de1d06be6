"""Every role its own process: start them, wait until they answer, watch them, stop them all.

    with ProcessGroup(Path("var/log")) as group:
        group.start("payments-api", argv, env={"PORT": "5001"}, ready=port_ready(5001), wait=False)
        group.start("payments-worker", argv, wait=False)
        group.wait_ready()
        …
        group.check()          # raises ProcessDied, with the tail of the log, if one died unasked

The lines of `name` go to `<log_dir>/<name>.log`. No child outlives the group's process.
"""

import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psutil

from launcher.children import STOP_WITHIN_SECONDS, Child, Command, spawn
from launcher.ports import Probe, free_port, http_ready, port_ready

__all__ = [
    "NotReadyError",
    "ProcessDiedError",
    "ProcessGroup",
    "free_port",
    "http_ready",
    "port_ready",
]

READY_WITHIN_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.05
SAMPLE_SECONDS: Final = 0.25
ENDING_SIGNALS: Final = frozenset({signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGQUIT})


class ProcessDiedError(RuntimeError):
    """A process ended that nobody asked to end."""


class NotReadyError(RuntimeError):
    """A process did not answer within its time."""


@dataclass(slots=True)
class Member:
    """One named process: how to start it, and what has become of it."""

    name: str
    command: Command
    ready: Probe | None
    ready_within_seconds: float
    child: Child
    end_expected: bool = False
    peak_rss_bytes: int = 0

    @property
    def died(self) -> bool:
        """Whether it ended without being asked to."""
        return not self.end_expected and not self.child.alive

    def obituary(self) -> str:
        """Which process died, how, and what it said last."""
        log = self.command.log
        how = describe_exit(self.child.exit_code)
        return f"{self.name} {how}; the end of {log}:\n{self.child.log_tail()}"


class ProcessGroup:
    """Named child processes, one log file each."""

    def __init__(self, log_dir: Path) -> None:
        self._log_dir = log_dir.absolute()
        self._members: dict[str, Member] = {}
        self._stopped = threading.Event()
        self._sampler = threading.Thread(target=self._sample_always, daemon=True)

    def start(
        self,
        name: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        ready: Probe | None = None,
        ready_within_seconds: float = READY_WITHIN_SECONDS,
        stop_within_seconds: float = STOP_WITHIN_SECONDS,
        wait: bool = True,
    ) -> None:
        """Start a process; `env` is laid over our own environment.

        `wait=False` returns at once: start many, then `wait_ready()` for all of them.
        """
        if name in self._members and self._members[name].child.alive:
            raise ValueError(f"{name}: already running as process {self.pid(name)}")
        command = Command(
            argv=tuple(argv),
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
            log=self._log_dir / f"{name}.log",
            cwd=cwd if cwd is not None else Path.cwd(),
            stop_within_seconds=stop_within_seconds,
        )
        self._members[name] = Member(name, command, ready, ready_within_seconds, spawn(command))
        if not self._sampler.is_alive() and not self._stopped.is_set():
            self._sampler.start()
        if wait:
            self.wait_ready(name)

    def wait_ready(self, *names: str) -> None:
        """Wait until each of the named processes (all, if none is named) answers its probe.

        Raises ProcessDiedError or NotReadyError, each with the tail of the process's log.
        """
        started = time.monotonic()
        waiting = [self._members[name] for name in (names or self._members)]
        while waiting:
            for member in waiting:
                if member.died:
                    raise ProcessDiedError(member.obituary())
            waiting = [one for one in waiting if not (one.ready is None or one.ready())]
            for member in waiting:
                if time.monotonic() - started > member.ready_within_seconds:
                    raise NotReadyError(_late(member))
            if waiting:
                time.sleep(POLL_SECONDS)

    def pid(self, name: str) -> int:
        """The process id of a member."""
        return self._members[name].child.pid

    def alive(self, name: str) -> bool:
        """Whether a member runs."""
        return self._members[name].child.alive

    def died(self, name: str) -> bool:
        """Whether a member ended unasked."""
        return self._members[name].died

    def kill(self, name: str, signal_number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a member's group. If the signal ends processes, wait for its end."""
        member = self._members[name]
        ends = signal_number in ENDING_SIGNALS
        member.end_expected = member.end_expected or ends
        member.child.signal(signal_number)
        if ends:
            member.child.end(member.command.stop_within_seconds)

    def stop(self, name: str) -> int:
        """SIGTERM, a bounded wait, SIGKILL. Returns the exit code."""
        member = self._members[name]
        member.end_expected = True
        return member.child.stop()

    def restart(self, name: str, *, wait: bool = True) -> None:
        """Stop a member if it runs, and start the same command again."""
        member = self._members[name]
        if member.child.alive:
            self.stop(name)
        member.child = spawn(member.command)
        member.end_expected = False
        if wait:
            self.wait_ready(name)

    def stop_all(self) -> None:
        """Stop every member, the last started first; all get their time at once."""
        self._stopped.set()
        members = [one for one in reversed(self._members.values()) if one.child.alive]
        for member in members:
            member.end_expected = True
            member.child.signal(member.command.stop_signal)
        started = time.monotonic()
        for member in members:
            elapsed = time.monotonic() - started
            member.child.end(max(0.0, member.command.stop_within_seconds - elapsed))
        if self._sampler.is_alive():
            self._sampler.join()

    def deaths(self) -> list[str]:
        """For each member that ended unasked: its name, how it ended, the tail of its log."""
        return [one.obituary() for one in self._members.values() if one.died]

    def check(self) -> None:
        """Raise ProcessDiedError when a member ended unasked."""
        if deaths := self.deaths():
            raise ProcessDiedError("\n".join(deaths))

    def peak_rss_bytes(self) -> dict[str, int]:
        """The most resident memory seen per member, its own children included (sampled)."""
        if not self._stopped.is_set():
            self._sample()
        return {name: member.peak_rss_bytes for name, member in self._members.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop_all()

    def _sample_always(self) -> None:
        while not self._stopped.wait(SAMPLE_SECONDS):
            self._sample()

    def _sample(self) -> None:
        by_group = {one.child.pid: one for one in list(self._members.values()) if one.child.alive}
        rss_bytes = dict.fromkeys(by_group, 0)
        for process in psutil.process_iter():
            try:
                group = os.getpgid(process.pid)
                if group in rss_bytes:
                    rss_bytes[group] += process.memory_info().rss
            except (psutil.Error, ProcessLookupError):
                continue  # it ended between the listing and the look
        for pid, member in by_group.items():
            member.peak_rss_bytes = max(member.peak_rss_bytes, rss_bytes[pid])


def describe_exit(code: int | None) -> str:
    """How a process ended, in words."""
    if code is None:
        return "still runs"
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def _late(member: Member) -> str:
    return (
        f"{member.name} does not answer after {member.ready_within_seconds:g} s; "
        f"the end of {member.command.log}:\n{member.child.log_tail()}"
    )
