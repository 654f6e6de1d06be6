"""DED segments as producers write them, and what is wrong with the bad ones."""

import string
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from formats.ded import APPLICATIONS, Ded, parse_ded, write_ded

TIGHT = "DED*CS*0000123456*260306*25000*900010001*N*DOE,JOH*2100003\\"
READ = Ded("CS", "0000123456", date(2026, 3, 6), 25_000, "900010001", "N", "DOE,JOH", "2100003")


def fields(problems) -> list[str]:
    return [problem.field for problem in problems]


@pytest.mark.parametrize(
    "text",
    [
        TIGHT,
        TIGHT.ljust(80),
        TIGHT.replace("260306", "20260306"),
        TIGHT.replace("*25000*", "*0000025000*"),
        "DED*CS*0000123456          *260306*0000025000*900010001*N*DOE,JOH   *2100003*N \\",
        "DED*CS*0000123456*260306*25000*900010001*N*DOE,JOH*2100003*\\",
        "DED*CS*0000123456*260306*25000*900010001*N*DOE,JOH*2100003* \\",
    ],
)
def test_every_manner_of_writing_reads_the_same(text):
    result = parse_ded(text)
    assert (result.problems, result.warnings) == ((), ())
    assert result.ded == READ


@pytest.mark.parametrize("ending", ["\\", "**\\", "***\\", "* * * \\", "*"])
def test_optional_elements_may_be_missing_or_blank(ending):
    text = "DED*DP*1*260306*1*900010001*W" + ending
    result = parse_ded(text if text.endswith("\\") else text + "\\")
    assert result.problems == ()
    assert (result.ded.name, result.ded.fips) == ("", "")
    assert result.ded.employment_terminated is False


def test_employment_terminated():
    assert parse_ded(TIGHT.replace("\\", "*Y\\")).ded.employment_terminated is True


def test_a_slash_ends_a_segment_with_a_warning():
    result = parse_ded(TIGHT.replace("\\", "/   "))
    assert result.problems == ()
    assert fields(result.warnings) == ["terminator"]
    assert result.ded.terminator == "/"
    assert result.ded.fips == "2100003"


def test_ssn_with_dashes_is_a_warning():
    result = parse_ded(TIGHT.replace("900010001", "900-01-0001"))
    assert result.ded.ssn == "900010001"
    assert (result.problems, fields(result.warnings)) == ((), ["DED05"])


def test_text_behind_the_terminator_is_a_warning():
    result = parse_ded(TIGHT + "  SOMETHING")
    assert result.ded == READ
    assert fields(result.warnings) == ["segment"]


@pytest.mark.parametrize(
    ("old", "new", "field", "expected"),
    [
        ("*CS*", "*XX*", "DED01", "one of CS, II, IT"),
        ("*CS*", "**", "DED01", "one of CS, II, IT"),
        ("0000123456", "", "DED02", "1 to 20 characters"),
        ("0000123456", "1" * 21, "DED02", "1 to 20 characters"),
        ("260306", "261399", "DED03", "a date YYMMDD or CCYYMMDD"),
        ("260306", "20260230", "DED03", "a date YYMMDD or CCYYMMDD"),
        ("260306", "0306", "DED03", "a date YYMMDD or CCYYMMDD"),
        ("260306", "", "DED03", "a date YYMMDD or CCYYMMDD"),
        ("*25000*", "*250.00*", "DED04", "1 to 10 digits, cents without a point"),
        ("*25000*", "*-5*", "DED04", "1 to 10 digits, cents without a point"),
        ("*25000*", "* *", "DED04", "1 to 10 digits, cents without a point"),
        ("*25000*", "*12345678901*", "DED04", "1 to 10 digits, cents without a point"),
        ("900010001", " ", "DED05", "9 digits"),
        ("900010001", "90001000", "DED05", "9 digits"),
        ("900010001", "90001000A", "DED05", "9 digits"),
        ("*N*", "*X*", "DED06", "Y, N or W"),
        ("*N*", "* *", "DED06", "Y, N or W"),
        ("2100003", "21", "DED08", "5 to 7 digits"),
        ("2100003", "KY00003", "DED08", "5 to 7 digits"),
        ("\\", "*X\\", "DED09", "Y, or nothing"),
        ("\\", "*Y*EXTRA\\", "segment", "at most 9 elements"),
        ("\\", "", "terminator", "a backslash at the end, or the segment may be cut"),
    ],
)
def test_a_bad_element_is_named_and_the_others_are_kept(old, new, field, expected):
    result = parse_ded(TIGHT.replace(old, new, 1), record_number=4)
    (problem,) = result.problems
    assert (problem.field, problem.record_number) == (field, 4)
    assert problem.expected.startswith(expected)
    assert problem.severity == "entry"
    assert f"Record 4, DED segment, {field}: read" in str(problem)
    kept = result.ded
    changed = {"DED01": "application", "DED02": "case_identifier", "DED03": "pay_date"} | {
        "DED04": "amount_cents",
        "DED05": "ssn",
        "DED06": "medical_support",
        "DED08": "fips",
    }
    for name in set(changed.values()) - {changed.get(field)}:
        assert getattr(kept, name) == getattr(READ, name)


def test_several_bad_elements_are_all_named():
    result = parse_ded("DED*CS**261399*x*900010001*N\\")
    assert fields(result.problems) == ["DED02", "DED03", "DED04"]
    assert result.ded.ssn == "900010001"
    assert (result.ded.pay_date, result.ded.amount_cents) == (None, None)


@pytest.mark.parametrize("text", ["", " " * 80, "RMR*IV*1\\", "ded*CS\\", "DEDCS", "\\"])
def test_what_is_no_ded_segment(text):
    result = parse_ded(text)
    assert result.ded is None
    assert fields(result.problems) == ["segment"]


def test_a_cut_segment_keeps_what_was_read():
    result = parse_ded(TIGHT[:48])
    assert (result.ded.case_identifier, result.ded.ssn) == ("0000123456", "900010001")
    assert "terminator" in fields(result.problems)


def test_a_problem_without_a_record_and_without_the_number():
    (problem,) = parse_ded(TIGHT.replace("900010001", "9000100011")).problems
    assert str(problem) == (
        'DED segment, DED05: read "##########", expected 9 digits '
        "(child support banking convention: DED segment, social security number)."
    )


ELEMENT = st.text(string.ascii_uppercase + string.digits + " ,.-/", min_size=1, max_size=20)
TEXT = ELEMENT.map(str.strip).filter(bool)
DEDS = st.builds(
    Ded,
    application=st.sampled_from(sorted(APPLICATIONS)),
    case_identifier=TEXT,
    pay_date=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    amount_cents=st.integers(0, 10**10 - 1),
    ssn=st.text(string.digits, min_size=9, max_size=9),
    medical_support=st.sampled_from("YNW"),
    name=st.one_of(st.just(""), TEXT.map(lambda name: name[:10].strip())),
    fips=st.one_of(st.just(""), st.text(string.digits, min_size=5, max_size=7)),
    employment_terminated=st.booleans(),
)


@given(DEDS, st.booleans())
def test_what_is_written_is_read_back(ded, four_digit_year):
    text = write_ded(ded, four_digit_year=four_digit_year)
    assert len(text) <= 82
    result = parse_ded(text)
    assert (result.problems, result.warnings) == ((), ())
    assert result.ded == ded


@given(st.text(max_size=100))
@example("DED*" * 30)
@example("DED*CS*1*²²²²²²*²*²²²²²²²²²*N\\")
def test_any_text_gives_a_result(text):
    result = parse_ded(text)
    assert result.ded is not None or result.problems
    for problem in (*result.problems, *result.warnings):
        assert str(problem).isprintable()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"case_identifier": ""}, "DED02: expected 1 to 20 characters"),
        ({"case_identifier": "A*B"}, "DED02: expected printable ASCII"),
        ({"case_identifier": " A"}, "DED02: expected printable ASCII"),
        ({"name": "JOSÉ"}, "DED07: expected printable ASCII"),
        ({"name": "A\\B"}, "DED07: expected printable ASCII"),
        ({"name": "X" * 11}, "DED07: expected at most 10 characters"),
        ({"pay_date": None}, "DED03 is mandatory"),
        ({"pay_date": date(1999, 1, 1)}, "2000 to 2099"),
        ({"amount_cents": None}, "DED04 is mandatory"),
        ({"amount_cents": -1}, "DED04: expected 1 to 10 digits"),
        ({"ssn": "123"}, "DED05: expected 9 digits"),
        ({"fips": "21"}, "DED08: expected 5 to 7 digits"),
    ],
)
def test_what_cannot_be_written_names_its_element(change, message):
    values = {name: getattr(READ, name) for name in READ.__slots__} | change
    with pytest.raises(ValueError, match=message):
        write_ded(Ded(**values))
