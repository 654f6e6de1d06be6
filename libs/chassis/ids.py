"""Identifiers: UUIDv7 strings, made here because PostgreSQL 15 has no uuidv7()."""

import hashlib
import os
import uuid
from datetime import datetime

from chassis.clock import machine_millis

_RANDOM_BYTES = 10
_VERSION_5 = 0x5
_VERSION_7 = 0x7
_VARIANT_RFC_9562 = 0b10
_VERSION_AND_VARIANT = 0xF << 76 | 0b11 << 62


def new_id(at: datetime | None = None) -> str:
    """Return a UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 random bits, as text.

    `at` is the instant to put in front; without it the machine's time, which here only sorts ids.
    """
    millis = int(at.timestamp() * 1000) if at else machine_millis()
    rand = int.from_bytes(os.urandom(_RANDOM_BYTES), "big")
    rand_a, rand_b = rand >> 68, rand & ((1 << 62) - 1)
    value = millis << 80 | _VERSION_7 << 76 | rand_a << 64 | _VARIANT_RFC_9562 << 62 | rand_b
    return _text(value)


def derived_id(*parts: str) -> str:
    """Return the same UUID for the same parts (RFC 9562 version 5), so doing twice is harmless."""
    named = uuid.NAMESPACE_OID.bytes + "\x1f".join(parts).encode()
    value = int.from_bytes(hashlib.sha1(named, usedforsecurity=False).digest()[:16], "big")
    value &= ~_VERSION_AND_VARIANT
    return _text(value | _VERSION_5 << 76 | _VARIANT_RFC_9562 << 62)


def _text(value: int) -> str:
    """Write an id; by hand, as uuid.UUID takes longer than everything else that makes one."""
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
