"""Telling that an order was recorded or changed: its case's history, and both parties."""

from datetime import date

import policy
from case_service.actions.order_writing import Locked, monthly_total, spans, tell_parties
from case_service.actions.telling import tell
from case_service.domain.model import Case
from case_service.domain.notices import Notice
from case_service.domain.orders.model import Version
from chassis.runtime import Work

NO_END, NO_DAY = "no end", "(no day)"


def tell_amount(work: Work, case: Case, version: Version, first: date, kind: str) -> None:
    """Tell both parties what an order comes to in a month from a day on."""
    facts = {
        "court_number": version.text.court_number,
        "effective_from": first.isoformat(),
        "monthly_cents": str(monthly_total(version.obligations, first)),
    }
    tell_parties(work, case, version, Notice(kind, version.order_id, facts=facts))


def tell_change(work: Work, case: Case, version: Version, first: date, kind: str) -> None:
    """Write into the history that an order was recorded or modified, and tell both parties."""
    tell(
        work,
        case.case_id,
        kind,
        on=version.text.entered_on or first,
        about_id=version.order_id,
        citation="KRS 403.213(1)" if kind == "order_modified" else "",
        court_number=version.text.court_number,
        monthly=policy.dollars(monthly_total(version.obligations, first)),
        effective_from=first.isoformat(),
    )
    tell_amount(work, case, version, first, kind)


def tell_correction(work: Work, locked: Locked, version: Version) -> None:
    """Write into the history which days a correction touches, and tell both parties."""
    touched = spans(locked.order.obligations, version.obligations, "corrected")
    ends = [span.last_day for span in touched if span.last_day]
    last_day = max(ends, default=None) if len(ends) == len(touched) else NO_END
    tell(
        work,
        locked.case.case_id,
        "order_corrected",
        about_id=version.order_id,
        court_number=version.text.court_number,
        first_day=str(version.effective_from or NO_DAY),
        last_day=str(last_day or NO_DAY),
    )
    first = version.effective_from or work.clock.today()
    tell_amount(work, locked.case, version, first, "order_modified")
