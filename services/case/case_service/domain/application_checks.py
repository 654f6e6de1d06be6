"""What must be right in an application: the form of what is said, and what it must say to be sent.

A rule names the path of its field. What must be said at all is the policy's to list.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from case_service.domain.applications import Content
from case_service.domain.model import Address, Violation

SSN = re.compile(r"(?!0{9})[0-9]{9}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"[0-9]{10}|\+[0-9]{10,15}")
FIPS = re.compile(r"[0-9]{5}")
STATE = re.compile(r"[A-Z]{2}")
ZIP = re.compile(r"[0-9]{5}([0-9]{4})?")
SEXES = ("", "female", "male", "other")
MAX_NAME_CHARS = 100
TEXT_CHARACTERS_MAX = 2_000
MAX_PEOPLE = 20
MAX_CENTS = 10_000_000
_LISTS = ("other_parents", "children", "orders", "employments", "assistance")
_PEOPLE = ("other_parents", "children")


def form_violations(content: Content, today: date) -> Iterator[Violation]:
    """Yield what no application may say, sent or not: figures that are none, days to come."""
    for name in _LISTS:
        if len(getattr(content, name)) > MAX_PEOPLE:
            yield Violation(name, f"{MAX_PEOPLE} at the most")
    yield from _person("applicant", content.applicant, today)
    if content.applicant.county_fips and not FIPS.fullmatch(content.applicant.county_fips):
        yield Violation("applicant.county_fips", "the five-digit FIPS code of the county")
    if content.applicant.language not in {"", "en", "es"}:
        yield Violation("applicant.language", "en, es, or empty")
    for name in _PEOPLE:
        for place, one in enumerate(getattr(content, name)):
            yield from _person(f"{name}[{place}]", one, today)
    yield from _orders(content, today)
    yield from _marriage(content)
    yield from _rest(content, today)


def gaps(content: Content, required: Collection[str], terms_version: str) -> Iterator[Violation]:
    """Yield what an application must say and does not; `required` are codes of the policy."""
    for code, rule in REQUIRED.items():
        if code in required:
            yield from rule(content)
    signed = content.certification
    if "certification" in required and signed.agrees and signed.terms_version != terms_version:
        yield Violation(
            "certification.terms_version",
            "the terms have changed since: show those of GetApplicationTerms and sign again",
        )


def _person(path: str, one: object, today: date) -> Iterator[Violation]:
    """Yield what is wrong with a person, by the fields that the person has."""

    def said(name: str) -> str:
        return str(getattr(one, name, "") or "")

    for name in ("first_name", "last_name", "employer", "school"):
        if len(said(name)) > MAX_NAME_CHARS:
            yield Violation(f"{path}.{name}", f"{MAX_NAME_CHARS} characters at the most")
    for name, right, what in _PATTERNS:
        if said(name) and not right.fullmatch(said(name)):
            yield Violation(f"{path}.{name}", what)
    if said("sex") not in SEXES:
        yield Violation(f"{path}.sex", "female, male, other, or empty")
    if len(said("remarks")) > TEXT_CHARACTERS_MAX:
        yield Violation(f"{path}.remarks", f"{TEXT_CHARACTERS_MAX} characters at the most")
    born = getattr(one, "birth_date", None)
    if born is not None and born > today:
        yield Violation(f"{path}.birth_date", "not in the future")
    address = getattr(one, "address", None)
    if address is not None:
        yield from _address(f"{path}.address", address)


_PATTERNS = (
    ("ssn", SSN, "nine digits, not all zero, or empty when unknown"),
    ("phone", PHONE, "ten digits, or up to fifteen after a +"),
    ("employer_phone", PHONE, "ten digits, or up to fifteen after a +"),
    ("email", EMAIL, "an address of the form name@domain"),
    ("birth_state", STATE, "the State's two letters"),
)


def _address(path: str, address: Address) -> Iterator[Violation]:
    if not address.line1.strip():
        yield Violation(f"{path}.line1", "must not be empty")
    if not address.city.strip():
        yield Violation(f"{path}.city", "must not be empty")
    if not STATE.fullmatch(address.state):
        yield Violation(f"{path}.state", "the State's two letters")
    if not ZIP.fullmatch(address.zip_code):
        yield Violation(f"{path}.zip_code", "five or nine digits")


def _orders(content: Content, today: date) -> Iterator[Violation]:
    for place, order in enumerate(content.orders):
        if order.state and not STATE.fullmatch(order.state):
            yield Violation(f"orders[{place}].state", "the State's two letters")
        if order.entered_on and order.entered_on > today:
            yield Violation(f"orders[{place}].entered_on", "not in the future")
        if not 0 <= order.monthly_cents <= MAX_CENTS:
            yield Violation(f"orders[{place}].monthly_cents", f"0 to {MAX_CENTS}")


def _marriage(content: Content) -> Iterator[Violation]:
    one = content.marriage
    for name in ("separated_on", "divorced_on"):
        day = getattr(one, name)
        if day and one.married_on and day < one.married_on:
            yield Violation(f"marriage.{name}", "not before married_on")
    if one.married == "never" and (one.married_on or one.divorced_on):
        yield Violation("marriage.married", "not never, when there are days of a marriage")


def _rest(content: Content, today: date) -> Iterator[Violation]:
    for place, work in enumerate(content.employments):
        yield from _person(f"employments[{place}]", work, today)
        if not 0 <= work.monthly_income_cents <= MAX_CENTS:
            yield Violation(f"employments[{place}].monthly_income_cents", f"0 to {MAX_CENTS}")
    if len(content.safety.details) > TEXT_CHARACTERS_MAX:
        yield Violation("safety.details", f"{TEXT_CHARACTERS_MAX} characters at the most")
    if content.certification.signed_on and content.certification.signed_on > today:
        yield Violation("certification.signed_on", "not in the future")
    for place, one in enumerate(content.assistance):
        path = f"assistance[{place}]"
        if not one.program or one.first_day is None:
            yield Violation(path, "program and first_day must be said")
        elif one.last_day and one.last_day < one.first_day:
            yield Violation(f"{path}.last_day", "not before first_day")
        if one.paid_cents < 0:
            yield Violation(f"{path}.paid_cents", "must not be negative")
        in_care = one.program == "foster_care"
        if in_care and not 0 <= one.child_place < len(content.children):
            yield Violation(f"{path}.child_place", "the place of a child in children, from 0")


def _name(content: Content) -> Iterator[Violation]:
    for name in ("first_name", "last_name"):
        if not getattr(content.applicant, name).strip():
            yield Violation(f"applicant.{name}", "must be said")


def _birth(content: Content) -> Iterator[Violation]:
    if content.applicant.birth_date is None:
        yield Violation("applicant.birth_date", "must be said")


def _home(content: Content) -> Iterator[Violation]:
    if content.applicant.address is None:
        yield Violation("applicant.address", "must be said; with danger it is kept from the others")


def _relationship(content: Content) -> Iterator[Violation]:
    if not content.applicant.relationship:
        yield Violation("applicant.relationship", "what the applicant is to the children")


def _other_parent(content: Content) -> Iterator[Violation]:
    if not content.other_parents:
        yield Violation("other_parents", "the other parent, or each man who may be the father")
    for place, one in enumerate(content.other_parents):
        if not one.last_name.strip():
            yield Violation(f"other_parents[{place}].last_name", "must be said")


def _children(content: Content) -> Iterator[Violation]:
    if not content.children:
        yield Violation("children", "a child that support is asked for")
    for place, one in enumerate(content.children):
        if not one.first_name.strip() or not one.last_name.strip():
            yield Violation(f"children[{place}]", "first_name and last_name must be said")


def _child_birth(content: Content) -> Iterator[Violation]:
    for place, one in enumerate(content.children):
        if one.birth_date is None:
            yield Violation(f"children[{place}].birth_date", "must be said")


def _safety(content: Content) -> Iterator[Violation]:
    if not content.safety.answered:
        yield Violation("safety.answered", "the question on danger must be answered, yes or no")


def _certification(content: Content) -> Iterator[Violation]:
    one = content.certification
    if not one.signed_name.strip() or one.signed_on is None:
        yield Violation("certification.signed_name", "sign by name and day (45 CFR 303.2(a)(3))")
    if not one.agrees:
        yield Violation("certification.agrees", "the terms must be read and agreed to")


REQUIRED: Mapping[str, Callable[[Content], Iterator[Violation]]] = MappingProxyType(
    {
        "applicant_name": _name,
        "applicant_birth_date": _birth,
        "applicant_address": _home,
        "relationship": _relationship,
        "other_parent": _other_parent,
        "children": _children,
        "child_birth_date": _child_birth,
        "safety_answer": _safety,
        "certification": _certification,
    }
)
"""By the policy's code: what must be said."""
