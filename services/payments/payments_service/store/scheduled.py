"""Plans of payments online, and which of them are due."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from payments_service.store import tables

ACTIVE, ENDED, CANCELLED, STOPPED = 1, 2, 3, 4
"""MyScheduleState."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan of payments. `token` is encrypted; `next_on`: the day of the next payment."""

    scheduled_payment_id: str
    obligor_id: str
    amount_cents: int
    instrument: int
    frequency: int
    first_on: date
    last_on: date | None
    next_on: date | None
    token: bytes | None
    state: int
    declines: int
    last_payment_id: str | None
    planned_at: datetime


_PLAN = (
    "SELECT scheduled_payment_id::text, obligor_id::text, amount_cents, instrument, frequency,"
    " first_on, last_on, next_on, token, state, declines, last_payment_id::text, planned_at"
    " FROM scheduled_payment"
)


def add(session: Session, plan: Plan) -> None:
    """Write a plan."""
    session.execute(insert(tables.scheduled_payment), asdict(plan))


def save(session: Session, plan: Plan) -> None:
    """Write how a plan stands now."""
    session.execute(
        text(
            "UPDATE scheduled_payment SET next_on = :next_on, token = :token, state = :state,"
            " declines = :declines, last_payment_id = CAST(:last_payment_id AS uuid)"
            " WHERE scheduled_payment_id = CAST(:scheduled_payment_id AS uuid)"
        ),
        asdict(plan),
    )


def lock(session: Session, plan_id: str) -> Plan | None:
    """Lock a plan; None when there is none."""
    row = session.execute(
        text(f"{_PLAN} WHERE scheduled_payment_id = CAST(:id AS uuid) FOR UPDATE"),
        {"id": plan_id},
    ).first()
    return None if row is None else Plan(*row)


def take_due(session: Session, on: date, size: int) -> list[Plan]:
    """Lock a page of plans with a payment due by a day, those of the earliest days first.

    Waits for whoever has one of them: what was made meanwhile is not due any more.
    """
    rows = session.execute(
        text(
            f"{_PLAN} WHERE next_on <= :on ORDER BY next_on, scheduled_payment_id"
            " LIMIT :size FOR UPDATE"
        ),
        {"on": on, "size": size},
    )
    return [Plan(*row) for row in rows]


def of_obligor(session: Session, obligor_id: str, after: str, size: int) -> list[Plan]:
    """Return a page of an obligor's plans, the latest first; ids rise with time."""
    rows = session.execute(
        text(
            f"{_PLAN} WHERE obligor_id = CAST(:obligor AS uuid)"
            " AND (:after = '' OR scheduled_payment_id < CAST(nullif(:after, '') AS uuid))"
            " ORDER BY scheduled_payment_id DESC LIMIT :size"
        ),
        {"obligor": obligor_id, "after": after, "size": size},
    )
    return [Plan(*row) for row in rows]


def count_active(session: Session, obligor_id: str) -> int:
    """Return how many plans of an obligor have payments to come."""
    statement = text(
        "SELECT count(*) FROM scheduled_payment"
        " WHERE obligor_id = CAST(:obligor AS uuid) AND state = 1"
    )
    return int(session.scalar(statement, {"obligor": obligor_id}) or 0)


def may_owe(session: Session, obligor_id: str, on: date) -> bool:
    """Return whether an obligor owes something, or has an obligation that has not ended."""
    found = session.scalar(
        text(
            "SELECT EXISTS (SELECT FROM balance WHERE obligor_id = CAST(:obligor AS uuid)"
            "  AND due_cents > 0)"
            " OR EXISTS (SELECT FROM obligation_projection"
            "  WHERE obligor_id = CAST(:obligor AS uuid)"
            "  AND (effective_to IS NULL OR effective_to >= :on))"
        ),
        {"obligor": obligor_id, "on": on},
    )
    return bool(found)


def case_of(session: Session, obligor_id: str) -> tuple[str, str] | None:
    """Return (id, number) of an obligor's first case; None when there is none."""
    row = session.execute(
        text(
            "SELECT case_id::text, case_number FROM case_projection"
            " WHERE obligor_id = CAST(:obligor AS uuid) ORDER BY case_number LIMIT 1"
        ),
        {"obligor": obligor_id},
    ).first()
    return None if row is None else (row[0], row[1])
