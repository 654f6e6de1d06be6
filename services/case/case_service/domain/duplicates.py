"""Whether two records are of one person. A twin is not his brother; a slip of the pen is nobody.

Names are compared as they sound and as they are spelled (Metaphone, Jaro-Winkler), dates of birth
as they are and as they are mistyped. Scores are whole percents.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import jellyfish

from case_service.domain.model import Participant

# No law: how alike two records are before somebody looks at them, or must say that they are two.
# ast-grep-ignore: no-figure-of-law
PROBABLE, POSSIBLE, SIMILAR_NAME = 85, 70, 85
# Nor this: a name weighs more than a date of birth, and one slip in the date weighs little.
# ast-grep-ignore: no-figure-of-law
_NAME_WEIGHT, _SAME_BIRTH, _SLIPPED_BIRTH, _UNKNOWN_BIRTH = 60, 100, 80, 60
_OTHER_SSN_AT_MOST = PROBABLE - 1
_OTHER_SEX_COSTS = 10
_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recorded participant who may be the same person."""

    participant_id: str
    participant_number: str
    score: int
    same_ssn: bool

    @property
    def probable(self) -> bool:
        """Tell whether it is to be taken for the same person until somebody denies it."""
        return self.score >= PROBABLE


def plain(name: str) -> str:
    """Return a name in plain capitals: no accents, hyphens, apostrophes."""
    taken_apart = unicodedata.normalize("NFKD", name)
    kept = (" " if c in " -" else c for c in taken_apart if c.isalpha() or c in " -")
    return " ".join("".join(kept).upper().split())


def search_name(last_name: str, first_name: str) -> str:
    """Return what a search by the beginning of a name looks in."""
    return f"{plain(last_name)},{plain(first_name)}"


def search_prefix(asked: str) -> str:
    """Return what a search looks for: "Doe", "Doe, J" or "Doe,John" by the beginning."""
    last_name, comma, first_name = asked.partition(",")
    return plain(last_name) + (comma and f",{plain(first_name)}")


def name_key(last_name: str, first_name: str) -> str:
    """Return how a name sounds: Smith and Smyth are one."""
    sounds = (jellyfish.metaphone(plain(n).replace(" ", "")) for n in (last_name, first_name))
    return "|".join(sounds)


def candidates(person: Participant, recorded: Iterable[Participant]) -> list[Candidate]:
    """Return who of those recorded may be this person, likeliest first."""
    found = [
        Candidate(
            participant_id=other.participant_id,
            participant_number=other.participant_number,
            score=score(person, other),
            same_ssn=bool(person.ssn) and person.ssn == other.ssn,
        )
        for other in recorded
        if other.participant_id != person.participant_id
    ]
    likely = (c for c in found if c.score >= POSSIBLE)
    return sorted(likely, key=lambda c: (-c.score, c.participant_number))


def score(one: Participant, other: Participant) -> int:
    """Return how likely it is that two records are of one person, in percent."""
    if one.ssn and one.ssn == other.ssn:
        return _PERCENT
    name = _name_score(one, other)
    birth = _birth_score(one.birth_date, other.birth_date)
    if name < SIMILAR_NAME or birth == 0:
        return 0
    total = (name * _NAME_WEIGHT + birth * (_PERCENT - _NAME_WEIGHT)) // _PERCENT
    if one.sex and other.sex and one.sex != other.sex:
        total -= _OTHER_SEX_COSTS
    if one.ssn and other.ssn:
        # Each has a number of his own: twins, or father and son.
        total = min(total, _OTHER_SSN_AT_MOST)
    return total


def _name_score(one: Participant, other: Participant) -> int:
    straight = min(
        _similar(one.last_name, other.last_name), _similar(one.first_name, other.first_name)
    )
    swapped = min(
        _similar(one.last_name, other.first_name), _similar(one.first_name, other.last_name)
    )
    return max(straight, swapped)


def _similar(one: str, other: str) -> int:
    left, right = plain(one), plain(other)
    if left == right:
        return _PERCENT
    if not left or not right:
        return 0
    return round(jellyfish.jaro_winkler_similarity(left, right) * _PERCENT)


def _birth_score(one: date | None, other: date | None) -> int:
    if one is None or other is None:
        return _UNKNOWN_BIRTH
    if one == other:
        return _SAME_BIRTH
    if one.year == other.year and (one.month, one.day) == (other.day, other.month):
        return _SLIPPED_BIRTH
    differing = sum(a != b for a, b in zip(one.isoformat(), other.isoformat(), strict=True))
    return _SLIPPED_BIRTH if differing == 1 else 0
