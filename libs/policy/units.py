"""The closed lists of units and column kinds, and how their values are read."""

import re
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

Value = int | Fraction | str | bool | date | tuple[str, ...]

_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,9})?")
_CODE = re.compile(r"[A-Za-z0-9_]{1,60}")
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
PERCENT_WHOLE = 100


class Unit(StrEnum):
    """What a rule's value is counted in."""

    CENTS = "cents"
    PERCENT = "percent"
    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"
    YEARS = "years"
    MONTHS_OF_SUPPORT = "months_of_support"
    COUNT = "count"
    FACTOR = "factor"
    CODE = "code"
    CODES = "codes"
    FLAG = "flag"
    DATE = "date"
    MONTH_DAY = "month_day"


class ColumnKind(StrEnum):
    """What a column of a table holds; a trailing `?` in the data makes it optional."""

    TEXT = "text"
    CODE = "code"
    COUNT = "count"
    CENTS = "cents"
    PERCENT = "percent"
    FLAG = "flag"
    DATE = "date"


DAY_UNITS = frozenset({Unit.CALENDAR_DAYS, Unit.BUSINESS_DAYS})
COUNT_UNITS = frozenset({Unit.COUNT, Unit.MONTHS, Unit.YEARS, Unit.MONTHS_OF_SUPPORT})


def read_value(unit: Unit, raw: object) -> Value:
    """Turn a TOML value into what `unit` promises; `ValueError` says what was expected."""
    if unit is Unit.FLAG:
        if isinstance(raw, bool):
            return raw
        raise ValueError(_expected("true or false", raw))
    if unit is Unit.DATE:
        if isinstance(raw, date) and not isinstance(raw, datetime):
            return raw
        raise ValueError(_expected("a date such as 2025-07-01", raw))
    if unit is Unit.CODES:
        return _read_codes(raw)
    if unit in {Unit.PERCENT, Unit.FACTOR, Unit.CODE, Unit.MONTH_DAY}:
        if isinstance(raw, str):
            return _TEXT_READERS[unit.value](raw)
        raise ValueError(_expected("a quoted string", raw))
    if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
        return raw
    raise ValueError(_expected("a whole number, not below 0", raw))


def read_cell(kind: ColumnKind, text: str) -> Value:
    """Turn the text of a CSV cell into what `kind` promises; `ValueError` if it cannot."""
    return _TEXT_READERS[kind.value](text)


def _expected(what: str, raw: object) -> str:
    return f"expected {what}, read {raw!r}"


def _read_text(text: str) -> str:
    return text


def _read_code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError(_expected("a code of letters, digits and _", text))
    return text


def _read_codes(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list) or not raw or len(raw) != len({str(code) for code in raw}):
        raise ValueError(_expected("a list of different codes, not empty", raw))
    for code in raw:
        if not isinstance(code, str):
            raise ValueError(_expected("a list of codes in quotes", raw))  # noqa: TRY004
        _read_code(code)
    return tuple(raw)


def _read_number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(_expected("a whole number, not below 0", text))
    return int(text)


def _read_percent(text: str) -> Fraction:
    if not _DECIMAL.fullmatch(text):
        raise ValueError(_expected('an exact decimal such as "20.5"', text))
    return Fraction(text) / PERCENT_WHOLE


def _read_factor(text: str) -> Fraction:
    return _read_percent(text) * PERCENT_WHOLE


def _read_flag(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError(_expected("yes or no", text))
    return text == "yes"


def _read_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(_expected("a date such as 2025-07-01", text)) from None


def _read_month_day(text: str) -> str:
    if not _MONTH_DAY.fullmatch(text):
        raise ValueError(_expected('a month and day such as "10-01"', text))
    return text


_TEXT_READERS: dict[str, Callable[[str], Value]] = {
    ColumnKind.TEXT.value: _read_text,
    ColumnKind.CODE.value: _read_code,
    ColumnKind.COUNT.value: _read_number,
    ColumnKind.CENTS.value: _read_number,
    ColumnKind.PERCENT.value: _read_percent,
    ColumnKind.FLAG.value: _read_flag,
    ColumnKind.DATE.value: _read_date,
    Unit.MONTH_DAY.value: _read_month_day,
    Unit.FACTOR.value: _read_factor,
}
