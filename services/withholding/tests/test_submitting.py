"""Files are taken once, whole or not at all, however they are sent."""

import hashlib
import resource
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from chassis.errors import PlatformError
from chassis.ids import derived_id, new_id
from chassis.runtime import Caller
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.withholding.v1 import events_pb2 as events
from childsupport.withholding.v1 import withholding_service_pb2 as pb
from withholding_service.api import RemittanceReads, Remittances
from withholding_service.jobs import (
    ABANDONED_AFTER,
    discard_abandoned_uploads,
    republish_employers,
    republish_remittances,
)
from withholding_service.store import staging, tables
from withholding_service.store.staging import Staging

SSN = "900010001"


@pytest.fixture
def employer_id(world):
    return world.employer()


@pytest.fixture
def content(files):
    return files.ach_file([files.entry(files.ded("0000000001", 5000, SSN), 5000)])


def refused(call, *arguments, **named) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        call(*arguments, **named)
    return caught.value


def test_the_same_request_gives_the_first_answer_again(world, employer_id, content):
    first = world.submit(content, employer_id, request_id="r1")
    assert world.submit(content, employer_id, request_id="r1") == first
    assert len(world.told(events.RemittancesReleased)) == 1
    assert world.count(tables.submission) == 1


def test_a_request_id_is_not_taken_for_other_bytes(world, employer_id, content):
    first = world.submit(content, employer_id, request_id="r1")
    error = refused(world.submit, content + b" ", employer_id, request_id="r1")
    assert error.reason == ErrorReason.ERROR_REASON_REQUEST_ID_REUSED
    assert error.metadata["submission_id"] == first.submission_id


def test_a_file_that_was_sent_before_names_the_first(world, employer_id, content):
    first = world.submit(content, employer_id)
    error = refused(world.submit, content, employer_id)
    assert error.reason == ErrorReason.ERROR_REASON_DUPLICATE_FILE
    assert error.metadata["submission_id"] == first.submission_id
    assert error.metadata["receive_time"] == "2026-03-06T14:00:00Z"
    assert "2026-03-06 14:00" in error.detail
    assert world.count(tables.submission) == 1
    assert world.count(tables.staged_line) == 0
    other = world.submit(content, world.employer("900000002"))
    assert other.state == pb.SUBMISSION_STATE_RELEASED


def test_of_two_uploads_at_once_one_wins(world, employer_id, content):
    barrier = threading.Barrier(2, timeout=10)

    def one(request_id: str) -> str:
        def messages() -> Iterator[pb.SubmitRemittanceFileRequest]:
            header = pb.SubmissionHeader(request_id=request_id, employer_id=employer_id)
            yield pb.SubmitRemittanceFileRequest(header=header, chunk=content[:200])
            barrier.wait()
            yield pb.SubmitRemittanceFileRequest(chunk=content[200:])

        try:
            with world.runtime.work() as work:
                Remittances().SubmitRemittanceFile(messages(), work)
        except PlatformError as error:
            return ErrorReason.Name(error.reason)
        return "released"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(one, ["left", "right"]))
    assert outcomes == ["ERROR_REASON_DUPLICATE_FILE", "released"]
    assert len(world.told(events.RemittancesReleased)) == 1


def test_a_rejected_file_says_where_and_leaves_no_line(world, employer_id, content):
    records = content.split(b"\n")
    control = records[4]
    records[4] = control[:10] + b"9999999999" + control[20:]
    broken = b"\n".join(records)
    submission = world.submit(broken, employer_id, request_id="r1")
    assert submission.state == pb.SUBMISSION_STATE_REJECTED
    problem = submission.problems[0]
    assert (problem.record_number, problem.record_type, problem.field, problem.columns) == (
        5,
        "batch control (8)",
        "entry_hash",
        "11-20",
    )
    assert problem.read == "9999999999"
    assert "0012345678" in problem.expected
    assert (submission.line_count, submission.amount_cents) == (0, 0)
    assert submission.sha256 == hashlib.sha256(broken).hexdigest()
    assert world.count(tables.remittance_line) == world.count(tables.staged_line) == 0
    assert world.told(events.RemittancesReleased) == []
    assert world.submit(broken, employer_id, request_id="r1") == submission
    assert world.submit(content, employer_id).state == pb.SUBMISSION_STATE_RELEASED


@pytest.mark.parametrize("kept_lines", [0, 1_000, staging.KEPT_LINES_MAX])
def test_an_upload_that_dies_leaves_nothing_and_can_be_sent_again(
    world, employer_id, files, kept_lines, monkeypatch
):
    """Wherever its lines wait: in the table, in memory, or in both."""
    monkeypatch.setattr(staging, "KEPT_LINES_MAX", kept_lines)
    entries = [files.entry(files.ded("0000000001", 5000, SSN), 5000) for _ in range(1500)]
    content = files.ach_file(entries)

    def dying() -> Iterator[pb.SubmitRemittanceFileRequest]:
        yield from files.stream(content[:-5000], request_id="r1", employer_id=employer_id)
        raise ConnectionResetError("the sender went away")

    with pytest.raises(ConnectionResetError), world.runtime.work() as work:
        Remittances().SubmitRemittanceFile(dying(), work)
    for table in (tables.submission, tables.staged_line, tables.upload, tables.remittance_line):
        assert world.count(table) == 0
    assert world.submit(content, employer_id, request_id="r1").line_count == 1500
    assert world.count(tables.staged_line) == world.count(tables.upload) == 0
    with world.runtime.work() as work:
        numbers = work.session.scalars(select(tables.remittance_line.c.line_number)).all()
    assert sorted(numbers) == list(range(1, 1501))


def test_what_a_killed_process_staged_is_discarded_in_time(world, employer_id):
    with world.runtime.work() as work:
        Staging(work.session, new_id(), work.clock.now()).begin()
        assert discard_abandoned_uploads(work) is False
    assert world.count(tables.upload) == 1
    world.runtime.clock.advance(ABANDONED_AFTER + timedelta(seconds=1))
    with world.runtime.work() as work:
        discard_abandoned_uploads(work)
    assert world.count(tables.upload) == 0


def test_garbage_is_refused_at_its_first_record_in_bounded_memory(world, employer_id):
    chunk = b"garbage without any end " * 40_000
    taken = 0

    def garbage() -> Iterator[pb.SubmitRemittanceFileRequest]:
        nonlocal taken
        header = pb.SubmissionHeader(request_id="r1", employer_id=employer_id)
        yield pb.SubmitRemittanceFileRequest(header=header)
        for _ in range(105):
            taken += len(chunk)
            yield pb.SubmitRemittanceFileRequest(chunk=chunk)

    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with world.runtime.work() as work:
        submission = Remittances().SubmitRemittanceFile(garbage(), work).submission
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib
    assert taken > 100_000_000
    assert submission.state == pb.SUBMISSION_STATE_REJECTED
    assert submission.problems[0].record_number == 1
    assert grown_kib < 32_000


def test_a_file_that_is_too_long_is_refused(runtime_for, world, employer_id, content):
    small = world.runtime.settings.model_copy(update={"max_file_bytes": 300})
    object.__setattr__(world.runtime, "settings", small)
    error = refused(world.submit, content, employer_id)
    assert error.reason == ErrorReason.ERROR_REASON_LIMIT_EXCEEDED
    assert error.metadata["max_bytes"] == "300"
    assert world.count(tables.upload) == world.count(tables.submission) == 0


@pytest.mark.parametrize(
    ("header", "field"),
    [
        (None, "header"),
        ({"request_id": ""}, "header.request_id"),
        ({"request_id": "x" * 256}, "header.request_id"),
        ({"request_id": "r1", "file_name": "a\nb"}, "header.file_name"),
        ({"request_id": "r1", "employer_id": ""}, "header.employer_id"),
    ],
)
def test_the_header_is_checked(world, header, field):
    message = pb.SubmitRemittanceFileRequest(chunk=b"1")
    if header is not None:
        message.header.CopyFrom(pb.SubmissionHeader(**header))
    with world.runtime.work() as work:
        error = refused(Remittances().SubmitRemittanceFile, iter([message]), work)
    assert error.reason == ErrorReason.ERROR_REASON_INVALID_FIELD
    assert error.violations[0].field == field


def test_a_second_header_is_refused(world, employer_id, content, files):
    messages = files.stream(content, request_id="r1", employer_id=employer_id, chunk_bytes=100)
    messages[1].header.request_id = "r2"
    with world.runtime.work() as work:
        error = refused(Remittances().SubmitRemittanceFile, iter(messages), work)
    assert error.violations[0].field == "header"


def test_an_employers_client_speaks_and_sees_for_its_own_alone(world, employer_id, content):
    other_id = world.employer("900000002")
    error = refused(world.submit, content, employer_id, caller=other_id)
    assert error.reason == ErrorReason.ERROR_REASON_PERMISSION_DENIED
    submission = world.submit(content, "", caller=employer_id)
    assert submission.employer_id == employer_id
    reads = RemittanceReads()
    for caller, may_see in (("", True), (employer_id, True), (other_id, False)):
        for method, request in (
            (reads.GetSubmission, pb.GetSubmissionRequest),
            (reads.ListSubmissionLines, pb.ListSubmissionLinesRequest),
        ):
            asked = request(submission_id=submission.submission_id)
            with world.runtime.work(Caller("c", employer_id=caller)) as work:
                if may_see:
                    assert method(asked, work)
                else:
                    error = refused(method, asked, work)
                    assert error.reason == ErrorReason.ERROR_REASON_NOT_FOUND


@pytest.mark.parametrize("employer_id", [derived_id("test", "nobody"), "no-id"])
def test_an_unknown_employer_is_not_found(world, content, employer_id):
    error = refused(world.submit, content, employer_id)
    assert error.reason == ErrorReason.ERROR_REASON_NOT_FOUND


def test_a_line_that_another_file_had_waits(world, employer_id, files):
    world.case("0000000001", world.participant("john", SSN))
    march = files.ded("0000000001", 5000, SSN)
    other = files.ded("0000000001", 6000, SSN)
    first = world.submit(files.ach_file([files.entry(march, 5000)]), employer_id)
    both = files.ach_file([files.entry(march, 5000), files.entry(other, 6000)], id_modifier="B")
    again = world.submit(both, employer_id)
    one, two = world.lines(again.submission_id)
    assert one.reason == pb.SUSPENSE_REASON_DUPLICATE_LINE
    assert first.submission_id in one.detail
    assert two.state == pb.LINE_STATE_IDENTIFIED
    world.runtime.clock.advance(timedelta(days=120))
    today = world.runtime.clock.today()
    late = files.ach_file([files.entry(march, 5000)], id_modifier="C", effective=today)
    (line,) = world.lines(world.submit(late, employer_id).submission_id)
    assert line.state == pb.LINE_STATE_IDENTIFIED


def test_equal_lines_of_one_file_are_two_payments(world, employer_id, files):
    world.case("0000000001", world.participant("john", SSN))
    ded = files.ded("0000000001", 5000, SSN)
    content = files.ach_file([files.entry(ded, 5000), files.entry(ded, 5000)])
    assert world.submit(content, employer_id).released_count == 2


def test_a_duplicate_of_a_waiting_line_is_not_identified_with_it(world, employer_id, files):
    entry = files.entry(files.ded("0000000001", 5000, SSN), 5000)
    world.submit(files.ach_file([entry]), employer_id)
    again = world.submit(files.ach_file([entry], id_modifier="B"), employer_id)
    world.case("0000000001", world.participant("john", SSN))
    (line,) = world.lines(again.submission_id)
    assert line.reason == pb.SUSPENSE_REASON_DUPLICATE_LINE
    (told,) = world.told(events.RemittancesIdentified)
    assert len(told.remittances) == 1


def test_everything_can_be_told_again(world, employer_id, files):
    deds = [files.ded("0000000001", 5000, SSN), files.ded("0000000002", 6000, SSN)]
    obligor = world.participant("john", SSN)
    world.case("0000000001", obligor)
    world.submit(files.ach_file([files.entry(d, d.amount_cents) for d in deds]), employer_id)
    world.case("0000000002", obligor)
    kinds = (events.RemittancesReleased, events.RemittancesIdentified, events.EmployersChanged)
    before = [world.told(kind) for kind in kinds]
    assert [len(told) for told in before] == [1, 1, 1]
    with world.runtime.work() as work:
        assert republish_remittances(work, None) == 2
        assert republish_employers(work, work.clock.today()) == 1
        assert republish_remittances(work, work.clock.today() + timedelta(days=1)) == 0
    assert [world.told(kind) for kind in kinds] == [told * 2 for told in before]


def test_another_employers_line_is_no_duplicate(world, employer_id, content):
    world.case("0000000001", world.participant("john", SSN))
    world.submit(content, employer_id)
    assert world.submit(content, world.employer("900000002")).released_count == 1
