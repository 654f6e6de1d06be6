"""What happens to money, as far as people are told of it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from notification_service.domain.notices import Row


class Payee(StrEnum):
    """Who gets a part of a payment."""

    FAMILY = "family"
    STATE = "state"
    MEDICAID = "medicaid"
    FEE = "fee"
    HELD = "held"
    OBLIGOR = "obligor"
    OTHER_STATE = "other_state"
    FOSTER_CARE = "foster_care"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a payment. `owed` is True when it pays an obligation; else it is fee or held."""

    case_id: str
    case_number: str
    amount_cents: int
    payee: Payee
    payee_id: str
    owed: bool
    current: bool


@dataclass(frozen=True, slots=True)
class Collection:
    """A payment that came in and was posted."""

    receipt_id: str
    obligor_id: str
    amount_cents: int
    credited_cents: int
    collected_on: date
    remitter_name: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """A payment as it stands after a correction; taken back, it has no parts and amounts of 0."""

    collection: Collection
    revision: int
    cause: str
    before: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Disbursement:
    """A payment that was sent to a family. `expected_on` is None for a check."""

    disbursement_id: str
    payee_id: str
    amount_cents: int
    sent_on: date
    expected_on: date | None
    check_number: str
    first: bool
    cases: tuple[tuple[str, str], ...]
    """Ids and numbers of the cases that it is for."""
    by_card: bool = False


@dataclass(frozen=True, slots=True)
class Suspended:
    """A payment that waits because something is missing."""

    receipt_id: str
    submission_id: str
    employer_id: str
    obligor_id: str
    amount_cents: int
    row: Row


@dataclass(frozen=True, slots=True)
class Hold:
    """Money that is held for somebody known."""

    receipt_id: str
    sequence: int
    participant_id: str
    amount_cents: int
    reason: str
