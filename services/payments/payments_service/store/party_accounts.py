"""What stands of a participant's money by case: held, on its way, come back; how he is paid."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_service.domain.my_payments import EXCESS, UNDECIDED

_HELD = """
SELECT a.case_id::text, h.reason, sum(h.amount_cents)::bigint FROM hold h
 CROSS JOIN LATERAL (SELECT case_id FROM allocation
                      WHERE obligor_id = h.obligor_id AND receipt_id = h.receipt_id
                        AND sequence = h.sequence AND case_id IS NOT NULL OFFSET 0) a
 WHERE h.payee_id = CAST(:me AS uuid) AND h.released_on IS NULL
 GROUP BY 1, 2 ORDER BY 1, 2
"""
_HELD_OF_PAYER = """
SELECT reason, sum(amount_cents)::bigint FROM hold
 WHERE obligor_id = CAST(:me AS uuid) AND released_on IS NULL
   AND reason IN (:excess, :undecided)
 GROUP BY 1 ORDER BY 1
"""
_HELD_BEFORE = """
SELECT coalesce(sum(amount_cents), 0)::bigint FROM receipt_hold
 WHERE obligor_id = CAST(:me AS uuid) AND state = 2
"""
_COMING = """
SELECT a.case_id::text, sum(p.amount_cents)::bigint FROM payable p
 CROSS JOIN LATERAL (SELECT case_id FROM allocation
                      WHERE obligor_id = p.obligor_id AND receipt_id = p.receipt_id
                        AND sequence = p.sequence AND case_id IS NOT NULL OFFSET 0) a
 WHERE p.payee_id = CAST(:me AS uuid) GROUP BY 1
"""
_WAY = """
SELECT t.payment, a.state, coalesce(a.code, ''), a.changed_on, a.usable_on
  FROM participant_projection t
  LEFT JOIN payee_account a ON a.payee_id = t.participant_id AND a.account_hash = t.account_hash
 WHERE t.participant_id = CAST(:me AS uuid)
"""
_RETURNED = """
SELECT coalesce(sum(amount_cents), 0)::bigint FROM came_back
 WHERE payee_id = CAST(:me AS uuid) AND state IN (1, 4)
"""


class Way(NamedTuple):
    """How somebody can be paid: what is on file (encrypted), what the bank said of the account.

    `state`: PayeeAccountState, None where the bank said nothing.
    """

    payment: bytes | None
    state: int | None
    code: str
    changed_on: date | None
    usable_on: date | None


def held_for(session: Session, participant_id: str) -> dict[str, list[tuple[str, int]]]:
    """Return what is held for somebody now: (reason, cents) by case."""
    found: dict[str, list[tuple[str, int]]] = {}
    for case_id, reason, cents in session.execute(text(_HELD), {"me": participant_id}):
        found.setdefault(case_id, []).append((reason, cents))
    return found


def held_of(session: Session, obligor_id: str) -> list[tuple[str, int]]:
    """Return what of a payer's money is held for a reason of his own: (reason, cents).

    What is held for want of a way to pay somebody else is not his to know. Money that is held
    before it is distributed has no reason that a parent is told ("").
    """
    asked = {"me": obligor_id, "excess": EXCESS, "undecided": UNDECIDED}
    found = [(reason, cents) for reason, cents in session.execute(text(_HELD_OF_PAYER), asked)]
    before = session.scalar(text(_HELD_BEFORE), asked) or 0
    return [*found, ("", before)] if before else found


def coming_for(session: Session, participant_id: str) -> dict[str, int]:
    """Return what is owed onward to somebody and not paid out yet, in cents by case."""
    rows = session.execute(text(_COMING), {"me": participant_id})
    return dict(rows.tuples().all())


def way_of(session: Session, participant_id: str) -> Way | None:
    """Return how somebody can be paid; None for somebody who is not known here."""
    row = session.execute(text(_WAY), {"me": participant_id}).first()
    return None if row is None else Way(*row)


def returned_cents(session: Session, participant_id: str) -> int:
    """Return what came back of somebody's payments and did not go out again."""
    return int(session.scalar(text(_RETURNED), {"me": participant_id}) or 0)


def is_run(session: Session, business_date: date) -> bool:
    """Return whether the payments of a business date have begun to go out."""
    found = session.scalar(
        text("SELECT EXISTS (SELECT FROM disbursement_run WHERE business_date = :on)"),
        {"on": business_date},
    )
    return bool(found)
