"""Reading one TOML entry strictly: every key known, every required key there and of its type."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from policy.errors import PolicyError
from policy.model import Confidence, Period

COMMON_REQUIRED = ("id", "title", "effective_from", "authority", "source", "confidence")
COMMON_OPTIONAL = ("effective_to", "note")


class Fields:
    """One entry of a policy file; every complaint names the file and the entry."""

    def __init__(
        self, file: Path, entry: str, raw: object, required: Sequence[str], optional: Sequence[str]
    ) -> None:
        self.file = file
        self.entry = entry
        if not isinstance(raw, dict):
            raise self.error(f"expected a table of keys, read {raw!r}")
        self.raw: Mapping[str, object] = raw
        name = raw.get("id")
        if isinstance(name, str) and name:
            self.entry = name
        for key in raw:
            if key not in required and key not in optional:
                known = ", ".join(sorted({*required, *optional}))
                raise self.error(f"unknown key {key!r}; known: {known}")
        for key in required:
            if key not in raw:
                raise self.error(f"missing {'citation (authority)' if key == 'authority' else key}")

    def error(self, problem: str) -> PolicyError:
        return PolicyError(self.file, self.entry, problem)

    def has(self, key: str) -> bool:
        return key in self.raw

    def text(self, key: str) -> str:
        value = self.raw[key]
        if not isinstance(value, str) or not value.strip():
            what = "citation (authority)" if key == "authority" else key
            raise self.error(f"{what} must be a text that is not empty, read {value!r}")
        return value

    def optional_text(self, key: str) -> str | None:
        return self.text(key) if key in self.raw else None

    def flag(self, key: str) -> bool:
        value = self.raw[key]
        if not isinstance(value, bool):
            raise self.error(f"{key} must be true or false, read {value!r}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(f"{key} must be a list of texts, read {value!r}")
        return tuple(value)

    def mapping(self, key: str) -> dict[str, str]:
        value = self.raw[key]
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise self.error(f"{key} must map names to texts, read {value!r}")
        return value

    def date(self, key: str) -> date:
        value = self.raw[key]
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.error(f"{key} must be a date such as 2025-07-01, read {value!r}")
        return value

    def choice(self, key: str, choices: Sequence[str]) -> str:
        value = self.text(key)
        if value not in choices:
            raise self.error(f"unknown {key} {value!r}; known: {', '.join(choices)}")
        return value

    def period(self) -> Period:
        end = self.date("effective_to") if self.has("effective_to") else None
        return Period(self.date("effective_from"), end)

    def confidence(self) -> Confidence:
        return Confidence(self.choice("confidence", [level.value for level in Confidence]))

    def note(self) -> str:
        return self.optional_text("note") or ""
