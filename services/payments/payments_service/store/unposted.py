"""Money that is known and in no ledger yet: staged by page, or waiting for its posting."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_service.domain.model import month_of, next_month
from payments_service.store import to_redo

MAX_UNPOSTED = timedelta(minutes=15)
"""Staging and posting take seconds; what is unposted for longer is stuck, and a finding."""


@dataclass(frozen=True, slots=True)
class Unposted:
    """Some receipts that are not posted; `since`: the oldest of them (None when there are none)."""

    receipts: int
    amount_cents: int
    since: datetime | None


_STAGED = """
SELECT coalesce(sum(lines_seen), 0)::bigint, coalesce(sum(amount_seen_cents), 0)::bigint,
       min(seen_at)
  FROM submission WHERE state = 1 AND seen_at <= :before
"""
_WAITING = """
SELECT count(*), coalesce(sum(amount_cents), 0)::bigint, min(since) FROM (
    SELECT r.amount_cents, w.queued_at AS since FROM waiting w JOIN receipt r USING (receipt_id)
     WHERE w.queued_at <= :before AND w.collection_date < :next_month
    UNION ALL
    SELECT h.amount_cents, CAST(h.held_on AS timestamptz) FROM receipt_hold h
     WHERE h.state = 1 AND h.obligor_id IS NOT NULL AND h.held_on < CAST(:before AS date)) money
"""


def staged(session: Session, before: datetime) -> Unposted:
    """Return the receipts of files that are not released; no page came after an instant."""
    return Unposted(*session.execute(text(_STAGED), {"before": before}).one())


def waiting(session: Session, before: datetime, today: date) -> Unposted:
    """Return what was queued for posting by an instant, but for money of months to come."""
    parameters = {"before": before, "next_month": next_month(month_of(today))}
    return Unposted(*session.execute(text(_WAITING), parameters).one())


def findings(session: Session, at: datetime, today: date) -> list[str]:
    """Return a sentence for money that is staged, and one for money that waits, for too long.

    Also for each obligor whose books wait to be computed again, or cannot be: late money with them.
    """
    found = []
    minutes = int(MAX_UNPOSTED.total_seconds()) // 60
    for money, what in (
        (staged(session, at - MAX_UNPOSTED), "in files that are not all here, or not all queued"),
        (waiting(session, at - MAX_UNPOSTED, today), "waiting to be posted"),
    ):
        if money.receipts:
            found.append(
                f"{money.receipts} receipts of {money.amount_cents} cents have been {what} for "
                f"more than {minutes} minutes."
            )
    return found + to_redo.findings(session, at - MAX_UNPOSTED)
