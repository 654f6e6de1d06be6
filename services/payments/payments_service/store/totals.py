"""The totals of both books, and the proof of the ledger from its lines."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_service.domain.bookkeeping import PAYABLE, Account, Book, EntryKind
from payments_service.domain.lanes import LANES
from payments_service.domain.model import Payee
from payments_service.domain.pinning import FREE
from payments_service.store.ledger import LINE_COLUMNS
from payments_service.store.raw import cursor

PAYABLES = (
    Account.PAYABLE_FAMILY, Account.PAYABLE_STATE, Account.PAYABLE_MEDICAID, Account.PAYABLE_FEE,
    Account.PAYABLE_OBLIGOR, Account.PAYABLE_OTHER_STATE, Account.PAYABLE_FOSTER_CARE,
    Account.RETURNED, Account.UNCLAIMED,
)  # fmt: skip
RETAINED = (Account.PAYABLE_STATE, Account.PAYABLE_FEE)
CLAIMS = (Account.RECOUPMENT, Account.AGENCY)
CASH_ACCOUNTS = (Account.BANK, Account.SUSPENSE, Account.HELD, *PAYABLES, *CLAIMS)
PAYING_OUT = frozenset({EntryKind.DISBURSEMENT, EntryKind.RETURNED, EntryKind.REISSUED})
"""Entries whose money at the bank counts as paid out (or come back from it), not as received."""
MAX_FINDINGS = 50


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums in cents. `findings`: what does not balance, one sentence each."""

    received_cents: int
    disbursed_cents: int
    retained_cents: int
    held_cents: int
    suspense_cents: int
    payable_cents: int
    claims_cents: int
    findings: tuple[str, ...]


def ledger_totals(session: Session, through: date | None = None) -> Totals:
    """Return the totals as of the end of a posting date (None: all), from the kept sums."""
    rows = session.execute(
        text(
            "SELECT account, kind, sum(amount_cents)::bigint FROM total"
            " WHERE CAST(:through AS date) IS NULL OR posting_date <= :through GROUP BY 1, 2"
        ),
        {"through": through},
    )
    sums: dict[tuple[int, int], int] = {(account, kind): cents for account, kind, cents in rows}
    return _totals(sums, _standing_findings(session, through))


def _totals(sums: Mapping[tuple[int, int], int], findings: list[str]) -> Totals:
    def total(*accounts: Account) -> int:
        return sum(cents for (account, _), cents in sums.items() if account in accounts)

    def paid_out(*accounts: Account) -> int:
        return sum(
            cents for (a, kind), cents in sums.items() if a in accounts and kind in PAYING_OUT
        )

    disbursed = -paid_out(Account.BANK)
    received = total(Account.BANK) + disbursed
    held, suspense = -total(Account.HELD), -total(Account.SUSPENSE)
    payable, claims = -total(*PAYABLES), total(*CLAIMS)
    if received + claims != disbursed + held + suspense + payable:
        findings.append(
            f"Received {received} cents and claims of {claims}, but disbursed {disbursed}, held "
            f"{held}, in suspense {suspense} and payable {payable} do not sum to it."
        )
    support = sum(cents for (account, _), cents in sums.items() if account not in CASH_ACCOUNTS)
    if support:
        findings.append(f"The support book is out of balance by {support} cents.")
    retained = paid_out(*RETAINED)
    return Totals(received, disbursed, retained, held, suspense, payable, claims, tuple(findings))


def _standing_findings(session: Session, through: date | None) -> list[str]:
    findings = [
        f"The file of submission {submission_id} is flagged and not posted: {flaw}."
        for submission_id, flaw in session.execute(
            text(
                "SELECT submission_id::text, flaw FROM submission WHERE state = 3"
                " ORDER BY 1 LIMIT :most"
            ),
            {"most": MAX_FINDINGS},
        ).tuples()
    ]
    if through is None:
        due, kept = session.execute(
            text(
                "SELECT (SELECT coalesce(sum(due_cents), 0) FROM balance),"
                " (SELECT coalesce(sum(amount_cents), 0) FROM total WHERE account = :due)"
            ),
            {"due": int(Account.DUE)},
        ).one()
        if due != kept:
            findings.append(f"The balances sum to {due} cents, the ledger's debts to {kept}.")
    return findings


_ENTRIES_OFF = """
SELECT coalesce(e.entry_id, l.entry_id)::text, coalesce(l.support, 0)::bigint,
       coalesce(l.cash, 0)::bigint, e.entry_id IS NULL, l.entry_id IS NULL
  FROM entry e FULL JOIN (
       SELECT obligor_id, entry_id,
              sum(amount_cents) FILTER (WHERE book = :support) AS support,
              sum(amount_cents) FILTER (WHERE book <> :support) AS cash,
              min(lane) AS lane, min(batch) AS batch, max(lane) AS last_lane,
              max(batch) AS last_batch, min(posting_date) AS posted, max(posting_date) AS last
         FROM line GROUP BY 1, 2) l USING (obligor_id, entry_id)
 WHERE e.entry_id IS NULL OR l.entry_id IS NULL
    OR coalesce(l.support, 0) <> 0 OR coalesce(l.cash, 0) <> 0
    OR (l.lane, l.batch, l.posted) <> (e.lane, e.batch, e.posting_date)
    OR (l.last_lane, l.last_batch, l.last) <> (e.lane, e.batch, e.posting_date) LIMIT :most
"""
_BALANCES_OFF = """
SELECT coalesce(b.obligation_id, l.obligation_id)::text, coalesce(b.bucket, l.bucket),
       coalesce(b.due_cents, 0), coalesce(l.cents, 0)::bigint
  FROM balance b FULL JOIN (
       SELECT obligor_id, obligation_id, bucket, sum(amount_cents) AS cents FROM line
        WHERE account = :due GROUP BY 1, 2, 3) l
    ON (l.obligor_id, l.obligation_id, l.bucket) = (b.obligor_id, b.obligation_id, b.bucket)
 WHERE coalesce(b.due_cents, 0) <> coalesce(l.cents, 0) LIMIT :most
"""
_TOTALS_OFF = """
SELECT coalesce(t.lane, l.lane), coalesce(t.posting_date, l.posting_date),
       coalesce(t.account, l.account), coalesce(t.amount_cents, 0)::bigint,
       coalesce(l.cents, 0)::bigint
  FROM total t FULL JOIN (
       SELECT n.lane, n.posting_date, n.account, e.kind, sum(n.amount_cents) AS cents
         FROM line n JOIN entry e USING (obligor_id, entry_id) GROUP BY 1, 2, 3, 4) l
    ON (l.lane, l.posting_date, l.account, l.kind) = (t.lane, t.posting_date, t.account, t.kind)
 WHERE coalesce(t.amount_cents, 0) <> coalesce(l.cents, 0) LIMIT :most
"""
_PARTS_OFF = """
SELECT r.receipt_id::text, r.amount_cents, coalesce(sum(a.amount_cents), 0)::bigint
  FROM receipt r LEFT JOIN part_in_force a USING (receipt_id)
 WHERE r.state = 2 GROUP BY r.receipt_id
HAVING r.amount_cents <> coalesce(sum(a.amount_cents), 0)
    OR r.credited_cents <> coalesce(sum(a.credited_cents), 0) LIMIT :most
"""
_SUSPENSE = "SELECT sum(r.amount_cents) FROM suspended s JOIN receipt r USING (receipt_id)"
_HELD = """
SELECT coalesce((SELECT sum(amount_cents) FROM hold WHERE released_on IS NULL), 0)
     + coalesce((SELECT sum(amount_cents) FROM receipt_hold WHERE state IN (2, 3)), 0)
"""
_CAME_BACK = """
SELECT state = 3, sum(amount_cents)::bigint FROM came_back WHERE state <> 2 GROUP BY 1
"""
_PAYABLE = "SELECT payee_kind, sum(amount_cents)::bigint FROM payable GROUP BY 1"
# Institutions have no participant in the ledger; in the table each has an id of its own.
_CLAIMS_OFF = """
SELECT coalesce(c.payee_id, l.payee_id), coalesce(c.cents, 0)::bigint, coalesce(l.cents, 0)::bigint
  FROM (SELECT CASE WHEN payee_kind = ANY(:institutions) THEN '' ELSE payee_id::text END
               AS payee_id, sum(left_cents) AS cents FROM claim WHERE state = 1 GROUP BY 1) c
  FULL JOIN (SELECT coalesce(participant_id::text, '') AS payee_id, sum(amount_cents) AS cents
               FROM line WHERE account = :recoupment GROUP BY 1) l USING (payee_id)
 WHERE coalesce(c.cents, 0) <> coalesce(l.cents, 0) ORDER BY 1 LIMIT :most
"""
_ACCOUNTS = "SELECT account, sum(amount_cents)::bigint FROM line GROUP BY 1"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a part of the proof found, and how many rows it looked at."""

    findings: tuple[str, ...]
    row_count: int


def see_one_state(session: Session) -> None:
    """Let all of this transaction see one state of the books; must be its first statement."""
    session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def verify(session: Session) -> Totals:
    """Recompute everything from the lines; what differs from what is kept is a finding.

    While others post, call `see_one_state` first.
    """
    checks = (
        check_entries(session),
        check_balances(session),
        check_totals(session),
        check_parts(session),
        check_owed(session),
        *(check_chain(session, lane) for lane in range(LANES)),
    )
    findings = [finding for check in checks for finding in check.findings]
    kept = ledger_totals(session)
    return replace(kept, findings=(*kept.findings, *findings))


def check_entries(session: Session) -> Checked:
    """Every entry has lines, they sum to zero in each book and stand in the entry's batch."""
    findings = []
    asked = {"most": MAX_FINDINGS, "support": int(Book.SUPPORT)}
    for entry_id, support, cash, no_entry, no_lines in session.execute(text(_ENTRIES_OFF), asked):
        if no_entry or no_lines:
            wanting = "no entry, only lines" if no_entry else "no lines"
            findings.append(f"Entry {entry_id}: there is {wanting}.")
        elif not (support or cash):
            findings.append(f"Entry {entry_id}: its lines stand in another batch than it says.")
        for book, cents in ((Book.SUPPORT, support), (Book.CASH, cash)):
            if cents:
                findings.append(
                    f"Entry {entry_id} is out of balance by {cents} cents in the "
                    f"{book.name.lower()} book."
                )
    return Checked(tuple(findings), _count(session, "line"))


def check_balances(session: Session) -> Checked:
    """Every balance is the sum of its lines."""
    asked = {"most": MAX_FINDINGS, "due": int(Account.DUE)}
    findings = [
        f"Obligation {obligation_id}, bucket {bucket}: the balance says {kept} cents, "
        f"the lines {lines}."
        for obligation_id, bucket, kept, lines in session.execute(text(_BALANCES_OFF), asked)
    ]
    return Checked(tuple(findings), _count(session, "balance"))


def check_totals(session: Session) -> Checked:
    """Every total is the sum of its lines."""
    findings = [
        f"Lane {lane}, {on}, account {account_name(account)}: the total says {kept} cents, "
        f"the lines {lines}."
        for lane, on, account, kept, lines in session.execute(
            text(_TOTALS_OFF), {"most": MAX_FINDINGS}
        )
    ]
    return Checked(tuple(findings), _count(session, "total"))


def check_parts(session: Session) -> Checked:
    """The parts of every posted receipt sum to its money and its credit."""
    findings = [
        f"Receipt {receipt_id} of {amount} cents has parts of {parts} cents."
        for receipt_id, amount, parts in session.execute(text(_PARTS_OFF), {"most": MAX_FINDINGS})
    ]
    return Checked(tuple(findings), _count(session, "receipt"))


def check_owed(session: Session) -> Checked:
    """What is suspended, held, to be paid or claimed, one by one, sums to what its account says."""
    rows = session.execute(text(_ACCOUNTS)).tuples()
    accounts: dict[int, int] = {account: -cents for account, cents in rows}
    suspense, held = (session.scalar(text(query)) or 0 for query in (_SUSPENSE, _HELD))
    kept = [
        (Account.SUSPENSE, suspense, "Suspended receipts", "suspense"),
        (Account.HELD, held, "Open holds", "what is held"),
    ]
    to_pay: dict[int, int] = dict(session.execute(text(_PAYABLE)).tuples().all())
    for payee, account in PAYABLE.items():
        if payee is not Payee.HELD:
            name = payee.name.lower()
            kept.append((account, to_pay.get(int(payee), 0), f"Parts to be paid to {name}", name))
    came_back: dict[bool, int] = dict(session.execute(text(_CAME_BACK)).tuples().all())
    kept += [
        (Account.RETURNED, came_back.get(False, 0), "Payments that came back", "returned"),
        (Account.UNCLAIMED, came_back.get(True, 0), "Payments that nobody claimed", "unclaimed"),
    ]
    findings = [
        f"{what} sum to {cents} cents, {name} to {accounts.get(account, 0)}."
        for account, cents, what, name in kept
        if cents != accounts.get(account, 0)
    ]
    asked = {
        "most": MAX_FINDINGS,
        "institutions": [int(payee) for payee in sorted(FREE)],
        "recoupment": int(Account.RECOUPMENT),
    }
    findings += [
        f"Open claims on {payee_id or 'institutions'} sum to {cents} cents, "
        f"the ledger's to {lines}."
        for payee_id, cents, lines in session.execute(text(_CLAIMS_OFF), asked)
    ]
    return Checked(tuple(findings), len(kept) + _count(session, "claim"))


def account_name(account: int) -> str:
    """Return an account's name; one that this program does not know by its number."""
    return Account(account).name.lower() if account in set(Account) else f"no. {account}"


def _count(session: Session, table: str) -> int:
    return session.scalar(text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608 - a name of ours


def check_chain(session: Session, lane: int) -> Checked:
    """Hash every batch of a lane again from its lines, in the order in which they were written."""
    findings: list[str] = []
    head = session.scalar(text("SELECT hash FROM lane WHERE lane = :lane"), {"lane": lane})
    kept = session.execute(
        text("SELECT batch, hash, line_count FROM batch WHERE lane = :lane ORDER BY batch"),
        {"lane": lane},
    ).all()
    hashes = _hashes(session, lane)
    previous = b""
    for expected, (number, hash_, count) in enumerate(kept, 1):
        content_hash, lines = hashes.get(number, (b"", 0))
        if number != expected or lines != count:
            findings.append(f"Lane {lane}: batch {expected} is missing or not whole.")
            break
        if content_hash != bytes(hash_):
            findings.append(f"Lane {lane}: the hash of batch {number} does not hold.")
            break
        previous = bytes(hash_)
    else:
        if previous != bytes(head or b"") or len(hashes) != len(kept):
            findings.append(f"Lane {lane}: the head of the chain is not its last batch.")
    return Checked(tuple(findings), sum(lines for _, lines in hashes.values()))


def _hashes(session: Session, lane: int) -> dict[int, tuple[bytes, int]]:
    """Return each batch's hash and number of lines, from the lines alone, as COPY writes them."""
    columns = ", ".join(LINE_COLUMNS)
    statement = (
        f"COPY (SELECT {columns} FROM line WHERE lane = {int(lane)}"  # noqa: S608 - a number
        " ORDER BY batch, obligor_id, entry_id, line_no) TO STDOUT"
    )
    hashes: dict[int, tuple[bytes, int]] = {}
    number, digest, lines = 0, hashlib.sha256(), 0
    with cursor(session).copy(statement) as copy:
        for row in copy:
            content = bytes(row)
            batch = int(content[content.rindex(b"\t") + 1 :])
            if batch != number:
                if number:
                    hashes[number] = (digest.digest(), lines)
                previous = hashes[number][0] if number else b""
                number, digest, lines = batch, hashlib.sha256(previous), 0
            digest.update(content)
            lines += 1
    if number:
        hashes[number] = (digest.digest(), lines)
    return hashes
