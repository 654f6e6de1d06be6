"""The sample file: what must become of each of its entries."""

import csv
from pathlib import Path

import pytest

from childsupport.withholding.v1 import events_pb2 as events
from childsupport.withholding.v1 import withholding_service_pb2 as pb

DATA = Path(__file__).parent / "data"
OBLIGORS = {
    "0000123456": "900010001",
    "0000123457": "900010002",
    "0000123458": "900010003",
    "0000123459": "900010004",
    "0000123460": "900010005",
    "0000999006": "900010006",
    "0000123461": "900010007",
    "0000123462": "900010008",
    "0000123463": "900010010",
    "0000123464": "900010011",
    "0000123465": "900010012",
}
STATES = {
    "posted": pb.LINE_STATE_IDENTIFIED,
    "suspended": pb.LINE_STATE_SUSPENDED,
    "notice_only": pb.LINE_STATE_NOTICE_ONLY,
}
REASONS = {
    8: pb.SUSPENSE_REASON_MISDIRECTED,
    9: pb.SUSPENSE_REASON_MISSING_CASE_IDENTIFIER,
    10: pb.SUSPENSE_REASON_INVALID_PAY_DATE,
    11: pb.SUSPENSE_REASON_AMOUNT_MISMATCH,
}


@pytest.fixture
def sample(world):
    employer_id = world.employer()
    for number, ssn in OBLIGORS.items():
        court = ["07-CI-00123"] if number == "0000999006" else []
        world.case(number, world.participant(number, ssn), court=court)
    return world, world.submit((DATA / "ccd_ded.ach").read_bytes(), employer_id)


def test_every_entry_has_its_expected_outcome(sample):
    world, submission = sample
    lines = {line.line_number: line for line in world.lines(submission.submission_id)}
    with (DATA / "ccd_ded_expected.csv").open(newline="") as file:
        expected = list(csv.DictReader(file))
    assert len(lines) == len(expected) == 12
    for row in expected:
        line = lines[int(row["entry"])]
        assert (line.state, line.amount_cents, line.credited_cents) == (
            STATES[row["outcome"]],
            int(row["cash_cents"]),
            int(row["credited_cents"]),
        ), row["what it shows"]
        assert line.reason == REASONS.get(line.line_number, pb.SUSPENSE_REASON_UNSPECIFIED)
        assert bool(line.detail) == (line.line_number in REASONS)


def test_the_submission_counts_its_lines_and_its_money(sample):
    _, submission = sample
    assert submission.state == pb.SUBMISSION_STATE_RELEASED
    assert submission.line_count == 12
    assert submission.released_count == 7
    assert submission.suspended_count == 4
    assert submission.notice_count == 1
    assert submission.amount_cents == 142_350
    suspended = sum(
        line.amount_cents
        for line in sample[0].lines(submission.submission_id)
        if line.state == pb.LINE_STATE_SUSPENDED
    )
    assert suspended == 35_000


def test_one_page_is_released_with_all_the_money(sample):
    world, submission = sample
    (page,) = world.told(events.RemittancesReleased)
    assert (page.page_number, page.page_count) == (1, 1)
    assert page.file_amount_cents == 142_350 == sum(line.amount_cents for line in page.lines)
    assert page.file_line_count == len(page.lines) == 11
    assert page.employer_name == "Synth Employer Inc"
    assert page.submission_id == submission.submission_id
    settles = page.settlement_date
    assert (settles.year, settles.month, settles.day) == (2026, 3, 6)
    for line in page.lines:
        waits = line.reason != pb.SUSPENSE_REASON_UNSPECIFIED
        assert waits == (line.line_number in REASONS)
        assert bool(line.obligor_id) != waits


def test_notices_are_told(sample):
    world, _ = sample
    (ended,) = world.told(events.EmploymentsEnded)
    assert [e.obligor_id for e in ended.employments] == [
        world.participant(number, OBLIGORS[number]) for number in ("0000123457", "0000123458")
    ]
    (medical,) = world.told(events.MedicalCoverageReported)
    assert [m.obligor_id for m in medical.reports] == [
        world.participant("0000123457", OBLIGORS["0000123457"])
    ]


def test_a_slash_at_the_end_is_a_warning_and_told_to_the_sender(sample):
    world, submission = sample
    line = world.lines(submission.submission_id)[11]
    assert len(line.warnings) == 1
    assert "backslash" in line.warnings[0]
    (told,) = [p for p in submission.problems if p.severity == pb.PROBLEM_SEVERITY_WARNING]
    assert (told.record_number, told.field, told.read) == (26, "terminator", "/")


def test_no_social_security_number_is_told_or_kept_in_clear(sample):
    world, submission = sample
    said = str(submission) + str(world.lines(submission.submission_id))
    for kind in (events.RemittancesReleased, events.EmploymentsEnded):
        said += str(world.told(kind))
    assert not [ssn for ssn in OBLIGORS.values() if ssn in said]
