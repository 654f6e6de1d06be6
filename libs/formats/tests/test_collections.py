"""Tables of collections: read back, and refused by line, field and rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.collections import (
    CHECK_LIST_COLUMNS,
    COLLECTION_COLUMNS,
    PROBLEMS_MAX,
    CollectionsRejected,
    read_table,
)


def table(rows, columns="case_identifier,amount", total=None):
    cents = sum(cents for _, cents in rows)
    lines = [f"{case},{c // 100}.{c % 100:02}" for case, c in rows]
    total = total or f"TOTAL,{len(rows)},{cents // 100}.{cents % 100:02}"
    return "\n".join([columns, *lines, total]).encode()


def read(content, columns=COLLECTION_COLUMNS, size=7):
    chunks = [content[n : n + size] for n in range(0, len(content), size)]
    return list(read_table(chunks, columns))


def refused(content, columns=COLLECTION_COLUMNS):
    with pytest.raises(CollectionsRejected) as rejected:
        read(content, columns)
    return [str(problem) for problem in rejected.value.problems]


@given(
    rows=st.lists(st.tuples(st.text("AB01-", max_size=8), st.integers(1, 10**10)), max_size=8),
    size=st.integers(1, 50),
)
def test_what_is_written_is_read_however_it_is_cut(rows, size):
    found = read(table(rows), size=size)
    assert [(row.case_identifier, row.amount_cents) for row in found] == rows


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line, columns: read nothing"),
        (b"case_identifier,amount,amount\n", "each once, of"),
        (b"case_identifier\nTOTAL,0,0.00", "needed: amount"),
        (b"amount,colour\nTOTAL,0,0.00", "each once, of"),
        (table([("1", 100)], total="TOTAL,1,1.01"), 'read "1,1.01", expected 1,1.00'),
        (table([("1", 100)], total=" "), "a last line TOTAL,lines,amount"),
        (table([("1", 0)]), "dollars with two decimals, more than 0.00"),
        (b"amount\n1,00\nTOTAL,1,1.00", "2 cells"),
        (b"amount\n-1.00\nTOTAL,1,-1.00", "Record 2, line, amount"),
        (table([("1", 100)]) + b"\n2,1.00", "nothing after the TOTAL line"),
        (b"ssn,amount\n123,1.00\nTOTAL,1,1.00", "nine digits"),
        (b"joint_return,amount\nx,1.00\nTOTAL,1,1.00", 'read "x", expected Y or N'),
        (b"amount\n\xff\xfe\nTOTAL,0,0.00", "text in UTF-8"),
        (b"amount\n" + b"9" * 3_000, "at most 2000 characters"),
    ],
)
def test_what_is_wrong_refuses_the_file_and_is_said(content, said):
    assert any(said in problem for problem in refused(content)), refused(content)


def test_no_number_of_a_person_stands_in_what_is_said():
    said = refused(b"ssn,amount\n123-45-67890,1.00\nTOTAL,1,1.00")
    assert "12345" not in "".join(said).replace("-", "")


def test_problems_are_many_at_the_most():
    assert len(refused(table([("1", 0)] * (3 * PROBLEMS_MAX)))) == PROBLEMS_MAX


def test_a_check_list_is_of_one_check():
    head = "check_number,amount,pay_date"
    good = f"{head}\n7,1.00,2026-02-28\n7,2.00,\nTOTAL,2,3.00".encode()
    first, second = read(good, CHECK_LIST_COLUMNS)
    assert (first.reference, str(first.pay_date), second.pay_date) == ("7", "2026-02-28", None)
    two = f"{head}\n7,1.00,\n8,2.00,\nTOTAL,2,3.00".encode()
    assert "the same in every line" in refused(two, CHECK_LIST_COLUMNS)[0]
    bad = f"{head}\n7,1.00,2026-02-30\nTOTAL,1,1.00".encode()
    assert "a day YYYY-MM-DD" in refused(bad, CHECK_LIST_COLUMNS)[0]
