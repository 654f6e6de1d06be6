"""Every deviation that makes a file fall, and what its sender is told."""

import pytest

from formats.ach import AchFileRejected, AchReader, Limits, read_entries

# The default file: 1 file header, 2 batch header, 3 entry, 4 addenda, 5 entry, 6 addenda,
# 7 batch control, 8 file control, 9 and 10 filler.


def test_the_default_file_is_good(ach):
    entries = ach.read(ach.records())
    assert [entry.amount_cents for entry in entries] == [25_000, 10_050]
    assert [entry.problems for entry in entries] == [(), ()]


@pytest.mark.parametrize(
    ("place", "start", "text", "field", "columns", "read", "expected"),
    [
        (1, 4, " 123456789", "immediate_destination", "4-13", " 123456789", "check digit 0"),
        (1, 4, "0123456780", "immediate_destination", "4-13", "0123456780", "check digit 0"),
        (1, 4, " 12345678X", "immediate_destination", "4-13", " 12345678X", "a blank and nine"),
        (1, 14, " 031300019", "immediate_origin", "14-23", " 031300019", "check digit 2"),
        (1, 24, "260230", "file_creation_date", "24-29", "260230", "a date YYMMDD"),
        (1, 24, "      ", "file_creation_date", "24-29", "      ", "a date YYMMDD"),
        (1, 35, "106", "record_size", "35-37", "106", '"094"'),
        (1, 38, "01", "blocking_factor", "38-39", "01", '"10"'),
        (2, 2, "280", "service_class_code", "2-4", "280", "200, 220, 225"),
        (2, 51, "IAT", "standard_entry_class_code", "51-53", "IAT", "CCD, CTX, PPD"),
        (2, 5, " " * 16, "company_name", "5-20", " " * 16, "text, not blanks"),
        (2, 80, "1234567X", "originating_dfi", "80-87", "1234567X", "8 digits"),
        (3, 30, "00000250.0", "amount", "30-39", "00000250.0", "10 digits"),
        (3, 4, "1234567A", "receiving_dfi", "4-11", "1234567A", "8 digits"),
        (3, 80, "876543210", "trace_number", "80-94", "876543210000001", "beginning with 12345678"),
        (5, 88, "0000001", "trace_number", "80-94", "123456780000001", "more than 123456780000001"),
        (7, 2, "200", "service_class_code", "2-4", "200", "220 as in the batch header (record 2)"),
        (7, 5, "000005", "entry_addenda_count", "5-10", "000005", "000004 by the records read"),
        (7, 5, "00 004", "entry_addenda_count", "5-10", "00 004", "6 digits"),
        (
            7,
            11,
            "0000000001",
            "entry_hash",
            "11-20",
            "0000000001",
            "0024691356 by the records read",
        ),
        (7, 21, "0" * 11 + "1", "total_debit", "21-32", "0" * 11 + "1", "000000000000 by"),
        (7, 33, "0" * 11 + "1", "total_credit", "33-44", "0" * 11 + "1", "000000035050 by"),
        (7, 45, "1900000002", "company_identification", "45-54", "1900000002", "1900000001 as in"),
        (7, 80, "12345679", "originating_dfi", "80-87", "12345679", "12345678 as in"),
        (7, 88, "0000009", "batch_number", "88-94", "0000009", "0000001 as in"),
        (8, 2, "000002", "batch_count", "2-7", "000002", "000001 by the records read"),
        (8, 8, "000002", "block_count", "8-13", "000002", "000001 by the records read"),
        (8, 14, "00000003", "entry_addenda_count", "14-21", "00000003", "00000004 by"),
        (8, 22, "0000000001", "entry_hash", "22-31", "0000000001", "0024691356 by"),
        (8, 32, "0" * 11 + "1", "total_debit", "32-43", "0" * 11 + "1", "000000000000 by"),
        (8, 44, "0" * 11 + "1", "total_credit", "44-55", "0" * 11 + "1", "000000035050 by"),
    ],
)
def test_a_wrong_field_names_record_field_what_was_read_and_what_was_expected(
    ach, place, start, text, field, columns, read, expected
):
    problem, *others = ach.rejected(ach.damaged(place, start, text))
    assert {other.field for other in others} <= {field}  # the control repeats a wrong header
    assert problem.record_number == place
    assert (problem.field, problem.columns, problem.read) == (field, columns, read)
    assert expected in problem.expected
    assert problem.severity == "file"
    sentence = str(problem)
    assert sentence.startswith(f"Record {place}, ")
    assert f'{field.replace("_", " ")} (columns {columns}): read "{read}"' in sentence
    assert problem.expected in sentence
    assert problem.rule in sentence


def test_the_sentence_reads_like_one(ach):
    (problem,) = ach.rejected(ach.damaged(7, 11, "0000000001"))
    assert str(problem) == (
        'Record 7, batch control (8), entry hash (columns 11-20): read "0000000001", expected '
        "0024691356 by the records read (Nacha file structure: entry hash is the sum of the first "
        "eight digits of the receiving routing numbers, its last ten digits)."
    )


def test_several_problems_are_collected(ach):
    records = ach.damaged(7, 11, "0000000001")
    records[7] = ach.damaged(8, 8, "000007")[7]
    assert [problem.field for problem in ach.rejected(records)] == ["entry_hash", "block_count"]


def test_an_unreadable_amount_does_not_make_the_totals_wrong_as_well(ach):
    problems = ach.rejected(ach.damaged(3, 30, "ABCDEFGHIJ"))
    assert [problem.field for problem in problems] == ["amount"]


def test_an_empty_file(ach):
    (problem,) = ach.rejected([])
    assert 'read "an empty file", expected a file header (1)' in str(problem)


@pytest.mark.parametrize(
    ("length", "filler"), [(93, ""), (95, " "), (120, " " * 26), (1, ""), (0, "")]
)
@pytest.mark.parametrize("place", [1, 3, 8])
def test_a_record_of_another_length(ach, place, length, filler):
    records = ach.records()
    records[place - 1] = (records[place - 1] + filler)[:length]
    problem = ach.rejected(records)[0]
    assert problem.record_number == place
    assert (problem.read, problem.expected) == (f"{length} characters", "94 characters")


def test_a_file_without_separators_that_is_cut(ach):
    with pytest.raises(AchFileRejected) as caught:
        list(read_entries(["".join(ach.records()).encode()[:-1]]))
    assert caught.value.problems[0].read == "93 characters"
    assert caught.value.problems[0].record_number == 10


@pytest.mark.parametrize(
    ("character", "read"), [("\xe9", "byte 0xE9"), ("\x00", "byte 0x00"), ("\x7f", "byte 0x7F")]
)
def test_a_character_that_is_not_printable_ascii_is_named_with_its_column(ach, character, read):
    (problem,) = ach.rejected(ach.damaged(3, 60, character))
    assert (problem.record_number, problem.columns, problem.read) == (3, "60", read)
    assert problem.record_type == "entry detail (6)"
    assert "column 60" in str(problem)


def test_an_unknown_record_type(ach):
    (problem,) = ach.rejected(ach.damaged(3, 1, "X"))
    assert (problem.record_number, problem.read) == (3, "X")
    assert problem.expected == "1, 5, 6, 7, 8 or 9"


@pytest.mark.parametrize(
    ("missing", "place", "name", "expected"),
    [
        (1, 1, "batch header (5)", "a file header (1)"),
        (2, 2, "entry detail (6)", "a batch header (5) or the file control (9)"),
        (3, 3, "addenda (7)", "an entry detail (6) or the batch control (8)"),
        (7, 7, "file control (9)", "an entry detail (6) or the batch control (8)"),
        (8, 8, "file control (9)", "a batch header (5) or the file control (9)"),
    ],
)
def test_a_missing_record_is_seen_at_the_one_after_it(ach, missing, place, name, expected):
    records = ach.records()
    del records[missing - 1]
    problem = ach.rejected(records)[-1]
    assert (problem.record_number, problem.record_type) == (place, name)
    assert problem.expected == expected


@pytest.mark.parametrize("place", range(1, 8))
def test_a_file_that_ends_too_early(ach, place):
    problem = ach.rejected(ach.records()[:place])[-1]
    assert (problem.record_number, problem.read) == (place, "the end of the file")
    assert "control" in problem.expected


@pytest.mark.parametrize(("first", "second"), [(1, 2), (2, 3), (3, 4), (6, 7), (7, 8), (8, 9)])
def test_records_out_of_order(ach, first, second):
    records = ach.records()
    records[first - 1], records[second - 1] = records[second - 1], records[first - 1]
    assert ach.rejected(records)[-1].field == "record_type"


@pytest.mark.parametrize("last", ["9" * 94, "1" + " " * 93, "x", "garbage" * 20])
def test_anything_after_the_last_block(ach, last):
    (problem,) = ach.rejected([*ach.records(), last])
    assert problem.record_number == 11
    assert problem.read in ("one more record of 9s", "something else than 9s")
    assert problem.expected == "nothing but 9s up to the end of the block"


def test_filler_that_is_not_all_nines(ach):
    (problem,) = ach.rejected(ach.damaged(9, 50, "8"))
    assert problem.record_number == 9


def test_a_blank_line_before_the_filler(ach):
    records = ach.records()
    (problem,) = ach.rejected([*records[:8], "", *records[8:]])
    assert (problem.record_number, problem.record_type) == (10, "file control (9)")


def test_a_line_without_end_is_the_last(ach):
    records = ach.records()
    problems = ach.rejected([*records[:2], "6" * 5_000])
    assert problems[0].read == "5000 characters"
    with pytest.raises(AchFileRejected) as caught:
        list(read_entries(["\n".join(records[:2]).encode() + b"\n", b"6" * 5_000, b"7" * 10]))
    (problem,) = caught.value.problems
    assert problem.read == "4097 characters"


def test_a_file_without_batches(ach):
    records = ach.records()
    zero = "9" + "000000" + "000001" + "0" * 42
    (problem,) = ach.rejected([records[0], zero.ljust(94), *["9" * 94] * 8])
    assert "one batch at least" in str(problem)


def test_debits_in_a_batch_of_credits(ach):
    records = ach.damaged(3, 2, "27")
    records[6] = ach.damaged(7, 21, "000000025000000000010050")[6]
    records[7] = ach.damaged(8, 32, "000000025000000000010050")[7]
    (problem,) = ach.rejected(records)
    assert problem.expected == "0 in a batch of service class 220"


def test_reading_stops_at_the_bound(ach):
    records = ach.records()
    records[2:2] = ["X" * 94] * 200
    data = "\n".join(records).encode()
    with pytest.raises(AchFileRejected) as caught:
        list(AchReader([data], limits=Limits(problems_max=7)))
    assert len(caught.value.problems) == 7
    assert "(6 more problems)" in str(caught.value)


def test_too_many_addenda(ach):
    batch = ach.batch(ach.entry(addenda=("A",) * 5), sec_code="CTX")
    data = "\n".join(ach.records(batch)).encode()
    with pytest.raises(AchFileRejected) as caught:
        list(AchReader([data], limits=Limits(addenda_max=3)))
    assert caught.value.problems[0].read == "addendum 4 of the entry"


def test_no_entry_is_handed_out_after_the_first_problem(ach):
    seen = []
    with pytest.raises(AchFileRejected):
        seen.extend(
            entry.record_number
            for entry in read_entries(["\n".join(ach.damaged(5, 30, "X")).encode()])
        )
    assert 5 not in seen
