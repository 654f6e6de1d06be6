"""Applications and referrals: what they say, and where they stand (45 CFR 302.33 and 303.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from string import Formatter
from types import MappingProxyType

from case_service.domain.model import Address

DRAFT, SUBMITTED, ACCEPTED = "draft", "submitted", "accepted"
REFUSED, WITHDRAWN, EXPIRED = "refused", "withdrawn", "expired"
APPLICATION, REFERRAL = "application", "referral"
ONLINE, IN_PERSON, PHONE = "online", "in_person", "phone"
UNDECIDED, NO_FEE, STATE_PAYS = "undecided", "none", "state"
WITH_CHILD, WITHOUT_CHILD = "parent_with_child", "parent_without_child"
_REFERENCE_CHARS = 10


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies."""

    first_name: str = ""
    last_name: str = ""
    birth_date: date | None = None
    ssn: str = ""
    address: Address | None = None
    phone: str = ""
    email: str = ""
    language: str = ""
    relationship: str = ""
    county_fips: str = ""
    sex: str = ""
    medical_support_only: bool = False


@dataclass(frozen=True, slots=True)
class OtherParent:
    """The other parent, or a man who may be the father."""

    first_name: str = ""
    last_name: str = ""
    birth_date: date | None = None
    ssn: str = ""
    address: Address | None = None
    phone: str = ""
    email: str = ""
    employer: str = ""
    employer_phone: str = ""
    alleged_father: bool = False
    incarcerated: bool = False
    sex: str = ""
    remarks: str = ""


@dataclass(frozen=True, slots=True)
class Child:
    """A child that support is asked for."""

    first_name: str = ""
    last_name: str = ""
    birth_date: date | None = None
    ssn: str = ""
    sex: str = ""
    school: str = ""
    paternity: str = ""
    birth_state: str = ""
    lives_with_applicant: bool = False


@dataclass(frozen=True, slots=True)
class ExistingOrder:
    """An order for support that there is."""

    court: str = ""
    court_number: str = ""
    state: str = ""
    entered_on: date | None = None
    monthly_cents: int = 0


@dataclass(frozen=True, slots=True)
class Marriage:
    """The parents' marriage."""

    married: str = ""
    married_on: date | None = None
    separated_on: date | None = None
    divorced_on: date | None = None


@dataclass(frozen=True, slots=True)
class Employment:
    """Work of the applicant."""

    employer: str = ""
    phone: str = ""
    since: date | None = None
    monthly_income_cents: int = 0


@dataclass(frozen=True, slots=True)
class Safety:
    """Whether somebody is in danger."""

    answered: bool = False
    in_danger: bool = False
    protective_order: bool = False
    details: str = ""


@dataclass(frozen=True, slots=True)
class Certification:
    """The signature."""

    signed_name: str = ""
    signed_on: date | None = None
    agrees: bool = False
    terms_version: str = ""


@dataclass(frozen=True, slots=True)
class ReferredAssistance:
    """Assistance that the referring agency gives."""

    program: str = ""
    first_day: date | None = None
    last_day: date | None = None
    paid_cents: int = 0
    child_place: int = 0


@dataclass(frozen=True, slots=True)
class Content:
    """What an application says, section by section."""

    applicant: Applicant = Applicant()
    other_parents: tuple[OtherParent, ...] = ()
    children: tuple[Child, ...] = ()
    orders: tuple[ExistingOrder, ...] = ()
    marriage: Marriage = Marriage()
    employments: tuple[Employment, ...] = ()
    safety: Safety = Safety()
    certification: Certification = Certification()
    assistance: tuple[ReferredAssistance, ...] = ()


SECTIONS = tuple(field.name for field in fields(Content))


@dataclass(frozen=True, slots=True)
class Application:
    """An application or referral."""

    application_id: str
    version: int
    kind: str
    channel: str
    asked_on: date
    saved_on: date
    status: str = DRAFT
    office_id: str = ""
    applicant_id: str = ""
    content: Content = Content()
    resume_hash: bytes | None = None
    resume_until: date | None = None
    given_on: date | None = None
    filed_on: date | None = None
    decided_on: date | None = None
    answer_by: date | None = None
    fee_cents: int = 0
    fee: str = UNDECIDED
    reason: str = ""
    case_id: str = ""
    agency: str = ""
    referral_id: str = ""
    referral_digest: bytes | None = None

    @property
    def reference(self) -> str:
        """What people call it by."""
        return f"APP-{self.application_id.replace('-', '')[-_REFERENCE_CHARS:].upper()}"

    @property
    def is_decided(self) -> bool:
        """Nothing more is done with it."""
        return self.status not in {DRAFT, SUBMITTED}

    @property
    def applicant_may_save(self) -> bool:
        """Whether the applicant himself may still change it."""
        return self.status == DRAFT or (self.status == SUBMITTED and self.answer_by is not None)

    @property
    def fee_is_settled(self) -> bool:
        """Whether the fee holds up its filing no longer (45 CFR 303.2(a)(3))."""
        return self.fee != UNDECIDED


def merged(before: Content, given: Content, sections: frozenset[str]) -> Content:
    """Return what an application says once these sections are replaced; the others stay."""
    return replace(before, **{name: getattr(given, name) for name in sections})


def erased(application: Application) -> Application:
    """Return a draft whose time is over: what it said is gone."""
    return replace(
        application,
        status=EXPIRED,
        content=Content(),
        resume_hash=None,
        resume_until=None,
    )


def is_protected(content: Content) -> bool:
    """Tell whether the applicant is to be protected until somebody has looked at it."""
    return content.safety.in_danger or content.safety.protective_order


EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "begun": "The application was begun ({channel}).",
        "referred": "{agency} referred the client.",
        "referral_changed": "{agency} sent the referral again, with changes.",
        "given": "Form and information were given or sent.",
        "saved": "Saved: {sections}.",
        "fee": "The application fee of {amount}: {fee}.",
        "submitted": "The application was sent.",
        "filed": "It counts as filed from this day on.",
        "information_requested": "More information was asked for until {answer_by}: {what}",
        "answered": "The applicant answered.",
        "accepted": "It was accepted: case {case_number}.",
        "refused": "It was refused: {reason}",
        "withdrawn": "The applicant took it back: {reason}",
        "expired": "It was never sent, and what it said was erased.",
    }
)
"""By kind: the sentence in which a caseworker reads what happened to an application."""


def sentence(kind: str, facts: Mapping[str, str]) -> str:
    """Return the sentence of what happened; a fact that is gone reads "(erased)"."""
    names = [name for _, name, _, _ in Formatter().parse(EVENTS[kind]) if name]
    return EVENTS[kind].format(**{name: facts.get(name, "(erased)") for name in names})
