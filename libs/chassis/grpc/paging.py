"""Pages (AIP-158): a size within bounds, and a token that only the service itself can make."""

import base64
import binascii
import hmac
from typing import Protocol

from chassis.crypto import Keys
from chassis.errors import PlatformError, invalid_field

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1_000
MAX_TOKEN_CHARS = 1_000
_MAC_BYTES = 16
_PURPOSE = "page_token"


class _Paged(Protocol):
    @property
    def page_size(self) -> int: ...


def page_size(request: _Paged) -> int:
    """Return how many items to give: 0 means 100, more than 1,000 is taken as 1,000.

    Raises PlatformError (INVALID_FIELD) for a negative size.
    """
    if request.page_size < 0:
        raise invalid_field("page_size", f"must not be negative; read {request.page_size}")
    return min(request.page_size, MAX_PAGE_SIZE) or DEFAULT_PAGE_SIZE


def encode_token(keys: Keys, value: str, *, listing: str = "") -> str:
    """Return the token for the key after which the next page starts; an empty key gives none.

    `listing` binds it to what is listed (a method, a filter). The key can be read from the token by
    anybody: it must be no personal data.
    """
    if not value:
        return ""
    return base64.urlsafe_b64encode(_mac(keys, value, listing) + value.encode()).decode()


def decode_token(keys: Keys, token: str, *, listing: str = "") -> str:
    """Return the key in a token; empty for the first page.

    Raises PlatformError (INVALID_FIELD page_token) for one that this service did not make for
    this `listing`.
    """
    if not token:
        return ""
    if len(token) > MAX_TOKEN_CHARS:
        raise _bad_token()
    try:
        raw = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
        mac, value = raw[:_MAC_BYTES], raw[_MAC_BYTES:].decode()
    except (binascii.Error, UnicodeError) as error:
        raise _bad_token() from error
    if not hmac.compare_digest(mac, _mac(keys, value, listing)):
        raise _bad_token()
    return value


def _mac(keys: Keys, value: str, listing: str) -> bytes:
    return keys.lookup_hash(f"{_PURPOSE}\x1f{listing}", value)[:_MAC_BYTES]


def _bad_token() -> PlatformError:
    return invalid_field("page_token", "must be the next_page_token of the page before, unchanged")
