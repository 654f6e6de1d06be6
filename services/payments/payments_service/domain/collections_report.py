"""The quarterly report of collections (Form OCSE-34): its lines, and which money is in which.

Rule report.ocse_34 (unverified): the headings are those of the form of 2014; its instructions were
not to be had. What the ledger cannot tell is a line that says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from payments_service.domain.bookkeeping import Account
from payments_service.domain.model import Source

MONTHS_IN_QUARTER = 3
RECEIVED = {
    "2a": ("From offset of federal tax refunds", (Source.FEDERAL_TAX_OFFSET,)),
    "2b": ("From offset of State tax refunds", (Source.STATE_TAX_OFFSET,)),
    "2c": ("From offset of unemployment compensation", (Source.UNEMPLOYMENT,)),
    "2d": (
        "Through administrative enforcement",
        (
            Source.FEDERAL_ADMINISTRATIVE_OFFSET,
            Source.LOTTERY,
            Source.INSURANCE,
            Source.BANK_LEVY,
        ),
    ),
    "2e": (
        "From IV-D and non-IV-D income withholding",
        (Source.EMPLOYER, Source.EMPLOYER_CHECK),
    ),
    "2f": ("From other States or tribes", (Source.OTHER_STATE,)),
    "2g": ("From other countries", (Source.FOREIGN,)),
    "2h": ("From other sources", (Source.ONLINE, Source.MAIL, Source.CASH)),
}
"""What was received, by line; every source is in one."""
PAID = {
    "4b": ("Sent to other States or tribes", (Account.PAYABLE_OTHER_STATE,)),
    "7b": ("Distributed as assistance reimbursement", (Account.PAYABLE_STATE,)),
    "7c": ("Distributed as medical support", (Account.PAYABLE_MEDICAID,)),
    "7d": (
        "Distributed to the family or foster care",
        (Account.PAYABLE_FAMILY, Account.PAYABLE_FOSTER_CARE),
    ),
    "7e": ("Fees withheld by the State", (Account.PAYABLE_FEE,)),
}
"""What was paid out, by line."""
REFUNDED = (Account.PAYABLE_OBLIGOR,)
"""What went back to who paid it lessens what was collected: line 3."""
AGAIN = (Account.RETURNED, Account.UNCLAIMED)
"""Payments that came back and went out again."""
UNKNOWN = {
    "4a": ("Sent to non-IV-D", "The ledger does not tell the cases' kind by payment."),
    "4c": ("Sent to other countries", "Countries are in line 4b with other States."),
    "7a": ("Passed through", "No money is passed through by the rules here; to be confirmed."),
}
ORDER = (
    "1", "2a", "2b", "2c", "2d", "2e", "2f", "2g", "2h", "2", "3", "4a", "4b", "4c", "6",
    "7a", "7b", "7c", "7d", "7e", "8", "9",
)  # fmt: skip
ITEM_LINES = frozenset(RECEIVED) | {"3"} | frozenset(PAID)
"""Lines whose receipts or payments can be listed."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A line; `known` False: a person fills it in."""

    line: str
    title: str
    cents: int
    note: str = ""
    known: bool = True


def quarter_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of the quarter that a day lies in."""
    first = date(day.year, (day.month - 1) // MONTHS_IN_QUARTER * MONTHS_IN_QUARTER + 1, 1)
    month = first.month + MONTHS_IN_QUARTER
    after = date(first.year + (month > 12), (month - 1) % 12 + 1, 1)  # noqa: PLR2004 - months
    return first, after - timedelta(days=1)


def report_lines(
    before: int,
    received: Mapping[tuple[int, bool], int],
    paid: Mapping[int, int],
    after: int,
) -> tuple[list[ReportLine], list[str]]:
    """Return the lines of a quarter in the form's order, and what does not add up.

    `before` and `after`: what the trust owed at the start and at the end. `received`: by source and
    whether the receipt is new. `paid`: what was paid out, by account.
    """
    of_source = {line: sum(received.get((s, True), 0) for s in sources)
                 for line, (_, sources) in RECEIVED.items()}  # fmt: skip
    collected = sum(of_source.values())
    corrected = sum(cents for (_, new), cents in received.items() if not new)
    refunded = sum(paid.get(account, 0) for account in REFUNDED)
    out = {line: sum(paid.get(a, 0) for a in accounts) for line, (_, accounts) in PAID.items()}
    came_back = sum(paid.get(account, 0) for account in AGAIN)
    adjusted = corrected - refunded - came_back
    available = before + collected + adjusted - out["4b"]
    distributed = sum(cents for line, cents in out.items() if line.startswith("7"))
    left = available - distributed
    sums = {
        "1": ("Undistributed at the end of last quarter", before, ""),
        "2": ("Collections received in the quarter", collected, ""),
        "3": (
            "Increasing and decreasing adjustments",
            adjusted,
            "Corrections of earlier receipts, refunds, and payments that came back.",
        ),
        "6": ("Available for distribution", available, ""),
        "8": ("Distributed", distributed, "By the day of payment."),
        "9": ("Undistributed at the end of the quarter", left, ""),
    }
    known = {line: ReportLine(line, *said) for line, said in sums.items()}
    for line, (title, _) in RECEIVED.items():
        known[line] = ReportLine(line, title, of_source[line])
    for line, (title, _) in PAID.items():
        known[line] = ReportLine(line, title, out[line])
    for line, (title, note) in UNKNOWN.items():
        known[line] = ReportLine(line, title, 0, note, known=False)
    findings = []
    if left != after:
        findings.append(
            f"Line 9 comes to {left} cents, the accounts owe {after} at the end of the quarter."
        )
    if unknown := received.get((0, True), 0):
        findings.append(f"{unknown} cents were received without a receipt that names a source.")
    return [known[line] for line in ORDER], findings
