"""The books as they would read anywhere: no ids made here, no times, no hashes, no versions.

Two platforms that were told the same facts, in whatever order and however often, have the same
snapshot. Tests compare it; receipts, obligations and participants are named by ids that came in.
"""

from typing import Any

from sqlalchemy import text

from chassis.runtime import Work

_RECEIPTS = """
SELECT receipt_id::text, submission_id::text, line_number, trace_number, state, reason,
       amount_cents, credited_cents, obligor_id::text, collection_date::text
  FROM receipt ORDER BY 1
"""
_ALLOCATIONS = """
SELECT a.receipt_id::text, a.sequence, c.case_number, a.obligation_id::text, a.support, a.current,
       a.bucket, a.amount_cents, a.credited_cents, a.payee_kind, a.payee_id::text, a.steps::text
  FROM part_in_force a LEFT JOIN case_projection c ON c.case_id = a.case_id ORDER BY 1, 2
"""
_BALANCES = """
SELECT obligation_id::text, bucket, month::text, due_cents FROM balance
 WHERE due_cents <> 0 ORDER BY 1, 2
"""
_ACCOUNTS = """
SELECT account, sum(amount_cents)::bigint FROM line GROUP BY 1 HAVING sum(amount_cents) <> 0
 ORDER BY 1
"""
_HOLDS = """
SELECT receipt_id::text, sequence, payee_id::text, amount_cents, reason FROM hold
 WHERE released_on IS NULL ORDER BY 1, 2
"""
_DISBURSEMENTS = """
SELECT d.payee_id::text, d.business_date::text, d.payee_kind, d.method, d.amount_cents,
       p.receipt_id::text, p.sequence, p.amount_cents
  FROM disbursement d JOIN disbursement_part p USING (payee_id, disbursement_id)
 ORDER BY 1, 2, 6, 7
"""


def books(work: Work) -> dict[str, list[tuple[Any, ...]]]:
    """Return receipts, allocations, balances, accounts, holds and disbursements, each sorted."""
    parts = {
        "receipts": _RECEIPTS,
        "allocations": _ALLOCATIONS,
        "balances": _BALANCES,
        "accounts": _ACCOUNTS,
        "holds": _HOLDS,
        "disbursements": _DISBURSEMENTS,
    }
    return {
        name: [tuple(row) for row in work.session.execute(text(query))]
        for name, query in parts.items()
    }
