"""What becomes of lines: whose they are, and why some wait."""

from datetime import date

import pytest

from childsupport.withholding.v1 import events_pb2 as events
from childsupport.withholding.v1 import withholding_service_pb2 as pb
from formats.ach.codes import CHECKING_CREDIT, CHECKING_PRENOTE, CHECKING_ZERO_DOLLAR, CTX
from formats.remittance import write_ctx_addenda

SSN, OTHER_SSN = "900010001", "900010002"


@pytest.fixture
def employer_id(world):
    return world.employer()


def only_line(world, submission):
    (line,) = world.lines(submission.submission_id)
    return line


def reason_name(line):
    return pb.SuspenseReason.Name(line.reason).removeprefix("SUSPENSE_REASON_")


@pytest.mark.parametrize(
    "written", ["0000123456", "123456", " 0000123456", "07-CI-00123", "07ci00123", "07 CI 00123"]
)
def test_a_line_names_its_case_by_case_or_court_number(world, files, employer_id, written):
    obligor = world.participant("john", SSN)
    world.case("0000123456", obligor, court=["07-CI-00123"])
    text = f"DED*CS*{written}*260306*5000*{SSN}*N**2100003\\"
    submission = world.submit(files.ach_file([files.entry(text, 5000)]), employer_id)
    line = only_line(world, submission)
    assert line.state == pb.LINE_STATE_IDENTIFIED
    assert line.obligor_id == obligor


def test_of_cases_with_one_court_number_the_social_security_number_chooses(
    world, files, employer_id
):
    john, jack = world.participant("john", SSN), world.participant("jack", OTHER_SSN)
    world.case("0000000001", john, court=["07-CI-00123"])
    second = world.case("0000000002", jack, court=["07-CI-00123"])
    entry = files.entry(files.ded("07-CI-00123", 5000, OTHER_SSN), 5000)
    submission = world.submit(files.ach_file([entry]), employer_id)
    assert only_line(world, submission).obligor_id == jack
    (page,) = world.told(events.RemittancesReleased)
    assert page.lines[0].case_id == second


@pytest.mark.parametrize(
    ("changes", "reason", "words"),
    [
        ({"case": "0000999999"}, "UNKNOWN_CASE", ["DED02", "0000999999"]),
        ({"ssn": OTHER_SSN}, "OBLIGOR_MISMATCH", ["DED05", "###-##-0002"]),
        ({"ssn": " "}, "OBLIGOR_MISMATCH", ["DED05", "9 digits"]),
        ({"case": "0000000002"}, "NO_ORDER", ["DED02", "0000000002"]),
        ({"case": " "}, "MISSING_CASE_IDENTIFIER", ["DED02"]),
        ({"case": "---"}, "UNKNOWN_CASE", ["DED02", "---"]),
        ({"pay_date": "260231"}, "INVALID_PAY_DATE", ["DED03", "260231", "YYMMDD"]),
        ({"fips": "3900000"}, "MISDIRECTED", ["DED08", "3900000", "21"]),
        ({"fips": "39000"}, "MISDIRECTED", ["DED08", "39000"]),
        ({"amount": "4999"}, "AMOUNT_MISMATCH", ["amount", "4999", "5000"]),
        ({"amount": "x"}, "UNREADABLE_ADDENDA", ["DED04", "digits"]),
        ({"application": "ZZ"}, "UNREADABLE_ADDENDA", ["DED01", "ZZ"]),
        ({"medical": "?"}, "UNREADABLE_ADDENDA", ["DED06", "Y, N or W"]),
        ({"application": "RI", "amount": "4000"}, "AMOUNT_MISMATCH", ["4000"]),
    ],
)
def test_what_holds_a_line_up_is_said_by_field(world, files, employer_id, changes, reason, words):
    world.case("0000000001", world.participant("john", SSN))
    world.case("0000000002", world.participant("john", SSN), ordered=False)
    said = {
        "application": "CS",
        "case": "0000000001",
        "pay_date": "260306",
        "amount": "5000",
        "ssn": SSN,
        "medical": "N",
        "name": "DOE,JOH",
        "fips": "2100003",
    } | changes
    text = "*".join(["DED", *said.values()]) + "\\"
    line = only_line(world, world.submit(files.ach_file([files.entry(text, 5000)]), employer_id))
    assert line.state == pb.LINE_STATE_SUSPENDED
    assert reason_name(line) == reason
    assert not [word for word in (*words, "expected") if word not in line.detail]
    assert (line.amount_cents, line.credited_cents, line.obligor_id) == (5000, 0, "")
    assert SSN not in str(line)
    assert OTHER_SSN not in str(line)


@pytest.mark.parametrize("ssn", [OTHER_SSN, "", "12345"])
@pytest.mark.parametrize("changes", [{}, {"fips": "3900000"}, {"pay_date": "600306"}])
@pytest.mark.parametrize("amount_cents", [5000, 0])
def test_a_sender_does_not_learn_whether_a_case_is_known(
    world, files, employer_id, ssn, changes, amount_cents
):
    said = {"pay_date": "260306", "fips": "2100003"} | changes
    world.case("0000000001", world.participant("john", SSN))
    seen = []
    for case in ("0000000001", "0000000002"):
        text = f"DED*CS*{case}*{said['pay_date']}*{amount_cents}*{ssn}*N**{said['fips']}\\"
        code = CHECKING_ZERO_DOLLAR if amount_cents == 0 else CHECKING_CREDIT
        entry = files.entry(text, amount_cents, transaction_code=code)
        submission = world.submit(files.ach_file([entry]), employer_id)
        (line,) = world.lines(submission.submission_id, caller=employer_id)
        told = (line.state, line.reason, line.detail, list(line.warnings))
        seen.append(str(told).replace(case, "CASE"))
    assert seen[0] == seen[1]


def test_who_works_here_is_told_what_is_known(world, files, employer_id):
    world.case("0000000001", world.participant("john", SSN))
    entry = files.entry(files.ded("0000000001", 5000, OTHER_SSN), 5000)
    submission = world.submit(files.ach_file([entry]), employer_id)
    assert reason_name(only_line(world, submission)) == "OBLIGOR_MISMATCH"
    (line,) = world.lines(submission.submission_id, caller=employer_id)
    assert reason_name(line) == "UNKNOWN_CASE"
    assert "no case or order of this State fits the number" in line.detail
    for word in ("0000000001", "###-##-0002"):
        assert word in line.detail


def test_of_several_problems_one_is_the_reason_and_the_others_are_kept(world, files, employer_id):
    text = "DED*CS*0000999999*260231*5000*900010002*N**3900000\\"
    line = only_line(world, world.submit(files.ach_file([files.entry(text, 5000)]), employer_id))
    assert reason_name(line) == "MISDIRECTED"
    assert len(line.warnings) == 2
    assert not [f for f in ("DED03", "DED02", "DED05") if not any(f in w for w in line.warnings)]


def test_without_addenda_the_money_waits(world, files, employer_id):
    line = only_line(world, world.submit(files.ach_file([files.entry(None, 5000)]), employer_id))
    assert reason_name(line) == "UNREADABLE_ADDENDA"
    assert line.amount_cents == 5000


def test_prenotes_and_zero_dollar_entries_carry_no_money(world, files, employer_id):
    obligor = world.participant("john", SSN)
    world.case("0000000001", obligor)
    prenote = files.ded("0000000001", 0, SSN, employment_terminated=True)
    notice = files.ded("0000000001", 0, SSN, medical_support="Y")
    content = files.ach_file(
        [
            files.entry(prenote, 0, transaction_code=CHECKING_PRENOTE),
            files.entry(None, 0, transaction_code=CHECKING_PRENOTE),
            files.entry(notice, 0, transaction_code=CHECKING_ZERO_DOLLAR),
        ]
    )
    submission = world.submit(content, employer_id)
    assert (submission.notice_count, submission.amount_cents) == (3, 0)
    states = {line.state for line in world.lines(submission.submission_id)}
    assert states == {pb.LINE_STATE_NOTICE_ONLY}
    assert world.told(events.RemittancesReleased) == []
    assert world.told(events.EmploymentsEnded) == []
    (medical,) = world.told(events.MedicalCoverageReported)
    assert [report.obligor_id for report in medical.reports] == [obligor]


def ctx_entry(files, deds, amount_cents):
    addenda = write_ctx_addenda(deds, effective_on=date(2026, 3, 6), reference="1")
    return files.entry(None, amount_cents, addenda=addenda)


def test_a_ctx_entry_is_parted_into_its_payments(world, files, employer_id):
    world.case("0000000001", world.participant("john", SSN))
    deds = [
        files.ded("0000000001", 3000, SSN),
        files.ded("0000999999", 2000, SSN),
        files.ded("0000000001", 0, SSN, employment_terminated=True),
    ]
    content = files.ach_file([ctx_entry(files, deds, 5000)], sec_code=CTX)
    lines = world.lines(world.submit(content, employer_id).submission_id)
    assert [(line.sequence, line.amount_cents) for line in lines] == [(1, 3000), (2, 2000), (3, 0)]
    assert [pb.LineState.Name(line.state).removeprefix("LINE_STATE_") for line in lines] == [
        "IDENTIFIED",
        "SUSPENDED",
        "NOTICE_ONLY",
    ]
    (page,) = world.told(events.RemittancesReleased)
    assert page.file_amount_cents == 5000
    assert len({line.receipt_id for line in lines}) == 3


def test_a_ctx_entry_whose_amounts_do_not_sum_to_it_waits_whole(world, files, employer_id):
    world.case("0000000001", world.participant("john", SSN))
    deds = [files.ded("0000000001", 3000, SSN), files.ded("0000000001", 1000, SSN)]
    content = files.ach_file([ctx_entry(files, deds, 5000)], sec_code=CTX)
    line = only_line(world, world.submit(content, employer_id))
    assert reason_name(line) == "AMOUNT_MISMATCH"
    assert line.amount_cents == 5000
    assert "4000 cents in 2 DED" in line.detail
    assert "5000" in line.detail


def test_cost_recovery_credits_more_than_the_money(world, files, employer_id):
    world.case("0000000001", world.participant("john", SSN))
    entry = files.entry(files.ded("0000000001", 10_000, SSN, application="RI"), 9_800)
    line = only_line(world, world.submit(files.ach_file([entry]), employer_id))
    assert (line.amount_cents, line.credited_cents) == (9_800, 10_000)


@pytest.mark.parametrize(
    ("amount_cents", "is_believed"), [(7_500, True), (7_499, False), (1, False)]
)
def test_a_cent_does_not_pay_a_debt_by_cost_recovery(
    world, files, employer_id, amount_cents, is_believed
):
    world.case("0000000001", world.participant("john", SSN))
    entry = files.entry(files.ded("0000000001", 10_000, SSN, application="RI"), amount_cents)
    line = only_line(world, world.submit(files.ach_file([entry]), employer_id))
    assert (line.state == pb.LINE_STATE_IDENTIFIED) == is_believed
    (page,) = world.told(events.RemittancesReleased)
    assert page.lines[0].credited_cents == (10_000 if is_believed else amount_cents)
    if not is_believed:
        assert reason_name(line) == "AMOUNT_MISMATCH"
        for word in ("entry detail (6)", "kept of 10000", "at most 2500 cents kept"):
            assert word in line.detail


def test_a_cost_recovery_line_in_suspense_keeps_what_it_will_credit(world, files, employer_id):
    entry = files.entry(files.ded("0000000001", 10_000, SSN, application="RI"), 9_800)
    line = only_line(world, world.submit(files.ach_file([entry]), employer_id))
    assert (line.amount_cents, line.credited_cents) == (9_800, 0)
    (page,) = world.told(events.RemittancesReleased)
    assert page.lines[0].credited_cents == 10_000


def test_pay_after_a_reported_end_is_posted_with_a_warning(world, files, employer_id):
    world.case("0000000001", world.participant("john", SSN))
    ended = files.ded("0000000001", 5000, SSN, employment_terminated=True)
    after = files.ded("0000000001", 5000, SSN, pay_date=date(2026, 3, 13))
    first = world.submit(files.ach_file([files.entry(ended, 5000)]), employer_id)
    assert list(only_line(world, first).warnings) == []
    second = world.submit(files.ach_file([files.entry(after, 5000)], id_modifier="B"), employer_id)
    line = only_line(world, second)
    assert line.state == pb.LINE_STATE_IDENTIFIED
    assert "2026-03-06" in line.warnings[0]
    elsewhere = world.submit(
        files.ach_file([files.entry(after, 5000)]), world.employer("900000002")
    )
    assert list(only_line(world, elsewhere).warnings) == []


@pytest.mark.parametrize(
    ("effective", "settles"),
    [
        (date(2026, 3, 6), date(2026, 3, 6)),
        (date(2026, 3, 7), date(2026, 3, 9)),
        (date(2026, 3, 16), date(2026, 3, 16)),
        (date(2026, 3, 2), date(2026, 3, 2)),
        (date(2026, 1, 19), date(2026, 1, 20)),
        (date(2026, 1, 5), date(2026, 1, 5)),
    ],
)
def test_a_file_settles_on_a_banking_day(world, files, employer_id, effective, settles):
    entry = files.entry(files.ded("0000000001", 5000, SSN), 5000)
    world.submit(files.ach_file([entry], effective=effective), employer_id)
    (page,) = world.told(events.RemittancesReleased)
    told = page.settlement_date
    assert date(told.year, told.month, told.day) == settles


@pytest.mark.parametrize(
    ("effective", "read"),
    [
        (date(2060, 3, 6), "600306"),
        (date(2026, 3, 17), "260317"),
        (date(2026, 1, 4), "260104"),
        (date(2005, 3, 6), "050306"),
    ],
)
def test_a_batch_of_another_time_waits_and_settles_when_it_came(
    world, files, employer_id, effective, read
):
    world.case("0000000001", world.participant("john", SSN))
    ended = files.ded("0000000001", 0, SSN, employment_terminated=True)
    content = files.ach_file(
        [
            files.entry(files.ded("0000000001", 5000, SSN), 5000),
            files.entry(ended, 0, transaction_code=CHECKING_ZERO_DOLLAR),
        ],
        effective=effective,
    )
    submission = world.submit(content, employer_id)
    assert submission.state == pb.SUBMISSION_STATE_RELEASED
    assert (submission.released_count, submission.suspended_count) == (0, 1)
    (problem,) = submission.problems
    assert (problem.record_number, problem.field, problem.columns, problem.read) == (
        2,
        "effective_entry_date",
        "70-75",
        read,
    )
    assert problem.severity == pb.PROBLEM_SEVERITY_ENTRY
    line, notice = world.lines(submission.submission_id)
    assert reason_name(line) == "INVALID_ENTRY"
    said = ("Record 2, batch header (5)", "columns 70-75", read, "2026-01-05 to 2026-03-16")
    for word in said:
        assert word in line.detail
    assert line.detail in notice.warnings
    assert world.told(events.EmploymentsEnded) == []
    (page,) = world.told(events.RemittancesReleased)
    told = page.settlement_date
    assert (told.year, told.month, told.day) == (2026, 3, 6)


@pytest.mark.parametrize(
    ("pay_date", "is_believed"),
    [
        ("20600306", False),
        ("20260407", False),
        ("20260406", True),
        ("20250130", True),
        ("20250129", False),
        ("20050306", False),
    ],
)
def test_a_pay_date_of_another_time_waits(world, files, employer_id, pay_date, is_believed):
    world.case("0000000001", world.participant("john", SSN))
    text = f"DED*CS*0000000001*{pay_date}*5000*{SSN}*N**2100003\\"
    submission = world.submit(files.ach_file([files.entry(text, 5000)]), employer_id)
    line = only_line(world, submission)
    assert (line.state == pb.LINE_STATE_IDENTIFIED) == is_believed
    assert line.HasField("pay_date") == is_believed
    if not is_believed:
        assert reason_name(line) == "INVALID_PAY_DATE"
        for word in ("DED03", pay_date, "2025-01-30 to 2026-04-06"):
            assert word in line.detail
        assert [problem.field for problem in submission.problems] == ["DED03"]


def test_a_company_that_is_not_registered_is_a_warning(world, files, employer_id):
    entry = files.entry(files.ded("0000000001", 5000, SSN), 5000)
    submission = world.submit(files.ach_file([entry], company_id="1911111111"), employer_id)
    (problem,) = submission.problems
    assert problem.severity == pb.PROBLEM_SEVERITY_WARNING
    assert (problem.record_number, problem.field, problem.columns, problem.read) == (
        2,
        "company_identification",
        "41-50",
        "1911111111",
    )
    assert submission.state == pb.SUBMISSION_STATE_RELEASED


def test_a_long_file_is_released_in_numbered_pages(world, files, employer_id):
    world.case("0000000001", world.participant("john", SSN))
    entries = [files.entry(files.ded("0000000001", cents, SSN), cents) for cents in range(1, 2502)]
    submission = world.submit(files.ach_file(entries), employer_id)
    assert submission.released_count == 2501
    pages = world.told(events.RemittancesReleased)
    assert [(p.page_number, p.page_count, len(p.lines)) for p in pages] == [
        (1, 3, 1000),
        (2, 3, 1000),
        (3, 3, 501),
    ]
    assert {p.file_line_count for p in pages} == {2501}
    assert [line.line_number for p in pages for line in p.lines] == list(range(1, 2502))
    total = sum(range(1, 2502))
    assert {p.file_amount_cents for p in pages} == {total}
    assert sum(line.amount_cents for p in pages for line in p.lines) == total
