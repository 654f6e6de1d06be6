"""Who was paid by whom, from when to when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from chassis.arrays import array_text, is_any, whole_rows
from withholding_service.store.tables import employment


@dataclass(slots=True)
class Paid:
    """What a page of lines says of one employment."""

    obligor_id: str
    first_paid_on: date | None = None
    last_paid_on: date | None = None
    ended_on: date | None = None

    def add(self, paid_on: date | None, ended_on: date | None) -> None:
        """Take a line: the day of its money, and the day of the end that it reports."""
        if paid_on is not None:
            self.first_paid_on = min(paid_on, self.first_paid_on or paid_on)
            self.last_paid_on = max(paid_on, self.last_paid_on or paid_on)
        if ended_on is not None:
            self.ended_on = max(ended_on, self.ended_on or ended_on)


def ended(session: Session, employer_id: str, obligor_ids: Sequence[str]) -> dict[str, date]:
    """Return by obligor the day on which the end of the employment was reported."""
    statement = select(employment.c.obligor_id, employment.c.ended_on).where(
        employment.c.employer_id == employer_id,
        is_any(employment.c.obligor_id, obligor_ids),
        employment.c.ended_on.is_not(None),
    )
    return {row.obligor_id: row.ended_on for row in session.execute(statement)}


def record(session: Session, employer_id: str, paid: Sequence[Paid]) -> None:
    """Widen employments by what was paid and ended."""
    rows = sorted(paid, key=lambda item: item.obligor_id)
    values: dict[str, Sequence[object]] = {
        "employer_id": [employer_id] * len(rows),
        "obligor_id": [row.obligor_id for row in rows],
        "first_paid_on": [row.first_paid_on for row in rows],
        "last_paid_on": [row.last_paid_on for row in rows],
        "ended_on": [row.ended_on for row in rows],
    }
    given = {c.name: array_text(values[c.name], c.type) for c in employment.columns}
    session.execute(_WIDEN, given)


# As text: SQLAlchemy compiles an ON CONFLICT anew each time. LEAST and GREATEST pass over nulls.
_WIDEN = text(
    f"{whole_rows(employment)} ON CONFLICT (employer_id, obligor_id) DO UPDATE SET"
    " first_paid_on = least(employment.first_paid_on, excluded.first_paid_on),"
    " last_paid_on = greatest(employment.last_paid_on, excluded.last_paid_on),"
    " ended_on = greatest(employment.ended_on, excluded.ended_on)"
)
