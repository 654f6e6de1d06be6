"""Lines whose case or obligor became known: out of suspense, and everybody is told."""

import dataclasses
from collections.abc import Iterable, Sequence

from chassis.runtime import Work
from childsupport.withholding.v1 import events_pb2 as events
from withholding_service.domain.line import LineState
from withholding_service.domain.matching import Match, Sought, match
from withholding_service.domain.reasons import Reason
from withholding_service.messages import ended_employment, medical_coverage
from withholding_service.store import employments, lines, projections
from withholding_service.store.employments import Paid
from withholding_service.store.lines import Line


def identify(work: Work, page: Sequence[Line]) -> list[Line]:
    """Look again for the cases of lines that wait; returns those that are somebody's now."""
    keys = sorted({line.identifier_key for line in page})
    candidates = projections.candidates(work.session, keys)
    looked = [(line, match(sought(line), candidates.get(line.identifier_key, ()))) for line in page]
    changed = [_resolved(line, found, work) for line, found in looked]
    lines.resolve(work.session, [line for line in changed if line is not None])
    found = [line for line in changed if line is not None and line.obligor_id]
    with_money = [line for line in found if line.amount_cents]
    if with_money:
        identified = [identified_message(line) for line in with_money]
        work.emit(events.RemittancesIdentified(remittances=identified), subject=_subject(found))
    tell_notices(work, found, subject=_subject(found))
    return found


def sought(line: Line) -> Sought:
    """Return what a line says of whom it is for."""
    return Sought(line.case_identifier, line.identifier_key, line.ssn_hash, line.ssn_last_four)


def tell_notices(work: Work, page: Sequence[Line], *, subject: str) -> None:
    """Tell what identified lines say of jobs and insurance, and keep the employments."""
    ended = [ended_employment(line) for line in page if line.employment_ended]
    if ended:
        work.emit(events.EmploymentsEnded(employments=ended), subject=subject)
    covered = [medical_coverage(line) for line in page if line.medical_coverage]
    if covered:
        work.emit(events.MedicalCoverageReported(reports=covered), subject=subject)
    for employer_id, paid in _paid(page).items():
        employments.record(work.session, employer_id, list(paid.values()))


def _paid(page: Iterable[Line]) -> dict[str, dict[str, Paid]]:
    by_employer: dict[str, dict[str, Paid]] = {}
    for line in page:
        if line.obligor_id is None:
            continue
        of_employer = by_employer.setdefault(line.employer_id, {})
        paid = of_employer.setdefault(line.obligor_id, Paid(line.obligor_id))
        paid.add(
            line.pay_date if line.amount_cents else None,
            line.pay_date if line.employment_ended else None,
        )
    return by_employer


def _resolved(line: Line, found: Match, work: Work) -> Line | None:
    """Return the line as it is now; None when nothing about it changed."""
    if line.ssn_hash is None:
        # Nobody can be found by it: what it says of itself stays what is told.
        return None
    is_notice = line.state is LineState.NOTICE_ONLY
    if found.finding is None or (is_notice and found.finding.reason is Reason.NO_ORDER):
        return dataclasses.replace(
            line,
            state=LineState.NOTICE_ONLY if is_notice else LineState.IDENTIFIED,
            obligor_id=found.obligor_id,
            case_id=found.case_id,
            ssn_hash=None,
            ssn_last_four="",
            ssn_encrypted=None,
            name="",
            identified_at=work.clock.now(),
        )
    if found.finding.reason is line.reason:
        return None
    detail = "" if is_notice else found.finding.detail
    return dataclasses.replace(
        line, reason=found.finding.reason, detail=detail, case_id=found.case_id
    )


def identified_message(line: Line) -> events.IdentifiedRemittance:
    """Return a line that waited and is somebody's now."""
    return events.IdentifiedRemittance(
        receipt_id=line.receipt_id, obligor_id=line.obligor_id or "", case_id=line.case_id or ""
    )


def _subject(page: Sequence[Line]) -> str:
    """A page may hold lines of many files; the first one's names it."""
    return page[0].submission_id if page else ""
