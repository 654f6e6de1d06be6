"""Places in lists that are ordered by two things: a day or an instant, and an id."""

from datetime import date, datetime

from chassis.grpc import paging
from chassis.runtime import Work

_SEPARATOR = "|"


def encode_place(work: Work, place: tuple[str, str], listing: str) -> str:
    """Return the token for the place after which the next page starts."""
    return paging.encode_token(work.keys, _SEPARATOR.join(place), listing=listing)


def decode_place(work: Work, token: str, listing: str) -> tuple[str, str] | None:
    """Return the place in a token; None for the first page. Raises PlatformError (page_token)."""
    found = paging.decode_token(work.keys, token, listing=listing)
    if not found:
        return None
    first, _, second = found.partition(_SEPARATOR)
    return first, second


def day_place(place: tuple[str, str] | None) -> tuple[date, str] | None:
    """Return a place whose first part is a day."""
    return (date.fromisoformat(place[0]), place[1]) if place else None


def instant_place(place: tuple[str, str] | None) -> tuple[datetime, str] | None:
    """Return a place whose first part is an instant."""
    return (datetime.fromisoformat(place[0]), place[1]) if place else None
