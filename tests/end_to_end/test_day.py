"""A day from an employer's file to a family's payment, on both hosts: to the cent, and alike."""

import csv
import io
import re
from functools import cache
from pathlib import Path

import books as books_of
import pytest
from days import PLANTED, PROTECTED, Day
from pypdf import PdfReader

from formats.ach import AchReader
from launcher import report as report_of

pytestmark = [pytest.mark.platform, pytest.mark.timeout(300)]  # the first starts a platform

EXPECTED = Path(__file__).parents[2] / "libs/formats/tests/data/ccd_ded_expected.csv"
CCD = "ccd_ded.ach"
CTX = "bluegrass_ctx.ach"
CHOSE_MAIL = {
    "john.doe@example.org",
    "jane.doe@example.org",
    "rosa.henderson@example.org",
    "ruth.cole@example.org",
    PLANTED[2],
}


@pytest.fixture(
    scope="session",
    params=[
        pytest.param("embedded_day", id="embedded"),
        pytest.param("process_day", id="processes", marks=pytest.mark.broker),
    ],
)
def day(request: pytest.FixtureRequest) -> Day:
    found: Day = request.getfixturevalue(request.param)
    return found


def test_a_day_is_accounted_for_to_the_cent(day: Day) -> None:
    """From the file that came in to the money that went out, and what everybody is told."""
    every_line_is_where_its_expectation_says(day)
    money_in_is_money_out_held_and_suspended(day)
    the_late_case_was_found_by_itself(day)
    both_parents_are_told_of_each_payment(day)
    letters_can_be_read(day)
    mail_went_to_those_who_chose_it(day)
    what_the_bank_gets_is_what_was_disbursed(day)
    assert books_of.disagreements(day.books) == []


def every_line_is_where_its_expectation_says(day: Day) -> None:
    with EXPECTED.open() as file:
        expected = list(csv.DictReader(file))
    lines = [line for line in day.report["lines"] if line["file"] == CCD]
    assert [
        (str(line["line_number"]), line["outcome"], line["amount_cents"], line["credited_cents"])
        for line in lines
    ] == [
        (row["entry"], row["outcome"], int(row["cash_cents"]), int(row["credited_cents"]))
        for row in expected
    ]
    by_outcome = {
        outcome: sum(x["amount_cents"] for x in lines if x["outcome"] == outcome)
        for outcome in ("posted", "suspended")
    }
    assert by_outcome == {"posted": 107_350, "suspended": 35_000}
    assert all(line["reason"] for line in lines if line["outcome"] == "suspended")
    assert all(a["steps"] for line in lines for a in line["allocations"])


def money_in_is_money_out_held_and_suspended(day: Day) -> None:
    report = day.report
    assert report_of.unaccounted(report) == []
    assert report["ledger_balanced"]
    assert report["ledger_findings"] == []
    assert report["received_cents"] == 142_350 + 132_500
    # Everything that could be paid was paid on the day that it came.
    assert report["payable_cents"] == 0
    # The excess of one, and the payment for which nobody knows an address.
    assert report["held_cents"] == 2_500 + 5_000
    # What the State keeps of assigned support, and the yearly fee.
    assert report["retained_cents"] == 10_050 + 3_500


def the_late_case_was_found_by_itself(day: Day) -> None:
    (late,) = [x for x in day.report["lines"] if x["obligor"] == "Lucy Marsh"]
    assert late["outcome"] == "posted"
    assert late["amount_cents"] == 24_000
    (paid,) = [x for x in day.report["disbursements"] if x["payee"] == "Tom Marsh"]
    assert paid["amount_cents"] == 24_000
    told = [body for kind, body in day.events["payments"] if kind.endswith("ReceiptsSuspended")]
    assert any(b"0000200003" in body for body in told), "it waited in suspense before"


def both_parents_are_told_of_each_payment(day: Day) -> None:
    entries = [(who, about) for who, _, about, _ in day.books["notification.entries"]]
    owners = {c.case_number: (c.obligor_id, c.obligee_id) for c in cases(day)}
    receipts = {}
    for row in day.books["payments.allocations"]:
        receipts.setdefault(row[0], set()).add(row[2])
    assert len(receipts) == 7 + 4
    for receipt, numbers in receipts.items():
        for number in numbers - {None}:
            for parent in owners[number]:
                assert (parent, receipt) in entries, (number, receipt)


def letters_can_be_read(day: Day) -> None:
    kinds = {letter.kind for letter in day.letters.values()}
    assert {"suspense", "hold", "first_payment", "first_payment_obligor"} <= kinds
    for letter_id in day.letters:
        assert len(pdf_text(day, letter_id)) > 200, letter_id
        metadata = PdfReader(io.BytesIO(day.files[f"letters/{letter_id}.pdf"])).metadata
        assert metadata is not None
        assert metadata.title


def mail_went_to_those_who_chose_it(day: Day) -> None:
    recipients = {address for to, _ in day.mails for address in to}
    assert recipients == CHOSE_MAIL
    for to, content in day.mails:
        assert len(to) == 1
        # It says that there is something to read, and nothing of what it is.
        assert b"$" not in content
        assert not re.search(rb"\b0000[12]\d{5}\b", content), "a case number"


def what_the_bank_gets_is_what_was_disbursed(day: Day) -> None:
    paid = day.report["disbursements"]
    assert sum(d["amount_cents"] for d in paid) == day.report["disbursed_cents"]
    deposits = [d for d in paid if d["method"] == "direct deposit"]
    (name,) = {d["file"] for d in deposits}
    entries = list(AchReader([day.files[f"disbursements/{name}"]]))
    assert sorted(e.amount_cents for e in entries) == sorted(d["amount_cents"] for d in deposits)
    assert {e.trace_number for e in entries} == {d["reference"] for d in deposits}
    (checks,) = {d["file"] for d in paid if d["method"] == "check"}
    register = day.files[f"disbursements/{checks}"].decode()
    assert len(list(csv.DictReader(io.StringIO(register)))) == sum(
        d["method"] == "check" for d in paid
    )


def test_where_a_protected_parent_lives_is_nowhere_within_reach(day: Day) -> None:
    """Planted with the protected parent; looked for wherever somebody else can read."""
    own = [id_ for id_, letter in day.letters.items() if letter.participant_id == PROTECTED]
    register = [name for name in day.files if name.endswith("check_register.csv")]
    assert PLANTED[0] in pdf_text(day, own[0]), "else nothing was planted"
    assert PLANTED[0] in day.files[register[0]].decode()
    for letter_id in day.letters.keys() - set(own):
        absent(pdf_text(day, letter_id), letter_id)
    for name, content in day.files.items():
        if not name.startswith("letters/") and name not in register:
            absent(content.decode(), name)
    for service, events in day.events.items():
        for kind, body in events:
            absent(body.decode("latin-1"), f"{service}: {kind}")
    for to, content in day.mails:
        absent(content.decode(), str(to), *([PLANTED[2]] if to == [PLANTED[2]] else []))
    for who, inbox in day.inboxes.items():
        if who != PROTECTED:
            absent(inbox, day.world.names[who])
    assert day.doors
    for answer in day.doors:
        absent(answer, "the intake's answer")
    absent(day.logs, "logs")
    absent(str(day.report), "the report")


def absent(where: str, name: str, *allowed: str) -> None:
    found = [w for w in PLANTED if w not in allowed and w.casefold() in where.casefold()]
    assert not found, f"{name} says {found}"


def pdf_text(day: Day, letter_id: str) -> str:
    return text_of(day.files[f"letters/{letter_id}.pdf"])


@cache
def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.broker
def test_both_hosts_have_the_same_books(embedded_day: Day, process_day: Day) -> None:
    assert books_of.differences(embedded_day.books, process_day.books) == []
    assert without_ids(embedded_day) == without_ids(process_day)


def without_ids(day: Day) -> dict[str, object]:
    """The report as a person would read it; a line that waited in suspense first has more entries.

    So what the proof found is compared, and not how many lines it read.
    """
    report = dict(day.report)
    report["proof"] = report["proof"]["findings"]
    report["submissions"] = [
        {k: v for k, v in one.items() if k != "submission_id"} for one in report["submissions"]
    ]
    report["lines"] = [
        {
            **line,
            "allocations": [
                {k: v for k, v in a.items() if k != "disbursement_id"} for a in line["allocations"]
            ],
        }
        for line in report["lines"]
    ]
    report["files"] = len(report["files"])
    report["disbursements"] = sorted(report["disbursements"], key=str)
    report["told"] = sorted(str(sorted(x.items(), key=str)) for x in report["told"])
    return report


def cases(day: Day) -> list:
    return [*day.world.first.cases, *day.world.late.cases]
