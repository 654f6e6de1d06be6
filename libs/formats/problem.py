"""What is wrong with a file, said so that whoever made the file can put it right."""

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["file", "entry", "warning"]

READ_CHARACTERS_MAX = 40

_LIKE_SSN = re.compile(r"(?<!\d)(?:\d{9}|\d{3}-\d{2}-\d{4})(?!\d)")
_DIGIT = re.compile(r"\d")
_PERSONAL_RECORDS = ("addenda", "DED", "820")
_SSN_FIELD = "DED05"


def printable(text: str) -> str:
    """Shorten `text` to READ_CHARACTERS_MAX and escape whatever does not print in ASCII."""
    cut = text[:READ_CHARACTERS_MAX].encode("unicode_escape").decode("ascii")
    return cut if len(text) <= READ_CHARACTERS_MAX else f"{cut}..."


def mask_ssn(text: str) -> str:
    """Hide every run of digits that has the form of a social security number."""
    return _LIKE_SSN.sub("#########", text)


@dataclass(frozen=True, slots=True)
class Problem:
    """One deviation from a format.

    `record_number` counts records from 1 (0: the text did not come from a file); `columns` are
    1-based and inclusive ("30-39"; "" where a record has none). `read` is what stood there,
    shortened and printable; it may be personal data, so it stays out of `repr` and is masked in
    `str` for records that carry social security numbers. `severity` says what falls: the whole
    "file", the "entry" alone, or nothing ("warning").
    """

    record_number: int
    record_type: str
    field: str
    columns: str
    read: str = dataclasses.field(repr=False)
    expected: str
    rule: str
    severity: Severity = "file"

    def __post_init__(self) -> None:
        object.__setattr__(self, "read", printable(self.read))

    def __str__(self) -> str:
        place = (
            f"record {self.record_number}, {self.record_type}"
            if self.record_number
            else (self.record_type)
        )
        columns = f" ({self._plural()} {self.columns})" if self.columns else ""
        read = f'"{self._shown()}"' if self.read else "nothing"
        sentence = (
            f"{place}, {self.field.replace('_', ' ')}{columns}: read {read}, "
            f"expected {self.expected} ({self.rule})."
        )
        return sentence[0].upper() + sentence[1:]

    def _plural(self) -> str:
        return "columns" if "-" in self.columns else "column"

    def _shown(self) -> str:
        if self.field == _SSN_FIELD:
            return _DIGIT.sub("#", self.read)
        if any(word in self.record_type for word in _PERSONAL_RECORDS):
            return mask_ssn(self.read)
        return self.read


def summary(problems: Iterable[Problem]) -> str:
    """Say the first problem in full and how many more there are."""
    first, *others = problems
    if not others:
        return str(first)
    return f"{first} ({len(others)} more {'problem' if len(others) == 1 else 'problems'})"
