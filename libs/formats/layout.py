"""Fixed-width records as tables: name, start, length, kind, required.

A layout is checked when it is made (fields in order, no gap, no overlap, the whole width), so a
typing error in a table cannot shift the fields after it unnoticed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import NoReturn

from formats.dates import format_yymmdd, parse_date

Value = str | int | date | None

_LAST_HOUR = 23
_LAST_MINUTE = 59


class Kind(Enum):
    """How a field is filled; the value says what a reader expects there."""

    NUMBER = "digits, zero-filled on the left"
    TEXT = "text, blank-filled on the right"
    DATE = "a date YYMMDD"
    TIME = "a time HHMM"
    FIXED = "one value only"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record. `start` is the 1-based column, as specifications count.

    `required` fields carry the file: one that is missing or malformed makes the record unusable.
    `value` is what a FIXED field holds.
    """

    name: str
    start: int
    length: int
    kind: Kind
    required: bool = True
    value: str = ""

    @property
    def slice(self) -> slice:
        """The field's place in a record held as a string."""
        return slice(self.start - 1, self.start - 1 + self.length)

    @property
    def columns(self) -> str:
        """The field's place as people say it: "30-39", or "1" for a single column."""
        end = self.start + self.length - 1
        return str(self.start) if end == self.start else f"{self.start}-{end}"

    @property
    def expected(self) -> str:
        """What must stand here, in words."""
        if self.kind is Kind.FIXED:
            return f'"{self.value}"'
        if self.kind is Kind.NUMBER:
            return f"{self.length} digit" if self.length == 1 else f"{self.length} digits"
        return "text, not blanks" if self.kind is Kind.TEXT else self.kind.value

    def accepts(self, text: str) -> bool:
        """Whether `text` (ASCII, exactly the field's columns) is well-formed here."""
        if not self.required and not text.strip():
            return True
        match self.kind:
            case Kind.FIXED:
                return text == self.value
            case Kind.NUMBER:
                return text.isdigit()
            case Kind.DATE:
                return parse_date(text) is not None
            case Kind.TIME:
                return text.isdigit() and _is_time(text)
            case Kind.TEXT:
                return bool(text.strip())


def _is_time(digits: str) -> bool:
    return int(digits[:2]) <= _LAST_HOUR and int(digits[2:]) <= _LAST_MINUTE


@dataclass(frozen=True, slots=True)
class Fault:
    """A field that does not hold what its layout says."""

    field: Field
    read: str


class Layout:
    """A record of fixed width. `name` is what people are told, e.g. "entry detail (6)"."""

    def __init__(self, name: str, width: int, fields: tuple[Field, ...]) -> None:
        column = 1
        for field in fields:
            if field.start != column:
                message = f"{name}: {field.name} starts at {field.start}, expected {column}"
                raise ValueError(message)
            column += field.length
        if column != width + 1:
            message = f"{name}: the fields end at {column - 1}, expected {width}"
            raise ValueError(message)
        self.name = name
        self.width = width
        self.fields = fields
        self._by_name = MappingProxyType({field.name: field for field in fields})

    def __getitem__(self, name: str) -> Field:
        return self._by_name[name]

    def read(self, record: str) -> dict[str, str]:
        """Return every field's text, blanks at both ends removed. `record` has the full width."""
        return {field.name: record[field.slice].strip() for field in self.fields}

    def faults(self, record: str) -> Iterator[Fault]:
        """Yield the fields of an ASCII `record` of full width that are malformed."""
        for field in self.fields:
            text = record[field.slice]
            if not field.accepts(text):
                yield Fault(field, text)

    def write(self, values: Mapping[str, Value]) -> str:
        """Build a record. Optional fields may be left out.

        Raises ValueError, naming record and field but never the value (it may be personal data),
        for a field that is missing, too long, negative, or not printable ASCII.
        """
        unknown = values.keys() - self._by_name.keys()
        if unknown:
            raise ValueError(f"{self.name}: no such field: {', '.join(sorted(unknown))}")
        record = "".join([self._written(field, values.get(field.name)) for field in self.fields])
        if not (record.isascii() and record.isprintable()):
            self._refuse_characters(record)
        return record

    def _written(self, field: Field, value: Value) -> str:
        kind = field.kind
        if kind is Kind.FIXED:
            return field.value
        if value is None:
            text = ""
        elif kind is Kind.NUMBER:
            text = str(value)
            if not text.isdigit():
                raise ValueError(f"{self._place(field)}: must be a whole number, zero or more")
            text = text.zfill(field.length)
        elif isinstance(value, date):
            text = format_yymmdd(value)
        else:
            text = str(value)
        if len(text) > field.length:
            size = f"{len(text)} characters, but at most {field.length} fit"
            raise ValueError(f"{self._place(field)}: {size}")
        if field.required and not text.strip():
            raise ValueError(f"{self._place(field)}: is required and must not be blank")
        return text.ljust(field.length)

    def _refuse_characters(self, record: str) -> NoReturn:
        for field in self.fields:
            for place, character in enumerate(record[field.slice], 1):
                if not (character.isascii() and character.isprintable()):
                    wrong = f"character {place} is U+{ord(character):04X}"
                    raise ValueError(f"{self._place(field)}: {wrong}; printable ASCII is expected")
        raise ValueError(f"{self.name}: printable ASCII is expected")

    def _place(self, field: Field) -> str:
        return f"{self.name}, {field.name}"
