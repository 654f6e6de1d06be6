"""What an account may be called, and which password it may have."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from math import prod
from typing import Final

from zxcvbn import zxcvbn
from zxcvbn.matching import L33T_TABLE

from identity_service.domain.clients import Problem
from identity_service.domain.common_passwords import context_words, is_common

PASSWORD_CHARACTERS_MAX: Final = 128
_LOOKED_AT_CHARACTERS_MAX: Final = 72
"""zxcvbn takes long over long passwords, which are not the weak ones."""
_GUESSES_LOG10_MIN: Final = 8
"""From here on zxcvbn says "safely unguessable" (its score 3)."""
_SIGNS: Final = frozenset(sign for signs in L33T_TABLE.values() for sign in signs)
_OTHERS: Final = str.maketrans("!$%(+<@[{|", "~^&;:,.?'`")
_SIGNS_MAX: Final = 6
"""zxcvbn tries each way to read such signs as letters: with all of them it takes seconds."""
_WORD_MIN: Final = 3
_LEFT_MIN: Final = 8
"""Characters that must be left of a password without the words that anybody would try here."""
NAME_CHARACTERS_MAX: Final = 60
EMAIL_CHARACTERS_MAX: Final = 254
LANGUAGES: Final = ("en", "es")
_LOCAL: Final = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL: Final = re.compile(
    rf"(?=.{{1,64}}@){_LOCAL}(?:\.{_LOCAL})*@(?:{_LABEL}\.)+(?=.{{2}}){_LABEL}", re.ASCII
)
"""Dot-atoms (RFC 5322 section 3.4.1): what any mail server takes; what else there is, none does."""


def prepared(password: str) -> str:
    """Return a password as it is hashed: one spelling of what looks alike (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def password_problems(
    field: str, password: str, about: Collection[str], shortest: int
) -> Iterator[Problem]:
    """Yield what stands against a password. `about`: names and addresses of its owner.

    `shortest`: in characters (rule portal.password_characters).
    """
    said = prepared(password)
    if not shortest <= len(said) <= PASSWORD_CHARACTERS_MAX:
        yield Problem(
            field,
            f"must have {shortest} to {PASSWORD_CHARACTERS_MAX} characters: a few"
            f" words that only you would put together; read {len(said)}",
        )
        return
    words = {
        w for text in about for w in re.split(r"[\s@.,_-]+", text.casefold()) if len(w) >= _WORD_MIN
    }
    left = said.casefold()
    for word in sorted({*context_words(), *words}, key=len, reverse=True):
        left = left.replace(word, "")
    if len(left) < _LEFT_MIN:
        yield Problem(
            field, "must not be made of your name, your e-mail address or the name of this service"
        )
    elif is_common(said) or _guesses(said, words) < 10**_GUESSES_LOG10_MIN:
        yield Problem(
            field,
            "is a common password or easily guessed: take words that do not belong together",
        )


def _guesses(said: str, words: Collection[str]) -> int:
    """Return how many guesses a password takes. Its time is bounded.

    With many signs it is weighed twice, in pieces of few and whole with the signs that are no
    figures made others: the lower count holds.
    """
    looked_at = said[:_LOOKED_AT_CHARACTERS_MAX]
    pieces = list(_pieces(looked_at))
    in_pieces = prod(_weighed(piece, words) for piece in pieces)
    if len(pieces) == 1:
        return in_pieces
    return min(in_pieces, _weighed(looked_at.translate(_OTHERS), words))


def _weighed(said: str, words: Collection[str]) -> int:
    found = zxcvbn(said, user_inputs=sorted(words), max_length=_LOOKED_AT_CHARACTERS_MAX)
    return int(found["guesses"])


def _pieces(said: str) -> Iterator[str]:
    """Yield a password in pieces of few signs each; nearly always it is one."""
    begins, signs = 0, set[str]()
    for place, character in enumerate(said):
        if character in _SIGNS:
            signs.add(character)
        if len(signs) > _SIGNS_MAX:
            yield said[begins:place]
            begins, signs = place, {character}
    yield said[begins:]


def email_key(email: str) -> str:
    """Return what an address is looked up by: case does not count."""
    return unicodedata.normalize("NFC", email.strip()).casefold()


def email_problems(field: str, email: str) -> Iterator[Problem]:
    """Yield what stands against an e-mail address."""
    key = email_key(email)
    if len(key) > EMAIL_CHARACTERS_MAX or not _EMAIL.fullmatch(key):
        yield Problem(field, "must be an e-mail address, for example jane@example.org")


def name_problems(field: str, name: str) -> Iterator[Problem]:
    """Yield what stands against a name as part of a user name."""
    if not _name_part(name) or len(name) > NAME_CHARACTERS_MAX:
        yield Problem(field, f"must have letters, up to {NAME_CHARACTERS_MAX} characters")


def user_name(first_name: str, last_name: str, number: int) -> str:
    """Return the user name First.Last; from the second bearer on with a number (First.Last2)."""
    base = f"{_name_part(first_name)}.{_name_part(last_name)}"
    return base if number == 1 else f"{base}{number}"


def _name_part(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    return re.sub(r"[^A-Za-z0-9]", "", plain)


def user_name_key(name: str) -> str:
    """Return what a user name is looked up by: case does not count."""
    return name.strip().casefold()
