"""What the parties of a case are told by the case service: which sentences, by the notice's kind.

A sentence is said when all that stands in it is known: what the case service did not say is left
out. A notice speaks to one reader and of that reader's own matters; where both sides are told the
same thing (a review, a closing) its words say nothing of the other side.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from notification_service.domain.notices import Facts, Notice, Sentence, Values
from notification_service.domain.spellings import PLACES, SPELLINGS, WORDS, Choice, Spelling

UNKNOWN = "case_news"
"""The kind that a reader gets for one that has no words here yet."""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice of the case service, opened."""

    notice_id: str
    case_id: str
    case_number: str
    participant_id: str
    kind: str
    answer_by: date | None
    letter: bool
    facts: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of law that sentences name, as of the notice's day."""

    review_cycle_years: int
    review_days: int
    change_percent: int
    incarceration_days: int

    def values(self) -> dict[str, str | int]:
        """Return the figures by the names of their places."""
        return {
            "cycle_years": self.review_cycle_years,
            "review_days": self.review_days,
            "change_percent": self.change_percent,
            "incarceration_days": self.incarceration_days,
        }


def known(kind: str) -> bool:
    """Return whether a kind has words here."""
    return kind in SPELLINGS


def notice(told: Told, figures: Figures) -> Notice:
    """Return what a party is told, as facts. A kind without words becomes `UNKNOWN`."""
    kind = told.kind if known(told.kind) else UNKNOWN
    spelling = SPELLINGS[kind]
    values = figures.values() | _values(told)
    return Notice(
        kind=kind,
        about_id=told.case_id or told.notice_id,
        participant_id=told.participant_id,
        part=told.notice_id,
        facts=Facts(
            sentences=tuple(_sentences(spelling, told, values)),
            action=_action(spelling, told.answer_by),
            reference=_reference(spelling, told.case_number),
            text=told.text,
            answer_by=told.answer_by.isoformat() if told.answer_by else "",
        ),
    )


def _reference(spelling: Spelling, number: str) -> Sentence | None:
    """Return what the notice is filed under; one about several cases has no number."""
    return Sentence(spelling.reference, {"cases": number}) if number else None


def _sentences(spelling: Spelling, told: Told, values: Values) -> Iterator[Sentence]:
    for key in _keys(spelling, told):
        places = PLACES[key]
        if all(place in values for place in places):
            yield Sentence(key, {place: values[place] for place in places})


def _keys(spelling: Spelling, told: Told) -> Iterator[str]:
    for sentence in spelling.sentences:
        if not isinstance(sentence, Choice):
            yield sentence
        elif key := sentence.keys.get(told.facts.get(sentence.fact, "")):
            yield key
    if told.text:
        yield spelling.opening


def _action(spelling: Spelling, answer_by: date | None) -> str:
    if answer_by is None and spelling.action_undated:
        return spelling.action_undated
    return spelling.action


def _values(told: Told) -> dict[str, str | int]:
    """Return what the notice says by the names of places, which tell how it is written out.

    A value that is not what its name says is left out, and its sentence with it: better one
    sentence less than a message that is never told.
    """
    values: dict[str, str | int] = {"case": told.case_number}
    if told.answer_by:
        values["answer_by_on"] = told.answer_by.isoformat()
    for name, value in told.facts.items():
        place = _NAMES.get(name, name)
        if value and _readable(place, value):
            values[place] = int(value) if place.endswith("_cents") else value
    return values


_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "at": "happens_at",
        "effective_from": "effective_from_on",
        "support_type": "support_type_word",
        "what": "what_word",
    }
)


def _readable(place: str, value: str) -> bool:
    try:
        if place.endswith("_cents"):
            int(value)
        elif place.endswith("_on"):
            date.fromisoformat(value)
        elif place.endswith("_at"):
            datetime.fromisoformat(value)
        elif place.endswith("_word"):
            return value in WORDS
    except ValueError:
        return False
    return True
