"""Reading for reports: time to payment, what is not sent out, the quarter, days at the bank."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_service.domain.balancing import DayTotals
from payments_service.domain.bookkeeping import Account
from payments_service.domain.model import Assistance, Program
from payments_service.domain.timeliness import Sent
from payments_service.store.totals import CLAIMS, PAYABLES, PAYING_OUT

CHECK = 2
"""DisbursementMethod of checks."""
_OUT = tuple(sorted(int(kind) for kind in PAYING_OUT))


class SentSum(NamedTuple):
    """How many parts are alike, and their sum."""

    like: Sent
    part_count: int
    amount_cents: int


class SentPart(NamedTuple):
    """One part."""

    obligor_id: str
    receipt_id: str
    sequence: int
    amount_cents: int
    like: Sent


class Waiting(NamedTuple):
    """A collection that is not sent out."""

    reason: str
    id: str
    receipt_id: str
    received: date
    amount_cents: int


class WaitingSum(NamedTuple):
    """How many collections of one reason and day there are, and their sum."""

    reason: str
    received: date
    item_count: int
    amount_cents: int


class Item(NamedTuple):
    """What a receipt or payment adds to a line of a report."""

    obligor_id: str
    source_id: str
    amount_cents: int


class Recorded(NamedTuple):
    """What the bank says of a day."""

    totals: DayTotals
    recorded_by: str


# Parts that went out in some days, and those that are still here and were due in them.
_ON_ASSISTANCE = f"""
   coalesce(c.periods <> '[]'::jsonb AND EXISTS (
       SELECT 1 FROM jsonb_array_elements(c.periods) period
        WHERE (period ->> 0)::int = {int(Program.K_TAP)}
          AND (period ->> 1)::date <= r.settlement_date
          AND coalesce((period ->> 2)::date, 'infinity')
              >= date_trunc('month', r.settlement_date)::date)
     OR c.periods = '[]'::jsonb AND c.assistance = {int(Assistance.CURRENT)}
          AND coalesce(c.assistance_since, '-infinity') <= r.settlement_date, false)
"""  # noqa: S608 - numbers of ours
_PARTS = f"""
SELECT p.obligor_id, p.receipt_id, p.sequence, p.amount_cents, p.payee_kind, r.settlement_date,
       CASE WHEN r.suspensions > 0 THEN r.posting_date END AS identified,
       coalesce(h.released_on, before.released_on) AS released,
       coalesce(h.reason, before.reason, '') AS hold_reason,
       {_ON_ASSISTANCE} AS on_assistance, r.source, r.revision > 0 AS anew, p.sent
  FROM (SELECT d.payee_id, q.obligor_id, q.receipt_id, q.sequence, q.amount_cents, d.payee_kind,
               d.business_date AS sent
          FROM disbursement d JOIN disbursement_part q USING (payee_id, disbursement_id)
         WHERE d.business_date BETWEEN :first AND :last
        UNION ALL
        SELECT payee_id, obligor_id, receipt_id, sequence, amount_cents, payee_kind, NULL
          FROM payable WHERE settlement_date <= :last
        UNION ALL
        SELECT payee_id, obligor_id, receipt_id, sequence, amount_cents, payee_kind, NULL
          FROM hold WHERE released_on IS NULL AND settlement_date <= :last) p
  JOIN receipt r USING (receipt_id)
  LEFT JOIN allocation a ON a.obligor_id = p.obligor_id AND a.receipt_id = p.receipt_id
       AND a.sequence = p.sequence
  LEFT JOIN case_projection c ON c.case_id = a.case_id
  LEFT JOIN LATERAL (SELECT released_on, reason FROM hold x
        WHERE x.payee_id = p.payee_id AND x.obligor_id = p.obligor_id
          AND x.receipt_id = p.receipt_id AND x.sequence = p.sequence
        ORDER BY x.round DESC LIMIT 1) h ON true
  LEFT JOIN LATERAL (SELECT y.released_on, y.reason FROM receipt_hold y
        WHERE y.receipt_id = p.receipt_id ORDER BY y.round DESC LIMIT 1) before ON true
"""  # noqa: S608 - no value in it
_LIKE = (
    "payee_kind, settlement_date, identified, released, hold_reason, on_assistance, source, anew,"
    " sent"
)
_SENT_SUMS = (
    f"SELECT {_LIKE}, count(*), sum(amount_cents)::bigint FROM ({_PARTS}) parts"  # noqa: S608 - no value in it
    " GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 ORDER BY 1, 2"
)
_SENT_PARTS = (
    "SELECT obligor_id::text, receipt_id::text, sequence, amount_cents,"  # noqa: S608 - no value in it
    f" {_LIKE} FROM ({_PARTS}) parts"
    " WHERE (obligor_id, receipt_id, sequence)"
    "       > (CAST(:obligor AS uuid), CAST(:receipt AS uuid), :sequence)"
    " ORDER BY obligor_id, receipt_id, sequence LIMIT :size"
)


def sent_sums(session: Session, first: date, last: date) -> Iterator[SentSum]:
    """Yield sums of parts that are alike: sent out in some days, or still here at the end."""
    for *like, count, cents in session.execute(text(_SENT_SUMS), {"first": first, "last": last}):
        yield SentSum(Sent(*like), count, cents)


def sent_parts(
    session: Session, first: date, last: date, after: tuple[str, str, int], size: int
) -> list[SentPart]:
    """Return a page of those parts, by obligor, receipt and sequence."""
    asked = {
        "first": first,
        "last": last,
        "obligor": after[0],
        "receipt": after[1],
        "sequence": after[2],
        "size": size,
    }
    rows = session.execute(text(_SENT_PARTS), asked)
    return [
        SentPart(obligor, receipt, sequence, cents, Sent(*like))
        for obligor, receipt, sequence, cents, *like in rows
    ]


_WAITING = """
SELECT 'unidentified' AS reason, s.receipt_id AS id, s.receipt_id, r.settlement_date AS received,
       r.amount_cents
  FROM suspended s JOIN receipt r USING (receipt_id)
UNION ALL
SELECT 'held: ' || reason, receipt_id, receipt_id, settlement_date, amount_cents
  FROM hold WHERE released_on IS NULL
UNION ALL
SELECT 'held: ' || h.reason, h.receipt_id, h.receipt_id, r.settlement_date, h.amount_cents
  FROM receipt_hold h JOIN receipt r USING (receipt_id) WHERE h.state IN (2, 3)
UNION ALL
SELECT 'to_be_paid', receipt_id, receipt_id, settlement_date, amount_cents FROM payable
UNION ALL
SELECT CASE state WHEN 3 THEN 'unclaimed' ELSE 'returned' END, disbursement_id, NULL, came_on,
       amount_cents
  FROM came_back WHERE state <> 2
"""
_WAITING_SUMS = (
    f"SELECT reason, received, count(*), sum(amount_cents)::bigint FROM ({_WAITING}) waiting"  # noqa: S608 - no value in it
    " GROUP BY 1, 2 ORDER BY 1, 2"
)
_WAITING_ITEMS = (
    "SELECT reason, id::text, coalesce(receipt_id::text, ''), received,"  # noqa: S608 - no value in it
    f" sum(amount_cents)::bigint FROM ({_WAITING}) waiting"
    " WHERE (:reason = '' OR reason = :reason) AND received <= :before"
    "   AND (received, id, reason) > (:received, CAST(:id AS uuid), :last_reason)"
    " GROUP BY reason, id, receipt_id, received ORDER BY received, id, reason LIMIT :size"
)


def waiting_sums(session: Session) -> list[WaitingSum]:
    """Return what is not sent out now, by reason and day of receipt."""
    return [WaitingSum(*row) for row in session.execute(text(_WAITING_SUMS))]


def waiting_items(
    session: Session, reason: str, before: date, after: tuple[date, str, str], size: int
) -> list[Waiting]:
    """Return a page of it, the oldest first; `after`: day, id and reason of the last one."""
    asked = {
        "reason": reason,
        "before": before,
        "received": after[0],
        "id": after[1],
        "last_reason": after[2],
        "size": size,
    }
    return [Waiting(*row) for row in session.execute(text(_WAITING_ITEMS), asked)]


def owed_onward(session: Session, through: date | None = None) -> int:
    """Return what the trust owes by its accounts at the end of a posting date (None: now).

    Less what is to come back to it (claims).
    """
    accounts = [int(a) for a in (Account.SUSPENSE, Account.HELD, *PAYABLES, *CLAIMS)]
    query = (
        "SELECT coalesce(-sum(amount_cents), 0)::bigint FROM total WHERE account = ANY(:accounts)"
        " AND (CAST(:through AS date) IS NULL OR posting_date <= :through)"
    )
    return session.scalar(text(query), {"accounts": accounts, "through": through}) or 0


def claims(session: Session) -> int:
    """Return what is to come back to the trust now."""
    query = (
        "SELECT coalesce(sum(amount_cents), 0)::bigint FROM total WHERE account = ANY(:accounts)"
    )
    return session.scalar(text(query), {"accounts": [int(a) for a in CLAIMS]}) or 0


# Money at the bank that is not paid out, by receipt: suspense, hold and correction of a receipt
# take it out and put it in again, so that what is left is what the receipt brought.
_RECEIVED = """
SELECT l.obligor_id, coalesce(taken_back.source_id, e.source_id) AS receipt_id,
       l.amount_cents, l.posting_date
  FROM line l JOIN entry e USING (obligor_id, entry_id)
  LEFT JOIN entry taken_back ON e.kind = 10 AND taken_back.obligor_id = e.obligor_id
       AND taken_back.entry_id = e.source_id
 WHERE l.account = :bank AND NOT e.kind = ANY(:out) AND l.posting_date <= :last
"""
# A receipt is new in the quarter when nothing of it was posted before.
_BY_RECEIPT = f"""
SELECT max(x.obligor_id::text) AS obligor_id, x.receipt_id,
       coalesce(sum(x.amount_cents) FILTER (WHERE x.posting_date >= :first), 0)::bigint AS cents,
       min(x.posting_date) >= :first AS is_new
  FROM ({_RECEIVED}) x GROUP BY x.receipt_id HAVING max(x.posting_date) >= :first
"""  # noqa: S608 - no value in it
_RECEIVED_SUMS = (
    f"SELECT r.source, y.is_new, sum(y.cents)::bigint FROM ({_BY_RECEIPT}) y"  # noqa: S608 - no value in it
    " LEFT JOIN receipt r USING (receipt_id) GROUP BY 1, 2"
)
_RECEIVED_ITEMS = (
    f"SELECT y.obligor_id, y.receipt_id::text, y.cents FROM ({_BY_RECEIPT}) y"  # noqa: S608 - no value in it
    " LEFT JOIN receipt r USING (receipt_id)"
    " WHERE y.cents <> 0 AND y.is_new = :new AND (NOT :new OR r.source = ANY(:sources))"
    "   AND y.receipt_id > CAST(:after AS uuid) ORDER BY y.receipt_id LIMIT :size"
)
_PAID_OUT = """
  FROM line l JOIN entry e USING (obligor_id, entry_id)
 WHERE l.account = ANY(:accounts) AND e.kind = ANY(:out)
   AND l.posting_date BETWEEN :first AND :last
"""
_PAID_SUMS = f"SELECT l.account, sum(l.amount_cents)::bigint {_PAID_OUT} GROUP BY 1"
_PAID_ITEMS = (
    "SELECT l.obligor_id::text, e.source_id::text, sum(l.amount_cents)::bigint"
    f" {_PAID_OUT} AND (l.obligor_id, e.source_id) > (CAST(:obligor AS uuid), CAST(:after AS uuid))"
    " GROUP BY l.obligor_id, e.source_id ORDER BY l.obligor_id, e.source_id LIMIT :size"
)
_BOUNDS = {"bank": int(Account.BANK), "out": list(_OUT)}


def received_sums(session: Session, first: date, last: date) -> dict[tuple[int, bool], int]:
    """Return what came in, by source (0: of no receipt) and whether its receipt is new."""
    rows = session.execute(text(_RECEIVED_SUMS), {**_BOUNDS, "first": first, "last": last})
    return {(source or 0, bool(new)): cents for source, new, cents in rows}


def received_items(
    session: Session,
    days: tuple[date, date],
    *,
    new: bool,
    sources: Sequence[int],
    after: str,
    size: int,
) -> list[Item]:
    """Return a page of the receipts behind it, by receipt."""
    asked = {
        **_BOUNDS,
        "first": days[0],
        "last": days[1],
        "new": new,
        "sources": list(sources),
        "after": after,
        "size": size,
    }
    return [Item(*row) for row in session.execute(text(_RECEIVED_ITEMS), asked)]


def paid_sums(
    session: Session, accounts: Sequence[int], first: date, last: date
) -> Mapping[int, int]:
    """Return what was paid out of accounts, less what came back, by account."""
    asked = {**_BOUNDS, "accounts": list(accounts), "first": first, "last": last}
    return dict(session.execute(text(_PAID_SUMS), asked).tuples().all())


def paid_items(
    session: Session,
    accounts: Sequence[int],
    days: tuple[date, date],
    after: tuple[str, str],
    size: int,
) -> list[Item]:
    """Return a page of the payments behind it, by obligor and payment."""
    asked = {
        **_BOUNDS,
        "accounts": list(accounts),
        "first": days[0],
        "last": days[1],
        "obligor": after[0],
        "after": after[1],
        "size": size,
    }
    return [Item(*row) for row in session.execute(text(_PAID_ITEMS), asked)]


_BOOK_DAYS = """
SELECT l.settlement_date,
       coalesce(sum(l.amount_cents) FILTER (WHERE NOT e.kind = ANY(:out)), 0)::bigint,
       coalesce(-sum(l.amount_cents) FILTER (
           WHERE e.kind = ANY(:out) AND coalesce(d.method, 0) <> :check), 0)::bigint,
       coalesce(-sum(l.amount_cents) FILTER (
           WHERE e.kind = ANY(:out) AND d.method = :check), 0)::bigint,
       sum(l.amount_cents)::bigint
  FROM line l JOIN entry e USING (obligor_id, entry_id)
  LEFT JOIN disbursement d ON e.kind = ANY(:out) AND d.disbursement_id = e.source_id
 WHERE l.account = :bank AND l.settlement_date <= :last
 GROUP BY 1 ORDER BY 1
"""
_BANK_DAYS = """
SELECT DISTINCT ON (day) day, deposits_cents, electronic_cents, checks_cents, closing_cents,
       recorded_by
  FROM bank_totals WHERE day <= :last ORDER BY day, number DESC
"""


def book_days(session: Session, last: date) -> dict[date, DayTotals]:
    """Return what each day moved by the books up to a day, with the balance at its end."""
    balance, found = 0, {}
    asked = {**_BOUNDS, "check": CHECK, "last": last}
    for day, deposits, electronic, checks, change in session.execute(text(_BOOK_DAYS), asked):
        balance += change
        found[day] = DayTotals(deposits, electronic, checks, balance)
    return found


def bank_days(session: Session, last: date) -> dict[date, Recorded]:
    """Return what the bank says of each day up to a day; of one recorded twice, the last."""
    return {
        day: Recorded(DayTotals(*totals), by)
        for day, *totals, by in session.execute(text(_BANK_DAYS), {"last": last})
    }


def record_bank_totals(
    session: Session, day: date, totals: DayTotals, *, reference: str, by: str, at: datetime
) -> None:
    """Record what the bank says of a day, beside what was recorded before."""
    session.execute(
        text(
            "INSERT INTO bank_totals (day, number, deposits_cents, electronic_cents, checks_cents,"
            " closing_cents, reference, recorded_by, recorded_at)"
            " SELECT CAST(:day AS date), coalesce(max(number), 0) + 1, :deposits, :electronic,"
            " :checks, :closing, :reference, :by, :at FROM bank_totals WHERE day = :day"
        ),
        {
            "day": day,
            "deposits": totals.deposits_cents,
            "electronic": totals.electronic_cents,
            "checks": totals.checks_cents,
            "closing": totals.closing_cents,
            "reference": reference,
            "by": by,
            "at": at,
        },
    )
