"""What is mailed, printed or kept in a cookie: made here, kept only as hashes.

Long ones (links, cookies, recovery codes: 112 bits and more) are kept as keyed hash. Short ones
that people type (PIN, key) as argon2id of the keyed hash (ASVS 5.0 6.5.2): who steals the database
needs the key too, and then still has to work for each guess.
"""

import secrets
from typing import Final

from chassis.crypto import Keys
from identity_service import credentials
from identity_service.domain.codes import ALPHABET, is_rude, normal

TOKEN_BYTES: Final = 32
KEY_CHARACTERS: Final = 10
RECOVERY_CHARACTERS: Final = 24
PIN_DIGITS: Final = 8
"""26 bits (ASVS 5.0 6.5.4 asks for 20)."""
_DIGITS: Final = "0123456789"


def new_token() -> str:
    """Return 256 random bits for a link or a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_key() -> str:
    """Return a key as it is printed in a letter: 10 characters, 50 bits."""
    return _readable(KEY_CHARACTERS)


def new_recovery_code() -> str:
    """Return a recovery code: 24 characters, 120 bits."""
    return _readable(RECOVERY_CHARACTERS)


def new_pin() -> str:
    """Return a PIN: 8 digits."""
    return "".join(secrets.choice(_DIGITS) for _ in range(PIN_DIGITS))


def fingerprint(keys: Keys, purpose: str, value: str) -> bytes:
    """Return what a token or code is looked up by."""
    return keys.lookup_hash(f"code.{purpose}", value)


def slow_hash(keys: Keys, purpose: str, typed: str) -> str:
    """Return what a short code is kept as."""
    return credentials.hashed(fingerprint(keys, purpose, normal(typed)).hex())


def is_right(keys: Keys, purpose: str, kept: str, typed: str) -> bool:
    """Check a short code. With nothing kept it takes as long, and is wrong."""
    return credentials.matches(kept, fingerprint(keys, purpose, normal(typed)).hex())


def _readable(length: int) -> str:
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(length))
        if not is_rude(code):
            return code
