"""An application that was kept, as the data of its form.

What is secret stays where it is kept: of a Social Security number the form says that it is on file.
"""

from collections.abc import Iterator
from dataclasses import asdict

from case_service.domain import applications as kept
from case_service.domain.forms.application import NAME as _FORM
from case_service.domain.forms.application import PROGRAMS
from case_service.domain.forms.words import Words, dollars

_ROLES = {
    kept.WITH_CHILD: "custodial_parent",
    kept.WITHOUT_CHILD: "noncustodial_parent",
    "caretaker": "caretaker",
}
_PATERNITY = {"established": True, "not_established": False}
_NEVER = "never"

Data = dict[str, object]


def data_of(one: kept.Application, words: Words) -> Data:
    """Return what an application says by the names of the form's data."""
    said = one.content
    safety, signed = said.safety, said.certification
    return _said(
        case_number=one.reference,
        role=_ROLES.get(said.applicant.relationship, ""),
        services=["medical"] if said.applicant.medical_support_only else [],
        applicant=_applicant(said, words),
        in_danger=safety.in_danger or safety.protective_order if safety.answered else None,
        danger=safety.details,
        other_parents=[_other(other, words) for other in said.other_parents],
        children=[_child(child, words) for child in said.children],
        were_married=said.marriage.married != _NEVER if said.marriage.married else None,
        married="; ".join(_marriage(said.marriage, words)),
        orders=[_order(order) for order in said.orders],
        programs=[p for p in PROGRAMS if p in {a.program for a in said.assistance}],
        signed_name=signed.signed_name,
        signed_on=signed.signed_on.isoformat() if signed.signed_on else "",
    )


def _applicant(said: kept.Content, words: Words) -> Data:
    person = said.applicant
    return _person(person, words) | _said(
        employer="; ".join(job.employer for job in said.employments if job.employer)
    )


def _other(person: kept.OtherParent, words: Words) -> Data:
    return _person(person, words) | _said(employer=person.employer)


def _person(person: kept.Applicant | kept.OtherParent, words: Words) -> Data:
    return _said(
        name=f"{person.first_name} {person.last_name}".strip(),
        birth_date=person.birth_date.isoformat() if person.birth_date else "",
        ssn=words("common.kept") if person.ssn else "",
        address=asdict(person.address) if person.address else None,
        phone=person.phone,
        email=person.email,
    )


def _child(child: kept.Child, words: Words) -> Data:
    return _said(
        name=f"{child.first_name} {child.last_name}".strip(),
        birth_date=child.birth_date.isoformat() if child.birth_date else "",
        birth_place=child.birth_state,
        ssn=words("common.kept") if child.ssn else "",
        paternity_established=_PATERNITY.get(child.paternity),
    )


def _order(order: kept.ExistingOrder) -> Data:
    return _said(
        court=", ".join(part for part in (order.court, order.state) if part),
        number=order.court_number,
        entered_on=order.entered_on.isoformat() if order.entered_on else "",
        amount=dollars(order.monthly_cents) if order.monthly_cents else "",
    )


def _marriage(marriage: kept.Marriage, words: Words) -> Iterator[str]:
    for label, day in (
        ("married_on", marriage.married_on),
        ("separated_on", marriage.separated_on),
        ("divorced_on", marriage.divorced_on),
    ):
        if day:
            yield words(f"{_FORM}.{label}", day=words.day(day))


def _said(**values: object) -> Data:
    """Return what is said, without what is not."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}
