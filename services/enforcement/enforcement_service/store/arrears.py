"""What each case is behind with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Text, and_, cast, false, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.arrays import is_any, rows_of
from enforcement_service.store.tables import arrears, known_balance, known_case, known_obligation

CURRENT = "current"


class Sums(NamedTuple):
    """What balances and orders of a case add up to; how it was last judged (version 0: never)."""

    case_id: str
    arrears_cents: int
    monthly_amount_cents: int
    version: int
    judged_arrears_cents: int
    judged_monthly_amount_cents: int
    was_delinquent: bool
    delinquent_since: date | None

    def is_as_judged(self, *, delinquent: bool) -> bool:
        """Whether nothing differs from what is recorded."""
        return self.version > 0 and (
            self.arrears_cents,
            self.monthly_amount_cents,
            delinquent,
        ) == (self.judged_arrears_cents, self.judged_monthly_amount_cents, self.was_delinquent)


@dataclass(frozen=True, slots=True)
class Record:
    """Where a case stands, as it was last judged."""

    case_id: str
    version: int
    arrears_cents: int
    monthly_amount_cents: int
    delinquent: bool
    delinquent_since: date | None
    step: dict[str, Any]
    case_number: str = ""
    obligor_id: str = ""


def lock_cases(session: Session, case_ids: Iterable[str]) -> None:
    """Let one worker at a time judge a case: the first known of it wins, the next waits."""
    session.execute(
        select(known_case.c.case_id)
        .where(is_any(known_case.c.case_id, sorted(case_ids)))
        .order_by(known_case.c.case_id)
        .with_for_update()
    )


def sums(session: Session, case_ids: Iterable[str], on: date) -> list[Sums]:
    """Add up arrears and a month's current support of each known case, beside its last record."""
    ids = list(case_ids)
    behind = (
        select(known_balance.c.case_id, func.sum(known_balance.c.due_cents).label("cents"))
        .where(is_any(known_balance.c.case_id, ids), known_balance.c.bucket != CURRENT)
        .group_by(known_balance.c.case_id)
        .subquery()
    )
    running = and_(
        known_obligation.c.effective_from <= on,
        or_(known_obligation.c.effective_to.is_(None), known_obligation.c.effective_to >= on),
    )
    monthly = (
        select(
            known_obligation.c.case_id,
            func.sum(known_obligation.c.monthly_amount_cents).label("cents"),
        )
        .where(is_any(known_obligation.c.case_id, ids), running)
        .group_by(known_obligation.c.case_id)
        .subquery()
    )
    rows = session.execute(
        select(
            cast(known_case.c.case_id, Text),
            cast(func.coalesce(behind.c.cents, 0), BigInteger),
            cast(func.coalesce(monthly.c.cents, 0), BigInteger),
            func.coalesce(arrears.c.version, 0),
            func.coalesce(arrears.c.arrears_cents, 0),
            func.coalesce(arrears.c.monthly_amount_cents, 0),
            func.coalesce(arrears.c.delinquent, false()),
            arrears.c.delinquent_since,
        )
        .outerjoin(behind, behind.c.case_id == known_case.c.case_id)
        .outerjoin(monthly, monthly.c.case_id == known_case.c.case_id)
        .outerjoin(arrears, arrears.c.case_id == known_case.c.case_id)
        .where(is_any(known_case.c.case_id, ids))
        .order_by(known_case.c.case_id)
    )
    return [Sums(*row) for row in rows]


def records(session: Session, case_ids: Iterable[str]) -> dict[str, Record]:
    """Return the records of cases by id."""
    query = _joined().where(is_any(arrears.c.case_id, list(case_ids)))
    return {row.case_id: Record(**row._asdict()) for row in session.execute(query)}


def of_obligor(session: Session, obligor_id: str) -> list[Record]:
    """Return the records of an obligor's cases by number."""
    query = _joined().where(known_case.c.obligor_id == obligor_id)
    return [
        Record(**row._asdict()) for row in session.execute(query.order_by(known_case.c.case_number))
    ]


def delinquent(session: Session, after: tuple[int, str] | None, limit: int) -> list[Record]:
    """Return a page of delinquent cases, the largest arrears first, from behind `after`."""
    query = _joined().where(arrears.c.delinquent)
    if after:
        cents, case_id = after
        query = query.where(tuple_(-arrears.c.arrears_cents, arrears.c.case_id) > (-cents, case_id))
    query = query.order_by(arrears.c.arrears_cents.desc(), arrears.c.case_id).limit(limit)
    return [Record(**row._asdict()) for row in session.execute(query)]


def write(session: Session, changed: Sequence[Record], at: datetime) -> None:
    """Write records that changed."""
    if not changed:
        return
    columns = list(arrears.columns)
    rows = [
        {
            "case_id": r.case_id,
            "version": r.version,
            "arrears_cents": r.arrears_cents,
            "monthly_amount_cents": r.monthly_amount_cents,
            "delinquent": r.delinquent,
            "delinquent_since": r.delinquent_since,
            "step": r.step,
            "updated_at": at,
        }
        for r in changed
    ]
    statement = insert(arrears).from_select(columns, rows_of(columns, rows))
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[arrears.c.case_id],
            set_={c.name: statement.excluded[c.name] for c in arrears.c if not c.primary_key},
        )
    )


def all_case_ids(session: Session, after: str, limit: int) -> list[str]:
    """Return a page of known case ids above `after`."""
    query = select(known_case.c.case_id).order_by(known_case.c.case_id).limit(limit)
    if after:
        query = query.where(known_case.c.case_id > after)
    return list(session.scalars(query))


def _joined() -> Any:
    columns = [c for c in arrears.c if c.name != "updated_at"]
    return select(*columns, known_case.c.case_number, known_case.c.obligor_id).join_from(
        arrears, known_case, arrears.c.case_id == known_case.c.case_id
    )
