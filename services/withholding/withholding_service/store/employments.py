"""Who was paid by whom, from when to when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from chassis.arrays import is_any, rows_of
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
    rows = [
        {
            "employer_id": employer_id,
            "obligor_id": item.obligor_id,
            "first_paid_on": item.first_paid_on,
            "last_paid_on": item.last_paid_on,
            "ended_on": item.ended_on,
        }
        for item in sorted(paid, key=lambda item: item.obligor_id)
    ]
    columns = list(employment.columns)
    statement = upsert(employment).from_select(columns, rows_of(columns, rows))
    new = statement.excluded
    # LEAST and GREATEST pass over nulls.
    statement = statement.on_conflict_do_update(
        index_elements=["employer_id", "obligor_id"],
        set_={
            "first_paid_on": func.least(employment.c.first_paid_on, new.first_paid_on),
            "last_paid_on": func.greatest(employment.c.last_paid_on, new.last_paid_on),
            "ended_on": func.greatest(employment.c.ended_on, new.ended_on),
        },
    )
    session.execute(statement)
