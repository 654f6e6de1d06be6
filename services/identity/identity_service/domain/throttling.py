"""How many wrong tries are read, and how long the next has to wait: growing, never for ever.

NIST SP 800-63B-4 section 3.2.2 (at most 100 consecutive failures for an account) and ASVS 5.0
6.1.1, 6.3.1: what limits a guesser must not lock out the one who is guessed at. So tries count by
account and address, a device that logged in before has a count of its own, and only what comes from
unknown devices adds up for the account as a whole.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Limit:
    """A kind of limit: `free` tries, then waits that double from `first_wait` to `longest_wait`."""

    kind: str
    free: int
    first_wait: timedelta
    longest_wait: timedelta
    forget_after: timedelta
    """After so long without a try the count begins anew."""


_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_FOR_GOOD = timedelta(days=100 * 365)

ADDRESS: Final = Limit("address", 5, timedelta(seconds=30), _HOUR, _DAY)
"""Wrong log-ins with a login, as it was typed, from one address."""
DEVICE: Final = Limit("device", 10, timedelta(seconds=30), _HOUR, _DAY)
"""Wrong log-ins for an account from a device that logged in before."""
ACCOUNT: Final = Limit("account", 100, _HOUR, _DAY, _DAY)
"""Wrong log-ins for an account from all unknown devices together."""
SECOND_FACTOR: Final = Limit("second_factor", 10, 10 * _MINUTE, _HOUR, _DAY)
"""Wrong second factors of an account whose password was right."""
FACTOR_IN_A_ROW: Final = Limit("factor_in_a_row", 100, _FOR_GOOD, _FOR_GOOD, _FOR_GOOD)
"""Wrong second factors of an account in a row; no time ends it, a reset does. None of a stranger:
the password was shown before."""
PASSWORD: Final = Limit("password", 10, _MINUTE, _HOUR, _DAY)
"""Wrong passwords within a session, or with the link that confirms an e-mail address."""
DETAILS: Final = Limit("details", 5, _HOUR, _DAY, _DAY)
"""Dates of birth and numbers that an account shows to get access."""
KEY: Final = Limit("key", 5, 10 * _MINUTE, _HOUR, _DAY)
"""Wrong keys of an account."""
ASKS: Final = Limit("asks", 20, _HOUR, _DAY, _DAY)
"""Asks for accounts and resets from one address."""
PASSKEY_ASKS: Final = Limit("passkey_asks", 100, _MINUTE, _HOUR, _HOUR)
"""Challenges for logging in asked from one address, since a passkey last opened an account."""
MAILS: Final = Limit("mails", 5, _HOUR, _DAY, _DAY)
"""Mails of one kind to one account or e-mail address, so that nobody's mail box is filled."""

LIMITS: Final = (
    *(ADDRESS, DEVICE, ACCOUNT, SECOND_FACTOR, PASSWORD, DETAILS, KEY, ASKS, MAILS, PASSKEY_ASKS),
)
"""Those that time forgets."""
