"""Statutes that got new numbers: a citation by the number in force on a day.

A jurisdiction keeps them in its table `statutes.renumbered`. An authority may be written by either
number; a rule is the same rule, and has the same checksum, before and after.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from policy.errors import PolicyError
from policy.model import Table

TABLE = "statutes.renumbered"
COLUMNS = ("old", "new", "since")
NOT_FOUND_BEFORE = "its number before {since} was not found"
NOT_FOUND_SINCE = "its number since {since} was not found"


@dataclass(frozen=True, slots=True)
class Renumbered:
    """One statute. `old` or `new` is None where that number was not found."""

    old: str | None
    new: str | None
    since: date

    def on(self, day: date) -> str | None:
        return self.new if day >= self.since else self.old

    def remark(self, day: date) -> str:
        return (NOT_FOUND_SINCE if day >= self.since else NOT_FOUND_BEFORE).format(since=self.since)


class Renumbering:
    """All renumbered statutes that a policy knows. Without any, citations stay as they are."""

    def __init__(self, statutes: Sequence[Renumbered]) -> None:
        self._by_number: dict[str, Renumbered] = {}
        for statute in statutes:
            for number in (statute.old, statute.new):
                if number is not None:
                    self._by_number[number] = statute
        numbers = sorted(self._by_number, key=len, reverse=True)
        # A number ends where its digits do: KRS 15.8 is not in KRS 15.80, nor KRS 15.80 in 15.800.
        written = "|".join(re.escape(number) for number in numbers)
        self._pattern = re.compile(rf"(?<![\w.])(?:{written})(?![\w-]|\.\d)") if numbers else None
        self.statutes = tuple(statutes)

    def applies_to(self, authority: str) -> bool:
        """Whether the authority names a statute that was renumbered."""
        return self._pattern is not None and self._pattern.search(authority) is not None

    def on(self, authority: str, day: date) -> str:
        """The authority by the numbers of that day; a number that was not found is said to be."""
        return authority if self._pattern is None else self._pattern.sub(self._said(day), authority)

    def history(self, authority: str) -> tuple[tuple[date | None, str], ...]:
        """The authority by its numbers over time: since which day (None: ever), and how cited."""
        found = self._pattern.findall(authority) if self._pattern is not None else []
        days = sorted({self._by_number[number].since for number in found})
        if not days:
            return ((None, authority),)
        return (
            (None, self.on(authority, date.min)),
            *((day, self.on(authority, day)) for day in days),
        )

    def _said(self, day: date) -> Callable[[re.Match[str]], str]:
        def say(found: re.Match[str]) -> str:
            statute = self._by_number[found[0]]
            return statute.on(day) or f"{found[0]} [{statute.remark(day)}]"

        return say


def read_renumbered(table: Table) -> tuple[Renumbered, ...]:
    """The rows of a table of renumbered statutes; `PolicyError` if they are not such rows."""
    if [column.name for column in table.columns][: len(COLUMNS)] != list(COLUMNS):
        raise PolicyError("tables", table.id, f"must begin with the columns {', '.join(COLUMNS)}")
    statutes: list[Renumbered] = []
    seen: set[str] = set()
    for row in table:
        old = row.text("old") if "old" in row.cells else None
        new = row.text("new") if "new" in row.cells else None
        numbers = [number for number in (old, new) if number is not None]
        if not numbers or old == new:
            raise PolicyError("tables", row.id, "needs an old and a new number that differ")
        for number in numbers:
            if number in seen:
                raise PolicyError("tables", row.id, f"{number} is renumbered twice")
            seen.add(number)
        statutes.append(Renumbered(old, new, row.date("since")))
    return tuple(statutes)
