"""The ledger as of a day, and digests of what other services should hold of it."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from chassis.digests import Digest, range_digests
from payments_service.domain.bookkeeping import Book
from payments_service.domain.model import Payee


class AccountSum(NamedTuple):
    """An account's sum in cents, debit positive: in effect by a day, and as it was known then."""

    book: int
    account: int
    effective_cents: int
    known_cents: int


class HeldBalance(NamedTuple):
    """A balance as it stands."""

    obligation_id: str
    bucket: int
    due_cents: int
    version: int


_AS_OF = """
SELECT book, account, sum(amount_cents)::bigint,
       coalesce(sum(amount_cents) FILTER (WHERE posting_date <= :known), 0)::bigint
  FROM line
 WHERE CASE WHEN book = :support THEN collection_date ELSE settlement_date END <= :as_of
   AND (:obligor = '' OR obligor_id = CAST(nullif(:obligor, '') AS uuid))
 GROUP BY 1, 2 ORDER BY 1, 2
"""

_OWED = (
    "SELECT obligation_id AS id, bucket AS part, due_cents AS cents FROM balance"
    " WHERE due_cents <> 0"
)
_RANGE_BALANCES = """
SELECT obligation_id::text, bucket, due_cents, version FROM balance
 WHERE right(obligation_id::text, 2) = :id_end
   AND (obligation_id, bucket) > (CAST(:obligation AS uuid), :bucket)
 ORDER BY obligation_id, bucket LIMIT :size
"""
_TO_FAMILIES = (
    "SELECT disbursement_id AS id, 0 AS part, 0 AS cents FROM disbursement"
    " WHERE payee_kind = :family"
)
_RANGE_TO_FAMILIES = """
SELECT disbursement_id::text FROM disbursement
 WHERE payee_kind = :family AND right(disbursement_id::text, 2) = :id_end
   AND disbursement_id > CAST(:after AS uuid)
 ORDER BY disbursement_id LIMIT :size
"""


def as_of(session: Session, day: date, known: date, obligor_id: str = "") -> list[AccountSum]:
    """Return every account's sum by the end of a day; of one obligor's books, or of all.

    In effect: support by its day of collection or charge, cash by its day of settlement.
    """
    asked = {"as_of": day, "known": known, "support": int(Book.SUPPORT), "obligor": obligor_id}
    return [AccountSum(*row) for row in session.execute(text(_AS_OF), asked)]


def balance_digests(session: Session) -> list[Digest]:
    """Return a digest of what is owed for each range of obligations."""
    return range_digests(session, _OWED)


def range_balances(
    session: Session, id_end: str, after: tuple[str, int], size: int
) -> list[HeldBalance]:
    """Return a page of the balances of a range, by obligation and bucket."""
    asked = {"id_end": id_end, "obligation": after[0], "bucket": after[1], "size": size}
    return [HeldBalance(*row) for row in session.execute(text(_RANGE_BALANCES), asked)]


def family_payment_digests(session: Session) -> list[Digest]:
    """Return a digest of the payments to families for each range."""
    return range_digests(session, _TO_FAMILIES, {"family": int(Payee.FAMILY)})


def range_family_payments(session: Session, id_end: str, after: str, size: int) -> list[str]:
    """Return a page of the ids of payments to families of a range."""
    asked = {"family": int(Payee.FAMILY), "id_end": id_end, "after": after, "size": size}
    return list(session.scalars(text(_RANGE_TO_FAMILIES), asked))
