"""Returned entries and notifications of change: what they say, and what is refused."""

from datetime import date

import pytest

from formats.ach import AchFileRejected
from formats.ach.layouts import (
    ADDENDA_CHANGE,
    ADDENDA_RETURN,
    BATCH_CONTROL,
    BATCH_HEADER,
    ENTRY_DETAIL,
    FILE_CONTROL,
    FILE_HEADER,
)
from formats.ach.returns import Correction, read_returns

TRACE = "123456780000007"
SAME = {"company_identification": "1900000002", "originating_dfi": "12345678", "batch_number": 1}


def records(*addenda, code="21", cents=0):
    """A bank's file of one batch: an entry for each addendum."""
    entry = {
        "transaction_code": code,
        "receiving_dfi": "12345678",
        "check_digit": "0",
        "amount": cents,
        "addenda_indicator": 1,
        "trace_number": "123456780000001",
    }
    sums = {
        "entry_addenda_count": 2 * len(addenda),
        "entry_hash": 12_345_678 * len(addenda),
        "total_debit": 0,
        "total_credit": cents * len(addenda),
    }
    lines = [
        FILE_HEADER.write(
            {
                "immediate_destination": " 123456780",
                "immediate_origin": " 123456780",
                "file_creation_date": date(2026, 3, 9),
                "file_id_modifier": "A",
            }
        ),
        BATCH_HEADER.write(
            SAME
            | {
                "service_class_code": 200,
                "company_name": "SYNTH SDU",
                "standard_entry_class_code": "COR",
                "company_entry_description": "CHILD SUPP",
                "originator_status_code": "1",
            }
        ),
    ]
    for addendum in addenda:
        lines += [ENTRY_DETAIL.write(entry), addendum]
    return [
        *lines,
        BATCH_CONTROL.write(SAME | sums | {"service_class_code": 200}),
        FILE_CONTROL.write(sums | {"batch_count": 1, "block_count": 1}),
    ]


def addendum(code, data=""):
    values = {
        "original_trace_number": TRACE,
        "original_receiving_dfi": "12345678",
        "trace_number": "123456780000001",
    }
    if code.startswith("R"):
        return ADDENDA_RETURN.write(values | {"return_reason_code": code})
    return ADDENDA_CHANGE.write(values | {"change_code": code, "corrected_data": data})


def read(lines):
    return read_returns(["\n".join(lines).encode()])


def test_a_return_says_what_came_back_and_why():
    file = read(records(addendum("R03"), cents=50_000))
    (item,) = file.items
    assert file.created_on == date(2026, 3, 9)
    assert (item.code, item.original_trace, item.amount_cents) == ("R03", TRACE, 50_000)
    assert item.is_return


@pytest.mark.parametrize(
    ("code", "data", "right"),
    [
        ("C01", "0011223344", Correction(account_number="0011223344")),
        ("C02", "123456780", Correction(routing_number="123456780")),
        ("C03", "123456780   0011223344", Correction("123456780", "0011223344")),
        ("C05", "32", Correction(transaction_code="32")),
        ("C06", "0011223344".ljust(20) + "32", Correction("", "0011223344", "32")),
        ("C07", "123456780" + "0011223344".ljust(17) + "32",
         Correction("123456780", "0011223344", "32")),
        ("C13", "ANYTHING", Correction()),
    ],
)  # fmt: skip
def test_a_change_says_what_is_right(code, data, right):
    (item,) = read(records(addendum(code, data))).items
    assert item.corrected == right
    assert not item.is_return


def test_an_account_number_stays_out_of_what_is_printed():
    (item,) = read(records(addendum("C01", "0011223344"))).items
    assert "0011223344" not in repr(item)


def damaged(place, column, text):
    lines = records(addendum("R03"), cents=50_000)
    line = lines[place]
    lines[place] = line[: column - 1] + text + line[column - 1 + len(text) :]
    return lines


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        (damaged(2, 2, "27"), "transaction code"),
        (damaged(3, 2, "05"), "addenda type code"),
        (damaged(3, 7, "12345678000000X"), "original trace number"),
        (damaged(5, 44, "000000050001"), "total credit"),
        (records(addendum("C02", "123456789")), "corrected data"),
        (records(addendum("R03"), cents=50_000)[:-1], "record"),
        (records(addendum("R03"), cents=50_000)[1:], "record"),
        ([*records(addendum("R03"))[:3], *records(addendum("R03"))[4:]], "record"),
    ],
)
def test_what_does_not_hold_is_refused_as_a_whole(lines, field):
    with pytest.raises(AchFileRejected) as caught:
        read(lines)
    assert any(field in str(problem) for problem in caught.value.problems)
