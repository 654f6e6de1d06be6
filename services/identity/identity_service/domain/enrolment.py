"""Names as they are compared, and how long a key by letter can be used."""

import unicodedata
from datetime import date, timedelta
from typing import Final

from policy import Policy

_ELSEWHERE: Final = frozenset({"AK", "HI", "PR", "VI", "GU", "AS", "MP", "AA", "AE", "AP"})
REMIND_AFTER_DAYS: Final = 14
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


def expires_on(sent_on: date, address_state: str, law: Policy) -> date:
    """Return the last day that a key can be used (rules portal.key_days and …_elsewhere)."""
    rule = "portal.key_days_elsewhere" if address_state in _ELSEWHERE else "portal.key_days"
    return law.due_date(rule, sent_on)
