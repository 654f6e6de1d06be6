"""Words of forms in one language: sentences by key, days and amounts as readers write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

CENTS_PER_DOLLAR = 100
HOURS_ON_A_DIAL = 12


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue of one language; keys are paths: "subpoena.title"."""

    language: str
    texts: Mapping[str, Any]

    def __call__(self, key: str, **values: str | int) -> str:
        """Return a sentence with its places filled. Raises KeyError for a key that is not there."""
        found: Any = self.texts
        for part in key.split("."):
            found = found[part]
        return str(found).format(**values)

    def day(self, value: date | None) -> str:
        """Return a day as it is written out; empty for none."""
        if value is None:
            return ""
        month = self.texts["months"]["names"][value.month - 1]
        return self("common.date", day=value.day, month=month, year=value.year)

    def moment(self, value: datetime) -> str:
        """Return a local date and time as it is written out."""
        half = "morning" if value.hour < HOURS_ON_A_DIAL else "afternoon"
        return self(
            "common.moment",
            date=self.day(value.date()),
            hour=value.hour % HOURS_ON_A_DIAL or HOURS_ON_A_DIAL,
            minute=f"{value.minute:02d}",
            half=self(f"common.{half}"),
        )

    def yes_or_no(self, value: bool | None) -> str:  # noqa: FBT001 - it is the value, not a switch
        """Return yes or no; empty for what is not said."""
        return "" if value is None else self("common.yes" if value else "common.no")


def dollars(cents: int) -> str:
    """Return an amount, for example "$1,234.50"."""
    whole, rest = divmod(cents, CENTS_PER_DOLLAR)
    return f"${whole:,}.{rest:02d}"
