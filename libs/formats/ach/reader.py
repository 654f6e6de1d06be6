"""Read a Nacha file as a stream of entries.

A file's totals stand at its end, so entries are handed out before it is known whether the file
holds: stage them, and throw them away if `AchFileRejected` is raised.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NoReturn

from formats.ach.batch import OpenBatch
from formats.ach.checks import (
    batch_header_problems,
    file_header_problems,
    form_problems,
    record_name,
)
from formats.ach.controls import (
    batch_control_problems,
    batch_number_problems,
    file_control_problems,
)
from formats.ach.framing import read_records
from formats.ach.layouts import (
    BY_RECORD_TYPE,
    FILLER_RECORD,
    RECORD_CHARACTERS,
    RECORDS_PER_BLOCK,
)
from formats.ach.model import AchEntry, AchFileRejected, FileControl, FileHeader, Limits
from formats.ach.records import batch_header, file_control, file_header
from formats.ach.totals import Totals
from formats.problem import Problem

RULE_ORDER = "Nacha file structure: 1, then batches of 5, 6 with its 7, 8, then 9"
RULE_END = "Nacha file structure: 9s fill the last block of ten records, and nothing follows"

BLANK_LINES_MAX = 100
"""Blank lines that are overlooked after the end of a file."""

_Handler = Callable[[str], AchEntry | None]


def read_entries(chunks: Iterable[bytes], *, limits: Limits | None = None) -> Iterator[AchEntry]:
    """Yield the entries of a Nacha file; see `AchReader` for header, control and warnings.

    Raises AchFileRejected, at the latest at the end: until then no entry may count.
    """
    return iter(AchReader(chunks, limits=limits))


class AchReader:
    """Iterate once over the entries of a Nacha file that arrives as chunks of bytes.

    `header` stands from the first entry on, `control` after the last. `warnings` are deviations
    that change nothing, at most `limits.problems_max` of them (`warnings_left_out` counts on).
    After the first file problem no more entries are handed out, but reading goes on to find more
    of them, up to `limits.problems_max`, where they would not merely follow from the first.
    Memory is bounded by the longest entry, however long the file is.
    """

    def __init__(self, chunks: Iterable[bytes], *, limits: Limits | None = None) -> None:
        self.header: FileHeader | None = None
        self.control: FileControl | None = None
        self.totals = Totals()
        self.warnings_left_out = 0
        self._warnings: list[Problem] = []
        self._problems: list[Problem] = []
        self._chunks = chunks
        self._limits = limits or Limits()
        self._number = 0
        self._batch_count = 0
        self._batch_number = -1
        self._filler_left = 0
        self._filler_skipped = 0
        self._blank_lines = 0
        self._is_started = False
        self._is_in_order = True
        self._is_ended = False
        self._expected = "a file header (1)"
        self._handlers: dict[str, _Handler] = {"1": self._read_file_header}

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Deviations that change nothing, so far."""
        return tuple(self._warnings)

    def __iter__(self) -> Iterator[AchEntry]:
        """Yield the entries. Raises AchFileRejected, at the latest at the end of the file."""
        if self._is_started:
            message = "a file can be read once; make another AchReader"
            raise RuntimeError(message)
        self._is_started = True
        for record in read_records(self._chunks):
            self._number += 1
            if (
                len(record) != RECORD_CHARACTERS
                or not (record.isascii() and record.isprintable())
                or record[0] not in BY_RECORD_TYPE
            ):
                self._read_malformed(record)
            elif self._is_in_order:
                handler = self._handlers.get(record[0])
                if handler is None:
                    self._reject_misplaced(record)
                entry = handler(record)
                if entry is not None and not self._problems:
                    yield entry
            elif record == FILLER_RECORD:
                self._skip_filler()
        self._end()

    # What may come next: by the place in the file, the handlers by record type.

    def _expect_batch_or_control(self) -> None:
        self._expected = "a batch header (5) or the file control (9)"
        self._handlers = {"5": self._read_batch_header, "9": self._read_file_control}

    def _expect_entries(self, batch: OpenBatch) -> None:
        self._expected = "an entry detail (6) or the batch control (8)"
        self._handlers = {
            "6": lambda record: batch.read_entry(record, self._number),
            "7": lambda record: self._read_addenda(batch, record),
            "8": lambda record: self._read_batch_control(batch, record),
        }

    def _expect_end(self) -> None:
        self._is_ended = True
        self._filler_left = -self._number % RECORDS_PER_BLOCK
        self._expected = "nothing but 9s up to the end of the block"
        self._handlers = {"9": self._read_filler}

    # The records.

    def _read_file_header(self, record: str) -> None:
        self._report(file_header_problems(record, self._number))
        self.header = file_header(record)
        self._expect_batch_or_control()

    def _read_batch_header(self, record: str) -> None:
        self._report(batch_header_problems(record, self._number))
        header = batch_header(record, self._number)
        self._report(batch_number_problems(header, self._batch_number))
        self._batch_number = header.batch_number
        self._batch_count += 1
        self._expect_entries(OpenBatch(header, self._limits, self._report))

    def _read_addenda(self, batch: OpenBatch, record: str) -> None:
        if not batch.has_entry:
            self._reject_misplaced(record)
        batch.read_addenda(record, self._number)

    def _read_batch_control(self, batch: OpenBatch, record: str) -> AchEntry | None:
        entry = batch.finish_entry()
        self._report(batch_control_problems(batch.header, batch.totals, record, self._number))
        self.totals.add(batch.totals)
        self._expect_batch_or_control()
        return entry

    def _read_file_control(self, record: str) -> None:
        if record == FILLER_RECORD:
            self._reject_misplaced(record)
        self._report(file_control_problems(self._batch_count, self.totals, record, self._number))
        if not self._problems:
            self.control = file_control(record)
        self._expect_end()

    def _read_filler(self, record: str) -> None:
        if record != FILLER_RECORD or self._blank_lines or not self._filler_left:
            self._reject_misplaced(record)
        self._filler_left -= 1

    def _end(self) -> None:
        """Close the file. 9s that are missing at its end are a warning, as nothing is lost."""
        if self._is_in_order and not self._is_ended:
            self._reject_end()
        if self._problems:
            raise AchFileRejected(tuple(self._problems))
        if self._filler_left:
            read, expected = "the end of the file", f"{self._filler_left} more records of 9s"
            number, rule = self._number, RULE_END
            problem = Problem(number, "filler (9)", "record", "", read, expected, rule, "warning")
            self._report([problem])

    # Problems.

    def _report(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            if problem.severity != "warning":
                self._problems.append(problem)
                if len(self._problems) >= self._limits.problems_max:
                    raise AchFileRejected(tuple(self._problems))
            elif len(self._warnings) < self._limits.problems_max:
                self._warnings.append(problem)
            else:
                self.warnings_left_out += 1

    def _read_malformed(self, record: str) -> None:
        """Report a record without the form of one; from then on only look at the others' form.

        Its part in the totals and in the order is lost, so those would all be wrong. If the first
        record is malformed this is no Nacha file, and reading stops; so it does after the last
        block.
        """
        if self._is_ended and not record.strip() and self._blank_lines < BLANK_LINES_MAX:
            self._blank_lines += 1
            return
        if self._is_ended and not self._filler_left:
            self._reject_misplaced(record)
        self._is_in_order = False
        self._report(form_problems(record, self._number))
        if self._number == 1:
            raise AchFileRejected(tuple(self._problems))

    def _skip_filler(self) -> None:
        """Count 9s behind a malformed record: more than a block of them goes on for ever."""
        self._filler_skipped += 1
        if self._filler_skipped >= RECORDS_PER_BLOCK:
            raise AchFileRejected(tuple(self._problems))

    def _reject_misplaced(self, record: str) -> NoReturn:
        """Give up where a record is out of order: what follows cannot be told apart."""
        number, name = self._number, record_name(record)
        if self._is_ended:
            read = "one more record of 9s" if record == FILLER_RECORD else "something else than 9s"
            problem = Problem(number, name, "record", "", read, self._expected, RULE_END)
        else:
            read = record[:1]
            problem = Problem(number, name, "record_type", "1", read, self._expected, RULE_ORDER)
        raise AchFileRejected((*self._problems, problem))

    def _reject_end(self) -> NoReturn:
        name, read = "end of file", "the end of the file" if self._number else "an empty file"
        problem = Problem(self._number, name, "record", "", read, self._expected, RULE_ORDER)
        raise AchFileRejected((*self._problems, problem))
