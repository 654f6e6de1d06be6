"""Payments online that a payer plans: options, plans, cancelling."""

from chassis.dates import from_date, from_instant, to_date
from chassis.errors import invalid_field
from chassis.grpc.paging import decode_token, encode_token, page_size
from chassis.runtime import Work
from childsupport.payments.v1 import online_payment_service_pb2 as online_pb
from childsupport.payments.v1 import party_service_pb2 as pb
from payments_service.actions import online as taking
from payments_service.actions import planning
from payments_service.actions.planning import Wanted
from payments_service.api.fields import given_id
from payments_service.api.online import INSTRUMENTS, message_of
from payments_service.gateway import SANDBOX
from payments_service.settings import settings_of
from payments_service.store import online, reads, receiving, scheduled
from payments_service.store.scheduled import Plan


class MyPlans:
    """Plans payments."""

    def GetMyPaymentOptions(
        self, request: pb.GetMyPaymentOptionsRequest, work: Work
    ) -> pb.GetMyPaymentOptionsResponse:
        me = given_id(request.participant_id, "participant_id")
        gateway = settings_of(work).payment_gateway
        if not gateway or not receiving.is_obligor(work.session, me):
            return pb.GetMyPaymentOptionsResponse()
        balances = reads.balances_of(work.session, me)
        first, last = planning.span(work)
        return pb.GetMyPaymentOptionsResponse(
            taken=True,
            instruments=INSTRUMENTS,
            least_cents=1,
            most_cents=taking.most_cents(work),
            current_due_cents=sum(row.due_cents for row in balances if not row.bucket),
            arrears_cents=sum(row.due_cents for row in balances if row.bucket),
            first_day=from_date(first),
            last_day=from_date(last),
            sandbox=gateway == SANDBOX,
        )

    def ScheduleMyPayment(
        self, request: pb.ScheduleMyPaymentRequest, work: Work
    ) -> pb.ScheduleMyPaymentResponse:
        if request.instrument not in INSTRUMENTS:
            raise invalid_field("instrument", "must be a card or a debit of a bank account")
        wanted = Wanted(
            request.amount_cents,
            request.instrument,
            request.gateway_token,
            to_date(request.first_on, "first_on"),
            request.frequency,
            to_date(request.last_on, "last_on"),
        )
        plan = planning.plan(work, given_id(request.participant_id, "participant_id"), wanted)
        return pb.ScheduleMyPaymentResponse(scheduled_payment=_plan(plan, {}))

    def ListMyScheduledPayments(
        self, request: pb.ListMyScheduledPaymentsRequest, work: Work
    ) -> pb.ListMyScheduledPaymentsResponse:
        me, size = given_id(request.participant_id, "participant_id"), page_size(request)
        listing = f"plans/{me}"
        after = decode_token(work.keys, request.page_token, listing=listing)
        rows = scheduled.of_obligor(work.session, me, after, size + 1)
        shown = rows[:size]
        last = shown[-1].scheduled_payment_id if len(rows) > size else ""
        made = _made(work, shown)
        return pb.ListMyScheduledPaymentsResponse(
            scheduled_payments=[_plan(row, made) for row in shown],
            next_page_token=encode_token(work.keys, last, listing=listing),
        )

    def CancelMyScheduledPayment(
        self, request: pb.CancelMyScheduledPaymentRequest, work: Work
    ) -> pb.CancelMyScheduledPaymentResponse:
        me = given_id(request.participant_id, "participant_id")
        plan = planning.cancel(
            work, me, given_id(request.scheduled_payment_id, "scheduled_payment_id")
        )
        return pb.CancelMyScheduledPaymentResponse(
            scheduled_payment=_plan(plan, _made(work, [plan]))
        )


def _made(work: Work, plans: list[Plan]) -> dict[str, online_pb.OnlinePayment]:
    ids = [plan.last_payment_id for plan in plans if plan.last_payment_id]
    found = online.by_ids(work.session, ids) if ids else {}
    return {id_: message_of(payment) for id_, payment in found.items()}


def _plan(plan: Plan, made: dict[str, online_pb.OnlinePayment]) -> pb.MyScheduledPayment:
    return pb.MyScheduledPayment(
        scheduled_payment_id=plan.scheduled_payment_id,
        amount_cents=plan.amount_cents,
        instrument=plan.instrument,  # type: ignore[arg-type]
        frequency=plan.frequency,  # type: ignore[arg-type]
        first_on=from_date(plan.first_on),
        last_on=from_date(plan.last_on),
        next_on=from_date(plan.next_on),
        state=plan.state,  # type: ignore[arg-type]
        declines=plan.declines,
        last_payment=made.get(plan.last_payment_id or ""),
        create_time=from_instant(plan.planned_at),
    )
