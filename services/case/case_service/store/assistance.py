"""What was paid to a family in which months, and the balance that its case came with."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, aliased

from case_service.domain.assistance import CASH, Account, Balance, Paid, taken_over
from case_service.domain.model import Case
from case_service.store.tables import assistance_period, case_table
from case_service.store.tables.applications import assistance_balance, assistance_paid
from chassis.ids import derived_id


@dataclass(frozen=True, slots=True)
class Recording:
    """Who records, when, and on which day."""

    by: str
    at: datetime
    today: date


def account(session: Session, case: Case, today: date) -> Account:
    """Return all that is known of the assistance of a case."""
    query = select(assistance_balance).where(assistance_balance.c.case_id == case.case_id)
    row = session.execute(query).first()
    if row is None:
        return taken_over(case, derived_id("assistance", case.case_id), today)
    balance = Balance(row.status, row.since, row.unreimbursed_cents)
    return Account(case.assistance, paid(session, case.case_id), balance)


def paid(session: Session, case_id: str) -> tuple[Paid, ...]:
    """Return what was paid, as it was recorded last, by month."""
    newer = aliased(assistance_paid)
    one = assistance_paid.c
    query = (
        select(assistance_paid)
        .where(one.case_id == case_id)
        .where(~select(newer.c.paid_id).where(newer.c.replaces == one.paid_id).exists())
        .order_by(one.first_month, one.program, one.paid_id)
    )
    return tuple(
        Paid(
            row.program,
            row.child_id or "",
            row.first_month,
            row.last_month,
            row.paid_cents,
            row.in_balance,
            row.paid_id,
        )
        for row in session.execute(query)
    )


def begin(session: Session, case_id: str, known: Account, recording: Recording) -> Account:
    """Write down what a case came with, once; returns the account with the sums' ids."""
    query = select(assistance_balance.c.case_id).where(assistance_balance.c.case_id == case_id)
    if session.scalar(query) is not None:
        return known
    session.execute(
        insert(assistance_balance),
        {
            "case_id": case_id,
            "status": known.balance.status,
            "since": known.balance.since,
            "unreimbursed_cents": known.balance.unreimbursed_cents,
            "taken_on": recording.today,
        },
    )
    for place, one in enumerate(known.paid):
        add_paid(session, case_id, derived_id("paid", case_id, str(place)), one, recording)
    return Account(known.periods, paid(session, case_id), known.balance)


def add_paid(
    session: Session,
    case_id: str,
    paid_id: str,
    one: Paid,
    recording: Recording,
    replaces: str | None = None,
) -> None:
    """Write what was paid; `replaces` is the id of what it takes the place of."""
    session.execute(
        insert(assistance_paid),
        {
            "paid_id": paid_id,
            "case_id": case_id,
            "program": one.program,
            "child_id": one.child_id or None,
            "first_month": one.first_month,
            "last_month": one.last_month,
            "paid_cents": one.paid_cents,
            "in_balance": one.in_balance,
            "replaces": replaces,
            "recorded_at": recording.at,
            "recorded_by": recording.by,
        },
    )


def turning(session: Session, month: date, after: str, limit: int) -> list[str]:
    """Return a page of ids of cases whose months say otherwise than their status for a month."""
    p, c = assistance_period.c, case_table.c
    of_case = select(p.period_id).where(p.case_id == c.case_id, p.program.in_(CASH))
    has_now = (
        of_case.where(p.first_month <= month)
        .where((p.last_month.is_(None)) | (p.last_month >= month))
        .exists()
    )
    began = of_case.where(p.first_month <= month).exists()
    wrong = (has_now & (c.assistance_status != "current")) | (
        began & ~has_now & (c.assistance_status != "former")
    )
    query = select(c.case_id).where(wrong).order_by(c.case_id).limit(limit)
    if after:
        query = query.where(c.case_id > after)
    return list(session.scalars(query))
