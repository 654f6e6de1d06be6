"""Reading for statements: an obligor's support book, and what became of its money."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_service.domain.bookkeeping import Account, Book, EntryKind
from payments_service.domain.statements import SupportLine
from payments_service.store.totals import PAYING_OUT


class ObligationFacts(NamedTuple):
    """An obligation with its case."""

    obligation_id: str
    case_id: str
    case_number: str
    support: int
    monthly_cents: int


class CaseFacts(NamedTuple):
    """Whose case it is."""

    case_id: str
    obligor_id: str
    obligee_id: str


class ReceiptFacts(NamedTuple):
    """Where a payment came from."""

    receipt_id: str
    source: int
    remitter_name: str


class LaneHead(NamedTuple):
    """Up to where a lane's chain of hashes had come."""

    lane: int
    batch: int
    hash: str


# A reversing entry names the entry that it takes back; what that one is about, it is about, too.
_LINES = """
SELECT l.entry_id::text, coalesce(taken_back.source_id, e.source_id)::text, l.obligation_id::text,
       l.account, l.bucket, l.month, l.amount_cents, l.collection_date, l.posting_date, l.batch
  FROM line l JOIN entry e USING (obligor_id, entry_id)
  LEFT JOIN entry taken_back ON e.kind = :reversal AND taken_back.obligor_id = e.obligor_id
       AND taken_back.entry_id = e.source_id
 WHERE l.obligor_id = CAST(:obligor AS uuid) AND l.book = :support
 ORDER BY l.batch, l.entry_id, l.line_no
"""
_OBLIGATIONS = """
SELECT o.obligation_id::text, o.case_id::text, coalesce(c.case_number, ''), o.support,
       o.monthly_cents
  FROM obligation_projection o LEFT JOIN case_projection c USING (case_id)
 WHERE o.obligor_id = CAST(:obligor AS uuid)
   AND (:case = '' OR o.case_id = CAST(nullif(:case, '') AS uuid))
 ORDER BY c.case_number, o.obligation_id
"""
_SENT = """
SELECT coalesce(sum(l.amount_cents), 0)::bigint
  FROM line l JOIN entry e USING (obligor_id, entry_id)
 WHERE l.obligor_id = CAST(:obligor AS uuid) AND l.account = :family AND e.kind = ANY(:out)
   AND l.collection_date BETWEEN :first AND :last
"""
_HELD = """
SELECT reason, sum(amount_cents)::bigint FROM hold
 WHERE obligor_id = CAST(:obligor AS uuid) AND released_on IS NULL GROUP BY 1 ORDER BY 1
"""


def support_lines(session: Session, obligor_id: str) -> list[SupportLine]:
    """Return an obligor's support book, entry by entry in the order of posting."""
    asked = {
        "obligor": obligor_id,
        "support": int(Book.SUPPORT),
        "reversal": int(EntryKind.REVERSAL),
    }
    return [SupportLine(*row) for row in session.execute(text(_LINES), asked)]


def obligations(session: Session, obligor_id: str, case_id: str = "") -> list[ObligationFacts]:
    """Return what an obligor is obliged to, of one case or of all."""
    rows = session.execute(text(_OBLIGATIONS), {"obligor": obligor_id, "case": case_id})
    return [ObligationFacts(*row) for row in rows]


def case_numbered(session: Session, case_number: str) -> CaseFacts | None:
    """Return the case with a number; None when there is none."""
    row = session.execute(
        text(
            "SELECT case_id::text, obligor_id::text, obligee_id::text FROM case_projection"
            " WHERE case_number = :number"
        ),
        {"number": case_number},
    ).first()
    return None if row is None else CaseFacts(*row)


def receipts(session: Session, receipt_ids: Collection[str]) -> dict[str, ReceiptFacts]:
    """Return where payments came from, by receipt."""
    rows = session.execute(
        text(
            "SELECT r.receipt_id::text, r.source, coalesce(s.employer_name, '') FROM receipt r"
            " LEFT JOIN submission s USING (submission_id)"
            " WHERE r.receipt_id = ANY(CAST(:ids AS uuid[]))"
        ),
        {"ids": sorted(receipt_ids)},
    )
    return {row[0]: ReceiptFacts(*row) for row in rows}


def names(session: Session, participant_ids: Collection[str]) -> dict[str, str]:
    """Return the names of participants, by id."""
    rows = session.execute(
        text(
            "SELECT participant_id::text, name FROM participant_projection"
            " WHERE participant_id = ANY(CAST(:ids AS uuid[]))"
        ),
        {"ids": sorted(participant_ids)},
    )
    return dict(rows.tuples().all())


def sent_to_families(session: Session, obligor_id: str, first: date, last: date) -> int:
    """Return what of an obligor's money went out to families in some time, less what came back."""
    asked = {
        "obligor": obligor_id,
        "family": int(Account.PAYABLE_FAMILY),
        "out": [int(kind) for kind in PAYING_OUT],
        "first": first,
        "last": last,
    }
    return session.scalar(text(_SENT), asked) or 0


def held(session: Session, obligor_id: str) -> list[tuple[str, int]]:
    """Return what of an obligor's money is held now, by reason."""
    return [(r, c) for r, c in session.execute(text(_HELD), {"obligor": obligor_id})]


def lane_head(session: Session, lane: int) -> LaneHead:
    """Return up to where a lane's chain has come: a record names it, so it can be proved later."""
    row = session.execute(
        text("SELECT lane, batch, encode(hash, 'hex') FROM lane WHERE lane = :lane"),
        {"lane": lane},
    ).one()
    return LaneHead(*row)
