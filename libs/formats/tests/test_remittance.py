"""Entries and the payments in them: the sample file, and the rules about amounts."""

import csv
import dataclasses
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.ach import AchEntry, BatchHeader, read_entries
from formats.ach.codes import ZERO_DOLLAR
from formats.ach.writer import Entry
from formats.dates import Days
from formats.ded import Ded, write_ded
from formats.remittance import Bounds, remittances, write_ctx_addenda

DAY = date(2026, 3, 6)


def ded(amount_cents: int, application: str = "CS", **changes: object) -> Ded:
    base = Ded(application, "0000123456", DAY, amount_cents, "900010001", "N", "DOE,JOH", "2100003")
    return dataclasses.replace(base, **changes)


def ctx_text(*deds: Ded) -> tuple[str, ...]:
    return write_ctx_addenda(deds, effective_on=DAY, reference="0001", payer_name="EMPLOYER")


def ctx_entry(amount_cents: int, addenda: tuple[str, ...]) -> AchEntry:
    batch = BatchHeader("220", "E", "1", "CTX", "CHILD SUPP", "", DAY, "12345678", 1, 2)
    trace = "123456780000001"
    return AchEntry(batch, "22", "123456780", "1", amount_cents, "", "SDU", trace, addenda, 3, ())


def read_ctx(ach, amount_cents: int, addenda: tuple[str, ...], code: str = "22"):
    entry: Entry = ach.entry(
        amount_cents=amount_cents, addenda=addenda, name="SDU", transaction_code=code
    )
    (read,) = ach.read(ach.records(ach.batch(entry, sec_code="CTX")))
    assert read.problems == ()
    return remittances(read)


def read_ccd(ach, amount_cents: int, text: str, code: str = "22"):
    entry = ach.entry(amount_cents=amount_cents, addenda=(text,), transaction_code=code)
    (read,) = ach.read(ach.records(ach.batch(entry)))
    return remittances(read)


# What format alone decides of each entry of the sample: fields of DED problems, of entry problems,
# of warnings. Number 8 is well-formed: that its FIPS is another State's the format cannot know.
SAMPLE = {
    "9": (["DED02"], [], []),
    "10": (["DED03"], [], []),
    "11": ([], ["amount"], []),
    "12": ([], [], ["terminator"]),
}


def test_the_sample_file(ach):
    with (ach.data / "ccd_ded_expected.csv").open(newline="") as source:
        expected = list(csv.DictReader(source))
    entries = list(read_entries([(ach.data / "ccd_ded.ach").read_bytes()]))
    assert len(entries) == len(expected) == 12
    for entry, row in zip(entries, expected, strict=True):
        read = remittances(entry)
        (result,) = read.deds
        ded_fields, entry_fields, warning_fields = SAMPLE.get(row["entry"], ([], [], []))
        assert [problem.field for problem in result.problems] == ded_fields
        assert [problem.field for problem in read.problems] == entry_fields
        assert [problem.field for problem in result.warnings] == warning_fields
        assert entry.problems == ()
        assert entry.amount_cents == int(row["cash_cents"])
        assert result.ded.ssn == f"9000100{int(row['entry']):02d}"
        is_bad = bool(ded_fields or entry_fields)
        assert is_bad == (row["outcome"] == "suspended" and row["entry"] != "8")
        if row["outcome"] == "posted":
            assert result.ded.amount_cents == int(row["credited_cents"])
        assert (entry.transaction_code in ZERO_DOLLAR) == (row["outcome"] == "notice_only")
    amounts = {row["outcome"]: 0 for row in expected}
    for row in expected:
        amounts[row["outcome"]] += int(row["cash_cents"])
    assert amounts == {"posted": 107_350, "notice_only": 0, "suspended": 35_000}


def test_details_of_the_sample(ach):
    entries = list(read_entries([(ach.data / "ccd_ded.ach").read_bytes()]))
    deds = [remittances(entry).deds[0] for entry in entries]
    assert [place for place, one in enumerate(deds, 1) if one.ded.employment_terminated] == [2, 3]
    assert [one.ded.medical_support for one in deds[:6]] == ["N", "Y", "N", "N", "N", "W"]
    assert deds[3].ded.fips == "21000"
    assert deds[4].ded.name == ""
    assert deds[5].ded.case_identifier == "07-CI-00123"
    assert (deds[6].ded.amount_cents, deds[6].cost_recovery_cents) == (10_000, 200)
    assert deds[7].ded.fips == "3900000"
    assert deds[8].problems[0].record_number == 20


@pytest.mark.parametrize("application", ["CS", "II", "IT", "IO", "IF", "FD", "DP", "UI"])
@pytest.mark.parametrize("amount_cents", [4_999, 5_001])
def test_without_cost_recovery_the_amounts_must_be_equal(ach, application, amount_cents):
    text = f"DED*{application}*1*260306*{amount_cents}*900010001*N\\"
    read = read_ccd(ach, 5_000, text)
    (problem,) = read.problems
    assert (problem.record_number, problem.field) == (3, "amount")
    assert problem.read == f"{amount_cents} cents in 1 DED"
    assert problem.expected == "5000 cents"
    assert problem.severity == "entry"
    assert read.deds[0].problems == ()


@pytest.mark.parametrize("application", ["RI", "RT", "RO", "RF"])
@pytest.mark.parametrize("amount_cents", [5_000, 5_001, 9_999])
def test_with_cost_recovery_the_ded_may_exceed_the_entry(ach, application, amount_cents):
    read = read_ccd(ach, 5_000, f"DED*{application}*1*260306*{amount_cents}*900010001*N\\")
    assert read.problems == ()
    assert read.cost_recovery_cents == amount_cents - 5_000
    assert read.deds[0].cost_recovery_cents == amount_cents - 5_000


def test_with_cost_recovery_the_ded_is_never_less_than_the_entry(ach):
    (problem,) = read_ccd(ach, 5_000, "DED*RI*1*260306*4999*900010001*N\\").problems
    assert problem.expected == "5000 to 9999 cents"


@pytest.mark.parametrize("sec_code", ["CCD", "CTX"])
@pytest.mark.parametrize(("pay_date", "is_believed"), [(date(2026, 2, 1), True), (DAY, False)])
def test_a_pay_date_is_believed_within_bounds_only(ach, sec_code, pay_date, is_believed):
    one = ded(100, pay_date=pay_date)
    addenda = ctx_text(one) if sec_code == "CTX" else (write_ded(one),)
    entry = ach.entry(amount_cents=100, addenda=addenda)
    (read,) = ach.read(ach.records(ach.batch(entry, sec_code=sec_code)))
    (result,) = remittances(read, Bounds(paid=Days(date(2026, 2, 1), date(2026, 3, 5)))).deds
    assert result.ded.pay_date == (pay_date if is_believed else None)
    assert [(problem.field, problem.expected) for problem in result.problems] == (
        [] if is_believed else [("DED03", "a day from 2026-02-01 to 2026-03-05")]
    )


def test_a_prenote_has_no_amount_to_compare(ach):
    read = read_ccd(ach, 0, "DED*CS*1*260306*5000*900010001*N\\", code="23")
    assert read.problems == ()


def test_a_zero_dollar_entry_whose_ded_has_an_amount(ach):
    read = read_ccd(ach, 0, "DED*CS*1*260306*5000*900010001*N\\", code="24")
    assert [problem.field for problem in read.problems] == ["amount"]


@pytest.mark.parametrize("addenda", [(), ("DED*CS*1*260306*1*900010001*N\\",) * 2])
def test_a_ccd_entry_needs_one_addendum(ach, addenda):
    batch = ach.batch(ach.entry(addenda=addenda), sec_code="CTX")
    records = [record.replace("CTX", "CCD") for record in ach.records(batch)]
    (entry,) = ach.read(records)
    read = remittances(entry)
    (problem,) = read.problems
    assert (problem.read, problem.expected) == (f"{len(addenda)} addenda", "one addendum")
    assert len(read.deds) == len(addenda)


def test_a_ppd_entry_carries_no_remittance(ach):
    (entry,) = ach.read(ach.records(ach.batch(ach.entry(), sec_code="PPD")))
    (problem,) = remittances(entry).problems
    assert (problem.read, problem.expected) == ("PPD", "CCD or CTX")


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_a_ctx_entry_gives_its_deds_in_order(amounts):
    deds = tuple(ded(cents, case_identifier=f"CASE{place}") for place, cents in enumerate(amounts))
    addenda = ctx_text(*deds)
    assert {len(text) for text in addenda} == {80}
    entry = ctx_entry(sum(amounts), addenda)
    read = remittances(entry)
    assert (read.problems, read.warnings) == ((), ())
    assert tuple(result.ded for result in read.deds) == deds
    for result in read.deds:
        assert (result.problems, result.warnings) == ((), ())


@pytest.mark.parametrize("amount_cents", [299, 301])
def test_a_ctx_entry_whose_deds_do_not_sum_to_it_is_wrong_as_a_whole(ach, amount_cents):
    read = read_ctx(ach, amount_cents, ctx_text(ded(100), ded(200)))
    (problem,) = read.problems
    assert (problem.read, problem.expected) == ("300 cents in 2 DED", f"{amount_cents} cents")
    assert [result.problems for result in read.deds] == [(), ()]


def test_a_ctx_entry_with_an_unreadable_amount_has_no_sum(ach):
    addenda = ("DED*CS*1*260306*100*900010001*N\\DED*CS*2*260306*x*900010002*N\\".ljust(80),)
    read = read_ctx(ach, 100, addenda)
    assert [problem.read for problem in read.problems] == ["a DED04 without amount"]
    assert [[problem.field for problem in one.problems] for one in read.deds] == [[], ["DED04"]]


def test_cost_recovery_in_a_ctx_entry_goes_to_the_one_that_may_have_it(ach):
    read = read_ctx(ach, 250, ctx_text(ded(100), ded(200, "RI")))
    assert read.problems == ()
    assert [result.cost_recovery_cents for result in read.deds] == [0, 50]


def test_cost_recovery_is_never_more_than_its_ded(ach):
    (problem,) = read_ctx(ach, 50, ctx_text(ded(100), ded(20, "RI"))).problems
    assert problem.expected == "50 to 70 cents"


@pytest.mark.parametrize(("amount_cents", "is_believed"), [(7_500, True), (7_499, False)])
@pytest.mark.parametrize("application", ["RI", "RT", "RO", "RF"])
@pytest.mark.parametrize("beside", [(), (ded(1_000),)])
def test_cost_recovery_is_believed_up_to_a_part_of_its_ded(
    ach, amount_cents, is_believed, application, beside
):
    total_cents = amount_cents + sum(one.amount_cents for one in beside)
    addenda = ctx_text(ded(10_000, application), *beside)
    entry = ctx_entry(total_cents, addenda)
    read = remittances(entry, Bounds(kept_of_ded=Fraction(1, 4)))
    if is_believed:
        assert (read.problems, read.cost_recovery_cents) == ((), 2_500)
    else:
        (problem,) = read.problems
        assert (problem.field, problem.severity) == ("amount", "entry")
        assert problem.read == "2501 cents kept of 10000"
        assert problem.expected == "at most 2500 cents kept"
        assert read.cost_recovery_cents == 0


def test_cost_recovery_of_several_cannot_be_told_apart(ach):
    (problem,) = read_ctx(ach, 250, ctx_text(ded(100, "RI"), ded(200, "RT"))).problems
    assert problem.read == "50 cents kept of 2 DED"


def test_problems_of_a_ctx_ded_name_its_addendum(ach):
    filler = "N1*PE*SDU\\".ljust(80)
    bad = "DED*CS**260306*100*900010001*N\\".ljust(80)
    read = read_ctx(ach, 100, (filler, filler, bad))
    assert [problem.record_number for problem in read.deds[0].problems] == [6]


@pytest.mark.parametrize(
    ("old", "new", "field", "expected"),
    [
        ("SE*6*0001", "SE*9*0001", "SE01", "6 segments"),
        ("SE*6*0001", "SE*6*0002", "SE02", "0001 as in ST02"),
        ("SE*6*0001\\", "", "SE", "SE"),
        ("ST*820*0001\\", "", "ST", "ST before SE"),
    ],
)
def test_wrong_counts_of_the_820_are_warnings(ach, old, new, field, expected):
    text = "".join(ctx_text(ded(100))).strip().replace(old, new)
    read = read_ctx(ach, 100, tuple(text[i : i + 80] for i in range(0, len(text), 80)))
    assert read.problems == ()
    (warning,) = read.warnings
    assert (warning.field, warning.expected, warning.severity) == (field, expected, "warning")


@pytest.mark.parametrize("terminator", ["~", "/"])
def test_another_terminator_is_a_warning_of_each_ded(ach, terminator):
    text = "".join(ctx_text(ded(60), ded(40))).strip().replace("\\", terminator)
    read = read_ctx(ach, 100, tuple(text[i : i + 80] for i in range(0, len(text), 80)))
    assert read.problems == ()
    assert [[w.field for w in one.warnings] for one in read.deds] == [["terminator"]] * 2


def test_an_isa_header_declares_the_terminator(ach):
    isa = "ISA".ljust(105, "*") + "!"
    text = isa + "".join(ctx_text(ded(100), ded(200))).strip().replace("\\", "!")
    read = read_ctx(ach, 300, tuple(text[i : i + 80] for i in range(0, len(text), 80)))
    assert read.problems == ()
    assert [result.ded.amount_cents for result in read.deds] == [100, 200]


def test_a_last_ded_without_terminator_may_be_cut(ach):
    read = read_ctx(ach, 100, ("DED*CS*1*260306*100*900010001*N".ljust(80),))
    assert [problem.field for problem in read.deds[0].problems] == ["terminator"]


@pytest.mark.parametrize("addenda", [(), ("",), ("N1*PE*SDU\\",), ("free text",)])
def test_a_ctx_entry_without_ded(ach, addenda):
    (problem,) = read_ctx(ach, 100, addenda).problems
    assert problem.read == "no DED segment"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=400))
def test_any_ctx_text_gives_a_result(text):
    addenda = tuple(text[i : i + 80].ljust(80) for i in range(0, len(text), 80))
    read = remittances(ctx_entry(100, addenda))
    assert read.deds or read.problems


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"deds": ()}, "one DED at least"),
        ({"reference": ""}, "reference must be"),
        ({"payer_name": "A*B"}, "payer_name must be"),
        ({"deds": [ded(1)] * 16_000}, "at most 9999"),
    ],
)
def test_an_820_that_cannot_be_written(change, message):
    values = {"deds": [ded(1)], "effective_on": DAY, "reference": "1"} | change
    with pytest.raises(ValueError, match=message):
        write_ctx_addenda(values.pop("deds"), **values)
