"""The totals of both books, and the proof of the ledger from its lines."""

import hashlib
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_service.domain.bookkeeping import Account, Book, EntryKind
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
    sums: dict[tuple[Account, EntryKind], int] = {}
    rows = session.execute(
        text(
            "SELECT account, kind, sum(amount_cents)::bigint FROM total"
            " WHERE CAST(:through AS date) IS NULL OR posting_date <= :through GROUP BY 1, 2"
        ),
        {"through": through},
    )
    for account, kind, cents in rows:
        sums[Account(account), EntryKind(kind)] = cents
    return _totals(sums, _standing_findings(session, through))


def _totals(sums: dict[tuple[Account, EntryKind], int], findings: list[str]) -> Totals:
    def total(*accounts: Account) -> int:
        return sum(cents for (account, _), cents in sums.items() if account in accounts)

    paid_out = EntryKind.DISBURSEMENT
    disbursed = -sums.get((Account.BANK, paid_out), 0)
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
    retained = sum(sums.get((account, paid_out), 0) for account in RETAINED)
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


_UNBALANCED = """
SELECT entry_id::text, book, sum(amount_cents)::bigint FROM line
 GROUP BY obligor_id, entry_id, book HAVING sum(amount_cents) <> 0 LIMIT :most
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
  FROM receipt r LEFT JOIN allocation a USING (receipt_id)
 WHERE r.state = 2 GROUP BY r.receipt_id
HAVING r.amount_cents <> coalesce(sum(a.amount_cents), 0)
    OR r.credited_cents <> coalesce(sum(a.credited_cents), 0) LIMIT :most
"""
_SUSPENSE_OFF = """
SELECT coalesce(sum(r.amount_cents), 0)::bigint,
       -coalesce((SELECT sum(amount_cents) FROM line WHERE account = :suspense), 0)::bigint
  FROM suspended s JOIN receipt r USING (receipt_id)
"""


def see_one_state(session: Session) -> None:
    """Let all of this transaction see one state of the books; must be its first statement."""
    session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def verify(session: Session) -> Totals:
    """Recompute everything from the lines; what differs from what is kept is a finding.

    While others post, call `see_one_state` first.
    """
    most = {"most": MAX_FINDINGS}
    findings: list[str] = []
    for entry_id, book, cents in session.execute(text(_UNBALANCED), most):
        name = Book(book).name.lower()
        findings.append(f"Entry {entry_id} is out of balance by {cents} cents in the {name} book.")
    due = {**most, "due": int(Account.DUE)}
    for obligation_id, bucket, kept, lines in session.execute(text(_BALANCES_OFF), due):
        findings.append(
            f"Obligation {obligation_id}, bucket {bucket}: the balance says {kept} cents, "
            f"the lines {lines}."
        )
    for lane, on, account, kept, lines in session.execute(text(_TOTALS_OFF), most):
        findings.append(
            f"Lane {lane}, {on}, account {Account(account).name.lower()}: the total says {kept} "
            f"cents, the lines {lines}."
        )
    for receipt_id, amount, parts in session.execute(text(_PARTS_OFF), most):
        findings.append(f"Receipt {receipt_id} of {amount} cents has parts of {parts} cents.")
    waiting, suspense = session.execute(
        text(_SUSPENSE_OFF), {"suspense": int(Account.SUSPENSE)}
    ).one()
    if waiting != suspense:
        findings.append(f"Suspended receipts sum to {waiting} cents, suspense to {suspense}.")
    findings += _chain_findings(session)
    kept_totals = ledger_totals(session)
    return Totals(
        kept_totals.received_cents, kept_totals.disbursed_cents, kept_totals.retained_cents,
        kept_totals.held_cents, kept_totals.suspense_cents, kept_totals.payable_cents,
        kept_totals.claims_cents, (*kept_totals.findings, *findings),
    )  # fmt: skip


def _chain_findings(session: Session) -> list[str]:
    """Hash every batch again from its lines, in the order in which they were written."""
    findings: list[str] = []
    for lane, head in session.execute(text("SELECT lane, hash FROM lane ORDER BY lane")).all():
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
            if previous != bytes(head) or len(hashes) != len(kept):
                findings.append(f"Lane {lane}: the head of the chain is not its last batch.")
    return findings


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
