"""Payments that a payer plans: made once for a day, whatever runs twice; stopped when declined."""

import threading
import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from chassis.errors import PlatformError
from chassis.runtime import Caller
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.payments.v1 import events_pb2 as events
from childsupport.payments.v1 import online_payment_service_pb2 as online_pb
from childsupport.payments.v1 import party_service_pb2 as pb
from childsupport.payments.v1 import receipt_service_pb2 as receipt_pb
from payments_service.actions.planning import MAX_ACTIVE, pay_scheduled
from payments_service.api.party_plans import MyPlans
from payments_service.domain.model import Frequency
from payments_service.domain.planned import next_day
from payments_service.gateway import gateway_of
from payments_service.jobs import ledger
from payments_service.service import SERVICE

from .conftest import TODAY, make_id
from .parties import door
from .test_paying import told

FATHER, STRANGER = make_id("obligor", 1), make_id("obligor", 2)
ONCE, WEEKLY, MONTHLY = (
    case_pb.FREQUENCY_ONCE,
    case_pb.FREQUENCY_WEEKLY,
    case_pb.FREQUENCY_MONTHLY,
)
TOMORROW = TODAY + timedelta(days=1)
DAY = timedelta(days=1)


@pytest.fixture
def world(world, runtime_for):
    """Two who owe; the sandbox charges nobody."""
    world.runtime = runtime_for(SERVICE, payment_gateway="sandbox")
    world.cases(*(world.case(n, obligations=[world.obligation(n, 60_000)]) for n in (1, 2)))
    world.settle()
    return world


def proto_day(day):
    return {"year": day.year, "month": day.month, "day": day.day} if day else None


def wanted(*, how="ok", cents=10_000, first=TOMORROW, frequency=WEEKLY, last=None, who=FATHER):
    return pb.ScheduleMyPaymentRequest(
        request_id=str(uuid.uuid4()),
        participant_id=who,
        amount_cents=cents,
        instrument=receipt_pb.INSTRUMENT_BANK_DEBIT,
        gateway_token=how,
        first_on=proto_day(first),
        frequency=frequency,
        last_on=proto_day(last),
    )


def call(world, name, request):
    with world.runtime.work(Caller("portal")) as work:
        return getattr(MyPlans(), name)(request, work)


def plan(world, how="ok", **given):
    answer = call(world, "ScheduleMyPayment", wanted(how=how, **given))
    return answer.scheduled_payment.scheduled_payment_id


def plans(world, who=FATHER):
    request = pb.ListMyScheduledPaymentsRequest(participant_id=who)
    return call(world, "ListMyScheduledPayments", request).scheduled_payments


def run(world, day):
    world.go_to(day)
    with world.runtime.work() as work:
        done = pay_scheduled(work, day)
    world.settle()
    return done["payments"]


def charged(world):
    return [charge.cents for charge in gateway_of(world.runtime.settings).charges()]


def notices(world):
    return [
        (n.kind, dict(n.facts), n.letter)
        for page in told(world, events.PaymentNoticesIssued)
        for n in page.notices
    ]


def test_a_plan_pays_each_week_and_once_however_often_the_job_runs(world):
    plan(world)
    assert run(world, TODAY) == 0
    for week in range(3):
        day = TOMORROW + week * 7 * DAY
        assert [run(world, day), run(world, day), run(world, day + DAY)] == [1, 0, 0]
    assert charged(world) == [10_000] * 3
    (found,) = plans(world)
    assert found.state == pb.MY_SCHEDULE_STATE_ACTIVE
    assert found.last_payment.state == online_pb.ONLINE_PAYMENT_STATE_APPROVED
    assert (found.next_on.month, found.next_on.day) == (3, 28)


def test_two_schedulers_at_once_pay_once(world):
    plan(world)
    world.go_to(TOMORROW)
    both = threading.Barrier(2, timeout=20)
    paid = []

    def job():
        with world.runtime.work() as work:
            both.wait()
            paid.append(pay_scheduled(work, TOMORROW)["payments"])

    workers = [threading.Thread(target=job) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert sorted(paid) == [0, 1]
    world.settle()
    assert charged(world) == [10_000]


def test_a_plan_that_missed_weeks_pays_once_and_goes_on(world):
    """Nobody is charged at once for weeks in which no job ran."""
    plan(world)
    assert run(world, TOMORROW + 21 * DAY) == 1
    (found,) = plans(world)
    assert (found.next_on.month, found.next_on.day) == (4, 4)


def test_a_single_payment_and_a_last_day_end_a_plan_and_its_token(world):
    once = plan(world, frequency=ONCE)
    until = plan(world, last=TOMORROW + 7 * DAY)
    assert run(world, TOMORROW) == 2
    assert run(world, TOMORROW + 7 * DAY) == 1
    states = {p.scheduled_payment_id: p.state for p in plans(world)}
    assert states == dict.fromkeys((once, until), pb.MY_SCHEDULE_STATE_ENDED)
    with world.runtime.work() as work:
        kept = work.session.scalars(text("SELECT token FROM scheduled_payment")).all()
    assert kept == [None, None]


def test_a_declined_payment_is_told_and_the_second_in_a_row_stops_the_plan(world):
    """Policy online.declines."""
    plan(world, how="declined")
    assert run(world, TOMORROW) == 1
    assert notices(world) == [
        (
            "scheduled_payment_declined",
            {
                "amount_cents": "10000",
                "due_on": "2026-03-07",
                "next": "again",
                "next_on": "2026-03-14",
            },
            False,
        )
    ]
    assert run(world, TOMORROW + 7 * DAY) == 1
    assert notices(world)[-1][1]["next"] == "stopped"
    (found,) = plans(world)
    assert (found.state, found.declines) == (pb.MY_SCHEDULE_STATE_STOPPED, 2)
    assert not found.HasField("next_on")
    assert run(world, TOMORROW + 14 * DAY) == 0
    assert charged(world) == []


def test_whose_bank_takes_a_payment_back_is_not_charged_for_the_next(world):
    plan(world, how="charged_back")
    assert run(world, TOMORROW) == 1
    world.go_to(TOMORROW + 7 * DAY)
    world.settle()
    assert plans(world)[0].state == pb.MY_SCHEDULE_STATE_STOPPED
    assert notices(world)[-1][1]["cause"] == "charged_back"
    assert run(world, TOMORROW + 7 * DAY) == 0


def test_who_owes_nothing_any_more_is_not_charged(world):
    plan(world, how="ok", first=date(2026, 4, 10))
    with world.runtime.work() as work:
        work.session.execute(text("UPDATE balance SET due_cents = 0"))
        work.session.execute(text("UPDATE obligation_projection SET effective_to = '2026-03-31'"))
    assert run(world, date(2026, 4, 10)) == 0
    assert [(kind, facts["cause"]) for kind, facts, _ in notices(world)] == [
        ("scheduled_payment_over", "nothing_owed")
    ]
    assert plans(world)[0].state == pb.MY_SCHEDULE_STATE_ENDED


def test_the_token_of_a_plan_is_kept_encrypted(world):
    plan(world, how="card-on-file")
    with world.runtime.work() as work:
        kept = work.session.scalar(text("SELECT token FROM scheduled_payment"))
    assert b"card-on-file" not in bytes(kept)


def test_a_plan_that_is_cancelled_pays_no_more_and_belongs_to_its_payer(world):
    id_ = plan(world)
    request = pb.CancelMyScheduledPaymentRequest(
        participant_id=STRANGER, scheduled_payment_id=id_, request_id="r"
    )
    with pytest.raises(PlatformError) as refused:
        call(world, "CancelMyScheduledPayment", request)
    assert refused.value.reason == ErrorReason.ERROR_REASON_NOT_FOUND
    assert not plans(world, STRANGER)
    request.participant_id = FATHER
    ended = call(world, "CancelMyScheduledPayment", request).scheduled_payment
    assert ended.state == pb.MY_SCHEDULE_STATE_CANCELLED
    assert run(world, TOMORROW) == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"cents": 0}, "amount_cents"),
        ({"cents": 1_000_001}, "amount_cents"),
        ({"how": ""}, "gateway_token"),
        ({"first": TODAY}, "first_on"),
        ({"first": TODAY + 367 * DAY}, "first_on"),
        ({"frequency": case_pb.FREQUENCY_YEARLY}, "frequency"),
        ({"last": TODAY}, "last_on"),
        ({"frequency": ONCE, "last": TOMORROW}, "last_on"),
        ({"who": make_id("obligee", 1)}, "participant_id"),
    ],
)
def test_what_is_wrong_with_a_plan_is_said_by_field(world, given, field):
    with pytest.raises(PlatformError) as refused:
        plan(world, **given)
    assert refused.value.violations[0].field == field


def test_nobody_has_more_plans_than_make_sense(world):
    for _ in range(MAX_ACTIVE):
        plan(world)
    with pytest.raises(PlatformError, match="20 plans already"):
        plan(world)


def test_options_say_limits_and_what_is_owed(world):
    request = pb.GetMyPaymentOptionsRequest(participant_id=FATHER)
    with world.runtime.work() as work:
        ledger.charge(work, TODAY)
    options = call(world, "GetMyPaymentOptions", request)
    assert (options.taken, options.sandbox, options.most_cents) == (True, True, 1_000_000)
    assert options.current_due_cents == 60_000
    request.participant_id = make_id("obligee", 1)
    assert not call(world, "GetMyPaymentOptions", request).taken


def test_the_same_request_sent_twice_is_one_plan(world):
    """AIP-155, through the server; another request under the same id is refused."""
    request = wanted()
    with door(world.runtime) as opened:
        asked = ("PartyPaymentService", "ScheduleMyPayment")
        first = opened.ask(FATHER, *asked, request)
        assert opened.ask(FATHER, *asked, request) == first
        request.amount_cents += 1
        with pytest.raises(PlatformError):
            opened.ask(FATHER, *asked, request)
    assert len(plans(world)) == 1


def test_a_plan_from_the_31st_pays_on_the_last_of_shorter_months():
    days = [date(2026, 1, 31)]
    for _ in range(3):
        days.append(next_day(days[0], Frequency.MONTHLY, None, days[-1]))
    assert [(d.month, d.day) for d in days] == [(1, 31), (2, 28), (3, 31), (4, 30)]
    assert next_day(days[0], Frequency.MONTHLY, date(2026, 2, 27), days[0]) is None
    assert MONTHLY == Frequency.MONTHLY
