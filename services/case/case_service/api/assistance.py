"""Reads and records the assistance of a case."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from google.type.date_pb2 import Date

import policy
from case_service.actions import assistance as actions
from case_service.actions.changing import lock_case
from case_service.api import ids
from case_service.assistance_messages import assistance_message, month_message
from case_service.domain import assistance as domain
from case_service.domain.assigning import Rules, assigned_months
from case_service.domain.desk.access import is_id
from case_service.domain.model import AssistancePeriod, Case
from case_service.messages import PROGRAMS
from case_service.store import assistance as store
from case_service.store import cases
from case_service.store.cases import Stored
from chassis.dates import to_date
from chassis.errors import FieldViolation, PlatformError, invalid_field, not_found
from chassis.ids import new_id
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import assistance_service_pb2 as pb
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.common.v1.errors_pb2 import ErrorReason

MAX_MONTHS = 600
MAX_PAID_CENTS = 100_000_000
"""A million dollars: above it somebody slipped with the decimal point."""


@ids.checked
class AssistanceReads:
    """Reads the assistance of a case and what it assigns."""

    def GetAssistance(
        self, request: pb.GetAssistanceRequest, work: Work
    ) -> pb.GetAssistanceResponse:
        """Return periods, status and what is assigned, month by month."""
        found = cases.read(work.session, [request.case_id]) if is_id(request.case_id) else []
        if not found:
            raise not_found("case", request.case_id)
        today = work.clock.today()
        account = store.account(work.session, found[0].case, today)
        case = domain.apply(found[0].case, account, today)
        law = policy.load(work.settings.jurisdiction)
        months = assigned_months(case, account, _rules(law, today), _asked(request, case, today))
        return pb.GetAssistanceResponse(
            assistance=assistance_message(replace(found[0], case=case), account, law, today),
            months=[month_message(month, law, today) for month in months],
        )


@ids.checked
class AssistanceWrites:
    """Records assistance as the paying agencies report it."""

    def RecordAssistance(
        self, request: pb.RecordAssistanceRequest, work: Work
    ) -> pb.RecordAssistanceResponse:
        """Record that a family has, or had, assistance of a program."""
        before = lock_case(work, request.case_id, request.etag)
        first = to_date(request.first_day, "first_day")
        wrong = [*_program_violations(before.case, request), *_sum_violations(request.paid_cents)]
        if first is None:
            wrong.append(FieldViolation("first_day", "must be said"))
        if request.paid_cents and request.program == case_pb.ASSISTANCE_PROGRAM_MEDICAID:
            wrong.append(FieldViolation("paid_cents", "0: Medicaid pays providers, not the family"))
        if wrong or first is None:
            raise _refusal(wrong)
        today = work.clock.today()
        last = to_date(request.last_day, "last_day")
        first_month, last_month = actions.months_from_days(work, first, last)
        program = PROGRAMS[request.program]
        period_id = new_id(work.clock.now())
        period = AssistancePeriod(
            period_id, program, first_month, last_month, 0, child_id=request.child_id
        )
        paid = None
        if request.paid_cents:
            until = last_month or max(first_month, domain.month_of(today))
            paid = domain.Paid(
                program,
                request.child_id,
                first_month,
                until,
                request.paid_cents,
                request.in_balance,
            )
        after = actions.record(work, before, period, paid)
        return pb.RecordAssistanceResponse(assistance=_answer(work, after), period_id=period_id)

    def EndAssistance(
        self, request: pb.EndAssistanceRequest, work: Work
    ) -> pb.EndAssistanceResponse:
        """Record that assistance ended."""
        before = lock_case(work, request.case_id, request.etag)
        day = _required(request.last_day, "last_day")
        after = actions.end(work, before, request.period_id, day)
        return pb.EndAssistanceResponse(assistance=_answer(work, after))

    def CorrectAssistance(
        self, request: pb.CorrectAssistanceRequest, work: Work
    ) -> pb.CorrectAssistanceResponse:
        """Put a period right, or take it back."""
        if wrong := list(_correction_violations(request)):
            raise _refusal(wrong)
        before = lock_case(work, request.case_id, request.etag)
        account = actions.account_of(work, before)
        known = next((p for p in account.periods if p.period_id == request.period_id), None)
        if known is None:
            raise not_found("period", request.period_id)
        period = None if request.never_was else _corrected(work, known, request)
        reason = request.reason.strip()
        after = actions.correct(work, before, request.period_id, period, reason)
        return pb.CorrectAssistanceResponse(assistance=_answer(work, after))

    def RecordAssistancePaid(
        self, request: pb.RecordAssistancePaidRequest, work: Work
    ) -> pb.RecordAssistancePaidResponse:
        """Record what was paid in a month, or in several together."""
        before = lock_case(work, request.case_id, request.etag)
        first = _required(request.first_month, "first_month")
        last = to_date(request.last_month, "last_month") or first
        wrong = [*_program_violations(before.case, request), *_sum_violations(request.paid_cents)]
        if request.program == case_pb.ASSISTANCE_PROGRAM_MEDICAID:
            wrong.append(FieldViolation("program", "not Medicaid, which pays providers"))
        if last < first:
            wrong.append(FieldViolation("last_month", "not before first_month"))
        if domain.month_of(last) > work.clock.today():
            wrong.append(FieldViolation("last_month", "not in the future: it was paid"))
        if wrong:
            raise _refusal(wrong)
        paid = domain.Paid(
            PROGRAMS[request.program],
            request.child_id,
            domain.month_of(first),
            domain.month_of(last),
            request.paid_cents,
            request.in_balance,
        )
        after = actions.pay(work, before, paid)
        return pb.RecordAssistancePaidResponse(assistance=_answer(work, after))


def _answer(work: Work, stored: Stored) -> pb.Assistance:
    today = work.clock.today()
    account = store.account(work.session, stored.case, today)
    return assistance_message(stored, account, policy.load(work.settings.jurisdiction), today)


def _rules(law: policy.Policy, today: date) -> Rules:
    return Rules(
        assigns={
            program: frozenset(law.codes(rule.removeprefix("us."), today))
            for program, rule in actions.CITATIONS.items()
        },
        joint=law.code("assistance.foster_care_joint_obligation", today),
    )


def _asked(request: pb.GetAssistanceRequest, case: Case, today: date) -> list[date]:
    last = domain.month_of(to_date(request.last_month, "last_month") or today)
    begun = min((p.first_month for p in case.assistance), default=last)
    first = domain.month_of(to_date(request.first_month, "first_month") or min(begun, last))
    if domain.add_months(first, MAX_MONTHS) <= last:
        raise invalid_field("first_month", f"at most {MAX_MONTHS} months before last_month")
    return list(domain.months(first, last))


def _corrected(
    work: Work, known: AssistancePeriod, request: pb.CorrectAssistanceRequest
) -> AssistancePeriod:
    last = to_date(request.last_day, "last_day")
    first = to_date(request.first_day, "first_day") or known.first_month
    if last is None and known.last_month and not request.has_not_ended:
        last = domain.last_day(known.last_month)
    months = actions.months_from_days(work, first, last)
    return replace(known, first_month=months[0], last_month=months[1])


def _correction_violations(request: pb.CorrectAssistanceRequest) -> Iterator[FieldViolation]:
    if not request.etag:
        yield FieldViolation("etag", "must be that of the case that was read")
    if not request.reason.strip():
        yield FieldViolation("reason", "must say why, and what it rests on")
    if request.has_not_ended and request.HasField("last_day"):
        yield FieldViolation("last_day", "unset when has_not_ended is set")
    days = request.HasField("first_day") or request.HasField("last_day") or request.has_not_ended
    if request.never_was and days:
        yield FieldViolation("never_was", "not together with other days of the same period")
    if not (request.never_was or days):
        yield FieldViolation("first_day", "say what is right: first_day, last_day, has_not_ended")


def _program_violations(
    case: Case, request: pb.RecordAssistanceRequest | pb.RecordAssistancePaidRequest
) -> Iterator[FieldViolation]:
    if request.program not in PROGRAMS:
        yield FieldViolation("program", "must be said: K-TAP, Medicaid or foster care")
    children = {m.participant_id for m in case.members if m.role == "child"}
    in_care = request.program == case_pb.ASSISTANCE_PROGRAM_FOSTER_CARE
    if in_care and request.child_id not in children:
        yield FieldViolation("child_id", "a child of the case: foster care is for one child")
    if not in_care and request.child_id:
        yield FieldViolation("child_id", "empty: the assistance is for the family")


def _sum_violations(cents: int) -> Iterator[FieldViolation]:
    if not 0 <= cents <= MAX_PAID_CENTS:
        yield FieldViolation("paid_cents", f"between 0 and {MAX_PAID_CENTS} cents; read {cents}")


def _required(value: Date, field: str) -> date:
    day = to_date(value, field)
    if day is None:
        raise invalid_field(field, "must be said")
    return day


def _refusal(wrong: list[FieldViolation]) -> PlatformError:
    more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
    return PlatformError(
        ErrorReason.ERROR_REASON_INVALID_FIELD,
        f"{wrong[0].field}: {wrong[0].description}{more}",
        metadata={"field": wrong[0].field, "violations": str(len(wrong))},
        violations=wrong,
    )


SERVICERS = (
    Servicer("childsupport.case.v1.AssistanceReadService", AssistanceReads()),
    Servicer("childsupport.case.v1.AssistanceService", AssistanceWrites()),
)
