"""Codes of an authenticator app (TOTP, RFC 6238: SHA-1, six digits, 30 seconds)."""

import base64
import hmac
from typing import Final
from urllib.parse import quote

STEP_S: Final = 30
DIGITS: Final = 6
SECRET_BYTES: Final = 20
DRIFT_STEPS: Final = 1
"""Steps before and after the present one that are read too: clocks differ (RFC 6238 s. 5.2)."""


def code(secret: bytes, step: int) -> str:
    """Return the code of a step (RFC 4226 section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: bytes, typed: str, now_s: int, last_step: int) -> int | None:
    """Return the step that a code belongs to; None for a wrong one and for one used before."""
    kept = "".join(c for c in typed[:16] if not c.isspace())
    now_step = now_s // STEP_S
    found = None
    for step in range(now_step - DRIFT_STEPS, now_step + DRIFT_STEPS + 1):
        if hmac.compare_digest(code(secret, step).encode(), kept.encode()) and step > last_step:
            found = step
    return found


def base32(secret: bytes) -> str:
    """Return a secret as it is typed into an app."""
    return base64.b32encode(secret).decode().rstrip("=")


def uri(secret: bytes, user_name: str, issuer: str) -> str:
    """Return what a QR code for an app holds."""
    label = f"{quote(issuer)}:{quote(user_name)}"
    return f"otpauth://totp/{label}?secret={base32(secret)}&issuer={quote(issuer)}"
