"""What every service's books say, in the words of the files that came in: no ids, times, hashes.

Two platforms that were told the same have equal books, whatever happened to them on the way.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from chassis.runtime import Runtime
from payments_service.store import snapshot

Rows = list[tuple[Any, ...]]
Books = dict[str, Rows]
"""Rows by `<service>.<what>`, each sorted."""

_LINES = """
SELECT s.file_name || '/' || l.line_number, l.trace_number, l.sequence, l.state, l.reason, l.detail,
       l.amount_cents, l.credited_cents, l.obligor_id::text, l.case_id::text, l.employment_ended,
       l.medical_coverage, l.warnings::text
  FROM remittance_line l JOIN submission s USING (submission_id)
"""
_EMPLOYMENTS = """
SELECT e.name, m.obligor_id::text, m.first_paid_on::text, m.last_paid_on::text, m.ended_on::text
  FROM employment m JOIN employer e USING (employer_id)
"""
_ARREARS = """
SELECT k.case_number, a.arrears_cents, a.monthly_amount_cents, a.delinquent,
       a.delinquent_since::text, a.step::text
  FROM case_arrears a JOIN known_case k USING (case_id)
"""
_OWED = "SELECT obligation_id::text, bucket, due_cents FROM known_balance WHERE due_cents <> 0"
_ENTRIES = "SELECT participant_id::text, kind, about_id::text, email_state FROM inbox_entry"
_LETTERS = """
SELECT coalesce(participant_id::text, k.name), kind, letter.state
  FROM letter LEFT JOIN known_employer k USING (employer_id)
"""
_HISTORY = "SELECT case_id::text, kind, on_date::text, about_id::text FROM case_history"
_OWN: tuple[tuple[str, str, str], ...] = (
    ("withholding", "lines", _LINES),
    ("withholding", "employments", _EMPLOYMENTS),
    ("enforcement", "arrears", _ARREARS),
    ("enforcement", "owed", _OWED),
    ("notification", "entries", _ENTRIES),
    ("notification", "letters", _LETTERS),
    ("case", "history", _HISTORY),
)


def read(runtimes: Mapping[str, Runtime]) -> Books:
    """Read the books of a platform that has settled."""
    names = _names(runtimes)
    with runtimes["payments"].work() as work:
        found = {f"payments.{part}": rows for part, rows in snapshot.books(work).items()}
    for service, part, query in _OWN:
        found[f"{service}.{part}"] = _rows(runtimes[service], query)
    return {
        part: sorted((tuple(names.get(value, value) for value in row) for row in rows), key=repr)
        for part, rows in found.items()
    }


def disagreements(books: Books) -> list[str]:
    """Say where the services' books differ about the same cents; empty: nowhere."""
    wrong: list[str] = []
    lines = {row[0]: row for row in books["withholding.lines"] if row[6]}
    receipts = Counter(row[0] for row in books["payments.receipts"])
    amounts = {row[0]: row[6] for row in books["payments.receipts"]}
    wrong += [f"{line}: {n} receipts" for line, n in receipts.items() if n != 1]
    wrong += [f"{line}: no receipt" for line in lines.keys() - receipts.keys()]
    wrong += [f"{line}: a receipt for no line" for line in receipts.keys() - lines.keys()]
    wrong += [
        f"{line}: {lines[line][6]} came, {amount} was received"
        for line, amount in amounts.items()
        if line in lines and lines[line][6] != amount
    ]
    owed = Counter[str]()
    for obligation, _bucket, _month, due_cents in books["payments.balances"]:
        owed[obligation] += due_cents
    known = Counter[str]()
    for obligation, _bucket, due_cents in books["enforcement.owed"]:
        known[obligation] += due_cents
    wrong += [
        f"obligation {one}: {owed[one]} owed, enforcement knows of {known[one]}"
        for one in owed.keys() | known.keys()
        if owed[one] != known[one]
    ]
    told = {row[2] for row in books["notification.entries"]}
    posted = {row[0] for row in books["payments.allocations"]}
    wrong += [f"{line}: posted, and nobody was told" for line in posted - told]
    return wrong


def differences(one: Books, other: Books) -> list[str]:
    """Say which rows only one of two books has, a line each."""
    found: list[str] = []
    for part in sorted(one.keys() | other.keys()):
        ours, theirs = Counter(one.get(part, [])), Counter(other.get(part, []))
        found += [f"{part}: only the first: {row}" for row in (ours - theirs).elements()]
        found += [f"{part}: only the second: {row}" for row in (theirs - ours).elements()]
    return found


def _names(runtimes: Mapping[str, Runtime]) -> dict[Any, str]:
    """Ids that were made here, and what to call them."""
    named: dict[Any, str] = {}
    for receipt_id, submission_id, employer_id, file_name, number in _rows(
        runtimes["withholding"],
        "SELECT receipt_id::text, submission_id::text, l.employer_id::text, s.file_name,"
        " line_number FROM remittance_line l JOIN submission s USING (submission_id)",
    ):
        named[receipt_id] = f"{file_name}/{number}"
        named[submission_id] = file_name
        named[employer_id] = f"employer of {file_name}"
    for disbursement_id, payee_id, method, amount_cents in _rows(
        runtimes["payments"],
        "SELECT disbursement_id::text, payee_id::text, method, amount_cents FROM disbursement",
    ):
        named[disbursement_id] = f"{amount_cents} to {payee_id} by {method}"
    return named


def _rows(runtime: Runtime, query: str) -> Rows:
    with runtime.work() as work:
        return [tuple(row) for row in work.session.execute(text(query))]
