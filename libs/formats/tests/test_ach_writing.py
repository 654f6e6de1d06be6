"""What is written is read back; what a Nacha file cannot hold is refused by name."""

import string
from collections.abc import Iterator
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.ach import AchFileRejected, AchReader, read_entries
from formats.ach.codes import check_digit
from formats.ach.layouts import BY_RECORD_TYPE, FILLER_RECORD
from formats.ach.writer import AchFile, Batch, Entry, trace_number, write_records

PRINTABLE = "".join(chr(code) for code in range(32, 127))


def texts(width: int) -> st.SearchStrategy[str]:
    return st.text(PRINTABLE, min_size=1, max_size=width).map(str.strip).filter(bool)


EIGHT = st.text(string.digits, min_size=8, max_size=8)
ROUTING = EIGHT.map(lambda digits: digits + check_digit(digits))
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@st.composite
def entries(draw: st.DrawFn, sec_code: str) -> Entry:
    codes = ["22", "32", "23", "33"] + ([] if sec_code == "PPD" else ["24", "34"])
    code = draw(st.sampled_from(codes))
    addenda_max = 1 if sec_code != "CTX" else 4
    addenda_min = 1 if code in ("24", "34") else 0
    information = st.text(PRINTABLE, max_size=80)
    return Entry(
        transaction_code=code,
        receiving_dfi=draw(ROUTING),
        account_number=draw(texts(17)),
        amount_cents=draw(st.integers(1, 10**10 - 1)) if code in ("22", "32") else 0,
        individual_id=draw(st.one_of(st.just(""), texts(15))),
        name=draw(texts(16 if sec_code == "CTX" else 22)),
        addenda=tuple(draw(st.lists(information, min_size=addenda_min, max_size=addenda_max))),
    )


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    sec_code = draw(st.sampled_from(["CCD", "CTX", "PPD"]))
    return Batch(
        company_name=draw(texts(16)),
        company_id=draw(texts(10)),
        sec_code=sec_code,
        entry_description=draw(texts(10)),
        effective_entry_date=draw(DAYS),
        odfi=draw(EIGHT),
        entries=tuple(draw(st.lists(entries(sec_code), min_size=1, max_size=5))),
    )


@st.composite
def files(draw: st.DrawFn) -> AchFile:
    return AchFile(
        immediate_destination=draw(ROUTING),
        immediate_origin=draw(ROUTING),
        created_on=draw(DAYS),
        created_at=draw(st.one_of(st.none(), st.times().map(lambda t: time(t.hour, t.minute)))),
        id_modifier=draw(st.sampled_from(string.ascii_uppercase + string.digits)),
        destination_name=draw(st.one_of(st.just(""), texts(23))),
        origin_name=draw(st.one_of(st.just(""), texts(23))),
        batches=tuple(draw(st.lists(batches(), min_size=1, max_size=3))),
    )


@given(files(), st.sampled_from([b"\n", b"\r\n", b""]))
def test_what_is_written_is_read_back(file, separator):
    reader = AchReader(write_records(file, separator=separator))
    read = list(reader)
    written = [
        (batch, entry, sequence)
        for batch in file.batches
        for sequence, entry in enumerate(batch.entries, 1)
    ]
    assert len(read) == len(written)
    for back, (batch, entry, sequence) in zip(read, written, strict=True):
        assert back.problems == ()
        assert back.transaction_code == entry.transaction_code
        assert back.receiving_dfi == entry.receiving_dfi
        assert back.account_number == entry.account_number
        assert back.amount_cents == entry.amount_cents
        assert back.individual_id == entry.individual_id
        assert back.name == entry.name
        assert back.addenda == tuple(text.ljust(80) for text in entry.addenda)
        assert back.trace_number == trace_number(batch.odfi, sequence)
        assert back.batch.company_name == batch.company_name
        assert back.batch.company_id == batch.company_id
        assert back.batch.sec_code == batch.sec_code
        assert back.batch.effective_entry_date == batch.effective_entry_date
    assert reader.warnings == ()
    assert reader.header.created_on == file.created_on
    assert reader.header.immediate_origin == file.immediate_origin
    assert reader.control.total_credit_cents == sum(entry.amount_cents for _, entry, _ in written)
    assert reader.control.batch_count == len(file.batches)


@given(files())
def test_records_have_94_characters_and_fill_blocks_of_ten(file):
    records = [record.decode("ascii") for record in write_records(file, separator=b"")]
    assert len(records) % 10 == 0
    for record in records:
        assert len(record) == 94
        if record != FILLER_RECORD and record[0] != "6":
            assert list(BY_RECORD_TYPE[record[0]].faults(record)) == []


MONEY = {"6": [(29, 39)], "8": [(10, 20), (20, 32), (32, 44)], "9": [(21, 31), (31, 43), (43, 55)]}


def changed(records: list[str], row: int, column: int) -> Iterator[bytes]:
    """The file with one digit replaced by each of the nine others."""
    record = records[row]
    for digit in sorted(set(string.digits) - {record[column]}):
        altered = record[:column] + digit + record[column + 1 :]
        yield "\n".join([*records[:row], altered, *records[row + 1 :]]).encode()


def test_any_changed_digit_of_an_amount_or_a_hash_makes_the_file_fall(ach):
    records = (ach.data / "ccd_ded.ach").read_text().splitlines()
    count = 0
    for row, record in enumerate(records):
        if record == FILLER_RECORD:
            continue
        for start, end in MONEY.get(record[0], ()):
            for column in range(start, end):
                for data in changed(records, row, column):
                    count += 1
                    with pytest.raises(AchFileRejected):
                        list(read_entries([data]))
    assert count == (12 * 10 + 2 * 34) * 9


def test_any_changed_digit_of_a_routing_number_makes_the_file_fall_or_its_entry(ach):
    records = ach.records()
    for column in range(3, 11):
        for data in changed(records, 2, column):
            with pytest.raises(AchFileRejected) as caught:
                list(read_entries([data]))
            assert "entry_hash" in {problem.field for problem in caught.value.problems}
    for data in changed(records, 2, 11):
        first, _ = read_entries([data])
        assert [problem.field for problem in first.problems] == ["check_digit"]


def test_sequences_may_be_given(ach):
    batch = ach.batch(ach.entry(sequence=7), ach.entry(), ach.entry(sequence=1_000))
    read = ach.read(ach.records(batch))
    assert [entry.trace_number[8:] for entry in read] == ["0000007", "0000008", "0001000"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "X" * 23}, "name: 23 characters, but at most 22 fit"),
        ({"name": "JOSÉ"}, "name: character 4 is U[+]00C9"),
        ({"name": "A\nB"}, "name: character 2 is U[+]000A"),
        ({"name": " "}, "name: must not be blank"),
        ({"account_number": ""}, "account_number: must not be blank"),
        ({"account_number": "1" * 18}, "account_number: 18 characters"),
        ({"amount_cents": 10**10}, "amount: 11 characters, but at most 10 fit"),
        ({"amount_cents": -1}, "amount: must be a whole number"),
        ({"amount_cents": 0}, "amount: more than zero is expected with code 22"),
        ({"transaction_code": "23"}, "amount: zero is expected with code 23"),
        ({"transaction_code": "27"}, "transaction_code: 22, 23, 24, 32, 33, 34 is expected"),
        ({"receiving_dfi": "123456789"}, "receiving_dfi: check digit 0 is expected, not 9"),
        ({"receiving_dfi": "12345678"}, "receiving_dfi: nine digits are expected"),
        ({"individual_id": "X" * 16}, "individual_id: 16 characters"),
        ({"addenda": ("X" * 81,)}, "payment_information: 81 characters"),
        ({"addenda": ("X", "Y")}, "addenda: at most 1 for CCD, not 2"),
        ({"sequence": 0}, "trace_number: sequence must be more than 0"),
        (
            {"transaction_code": "24", "amount_cents": 0, "addenda": ()},
            "addenda: a zero-dollar entry carries remittance information",
        ),
    ],
)
def test_an_entry_that_cannot_be_written_names_its_field(ach, change, message):
    with pytest.raises(ValueError, match=message) as caught:
        ach.records(ach.batch(ach.entry(**change)))
    assert "1111" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"company_name": "X" * 17}, "batch header .5., company_name: 17 characters"),
        ({"company_id": ""}, "company_identification: is required"),
        ({"sec_code": "WEB"}, "standard_entry_class_code: CCD, CTX, PPD is expected"),
        ({"odfi": "1234"}, "originating_dfi: eight digits are expected"),
        ({"odfi": "1234567X"}, "originating_dfi: must be a whole number"),
        ({"entries": ()}, "a batch needs an entry"),
        ({"effective_entry_date": date(1999, 1, 1)}, "2000 to 2099, not 1999"),
    ],
)
def test_a_batch_that_cannot_be_written_names_its_field(ach, change, message):
    entries = change.pop("entries", (ach.entry(),))
    with pytest.raises(ValueError, match=message):
        ach.records(ach.batch(*entries, **change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"immediate_destination": "123456789"}, "immediate_destination: check digit 0"),
        ({"immediate_origin": "031300019"}, "immediate_origin: check digit 2"),
        ({"immediate_origin": "19000000012"}, "immediate_origin: 11 characters"),
        ({"id_modifier": ""}, "file_id_modifier: is required"),
        ({"batches": ()}, "a file needs one batch at least"),
    ],
)
def test_a_file_that_cannot_be_written_names_its_field(ach, change, message):
    batches = change.pop("batches", (ach.batch(ach.entry()),))
    with pytest.raises(ValueError, match=message):
        list(write_records(ach.file(*batches, **change)))


def test_an_unknown_separator(ach):
    with pytest.raises(ValueError, match="separator"):
        list(write_records(ach.file(ach.batch(ach.entry())), separator=b";"))


def test_the_entry_hash_keeps_its_last_ten_digits(ach):
    routing = "99999999" + check_digit("99999999")
    batch = ach.batch(*[ach.entry(receiving_dfi=routing) for _ in range(150)])
    records = ach.records(batch)
    control = next(record for record in records if record[0] == "8")
    assert control[10:20] == f"{150 * 99_999_999 - 10**10:010d}"
    assert len(ach.read(records)) == 150
