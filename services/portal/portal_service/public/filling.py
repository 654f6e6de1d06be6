"""From a page of the application to its message and back."""

import re
from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor
from google.type.date_pb2 import Date

from chassis.dates import from_date, to_date
from childsupport.case.v1 import application_service_pb2 as pb
from childsupport.case.v1.case_service_pb2 import PostalAddress
from portal_service.public import sections as s
from web.forms import Form
from web.i18n import N_

NAME_MAX = 100
AREA_MAX = 2_000
PEOPLE_MAX = 20
CENTS_MAX = 10_000_000
SSN_WRONG = N_("Enter nine digits, or leave it empty.")
PHONE_WRONG = N_("Enter ten digits, with the area code.")
EMAIL_WRONG = N_("Enter an address like name@example.org.")
STATE_WRONG = N_("Enter two letters, for example KY.")
ZIP_WRONG = N_("Enter a ZIP code of five or nine digits.")
ADDRESS_WHOLE = N_("Enter street, city, State and ZIP code, or none of them.")
_ADDRESS = ("address_line1", "address_city", "address_state", "address_zip_code")
_DIGITS = re.compile(r"\D")
_SHAPES: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    s.SSN: (re.compile(r"(?!0{9})\d{9}"), SSN_WRONG),
    s.PHONE: (re.compile(r"\d{10}"), PHONE_WRONG),
    s.EMAIL: (re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"), EMAIL_WRONG),
    s.STATE: (re.compile(r"[A-Z]{2}"), STATE_WRONG),
    s.ZIP: (re.compile(r"\d{5}(\d{4})?"), ZIP_WRONG),
}
_IN_DANGER = "in_danger"


def fill(form: Form, section: s.Section, message: Any, counties: Mapping[str, str]) -> None:
    """Write what was typed on a page into a message; note what is wrong in the form."""
    has_address = any(form.raw(name).strip() for name in _ADDRESS)
    for field in section.fields:
        if field.name.startswith("address."):
            if has_address:
                _put(message.address, field.name.removeprefix("address."), _read(form, field))
            elif field.required:
                form.text(field.id)
        elif field.kind == s.COUNTY:
            message.county_fips = form.choice(field.id, tuple(counties), required=field.required)
        elif field.name == _IN_DANGER:
            message.in_danger = form.choice(field.id, ("yes", "no")) == "yes"
            message.answered = not form.error(field.id)
        elif field.kind != s.SSN:
            _put(message, field.name, _read(form, field))
        elif number := _read(form, field):
            message.ssn = number
    if not has_address and "address" in message.DESCRIPTOR.fields_by_name:
        message.ClearField("address")
    elif has_address and not all(form.raw(name).strip() for name in _ADDRESS):
        form.wrong(_ADDRESS[0], ADDRESS_WHOLE)


def _read(form: Form, field: s.Field) -> Any:
    if field.kind == s.DAY:
        return from_date(form.day(field.id, required=field.required))
    if field.kind == s.FLAG:
        return form.checked(field.id)
    if field.kind == s.CENTS:
        return form.cents(field.id, required=field.required, most=CENTS_MAX)
    if field.kind in {s.RADIOS, s.SELECT}:
        return form.choice(field.id, [code for code, _ in field.choices], required=field.required)
    longest = AREA_MAX if field.kind == s.AREA else NAME_MAX
    value = form.text(field.id, required=field.required, longest=longest)
    if field.kind in {s.SSN, s.PHONE, s.ZIP}:
        value = _DIGITS.sub("", value)
        if field.kind == s.PHONE and len(value) == 11:  # noqa: PLR2004 — with the country's 1
            value = value.removeprefix("1")
    if field.kind == s.STATE:
        value = value.upper()
    if field.kind in _SHAPES and form.raw(field.id).strip():
        shape, wrong = _SHAPES[field.kind]
        if not shape.fullmatch(value):
            form.wrong(field.id, wrong)
    return value


def _put(message: Any, name: str, value: Any) -> None:
    descriptor: FieldDescriptor = message.DESCRIPTOR.fields_by_name[name]
    if isinstance(value, Date):
        getattr(message, name).CopyFrom(value)
    elif value is None:
        message.ClearField(name)
    elif descriptor.enum_type is not None:
        chosen = descriptor.enum_type.values_by_name.get(value)
        setattr(message, name, chosen.number if chosen else 0)
    else:
        setattr(message, name, value)


def stored(section: s.Section, message: Any) -> dict[str, Any]:
    """Return what a message holds for each field of a page, as the form shows it."""
    return {field.id: _stored(field, message) for field in section.fields}


def _stored(field: s.Field, message: Any) -> Any:
    if field.kind == s.SSN:
        return ""
    if field.name == _IN_DANGER:
        return ("yes" if message.in_danger else "no") if message.answered else ""
    if field.name.startswith("address."):
        address: PostalAddress = message.address
        return getattr(address, field.name.removeprefix("address."))
    value = getattr(message, field.name)
    enum = message.DESCRIPTOR.fields_by_name[field.name].enum_type
    if isinstance(value, Date):
        return to_date(value, field.name)
    if field.kind == s.CENTS:
        return f"{value // 100}.{value % 100:02d}" if value else ""
    if enum is not None:
        return enum.values_by_number[value].name if value else ""
    return value


def part_of(content: pb.ApplicationContent, section: s.Section, place: int) -> Any:
    """Return the message that a page fills: a section's own, or one of several; a new one after."""
    part = getattr(content, section.part)
    if not section.many:
        return part
    return part[place - 1] if place <= len(part) else part.add()


def remove(content: pb.ApplicationContent, section: s.Section, place: int) -> None:
    """Take one of several away.

    A number that is kept belongs to its place, so those that move up have to be said again.
    """
    part = getattr(content, section.part)
    if not 1 <= place <= len(part):
        return
    del part[place - 1]
    for moved in part[place - 1 :]:
        if "ssn_given" in moved.DESCRIPTOR.fields_by_name:
            moved.ssn_given = False


def is_said(content: pb.ApplicationContent, section: s.Section) -> bool:
    """Tell whether anything of a page was said."""
    part = getattr(content, section.part)
    if section.many:
        return len(part) > 0
    return any(stored(section, part).values())
