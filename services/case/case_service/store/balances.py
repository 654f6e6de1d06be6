"""What the ledger says is owed: the newest balance of each obligation and bucket."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from case_service.store.tables.reviews import balance
from chassis.projections import take_newer

CURRENT: Final = "current"


@dataclass(frozen=True, slots=True)
class Balance:
    """What is due on an obligation in a bucket ('current' for the month's support)."""

    obligation_id: str
    bucket: str
    case_id: str
    version: int
    due_cents: int


_NAMES = tuple(Balance.__slots__)
_values = attrgetter(*_NAMES)


def take(session: Session, balances: Sequence[Balance]) -> None:
    """Take the balances that are newer than what is known, whatever order they come in."""
    rows = [dict(zip(_NAMES, _values(one), strict=True)) for one in balances]
    take_newer(session, balance, rows, returning=balance.c.case_id)


def of_case(session: Session, case_id: str) -> list[Balance]:
    """Return what is known of a case."""
    rows = session.execute(select(balance).where(balance.c.case_id == case_id))
    return [Balance(**row._asdict()) for row in rows]
