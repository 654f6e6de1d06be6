"""Withholding's things as messages of its contract."""

from chassis.dates import from_date, from_instant
from childsupport.withholding.v1 import events_pb2 as events
from childsupport.withholding.v1 import withholding_service_pb2 as pb
from withholding_service.domain.employers import Employer
from withholding_service.domain.line import LineState
from withholding_service.domain.matching import nobody
from withholding_service.domain.reasons import NOBODYS, Reason
from withholding_service.domain.submission import FileProblem, Submission
from withholding_service.store.lines import Line

_REASONS = {r: pb.SuspenseReason.Value(f"SUSPENSE_REASON_{r.value}") for r in Reason}
_STATES = {s: pb.LineState.Value(f"LINE_STATE_{s.value}") for s in LineState}
_UNSPECIFIED = pb.SuspenseReason.SUSPENSE_REASON_UNSPECIFIED


def employer_message(employer: Employer) -> pb.Employer:
    """Return an employer."""
    return pb.Employer(
        employer_id=employer.employer_id,
        fein=employer.fein,
        name=employer.name,
        ach_company_ids=employer.ach_company_ids,
        contact_email=employer.contact_email,
        address_line1=employer.address_line1,
        city=employer.city,
        state=employer.state,
        zip_code=employer.zip_code,
        version=employer.version,
    )


def submission_message(submission: Submission) -> pb.Submission:
    """Return a submission."""
    return pb.Submission(
        submission_id=submission.submission_id,
        employer_id=submission.employer_id,
        file_name=submission.file_name,
        sha256=submission.sha256,
        state=pb.SubmissionState.Value(f"SUBMISSION_STATE_{submission.state}"),
        receive_time=from_instant(submission.received_at),
        line_count=submission.line_count,
        released_count=submission.released_count,
        suspended_count=submission.suspended_count,
        notice_count=submission.notice_count,
        amount_cents=submission.amount_cents,
        problems=[_problem(problem) for problem in submission.problems],
    )


def _problem(problem: FileProblem) -> pb.FileProblem:
    return pb.FileProblem(
        record_number=problem.record_number,
        record_type=problem.record_type,
        field=problem.field,
        columns=problem.columns,
        read=problem.read,
        expected=problem.expected,
        rule=problem.rule,
        severity=pb.ProblemSeverity.Value(f"PROBLEM_SEVERITY_{problem.severity.upper()}"),
    )


def submission_line(line: Line, *, to_sender: bool) -> pb.SubmissionLine:
    """Return a line: a suspended one credits nobody yet, and its sender learns no facts by it."""
    is_suspended = line.state is LineState.SUSPENDED
    reason, detail = line.reason, line.detail
    if to_sender and reason in NOBODYS and line.ssn_hash is not None:
        reason, detail = Reason.UNKNOWN_CASE, nobody(line.case_identifier, line.ssn_last_four)
    return pb.SubmissionLine(
        receipt_id=line.receipt_id,
        line_number=line.line_number,
        trace_number=line.trace_number,
        sequence=line.sequence,
        state=_STATES[line.state],
        reason=_REASONS[reason] if is_suspended and reason else _UNSPECIFIED,
        detail=detail if is_suspended else "",
        amount_cents=line.amount_cents,
        credited_cents=0 if is_suspended else line.credited_cents,
        case_identifier=line.case_identifier,
        pay_date=from_date(line.pay_date),
        obligor_id=line.obligor_id or "",
        employment_ended=line.employment_ended,
        medical_coverage=line.medical_coverage,
        warnings=line.warnings,
    )


def remittance_line(line: Line) -> events.RemittanceLine:
    """Return a line as it is released: once identified, what it credits stands in it already.

    A line that was identified later is told as it was released; RemittancesIdentified follows.
    """
    waits = line.reason is not None
    return events.RemittanceLine(
        receipt_id=line.receipt_id,
        line_number=line.line_number,
        trace_number=line.trace_number,
        amount_cents=line.amount_cents,
        credited_cents=line.credited_cents,
        pay_date=from_date(line.pay_date),
        obligor_id="" if waits else line.obligor_id or "",
        case_id="" if line.identified_at else line.case_id or "",
        reason=_REASONS[line.reason] if line.reason else _UNSPECIFIED,
        detail=line.detail,
        sequence=line.sequence,
    )


def ended_employment(line: Line) -> events.EndedEmployment:
    """Return the employment that a line reports as ended."""
    return events.EndedEmployment(
        employer_id=line.employer_id,
        obligor_id=line.obligor_id or "",
        case_id=line.case_id or "",
        reported_on=from_date(line.pay_date),
        receipt_id=line.receipt_id,
    )


def medical_coverage(line: Line) -> events.MedicalCoverage:
    """Return the medical coverage that a line reports."""
    return events.MedicalCoverage(
        employer_id=line.employer_id,
        obligor_id=line.obligor_id or "",
        case_id=line.case_id or "",
        reported_on=from_date(line.pay_date),
        receipt_id=line.receipt_id,
    )
