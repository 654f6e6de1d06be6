"""The forms of what can be reported: each read into the request, field by field."""

import re
from typing import Final

from chassis.dates import from_date
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import party_service_pb2 as pb
from web.forms import Form
from web.i18n import N_
from web.visit import Visit

NAME_MAX: Final = 100
CHILDREN_MAX: Final = 20
_PHONE_DIGITS: Final = 10
_COUNTRY: Final = "1"
_PHONE = re.compile(r"\+?\d{10,15}")
_ZIP = re.compile(r"\d{5}(\d{4})?")
_STATE = re.compile(r"[A-Z]{2}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

NOT_NEW = N_("This is what we have on file already. There is nothing to change.")
NOT_A_PHONE = N_("Enter a phone number with its area code, for example 502 555 0100.")
NOT_A_ZIP = N_("Enter a ZIP code of five or nine digits.")
NOT_A_STATE = N_("Enter the two letters of the State, for example KY.")
NOT_AN_EMAIL = N_("Enter an e-mail address, for example name@example.org.")
NEEDS_EMAIL = N_("Enter an e-mail address, or choose another way to hear from us.")
NEEDS_PHONE = N_("Enter a phone number, or choose another way to hear from us.")
NO_CHILD = N_("Choose the children who are covered.")

_ADDRESS = ("line1", "line2", "city", "state", "zip_code")
ADDRESS = {"address": "line1", **{f"address.{name}": name for name in _ADDRESS}}
CONTACT = {
    "phone": "phone",
    "email": "email",
    "email_notices": "email",
    "preferred_contact": "preferred",
}
JOB = {
    "employer": "employer",
    "employer.name": "employer",
    "employer.phone": "phone",
    "employed_since": "since",
    **{f"employer.address.{name}": name for name in _ADDRESS},
}
JOB_ENDED = {"employment_ended_on": "ended"}
INSURANCE = {
    "insurance.insurer": "insurer",
    "insurance.policy_number": "policy",
    "insurance.since": "since",
    "insurance.covered_children": "child",
}
INSURANCE_ENDED: dict[str, str] = {}

PREFERRED = {
    "mail": case_pb.PREFERRED_CONTACT_MAIL,
    "email": case_pb.PREFERRED_CONTACT_EMAIL,
    "phone": case_pb.PREFERRED_CONTACT_PHONE,
}


def address(visit: Visit) -> pb.ChangeDetails:
    """Read where somebody lives."""
    return pb.ChangeDetails(address=_postal(visit.form, required=True))


def contact(visit: Visit) -> pb.ChangeDetails:
    """Read phone, e-mail, and how somebody wants to be reached. What is empty is taken out."""
    form = visit.form
    phone, email = _phone(form), form.text("email", required=False)
    if email and not _EMAIL.fullmatch(email):
        form.wrong("email", NOT_AN_EMAIL)
    preferred = form.choice("preferred", list(PREFERRED))
    notices = form.checked("email_notices")
    if not email and (notices or preferred == "email"):
        form.wrong("email", NEEDS_EMAIL)
    if not phone and preferred == "phone":
        form.wrong("phone", NEEDS_PHONE)
    return pb.ChangeDetails(
        phone=phone,
        email=email,
        email_notices=notices,
        preferred_contact=PREFERRED.get(preferred, case_pb.PREFERRED_CONTACT_UNSPECIFIED),
    )


def job(visit: Visit) -> pb.ChangeDetails:
    """Read whom somebody works for. Where that is may be left open, as a whole."""
    form = visit.form
    told = any(form.raw(name).strip() for name in ("line1", "line2", "city", "zip_code"))
    employer = case_pb.Employer(
        name=form.text("employer", longest=NAME_MAX),
        phone=_phone(form),
        address=_postal(form, required=True) if told else None,
    )
    since = form.day("since", required=False)
    return pb.ChangeDetails(employer=employer, employed_since=since and from_date(since))


def job_ended(visit: Visit) -> pb.ChangeDetails:
    """Read when an employment ended."""
    ended = visit.form.day("ended")
    return pb.ChangeDetails(employment_ended_on=ended and from_date(ended))


def insurance(visit: Visit) -> pb.ChangeDetails:
    """Read the children's health insurance."""
    form = visit.form
    children = list(dict.fromkeys(form.all("child")))[:CHILDREN_MAX]
    if not children:
        form.wrong("child", NO_CHILD)
    since = form.day("since", required=False)
    return pb.ChangeDetails(
        insurance=pb.HealthInsurance(
            insurer=form.text("insurer", longest=NAME_MAX),
            policy_number=form.text("policy", required=False, longest=NAME_MAX),
            through_employer=form.checked("through_employer"),
            since=since and from_date(since),
            covered_children=children,
        )
    )


def insurance_ended(_visit: Visit) -> pb.ChangeDetails:
    """Return what says that there is no insurance."""
    return pb.ChangeDetails()


def _postal(form: Form, *, required: bool) -> case_pb.PostalAddress:
    state = form.text("state", required=required).upper()
    if state and not _STATE.fullmatch(state):
        form.wrong("state", NOT_A_STATE)
    zip_code = form.text("zip_code", required=required).replace("-", "").replace(" ", "")
    if zip_code and not _ZIP.fullmatch(zip_code):
        form.wrong("zip_code", NOT_A_ZIP)
    return case_pb.PostalAddress(
        line1=form.text("line1", required=required, longest=NAME_MAX),
        line2=form.text("line2", required=False, longest=NAME_MAX),
        city=form.text("city", required=required, longest=NAME_MAX),
        state=state,
        zip_code=zip_code,
    )


def _phone(form: Form) -> str:
    typed = form.text("phone", required=False)
    number = re.sub(r"[\s().-]", "", typed)
    if len(number) == _PHONE_DIGITS + 1 and number.startswith(_COUNTRY):
        number = number[1:]
    if number and not _PHONE.fullmatch(number):
        form.wrong("phone", NOT_A_PHONE)
        return ""
    return number
