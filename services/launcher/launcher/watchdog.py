"""The program that stops our children when we cannot: run as a script, never imported.

It reads lines from the pipe that is its standard input, `hold PID SIGNAL SECONDS` and
`release PID`. The pipe closes when the process that holds its other end ends, however it ends
(SIGKILL included). Then every process group still held gets its signal, and SIGKILL once its
seconds are over. Standard library only, and little of it: one such process runs beside us.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

POLL_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Held:
    """How one process group wants to be stopped."""

    stop_signal: int
    within_seconds: float


def follow(lines: Iterable[str]) -> dict[int, Held]:
    """What is still held when the lines end."""
    held: dict[int, Held] = {}
    for line in lines:
        verb, pid, *how = line.split()
        if verb == "hold":
            held[int(pid)] = Held(stop_signal=int(how[0]), within_seconds=float(how[1]))
        else:
            held.pop(int(pid), None)
    return held


def signal_group(pid: int, signal_number: int) -> bool:
    """Signal the process group `pid`; False when nobody is left in it."""
    try:
        os.killpg(pid, signal_number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def stop(held: Mapping[int, Held]) -> None:
    """Stop every group: its own signal to all of them at once, SIGKILL to whoever is late."""
    started = time.monotonic()
    waiting = {pid: how for pid, how in held.items() if signal_group(pid, how.stop_signal)}
    while waiting:
        time.sleep(POLL_SECONDS)
        elapsed = time.monotonic() - started
        for pid, how in list(waiting.items()):
            if elapsed > how.within_seconds:
                signal_group(pid, signal.SIGKILL)
                del waiting[pid]
            elif not signal_group(pid, 0):
                del waiting[pid]


def main() -> None:
    """Wait for the holder's end, then stop what it left."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    stop(follow(sys.stdin))


if __name__ == "__main__":
    main()
