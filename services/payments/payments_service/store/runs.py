"""The steps of a disbursement run. A worker takes one by its row lock and leaves those alone that
another worker has; a stage begins when the one before it is done, so a run goes on where it died.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_service.store import tables

WAIT_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Run:
    """A disbursement run, as recorded."""

    business_date: date
    disbursements: int
    amount_cents: int
    held_parts: int
    late_parts: int


@dataclass(frozen=True, slots=True)
class Step:
    """A step that is taken. `after`: where its last page ended; `items`: what it came to so far."""

    business_date: date
    stage: int
    part: int
    after: str
    items: int


def begin(
    session: Session, business_date: date, at: datetime, steps: Iterable[tuple[int, int]]
) -> bool:
    """Record that the run of a date has begun; False when there was one already."""
    statement = (
        insert(tables.disbursement_run)
        .values(
            business_date=business_date,
            run_at=at,
            disbursements=0,
            amount_cents=0,
            held_parts=0,
            late_parts=0,
        )
        .on_conflict_do_nothing()
        .returning(tables.disbursement_run.c.business_date)
    )
    if session.execute(statement).first() is None:
        return False
    rows = [{"business_date": business_date, "stage": s, "part": p} for s, p in steps]
    session.execute(insert(tables.disbursement_step), rows)
    return True


_TAKE = """
SELECT business_date, stage, part, after, items FROM disbursement_step s
 WHERE s.done_at IS NULL AND (s.business_date, s.stage) = (
       SELECT n.business_date, n.stage FROM disbursement_step n WHERE n.done_at IS NULL
        ORDER BY n.business_date, n.stage LIMIT 1)
 ORDER BY part LIMIT 1 FOR UPDATE
"""


def take(session: Session, *, wait: bool) -> Step | None:
    """Lock a step of the stage that is on, of the earliest run that goes on.

    None when nothing is left, or (without `wait`) when other workers have what is left of the
    stage. With `wait` the lock is waited for, as long as `lock_timeout` allows.
    """
    while True:
        row = session.execute(text(_TAKE + ("" if wait else " SKIP LOCKED"))).first()
        if row is not None or not wait or not _unfinished(session):
            return None if row is None else Step(*row)


def wait_for_others(session: Session, business_date: date) -> bool:
    """Wait a little when steps of a run, or of one before it, are open; whether there are any.

    Not for their locks: a step may take longer than a lock is waited for.
    """
    found = session.scalar(
        text(
            "SELECT pg_sleep(:seconds) IS NOT NULL FROM disbursement_step"
            " WHERE done_at IS NULL AND business_date <= :on LIMIT 1"
        ),
        {"seconds": WAIT_SECONDS, "on": business_date},
    )
    return bool(found)


def _unfinished(session: Session) -> bool:
    """Return whether a step is open: what was waited for may have been done by its holder."""
    found = session.scalar(
        text("SELECT EXISTS (SELECT FROM disbursement_step WHERE done_at IS NULL)")
    )
    return bool(found)


def move_on(session: Session, step: Step, after: str, items: int) -> None:
    """Note where a page ended, and how much more the step came to."""
    _update(session, step, after, items, None)


def done(session: Session, step: Step, items: int, at: datetime) -> None:
    """Note that a step is done, and how much more it came to."""
    _update(session, step, step.after, items, at)


def _update(session: Session, step: Step, after: str, items: int, at: datetime | None) -> None:
    session.execute(
        text(
            "UPDATE disbursement_step SET after = :after, items = items + :items, done_at = :at"
            " WHERE business_date = :on AND stage = :stage AND part = :part"
        ),
        {
            "after": after,
            "items": items,
            "at": at,
            "on": step.business_date,
            "stage": step.stage,
            "part": step.part,
        },
    )


def finish(session: Session, business_date: date, gathering: int, at: datetime) -> None:
    """Record what the run of a date came to; `gathering`: the stage that counted held parts."""
    session.execute(
        text(
            "UPDATE disbursement_run r SET done_at = :at,"
            " held_parts = (SELECT coalesce(sum(items), 0) FROM disbursement_step s"
            "                WHERE s.business_date = :on AND s.stage = :gathering),"
            " disbursements = d.count, amount_cents = d.cents,"
            " late_parts = (SELECT count(*) FROM disbursement d"
            "  JOIN disbursement_part p USING (payee_id, disbursement_id)"
            "  WHERE d.business_date = :on AND p.due_date < :on)"
            " FROM (SELECT count(*) AS count, coalesce(sum(amount_cents), 0) AS cents"
            "         FROM disbursement WHERE business_date = :on) d"
            " WHERE r.business_date = :on"
        ),
        {"on": business_date, "gathering": gathering, "at": at},
    )


def get(session: Session, business_date: date) -> tuple[Run, list[str]]:
    """Return the run of a date and the names of its files."""
    row = session.execute(
        text(
            "SELECT business_date, disbursements, amount_cents, held_parts, late_parts"
            " FROM disbursement_run WHERE business_date = :on"
        ),
        {"on": business_date},
    ).one()
    names = session.scalars(
        text("SELECT file_name FROM file WHERE business_date = :on ORDER BY file_name"),
        {"on": business_date},
    )
    return Run(*row), list(names)
