"""Lines that wait are identified by themselves when their case or obligor appears."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from chassis.ids import derived_id, new_id
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import events_pb2 as case_events
from childsupport.withholding.v1 import events_pb2 as events
from childsupport.withholding.v1 import withholding_service_pb2 as pb
from withholding_service.handlers import on_cases_changed
from withholding_service.store import tables

SSN, OTHER_SSN = "900010001", "900010002"
NUMBER = "0000000001"


@pytest.fixture
def waiting(world, files):
    """A file of one line that nobody knows yet."""
    entry = files.entry(
        files.ded(NUMBER, 5000, SSN, employment_terminated=True, medical_support="Y"), 5000
    )
    submission = world.submit(files.ach_file([entry]), world.employer())
    (line,) = world.lines(submission.submission_id)
    assert line.reason == pb.SUSPENSE_REASON_UNKNOWN_CASE
    assert world.told(events.EmploymentsEnded) == []
    return submission, line


def line_of(world, submission):
    (line,) = world.lines(submission.submission_id)
    return line


def assert_identified(world, submission, obligor, case_id):
    line = line_of(world, submission)
    assert (line.state, line.obligor_id, line.credited_cents) == (
        pb.LINE_STATE_IDENTIFIED,
        obligor,
        5000,
    )
    (told,) = world.told(events.RemittancesIdentified)
    (identified,) = told.remittances
    assert (identified.receipt_id, identified.obligor_id, identified.case_id) == (
        line.receipt_id,
        obligor,
        case_id,
    )
    (ended,) = world.told(events.EmploymentsEnded)
    assert ended.employments[0].obligor_id == obligor
    (covered,) = world.told(events.MedicalCoverageReported)
    assert covered.reports[0].obligor_id == obligor


def test_a_closed_case_with_all_that_a_case_may_hold_is_still_identified(world, files):
    """An employer withholds until told to stop; what comes in belongs to the order."""
    obligor = world.participant("john", SSN)
    world.case(NUMBER, obligor)
    closed = case_pb.Case(
        case_id=derived_id("case", NUMBER),
        case_number=NUMBER,
        obligor_id=obligor,
        version=2,
        status=case_pb.CASE_STATUS_CLOSED,
        closure_ground="12",
        members=[case_pb.CaseMember(participant_id=new_id(), role=case_pb.CASE_ROLE_CHILD)],
        orders=[
            case_pb.Order(
                order_id=new_id(),
                court_number="26-CI-00001",
                obligations=[
                    case_pb.Obligation(
                        obligation_id=new_id(),
                        support_type=case_pb.SUPPORT_TYPE_CHILD_CARE,
                        terms=[case_pb.Term(frequency=case_pb.FREQUENCY_WEEKLY)],
                    )
                ],
            )
        ],
    )
    world.tell(case_events.CasesChanged(cases=[closed]))
    entry = files.entry(files.ded(NUMBER, 5000, SSN), 5000)
    submission = world.submit(files.ach_file([entry]), world.employer())
    (line,) = world.lines(submission.submission_id)
    assert (line.state, line.obligor_id) == (pb.LINE_STATE_IDENTIFIED, obligor)


def test_when_its_case_appears(world, waiting):
    submission, _ = waiting
    obligor = world.participant("john", SSN)
    assert world.told(events.RemittancesIdentified) == []
    case_id = world.case(NUMBER, obligor)
    assert_identified(world, submission, obligor, case_id)


def test_when_its_obligor_appears_after_the_case(world, waiting):
    submission, _ = waiting
    obligor = world.participant("john", None)
    case_id = world.case(NUMBER, obligor)
    line = line_of(world, submission)
    assert line.reason == pb.SUSPENSE_REASON_OBLIGOR_MISMATCH
    assert "there is none" in line.detail
    world.participant("john", SSN)
    assert_identified(world, submission, obligor, case_id)


def test_when_an_order_appears_in_its_case(world, waiting):
    submission, _ = waiting
    obligor = world.participant("john", SSN)
    world.case(NUMBER, obligor, ordered=False)
    assert line_of(world, submission).reason == pb.SUSPENSE_REASON_NO_ORDER
    case_id = world.case(NUMBER, obligor)
    assert_identified(world, submission, obligor, case_id)


def test_a_case_of_somebody_else_does_not_take_the_money(world, waiting):
    submission, _ = waiting
    world.case(NUMBER, world.participant("jack", OTHER_SSN))
    line = line_of(world, submission)
    assert (line.state, line.reason) == (
        pb.LINE_STATE_SUSPENDED,
        pb.SUSPENSE_REASON_OBLIGOR_MISMATCH,
    )
    assert world.told(events.RemittancesIdentified) == []


def test_it_is_identified_once(world, waiting):
    obligor = world.participant("john", SSN)
    world.case(NUMBER, obligor)
    world.case(NUMBER, obligor)
    world.participant("john", SSN)
    assert len(world.told(events.RemittancesIdentified)) == 1
    assert len(world.told(events.EmploymentsEnded)) == 1


def test_an_older_version_of_a_case_changes_nothing(world, waiting):
    submission, _ = waiting
    obligor = world.participant("john", SSN)
    world.case(NUMBER, obligor, ordered=False)
    old = case_pb.Case(
        case_id=world.case("0000000009", obligor),
        case_number=NUMBER,
        obligor_id=obligor,
        orders=[case_pb.Order(obligations=[case_pb.Obligation()])],
        version=1,
    )
    world.tell(case_events.CasesChanged(cases=[old]))
    assert line_of(world, submission).state == pb.LINE_STATE_SUSPENDED


def test_a_notice_finds_its_obligor_later_too(world, files):
    notice = files.ded(NUMBER, 0, SSN, employment_terminated=True)
    content = files.ach_file([files.entry(notice, 0, transaction_code="24")])
    submission = world.submit(content, world.employer())
    assert line_of(world, submission).warnings
    obligor = world.participant("john", SSN)
    world.case(NUMBER, obligor, ordered=False)
    line = line_of(world, submission)
    assert (line.state, line.obligor_id) == (pb.LINE_STATE_NOTICE_ONLY, obligor)
    (ended,) = world.told(events.EmploymentsEnded)
    assert ended.employments[0].obligor_id == obligor
    assert world.told(events.RemittancesIdentified) == []


def test_what_else_is_wrong_with_a_line_waits_for_a_person(world, files):
    entry = files.entry(files.ded(NUMBER, 5000, SSN, fips="3900000"), 5000)
    submission = world.submit(files.ach_file([entry]), world.employer())
    world.case(NUMBER, world.participant("john", SSN))
    line = line_of(world, submission)
    assert (line.state, line.reason) == (
        pb.LINE_STATE_SUSPENDED,
        pb.SUSPENSE_REASON_MISDIRECTED,
    )


def test_who_is_known_is_not_kept_twice(world, waiting):
    kept = [tables.remittance_line.c[name] for name in ("ssn_encrypted", "ssn_hash", "name")]

    with world.runtime.work() as work:
        assert all(work.session.execute(select(*kept)).one()[:2])
    world.case(NUMBER, world.participant("john", SSN))
    with world.runtime.work() as work:
        assert tuple(work.session.execute(select(*kept)).one()) == (None, None, "")


def test_many_lines_are_identified_in_pages(world, files):
    entries = [files.entry(files.ded(NUMBER, 100, SSN), 100) for _ in range(2100)]
    submission = world.submit(files.ach_file(entries), world.employer())
    assert submission.suspended_count == 2100
    world.case(NUMBER, world.participant("john", SSN))
    told = [len(event.remittances) for event in world.told(events.RemittancesIdentified)]
    assert told == [1000, 1000, 100]


def test_a_case_that_becomes_known_while_its_file_is_released_is_found(world, files):
    obligor = world.participant("john", SSN)
    employer_id = world.employer()
    content = files.ach_file([files.entry(files.ded(NUMBER, 5000, SSN), 5000)])
    case = case_pb.Case(
        case_id=new_id(),
        case_number=NUMBER,
        obligor_id=obligor,
        orders=[case_pb.Order(obligations=[case_pb.Obligation()])],
        version=1,
    )
    with ThreadPoolExecutor(1) as pool:
        with world.runtime.work() as work:
            on_cases_changed(case_events.CasesChanged(cases=[case]), work)
            # The file is matched now, against what is committed: the case is not.
            submitted = pool.submit(world.submit, content, employer_id)
            wait_for_advisory_lock(world)
        submission = submitted.result(timeout=20)
    assert (submission.released_count, submission.suspended_count) == (1, 0)
    (page,) = world.told(events.RemittancesReleased)
    assert page.lines[0].reason == pb.SUSPENSE_REASON_UNKNOWN_CASE
    (told,) = world.told(events.RemittancesIdentified)
    assert told.remittances[0].receipt_id == page.lines[0].receipt_id


def wait_for_advisory_lock(world) -> None:
    """Wait until somebody waits for what this test holds."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    for _ in range(500):
        with world.runtime.engine.connect() as connection:
            if connection.scalar(waiting):
                return
        time.sleep(0.02)
    pytest.fail("nobody waits")
