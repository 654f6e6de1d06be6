"""Recording what is proven toward a closing, and taking it back; nothing is deleted."""

import policy
from case_service.actions.changing import lock_case
from case_service.actions.desk import precondition
from case_service.actions.evidence import checked
from case_service.actions.telling import tell
from case_service.domain.closing import Finding
from case_service.domain.closing_findings import COUNTED, FINDINGS
from case_service.store import closures
from chassis.errors import invalid_field, not_found
from chassis.ids import new_id
from chassis.runtime import Work

MAX_NUMBER = 1_000


def record(
    work: Work, case_id: str, finding: Finding, statement: str, document_ids: tuple[str, ...]
) -> closures.StoredFinding:
    """Record a finding of a case. Raises INVALID_FIELD for a code or number that does not fit."""
    if finding.code not in FINDINGS:
        raise invalid_field("code", f"one of {', '.join(FINDINGS)}")
    if finding.code in COUNTED:
        least = policy.load(work.settings.jurisdiction).count(
            COUNTED[finding.code], work.clock.today()
        )
        if not 0 < finding.number <= MAX_NUMBER:
            raise invalid_field("number", f"how many there were; {least} at the least are needed")
    elif finding.number:
        raise invalid_field("number", "0: this finding does not count anything")
    lock_case(work, case_id)
    stored = closures.StoredFinding(
        finding_id=new_id(),
        case_id=case_id,
        finding=finding,
        statement=statement,
        document_ids=checked(work, case_id, document_ids),
        recorded_by=work.caller.person,
    )
    closures.add_finding(work.session, work.keys, stored, work.clock.now())
    tell(
        work,
        case_id,
        "closure_finding_recorded",
        on=finding.on_date,
        about_id=stored.finding_id,
        what=FINDINGS[finding.code],
    )
    return stored


def retract(work: Work, finding_id: str, reasons: str) -> closures.StoredFinding:
    """Take a finding back; it stays on record, and no ground stands on it any more."""
    before = closures.read_finding(work.session, work.keys, finding_id)
    if before is None:
        raise not_found("finding", finding_id)
    lock_case(work, before.case_id)
    held = closures.read_finding(work.session, work.keys, finding_id) or before
    if held.retracted_on:
        raise precondition("the finding was taken back already", on=str(held.retracted_on))
    today = work.clock.today()
    closures.retract_finding(work.session, work.keys, finding_id, today, reasons)
    tell(
        work,
        before.case_id,
        "closure_finding_retracted",
        about_id=finding_id,
        what=FINDINGS[before.finding.code],
        reasons=reasons,
    )
    return closures.read_finding(work.session, work.keys, finding_id) or held
