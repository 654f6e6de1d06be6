"""Application for child support services (45 CFR 303.2(a)): blank, or with what is known filled in.

What is not said stays a line to write on: the same form serves who fills it in by hand, and who did
so online and keeps a copy.
"""

from dataclasses import dataclass
from datetime import date

from case_service.domain.forms import sheets
from case_service.domain.forms.fields import NAME_CHARACTERS_MAX, TEXT_CHARACTERS_MAX, Fields
from case_service.domain.forms.parts import (
    HEAD_KEYS,
    Head,
    address_lines,
    read_address,
    read_head,
)
from case_service.domain.forms.words import Words, dollars
from case_service.domain.model import Address

NAME = "application"
SERVICES = ("all", "locate", "paternity", "order", "collect", "medical", "review")
ROLES = ("custodial_parent", "noncustodial_parent", "caretaker", "alleged_father")
PROGRAMS = ("k_tap", "medicaid", "foster_care", "snap", "none")
CHILDREN_MAX = 20
_CHILD_ROWS = 4
_CHILD_WEIGHTS = (20, 13, 15, 12, 9)
_ORDERS_MAX = 10
_OTHERS_MAX = 10
_ORDER_ROWS = 2
_PERSON_KEYS = (
    "name",
    "other_names",
    "birth_date",
    "ssn",
    "address",
    "mailing_address",
    "phone",
    "email",
    "employer",
    "employer_address",
)


@dataclass(frozen=True, slots=True)
class Person:
    """A parent or caretaker, as the applicant says."""

    name: str
    other_names: str
    birth_date: date | None
    ssn: str
    address: Address
    mailing_address: Address
    phone: str
    email: str
    employer: str
    employer_address: Address


@dataclass(frozen=True, slots=True)
class Child:
    """A child that support is asked for."""

    name: str
    birth_date: date | None
    birth_place: str
    ssn: str
    paternity_established: bool | None


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order that the applicant knows of."""

    court: str
    number: str
    entered_on: date | None
    amount: str


@dataclass(frozen=True, slots=True)
class Application:
    """An application, as far as it is filled in."""

    head: Head
    role: str
    services: tuple[str, ...]
    applicant: Person
    in_danger: bool | None
    danger: str
    other_parents: tuple[Person, ...]
    children: tuple[Child, ...]
    were_married: bool | None
    married: str
    orders: tuple[KnownOrder, ...]
    insured: bool | None
    insurer: str
    programs: tuple[str, ...]
    remarks: str
    signed_name: str
    """Who signed it online; empty: it is signed by hand."""
    signed_on: date | None


def read(raw: object) -> Application:
    """Read an application's data; nothing but a date is required. Raises FormError."""
    fields = Fields(
        raw,
        (
            *HEAD_KEYS,
            *("role", "services", "applicant", "in_danger", "danger", "other_parents", "children"),
            *("were_married", "married", "orders", "insured", "insurer", "programs", "remarks"),
            *("signed_name", "signed_on"),
        ),
    )
    found = Application(
        head=read_head(fields),
        role=fields.choice("role", ROLES),
        services=fields.codes("services", SERVICES),
        applicant=_person(fields.child("applicant", _PERSON_KEYS)),
        in_danger=fields.yes_or_no("in_danger"),
        danger=fields.text("danger", TEXT_CHARACTERS_MAX),
        other_parents=tuple(
            _person(other) for other in fields.children("other_parents", _PERSON_KEYS, _OTHERS_MAX)
        ),
        children=tuple(
            Child(
                child.text("name", NAME_CHARACTERS_MAX),
                child.day("birth_date"),
                child.text("birth_place"),
                child.text("ssn"),
                child.yes_or_no("paternity_established"),
            )
            for child in fields.children(
                "children",
                ("name", "birth_date", "birth_place", "ssn", "paternity_established"),
                CHILDREN_MAX,
            )
        ),
        were_married=fields.yes_or_no("were_married"),
        married=fields.text("married"),
        orders=tuple(
            KnownOrder(
                order.text("court"),
                order.text("number"),
                order.day("entered_on"),
                order.text("amount"),
            )
            for order in fields.children(
                "orders", ("court", "number", "entered_on", "amount"), _ORDERS_MAX
            )
        ),
        insured=fields.yes_or_no("insured"),
        insurer=fields.text("insurer"),
        programs=fields.codes("programs", PROGRAMS),
        remarks=fields.text("remarks", TEXT_CHARACTERS_MAX),
        signed_name=fields.text("signed_name", NAME_CHARACTERS_MAX),
        signed_on=fields.day("signed_on"),
    )
    fields.refuse()
    return found


def _person(fields: Fields) -> Person:
    return Person(
        name=fields.text("name", NAME_CHARACTERS_MAX),
        other_names=fields.text("other_names"),
        birth_date=fields.day("birth_date"),
        ssn=fields.text("ssn"),
        address=read_address(fields, "address", partial=True),
        mailing_address=read_address(fields, "mailing_address", partial=True),
        phone=fields.text("phone"),
        email=fields.text("email"),
        employer=fields.text("employer", NAME_CHARACTERS_MAX),
        employer_address=read_address(fields, "employer_address", partial=True),
    )


def make(form: Application, desk: sheets.Desk) -> tuple[sheets.Sheet, ...]:
    """Return the application, section after section."""
    words = desk.words
    blocks = [
        *_asking(form, words),
        *_people(form, words),
        *_children(form, words),
        *_matters(form, words),
        sheets.together(_agreeing(form, desk)),
    ]
    return (sheets.sheet(desk, NAME, form.head, None, blocks),)


def _asking(form: Application, words: Words) -> list[sheets.Block]:
    def say(key: str) -> str:
        return words(f"{NAME}.{key}")

    return [
        sheets.paragraph(say("intro")),
        sheets.heading(say("services_heading")),
        sheets.checks([(s in form.services, say(f"services.{s}")) for s in SERVICES], columns=2),
        sheets.heading(say("role_heading")),
        sheets.checks([(role == form.role, say(f"roles.{role}")) for role in ROLES], columns=2),
    ]


def _people(form: Application, words: Words) -> list[sheets.Block]:
    def say(key: str) -> str:
        return words(f"{NAME}.{key}")

    others = form.other_parents or (_person(Fields({}, ())),)
    return [
        sheets.heading(say("applicant_heading")),
        sheets.entries(_said_of(form.applicant, words)),
        sheets.panel(say("safety_heading"), [say("safety")]),
        _yes_no(say("in_danger"), form.in_danger, words),
        _written(say("danger"), form.danger, 2),
        sheets.together(
            [
                sheets.heading(say("other_heading")),
                sheets.paragraph(say("other_hint")),
                sheets.entries(_said_of(others[0], words)),
            ]
        ),
        *(sheets.together([sheets.entries(_said_of(other, words))]) for other in others[1:]),
    ]


def _said_of(person: Person, words: Words) -> list[tuple[str, str]]:
    values = (
        ("name", person.name),
        ("other_names", person.other_names),
        ("birth_date", words.day(person.birth_date)),
        ("ssn", person.ssn),
        ("address", ", ".join(address_lines(person.address))),
        ("mailing_address", ", ".join(address_lines(person.mailing_address))),
        ("phone", person.phone),
        ("email", person.email),
        ("employer", person.employer),
        ("employer_address", ", ".join(address_lines(person.employer_address))),
    )
    return [(words(f"common.{label}"), value) for label, value in values]


def _children(form: Application, words: Words) -> list[sheets.Block]:
    columns = ("child_name", "birth_date", "birth_place", "ssn", "paternity_established")
    rows = [
        [
            child.name,
            words.day(child.birth_date),
            child.birth_place,
            child.ssn,
            words.yes_or_no(child.paternity_established),
        ]
        for child in form.children
    ]
    return [
        sheets.heading(words(f"{NAME}.children_heading")),
        sheets.table(
            [words(f"{NAME}.columns.{c}") for c in columns], rows, _CHILD_ROWS, _CHILD_WEIGHTS
        ),
    ]


def _matters(form: Application, words: Words) -> list[sheets.Block]:
    def say(key: str) -> str:
        return words(f"{NAME}.{key}")

    orders = [
        [order.court, order.number, words.day(order.entered_on), order.amount]
        for order in form.orders
    ]
    return [
        sheets.heading(say("marriage_heading")),
        _yes_no(say("were_married"), form.were_married, words),
        sheets.entries([(say("married"), form.married)], columns=1),
        sheets.heading(say("orders_heading")),
        sheets.table(
            [say(f"columns.{c}") for c in ("court", "number", "entered_on", "amount")],
            orders,
            _ORDER_ROWS,
        ),
        sheets.heading(say("insurance_heading")),
        _yes_no(say("insured"), form.insured, words),
        sheets.entries([(say("insurer"), form.insurer)], columns=1),
        sheets.heading(say("programs_heading")),
        sheets.checks([(p in form.programs, say(f"programs.{p}")) for p in PROGRAMS], columns=2),
        sheets.heading(say("remarks_heading")),
        _written(say("remarks"), form.remarks, 3),
    ]


def _agreeing(form: Application, desk: sheets.Desk) -> list[sheets.Block]:
    words, law = desk.words, desk.law

    def say(key: str, **values: str) -> str:
        return words(f"{NAME}.{key}", **values)

    fee = "fee" if law.application_fee_cents else "no_fee"
    return [
        sheets.heading(say("know_heading")),
        sheets.paragraph(say(fee, fee=dollars(law.application_fee_cents))),
        sheets.paragraph(
            say(
                "annual_fee",
                fee=dollars(law.annual_fee_cents),
                threshold=dollars(law.annual_fee_threshold_cents),
            )
        ),
        sheets.paragraph(say("interest_of_the_state")),
        sheets.paragraph(say("ssn_use")),
        sheets.paragraph(say("true")),
        _signed(form, words),
    ]


def _signed(form: Application, words: Words) -> sheets.Block:
    if not form.signed_name:
        return sheets.signature([words("common.signature"), words("common.day")])
    return sheets.entries(
        [
            (words(f"{NAME}.signed_online"), form.signed_name),
            (words("common.day"), words.day(form.signed_on)),
        ]
    )


def _yes_no(question: str, answer: bool | None, words: Words) -> sheets.Block:  # noqa: FBT001 - it is the answer
    block = sheets.checks(
        [(answer is True, words("common.yes")), (answer is False, words("common.no"))], columns=2
    )
    return block | {"question": question}


def _written(label: str, text: str, lines: int) -> sheets.Block:
    return (
        sheets.entries([(label, text)], columns=1) if text else sheets.writing_lines(label, lines)
    )
