"""Words for facts: a catalogue per language, money and dates as its readers write them."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from notification_service.domain.notices import Facts, Sentence

CENTS_PER_DOLLAR = 100
HOURS_ON_A_DIAL = 12


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can be said in one language, by section and key; `texts/*.toml`."""

    language: str
    subjects: Mapping[str, str]
    """Subject of an inbox entry, by kind."""
    headings: Mapping[str, str]
    """Heading of a letter, by kind; where a kind has none, its subject is the heading."""
    sentences: Mapping[str, str]
    actions: Mapping[str, str]
    reasons: Mapping[str, str]
    """Why a line waits, to its sender, by the name of the SuspenseReason."""
    words: Mapping[str, str]
    """What a code is called, for the places whose names end in `_word`."""
    labels: Mapping[str, str]
    email: Mapping[str, str]
    account_subjects: Mapping[str, str]
    """Subject of a mail about an account, by kind."""
    account_bodies: Mapping[str, str]
    months: tuple[str, ...]


def money(cents: int) -> str:
    """Return an amount of dollars, for example "$1,234.56"; English and Spanish here agree."""
    dollars, rest = divmod(abs(cents), CENTS_PER_DOLLAR)
    return f"{'-' if cents < 0 else ''}${dollars:,}.{rest:02d}"


def day(catalogue: Catalogue, value: date) -> str:
    """Return a day as it is written out, for example "March 6, 2026" or "6 de marzo de 2026"."""
    return catalogue.labels["date"].format(
        day=value.day, month=catalogue.months[value.month - 1], year=value.year
    )


def moment(catalogue: Catalogue, value: datetime) -> str:
    """Return a local time as it is written out, for example "March 6, 2026 at 2:30 p.m."."""
    labels = catalogue.labels
    return labels["moment"].format(
        date=day(catalogue, value.date()),
        hour=value.hour % HOURS_ON_A_DIAL or HOURS_ON_A_DIAL,
        minute=f"{value.minute:02d}",
        half=labels["morning" if value.hour < HOURS_ON_A_DIAL else "afternoon"],
    )


def say(catalogue: Catalogue, sentence: Sentence, phone: str) -> str:
    """Return a sentence in words. What a place holds is told by its name (`_shown`)."""
    places = {name: _shown(catalogue, name, value) for name, value in sentence.values.items()}
    return catalogue.sentences[sentence.key].format(**places, phone=phone)


def ask(catalogue: Catalogue, facts: Facts, phone: str) -> str:
    """Return what the reader is asked to do; empty when nothing."""
    if not facts.action:
        return ""
    by = day(catalogue, date.fromisoformat(facts.answer_by)) if facts.answer_by else ""
    return catalogue.actions[facts.action].format(phone=phone, answer_by_on=by)


def body(catalogue: Catalogue, facts: Facts, phone: str) -> str:
    """Return facts as the text of an inbox entry: what happened, then the one thing to do.

    Somebody's own words stand between the two, in a paragraph of their own.
    """
    said = " ".join(say(catalogue, sentence, phone) for sentence in facts.sentences)
    asked = ask(catalogue, facts, phone)
    if facts.text:
        return "\n\n".join(part for part in (said, facts.text, asked) if part)
    return f"{said} {asked}" if asked else said


def heading(catalogue: Catalogue, kind: str) -> str:
    """Return the heading of a letter."""
    return catalogue.headings.get(kind) or catalogue.subjects[kind]


def places(text: str) -> frozenset[str]:
    """Return the names of the places in a text."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def _shown(catalogue: Catalogue, name: str, value: str | int) -> str:
    if isinstance(value, int):
        return money(value) if name.endswith("_cents") else str(value)
    if name.endswith("_on"):
        return day(catalogue, date.fromisoformat(value))
    if name.endswith("_at"):
        return moment(catalogue, datetime.fromisoformat(value))
    return catalogue.words[value] if name.endswith("_word") else value
