"""Positive pay: what checks a bank may pay, and which checks it has paid.

Issue file: fixed width, an account's checks of a day (I: pay it, V: do not pay it any more) and a
control record. Banks each have their own; this layout is constructed. Paid file: CSV with the
columns check_number, amount_cents, paid_on (YYYY-MM-DD), constructed too.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from formats.layout import Field, Kind, Layout
from formats.problem import Problem

RECORD_CHARACTERS = 100
ISSUE, VOID = "I", "V"
PAID_MAX = 200_000
NUMBER_MAX = 10**12
"""No check has such a number, and none is of so much."""
PAID_COLUMNS = ["check_number", "amount_cents", "paid_on"]
RULE_PAID = "this disbursement unit's file of paid checks: check_number,amount_cents,paid_on"

CHECK = Layout(
    "check (D)",
    RECORD_CHARACTERS,
    (
        Field("record_type", 1, 1, Kind.FIXED, value="D"),
        Field("account_number", 2, 17, Kind.TEXT),
        Field("check_number", 19, 10, Kind.NUMBER),
        Field("action", 29, 1, Kind.TEXT),
        Field("amount", 30, 12, Kind.NUMBER),
        Field("issue_date", 42, 6, Kind.DATE),
        Field("payee", 48, 40, Kind.TEXT, required=False),
        Field("filler", 88, 13, Kind.TEXT, required=False),
    ),
)
CONTROL = Layout(
    "control (T)",
    RECORD_CHARACTERS,
    (
        Field("record_type", 1, 1, Kind.FIXED, value="T"),
        Field("account_number", 2, 17, Kind.TEXT),
        Field("check_count", 19, 10, Kind.NUMBER),
        Field("filler", 29, 1, Kind.TEXT, required=False),
        Field("amount", 30, 12, Kind.NUMBER),
        Field("filler_2", 42, 59, Kind.TEXT, required=False),
    ),
)


@dataclass(frozen=True, slots=True)
class Check:
    """A check as the bank is told of it: `action` is ISSUE or VOID."""

    number: int
    action: str
    amount_cents: int
    issued_on: date
    payee: str


@dataclass(frozen=True, slots=True)
class PaidCheck:
    """A check that the bank has paid."""

    number: int
    amount_cents: int
    paid_on: date


class PaidFileRejectedError(Exception):
    """A file of paid checks that cannot be read; nothing of it may count."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def write_issue(account_number: str, checks: Iterable[Check]) -> Iterator[bytes]:
    """Yield the records of an issue file, a line each; nothing when there is no check.

    The control counts all checks and sums what may be paid.
    """
    count = total = 0
    for check in checks:
        count += 1
        total += check.amount_cents if check.action == ISSUE else 0
        yield _line(
            CHECK.write(
                {
                    "account_number": account_number,
                    "check_number": check.number,
                    "action": check.action,
                    "amount": check.amount_cents,
                    "issue_date": check.issued_on,
                    "payee": _plain(check.payee),
                }
            )
        )
    if count:
        yield _line(
            CONTROL.write({"account_number": account_number, "check_count": count, "amount": total})
        )


def read_paid(text: str) -> list[PaidCheck]:
    """Return the checks of a file. Raises PaidFileRejectedError naming the line that is wrong."""
    rows = _rows(text)
    header = next(rows, [])
    if header != PAID_COLUMNS:
        raise _rejected(1, "columns", ",".join(header), ",".join(PAID_COLUMNS))
    paid: list[PaidCheck] = []
    for number, row in enumerate(islice(rows, PAID_MAX + 1), 2):
        if len(paid) == PAID_MAX:
            raise _rejected(number, "record", "one more", f"at most {PAID_MAX} checks")
        try:
            check, cents, day = row
            one = PaidCheck(int(check), int(cents), date.fromisoformat(day))
            if not (0 < one.number <= NUMBER_MAX and 0 < one.amount_cents <= NUMBER_MAX):
                raise ValueError
            paid.append(one)
        except ValueError:
            raise _rejected(
                number, "record", ",".join(row), "two whole numbers and a day"
            ) from None
    return paid


def _rows(text: str) -> Iterator[list[str]]:
    # A line is a record: a quotation mark that never ends must not swallow those after it.
    for number, line in enumerate(text.splitlines(), 1):
        try:
            yield next(csv.reader([line]), [])
        except csv.Error:
            raise _rejected(number, "record", "", "cells, with commas between them") from None


def _rejected(number: int, name: str, read: str, expected: str) -> PaidFileRejectedError:
    problem = Problem(number, "paid check", name, "", read, expected, RULE_PAID)
    return PaidFileRejectedError(problem)


def _line(record: str) -> bytes:
    return record.encode("ascii") + b"\n"


def _plain(name: str) -> str:
    plain = name.upper().encode("ascii", "replace").decode().replace("?", " ")
    return "".join(c if c.isprintable() else " " for c in plain)[: CHECK["payee"].length]
