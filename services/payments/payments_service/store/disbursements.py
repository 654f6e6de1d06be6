"""Paying out: what was gathered is cut into one payment a payee, numbered, and read again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_service.store import tables
from payments_service.store.raw import array, stream

DIRECT_DEPOSIT, CHECK, TRANSFER, CARD, STATE_EFT = 1, 2, 3, 4, 5
TRACE, CHECK_NUMBER = "trace", "check"
TRACE_MAX = 9_999_999
"""A trace number has seven digits of its own; after this one numbers begin again."""

NOBODY = "00000000-0000-0000-0000-000000000000"


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
    recouped_cents: int = 0
    reissued_cents: int = 0


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


_CUT = """
WITH page AS (
    SELECT DISTINCT payee_id FROM to_pay WHERE business_date = :on
     ORDER BY payee_id LIMIT :size),
gone AS (
    DELETE FROM to_pay t USING page WHERE t.business_date = :on AND t.payee_id = page.payee_id
    RETURNING t.*),
paid AS (
    SELECT payee_id, min(payee_kind) AS payee_kind, (array_agg(method ORDER BY lane))[1] AS method,
           sum(parts_cents) + sum(reissued_cents) - sum(recouped_cents) AS cents,
           sum(recouped_cents) AS recouped, sum(reissued_cents) AS reissued,
           (array_agg(payee_name ORDER BY lane))[1] AS name,
           (array_agg(payment ORDER BY lane))[1] AS payment,
           (array_agg(account_hash ORDER BY lane))[1] AS account_hash
      FROM gone GROUP BY payee_id),
series AS (
    SELECT paid.*, CASE WHEN cents = 0 THEN 0 WHEN method IN (1, 5) THEN 1
                        WHEN method = 2 THEN 2 ELSE 0 END AS series FROM paid),
numbered AS (
    SELECT series.*, CASE series WHEN 0 THEN 0 ELSE
           row_number() OVER (PARTITION BY series ORDER BY payee_id)
           + CASE series WHEN 1 THEN :trace_base ELSE :check_base END END AS number
      FROM series),
sent AS (
    INSERT INTO disbursement (payee_id, disbursement_id, business_date, payee_kind, method,
           amount_cents, number, reference, file_name, first_payment, payee_name, payment,
           account_hash, recouped_cents, reissued_cents)
    SELECT n.payee_id, md5(CAST(CAST(:on AS date) AS text) || n.payee_id)::uuid, :on, n.payee_kind,
           n.method, n.cents, n.number,
           CASE series WHEN 1 THEN CAST(:odfi AS text) || lpad(n.number::text, 7, '0')
                       WHEN 2 THEN n.number::text ELSE '' END,
           CASE WHEN n.cents = 0 THEN ''
                ELSE (CAST(:files AS text[]))[n.method] END,
           NOT EXISTS (SELECT FROM disbursement d WHERE d.payee_id = n.payee_id),
           n.name, n.payment, n.account_hash, n.recouped, n.reissued
      FROM numbered n
    RETURNING method, number)
SELECT count(*), coalesce(max(number) FILTER (WHERE method IN (1, 5)), 0),
       coalesce(max(number) FILTER (WHERE method = 2), 0) FROM sent
"""


@dataclass(frozen=True, slots=True)
class FileNames:
    """The files of a run."""

    ach: str
    checks: str
    transfers: str
    cards: str
    states: str
    positive_pay: str
    prenotes: str
    advice: str

    def by_method(self) -> list[str]:
        """Return the file that carries each method, by its number from 1."""
        return [self.ach, self.checks, self.transfers, self.cards, self.states]


def number_bases(session: Session) -> dict[str, int]:
    """Lock the sequences of numbers and return the last of each that was given."""
    session.execute(
        insert(tables.number_sequence)
        .values([{"name": TRACE, "last": 0}, {"name": CHECK_NUMBER, "last": 0}])
        .on_conflict_do_nothing()
    )
    rows = session.execute(text("SELECT name, last FROM number_sequence ORDER BY name FOR UPDATE"))
    return dict(rows.tuples().all())


def set_last(session: Session, name: str, last: int) -> None:
    """Note the last number of a sequence that was given."""
    statement = text("UPDATE number_sequence SET last = :last WHERE name = :name")
    session.execute(statement, {"name": name, "last": last})


def reserve_traces(session: Session, count: int) -> int:
    """Begin trace numbers again where `count` more would go over the last; returns the last one.

    Once before a run is cut: within a file they must ascend.
    """
    last = number_bases(session)[TRACE]
    if last + count > TRACE_MAX:
        last = 0
        set_last(session, TRACE, last)
    return last


def count_to_pay(session: Session, business_date: date) -> int:
    """Return how many payees a run has gathered money for, at the most."""
    statement = text("SELECT count(*) FROM to_pay WHERE business_date = :on")
    return int(session.scalar(statement, {"on": business_date}) or 0)


def cut(session: Session, business_date: date, odfi: str, names: FileNames, size: int) -> int:
    """Turn what was gathered for a page of payees into a payment each; returns how many.

    Payees are taken in their order, so numbers are the same whoever gathered what.
    """
    bases = number_bases(session)
    count, trace, check = session.execute(
        text(_CUT),
        {
            "on": business_date,
            "size": size,
            "trace_base": bases[TRACE],
            "check_base": bases[CHECK_NUMBER],
            "odfi": odfi,
            "files": "{" + ",".join(names.by_method()) + "}",
        },
    ).one()
    if trace:
        set_last(session, TRACE, trace)
    if check:
        set_last(session, CHECK_NUMBER, check)
    return int(count)


_HEADER = (
    "d.payee_id::text, d.disbursement_id::text, d.payee_kind, d.method, d.amount_cents,"
    " d.number, d.reference, d.file_name, d.first_payment, d.payee_name, d.payment,"
    " d.recouped_cents, d.reissued_cents"
)


def headers(session: Session, business_date: date, method: int) -> Iterator[Header]:
    """Yield the payments of a run that go out one way, by their numbers."""
    rows = stream(
        session,
        f"SELECT {_HEADER} FROM disbursement d"  # noqa: S608 - no value in it
        " WHERE d.business_date = %(on)s AND d.method = %(method)s AND d.amount_cents > 0"
        " ORDER BY d.number, d.payee_id",
        {"on": business_date, "method": method},
    )
    return (Header(*row) for row in rows)


_PART = (
    "p.receipt_id::text, p.sequence, coalesce(r.trace_number, ''), r.collection_date,"
    " a.case_id::text, c.case_number, a.obligation_id::text, coalesce(a.support, 0),"
    " coalesce(a.current, false), coalesce(a.bucket, 0), p.amount_cents,"
    " coalesce(a.credited_cents, 0), coalesce(a.payee_kind, 6), a.payee_id::text"
)
# One lookup a payment (`store/raw.py` says why).
_PARTS_OF = (
    "SELECT * FROM disbursement_part WHERE payee_id = k.payee_id"
    " AND disbursement_id = k.disbursement_id OFFSET 0"
)
_WANTED = "unnest(CAST(:payees AS uuid[]), CAST(:ids AS uuid[])) AS k (payee_id, disbursement_id)"
# A part without an allocation is a refund: what nobody owed goes back to who sent it.
_PART_FROM = (
    " JOIN receipt r USING (receipt_id)"
    " LEFT JOIN LATERAL (SELECT * FROM allocation WHERE obligor_id = p.obligor_id"
    "   AND receipt_id = p.receipt_id AND sequence = p.sequence OFFSET 0) a ON true"
    " LEFT JOIN case_projection c ON c.case_id = a.case_id"
)


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment of a run with what it pays out, and what was kept back from it by claim."""

    header: Header
    parts: list[PaidPart]
    recouped: list[tuple[str, int]]


def page_of_run(session: Session, business_date: date, after: str, size: int) -> list[Paid]:
    """Return a page of a run's payments, by method, number and payee.

    `after`: "method/number/payee" of the last of the page before; empty for the first.
    """
    method, number, payee = after.split("/") if after else ("0", "0", NOBODY)
    rows = session.execute(
        text(
            f"SELECT {_HEADER} FROM disbursement d"  # noqa: S608 - no value in it
            " WHERE d.business_date = :on AND (d.method, d.number, d.payee_id)"
            "     > (:method, :number, CAST(:payee AS uuid))"
            " ORDER BY d.method, d.number, d.payee_id LIMIT :size"
        ),
        {
            "on": business_date,
            "method": int(method),
            "number": int(number),
            "payee": payee,
            "size": size,
        },
    )
    page = {row[1]: Paid(Header(*row), [], []) for row in rows}
    if page:
        _add_parts(session, page)
    return list(page.values())


def _add_parts(session: Session, page: dict[str, Paid]) -> None:
    wanted = {
        "payees": array(paid.header.payee_id for paid in page.values()),
        "ids": array(page),
    }
    parts = session.execute(
        text(
            f"SELECT p.disbursement_id::text, {_PART} FROM {_WANTED}"  # noqa: S608
            f" CROSS JOIN LATERAL ({_PARTS_OF}) p{_PART_FROM}"
            " ORDER BY p.receipt_id, p.sequence"
        ),
        wanted,
    )
    for disbursement_id, *part in parts:
        page[disbursement_id].parts.append(PaidPart(*part))
    kept = session.execute(
        text(
            "SELECT disbursement_id::text, claim_id::text, sum(amount_cents)::bigint"  # noqa: S608
            f" FROM {_WANTED} JOIN recoupment USING (payee_id, disbursement_id)"
            " GROUP BY 1, 2 ORDER BY 1, 2"
        ),
        wanted,
    )
    for disbursement_id, claim_id, cents in kept:
        page[disbursement_id].recouped.append((claim_id, cents))


def place_of(header: Header) -> str:
    """Return where a payment stands in `page_of_run`."""
    return f"{header.method}/{header.number}/{header.payee_id}"
