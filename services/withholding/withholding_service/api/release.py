"""Releasing a staged file: every line gets its outcome and is told, in one transaction."""

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import timedelta

from chassis.runtime import Work
from policy import Policy
from withholding_service.announcement import Announcement
from withholding_service.domain.employers import Employer
from withholding_service.domain.line import LineState, Outcome, StagedLine
from withholding_service.domain.matching import Sought, match
from withholding_service.domain.outcome import decide
from withholding_service.domain.submission import Submission
from withholding_service.identification import identify, tell_notices
from withholding_service.receipts import receipt_id
from withholding_service.store import employments, lines, projections, submissions
from withholding_service.store.lines import Line

DUPLICATE_LOOKBACK = "remittance.duplicate_lookback"


def release(
    work: Work,
    submission: Submission,
    employer: Employer,
    pages: Iterable[Sequence[StagedLine]],
    policy: Policy,
    money_line_count: int,
) -> Submission:
    """Record a checked file with its lines, tell them in pages; returns it with its counts."""
    submissions.add(work.session, submission)
    announcement = Announcement(work, submission, employer.name, money_line_count)
    states = dict.fromkeys(LineState, 0)
    for page in pages:
        decided = _decided(work, submission, page, policy)
        lines.add(work.session, decided)
        announcement.take(decided)
        somebodys = [line for line in decided if line.obligor_id]
        tell_notices(work, somebodys, subject=submission.submission_id)
        for line in decided:
            states[line.state] += 1
    announcement.finish()
    found_late = _identify_late(work, submission.submission_id)
    released = dataclasses.replace(
        submission,
        line_count=sum(states.values()),
        released_count=states[LineState.IDENTIFIED] + found_late,
        suspended_count=states[LineState.SUSPENDED] - found_late,
        notice_count=states[LineState.NOTICE_ONLY],
    )
    submissions.settle(work.session, released)
    return released


def _identify_late(work: Work, submission_id: str) -> int:
    """Identify lines whose case became known while the file was released; counts the money lines.

    A handler that committed meanwhile did not see these lines, and they did not see its case.
    """
    projections.lock(work.session)
    found = [
        line
        for page in lines.awaiting_in(work.session, submission_id)
        for line in identify(work, page)
    ]
    return sum(1 for line in found if line.state is LineState.IDENTIFIED)


def _decided(
    work: Work, submission: Submission, page: Sequence[StagedLine], policy: Policy
) -> list[Line]:
    session, today = work.session, work.clock.today()
    candidates = projections.candidates(session, sorted({line.identifier_key for line in page}))
    matches = [match(_sought(line), candidates.get(line.identifier_key, ())) for line in page]
    earlier = lines.earlier(
        session,
        [line.fingerprint for line in page if line.fingerprint],
        since=today - timedelta(days=policy.days(DUPLICATE_LOOKBACK, today)),
        submission_id=submission.submission_id,
    )
    obligor_ids = sorted({found.obligor_id for found in matches if found.obligor_id})
    ended = employments.ended(session, submission.employer_id, obligor_ids)
    decided = []
    for line, found in zip(page, matches, strict=True):
        obligor_id = found.obligor_id or ""
        outcome = decide(line, found, earlier.get(line.fingerprint or b""), ended.get(obligor_id))
        if outcome.obligor_id and line.employment_ended and line.pay_date:
            ended[obligor_id] = max(line.pay_date, ended.get(obligor_id, line.pay_date))
        decided.append(_line(work, submission, line, outcome))
    return decided


def _line(work: Work, submission: Submission, line: StagedLine, outcome: Outcome) -> Line:
    is_somebodys = outcome.obligor_id is not None
    return Line(
        receipt_id=receipt_id(submission.submission_id, line.line_number),
        submission_id=submission.submission_id,
        employer_id=submission.employer_id,
        line_number=line.line_number,
        page_number=line.page_number,
        trace_number=line.trace_number,
        sequence=line.sequence,
        state=outcome.state,
        reason=outcome.reason,
        detail=outcome.detail,
        amount_cents=line.amount_cents,
        credited_cents=line.credited_cents,
        settlement_date=line.settlement_date,
        application=line.application,
        case_identifier=line.case_identifier,
        identifier_key=line.identifier_key,
        pay_date=line.pay_date,
        obligor_id=outcome.obligor_id,
        case_id=outcome.case_id,
        employment_ended=line.employment_ended,
        medical_coverage=line.medical_coverage,
        warnings=outcome.warnings,
        ssn_hash=None if is_somebodys else line.ssn_hash,
        ssn_last_four="" if is_somebodys else line.ssn_last_four,
        ssn_encrypted=None if is_somebodys else line.ssn_encrypted,
        name="" if is_somebodys else line.name,
        fingerprint=line.fingerprint,
        received_on=work.clock.today(),
    )


def _sought(line: StagedLine) -> Sought:
    return Sought(line.case_identifier, line.identifier_key, line.ssn_hash, line.ssn_last_four)
