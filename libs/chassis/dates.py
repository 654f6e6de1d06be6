"""google.type.Date and Timestamp to Python and back."""

from datetime import UTC, date, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date

from chassis.errors import invalid_field


def to_date(value: Date, field: str = "date") -> date | None:
    """Return the day, None when unset. Raises an error naming `field` when it is no date."""
    if not (value.year or value.month or value.day):
        return None
    try:
        return date(value.year, value.month, value.day)
    except ValueError as error:
        raise invalid_field(field, f"must be a whole calendar date: {error}") from None


def from_date(value: date | None) -> Date | None:
    """Return the message for a day; None stays None (an unset field)."""
    return None if value is None else Date(year=value.year, month=value.month, day=value.day)


def to_instant(value: Timestamp) -> datetime:
    """Return the instant, in UTC."""
    return value.ToDatetime(tzinfo=UTC)


def from_instant(value: datetime | None) -> Timestamp | None:
    """Return the message for an instant; None stays None (an unset field)."""
    if value is None:
        return None
    message = Timestamp()
    message.FromDatetime(value)
    return message
