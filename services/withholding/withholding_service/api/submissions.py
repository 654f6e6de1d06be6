"""Taking remittance files, and reading what became of them."""

from collections.abc import Iterable

import policy
from chassis.errors import PlatformError, invalid_field, not_found
from chassis.grpc.paging import decode_token, encode_token, page_size
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.withholding.v1 import withholding_service_pb2 as pb
from formats.ach.model import AchFileRejected
from formats.problem import Problem
from withholding_service.api.ids import is_id
from withholding_service.api.reading import LineReader
from withholding_service.api.release import release
from withholding_service.api.upload import Bytes
from withholding_service.domain.employers import Employer
from withholding_service.domain.submission import (
    REJECTED,
    RELEASED,
    Submission,
    file_problems,
)
from withholding_service.messages import submission_line, submission_message
from withholding_service.settings import WithholdingSettings
from withholding_service.store import employers, lines, submissions
from withholding_service.store.staging import staging

REQUEST_ID_CHARACTERS_MAX = 255
FILE_NAME_CHARACTERS_MAX = 255


class Remittances:
    """RemittanceService."""

    def SubmitRemittanceFile(
        self, request: Iterable[pb.SubmitRemittanceFileRequest], work: Work
    ) -> pb.SubmitRemittanceFileResponse:
        """Stage a file, check its control records, release its lines."""
        messages = iter(request)
        first = next(messages, pb.SubmitRemittanceFileRequest())
        header = _checked(first)
        employer = _sender(header, work)
        stream = Bytes(first, messages, _settings(work).max_file_bytes)
        earlier = submissions.by_request(work.session, employer.employer_id, header.request_id)
        if earlier is None:
            submission = _take(work, header, employer, stream)
        else:
            stream.drain()
            submission = _first_answer(earlier, stream.sha256)
        return pb.SubmitRemittanceFileResponse(submission=submission_message(submission))


class RemittanceReads:
    """RemittanceReadService."""

    def GetSubmission(
        self, request: pb.GetSubmissionRequest, work: Work
    ) -> pb.GetSubmissionResponse:
        """Return a submission; to an employer's client only its own."""
        submission = _visible(request.submission_id, work)
        return pb.GetSubmissionResponse(submission=submission_message(submission))

    def ListSubmissionLines(
        self, request: pb.ListSubmissionLinesRequest, work: Work
    ) -> pb.ListSubmissionLinesResponse:
        """List the lines of a submission in the order of the file."""
        size = page_size(request)
        submission_id = _visible(request.submission_id, work).submission_id
        after = decode_token(work.keys, request.page_token, listing=submission_id)
        found = lines.of_submission(work.session, submission_id, int(after or 0), size + 1)
        page = found[:size]
        last = str(page[-1].line_number) if len(found) > size else ""
        return pb.ListSubmissionLinesResponse(
            lines=[submission_line(line, to_sender=bool(work.caller.employer_id)) for line in page],
            next_page_token=encode_token(work.keys, last, listing=submission_id),
        )


def _settings(work: Work) -> WithholdingSettings:
    if not isinstance(work.settings, WithholdingSettings):
        raise TypeError("withholding needs its own settings")
    return work.settings


def _checked(first: pb.SubmitRemittanceFileRequest) -> pb.SubmissionHeader:
    if not first.HasField("header"):
        raise invalid_field("header", "must stand in the first message of the stream")
    header = first.header
    if not 0 < len(header.request_id) <= REQUEST_ID_CHARACTERS_MAX:
        raise invalid_field(
            "header.request_id", f"must be 1 to {REQUEST_ID_CHARACTERS_MAX} characters"
        )
    if len(header.file_name) > FILE_NAME_CHARACTERS_MAX or not header.file_name.isprintable():
        raise invalid_field(
            "header.file_name", f"must be at most {FILE_NAME_CHARACTERS_MAX} printable characters"
        )
    return header


def _sender(header: pb.SubmissionHeader, work: Work) -> Employer:
    """Return the employer that a file is from; an employer's client speaks for no other."""
    employer_id = header.employer_id or work.caller.employer_id
    if not employer_id:
        raise invalid_field("header.employer_id", "must name the employer that sends the file")
    if work.caller.employer_id not in ("", employer_id):
        raise PlatformError(
            ErrorReason.ERROR_REASON_PERMISSION_DENIED,
            "header.employer_id: the caller's token speaks for another employer",
            metadata={"employer_id": employer_id},
        )
    employer = employers.by_id(work.session, employer_id) if is_id(employer_id) else None
    if employer is None:
        raise not_found("employer", employer_id)
    return employer


def _take(work: Work, header: pb.SubmissionHeader, employer: Employer, stream: Bytes) -> Submission:
    now = work.clock.now()
    rules = policy.load(work.settings.jurisdiction)
    reader = LineReader(
        stream,
        employer=employer,
        policy=rules,
        keys=work.keys,
        received_on=work.clock.today(),
    )
    rejected: tuple[Problem, ...] = ()
    with staging(work.session, new_id(now), now) as staged:
        try:
            for page in reader.pages():
                staged.add(page)
        except AchFileRejected as error:
            rejected = error.problems
        stream.drain()
        if found := _same_file(work, header, employer, stream.sha256, is_rejected=bool(rejected)):
            return found
        submission = Submission(
            submission_id=new_id(now),
            employer_id=employer.employer_id,
            request_id=header.request_id,
            file_name=header.file_name,
            sha256=stream.sha256,
            state=REJECTED if rejected else RELEASED,
            received_at=now,
            amount_cents=0 if rejected else reader.amount_cents,
            page_count=0 if rejected else reader.page_count,
            problems=file_problems(rejected or reader.problems),
        )
        if rejected:
            submissions.add(work.session, submission)
            return submission
        return release(
            work, submission, employer, staged.pages(work.session), rules, reader.money_line_count
        )


def _same_file(
    work: Work,
    header: pb.SubmissionHeader,
    employer: Employer,
    sha256: str,
    *,
    is_rejected: bool,
) -> Submission | None:
    """Return the first answer to the same request; refuse a file that was released before.

    From here to the commit the employer's other files wait, so that of two the second sees the
    first, and so does every line that both have.
    """
    if not employers.lock(work.session, employer.employer_id):
        raise PlatformError(
            ErrorReason.ERROR_REASON_UNAVAILABLE,
            "another file of this employer is being released: send this one again later",
            metadata={"employer_id": employer.employer_id},
        )
    earlier = submissions.by_request(work.session, employer.employer_id, header.request_id)
    if earlier is not None:
        return _first_answer(earlier, sha256)
    if is_rejected:
        return None
    released = submissions.released_with(work.session, employer.employer_id, sha256)
    if released is None:
        return None
    raise PlatformError(
        ErrorReason.ERROR_REASON_DUPLICATE_FILE,
        f"file: read the same bytes as submission {released.submission_id} of "
        f"{released.received_at:%Y-%m-%d %H:%M} UTC (SHA-256 {sha256}), expected each file once",
        metadata={
            "submission_id": released.submission_id,
            "receive_time": f"{released.received_at:%Y-%m-%dT%H:%M:%SZ}",
            "sha256": sha256,
        },
    )


def _first_answer(earlier: Submission, sha256: str) -> Submission:
    if earlier.sha256 == sha256:
        return earlier
    raise PlatformError(
        ErrorReason.ERROR_REASON_REQUEST_ID_REUSED,
        f"header.request_id: read one that submission {earlier.submission_id} was sent under with "
        "other content, expected a new one for a new file",
        metadata={"request_id": earlier.request_id, "submission_id": earlier.submission_id},
    )


def _visible(submission_id: str, work: Work) -> Submission:
    """Return a submission that the caller may see; another employer's is not there for it."""
    could_be = is_id(submission_id)
    submission = submissions.by_id(work.session, submission_id) if could_be else None
    if submission is None or work.caller.employer_id not in ("", submission.employer_id):
        raise not_found("submission", submission_id)
    return submission
