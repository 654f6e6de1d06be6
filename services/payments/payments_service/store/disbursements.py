"""Paying out: what is owed onward is cut into disbursements, once for a business date."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_service.store import tables
from payments_service.store.raw import Row, stream

DIRECT_DEPOSIT, CHECK, TRANSFER = 1, 2, 3
TRACE, CHECK_NUMBER = "trace", "check"
TRACE_MAX = 9_999_999
"""A trace number has seven digits of its own; after this one numbers begin again."""

_HAS_METHOD = """(p.payee_kind <> 1 OR EXISTS (SELECT FROM participant_projection t
                   WHERE t.participant_id = p.payee_id AND t.method > 0))"""


@dataclass(frozen=True, slots=True)
class Run:
    """A disbursement run, as recorded."""

    business_date: date
    disbursements: int
    amount_cents: int
    held_parts: int
    late_parts: int


class HeldPart(NamedTuple):
    """A part that a missing address keeps back, or that one releases."""

    payee_id: str
    obligor_id: str
    receipt_id: str
    sequence: int
    round: int
    amount_cents: int


class Header(NamedTuple):
    """A disbursement, with where it is paid to (encrypted)."""

    payee_id: str
    disbursement_id: str
    payee_kind: int
    method: int
    amount_cents: int
    number: int
    reference: str
    file_name: str
    first_payment: bool
    payee_name: str
    payment: bytes | None


class PaidPart(NamedTuple):
    """A part that a disbursement pays out, with the receipt that it came with."""

    receipt_id: str
    sequence: int
    trace_number: str
    collection_date: date
    case_id: str | None
    case_number: str | None
    obligation_id: str | None
    support: int
    current: bool
    bucket: int
    amount_cents: int
    credited_cents: int
    payee_kind: int
    payee_id: str | None


def begin_run(session: Session, business_date: date, at: datetime) -> bool:
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
    return session.execute(statement).first() is not None


def finish_run(session: Session, business_date: date, held_parts: int) -> None:
    """Record what the run of a date came to."""
    session.execute(
        text(
            "UPDATE disbursement_run SET held_parts = :held,"
            " disbursements = (SELECT count(*) FROM disbursement WHERE business_date = :on),"
            " amount_cents = (SELECT coalesce(sum(amount_cents), 0) FROM disbursement"
            "                  WHERE business_date = :on),"
            " late_parts = (SELECT count(*) FROM disbursement d"
            "  JOIN disbursement_part p USING (payee_id, disbursement_id)"
            "  WHERE d.business_date = :on AND p.due_date < :on)"
            " WHERE business_date = :on"
        ),
        {"on": business_date, "held": held_parts},
    )


def get_run(session: Session, business_date: date) -> tuple[Run, list[str]]:
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


_HOLD = f"""
WITH page AS (
    SELECT p.payee_id, p.obligor_id, p.receipt_id, p.sequence FROM payable p
     WHERE p.settlement_date <= :business_date AND NOT {_HAS_METHOD} LIMIT :size),
gone AS (
    DELETE FROM payable p USING page
     WHERE (p.payee_id, p.obligor_id, p.receipt_id, p.sequence)
         = (page.payee_id, page.obligor_id, page.receipt_id, page.sequence)
    RETURNING p.*)
INSERT INTO hold (payee_id, obligor_id, receipt_id, sequence, round, payee_kind, amount_cents,
                  settlement_date, due_date, reason, held_on)
SELECT g.payee_id, g.obligor_id, g.receipt_id, g.sequence,
       1 + coalesce((SELECT max(h.round) FROM hold h
            WHERE (h.payee_id, h.obligor_id, h.receipt_id, h.sequence)
                = (g.payee_id, g.obligor_id, g.receipt_id, g.sequence)), 0),
       g.payee_kind, g.amount_cents, g.settlement_date, g.due_date, :reason, :on
  FROM gone g
RETURNING payee_id::text, obligor_id::text, receipt_id::text, sequence, round, amount_cents
"""  # noqa: S608 - no value in it


def hold_unpayable(
    session: Session, business_date: date, reason: str, on: date, size: int
) -> list[HeldPart]:
    """Hold a page of what could be paid out but for payees with neither account nor address."""
    rows = session.execute(
        text(_HOLD), {"business_date": business_date, "reason": reason, "on": on, "size": size}
    )
    return [HeldPart(*row) for row in rows]


_RELEASABLE = """
SELECT h.payee_id, h.obligor_id, h.receipt_id, h.sequence, h.round FROM hold h
  JOIN participant_projection t ON t.participant_id = h.payee_id AND t.method > 0
 WHERE h.released_on IS NULL AND h.reason = :reason
"""

_RELEASE = f"""
WITH page AS ({_RELEASABLE} AND right(h.obligor_id::text, 1) = :digit LIMIT :size),
freed AS (
    UPDATE hold h SET released_on = :on FROM page
     WHERE (h.payee_id, h.obligor_id, h.receipt_id, h.sequence, h.round)
         = (page.payee_id, page.obligor_id, page.receipt_id, page.sequence, page.round)
    RETURNING h.*),
owed AS (
    INSERT INTO payable (payee_id, obligor_id, receipt_id, sequence, payee_kind, amount_cents,
                         settlement_date, due_date)
    SELECT payee_id, obligor_id, receipt_id, sequence, payee_kind, amount_cents,
           settlement_date, due_date FROM freed)
SELECT payee_id::text, obligor_id::text, receipt_id::text, sequence, round, amount_cents
  FROM freed
"""  # noqa: S608 - no value in it

_LANE_TO_RELEASE = f"""
SELECT l.lane FROM lane l WHERE to_hex(CAST(l.lane AS int)) IN (
    SELECT right(r.obligor_id::text, 1) FROM ({_RELEASABLE}) r)
 ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - no value in it


def take_lane_to_release(session: Session, reason: str) -> int | None:
    """Lock a lane with held parts whose payee can be paid now; None when there is none."""
    row = session.execute(text(_LANE_TO_RELEASE), {"reason": reason}).first()
    return None if row is None else int(row[0])


def release_payable(
    session: Session, lane: int, reason: str, on: date, size: int
) -> list[HeldPart]:
    """Release a page of a locked lane's held parts whose payee can be paid now."""
    parameters = {"reason": reason, "on": on, "size": size, "digit": f"{lane:x}"}
    return [HeldPart(*row) for row in session.execute(text(_RELEASE), parameters)]


_CUT = f"""
WITH moved AS (
    DELETE FROM payable p
     WHERE p.settlement_date <= CAST(CAST(:on AS text) AS date) AND {_HAS_METHOD} RETURNING p.*),
paid AS (
    SELECT m.payee_id, m.payee_kind, sum(m.amount_cents) AS cents FROM moved m
     GROUP BY m.payee_id, m.payee_kind),
ways AS (
    SELECT paid.*, CASE WHEN payee_kind = 1 THEN t.method ELSE 3 END AS method,
           coalesce(t.name, '') AS name, t.payment
      FROM paid LEFT JOIN participant_projection t ON t.participant_id = paid.payee_id
       AND paid.payee_kind = 1),
numbered AS (
    SELECT ways.*, row_number() OVER (PARTITION BY method ORDER BY payee_id)
           + CASE method WHEN 1 THEN :trace_base WHEN 2 THEN :check_base ELSE 0 END AS number
      FROM ways),
sent AS (
    INSERT INTO disbursement (payee_id, disbursement_id, business_date, payee_kind, method,
           amount_cents, number, reference, file_name, first_payment, payee_name, payment)
    SELECT n.payee_id, md5(CAST(:on AS text) || n.payee_id)::uuid,
           CAST(CAST(:on AS text) AS date), n.payee_kind, n.method,
           n.cents, CASE method WHEN 3 THEN 0 ELSE n.number END,
           CASE method WHEN 1 THEN CAST(:odfi AS text) || lpad(n.number::text, 7, '0')
                       WHEN 2 THEN n.number::text ELSE '' END,
           CASE method WHEN 1 THEN :ach_file WHEN 2 THEN :check_file ELSE :transfer_file END,
           NOT EXISTS (SELECT FROM disbursement d WHERE d.payee_id = n.payee_id),
           n.name, n.payment
      FROM numbered n
    RETURNING method, number),
parts AS (
    INSERT INTO disbursement_part (payee_id, disbursement_id, obligor_id, receipt_id, sequence,
           amount_cents, due_date)
    SELECT payee_id, md5(CAST(:on AS text) || payee_id)::uuid, obligor_id, receipt_id, sequence,
           amount_cents, due_date FROM moved)
SELECT coalesce(max(number) FILTER (WHERE method = 1), 0),
       coalesce(max(number) FILTER (WHERE method = 2), 0) FROM sent
"""  # noqa: S608 - no value in it


@dataclass(frozen=True, slots=True)
class FileNames:
    """The files of a run."""

    ach: str
    checks: str
    transfers: str
    advice: str


def cut(session: Session, business_date: date, odfi: str, names: FileNames) -> None:
    """Turn what is owed onward and has settled into one disbursement a payee, numbered by payees.

    The lanes must be locked: then nothing becomes payable meanwhile.
    """
    session.execute(
        insert(tables.number_sequence)
        .values([{"name": TRACE, "last": 0}, {"name": CHECK_NUMBER, "last": 0}])
        .on_conflict_do_nothing()
    )
    bases = dict(
        session.execute(text("SELECT name, last FROM number_sequence ORDER BY name FOR UPDATE"))
        .tuples()
        .all()
    )
    payees = session.scalar(
        text(
            "SELECT count(DISTINCT payee_id) FROM payable"
            " WHERE payee_kind = 1 AND settlement_date <= :on"
        ),
        {"on": business_date},
    )
    trace_base = 0 if bases[TRACE] + int(payees or 0) > TRACE_MAX else bases[TRACE]
    trace, check = session.execute(
        text(_CUT),
        {
            "on": business_date.isoformat(),
            "trace_base": trace_base,
            "check_base": bases[CHECK_NUMBER],
            "odfi": odfi,
            "ach_file": names.ach,
            "check_file": names.checks,
            "transfer_file": names.transfers,
        },
    ).one()
    statement = text("UPDATE number_sequence SET last = :last WHERE name = :name")
    lasts = {TRACE: trace or trace_base, CHECK_NUMBER: check or bases[CHECK_NUMBER]}
    session.execute(statement, [{"name": n, "last": last} for n, last in sorted(lasts.items())])


def obligor_sums(session: Session, business_date: date, lane: int) -> Iterator[Row]:
    """Yield (obligor, disbursement, payee, payee kind, cents) of a run in a lane."""
    return stream(
        session,
        "SELECT p.obligor_id::text, p.disbursement_id::text, p.payee_id::text, d.payee_kind,"
        " sum(p.amount_cents)::bigint"
        " FROM disbursement d JOIN disbursement_part p USING (payee_id, disbursement_id)"
        " WHERE d.business_date = %(on)s AND right(p.obligor_id::text, 1) = %(digit)s"
        " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2",
        {"on": business_date, "digit": f"{lane:x}"},
    )


_HEADER = (
    "d.payee_id::text, d.disbursement_id::text, d.payee_kind, d.method, d.amount_cents,"
    " d.number, d.reference, d.file_name, d.first_payment, d.payee_name, d.payment"
)


def headers(session: Session, business_date: date, method: int) -> Iterator[Header]:
    """Yield the disbursements of a run that are paid one way, by their numbers."""
    rows = stream(
        session,
        f"SELECT {_HEADER} FROM disbursement d"  # noqa: S608 - no value in it
        " WHERE d.business_date = %(on)s AND d.method = %(method)s ORDER BY d.number, d.payee_id",
        {"on": business_date, "method": method},
    )
    return (Header(*row) for row in rows)


_PART = (
    "p.receipt_id::text, p.sequence, r.trace_number, r.collection_date, a.case_id::text,"
    " c.case_number, a.obligation_id::text, a.support, a.current, a.bucket, a.amount_cents,"
    " a.credited_cents, a.payee_kind, a.payee_id::text"
)
_PART_FROM = (
    " FROM disbursement d JOIN disbursement_part p USING (payee_id, disbursement_id)"
    " JOIN allocation a USING (obligor_id, receipt_id, sequence)"
    " JOIN receipt r USING (receipt_id)"
    " LEFT JOIN case_projection c ON c.case_id = a.case_id"
)


def with_parts(session: Session, business_date: date) -> Iterator[tuple[Header, list[PaidPart]]]:
    """Yield the disbursements of a run with the parts that they pay out."""
    rows = stream(
        session,
        f"SELECT {_HEADER}, {_PART} {_PART_FROM}"
        " WHERE d.business_date = %(on)s"
        " ORDER BY d.method, d.number, d.payee_id, p.receipt_id, p.sequence",
        {"on": business_date},
    )
    header: Header | None = None
    parts: list[PaidPart] = []
    width = len(Header._fields)
    for row in rows:
        found = Header(*row[:width])
        if header is not None and found.disbursement_id != header.disbursement_id:
            yield header, parts
            parts = []
        header = found
        parts.append(PaidPart(*row[width:]))
    if header is not None:
        yield header, parts
