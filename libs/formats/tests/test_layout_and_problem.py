"""The tables prove themselves; a problem says itself without telling secrets."""

import pytest

from formats.ach.codes import check_digit, is_debit, routing_number_holds
from formats.ach.layouts import BY_RECORD_TYPE, ENTRY_DETAIL_CTX
from formats.layout import Field, Kind, Layout
from formats.problem import Problem, mask_ssn, printable


@pytest.mark.parametrize("layout", [*BY_RECORD_TYPE.values(), ENTRY_DETAIL_CTX])
def test_every_layout_covers_94_columns(layout):
    covered = [column for field in layout.fields for column in range(94)[field.slice]]
    assert covered == list(range(94))


@pytest.mark.parametrize(
    ("starts", "message"),
    [((1, 4), "starts at 4, expected 3"), ((1, 2), "starts at 2, expected 3")],
)
def test_a_gap_or_an_overlap_in_a_table_is_refused(starts, message):
    first, second = starts
    fields = (Field("a", first, 2, Kind.TEXT), Field("b", second, 2, Kind.TEXT))
    with pytest.raises(ValueError, match=message):
        Layout("test", 4, fields)


def test_a_table_of_another_width_is_refused():
    with pytest.raises(ValueError, match="end at 2, expected 3"):
        Layout("test", 3, (Field("a", 1, 2, Kind.TEXT),))


def test_an_unknown_field_cannot_be_written():
    with pytest.raises(ValueError, match="no such field: b"):
        Layout("test", 2, (Field("a", 1, 2, Kind.TEXT),)).write({"a": "x", "b": "y"})


@pytest.mark.parametrize(
    ("text", "is_time"), [("0000", True), ("2359", True), ("2400", False), ("0960", False)]
)
def test_times(text, is_time):
    assert Field("time", 1, 4, Kind.TIME).accepts(text) is is_time


def problem(record_type: str, field: str, read: str) -> Problem:
    return Problem(3, record_type, field, "", read, "something else", "a rule", "entry")


@pytest.mark.parametrize("record_type", ["addenda (7)", "DED segment", "820 segment"])
@pytest.mark.parametrize("read", ["900010001", "x900-01-0001y", "DED*CS*900010001*"])
def test_what_looks_like_an_ssn_is_masked(record_type, read):
    sentence = str(problem(record_type, "segment", read))
    assert "#########" in sentence
    assert "0001" not in sentence
    assert problem(record_type, "segment", read).read == read


@pytest.mark.parametrize("read", ["90001000", "9000100011", "900 01 0001", "9-0-0-0-1-0-0-0-1"])
def test_a_misspelt_ssn_is_masked_as_well(read):
    sentence = str(problem("DED segment", "DED05", read))
    assert not any(digit in sentence.partition("read")[2] for digit in "0123456789")


def test_repr_does_not_show_what_was_read():
    assert "900010001" not in repr(problem("DED segment", "DED05", "900010001"))


def test_routing_numbers_and_amounts_are_shown():
    assert '"123456789"' in str(problem("file header (1)", "immediate_destination", "123456789"))
    assert mask_ssn("0000025000") == "0000025000"


@pytest.mark.parametrize("text", ["\x00\x1b[31m", "\xff\xfe", "é\n", "日本" * 50, "x" * 1_000])
def test_what_was_read_is_printable_and_short(text):
    shown = printable(text)
    assert shown.isascii()
    assert shown.isprintable()
    assert len(shown) <= 10 * 40 + 3


def test_which_codes_count_as_debits():
    debits = {f"{code:02d}" for code in range(20, 60) if is_debit(f"{code:02d}")}
    assert debits == {
        *("26", "27", "28", "29", "36", "37", "38", "39", "46", "47", "48", "49"),
        *("55", "56", "57", "58", "59"),
    }


@pytest.mark.parametrize("routing", ["123456780", "231380104", "031300012", "121042882"])
def test_check_digits(routing):
    assert check_digit(routing[:8]) == routing[8]
    assert routing_number_holds(routing)
    assert not any(
        routing_number_holds(wrong) for wrong in (routing[:8], routing + "0", routing[:8] + "X")
    )
