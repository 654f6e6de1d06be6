"""Reading the data of a form strictly: every key known, every value of its kind and length.

A value that breaks its rule is noted and stands empty until `refuse` tells of all of them at once.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from case_service.domain.forms.errors import FormError
from case_service.domain.model import Violation

NAME_CHARACTERS_MAX = 120
LINE_CHARACTERS_MAX = 200
TEXT_CHARACTERS_MAX = 2_000
KEPT_VIOLATIONS = 50
NEVER = datetime.combine(date.min, time.min)
"""Stands for a time that is missing, which is noted; no form is made of it."""


class Fields:
    """One object of the data; `path` leads to it, "" at the top."""

    def __init__(
        self,
        raw: object,
        known: Sequence[str],
        path: str = "",
        found: list[Violation] | None = None,
    ) -> None:
        """Take an object; what is none, and keys that nobody knows, are noted."""
        self.path = path
        self._found: list[Violation] = [] if found is None else found
        self._raw: Mapping[str, object] = raw if isinstance(raw, dict) else {}
        if not isinstance(raw, dict):
            self._note(path or "form", "expected an object of named fields")
        for key in self._raw:
            if key not in known:
                self.wrong(str(key), f"unknown field; known here: {', '.join(known)}")

    def name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, expected: str) -> None:
        """Note that a field breaks a rule."""
        self._note(self.name(key), expected)

    def refuse(self) -> None:
        """Tell of all that was noted. Raises FormError."""
        if self._found:
            raise FormError(self._found)

    def has(self, key: str) -> bool:
        return self._raw.get(key) not in (None, "", [], {})

    def text(self, key: str, most: int = LINE_CHARACTERS_MAX, *, required: bool = False) -> str:
        """A text of one line or more, trimmed; empty when it is not said."""
        value = self._raw.get(key)
        value = "" if value is None else value
        if not isinstance(value, str) or len(value) > most:
            self.wrong(key, f"expected a text of at most {most} characters")
            return ""
        if required and not value.strip():
            self.wrong(key, "must be said")
        return value.strip()

    def shaped(self, key: str, shape: re.Pattern[str], expected: str) -> str:
        """A text of a shape, or empty."""
        value = self.text(key)
        if value and not shape.fullmatch(value):
            self.wrong(key, expected)
        return value

    def choice(self, key: str, choices: Sequence[str], *, required: bool = False) -> str:
        value = self.text(key, required=required)
        if value and value not in choices:
            self.wrong(key, f"expected one of {', '.join(choices)}")
            return ""
        return value

    def codes(self, key: str, choices: Sequence[str]) -> tuple[str, ...]:
        """Codes that are chosen, in the order of the form."""
        value = self._list(key, len(choices))
        for at, code in enumerate(value):
            if code not in choices:
                self.wrong(f"{key}[{at}]", f"expected one of {', '.join(choices)}")
        return tuple(code for code in choices if code in value)

    def texts(self, key: str, most: int) -> tuple[str, ...]:
        """A list of texts."""
        found = []
        for at, value in enumerate(self._list(key, most)):
            if not isinstance(value, str) or not 0 < len(value.strip()) <= LINE_CHARACTERS_MAX:
                self.wrong(f"{key}[{at}]", f"expected 1 to {LINE_CHARACTERS_MAX} characters")
            else:
                found.append(value.strip())
        return tuple(found)

    def day(self, key: str) -> date | None:
        value = self.text(key)
        try:
            return date.fromisoformat(value) if value else None
        except ValueError:
            self.wrong(key, "expected a day as YYYY-MM-DD")
            return None

    def required_day(self, key: str) -> date:
        """A day; one that is missing or broken is noted, and never reaches a form."""
        if not self.has(key):
            self.wrong(key, "must be said")
        return self.day(key) or date.min

    def required_moment(self, key: str) -> datetime:
        """A local date and time, noted when it is missing or broken."""
        value = self.text(key, required=True)
        try:
            return datetime.fromisoformat(value).replace(tzinfo=None) if value else NEVER
        except ValueError:
            self.wrong(key, "expected a local date and time as YYYY-MM-DDTHH:MM")
            return NEVER

    def yes_or_no(self, key: str) -> bool | None:
        """True, false, or None when it is not said."""
        value = self._raw.get(key)
        if value is not None and not isinstance(value, bool):
            self.wrong(key, "expected true or false")
            return None
        return value

    def child(self, key: str, known: Sequence[str]) -> "Fields":
        """An object in this one; an absent one has no fields."""
        return Fields(self._raw.get(key) or {}, known, self.name(key), self._found)

    def children(self, key: str, known: Sequence[str], most: int) -> list["Fields"]:
        """A list of objects."""
        return [
            Fields(raw, known, f"{self.name(key)}[{at}]", self._found)
            for at, raw in enumerate(self._list(key, most))
        ]

    def _list(self, key: str, most: int) -> list[object]:
        value = self._raw.get(key) or []
        if not isinstance(value, list) or len(value) > most:
            self.wrong(key, f"expected a list of at most {most}")
            return []
        return value

    def _note(self, field: str, expected: str) -> None:
        if len(self._found) < KEPT_VIOLATIONS:
            self._found.append(Violation(field, expected))
