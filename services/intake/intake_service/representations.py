"""What the door answers, as JSON."""

from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from chassis.dates import to_date, to_instant
from childsupport.withholding.v1 import withholding_service_pb2 as pb

Severity = Literal["file", "entry", "warning"]
SubmissionState = Literal["received", "rejected", "released"]
LineState = Literal["identified", "suspended", "notice_only"]
Reason = Literal[
    "missing_case_identifier",
    "unknown_case",
    "obligor_mismatch",
    "amount_mismatch",
    "invalid_pay_date",
    "misdirected",
    "duplicate_line",
    "unreadable_addenda",
    "invalid_entry",
    "no_order",
    "cannot_be_posted",
]
"""The contract's SuspenseReason."""

_EXAMPLE_PROBLEM: JsonDict = {
    "record": 27,
    "record_type": "batch control (8)",
    "field": "entry_hash",
    "columns": "11-20",
    "read": "0148148136",
    "expected": "0148148137 by the records read",
    "rule": "Nacha file structure: entry hash is the sum of the first eight digits",
    "severity": "file",
}


class FileProblem(BaseModel):
    """A place in the file that needs mending."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE_PROBLEM]})

    record: int | None = Field(description="Record of the file, counted from 1.")
    record_type: str = Field(description="What the record is.")
    field: str = Field(description="The field of the record.")
    columns: str = Field(description="Its columns, counted from 1, both included.")
    read: str = Field(description="What stood there; Social Security numbers are masked.")
    expected: str = Field(description="What should stand there.")
    rule: str = Field(description="The rule that says so.")
    severity: Severity = Field(
        default="file", description="file: rejects all; entry: suspends the entry; warning."
    )


class Submission(BaseModel):
    """A file that was sent, and what became of it."""

    submission_id: str = Field(examples=["019cc3a1-7a10-7c1e-9d5e-3f2b7a1c9e55"])
    employer_id: str
    file_name: str = Field(examples=["payroll-2026-03-06.ach"])
    sha256: str = Field(description="SHA-256 of the file, hexadecimal.")
    state: SubmissionState = Field(
        description="rejected: nothing of it was posted.", examples=["released"]
    )
    receive_time: str = Field(examples=["2026-03-06T14:00:00Z"])
    line_count: int = Field(description="Payments and notices in the file.", examples=[12])
    released_count: int = Field(description="Identified and released for posting.", examples=[7])
    suspended_count: int = Field(description="Held in suspense; see the lines.", examples=[4])
    notice_count: int = Field(description="Lines without money.", examples=[1])
    amount_cents: int = Field(description="Money in the file, in cents.", examples=[142_350])
    problems: list[FileProblem] = Field(description="What to mend next time; up to 50.")


class Line(BaseModel):
    """One DED segment of the file, or an entry without a readable one."""

    receipt_id: str = Field(description="Its id from here to the family's payment.")
    line_number: int
    trace_number: str = Field(examples=["123456780000001"])
    sequence: int = Field(description="Place within the entry, counted from 1.")
    state: LineState = Field(description="What became of it.", examples=["suspended"])
    reason: Reason | None = Field(description="Why it is suspended.", examples=["unknown_case"])
    detail: str = Field(description="The field, what was read, what was expected.")
    amount_cents: int
    credited_cents: int
    case_identifier: str = Field(examples=["0000123456"])
    pay_date: str | None = Field(examples=["2026-03-06"])
    employment_ended: bool
    medical_coverage: bool
    warnings: list[str]


class Lines(BaseModel):
    """A page of lines."""

    lines: list[Line]
    next_page_token: str = Field(description="Send it for the next page; empty at the end.")


class Problem(BaseModel):
    """An error (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="The kind of problem; it can be fetched.")
    title: str
    status: int
    detail: str
    errors: list[FileProblem] = Field(description="Each place that needs mending.")


class Token(BaseModel):
    """An access token (RFC 6749 section 5.1)."""

    access_token: str
    token_type: str = Field(examples=["Bearer"])
    expires_in: int = Field(description="Seconds.", examples=[600])
    scope: str


class TokenError(BaseModel):
    """Why there is no token (RFC 6749 section 5.2)."""

    error: str = Field(examples=["invalid_client"])
    error_description: str


def submission(message: pb.Submission) -> Submission:
    """Return a submission."""
    return Submission(
        submission_id=message.submission_id,
        employer_id=message.employer_id,
        file_name=message.file_name,
        sha256=message.sha256,
        state=cast(
            "SubmissionState",
            _short(pb.SubmissionState.Name(message.state), "SUBMISSION_STATE_"),
        ),
        receive_time=f"{to_instant(message.receive_time):%Y-%m-%dT%H:%M:%SZ}",
        line_count=message.line_count,
        released_count=message.released_count,
        suspended_count=message.suspended_count,
        notice_count=message.notice_count,
        amount_cents=message.amount_cents,
        problems=[file_problem(problem) for problem in message.problems],
    )


def file_problem(message: pb.FileProblem) -> FileProblem:
    """Return a problem of a file."""
    return FileProblem(
        record=message.record_number or None,
        record_type=message.record_type,
        field=message.field,
        columns=message.columns,
        read=message.read,
        expected=message.expected,
        rule=message.rule,
        severity=cast(
            "Severity", _short(pb.ProblemSeverity.Name(message.severity), "PROBLEM_SEVERITY_")
        ),
    )


def line(message: pb.SubmissionLine) -> Line:
    """Return a line as its employer may see it: without who the obligor is to the agency."""
    pay_date = to_date(message.pay_date)
    reason: Reason | None = None
    if message.reason != pb.SuspenseReason.SUSPENSE_REASON_UNSPECIFIED:
        name = pb.SuspenseReason.Name(message.reason)
        reason = cast("Reason", _short(name, "SUSPENSE_REASON_"))
    return Line(
        receipt_id=message.receipt_id,
        line_number=message.line_number,
        trace_number=message.trace_number,
        sequence=message.sequence,
        state=cast("LineState", _short(pb.LineState.Name(message.state), "LINE_STATE_")),
        reason=reason,
        detail=message.detail,
        amount_cents=message.amount_cents,
        credited_cents=message.credited_cents,
        case_identifier=message.case_identifier,
        pay_date=pay_date.isoformat() if pay_date else None,
        employment_ended=message.employment_ended,
        medical_coverage=message.medical_coverage,
        warnings=list(message.warnings),
    )


def dumped(model: BaseModel) -> dict[str, Any]:
    """Return a model as it is put into another answer."""
    return model.model_dump(mode="json")


def _short(name: str, prefix: str) -> str:
    return name.removeprefix(prefix).lower()
