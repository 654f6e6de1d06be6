"""What the control records must repeat of that which went before them."""

from collections.abc import Iterator

from formats.ach.checks import field_problem, layout_problems
from formats.ach.codes import CREDITS_ONLY, DEBITS_ONLY
from formats.ach.layouts import BATCH_CONTROL, BATCH_HEADER, FILE_CONTROL, RECORDS_PER_BLOCK
from formats.ach.model import BatchHeader
from formats.ach.totals import Totals
from formats.problem import Problem

RULE_BLOCKS = "Nacha file structure: block count is the number of blocks of ten records"
RULE_BATCHES = "Nacha file structure: the file control repeats the number of batches"
RULE_A_BATCH = "Nacha file structure: a file has one batch at least"
RULE_AN_ENTRY = "Nacha file structure: a batch has one entry at least"
RULE_REPEATED = "Nacha file structure: the batch control repeats the batch header"
RULE_SERVICE_CLASS = "Nacha file structure: service class 220 is credits only, 225 debits only"
RULE_BATCH_NUMBER = "Nacha file structure: batch numbers ascend within a file"


def batch_control_problems(
    header: BatchHeader, totals: Totals, record: str, number: int
) -> Iterator[Problem]:
    """Totals, identity and service class of a batch.

    A service class that its entries contradict rejects the batch in moov-io/ach; the rule's own
    text was not seen (unverified). A batch without entries is a warning, as nothing is lost.
    """
    malformed = list(layout_problems(BATCH_CONTROL, record, number))
    yield from malformed
    if any(problem.severity == "file" for problem in malformed):
        return
    yield from totals.problems(BATCH_CONTROL, record, number)
    for name, opened in (
        ("service_class_code", header.service_class),
        ("company_identification", header.company_id),
        ("originating_dfi", header.odfi),
        ("batch_number", f"{header.batch_number:07d}"),
    ):
        read = record[BATCH_CONTROL[name].slice].strip()
        if read != opened:
            expected = f"{opened} as in the batch header (record {header.record_number})"
            yield field_problem(BATCH_CONTROL, name, number, read, expected, RULE_REPEATED)
    for service_class, name, cents in (
        (CREDITS_ONLY, "total_debit", totals.debit_cents),
        (DEBITS_ONLY, "total_credit", totals.credit_cents),
    ):
        if header.service_class == service_class and cents:
            expected = f"0 in a batch of service class {service_class}"
            rule = RULE_SERVICE_CLASS
            yield field_problem(BATCH_CONTROL, name, number, str(cents), expected, rule)
    if totals.entries_and_addenda == 0:
        name, read, expected = "entry_addenda_count", "000000", "one entry at least"
        rule = RULE_AN_ENTRY
        yield field_problem(BATCH_CONTROL, name, number, read, expected, rule, "warning")


def file_control_problems(
    batch_count: int, totals: Totals, record: str, number: int
) -> Iterator[Problem]:
    """Counts and totals of a file. `number` is the file control's own record number."""
    malformed = list(layout_problems(FILE_CONTROL, record, number))
    yield from malformed
    if any(problem.severity == "file" for problem in malformed):
        return
    block_count = -(-number // RECORDS_PER_BLOCK)
    for name, counted, rule in (
        ("batch_count", batch_count, RULE_BATCHES),
        ("block_count", block_count, RULE_BLOCKS),
    ):
        read = record[FILE_CONTROL[name].slice]
        if int(read) != counted:
            expected = f"{counted:06d} by the records read"
            yield field_problem(FILE_CONTROL, name, number, read, expected, rule)
    yield from totals.problems(FILE_CONTROL, record, number)
    if batch_count == 0:
        name, read, expected = "batch_count", "no batch", "one batch at least"
        yield field_problem(FILE_CONTROL, name, number, read, expected, RULE_A_BATCH)


def batch_number_problems(header: BatchHeader, previous: int) -> Iterator[Problem]:
    """Warn of a batch number that does not ascend.

    Only a warning: the number identifies nothing here, and whether the rules reject the batch for
    it was not seen (unverified).
    """
    if header.batch_number <= previous:
        read, expected = f"{header.batch_number:07d}", f"more than {previous:07d}"
        number, rule = header.record_number, RULE_BATCH_NUMBER
        yield field_problem(BATCH_HEADER, "batch_number", number, read, expected, rule, "warning")
