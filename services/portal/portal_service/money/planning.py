"""Payments planned for days to come: making a plan, the list of plans, ending one."""

from datetime import date
from typing import Final

from starlette.responses import Response

from chassis.dates import from_date, to_date
from chassis.errors import PlatformError
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.payments.v1 import party_service_pb2 as pb
from portal_service.money import asking, reading, words
from portal_service.money.asking import INSTRUMENTS, Payer
from web.i18n import N_
from web.site import Page
from web.visit import Visit

FREQUENCIES: Final = {
    "once": case_pb.FREQUENCY_ONCE,
    "weekly": case_pb.FREQUENCY_WEEKLY,
    "biweekly": case_pb.FREQUENCY_BIWEEKLY,
    "monthly": case_pb.FREQUENCY_MONTHLY,
}
FREQUENCY_WORDS: Final = (
    ("monthly", N_("Each month")),
    ("biweekly", N_("Every two weeks")),
    ("weekly", N_("Each week")),
    ("once", N_("Once, on the first day")),
)
FIELDS: Final = {
    "amount_cents": "amount",
    "instrument": "instrument",
    "gateway_token": "account",
    "first_on": "first",
    "frequency": "frequency",
    "last_on": "last",
}
PLANS_MAX = 100
OUT_OF_SPAN = N_("This day is too early or too late. See the days that can be chosen.")
BEFORE_FIRST = N_("The last day cannot be before the first one.")


def show_list(visit: Visit) -> Response:
    """Show the plans, those that run first."""
    payer = asking.payer_of(visit)
    found = sorted(
        _plans(visit, payer) if payer is not None else [],
        key=lambda one: one.state != pb.MY_SCHEDULE_STATE_ACTIVE,
    )
    return visit.render("money/plans.html", payer=payer, plans=found, words=words, pb=pb)


def show(visit: Visit) -> Response:
    """Ask for amount, account and days."""
    return visit.render(
        "money/plan.html",
        payer=asking.payer_of(visit),
        asking=asking,
        words=words,
        frequencies=FREQUENCY_WORDS,
    )


def take(visit: Visit) -> Response:
    """Show what was asked for, to be checked."""
    payer = asking.payer_of(visit)
    if payer is None or not payer.options.taken or visit.form.checked("change"):
        return show(visit)
    asked = asking.wanted(visit.form, payer)
    frequency, first, last = _days(visit, payer)
    if visit.form.errors:
        return show(visit)
    return visit.render(
        "money/plan_check.html",
        payer=payer,
        wanted=asked,
        asking=asking,
        words=words,
        frequency=frequency,
        frequencies=dict(FREQUENCY_WORDS),
        tests=dict(asking.TEST_ACCOUNTS),
        first=first,
        last=last,
    )


def send(visit: Visit) -> Response:
    """Make the plan."""
    payer = asking.payer_of(visit)
    if payer is None or not payer.options.taken:
        return show(visit)
    asked = asking.wanted(visit.form, payer)
    frequency, first, last = _days(visit, payer)
    if visit.form.errors:
        return show(visit)
    try:
        reading.plans(visit).ScheduleMyPayment(
            pb.ScheduleMyPaymentRequest(
                request_id=visit.form.request_id,
                participant_id=payer.participant_id,
                amount_cents=asked.cents,
                instrument=INSTRUMENTS[asked.instrument],
                gateway_token=asked.token,
                first_on=from_date(first),
                frequency=FREQUENCIES[frequency],
                last_on=from_date(last),
            ),
            **visit.as_person,
        )
    except PlatformError as error:
        visit.form.refuse(error, FIELDS)
        return show(visit)
    return visit.redirect("/pay/plans", done="money.plan_made")


def show_stop(visit: Visit) -> Response:
    """Ask whether a plan is really to be ended."""
    plan_id = visit.request.path_params["plan_id"]
    payer = asking.payer_of(visit)
    plans = _plans(visit, payer) if payer is not None else []
    one = next((plan for plan in plans if plan.scheduled_payment_id == plan_id), None)
    if one is None:
        raise PlatformError(ErrorReason.ERROR_REASON_NOT_FOUND, "plan not found")
    return visit.render("money/plan_stop.html", plan=one, words=words, pb=pb)


def stop(visit: Visit) -> Response:
    """End a plan."""
    plan_id = visit.request.path_params["plan_id"]
    reading.first_that_finds(
        visit,
        lambda participant_id: reading.plans(visit).CancelMyScheduledPayment(
            pb.CancelMyScheduledPaymentRequest(
                request_id=visit.form.request_id,
                participant_id=participant_id,
                scheduled_payment_id=plan_id,
            ),
            **visit.as_person,
        ),
    )
    return visit.redirect("/pay/plans", done="money.plan_stopped")


def _days(visit: Visit, payer: Payer) -> tuple[str, date | None, date | None]:
    form = visit.form
    frequency = form.choice("frequency", list(FREQUENCIES))
    first = form.day("first")
    earliest, latest = to_date(payer.options.first_day), to_date(payer.options.last_day)
    if first is not None and earliest and latest and not earliest <= first <= latest:
        form.wrong("first", OUT_OF_SPAN)
    last = form.day("last", required=False) if frequency != "once" else None
    if first is not None and last is not None and last < first:
        form.wrong("last", BEFORE_FIRST)
    return frequency, first, last


def _plans(visit: Visit, payer: Payer) -> list[pb.MyScheduledPayment]:
    asked = pb.ListMyScheduledPaymentsRequest(
        participant_id=payer.participant_id, page_size=PLANS_MAX
    )
    found = reading.plans(visit).ListMyScheduledPayments(asked, **visit.as_person)
    return list(found.scheduled_payments)


PAGES = (
    Page("/pay/plans", show_list, mobile=True),
    Page("/pay/plans/{plan_id}/stop", show_stop, stop, mobile=True),
    Page("/pay/schedule", show, take, mobile=True),
    Page("/pay/schedule/send", None, send, mobile=True),
)
