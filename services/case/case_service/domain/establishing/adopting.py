"""What is recorded of a person once a location that was found is taken as true."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from case_service.domain.establishing.locating import Location
from case_service.domain.model import Address, Employer, Participant

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "residence": "address",
        "mailing": "address",
        "employer": "employer",
        "phone": "phone",
        "email": "email",
    }
)
"""By kind of location: the field of a participant that it becomes."""


def why_not(found: Location) -> str:
    """Say why a location cannot become a participant's own; empty when it can."""
    if found.kind == "incarceration":
        return "record the incarceration itself (RecordIncarceration): its parents are told"
    if found.kind not in FIELDS:
        return "an asset is no address of a person; it stays with what was found"
    complete = {
        "address": found.line1,
        "employer": found.name,
        "phone": found.value,
        "email": found.value,
    }
    if not complete[FIELDS[found.kind]].strip():
        return "what was found is not complete: record it with UpdateParticipant"
    return ""


def adopted(person: Participant, found: Location) -> Participant:
    """Return the person with the location as his own."""
    if found.kind == "employer":
        employer = Employer(found.name, _address(found), _digits(found.value))
        return replace(person, employer=employer)
    if found.kind == "phone":
        return replace(person, phone=_digits(found.value))
    if found.kind == "email":
        return replace(person, email=found.value.strip())
    return replace(person, address=_address(found))


def _digits(phone: str) -> str:
    return "".join(c for c in phone if c.isdigit() or c == "+")


def _address(found: Location) -> Address | None:
    if not found.line1:
        return None
    return Address(found.line1, found.line2, found.city, found.state, found.zip_code)
