"""What several forms have: who sends, who reads, whom it is about."""

import re
from dataclasses import dataclass
from datetime import date

from case_service.domain.forms.fields import NAME_CHARACTERS_MAX, Fields
from case_service.domain.model import Address

LANGUAGES = ("en", "es")
HEAD_KEYS = ("language", "date", "case_number", "office")
_LAST_FOUR = re.compile(r"\d{4}", re.ASCII)
_STATE = re.compile(r"[A-Z]{2}", re.ASCII)
_ZIP_CODE = re.compile(r"\d{5}(-\d{4})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Office:
    """The office that sends a form and takes the answer."""

    name: str
    address: Address
    phone: str


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the top of every form."""

    language: str
    on: date
    case_number: str
    office: Office


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets a form: name and own address."""

    name: str
    address: Address


@dataclass(frozen=True, slots=True)
class Subject:
    """The person whose records or pay are asked for. Never more of a number than its end."""

    name: str
    birth_date: date | None
    ssn_last_four: str
    reference: str
    """What the one who is asked knows the person by: an employee or account number."""


def read_head(fields: Fields, *, languages: tuple[str, ...] = LANGUAGES) -> Head:
    """Read the head of a form."""
    office = fields.child("office", ("name", "address", "phone"))
    return Head(
        language=fields.choice("language", languages) or languages[0],
        on=fields.required_day("date"),
        case_number=fields.text("case_number"),
        office=Office(
            office.text("name", NAME_CHARACTERS_MAX),
            read_address(office, "address"),
            office.text("phone"),
        ),
    )


def read_reader(fields: Fields, key: str = "to") -> Reader:
    """Read who gets a form: both a name and an address, else it reaches nobody."""
    person = fields.child(key, ("name", "address"))
    return Reader(
        person.text("name", NAME_CHARACTERS_MAX, required=True),
        read_address(person, "address", required=True),
    )


def read_subject(fields: Fields, *, required: bool) -> Subject:
    """Read whom a form is about."""
    person = fields.child("about", ("name", "birth_date", "ssn_last_four", "reference"))
    return Subject(
        person.text("name", NAME_CHARACTERS_MAX, required=required),
        person.day("birth_date"),
        person.shaped("ssn_last_four", _LAST_FOUR, "expected the last four digits, no more"),
        person.text("reference"),
    )


def read_address(
    fields: Fields, key: str, *, required: bool = False, partial: bool = False
) -> Address:
    """Read an address; one that is not said is empty. A `partial` one is what somebody knows."""
    place = fields.child(key, ("line1", "line2", "city", "state", "zip_code"))
    said = not partial and (required or fields.has(key))
    address = Address(
        place.text("line1", required=said),
        place.text("line2"),
        place.text("city", required=said),
        place.text("state"),
        place.text("zip_code"),
    )
    if said and not _STATE.fullmatch(address.state):
        place.wrong("state", "expected two capital letters")
    if said and not _ZIP_CODE.fullmatch(address.zip_code):
        place.wrong("zip_code", "expected 5 digits, or 5 and 4 with a hyphen")
    return address


def answer_after(fields: Fields, key: str, on: date) -> date:
    """Read until when an answer is wanted: a day after the form's own."""
    by = fields.required_day(key)
    if date.min not in (by, on) and by <= on:
        fields.wrong(key, "expected a day after the form's date")
    return by


def address_lines(address: Address) -> list[str]:
    """Return the lines of an address; none when it is empty."""
    place = f"{address.state} {address.zip_code}".strip()
    town = ", ".join(part for part in (address.city, place) if part)
    return [line for line in (address.line1, address.line2, town) if line]
