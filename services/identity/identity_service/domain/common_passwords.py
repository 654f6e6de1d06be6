"""Passwords that anybody would try: put together from everybody's words (ASVS 5.0 6.2.4).

At 15 characters and more the common passwords are compositions — a word again and again, a few of
everybody's words, a keyboard's rows, a sentence that all know — so a list of them is a rule over
words, not lines. What the rule knows is in data/common_passwords.toml, made for this service.
"""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

_DATA: Final = Path(__file__).parent.parent / "data" / "common_passwords.toml"
_FOR_LETTERS: Final = str.maketrans("@4310!5$7+", "aaeioisstt")
_DIFFERENT_MIN: Final = 6
_DIGITS_MAX: Final = 8
"""A date has eight. With more of them it is not for words to say how good a password is."""
_WORDS_MAX: Final = 6
"""From seven words on, even everybody's words make a sentence that is hard to come by."""


def is_common(password: str) -> bool:
    """True for a password that anybody would try. `password`: as it is hashed (NFKC)."""
    plain = _plain(password)
    if len(set(plain)) < _DIFFERENT_MIN:
        return True
    if sum(c.isdigit() for c in plain) > _DIGITS_MAX:
        return False
    return any(_is_everybodys(one) for one in _readings(plain))


@cache
def context_words() -> tuple[str, ...]:
    """Return the words of this service, which count as nothing in a password."""
    return tuple(_data()["context"])


def _readings(plain: str) -> set[str]:
    """Return the letters of a password: as they stand, and with signs read as letters."""
    without_ends = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain)
    return {_letters(plain), _letters(without_ends.translate(_FOR_LETTERS))}


def _is_everybodys(letters: str) -> bool:
    unit = _repeated(letters)
    if unit in _phrases():
        return True
    fewest = _fewest_words(unit)
    return fewest is not None and fewest <= _WORDS_MAX


def _repeated(letters: str) -> str:
    """Return what a text repeats, or the text itself: `abcabcab` is `abc` again and again."""
    for length in range(1, len(letters) // 2 + 1):
        unit = letters[:length]
        if (unit * (len(letters) // length + 1))[: len(letters)] == letters:
            return unit
    return letters


def _fewest_words(letters: str) -> int | None:
    """Return of how few of everybody's words a text is made; None when it is not."""
    words, longest = _words(), _longest()
    fewest: list[int | None] = [0]
    for end in range(1, len(letters) + 1):
        found = [
            before + 1
            for start in range(max(0, end - longest), end)
            if (before := fewest[start]) is not None and letters[start:end] in words
        ]
        fewest.append(min(found, default=None))
    return fewest[-1]


def _plain(text: str) -> str:
    """Return a text without case and accents."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in split if not unicodedata.combining(c))


def _letters(text: str) -> str:
    return "".join(c for c in text if "a" <= c <= "z")


@cache
def _data() -> dict[str, list[str]]:
    raw = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    words = [word for group in raw["words"].values() for word in group]
    return {"context": raw["context"], "phrases": raw["phrases"], "words": words}


@cache
def _words() -> frozenset[str]:
    context = (_letters(_plain(word)) for word in context_words())
    return frozenset({*_data()["words"], *context})


@cache
def _longest() -> int:
    return max(map(len, _words()))


@cache
def _phrases() -> frozenset[str]:
    return frozenset(_data()["phrases"])
