"""What a party reports of himself, and what becomes of it when a worker accepts it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from case_service.domain.imports import participant_violations
from case_service.domain.model import (
    Address,
    BankAccount,
    Employer,
    HealthInsurance,
    Participant,
    Violation,
)
from case_service.domain.parties import employment_violations, record_violations

PARTY: Final = "party"
WAITING: Final = "waiting"
ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
REPLACED: Final = "replaced"

FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "address": ("address",),
        "contact": ("phone", "email", "email_notices", "preferred_contact"),
        "employment": ("employer", "employed_since", "employment_ended_on"),
        "account": ("bank_account", "debit_card"),
        "insurance": ("insurance",),
    }
)
"""By kind of change: the fields of a participant that it replaces."""

WORKLIST: Mapping[str, str] = MappingProxyType(
    {
        "address": "DEMO",
        "contact": "DEMO",
        "employment": "EMPU",
        "account": "DEPO",
        "insurance": "DEMO",
    }
)


@dataclass(frozen=True, slots=True)
class Details:
    """What a change replaces; only the fields of its kind count."""

    address: Address | None = None
    phone: str = ""
    email: str = ""
    email_notices: bool = False
    preferred_contact: str = ""
    employer: Employer | None = None
    bank_account: BankAccount | None = None
    employed_since: date | None = None
    employment_ended_on: date | None = None
    insurance: HealthInsurance | None = None
    debit_card: bool = False


@dataclass(frozen=True, slots=True)
class ReportedChange:
    """Something that a party reported of himself, or a worker of a party's account."""

    change_id: str
    version: int
    case_id: str
    participant_id: str
    kind: str
    state: str
    reported_by: str
    """PARTY, or the worker."""
    reported_via: str
    """Whose token it came with: a worker who reports for a party does not decide it too."""
    reported_at: datetime
    old: Details
    new: Details
    decided_by: str = ""
    decided_on: date | None = None
    answer: str = ""


def details_of(person: Participant, kind: str) -> Details:
    """Return what a participant says now of what a kind of change is about."""
    return Details(**{name: getattr(person, name) for name in FIELDS[kind]})


def applied(person: Participant, kind: str, new: Details) -> Participant:
    """Return the participant with a change in force."""
    return replace(person, **{name: getattr(new, name) for name in FIELDS[kind]})


def violations(person: Participant, kind: str, new: Details, today: date) -> Iterator[Violation]:
    """Yield what is wrong with a change; what was wrong with the person before is not its fault."""
    after = applied(person, kind, new)
    if kind == "address" and new.address is None:
        yield Violation("details.address", "must be said")
    elif new.debit_card and new.bank_account:
        yield Violation("details.debit_card", "without bank_account: it is one or the other")
    elif after == person:
        yield Violation("details", "something else than what is recorded already")
    for one in (
        *participant_violations(after),
        *record_violations(after, today),
        *employment_violations(after, today),
    ):
        if one.field.split(".")[0] in FIELDS[kind]:
            yield Violation(f"details.{one.field}", one.expected)


def may_decide(change: ReportedChange, worker_id: str) -> bool:
    """Tell whether a worker may decide: nobody confirms what he himself has recorded."""
    return worker_id not in {change.reported_by, change.reported_via}


def decided(
    change: ReportedChange, state: str, worker_id: str, on: date, answer: str = ""
) -> ReportedChange:
    """Return a change with a worker's decision."""
    return replace(
        change,
        version=change.version + 1,
        state=state,
        decided_by=worker_id,
        decided_on=on,
        answer=answer,
    )
