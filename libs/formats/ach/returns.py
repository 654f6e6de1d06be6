"""Read a bank's file of returned entries (addenda 99) and notifications of change (addenda 98).

Of the credits that this unit sent. A file that does not hold as a whole is refused: then nothing of
it may count, and the bank is asked for it again. Layouts of the two addenda, and what stands in the
corrected data of each change code, are from memory of the Nacha file structure (unverified).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from formats.ach.checks import RULE_FIELD, RULE_ROUTING, field_problem, form_problems
from formats.ach.codes import (
    CHANGE_ADDENDA_TYPE,
    RETURN_ADDENDA_TYPE,
    RETURN_OR_CHANGE_OF_CREDITS,
    is_debit,
    routing_number_holds,
)
from formats.ach.framing import read_records
from formats.ach.layouts import (
    ADDENDA_CHANGE,
    ADDENDA_RETURN,
    BATCH_CONTROL,
    ENTRY_DETAIL,
    FILE_CONTROL,
    FILE_HEADER,
    FILLER_RECORD,
)
from formats.ach.model import AchFileRejected
from formats.ach.records import file_header
from formats.ach.totals import Totals
from formats.dates import parse_date
from formats.layout import Layout
from formats.problem import Problem

ITEMS_MAX = 100_000
RULE_RETURN = "Nacha file structure: a return or change is an entry (6) and one addendum (7)"
RULE_KIND = "this disbursement unit sends credits: 21 or 31 comes back of them"
RULE_ORDER = "Nacha file structure: 1, then batches of 5, 6 with its 7, 8, then 9"
RULE_MANY = f"this disbursement unit reads up to {ITEMS_MAX} items at once"


@dataclass(frozen=True, slots=True)
class Correction:
    """What the bank says is right; empty where it said nothing of it."""

    routing_number: str = ""
    account_number: str = field(default="", repr=False)
    transaction_code: str = ""


@dataclass(frozen=True, slots=True)
class ReturnItem:
    """An entry that came back (`code` R..), or that was posted but is to be changed (C..).

    `original_trace` is the trace number that the entry was sent with. A change has no amount.
    """

    code: str
    original_trace: str
    trace_number: str
    amount_cents: int
    corrected: Correction | None
    died_on: date | None
    record_number: int

    @property
    def is_return(self) -> bool:
        """Money that came back, or a prenote that found no account."""
        return self.corrected is None


@dataclass(frozen=True, slots=True)
class ReturnFile:
    """A whole file that holds."""

    created_on: date
    items: tuple[ReturnItem, ...]


def read_returns(chunks: Iterable[bytes]) -> ReturnFile:
    """Read a file of returns and changes. Raises AchFileRejected, which names what is wrong."""
    reader = _Reader()
    number = 0
    for number, record in enumerate(read_records(chunks), 1):
        reader.take(record, number)
    return reader.close(number)


class _Reader:
    def __init__(self) -> None:
        self._created_on: date | None = None
        self._items: list[ReturnItem] = []
        self._problems: list[Problem] = []
        self._totals = Totals()
        self._entry = ""
        self._is_ended = False
        self._in_batch = False

    def take(self, record: str, number: int) -> None:
        problems = list(form_problems(record, number))
        if problems:
            self._refuse(problems)
        kind = record[0]
        if self._is_ended:
            if record != FILLER_RECORD:
                self._misplaced(record, number)
        elif (kind == "1") != (self._created_on is None) or (self._entry and kind != "7"):
            self._misplaced(record, number)
        elif kind == "1":
            self._header(record, number)
        elif kind == "5" and not self._in_batch:
            self._in_batch = True
        elif kind == "6" and self._in_batch:
            self._read_entry(record, number)
        elif kind == "7" and self._entry:
            self._read_addendum(record, number)
        elif kind == "8" and self._in_batch:
            self._in_batch = False
            self._faults(BATCH_CONTROL, record, number)
        elif kind == "9" and not self._in_batch:
            self._control(record, number)
        else:
            self._misplaced(record, number)

    def close(self, number: int) -> ReturnFile:
        if not self._is_ended:
            what, expected = "the end of the file", "a file control (9)"
            self._refuse([Problem(number, "file", "record", "", what, expected, RULE_ORDER)])
        if self._problems or self._created_on is None:
            raise AchFileRejected(tuple(self._problems))
        return ReturnFile(self._created_on, tuple(self._items))

    def _header(self, record: str, number: int) -> None:
        self._faults(FILE_HEADER, record, number)
        header = file_header(record)
        if header is None:
            raise AchFileRejected(tuple(self._problems))
        self._created_on = header.created_on

    def _read_entry(self, record: str, number: int) -> None:
        self._faults(ENTRY_DETAIL, record, number)
        code = ENTRY_DETAIL.read(record)["transaction_code"]
        if code not in RETURN_OR_CHANGE_OF_CREDITS:
            self._wrong(ENTRY_DETAIL, "transaction_code", number, code, "21 or 31", RULE_KIND)
        if self._problems:
            raise AchFileRejected(tuple(self._problems))
        values = ENTRY_DETAIL.read(record)
        self._totals.entries_and_addenda += 1
        self._totals.routing_sum += int(values["receiving_dfi"])
        cents = int(values["amount"])
        if is_debit(code):
            self._totals.debit_cents += cents
        else:
            self._totals.credit_cents += cents
        self._entry = record

    def _read_addendum(self, record: str, number: int) -> None:
        self._totals.entries_and_addenda += 1
        amount = int(ENTRY_DETAIL.read(self._entry)["amount"])
        self._entry = ""
        type_ = record[1:3]
        layout = {RETURN_ADDENDA_TYPE: ADDENDA_RETURN, CHANGE_ADDENDA_TYPE: ADDENDA_CHANGE}.get(
            type_
        )
        if layout is None:
            name = "addenda_type_code"
            self._wrong(ADDENDA_RETURN, name, number, type_, "98 or 99", RULE_RETURN)
            return
        self._faults(layout, record, number)
        if len(self._items) >= ITEMS_MAX:
            expected = "fewer items"
            self._refuse([Problem(number, layout.name, "record", "", "", expected, RULE_MANY)])
        values = layout.read(record)
        if layout is ADDENDA_RETURN:
            self._items.append(_returned(values, amount, number))
        else:
            self._items.append(self._changed(values, number))

    def _changed(self, values: dict[str, str], number: int) -> ReturnItem:
        correction = _correction(values["change_code"], values["corrected_data"])
        routing = correction.routing_number
        if routing and not routing_number_holds(routing):
            read, expected = routing, "a routing number whose check digit holds"
            self._wrong(ADDENDA_CHANGE, "corrected_data", number, read, expected, RULE_ROUTING)
        return ReturnItem(
            code=values["change_code"],
            original_trace=values["original_trace_number"],
            trace_number=values["trace_number"],
            amount_cents=0,
            corrected=correction,
            died_on=None,
            record_number=number,
        )

    def _control(self, record: str, number: int) -> None:
        self._is_ended = True
        before = len(self._problems)
        self._faults(FILE_CONTROL, record, number)
        if len(self._problems) == before:
            self._problems.extend(self._totals.problems(FILE_CONTROL, record, number))

    def _faults(self, layout: Layout, record: str, number: int) -> None:
        for fault in layout.faults(record):
            if fault.field.required:
                name, expected = fault.field.name, fault.field.expected
                self._wrong(layout, name, number, fault.read, expected, RULE_FIELD)

    def _wrong(
        self, layout: Layout, name: str, number: int, read: str, expected: str, rule: str
    ) -> None:
        self._problems.append(field_problem(layout, name, number, read, expected, rule))

    def _misplaced(self, record: str, number: int) -> None:
        expected = "another record here"
        read = record[:1]
        self._refuse([Problem(number, "record", "record_type", "1", read, expected, RULE_ORDER)])

    def _refuse(self, problems: Iterable[Problem]) -> None:
        raise AchFileRejected((*self._problems, *problems))


def _returned(values: dict[str, str], amount_cents: int, number: int) -> ReturnItem:
    died = values["date_of_death"]
    return ReturnItem(
        code=values["return_reason_code"],
        original_trace=values["original_trace_number"],
        trace_number=values["trace_number"],
        amount_cents=amount_cents,
        corrected=None,
        died_on=parse_date(died) if died else None,
        record_number=number,
    )


def _correction(code: str, data: str) -> Correction:
    """Return what a change code's data say; of a code that is not here nothing is known."""
    padded = data.ljust(29)
    parts = {
        "C01": lambda: Correction(account_number=padded[:17].strip()),
        "C02": lambda: Correction(routing_number=padded[:9].strip()),
        "C03": lambda: Correction(padded[:9].strip(), padded[12:29].strip()),
        "C05": lambda: Correction(transaction_code=padded[:2].strip()),
        "C06": lambda: Correction(
            account_number=padded[:17].strip(), transaction_code=padded[20:22].strip()
        ),
        "C07": lambda: Correction(padded[:9].strip(), padded[9:26].strip(), padded[26:28].strip()),
    }
    return parts[code]() if code in parts else Correction()
