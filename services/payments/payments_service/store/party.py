"""Reading for the two parents of a case: whose cases, which receipts, and what became of them.

Every statement starts from cases, obligors or payees of the one who asks, each found by an index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_service.domain.model import Payee, Source
from payments_service.domain.my_payments import (
    ISSUED,
    REVERSED,
    Hold,
    PartFacts,
    Payout,
    Reason,
    ReceiptFacts,
    Role,
)
from payments_service.store.online import started_on
from payments_service.store.raw import array

NOT_PAID = ("nsf", "chargeback")
MAX_TURNS = 20
"""How often a payment that came back is followed to the one that paid it again."""


class Side(NamedTuple):
    """A case with the side of it that somebody is on."""

    case_id: str
    case_number: str
    role: Role
    obligor_id: str
    elsewhere: bool


class MyReceipt(NamedTuple):
    """A receipt as one side may know it. `received_on`: see `my_receipts`."""

    role: int
    received_on: date
    receipt_id: str
    obligor_id: str
    state: int
    amount_cents: int
    credited_cents: int
    source: int
    posting_date: date | None
    settlement_date: date
    collection_date: date
    pay_date: date | None


class PartRow(NamedTuple):
    """A part of a receipt, with its steps where they are asked for."""

    obligor_id: str
    receipt_id: str
    sequence: int
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
    allocated_on: date | None
    steps: Any


@dataclass(frozen=True, slots=True)
class Part:
    """A part with what became of it."""

    row: PartRow
    facts: PartFacts


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a receipt. `earlier`: holds on parts that were replaced since."""

    receipt: ReceiptFacts
    parts: list[Part]
    earlier: list[Hold]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which receipts are asked for; empty and None leave out. `after`: the last one of a page."""

    case_id: str = ""
    receipt_id: str = ""
    first: date | None = None
    last: date | None = None
    after: tuple[date, str] | None = None


def sides(session: Session, participant_id: str) -> list[Side]:
    """Return the cases that somebody pays or receives in, by number."""
    rows = session.execute(
        text(
            "SELECT case_id::text, case_number, role, obligor_id::text, initiating_fips <> ''"
            " FROM (SELECT c.*, 1 AS role FROM case_projection c"
            "        WHERE obligor_id = CAST(:me AS uuid)"
            "       UNION ALL"
            "       SELECT c.*, 2 FROM case_projection c"
            "        WHERE obligee_id = CAST(:me AS uuid)) mine"
            " ORDER BY case_number, role"
        ),
        {"me": participant_id},
    )
    return [Side(id_, number, Role(role), owes, away) for id_, number, role, owes, away in rows]


_VISIBLE = """
       a.case_id = ANY(CAST(:receives AS uuid[]))
       AND (a.payee_kind <> 1 OR a.payee_id = CAST(:me AS uuid))
"""
"""What of a receipt `a` concerns who receives: parts of her cases that no other family is paid."""
_COUNTS = """
       (w.sequence IS NULL OR r.state = 4 AND w.revision = r.revision)
"""
"""Parts in force; of a receipt that was taken back those that were in force until then."""
_WITHDRAWN = """
  LEFT JOIN allocation_withdrawn w ON w.obligor_id = a.obligor_id
       AND w.receipt_id = a.receipt_id AND w.sequence = a.sequence
"""
# OFFSET 0: one lookup a receipt, not a join (`store/raw.py` says why).
# When an offset is held before it is distributed is federal tax information: to who receives it
# came in when it was distributed, as all other money does on its day.
_RECEIPTS = f"""
SELECT role, received_on, receipt_id::text, obligor_id::text, state, amount_cents, credited_cents,
       source, posting_date, settlement_date, collection_date, pay_date
  FROM (
    SELECT 1 AS role, r.settlement_date AS received_on, r.*
      FROM receipt r
     WHERE r.obligor_id = CAST(:me AS uuid) AND r.state <> 6
       AND (:case = '' OR EXISTS (
            SELECT FROM allocation a {_WITHDRAWN}
             WHERE a.obligor_id = r.obligor_id AND a.receipt_id = r.receipt_id
               AND a.case_id = CAST(nullif(:case, '') AS uuid) AND {_COUNTS} OFFSET 0))
    UNION ALL
    SELECT 2, CASE WHEN EXISTS (SELECT FROM receipt_hold h WHERE h.receipt_id = r.receipt_id)
                   THEN r.posting_date ELSE r.settlement_date END, r.*
      FROM receipt r
     WHERE r.obligor_id = ANY(CAST(:obligors AS uuid[])) AND r.state IN (2, 4)
       AND EXISTS (
            SELECT FROM allocation a {_WITHDRAWN}
             WHERE a.obligor_id = r.obligor_id AND a.receipt_id = r.receipt_id
               AND {_VISIBLE} AND {_COUNTS}
               AND (:case = '' OR a.case_id = CAST(nullif(:case, '') AS uuid)) OFFSET 0)) mine
 WHERE (:receipt = '' OR receipt_id = CAST(nullif(:receipt, '') AS uuid))
   AND (CAST(:first AS date) IS NULL OR received_on >= :first)
   AND (CAST(:last AS date) IS NULL OR received_on <= :last)
   AND (CAST(:day AS date) IS NULL OR (received_on, receipt_id) < (:day, CAST(:id AS uuid)))
 ORDER BY received_on DESC, receipt_id DESC LIMIT :size
"""  # noqa: S608 - no value in it


def my_receipts(
    session: Session, participant_id: str, mine: Sequence[Side], asked: Asked, size: int
) -> list[MyReceipt]:
    """Return a page of the receipts that somebody paid, or that his cases have parts of.

    The latest first. Money that was held before it was distributed came in, for who receives, on
    the day that it was distributed.
    """
    day, id_ = asked.after or (None, None)
    rows = session.execute(
        text(_RECEIPTS),
        {
            "me": participant_id,
            "receives": _cases(mine),
            "obligors": array({x.obligor_id for x in mine if x.role == Role.RECEIVER}),
            "case": asked.case_id,
            "receipt": asked.receipt_id,
            "first": asked.first,
            "last": asked.last,
            "day": day,
            "id": id_,
            "size": size,
        },
    )
    return [MyReceipt(*row) for row in rows]


def _cases(mine: Sequence[Side]) -> str:
    return array(side.case_id for side in mine if side.role == Role.RECEIVER)


_PARTS = f"""
SELECT a.obligor_id::text, a.receipt_id::text, a.sequence, a.case_id::text, c.case_number,
       a.obligation_id::text, a.support, a.current, a.bucket, a.amount_cents, a.credited_cents,
       a.payee_kind, a.payee_id::text,
       coalesce((SELECT max(x.posting_date) FROM allocation_withdrawn x
                  WHERE x.obligor_id = a.obligor_id AND x.receipt_id = a.receipt_id
                    AND x.revision = a.revision), r.posting_date),
       CASE WHEN :steps THEN a.steps END, coalesce(a.paid_as, a.sequence)
  FROM unnest(CAST(:obligors AS uuid[]), CAST(:receipts AS uuid[]), CAST(:roles AS smallint[]))
       AS k (obligor_id, receipt_id, role)
  JOIN receipt r USING (receipt_id)
 CROSS JOIN LATERAL (SELECT * FROM allocation
                      WHERE obligor_id = k.obligor_id AND receipt_id = k.receipt_id OFFSET 0) a
  {_WITHDRAWN}
  LEFT JOIN case_projection c ON c.case_id = a.case_id
 WHERE {_COUNTS} AND (k.role = 1 OR {_VISIBLE})
 ORDER BY a.receipt_id, a.sequence
"""  # noqa: S608 - no value in it
_PAID = """
SELECT p.obligor_id::text, p.receipt_id::text, p.sequence, d.payee_id::text,
       d.disbursement_id::text, d.business_date, d.method, d.state, d.state_on, d.code,
       d.recouped_cents > 0
  FROM unnest(CAST(:obligors AS uuid[]), CAST(:receipts AS uuid[])) AS k (obligor_id, receipt_id)
 CROSS JOIN LATERAL (SELECT * FROM disbursement_part
                      WHERE receipt_id = k.receipt_id AND obligor_id = k.obligor_id OFFSET 0) p
 CROSS JOIN LATERAL (SELECT * FROM disbursement
                      WHERE payee_id = p.payee_id AND disbursement_id = p.disbursement_id
                     OFFSET 0) d
"""
_AGAIN = """
WITH RECURSIVE chain AS (
    SELECT c.disbursement_id AS first_id, c.payee_id, c.obligor_id, c.paid_by, 1 AS turn
      FROM unnest(CAST(:payees AS uuid[]), CAST(:ids AS uuid[]), CAST(:obligors AS uuid[]))
           AS k (payee_id, disbursement_id, obligor_id)
      JOIN came_back c USING (payee_id, disbursement_id, obligor_id)
    UNION ALL
    SELECT chain.first_id, c.payee_id, c.obligor_id, c.paid_by, chain.turn + 1
      FROM chain JOIN came_back c ON c.payee_id = chain.payee_id
           AND c.disbursement_id = chain.paid_by AND c.obligor_id = chain.obligor_id
     WHERE chain.turn < :turns)
SELECT chain.first_id::text, chain.obligor_id::text, d.payee_id::text, d.business_date, d.method,
       d.state, d.state_on, d.code, d.recouped_cents > 0
  FROM chain JOIN disbursement d ON d.payee_id = chain.payee_id
       AND d.disbursement_id = chain.paid_by
 ORDER BY chain.first_id, chain.obligor_id, chain.turn
"""
_HOLDS = """
SELECT h.obligor_id::text, h.receipt_id::text, h.sequence, h.payee_id::text, h.reason, h.held_on,
       h.amount_cents, h.released_on IS NOT NULL
  FROM unnest(CAST(:obligors AS uuid[]), CAST(:receipts AS uuid[])) AS k (obligor_id, receipt_id)
 CROSS JOIN LATERAL (SELECT * FROM hold
                      WHERE obligor_id = k.obligor_id AND receipt_id = k.receipt_id OFFSET 0) h
 ORDER BY h.receipt_id, h.sequence, h.round
"""
_HELD_BEFORE = """
SELECT h.receipt_id::text, h.held_on, h.amount_cents, h.state > 2
  FROM receipt_hold h WHERE h.receipt_id = ANY(CAST(:ids AS uuid[])) AND h.state > 1
 ORDER BY h.receipt_id, h.round
"""
_TAKEN_BACK = """
SELECT r.receipt_id::text,
       (SELECT max(w.posting_date) FROM allocation_withdrawn w
         WHERE w.obligor_id = r.obligor_id AND w.receipt_id = r.receipt_id),
       coalesce((SELECT c.cause FROM correction c
                  WHERE c.receipt_id = r.receipt_id AND c.kind = 1 AND c.state = 2
                  ORDER BY c.decided_at DESC LIMIT 1), '')
  FROM receipt r WHERE r.receipt_id = ANY(CAST(:ids AS uuid[])) AND r.state = 4
"""

Place = tuple[str, str, int]


def become(
    session: Session,
    participant_id: str,
    mine: Sequence[Side],
    receipts: Sequence[MyReceipt],
    zone: str,
    *,
    steps: bool = False,
) -> dict[str, Found]:
    """Return what became of receipts, by their ids: of each the parts that concern who asks.

    `zone`: the agency's, by whose days a payment online was started.
    """
    if not receipts:
        return {}
    keys = {
        "obligors": array(r.obligor_id for r in receipts),
        "receipts": array(r.receipt_id for r in receipts),
    }
    roles = array(r.role for r in receipts)
    wanted = keys | {"roles": roles, "me": participant_id, "receives": _cases(mine)}
    rows = session.execute(text(_PARTS), wanted | {"steps": steps}).all()
    payouts = _payouts(session, keys)
    holds: dict[Place, list[Hold]] = {}
    for *place, payee, reason, on, cents, released in session.execute(text(_HOLDS), keys):
        holds.setdefault(_place(place), []).append(Hold(payee, reason, on, cents, released))
    parts: dict[str, list[Part]] = {}
    for *columns, paid_as in rows:
        row = PartRow(*columns)
        held = holds.pop((row.obligor_id, row.receipt_id, row.sequence), [])
        paid = payouts.get((row.obligor_id, row.receipt_id, paid_as), [])
        parts.setdefault(row.receipt_id, []).append(Part(row, _facts(row, held, paid)))
    # Of parts that are not shown here only the payer is told, and he sees all that are in force.
    payers = {r.receipt_id for r in receipts if r.role == Role.PAYER}
    earlier: dict[str, list[Hold]] = {}
    for (_, receipt_id, _), some in holds.items():
        if receipt_id in payers:
            earlier.setdefault(receipt_id, []).extend(some)
    before = _held_before(session, payers)
    taken_back = _taken_back(session, receipts)
    online = [
        (r.obligor_id, r.receipt_id)
        for r in receipts
        if r.role == Role.PAYER and r.source == Source.ONLINE
    ]
    started = started_on(session, online, zone) if online else {}
    return {
        r.receipt_id: Found(
            _receipt_facts(r, parts.get(r.receipt_id, []), before, taken_back, started),
            parts.get(r.receipt_id, []),
            earlier.get(r.receipt_id, []),
        )
        for r in receipts
    }


def _place(row: Sequence[Any]) -> Place:
    return (row[0], row[1], row[2])


def _facts(row: PartRow, holds: Sequence[Hold], payouts: Sequence[Payout]) -> PartFacts:
    return PartFacts(
        row.case_id or "", row.obligation_id or "", row.current, row.bucket, row.amount_cents,
        Payee(row.payee_kind), row.payee_id or "", row.allocated_on, tuple(holds), tuple(payouts),
    )  # fmt: skip


def _receipt_facts(
    receipt: MyReceipt,
    parts: Sequence[Part],
    before: dict[str, list[Hold]],
    taken_back: dict[str, tuple[date | None, str]],
    started: dict[str, date],
) -> ReceiptFacts:
    payer = receipt.role == Role.PAYER
    cents = receipt.amount_cents if payer else sum(part.row.amount_cents for part in parts)
    on, cause = taken_back.get(receipt.receipt_id, (None, ""))
    reason = Reason.NONE
    if cause:
        reason = Reason.NOT_PAID if payer and cause in NOT_PAID else Reason.CORRECTED
    came, settled = receipt.received_on, None
    if payer and (paid_on := started.get(receipt.receipt_id, came)) < came:
        came, settled = paid_on, came
    elif not payer and receipt.posting_date:
        # Nothing tells her how it was paid: what was counted has come in by then.
        came = min(came, receipt.posting_date)
    return ReceiptFacts(
        came, cents, receipt.state, receipt.posting_date,
        tuple(before.get(receipt.receipt_id, ())), on, reason, settled,
    )  # fmt: skip


def _payouts(session: Session, keys: dict[str, str]) -> dict[Place, list[Payout]]:
    firsts: dict[Place, tuple[str, Payout]] = {}
    for *place, payee, id_, on, method, state, state_on, code, recouped in session.execute(
        text(_PAID), keys
    ):
        paid = Payout(payee, on, method, state, state_on, code, recouped)
        firsts[_place(place)] = (id_, paid)
    back = [(place, id_, paid) for place, (id_, paid) in firsts.items() if paid.state != ISSUED]
    unique = sorted({(paid.payee_id, id_, place[0]) for place, id_, paid in back})
    again: dict[tuple[str, str], list[Payout]] = {}
    if unique:
        wanted = {
            "payees": array(x[0] for x in unique),
            "ids": array(x[1] for x in unique),
            "obligors": array(x[2] for x in unique),
            "turns": MAX_TURNS,
        }
        for first_id, obligor_id, *rest in session.execute(text(_AGAIN), wanted):
            again.setdefault((first_id, obligor_id), []).append(Payout(*rest))
    return {place: [paid, *again.get((id_, place[0]), [])] for place, (id_, paid) in firsts.items()}


def _held_before(session: Session, receipt_ids: set[str]) -> dict[str, list[Hold]]:
    found: dict[str, list[Hold]] = {}
    for id_, on, cents, over in session.execute(text(_HELD_BEFORE), {"ids": array(receipt_ids)}):
        found.setdefault(id_, []).append(Hold("", "", on, cents, over))
    return found


def _taken_back(
    session: Session, receipts: Sequence[MyReceipt]
) -> dict[str, tuple[date | None, str]]:
    ids = array(r.receipt_id for r in receipts if r.state == REVERSED)
    rows = session.execute(text(_TAKEN_BACK), {"ids": ids})
    return {id_: (on, cause) for id_, on, cause in rows}
