"""A rule's value in words, for people who read the law and not the code."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from policy.model import Rule
from policy.units import PERCENT_WHOLE, Unit
from policy.wording import dollars

_COUNTED = {
    Unit.CALENDAR_DAYS: ("calendar day", "calendar days"),
    Unit.BUSINESS_DAYS: ("business day", "business days"),
    Unit.MONTHS: ("month", "months"),
    Unit.YEARS: ("year", "years"),
    Unit.MONTHS_OF_SUPPORT: ("month's support", "months' support"),
}
DECIMAL_SCALE: Final = 10**9
NO_WORDS: Mapping[str, str] = {}


def value_in_words(rule: Rule, words: Mapping[str, str] = NO_WORDS) -> str:
    """`$35.00`, `15%`, `2 business days`, `yes`; a code by `words`, if they have it."""
    value = rule.value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(code_in_words(code, words) for code in value)
    if isinstance(value, Fraction):
        if rule.unit is Unit.PERCENT:
            return f"{decimal(value * PERCENT_WHOLE)}%"
        return f"{decimal(value)} times"
    if isinstance(value, int):
        if rule.unit is Unit.CENTS:
            return dollars(value)
        one, many = _COUNTED.get(rule.unit, ("", ""))
        return f"{value:,} {one if value == 1 else many}".rstrip()
    return code_in_words(value, words) if isinstance(value, str) else value.isoformat()


def code_in_words(code: str, words: Mapping[str, str] = NO_WORDS) -> str:
    """The words for a code, else the code with blanks for its underscores."""
    return words.get(code, code.replace("_", " "))


def decimal(value: Fraction) -> str:
    """The exact decimal of a value that was read from one: 41/2 is 20.5."""
    whole, rest = divmod(value.numerator * DECIMAL_SCALE // value.denominator, DECIMAL_SCALE)
    return f"{whole}.{rest:09d}".rstrip("0").rstrip(".")
