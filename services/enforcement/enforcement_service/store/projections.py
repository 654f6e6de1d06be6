"""What the other services tell: the newest version of each thing, whatever order it arrives in."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from operator import attrgetter

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from chassis.arrays import is_any, rows_of
from chassis.projections import take_newer
from enforcement_service.store.tables import known_balance, known_case, known_obligation


@dataclass(frozen=True, slots=True)
class CaseState:
    """A case."""

    case_id: str
    version: int
    case_number: str
    obligor_id: str


@dataclass(frozen=True, slots=True)
class ObligationState:
    """What is ordered for a month."""

    obligation_id: str
    case_id: str
    monthly_amount_cents: int
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True, slots=True)
class BalanceState:
    """What is due on an obligation in a bucket ('current' for the month's support)."""

    obligation_id: str
    bucket: str
    case_id: str
    version: int
    due_cents: int


_BALANCE = tuple(BalanceState.__slots__)
_balance = attrgetter(*_BALANCE)


def take_cases(
    session: Session, cases: Sequence[CaseState], obligations: Sequence[ObligationState]
) -> frozenset[str]:
    """Take newer states of cases with what they order; returns the ids that were newer."""
    rows = [asdict(case) for case in cases]
    taken = frozenset(take_newer(session, known_case, rows, returning=known_case.c.case_id))
    of_cases = is_any(known_obligation.c.case_id, sorted(taken))
    session.execute(delete(known_obligation).where(of_cases))
    columns = list(known_obligation.columns)
    ordered = [asdict(o) for o in obligations if o.case_id in taken]
    session.execute(insert(known_obligation).from_select(columns, rows_of(columns, ordered)))
    return taken


def take_balances(session: Session, balances: Sequence[BalanceState]) -> frozenset[str]:
    """Take newer balances; returns the ids of the cases that they belong to."""
    rows = [dict(zip(_BALANCE, _balance(balance), strict=True)) for balance in balances]
    return frozenset(take_newer(session, known_balance, rows, returning=known_balance.c.case_id))
