"""What a bank is told of checks, and what it says of those that it paid."""

from datetime import date

import pytest

from formats.positive_pay import (
    CHECK,
    CONTROL,
    ISSUE,
    VOID,
    Check,
    PaidCheck,
    PaidFileRejectedError,
    read_paid,
    write_issue,
)

DAY = date(2026, 3, 6)


def test_the_control_counts_all_and_sums_what_may_be_paid():
    checks = [Check(7, ISSUE, 50_000, DAY, "Zoë Payee"), Check(3, VOID, 700, DAY, "Pat")]
    *lines, control = [line.decode().rstrip("\n") for line in write_issue("0001", checks)]
    assert [len(line) for line in (*lines, control)] == [100] * 3
    first, second = (CHECK.read(line) for line in lines)
    assert (int(first["check_number"]), first["action"], first["payee"]) == (7, "I", "ZO  PAYEE")
    assert (int(second["amount"]), second["action"]) == (700, "V")
    read = CONTROL.read(control)
    assert (int(read["check_count"]), int(read["amount"])) == (2, 50_000)


def test_without_checks_there_is_no_file():
    assert list(write_issue("0001", [])) == []


def test_paid_checks_are_read():
    paid = read_paid("check_number,amount_cents,paid_on\n7,50000,2026-03-09\n")
    assert paid == [PaidCheck(7, 50_000, date(2026, 3, 9))]


@pytest.mark.parametrize(
    "text",
    ["", "a,b\n", "check_number,amount_cents,paid_on\n7,5\n",
     "check_number,amount_cents,paid_on\n7,5.00,2026-03-09\n"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_its_line(text):
    with pytest.raises(PaidFileRejectedError, match="ecord"):
        read_paid(text)
