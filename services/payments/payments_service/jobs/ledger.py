"""Work by the calendar; a job that is run again for its business date changes nothing."""

from collections.abc import Mapping
from datetime import date

import structlog

from chassis.runtime import Work
from chassis.service import Job
from payments_service.actions.charging import charge
from payments_service.actions.disbursing import disburse, pay_page
from payments_service.actions.law_check import changed_rules
from payments_service.store import receipts, to_redo, totals, unposted
from policy import load

log = structlog.get_logger()


def verify(work: Work, business_date: date) -> Mapping[str, int | str]:
    """Recompute the ledger from its lines, and compare the law that it stands on with the policy.

    `findings` is 0 when all of it holds.
    """
    totals.see_one_state(work.session)
    found = totals.verify(work.session)
    late = unposted.findings(work.session, work.clock.now(), work.clock.today())
    changed = changed_rules(work, load(work.settings.jurisdiction))
    findings = [*found.findings, *late, *changed]
    for finding in findings:
        log.error("ledger finding", finding=finding)
    return {
        "received_cents": found.received_cents,
        "disbursed_cents": found.disbursed_cents,
        "held_cents": found.held_cents,
        "suspense_cents": found.suspense_cents,
        "payable_cents": found.payable_cents,
        "findings": len(findings),
        "first_finding": findings[0] if findings else "",
    }


def retry(work: Work, business_date: date) -> Mapping[str, int | str]:
    """Try again what could not be posted, or computed again, once its cause is mended."""
    return {
        "receipts": receipts.retry_unposted(work.session),
        "obligors": to_redo.retry(work.session),
    }


JOBS = (
    Job("charge", charge),
    Job("disburse", disburse, step=pay_page),
    Job("verify", verify),
    Job("retry", retry),
)
