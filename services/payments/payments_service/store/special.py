"""What some files of a run ask for beyond its payments: tests of accounts, void checks, addenda."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_service.store.disbursements import TRACE, number_bases, set_last


class NewAccount(NamedTuple):
    """An account that was never tested, and the number of its test."""

    payee_id: str
    account_hash: bytes
    name: str
    payment: bytes
    number: int


class VoidedCheck(NamedTuple):
    """A check that the bank is not to pay any more."""

    number: int
    amount_cents: int
    issued_on: date
    payee_name: str


class StatePart(NamedTuple):
    """A part that another State is paid, with whose money it is. `payment` holds the SSN."""

    disbursement_id: str
    case_number: str
    obligor_name: str
    payment: bytes | None
    collection_date: date
    source: int
    amount_cents: int


_NEW_ACCOUNTS = """
SELECT t.participant_id::text, t.account_hash, t.name, t.payment,
       row_number() OVER (ORDER BY t.participant_id) + :last
  FROM participant_projection t
  JOIN case_projection c ON c.obligee_id = t.participant_id
 WHERE t.method = 1 AND NOT EXISTS (SELECT FROM payee_account a
       WHERE a.payee_id = t.participant_id AND a.account_hash = t.account_hash)
 GROUP BY t.participant_id ORDER BY t.participant_id LIMIT :size
"""


def take_new_accounts(
    session: Session, on: date, usable_on: date, odfi: str, size: int
) -> list[NewAccount]:
    """Take a page of obligees' accounts that were never tested, and note that they are tested."""
    last = number_bases(session)[TRACE]
    found = session.execute(text(_NEW_ACCOUNTS), {"last": last, "size": size})
    accounts = [NewAccount(*row) for row in found]
    if accounts:
        set_last(session, TRACE, accounts[-1].number)
        session.execute(
            text(
                "INSERT INTO payee_account (payee_id, account_hash, state, changed_on, usable_on,"
                " prenote) VALUES (CAST(:payee AS uuid), :hash, 1, :on, :usable_on, :prenote)"
            ),
            [
                {
                    "payee": account.payee_id,
                    "hash": account.account_hash,
                    "on": on,
                    "usable_on": usable_on,
                    "prenote": f"{odfi}{account.number:07d}",
                }
                for account in accounts
            ],
        )
    return accounts


def take_voided(session: Session, on: date) -> list[VoidedCheck]:
    """Take the checks that are void and of which the bank was not told; it is told on a day."""
    rows = session.execute(
        text(
            "UPDATE disbursement SET void_told_on = :on WHERE method = 2 AND state IN (3, 4)"
            " AND void_told_on IS NULL RETURNING number, amount_cents, business_date, payee_name"
        ),
        {"on": on},
    )
    return sorted(VoidedCheck(*row) for row in rows)


_STATE_PARTS = """
SELECT d.disbursement_id::text, coalesce(c.case_number, ''), coalesce(t.name, ''), t.payment,
       r.collection_date, r.source, sum(p.amount_cents)::bigint
  FROM disbursement d JOIN disbursement_part p USING (payee_id, disbursement_id)
  LEFT JOIN allocation a USING (obligor_id, receipt_id, sequence)
  JOIN receipt r USING (receipt_id)
  LEFT JOIN case_projection c ON c.case_id = a.case_id
  LEFT JOIN participant_projection t ON t.participant_id = p.obligor_id
 WHERE d.business_date = :on AND d.method = 5
 GROUP BY p.obligor_id, 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, p.obligor_id, 5, 6
"""


def state_parts(session: Session, on: date) -> dict[str, list[StatePart]]:
    """Return what other States are paid in a run, by payment."""
    found: dict[str, list[StatePart]] = {}
    for row in session.execute(text(_STATE_PARTS), {"on": on}):
        part = StatePart(*row)
        found.setdefault(part.disbursement_id, []).append(part)
    return found
