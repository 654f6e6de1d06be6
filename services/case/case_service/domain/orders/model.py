"""What a court's order says, each version of it, and what can be done to it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from case_service.domain.model import Obligation

KINDS: Final = ("temporary", "original", "modification", "registered_foreign")
WITHHOLDING_EXCEPTIONS: Final = ("good_cause", "written_agreement")
"""What keeps income withholding from being immediate (42 USC 666(a)(8)(B)(i))."""
CAUSES: Final = (
    "taken_over",
    "recorded",
    "modified",
    "corrected",
    "ended",
    "extended",
    "revived",
)
"""Why a version was written."""


@dataclass(frozen=True, slots=True)
class Judgment:
    """A judgment for arrears, and what is to be paid on it each month.

    It repays the arrears of the order's obligation `obligation_id`; without one it gets an
    obligation of its own, with the judgment's amount as arrears brought forward.
    """

    amount_cents: int
    as_of: date
    bucket: str
    monthly_cents: int
    obligation_id: str = ""


@dataclass(frozen=True, slots=True)
class OrderText:
    """What the court's paper says, beside its obligations."""

    kind: str
    court_number: str
    county_fips: str
    entered_on: date | None
    children: tuple[str, ...] = ()
    """Participant ids of the children that it covers."""
    judge: str = ""
    filed_on: date | None = None
    """The day that the petition or motion was filed."""
    notice_on: date | None = None
    """The day that the other party had notice of it."""
    income_withholding: bool = True
    withholding_exception: str = ""
    """Why withholding is not immediate; empty: it is."""
    withholding_finding: str = ""
    """What the court found, or what the parents agreed."""
    interest_ordered: bool = False
    judgment: Judgment | None = None
    deviation_finding_id: str = ""
    """The worksheet or finding of a deviation from the guidelines (KRS 403.211(3))."""
    issuing_state: str = ""
    """Of a registered foreign order: two letters, or a country."""


@dataclass(frozen=True, slots=True)
class StatedTerm:
    """An amount as the paper states it; its month's worth is computed."""

    effective_from: date
    effective_to: date | None
    amount_cents: int
    frequency: str


@dataclass(frozen=True, slots=True)
class NewObligation:
    """An obligation that an order begins; `child_id` empty: for all its children together."""

    support_type: str
    terms: tuple[StatedTerm, ...]
    child_id: str = ""
    monthly_arrears_cents: int = 0
    obligation_id: str = ""
    """Empty: it gets one."""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order to be recorded."""

    text: OrderText
    obligations: tuple[NewObligation, ...]
    document_id: str = ""
    order_id: str = ""
    """Empty: it gets one."""


@dataclass(frozen=True, slots=True)
class AmountChange:
    """What an obligation comes to from the modification's first day on."""

    obligation_id: str
    amount_cents: int
    frequency: str = "monthly"
    monthly_arrears_cents: int | None = None
    """None: as before."""


@dataclass(frozen=True, slots=True)
class Modification:
    """A court's change of an order."""

    effective_from: date
    entered_on: date
    changes: tuple[AmountChange, ...]
    filed_on: date | None = None
    notice_on: date | None = None
    added: tuple[NewObligation, ...] = ()
    children: tuple[str, ...] | None = None
    """The children that the changed order covers; None: as before."""
    deviation_finding_id: str = ""
    document_id: str = ""
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class CorrectedObligation:
    """All the terms of an obligation as the paper has them."""

    obligation_id: str
    terms: tuple[StatedTerm, ...]
    monthly_arrears_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """An entry error put right: `paper_says` quotes the document that proves it."""

    document_id: str
    paper_says: str
    obligations: tuple[CorrectedObligation, ...] = ()
    text: OrderText | None = None
    """The paper's other words, all of them; None: they were right."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of an obligation: the last day that it is owed for, and why.

    A court's end (`order`) reaches no further back than any modification: without the days of
    entry, filing and notice it holds from today on.
    """

    last_day: date
    ground: str
    entered_on: date | None = None
    filed_on: date | None = None
    notice_on: date | None = None
    document_id: str = ""
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """What an order said from a moment on, as it was known. Never overwritten."""

    order_id: str
    case_id: str
    number: int
    cause: str
    recorded_at: datetime
    recorded_by: str
    text: OrderText
    obligations: tuple[Obligation, ...]
    effective_from: date | None = None
    """First day for which it says something else than the version before."""
    document_id: str = ""
    explanation: str = ""
    ground: str = ""
    """Why an obligation ended, went on or came back."""
    about_id: str = ""
    """The obligation that ended, went on or came back."""
