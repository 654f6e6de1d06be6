"""How figures, days and instants are written, by language."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_currency
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date

LOCALES = {"en": "en_US", "es": "es_US"}
CURRENCY = "USD"
_PHONE_DIGITS = 10


def money(cents: int, language: str) -> str:
    """Return cents as dollars: $1,234.50."""
    return format_currency(Decimal(cents).scaleb(-2), CURRENCY, locale=LOCALES[language])


def day(value: Date | date | None, language: str, form: str = "long") -> str:
    """Return a day: March 6, 2026. Empty for an unset one."""
    if isinstance(value, Date):
        value = date(value.year, value.month, value.day) if value.year else None
    return format_date(value, format=form, locale=LOCALES[language]) if value else ""


def month(value: Date | date, language: str) -> str:
    """Return a month: March 2026."""
    return day(value, language, "MMMM yyyy")


def instant(value: Timestamp | datetime, language: str, zone: str) -> str:
    """Return an instant in the State's own time; empty for an unset one."""
    if isinstance(value, Timestamp):
        if not value.seconds:
            return ""
        value = value.ToDatetime(tzinfo=ZoneInfo("UTC"))
    local = value.astimezone(ZoneInfo(zone))
    at = format_time(local, format="short", locale=LOCALES[language])
    return f"{day(local.date(), language, 'medium')}, {at}"


def phone(number: str) -> str:
    """Return a phone number as people write it: (502) 555-0100."""
    if len(number) == _PHONE_DIGITS and number.isdecimal():
        return f"({number[:3]}) {number[3:6]}-{number[6:]}"
    return number
