"""Files of collections as tables: what an agency or an employer sends with one sum of money.

The tables are this project's own (no public layout was found for State refunds, unemployment,
lottery, insurance and levies): comma-separated text in UTF-8, a first line that names the columns
in any order, a line for each payment, and a last line `TOTAL,<lines>,<amount>`. Amounts are dollars
with two decimals. Whatever is wrong refuses the whole file.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from formats.problem import Problem, mask_ssn, summary

TOTAL = "TOTAL"
COLLECTION_COLUMNS = ("case_identifier", "ssn", "name", "amount", "reference", "joint_return")
CHECK_LIST_COLUMNS = ("check_number", "case_identifier", "ssn", "name", "amount", "pay_date")
REQUIRED = frozenset({"amount", "check_number"})
PROBLEMS_MAX = 50
LINE_CHARACTERS_MAX = 2_000
LINES_MAX = 1_000_000

_AMOUNT = re.compile(r"(\d{1,9})\.(\d{2})")
_SSN = re.compile(r"\d{9}|\d{3}-\d{2}-\d{4}")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f]")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_RULE = "table of collections"
_RULES = {
    "amount": "dollars with two decimals, more than 0.00",
    "ssn": "nine digits, with or without dashes",
    "pay_date": "a day YYYY-MM-DD",
    "joint_return": "Y or N",
    "check_number": "the number of the check, the same in every line",
}
_PERSONAL = frozenset({"ssn", "name", "case_identifier"})


class CollectionsRejected(Exception):  # noqa: N818 - an outcome that the caller names in its answers
    """The file as a whole cannot be accepted: nothing of it may be posted."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return summary(self.problems)


@dataclass(frozen=True, slots=True)
class CollectionRow:
    """One payment of a table; `line_number` counts the lines of the file from 1."""

    line_number: int
    amount_cents: int
    case_identifier: str = field(default="", repr=False)
    ssn: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    reference: str = ""
    pay_date: date | None = None
    joint_return: bool = False


def read_lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yield the lines of a text that arrives in pieces, without their ends.

    Raises CollectionsRejected for what is no UTF-8, and for a line that is too long.
    """
    rest, number = b"", 0
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            number += 1
            yield _text(line, number)
        if len(rest) > LINE_CHARACTERS_MAX:
            _text(rest, number + 1)
    if rest:
        yield _text(rest, number + 1)


def read_table(chunks: Iterable[bytes], columns: Sequence[str]) -> Iterator[CollectionRow]:
    """Yield the payments of a table with these columns.

    Raises CollectionsRejected, at the latest at the end: until then no payment may count.
    """
    rows = _cells(read_lines(chunks))
    problems: list[Problem] = []
    number, names = next(rows, (0, []))
    header = [cell.strip().lower() for cell in names]
    _check_header(header, columns)
    lines, cents, checks = 0, 0, set()
    is_ended = False
    for number, cells in rows:
        if len(problems) >= PROBLEMS_MAX or lines > LINES_MAX:
            break
        if not any(cell.strip() for cell in cells):
            continue
        if is_ended:
            problems.append(_problem(number, "line", "more lines", "nothing after the TOTAL line"))
            break
        if cells[0].strip().upper() == TOTAL:
            if not problems:
                problems += _check_total(number, cells, lines, cents)
            is_ended = True
            continue
        values = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        found = [*_row_problems(number, values, len(cells), len(header))]
        lines += 1
        if found:
            problems += found
            continue
        checks.add(values.get("check_number", ""))
        row = _row(number, values)
        cents += row.amount_cents
        if not problems:
            yield row
    if not is_ended and len(problems) < PROBLEMS_MAX:
        problems.append(_problem(number, "TOTAL", "", f"a last line {TOTAL},lines,amount"))
    if len(checks) > 1:
        problems.append(_problem(1, "check_number", "several", _RULES["check_number"]))
    if problems:
        raise CollectionsRejected(problems)


def _cells(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error:
        problem = _problem(reader.line_num, "line", "a cell without end", "cells, with commas")
        raise CollectionsRejected([problem]) from None


def _check_header(header: Sequence[str], columns: Sequence[str]) -> None:
    unknown = [name for name in header if name not in columns]
    missing = [name for name in columns if name in REQUIRED and name not in header]
    if unknown or missing or len(set(header)) < len(header):
        expected = f"each once, of: {', '.join(columns)}; needed: {', '.join(sorted(REQUIRED))}"
        if "check_number" not in columns:
            expected = f"each once, of: {', '.join(columns)}; needed: amount"
        raise CollectionsRejected([_problem(1, "columns", ",".join(header), expected)])


def _row_problems(
    number: int, values: dict[str, str], cells: int, columns: int
) -> Iterator[Problem]:
    if cells != columns:
        yield _problem(number, "line", f"{cells} cells", f"{columns}, as the first line names")
        return
    amount = _AMOUNT.fullmatch(values["amount"])
    wrong = {
        "amount": amount is None or not int(amount[1] + amount[2]),
        "ssn": bool(values.get("ssn")) and not _SSN.fullmatch(values["ssn"]),
        "pay_date": bool(values.get("pay_date")) and _day(values["pay_date"]) is None,
        "joint_return": values.get("joint_return", "").upper() not in ("", "Y", "N"),
        "check_number": "check_number" in values and not values["check_number"],
    }
    for name, is_wrong in wrong.items():
        if is_wrong:
            value = values.get(name, "")
            read = "#" * len(value) if name in _PERSONAL else value
            yield _problem(number, name, read, _RULES[name])


def _check_total(number: int, cells: Sequence[str], lines: int, cents: int) -> Iterator[Problem]:
    counted = [cell.strip() for cell in cells[1:3]]
    amount = f"{cents // 100}.{cents % 100:02}"
    if counted != [str(lines), amount]:
        read = ",".join(counted)
        yield _problem(number, TOTAL, read, f"{lines},{amount}, as the lines above come to")


def _row(number: int, values: dict[str, str]) -> CollectionRow:
    dollars, cents = values["amount"].split(".")
    return CollectionRow(
        line_number=number,
        amount_cents=int(dollars) * 100 + int(cents),
        case_identifier=values.get("case_identifier", ""),
        ssn=values.get("ssn", ""),
        name=values.get("name", ""),
        reference=values.get("reference", "") or values.get("check_number", ""),
        pay_date=_day(values.get("pay_date", "")),
        joint_return=values.get("joint_return", "").upper() == "Y",
    )


def _day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _text(line: bytes, number: int) -> str:
    if len(line) > LINE_CHARACTERS_MAX:
        expected = f"at most {LINE_CHARACTERS_MAX} characters in a line"
        raise CollectionsRejected([_problem(number, "line", f"{len(line)}", expected)])
    try:
        text = line.rstrip(b"\r").decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError:
        problem = _problem(number, "line", "bytes that are no text", "text in UTF-8")
        raise CollectionsRejected([problem]) from None
    if _CONTROLS.search(text):
        problem = _problem(number, "line", "control characters", "text without them")
        raise CollectionsRejected([problem])
    return text


def _problem(number: int, name: str, read: str, expected: str) -> Problem:
    return Problem(number, "line", name, "", mask_ssn(read), expected, _RULE)
