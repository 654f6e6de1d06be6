"""Daily balancing: what the bank says of a day against what the books say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from policy.wording import dollars


class DayTotals(NamedTuple):
    """What a day moved, in cents. `checks_cents`: paid by the bank; by the books issued.

    `closing_cents`: the balance at the end of the day; None where the bank gave none.
    """

    deposits_cents: int
    electronic_cents: int
    checks_cents: int
    closing_cents: int | None


@dataclass(frozen=True, slots=True)
class Balanced:
    """A day, with what is off; `outstanding_cents`: checks issued and not paid by the bank yet."""

    day: date
    bank: DayTotals | None
    books: DayTotals
    outstanding_cents: int
    findings: tuple[str, ...]


def balance_days(
    books: Mapping[date, DayTotals], bank: Mapping[date, DayTotals], today: date
) -> list[Balanced]:
    """Return every day on which the bank or the books moved anything, in order.

    Deposits and electronic payments are the same on both sides of a day. Checks are not: the bank
    pays them later, so its balance is that of the books and the outstanding checks.
    """
    found: list[Balanced] = []
    outstanding = closing = 0
    for day in sorted(books.keys() | bank.keys()):
        ours = books.get(day, DayTotals(0, 0, 0, closing))
        theirs = bank.get(day)
        closing = ours.closing_cents or 0
        outstanding += ours.checks_cents - (theirs.checks_cents if theirs else 0)
        findings = _findings(day, ours, theirs, outstanding, today)
        found.append(Balanced(day, theirs, ours, outstanding, tuple(findings)))
    return found


def _findings(
    day: date, books: DayTotals, bank: DayTotals | None, outstanding: int, today: date
) -> list[str]:
    if bank is None:
        return [f"The bank's totals of {day} are not recorded."] if day < today else []
    findings = []
    if bank.deposits_cents != books.deposits_cents:
        findings.append(
            f"{day}: the bank took in {dollars(bank.deposits_cents)}, the books "
            f"{dollars(books.deposits_cents)}."
        )
    if bank.electronic_cents != books.electronic_cents:
        findings.append(
            f"{day}: the bank sent out {dollars(bank.electronic_cents)} electronically, the books "
            f"{dollars(books.electronic_cents)}."
        )
    if outstanding < 0:
        findings.append(
            f"{day}: the bank paid {dollars(-outstanding)} of checks more than were issued."
        )
    expected = (books.closing_cents or 0) + outstanding
    if bank.closing_cents is not None and bank.closing_cents != expected:
        findings.append(
            f"{day}: the bank's balance is {dollars(bank.closing_cents)}, that of the books with "
            f"outstanding checks {dollars(expected)}."
        )
    return findings
