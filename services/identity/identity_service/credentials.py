"""Client secrets: made here, told once, kept only as hashes.

A secret is 256 random bits, so guessing it is hopeless; argon2id (OWASP's profile for it) makes
what is in the database useless to who steals it. The keyed fingerprint costs microseconds to
check. It lets the right secret through while wrong ones are throttled, so that nobody can lock a
client out by guessing in its name.
"""

import base64
import hmac
import os
import threading
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError

from chassis.crypto import Keys
from identity_service.store.clients import Proof

SECRET_BYTES = 32
MAX_SECRET_CHARS = 128
MAX_HASHES_AT_ONCE = 2
"""Each takes 19 MiB and tens of milliseconds of a processor; further callers wait their turn."""
_PREFIX = "cs_"
_FINGERPRINT = "client.secret_fingerprint"

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)
_turn = threading.BoundedSemaphore(MAX_HASHES_AT_ONCE)


def new_secret() -> str:
    """Return a fresh secret."""
    return _PREFIX + base64.urlsafe_b64encode(os.urandom(SECRET_BYTES)).decode().rstrip("=")


def proof_of(keys: Keys, secret: str) -> Proof:
    """Return what a secret will be checked against."""
    return Proof(_hasher.hash(secret), keys.lookup_hash(_FINGERPRINT, secret))


def is_right(proof: Proof | None, secret: str) -> bool:
    """Check a secret. Without a proof (no such client) it takes as long, and is wrong."""
    return matches(proof.secret_hash if proof is not None else "", secret)


def hashed(secret: str) -> str:
    """Return the hash of a password or of the fingerprint of a code."""
    with _turn:
        return _hasher.hash(secret)


def matches(known: str, secret: str) -> bool:
    """Check what `hashed` gave. With nothing known it takes as long, and is wrong."""
    try:
        with _turn:
            _hasher.verify(known or _nobodys_hash(), secret[:MAX_SECRET_CHARS])
    except VerifyMismatchError:
        return False
    return bool(known)


def looks_right(keys: Keys, proof: Proof | None, secret: str) -> bool:
    """Check a secret by its fingerprint alone: cheap, and in constant time."""
    known = proof.fingerprint if proof is not None else b""
    return hmac.compare_digest(known, keys.lookup_hash(_FINGERPRINT, secret))


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(new_secret())
