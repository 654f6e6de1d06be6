"""Dated entries of one id: no overlap, no gap, and the one in force on a date."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from typing import Generic, TypeVar

from policy.errors import RuleNotInForce
from policy.model import Entry

E = TypeVar("E", bound=Entry)


class Timeline(Generic[E]):
    """The entries of one id, oldest first."""

    __slots__ = ("_starts", "entries", "id")

    def __init__(self, entries: Sequence[E]) -> None:
        """`ValueError` if a period is empty, or two overlap or leave a gap."""
        self.entries = tuple(sorted(entries, key=lambda entry: entry.period.start))
        self.id = self.entries[0].id
        self._starts = [entry.period.start for entry in self.entries]
        for entry in self.entries:
            if entry.period.end is not None and entry.period.end <= entry.period.start:
                raise ValueError(f"the period {entry.period} is empty")
        for earlier, later in zip(self.entries, self.entries[1:], strict=False):
            if earlier.period.end is None or earlier.period.end > later.period.start:
                raise ValueError(f"{earlier.period} and {later.period} overlap")
            if earlier.period.end < later.period.start:
                raise ValueError(f"gap between {earlier.period} and {later.period}")

    def find(self, on: date) -> E | None:
        place = bisect_right(self._starts, on) - 1
        if place < 0:
            return None
        entry = self.entries[place]
        return entry if entry.period.covers(on) else None

    def at(self, on: date) -> E:
        """The entry in force on that date, else `RuleNotInForce`."""
        entry = self.find(on)
        if entry is None:
            raise RuleNotInForce(self.id, on, self.periods())
        return entry

    def periods(self) -> list[str]:
        return [str(entry.period) for entry in self.entries]
