"""What somebody typed: read field by field, with an error for each that breaks a rule.

Errors are marked messages (`N_`), said in the visitor's language where they are shown.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

from starlette.datastructures import FormData, UploadFile

from chassis.errors import PlatformError
from chassis.ids import new_id
from childsupport.common.v1.errors_pb2 import ErrorReason
from web.i18n import N_

REQUEST_FIELD = "_request"
TEXT_MAX = 5_000
_MONEY = re.compile(r"^\$?\s*(\d{1,3}(,\d{3})+|\d+)(\.\d{1,2})?$", re.ASCII)

MISSING = N_("Enter this, please.")
TOO_LONG = N_("This is too long.")
NOT_A_DAY = N_("Enter a real date: month, day and a year of four digits.")
NOT_AN_AMOUNT = N_("Enter an amount in dollars and cents, for example 125.50.")
NOT_A_CHOICE = N_("Choose one of these.")
NOT_A_NUMBER = N_("Enter a whole number.")
NOT_TAKEN = N_("This was not taken. Check it and try again.")
TRY_LATER = N_("Too many tries. Wait a while and try again.")
GONE_ON = N_("Somebody changed this meanwhile. Look at it again, then decide.")


@dataclass(frozen=True, slots=True)
class Error:
    """What is wrong with a field; `field` empty: with the form as a whole."""

    field: str
    message: str
    detail: str = ""
    """What a service said, in English; shown to workers only."""


@dataclass(slots=True)
class Form:
    """A form that was sent, or an empty one."""

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, UploadFile] = field(default_factory=dict)
    errors: list[Error] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """What the page calls each field, for the summary of errors."""

    @classmethod
    def of(cls, data: FormData) -> "Form":
        """Read what the browser sent."""
        values: dict[str, list[str]] = {}
        files: dict[str, UploadFile] = {}
        for name, value in data.multi_items():
            if isinstance(value, UploadFile):
                if value.filename:
                    files[name] = value
            else:
                values.setdefault(name, []).append(value)
        return cls(values, files)

    @property
    def request_id(self) -> str:
        """Return the form's own id: the same form sent twice does one thing once (AIP-155)."""
        try:
            return str(UUID(self.raw(REQUEST_FIELD)))
        except ValueError:
            return new_id()

    def raw(self, name: str) -> str:
        """Return what was typed; empty when nothing was."""
        found = self.values.get(name, ())
        return found[0] if found else ""

    def all(self, name: str) -> Sequence[str]:
        """Return every value of a field, for checkboxes."""
        return self.values.get(name, ())

    def wrong(self, name: str, message: str, detail: str = "") -> None:
        """Say that a field breaks a rule."""
        self.errors.append(Error(name, message, detail))

    def called(self, name: str, label: str) -> str:
        """Note what the page calls a field; returns nothing to show."""
        self.names[name] = label.rstrip("?:. ")
        return ""

    def error(self, name: str) -> str:
        """Return the first error of a field; empty when it has none."""
        return next((one.message for one in self.errors if one.field == name), "")

    def text(self, name: str, *, required: bool = True, longest: int = TEXT_MAX) -> str:
        """Return a text without the blanks around it."""
        value = self.raw(name).strip()
        if required and not value:
            self.wrong(name, MISSING)
        elif len(value) > longest:
            self.wrong(name, TOO_LONG)
        return value

    def secret(self, name: str, *, required: bool = True) -> str:
        """Return a password or code exactly as it was typed."""
        value = self.raw(name)
        if required and not value:
            self.wrong(name, MISSING)
        return value

    def choice(self, name: str, choices: Sequence[str], *, required: bool = True) -> str:
        """Return one of the choices; empty with an error when it is none."""
        value = self.raw(name)
        if value in choices:
            return value
        if required or value:
            self.wrong(name, NOT_A_CHOICE)
        return ""

    def checked(self, name: str) -> bool:
        """Tell whether a box is checked."""
        return bool(self.raw(name))

    def day(self, name: str, *, required: bool = True) -> date | None:
        """Return a day out of NAME_month, NAME_day, NAME_year, or of NAME as 2026-03-06."""
        parts = [self.raw(f"{name}_{part}").strip() for part in ("year", "month", "day")]
        whole = self.raw(name).strip()
        if not any(parts) and not whole:
            if required:
                self.wrong(name, MISSING)
            return None
        try:
            if whole and not any(parts):
                return date.fromisoformat(whole)
            year, month, day = (int(part) for part in parts)
            if year < 1000:  # noqa: PLR2004 — of four digits
                raise ValueError
            return date(year, month, day)
        except ValueError:
            self.wrong(name, NOT_A_DAY)
            return None

    def number(self, name: str, *, required: bool = True, least: int = 0, most: int = 10**9) -> int:
        """Return a whole number between bounds; 0 with an error when it is none."""
        value = self.raw(name).strip().replace(",", "")
        if not value and not required:
            return 0
        if not value:
            self.wrong(name, MISSING)
        elif not value.isdecimal() or not least <= int(value) <= most:
            self.wrong(name, NOT_A_NUMBER)
        else:
            return int(value)
        return 0

    def cents(self, name: str, *, required: bool = True, most: int = 10**10) -> int:
        """Return the cents of an amount like 1,234.50; 0 with an error when it is none."""
        value = self.raw(name).strip()
        if not value and not required:
            return 0
        if not value:
            self.wrong(name, MISSING)
            return 0
        if not _MONEY.match(value):
            self.wrong(name, NOT_AN_AMOUNT)
            return 0
        try:
            cents = int(Decimal(value.lstrip("$").strip().replace(",", "")).scaleb(2))
        except InvalidOperation:
            cents = most + 1
        if cents > most:
            self.wrong(name, NOT_AN_AMOUNT)
            return 0
        return cents

    def refuse(self, error: PlatformError, fields: Mapping[str, str] | None = None) -> None:
        """Show what a service refused beside the field it is about; raise what no typing mends.

        `fields` maps the request's fields to the form's; what is not in it concerns the whole form.
        """
        reason = ErrorReason.Name(error.reason).removeprefix("ERROR_REASON_")
        if reason == "LIMIT_EXCEEDED":
            self.wrong("", TRY_LATER, error.detail)
        elif reason == "ETAG_MISMATCH":
            self.wrong("", GONE_ON, error.detail)
        elif reason in _MENDABLE:
            found = error.violations or ()
            for one in found:
                self.wrong((fields or {}).get(one.field, ""), NOT_TAKEN, one.description)
            if not found:
                self.wrong("", NOT_TAKEN, error.detail)
        else:
            raise error


_MENDABLE = frozenset(
    {
        "INVALID_FIELD",
        "FAILED_PRECONDITION",
        "ALREADY_EXISTS",
        "REQUEST_ID_REUSED",
        "REQUEST_IN_PROGRESS",
    }
)
