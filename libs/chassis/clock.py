"""The only place that reads the time. Everything else is handed a clock."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        ...

    def today(self) -> date:
        """Return the present day where the agency sits."""
        ...


class SystemClock:
    """The machine's clock, or one that was set to another instant and runs on from there."""

    def __init__(self, zone: str = "America/New_York", start: datetime | None = None) -> None:
        """Take the agency's time zone, and the instant to start from (None: the machine's)."""
        self._zone = ZoneInfo(zone)
        self._offset = timedelta(0) if start is None else start - datetime.now(UTC)

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return datetime.now(UTC) + self._offset

    def today(self) -> date:
        """Return the present day where the agency sits."""
        return self.now().astimezone(self._zone).date()

    @property
    def ahead(self) -> timedelta:
        """How far it is from the machine's."""
        return self._offset

    def advance(self, by: timedelta) -> None:
        """Set the clock ahead; it runs on from there. For demonstrations."""
        self._offset += by


class SteppedClock:
    """A clock that moves only when it is told to: for simulations and tests."""

    def __init__(self, start: datetime, zone: str = "America/New_York") -> None:
        """Take the instant to stand at and the agency's time zone."""
        self._now = start
        self._zone = ZoneInfo(zone)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the instant that the clock stands at, in UTC."""
        with self._lock:
            return self._now.astimezone(UTC)

    def today(self) -> date:
        """Return the day that the clock stands at where the agency sits."""
        return self.now().astimezone(self._zone).date()

    def advance(self, by: timedelta) -> None:
        """Move the clock."""
        with self._lock:
            self._now += by


Stopwatch = Callable[[], float]
"""Seconds that only grow; for measuring how long something took, never for what day it is."""

stopwatch: Stopwatch = time.monotonic


def machine_millis() -> int:
    """Return the machine's milliseconds since 1970: to sort ids by, never to decide anything."""
    return time.time_ns() // 1_000_000
