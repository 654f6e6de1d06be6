"""What becomes of a line, from everything that is known of it."""

from dataclasses import dataclass
from datetime import date

from withholding_service.domain.line import LineState, Outcome, StagedLine
from withholding_service.domain.matching import Match, nobody
from withholding_service.domain.reasons import NOBODYS, Finding, Reason, in_order


@dataclass(frozen=True, slots=True)
class EarlierLine:
    """The same line in another file."""

    submission_id: str
    line_number: int
    received_on: date


def decide(
    line: StagedLine, match: Match, earlier: EarlierLine | None, ended_on: date | None
) -> Outcome:
    """Return the outcome of a line.

    `match` says whose it is, `earlier` that it came before, `ended_on` when this employer reported
    the obligor's employment as ended. Of several findings the first by precedence is the reason;
    the others stay as warnings.
    """
    findings = list(line.findings)
    if earlier is not None:
        findings.append(_duplicate(line, earlier))
    if match.finding is not None and _adds(match.finding, line):
        findings.append(match.finding)
    ordered = in_order(findings)
    warnings = list(line.warnings)
    if match.obligor_id and ended_on and line.pay_date and line.pay_date > ended_on:
        warnings.append(
            f"DED03 pay date: read {line.pay_date}, after {ended_on}, "
            "when this employer reported the employment as ended."
        )
    if line.amount_cents == 0:
        return _notice(line, match, ordered, warnings)
    warnings.extend(_warning(finding, match, line) for finding in ordered[1:])
    if ordered:
        first = ordered[0]
        return Outcome(
            state=LineState.SUSPENDED,
            reason=first.reason,
            detail=first.detail,
            obligor_id=None,
            case_id=match.case_id,
            warnings=tuple(warnings),
        )
    return Outcome(
        state=LineState.IDENTIFIED,
        reason=None,
        detail="",
        obligor_id=match.obligor_id,
        case_id=match.case_id,
        warnings=tuple(warnings),
    )


def _adds(finding: Finding, line: StagedLine) -> bool:
    """Whether what matching found says more than the line's own findings do.

    Without a Social Security number that can be read nobody can be found: that is all there is to
    say, whether or not the case is known.
    """
    if not line.findings:
        return True
    own = {finding.reason for finding in line.findings}
    is_known = finding.reason in own or (finding.reason in NOBODYS and bool(own & NOBODYS))
    return bool(line.case_identifier) and not is_known


def _warning(finding: Finding, match: Match, line: StagedLine) -> str:
    """Warnings are read by senders too: what is on record here stays out of them."""
    if finding is match.finding and finding.reason in NOBODYS:
        return nobody(line.case_identifier, line.ssn_last_four)
    return finding.detail


def _notice(line: StagedLine, match: Match, ordered: list[Finding], warnings: list[str]) -> Outcome:
    """A line without money says who stopped working or is insured: an order it needs not."""
    blocking = [f for f in ordered if f.reason not in {Reason.NO_ORDER, Reason.DUPLICATE_LINE}]
    warnings.extend(_warning(finding, match, line) for finding in ordered)
    return Outcome(
        state=LineState.NOTICE_ONLY,
        reason=blocking[0].reason if blocking else None,
        detail="",
        obligor_id=None if blocking else match.obligor_id,
        case_id=match.case_id,
        warnings=tuple(warnings),
    )


def _duplicate(line: StagedLine, earlier: EarlierLine) -> Finding:
    return Finding(
        Reason.DUPLICATE_LINE,
        f"Line {line.line_number}: read trace number {line.trace_number}, pay date "
        f"{line.pay_date}, amount {line.amount_cents} cents, as in line {earlier.line_number} of "
        f"submission {earlier.submission_id} of {earlier.received_on}; expected each payment once.",
    )
