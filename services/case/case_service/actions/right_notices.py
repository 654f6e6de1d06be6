"""The time limit for telling parents of their right to a review, kept beside the orders."""

import policy
from case_service.actions import clocks
from case_service.domain import reviews as domain
from case_service.domain.model import Case
from case_service.store import review_rights
from chassis.runtime import Work


def keep(work: Work, case: Case) -> None:
    """Let it run while an order of the case may be reviewed (45 CFR 303.8(b)(7)(i))."""
    today, law = work.clock.today(), policy.load(work.settings.jurisdiction)
    if orders := domain.reviewable(case, today):
        told_on = review_rights.last_notice(work.session, case.case_id)
        on = domain.notice_counts_from(orders, told_on, law, today)
        clocks.start(work, case.case_id, review_rights.CLOCK, on)
    else:
        clocks.cancel(work, case.case_id, review_rights.CLOCK, today)
