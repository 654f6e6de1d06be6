"""What a good file says, however it is laid out; what makes a single entry fall."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.ach import AchReader, read_entries

SAMPLE = Path(__file__).parent / "data" / "ccd_ded.ach"
SEPARATORS = {"LF": "\n", "CRLF": "\r\n", "none": ""}


@pytest.mark.parametrize("separator", SEPARATORS.values(), ids=SEPARATORS)
def test_header_entries_and_control(ach, separator):
    data = "".join(record + separator for record in ach.records()).encode()
    reader = AchReader([data])
    first, second = reader
    assert reader.header.immediate_destination == "123456780"
    assert reader.header.immediate_origin == "1900000001"
    assert reader.header.created_on == date(2026, 3, 6)
    assert reader.header.origin_name == "SYNTH EMPLOYER INC"
    assert first.batch.company_name == "SYNTH EMPLOYER"
    assert first.batch.company_id == "1900000001"
    assert first.batch.sec_code == "CCD"
    assert first.batch.entry_description == "CHILD SUPP"
    assert first.batch.effective_entry_date == date(2026, 3, 6)
    assert (first.batch.odfi, first.batch.batch_number) == ("12345678", 1)
    assert first.transaction_code == "22"
    assert first.receiving_dfi == "123456780"
    assert first.account_number == "0000001111"
    assert (first.individual_id, first.name) == ("EMP0001", "SYNTH STATE SDU")
    assert first.trace_number == "123456780000001"
    assert first.addenda == (ach.ded.ljust(80),)
    assert (first.record_number, second.record_number) == (3, 5)
    assert (first.is_credit, first.is_prenote) == (True, False)
    assert reader.control.total_credit_cents == 35_050
    assert reader.control.entry_addenda_count == 4
    assert reader.warnings == ()


@given(st.integers(1, 500), st.sampled_from(["\n", "\r\n", ""]))
def test_chunks_do_not_matter(chunk_bytes, separator):
    data = SAMPLE.read_bytes().replace(b"\n", separator.encode())
    chunks = [data[i : i + chunk_bytes] for i in range(0, len(data), chunk_bytes)]
    assert list(read_entries(chunks)) == list(read_entries([data]))


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n", "\r\n"])
@pytest.mark.parametrize("separator", SEPARATORS.values(), ids=SEPARATORS)
def test_the_end_of_the_last_line_does_not_matter(ach, separator, end):
    data = (separator.join(ach.records()) + end).encode()
    assert len(list(read_entries([data]))) == 2


def test_ten_records_to_a_line(ach):
    data = "".join(ach.records()) + "\n"
    assert len(list(read_entries([data.encode()]))) == 2


def test_missing_filler_is_a_warning(ach):
    data = "\n".join(ach.records()[:8]).encode()
    reader = AchReader([data])
    assert len(list(reader)) == 2
    (warning,) = reader.warnings
    assert "expected 2 more records of 9s" in str(warning)
    assert warning.severity == "warning"


def test_an_effective_date_that_is_none_is_a_warning(ach):
    reader = AchReader(["\n".join(ach.damaged(2, 70, "261399")).encode()])
    first, _ = reader
    assert first.batch.effective_entry_date is None
    assert [warning.field for warning in reader.warnings] == ["effective_entry_date"]


def test_batch_numbers_that_do_not_ascend_are_a_warning(ach):
    records = ach.records(ach.batch(ach.entry()), ach.batch(ach.entry()))
    records[1] = records[1][:-1] + "2"
    records[4] = records[4][:-1] + "2"
    reader = AchReader(["\n".join(records).encode()])
    assert len(list(reader)) == 2
    assert [warning.field for warning in reader.warnings] == ["batch_number"]


def test_a_reader_is_read_once(ach):
    reader = AchReader(["\n".join(ach.records()).encode()])
    list(reader)
    with pytest.raises(RuntimeError, match="once"):
        list(reader)


@pytest.mark.parametrize(
    ("place", "start", "text", "field", "read", "expected"),
    [
        (3, 12, "7", "check_digit", "7", "0 for routing number 12345678"),
        (3, 2, "52", "transaction_code", "52", "22, 23, 24, 32, 33, 34"),
        (3, 2, "23", "amount", "0000025000", "zero with code 23"),
        (3, 2, "24", "amount", "0000025000", "zero with code 24"),
        (3, 79, "0", "addenda_indicator", "0", "1, as 1 addenda followed"),
        (3, 79, "2", "addenda_indicator", "2", "0 or 1"),
        (4, 2, "98", "addenda_type_code", "98", "05"),
        (4, 84, "0002", "addenda_sequence_number", "0002", "0001"),
        (4, 84, "000A", "addenda_sequence_number", "000A", "0001"),
        (4, 88, "0000009", "entry_detail_sequence_number", "0000009", "0000001"),
    ],
)
def test_what_makes_one_entry_fall(ach, place, start, text, field, read, expected):
    first, second = ach.read(ach.damaged(place, start, text))
    (problem,) = first.problems
    assert (problem.record_number, problem.field) == (place, field)
    assert (problem.read, problem.expected) == (read, expected)
    assert problem.severity == "entry"
    assert second.problems == ()


def test_an_entry_without_its_addenda(ach):
    records = ach.records(ach.batch(ach.entry(addenda=()), ach.entry()))
    records[2] = records[2][:78] + "1" + records[2][79:]
    first, second = ach.read(records)
    (problem,) = first.problems
    assert problem.expected == "0, as no addenda followed"
    assert second.problems == ()


def test_a_zero_amount_with_a_live_code(ach):
    entry = ach.entry(transaction_code="24", amount_cents=0)
    records = ach.records(ach.batch(entry))
    records[2] = records[2].replace("624", "622", 1)
    (read,) = ach.read(records)
    assert [problem.expected for problem in read.problems] == ["an amount with code 22"]


def test_a_ccd_entry_with_two_addenda(ach):
    batch = ach.batch(ach.entry(addenda=(ach.ded, ach.ded)), sec_code="CTX")
    records = [record.replace("CTX", "CCD") for record in ach.records(batch)]
    (entry,) = ach.read(records)
    (problem,) = entry.problems
    assert (problem.read, problem.expected) == ("2 addenda", "at most 1 addenda for CCD")


def test_a_ctx_entry_whose_count_of_addenda_differs(ach):
    batch = ach.batch(ach.entry(addenda=(ach.ded, ach.ded), name="SDU"), sec_code="CTX")
    records = ach.records(batch)
    records[2] = records[2][:54] + "0003" + records[2][58:]
    (entry,) = ach.read(records)
    assert entry.name == "SDU"
    (problem,) = entry.problems
    assert (problem.field, problem.columns) == ("addenda_count", "55-58")
    assert (problem.read, problem.expected) == ("0003", "0002, as so many addenda followed")


def test_personal_data_stays_out_of_repr_and_messages(ach):
    (entry, _) = ach.read(ach.records())
    assert "900010001" not in repr(entry)
    assert "1111" not in repr(entry)
