"""What the case service keeps: participants, cases, orders. Plain facts; rules stand beside them.

Amounts are cents, days are dates of the law (no time of day), ids are UUIDs in lower case.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Violation:
    """A field that breaks a rule, and what would be right."""

    field: str
    expected: str


@dataclass(frozen=True, slots=True)
class BankAccount:
    """An account that money is sent to."""

    routing_number: str
    account_number: str
    savings: bool


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address."""

    line1: str
    line2: str
    city: str
    state: str
    zip_code: str


@dataclass(frozen=True, slots=True)
class Employer:
    """Who a person works for."""

    name: str
    address: Address | None = None
    phone: str = ""


@dataclass(frozen=True, slots=True)
class HealthInsurance:
    """Health insurance that a parent has for the children."""

    insurer: str
    policy_number: str = ""
    through_employer: bool = False
    since: date | None = None
    until: date | None = None
    covered_children: tuple[str, ...] = ()
    """Given names, as the parent says them."""


@dataclass(frozen=True, slots=True)
class Participant:
    """A participant as it was handed in."""

    participant_id: str
    participant_number: str
    first_name: str
    last_name: str
    birth_date: date | None
    ssn: str
    address: Address | None
    email: str
    email_notices: bool
    bank_account: BankAccount | None
    protected: bool
    language: str
    phone: str = ""
    employer: Employer | None = None
    school: str = ""
    """Of a child: where it can be found in the daytime."""
    sex: str = ""
    """female, male, other; empty when nobody said."""
    died_on: date | None = None
    preferred_contact: str = ""
    """mail, email, phone; empty: as the law and the matter ask."""
    employed_since: date | None = None
    employment_ended_on: date | None = None
    """Of who has no employer any more."""
    insurance: HealthInsurance | None = None
    debit_card: bool = False
    """Chose to be paid on the agency's card; without an account."""


NOT_HANDED_IN = frozenset({"employed_since", "employment_ended_on", "insurance", "debit_card"})
"""What no other system hands in of a participant: it does not count for whether that changed."""


@dataclass(frozen=True, slots=True)
class OpeningArrears:
    """Arrears brought forward in a bucket (two letters: NA, PA, TA, CA, UD, UP)."""

    bucket: str
    amount_cents: int
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Term:
    """What an obligation comes to in a span of days: amount by frequency, and its month's worth."""

    effective_from: date
    effective_to: date | None
    amount_cents: int
    frequency: str
    """weekly, biweekly, semimonthly, monthly, quarterly, yearly, once."""
    monthly_cents: int


@dataclass(frozen=True, slots=True)
class InterestJudgment:
    """A judgment for unpaid support that bears interest from its entry (KRS 360.040)."""

    amount_cents: int
    entered_on: date


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing that an order obliges to."""

    obligation_id: str
    support_type: str
    monthly_amount_cents: int
    monthly_arrears_cents: int
    effective_from: date | None
    effective_to: date | None
    opening_arrears: tuple[OpeningArrears, ...]
    terms: tuple[Term, ...] = ()
    """What is owed from when to when, in order; empty: the monthly amount all the time."""
    child_id: str = ""
    """The child that it is for; empty: for all of the order's children together."""
    owed_to_fips: str = ""
    """Another State that its arrears are owed to; empty: none."""
    judgments: tuple[InterestJudgment, ...] = ()
    """Those that bear interest."""


@dataclass(frozen=True, slots=True)
class Order:
    """A court's order."""

    order_id: str
    court_number: str
    income_withholding: bool
    obligations: tuple[Obligation, ...]
    county_fips: str = ""
    """Of the court."""
    entered_on: date | None = None
    interest_ordered: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A participant of a case beside obligor and obligee, and in which role, from when to when."""

    participant_id: str
    role: str
    """child, alleged_father, caretaker, other_parent."""
    since: date | None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class AssistancePeriod:
    """Months in which the family had assistance of one program; `last_month` None: it still has.

    Months are their first day. What was paid is cents in all of the period.
    """

    period_id: str
    program: str
    """k_tap, medicaid, foster_care."""
    first_month: date
    last_month: date | None
    paid_cents: int
    child_id: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it was handed in."""

    case_id: str
    case_number: str
    case_type: str
    assistance_status: str
    assistance_since: date | None
    unreimbursed_assistance_cents: int
    obligor_id: str
    """Empty until it is known who owes (several alleged fathers)."""
    obligee_id: str
    county_fips: str
    opened_on: date | None
    orders: tuple[Order, ...]
    members: tuple[Member, ...] = ()
    assistance: tuple[AssistancePeriod, ...] = ()
    status: str = "open"
    closed_on: date | None = None
    closure_ground: str = ""
    """Paragraph of 45 CFR 303.11(b) that it was closed under: "1" to "21"; "c": paragraph (c)."""
    office_id: str = ""
    worker_id: str = ""
    initiating_fips: str = ""
    """The agency of another State that has the case, when this one only collects for it."""
