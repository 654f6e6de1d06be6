"""The shapes of the law as data: rules, tables and what every one of them must say of itself."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from policy.errors import WrongUnit
from policy.units import COUNT_UNITS, DAY_UNITS, ColumnKind, Unit, Value


class Confidence(StrEnum):
    """What a value stands on, from best to worst."""

    VERIFIED_TEXT = "verified_text"
    VERIFIED_PROFILE = "verified_profile"
    SECONDARY = "secondary"
    CONSTRUCTED = "constructed"
    UNVERIFIED = "unverified"


_CITATION_MARK = {
    Confidence.CONSTRUCTED: " (platform's own)",
    Confidence.UNVERIFIED: " (unverified)",
}


class Citable(Protocol):
    """What can stand behind a step: a rule, or a row of a table."""

    @property
    def id(self) -> str: ...
    @property
    def citation(self) -> str: ...
    @property
    def confidence(self) -> Confidence: ...


@dataclass(frozen=True, slots=True)
class Period:
    """From `start`, that day included, to `end`, that day excluded; None = no end known."""

    start: date
    end: date | None

    def covers(self, on: date) -> bool:
        return self.start <= on and (self.end is None or on < self.end)

    def __str__(self) -> str:
        return f"{self.start} to {self.end or 'no end'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What every dated entry says of itself.

    `checksum` covers what a computation relied on (id, value, unit, start, authority). It leaves
    out the end, the title, the confidence and the notes, so that ending a rule, or confirming
    it, does not look like changing it. `cited` is the authority by the numbers that its statutes
    had on the day asked for (see `policy.renumbering`); `authority` is as the data says it.
    """

    id: str
    title: str
    period: Period
    authority: str
    source: str
    confidence: Confidence
    note: str
    checksum: str
    succeeds: str | None
    cited: str = ""

    @property
    def effective_from(self) -> date:
        return self.period.start

    @property
    def effective_to(self) -> date | None:
        """The first day on which it is no longer in force."""
        return self.period.end

    @property
    def citation(self) -> str:
        """The authority, and said openly where it is not the law's own or not confirmed."""
        return cite(self.cited or self.authority, self.confidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Entry):
    """One dated value. `calendar` is set where days are business days."""

    unit: Unit
    value: Value
    calendar: str | None
    allowed: tuple[str, ...]

    def cents(self) -> int:
        if self.unit is Unit.CENTS and isinstance(self.value, int):
            return self.value
        raise WrongUnit(self.id, self.unit, "cents")

    def days(self) -> int:
        """Calendar or business days, as `unit` says; see `Policy.due_date`."""
        if self.unit in DAY_UNITS and isinstance(self.value, int):
            return self.value
        raise WrongUnit(self.id, self.unit, "days")

    def count(self) -> int:
        if self.unit in COUNT_UNITS and isinstance(self.value, int):
            return self.value
        raise WrongUnit(self.id, self.unit, "a count")

    def percent(self) -> Fraction:
        """The exact share to multiply by: 20.5 percent is 41/200."""
        if self.unit is Unit.PERCENT and isinstance(self.value, Fraction):
            return self.value
        raise WrongUnit(self.id, self.unit, "percent")

    def factor(self) -> Fraction:
        """How many times something: 1.5 times is 3/2."""
        if self.unit is Unit.FACTOR and isinstance(self.value, Fraction):
            return self.value
        raise WrongUnit(self.id, self.unit, "a factor")

    def flag(self) -> bool:
        if isinstance(self.value, bool):
            return self.value
        raise WrongUnit(self.id, self.unit, "a flag")

    def code(self) -> str:
        if self.unit is Unit.CODE and isinstance(self.value, str):
            return self.value
        raise WrongUnit(self.id, self.unit, "a code")

    def codes(self) -> tuple[str, ...]:
        """Several codes that hold together, in the order of the authority."""
        if isinstance(self.value, tuple):
            return self.value
        raise WrongUnit(self.id, self.unit, "codes")

    def date(self) -> date:
        if isinstance(self.value, date):
            return self.value
        raise WrongUnit(self.id, self.unit, "a date")

    def month_day(self) -> tuple[int, int]:
        if self.unit is Unit.MONTH_DAY and isinstance(self.value, str):
            month, day = self.value.split("-")
            return int(month), int(day)
        raise WrongUnit(self.id, self.unit, "a month and day")


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: ColumnKind
    optional: bool


@dataclass(frozen=True, slots=True, eq=False)
class TableRow:
    """A row with its own id (`<table id>.<key>`), citation and confidence.

    An optional cell that is empty is not in `cells`. Asking a column for another kind than it
    has raises `WrongUnit`; asking for an empty or unknown one raises `KeyError`.
    """

    id: str
    citation: str
    confidence: Confidence
    checksum: str
    cells: Mapping[str, Value]

    def text(self, column: str) -> str:
        """A text or a code."""
        value = self.cells[column]
        if isinstance(value, str):
            return value
        raise WrongUnit(f"{self.id}[{column}]", type(value).__name__, "text")

    def number(self, column: str) -> int:
        """A count or an amount in cents."""
        value = self.cells[column]
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise WrongUnit(f"{self.id}[{column}]", type(value).__name__, "a number")

    def percent(self, column: str) -> Fraction:
        value = self.cells[column]
        if isinstance(value, Fraction):
            return value
        raise WrongUnit(f"{self.id}[{column}]", type(value).__name__, "percent")

    def flag(self, column: str) -> bool:
        value = self.cells[column]
        if isinstance(value, bool):
            return value
        raise WrongUnit(f"{self.id}[{column}]", type(value).__name__, "a flag")

    def date(self, column: str) -> date:
        value = self.cells[column]
        if isinstance(value, date):
            return value
        raise WrongUnit(f"{self.id}[{column}]", type(value).__name__, "a date")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table(Entry):
    """Ordered rows with one key. Iterating gives the rows in the order of the file."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: tuple[TableRow, ...]

    def __iter__(self) -> Iterator[TableRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, *key: str | int) -> TableRow:
        """The row with this key, in the order of `key`; `KeyError` if there is none."""
        row_id = ".".join([self.id, *map(str, key)])
        for row in self.rows:
            if row.id == row_id:
                return row
        raise KeyError(f"{self.id} has no row {key}; the key is {self.key}")


def cite(authority: str, confidence: Confidence) -> str:
    return authority + _CITATION_MARK.get(confidence, "")


def checksum_of(content: object) -> str:
    """SHA-256 (hex) of the canonical JSON of `content`; dates and fractions as their text."""
    canonical = json.dumps(
        content, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str
    )
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
