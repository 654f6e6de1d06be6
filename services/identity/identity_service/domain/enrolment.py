"""Names as they are compared, and how long a key by letter can be used."""

import unicodedata
from datetime import date, timedelta
from typing import Final

KEY_DAYS: Final = 21
KEY_DAYS_ELSEWHERE: Final = 30
"""NIST SP 800-63A-4 section 3.1.8: by post within the contiguous United States, and elsewhere."""
_ELSEWHERE: Final = frozenset({"AK", "HI", "PR", "VI", "GU", "AS", "MP", "AA", "AE", "AP"})
REMIND_AFTER_DAYS: Final = 14
KEY_ATTEMPTS_MAX: Final = 100
"""NIST SP 800-63B-4 section 3.2.2; after that only another letter helps."""
REQUEST_APART: Final = timedelta(hours=24)
REQUEST_WINDOW: Final = timedelta(days=30)
REQUESTS_MAX: Final = 4
LETTERS_MAX: Final = 8
"""Letters to one participant in the window, whoever asks: nobody fills another's letter box."""
LETTER_DAYS: Final = (2, 5)
"""How long a letter takes, as people are told (seeds 004)."""


def name_key(first_name: str, last_name: str) -> str:
    """Return what a name is compared by: accents, case, spaces and signs do not count."""
    return f"{_letters(first_name)} {_letters(last_name)}"


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in plain if c.isalpha())


def expires_on(sent_on: date, address_state: str) -> date:
    """Return the last day that a key can be used."""
    days = KEY_DAYS_ELSEWHERE if address_state in _ELSEWHERE else KEY_DAYS
    return sent_on + timedelta(days=days)
