"""Reading one JSON object strictly: every key known, every value of its kind."""

import re
from collections.abc import Sequence
from fractions import Fraction

from case_service.domain.guidelines.errors import GuidelineError

_DOLLARS = re.compile(r"\d{1,9}(\.\d{1,2})?", re.ASCII)
_HALVES = re.compile(r"\d{1,3}(\.[05]0?)?", re.ASCII)
ECHO_CHARACTERS_MAX = 60


class Fields:
    """One object of the input; `path` leads to it, "" at the top."""

    def __init__(
        self, path: str, raw: object, required: Sequence[str], optional: Sequence[str]
    ) -> None:
        """Refuse what is no object, an unknown key and a missing one."""
        if not isinstance(raw, dict):
            raise GuidelineError(path or "input", show(raw), "expected a JSON object")
        self.path = path
        self.raw: dict[str, object] = raw
        known = (*required, *optional)
        for key in raw:
            if key not in known:
                raise self.error(str(key), f"unknown field; known here: {', '.join(known)}")
        for key in required:
            if key not in raw:
                raise GuidelineError(self.name(key), "nothing", "this field is required")

    def name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def error(self, key: str, rule: str) -> GuidelineError:
        return GuidelineError(self.name(key), show(self.raw.get(key)), rule)

    def has(self, key: str) -> bool:
        return self.raw.get(key) is not None

    def dollars(self, key: str) -> Fraction:
        """An amount; a key that may be left out counts as 0."""
        return self._decimal(
            key, _DOLLARS, "expected dollars as a decimal string of at most two places, not below 0"
        )

    def days(self, key: str) -> Fraction:
        return self._decimal(key, _HALVES, "expected days as a decimal string, in whole or half")

    def _decimal(self, key: str, shape: re.Pattern[str], rule: str) -> Fraction:
        value = self.raw.get(key, "0")
        if not isinstance(value, str) or not shape.fullmatch(value):
            raise self.error(key, rule)
        return Fraction(value)

    def whole(self, key: str, least: int, most: int) -> int:
        value = self.raw[key]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.error(key, f"expected a whole number from {least} to {most}")
        return value

    def flag(self, key: str) -> bool:
        """True or false; a key that may be left out counts as false."""
        value = self.raw.get(key, False)
        if not isinstance(value, bool):
            raise self.error(key, "expected true or false")
        return value

    def text(self, key: str, most: int) -> str:
        value = self.raw[key]
        if not isinstance(value, str) or not value.strip() or len(value) > most:
            raise self.error(key, f"expected a text of 1 to {most} characters")
        return value.strip()

    def choice(self, key: str, choices: Sequence[str]) -> str:
        value = self.raw[key]
        if not isinstance(value, str) or value not in choices:
            raise self.error(key, f"expected one of {', '.join(choices)}")
        return value

    def items(self, key: str, most: int) -> list[object]:
        value = self.raw.get(key, [])
        if not isinstance(value, list) or len(value) > most:
            raise self.error(key, f"expected a list of at most {most}")
        return value

    def child(self, key: str, required: Sequence[str], optional: Sequence[str]) -> "Fields":
        return Fields(self.name(key), self.raw[key], required, optional)


def show(value: object) -> str:
    """What was read, as the file has it, cut to a bound."""
    text = repr(value)
    return text if len(text) <= ECHO_CHARACTERS_MAX else f"{text[:ECHO_CHARACTERS_MAX]}…"
