"""Genetic-test schedule (45 CFR 303.5(d)): each person is told own day and place, on own sheet.

A sheet is made from one person's data alone. What the others were told, where and when they come,
stands on none but their own.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from case_service.domain.forms import sheets
from case_service.domain.forms.fields import NEVER, Fields
from case_service.domain.forms.parts import (
    HEAD_KEYS,
    LANGUAGES,
    Head,
    Reader,
    address_lines,
    read_address,
    read_head,
    read_reader,
)
from case_service.domain.model import Address

NAME = "genetic_test"
PEOPLE_MAX = 20
_PERSON_KEYS = ("to", "tested", "language", "at", "place", "place_address")
_BRING = ("photo_id", "this_letter", "birth_certificate")


@dataclass(frozen=True, slots=True)
class Appointment:
    """One person's test: who is written to, whose cheek is wiped, when and where."""

    to: Reader
    tested: str
    language: str
    at: datetime
    place: str
    place_address: Address


@dataclass(frozen=True, slots=True)
class GeneticTest:
    """The appointments of a case's test."""

    head: Head
    people: tuple[Appointment, ...]


def read(raw: object) -> GeneticTest:
    """Read the schedule's data. Raises FormError."""
    fields = Fields(raw, (*HEAD_KEYS, "people"))
    head = read_head(fields)
    if not fields.has("people"):
        fields.wrong("people", "at least one person must be said")
    people = []
    for person in fields.children("people", _PERSON_KEYS, PEOPLE_MAX):
        one = Appointment(
            to=read_reader(person),
            tested=person.text("tested"),
            language=person.choice("language", LANGUAGES) or head.language,
            at=person.required_moment("at"),
            place=person.text("place", required=True),
            place_address=read_address(person, "place_address", required=True),
        )
        if one.at != NEVER and one.at.date() < head.on:
            person.wrong("at", "expected a time on or after the form's date")
        people.append(one)
    fields.refuse()
    return GeneticTest(head, tuple(people))


def make_one(head: Head, person: Appointment, desk: sheets.Desk, number: int) -> sheets.Sheet:
    """Return one person's sheet. It is handed nobody else's data."""
    words = desk.words

    def say(key: str, **values: str) -> str:
        return words(f"{NAME}.{key}", **values)

    tested = person.tested or person.to.name
    blocks = [
        sheets.paragraph(say("set")),
        sheets.panel(
            say("appointment"),
            [
                say("who", name=tested),
                say("when", moment=words.moment(person.at)),
                say("where", place=", ".join((person.place, *address_lines(person.place_address)))),
            ],
        ),
        sheets.heading(say("bring_heading")),
        sheets.listed([say(f"bring.{item}") for item in _BRING]),
        sheets.heading(say("what_heading")),
        sheets.paragraph(say("what")),
        sheets.paragraph(say("apart")),
        sheets.heading(say("cannot_heading")),
        sheets.paragraph(say("cannot")),
        sheets.heading(say("law_heading")),
        sheets.paragraph(say("law")),
        sheets.paragraph(say("cost")),
    ]
    made = sheets.sheet(desk, NAME, head, person.to, blocks)
    return replace(made, file_name=f"genetic-test-{number}.pdf")
