"""Dates as the formats write them. Two-digit years are years of this century.

The formats that write two digits (Nacha files, DED pay dates) speak of days near the day of
sending, and the DED convention is younger than 1996; nothing sent today means 19xx.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_CENTURY = 2000
_YYMMDD = 6
_CCYYMMDD = 8


@dataclass(frozen=True, slots=True)
class Days:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


def parse_date(text: str) -> date | None:
    """Read YYMMDD or CCYYMMDD; None if it is neither or there is no such day."""
    return _parse(text) if len(text) in (_YYMMDD, _CCYYMMDD) else None


@lru_cache(maxsize=4_096)
def _parse(text: str) -> date | None:
    if not (text.isascii() and text.isdigit()):
        return None
    digits = f"{_CENTURY // 100}{text}" if len(text) == _YYMMDD else text
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def format_yymmdd(day: date) -> str:
    """Write YYMMDD. Raises ValueError for a year that would be read back as another one."""
    if not _CENTURY <= day.year < _CENTURY + 100:
        raise ValueError(f"a two-digit year can only say 2000 to 2099, not {day.year}")
    return f"{day:%y%m%d}"
