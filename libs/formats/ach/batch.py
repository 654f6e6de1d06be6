"""The batch that is being read: its entries, one at a time, and its running totals.

This is the part that runs per record, so it looks at plain slices and asks the checks for words
only where something is wrong.
"""

from collections.abc import Callable, Iterable

from formats.ach.checks import (
    addenda_count_problems,
    addenda_problems,
    entry_detail_problems,
    field_problem,
    trace_problems,
)
from formats.ach.codes import (
    ADDENDA_MAX,
    CTX,
    PAYMENT_ADDENDA_TYPE,
    SUPPORTED_TRANSACTION_CODES,
    WITHOUT_AMOUNT,
    is_debit,
    routing_number_holds,
)
from formats.ach.layouts import ADDENDA, ENTRY_DETAIL, ENTRY_DETAIL_CTX
from formats.ach.model import AchEntry, BatchHeader, Limits
from formats.ach.totals import Totals
from formats.problem import Problem

RULE_NUMBERS = "Nacha file structure: routing numbers and amounts are digits"
RULE_ADDENDA_MAX = "Nacha file structure: an entry has at most 9,999 addenda"

_CODE = ENTRY_DETAIL["transaction_code"].slice
_DFI = ENTRY_DETAIL["receiving_dfi"].slice
_ROUTING = slice(_DFI.start, ENTRY_DETAIL["check_digit"].slice.stop)
_ACCOUNT = ENTRY_DETAIL["account_number"].slice
_AMOUNT = ENTRY_DETAIL["amount"].slice
_ID = ENTRY_DETAIL["individual_id"].slice
_NAME = ENTRY_DETAIL["name"].slice
_NAME_CTX = ENTRY_DETAIL_CTX["name"].slice
_COUNT_CTX = ENTRY_DETAIL_CTX["addenda_count"].slice
_INDICATOR = ENTRY_DETAIL["addenda_indicator"].slice
_TRACE = ENTRY_DETAIL["trace_number"].slice
_TYPE = ADDENDA["addenda_type_code"].slice
_INFORMATION = ADDENDA["payment_information"].slice
_SEQUENCE = ADDENDA["addenda_sequence_number"].slice
_ENTRY_SEQUENCE = ADDENDA["entry_detail_sequence_number"].slice
_TRACE_DFI_DIGITS = 8


class OpenBatch:
    """Collects entries. What makes the file fall goes to `report`, the rest to the entry.

    An entry is complete when the next one, or the batch control, is reached.
    """

    def __init__(
        self, header: BatchHeader, limits: Limits, report: Callable[[Iterable[Problem]], None]
    ) -> None:
        self.header = header
        self.totals = Totals()
        self._limits = limits
        self._report = report
        self._is_ctx = header.sec_code == CTX
        self._addenda_max = ADDENDA_MAX.get(header.sec_code, 0)
        self._entry = ""
        self._entry_number = 0
        self._entry_problems: list[Problem] = []
        self._addenda: list[str] = []
        self._odfi = header.odfi if header.odfi.isdigit() else ""
        self._trace = ""
        self._trace_last = ""

    @property
    def has_entry(self) -> bool:
        """Whether an entry detail has been read, so that addenda may follow."""
        return bool(self._entry)

    def read_entry(self, record: str, number: int) -> AchEntry | None:
        """Take an entry detail; returns the entry before it."""
        finished = self.finish_entry()
        self._entry = record
        self._entry_number = number
        self._entry_problems = []
        self._addenda = []
        totals = self.totals
        totals.entries_and_addenda += 1
        code, amount = record[_CODE], record[_AMOUNT]
        if not (record[_ROUTING].isdigit() and amount.isdigit()):
            self._report_unreadable(record, number)
            return finished
        cents = int(amount)
        totals.routing_sum += int(record[_DFI])
        if is_debit(code):
            totals.debit_cents += cents
        else:
            totals.credit_cents += cents
        if not (
            code in SUPPORTED_TRANSACTION_CODES
            and routing_number_holds(record[_ROUTING])
            and (cents == 0) == (code in WITHOUT_AMOUNT)
            and record[_INDICATOR] in "01"
        ):
            self._entry_problems.extend(entry_detail_problems(record, number))
        self._follow_trace(record[_TRACE], number)
        return finished

    def _report_unreadable(self, record: str, number: int) -> None:
        self.totals.are_known = False
        self._follow_trace(record[_TRACE], number)
        for name in ("receiving_dfi", "check_digit", "amount"):
            field = ENTRY_DETAIL[name]
            text = record[field.slice]
            if not text.isdigit():
                self._report(
                    [field_problem(ENTRY_DETAIL, name, number, text, field.expected, RULE_NUMBERS)]
                )

    def _follow_trace(self, trace: str, number: int) -> None:
        self._trace = trace
        if trace.isdigit() and trace.startswith(self._odfi):
            if trace <= self._trace_last:
                self._report(trace_problems(trace, number, self._odfi, self._trace_last))
            self._trace_last = trace
        else:
            self._report(trace_problems(trace, number, self._odfi, self._trace_last))

    def read_addenda(self, record: str, number: int) -> None:
        """Take an addendum of the entry before it."""
        self.totals.entries_and_addenda += 1
        addenda = self._addenda
        addenda.append(record[_INFORMATION])
        count = len(addenda)
        if count > self._limits.addenda_max:
            name, read = "addenda_sequence_number", f"addendum {count} of the entry"
            expected = f"at most {self._limits.addenda_max}"
            rule = RULE_ADDENDA_MAX
            self._report([field_problem(ADDENDA, name, number, read, expected, rule)])
            addenda.pop()
        sequence, entry_sequence = record[_SEQUENCE], record[_ENTRY_SEQUENCE]
        if (
            not (
                record[_TYPE] == PAYMENT_ADDENDA_TYPE
                and entry_sequence == self._trace[_TRACE_DFI_DIGITS:]
                and sequence.isdigit()
                and int(sequence) == count
            )
            and len(self._entry_problems) < self._limits.problems_max
        ):
            self._entry_problems.extend(addenda_problems(record, number, count, self._trace))

    def finish_entry(self) -> AchEntry | None:
        """Return the entry that is complete now; None before the first and after the last."""
        record = self._entry
        if not record:
            return None
        self._entry = ""
        count = len(self._addenda)
        problems = self._entry_problems
        if (
            record[_INDICATOR] != ("1" if count else "0")
            or count > self._addenda_max
            or (self._is_ctx and record[_COUNT_CTX] != f"{count:04d}")
        ):
            sec = self.header.sec_code
            problems.extend(addenda_count_problems(record, self._entry_number, sec, count))
        amount = record[_AMOUNT]
        return AchEntry(
            self.header,
            record[_CODE],
            record[_ROUTING],
            record[_ACCOUNT].strip(),
            int(amount) if amount.isdigit() else 0,
            record[_ID].strip(),
            record[_NAME_CTX if self._is_ctx else _NAME].strip(),
            record[_TRACE],
            tuple(self._addenda),
            self._entry_number,
            tuple(problems),
        )
