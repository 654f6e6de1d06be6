"""Recording assistance: the months change, and what follows from them is saved and told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import policy
from case_service.actions import clocks
from case_service.actions.changing import Span, save_case
from case_service.actions.notices import notify
from case_service.actions.telling import tell
from case_service.domain import application_terms
from case_service.domain import assistance as domain
from case_service.domain.assistance import Account, Paid
from case_service.domain.model import AssistancePeriod, Case
from case_service.domain.notices import Notice
from case_service.store import assistance as store
from case_service.store import participants
from case_service.store.cases import Stored
from chassis.errors import PlatformError, invalid_field, not_found
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason

PARTIAL_MONTH = "assistance.partial_month"
CITATIONS = {
    domain.K_TAP: "us.assistance.k_tap_assigns",
    domain.MEDICAID: "us.assistance.medicaid_assigns",
    domain.FOSTER_CARE: "us.assistance.foster_care_assigns",
}
WORDS = {
    domain.K_TAP: "K-TAP",
    domain.MEDICAID: "Medicaid",
    domain.FOSTER_CARE: "foster care",
}


def account_of(work: Work, stored: Stored) -> Account:
    """Return what is known of the assistance of a case that is locked, written down from now on."""
    known = store.account(work.session, stored.case, work.clock.today())
    return store.begin(work.session, stored.case.case_id, known, _recording(work))


def months_from_days(work: Work, first: date, last: date | None) -> tuple[date, date | None]:
    """Return the months of assistance from its days. Raises PlatformError when there are none."""
    if last is not None and last < first:
        raise invalid_field("last_day", f"on or after the first day {first}")
    law, today = policy.load(work.settings.jurisdiction), work.clock.today()
    found = domain.whole_months(first, last, law.code(PARTIAL_MONTH, today))
    if found is None:
        raise invalid_field("last_day", "no month of assistance lies between the two days")
    return found


def record(work: Work, before: Stored, period: AssistancePeriod, paid: Paid | None) -> Stored:
    """Add a period, and what was paid in it."""
    known = account_of(work, before)
    after = _with_period(known, period, "first_day")
    tell(
        work,
        before.case.case_id,
        "assistance_recorded",
        about_id=period.period_id,
        citation=_citation(work, period.program),
        program=WORDS[period.program],
        first=_first(period),
        last=_last(period),
    )
    if paid is not None:
        after = _with_paid(work, before, after, paid)
    return _save(work, before, known, after)


def end(work: Work, before: Stored, period_id: str, day: date) -> Stored:
    """End a period with a day. Raises PlatformError when it has ended already."""
    known = account_of(work, before)
    period = _period(known, period_id)
    if period.last_month is not None:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            f"this assistance ended with {period.last_month:%B %Y}; correct it if that is wrong",
            metadata={"last_month": period.last_month.isoformat()},
        )
    _, last = months_from_days(work, period.first_month, day)
    period = replace(period, last_month=last)
    after = _with_period(known, period, "last_day")
    case_id = before.case.case_id
    tell(
        work,
        case_id,
        "assistance_ended",
        on=day,
        about_id=period_id,
        citation=_citation(work, period.program),
        program=WORDS[period.program],
        first=_first(period),
        last=_last(period),
    )
    if period.program != domain.FOSTER_CARE and before.case.status == "open":
        _tell_services_continue(work, before.case, period_id)
    return _save(work, before, known, after)


def _tell_services_continue(work: Work, case: Case, period_id: str) -> None:
    """Tell the family that services go on unless it wants none (45 CFR 302.33(a)(4))."""
    today, kind = work.clock.today(), "services_continue_notice"
    clocks.start(work, case.case_id, kind, today, about_id=period_id)
    (family,) = participants.read(work.session, work.keys, [case.obligee_id])
    law = policy.load(work.settings.jurisdiction)
    text = application_terms.services_continue(law, today, family.participant.language)
    notify(
        work, case, case.obligee_id, Notice("services_continue", period_id, letter=True, text=text)
    )
    clocks.stop(work, case.case_id, kind, today, about_id=period_id)


def correct(
    work: Work, before: Stored, period_id: str, period: AssistancePeriod | None, reason: str
) -> Stored:
    """Put a period right; `period` None: there never was one."""
    known = account_of(work, before)
    wrong = _period(known, period_id)
    if period is None:
        rest = tuple(p for p in known.periods if p.period_id != period_id)
        after = replace(known, periods=rest)
    else:
        after = _with_period(known, period, "first_day")
    _check_paid_months(after)
    tell(
        work,
        before.case.case_id,
        "assistance_corrected",
        about_id=period_id,
        citation=_citation(work, wrong.program),
        program=WORDS[wrong.program],
        was_first=_first(wrong),
        was_last=_last(wrong),
        first=_first(period) if period else "no month",
        last=_last(period) if period else "no month",
        reason=reason,
    )
    return _save(work, before, known, after)


def pay(work: Work, before: Stored, paid: Paid) -> Stored:
    """Record what was paid in months; the same months again take the place of what was said."""
    known = account_of(work, before)
    return _save(work, before, known, _with_paid(work, before, known, paid))


def turn(work: Work, before: Stored) -> Stored:
    """Bring a case to the month that it is: its status follows its periods."""
    known = account_of(work, before)
    return _save(work, before, known, known)


def _with_period(known: Account, period: AssistancePeriod, field: str) -> Account:
    if other := domain.overlapping(known.periods, period):
        raise invalid_field(
            field,
            f"{WORDS[other.program]} is recorded from {_first(other)} to {_last(other)} already;"
            " end or correct that",
        )
    rest = tuple(p for p in known.periods if p.period_id != period.period_id)
    return replace(known, periods=(*rest, period))


def _with_paid(work: Work, before: Stored, known: Account, paid: Paid) -> Account:
    old = next((p for p in known.paid if p.same_months(paid)), None)
    if old is not None and replace(old, paid_id="") == paid:
        return known
    after = replace(known, paid=(*(p for p in known.paid if not p.same_months(paid)), paid))
    _check_apart(after, paid)
    _check_paid_months(after)
    store.add_paid(
        work.session,
        before.case.case_id,
        new_id(work.clock.now()),
        paid,
        _recording(work),
        replaces=old.paid_id if old else None,
    )
    tell(
        work,
        before.case.case_id,
        "assistance_paid",
        program=WORDS[paid.program],
        amount=_dollars(paid.paid_cents),
        was=_dollars(old.paid_cents) if old else "nothing",
        first=_first(paid),
        last=_last(paid),
    )
    return after


def _check_apart(known: Account, paid: Paid) -> None:
    """Refuse months that are part of others recorded together: nobody could tell them apart."""
    for other in known.paid:
        same = (other.program, other.child_id) == (paid.program, paid.child_id)
        apart = other.last_month < paid.first_month or paid.last_month < other.first_month
        if same and not apart and not other.same_months(paid):
            raise invalid_field(
                "first_month",
                f"{_first(other)} to {_last(other)} are recorded together; name just those months",
            )


def _check_paid_months(known: Account) -> None:
    """Refuse money in months without assistance."""
    for (program, child_id, month), cents in domain.paid_by_month(known.paid).items():
        if cents and not any(
            (p.program, p.child_id) == (program, child_id) and domain.covers(p, month)
            for p in known.periods
        ):
            raise PlatformError(
                ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
                f"{WORDS[program]} was paid in {month:%B %Y}, and no period has that month; record"
                " the period first, or that 0 was paid",
                metadata={"month": month.isoformat(), "program": program},
            )


def _save(work: Work, before: Stored, known: Account, after: Account) -> Stored:
    today = work.clock.today()
    case = domain.apply(before.case, after, today)
    if case.assistance_status != before.case.assistance_status:
        tell(
            work,
            case.case_id,
            "assistance_status_changed",
            citation="45 CFR 302.51",
            was=before.case.assistance_status,
            status=case.assistance_status,
        )
    return save_case(work, before, case, _touched(known, after, today))


def _touched(known: Account, after: Account, today: date) -> Sequence[Span]:
    """Return the span from the first month that differs to the last, if it begins by today."""
    first, last = domain.difference(known, after)
    if first is None or first > today:
        return []
    return [Span(first, last and domain.last_day(last), "assistance")]


def _period(known: Account, period_id: str) -> AssistancePeriod:
    for period in known.periods:
        if period.period_id == period_id:
            return period
    raise not_found("period", period_id)


def _recording(work: Work) -> store.Recording:
    return store.Recording(work.caller.person, work.clock.now(), work.clock.today())


def _first(months: AssistancePeriod | Paid) -> str:
    return f"{months.first_month:%B %Y}"


def _last(months: AssistancePeriod | Paid) -> str:
    return f"{months.last_month:%B %Y}" if months.last_month else "now"


def _dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"


def _citation(work: Work, program: str) -> str:
    return (
        policy.load(work.settings.jurisdiction)
        .rule(CITATIONS[program], work.clock.today())
        .citation
    )
