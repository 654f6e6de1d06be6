"""Balances and orders in, delinquencies out: whatever the order in which they arrive."""

import itertools
from collections.abc import Callable
from datetime import date

import pytest
from google.protobuf.message import Message
from sqlalchemy import select

from chassis import migrate, tables
from chassis.dates import from_date
from chassis.events import message_class
from chassis.ids import derived_id
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1.events_pb2 import CasesChanged
from childsupport.enforcement.v1 import enforcement_service_pb2 as pb
from childsupport.payments.v1 import events_pb2 as payments
from childsupport.payments.v1 import payments_service_pb2 as payments_pb
from enforcement_service.api import ArrearsReads
from enforcement_service.service import SERVICE

OBLIGOR = derived_id("test", "obligor")
HANDLERS = {handler.type: handler for handler in SERVICE.handlers}


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime]) -> Runtime:
    return runtime_for(SERVICE)


def case(number: int, monthly_cents: int = 20_000, version: int = 1) -> CasesChanged:
    obligation = case_pb.Obligation(
        obligation_id=derived_id("test", "obligation", str(number)),
        monthly_amount_cents=monthly_cents,
        effective_from=from_date(date(2021, 2, 1)),
    )
    return CasesChanged(
        cases=[
            case_pb.Case(
                case_id=derived_id("test", "case", str(number)),
                case_number=f"{number:010d}",
                obligor_id=OBLIGOR,
                orders=[case_pb.Order(obligations=[obligation])],
                version=version,
            )
        ]
    )


def balance(number: int, due_cents: int, version: int) -> payments.ObligationsCharged:
    return payments.ObligationsCharged(
        balances=[
            payments.BalanceState(
                balance=payments_pb.Balance(
                    obligation_id=derived_id("test", "obligation", str(number)),
                    case_id=derived_id("test", "case", str(number)),
                    bucket=case_pb.ARREARS_BUCKET_NEVER_ASSIGNED,
                    due_cents=due_cents,
                ),
                obligor_id=OBLIGOR,
                version=version,
            )
        ]
    )


def deliver(runtime: Runtime, *messages: Message) -> None:
    for message in messages:
        with runtime.work() as work:
            HANDLERS[message.DESCRIPTOR.full_name].handle(message, work)


def standing(runtime: Runtime) -> list[tuple[str, int, bool]]:
    with runtime.work() as work:
        found = ArrearsReads().GetArrears(pb.GetArrearsRequest(obligor_id=OBLIGOR), work)
    return [(c.case_number, c.arrears_cents, c.delinquent) for c in found.cases]


def told(runtime: Runtime) -> list[Message]:
    with runtime.work() as work:
        rows = work.session.execute(
            select(tables.outbox.c.type, tables.outbox.c.body).order_by(tables.outbox.c.id)
        )
        return [message_class(row.type).FromString(row.body) for row in rows]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_every_order_of_arrival_gives_the_same_standing(
    runtime: Runtime, order: tuple[int, ...]
) -> None:
    messages = [case(1), balance(1, 90_000, 1), balance(1, 25_000, 2)]
    deliver(runtime, *(messages[i] for i in order), *messages)
    assert standing(runtime) == [("0000000001", 25_000, True)]


def test_a_closed_case_with_all_that_a_case_may_hold_is_still_judged(runtime: Runtime) -> None:
    """Closing a case erases no arrears; child care and changed amounts count like support."""
    message = case(1, monthly_cents=15_000)
    closed = message.cases[0]
    closed.status = case_pb.CASE_STATUS_CLOSED
    closed.closed_on.CopyFrom(from_date(date(2026, 3, 1)))
    closed.closure_ground = "12"
    closed.members.add(participant_id=derived_id("test", "ann"), role=case_pb.CASE_ROLE_CHILD)
    closed.assistance.add(program=case_pb.ASSISTANCE_PROGRAM_K_TAP, paid_cents=100)
    owed = closed.orders[0].obligations[0]
    owed.support_type = case_pb.SUPPORT_TYPE_CHILD_CARE
    owed.terms.add(
        effective_from=from_date(date(2021, 2, 1)),
        effective_to=from_date(date(2026, 2, 28)),
        amount_cents=10_000,
        frequency=case_pb.FREQUENCY_MONTHLY,
        monthly_cents=10_000,
    )
    owed.terms.add(
        effective_from=from_date(date(2026, 3, 1)),
        amount_cents=15_000,
        frequency=case_pb.FREQUENCY_MONTHLY,
        monthly_cents=15_000,
    )
    deliver(runtime, message, balance(1, 15_000, 1))
    assert standing(runtime) == [("0000000001", 15_000, True)]


def test_a_delinquency_is_told_when_it_begins_and_when_it_ends_and_not_between(
    runtime: Runtime,
) -> None:
    deliver(runtime, case(1), balance(1, 20_000, 1), balance(1, 30_000, 2), balance(1, 100, 3))
    changes = [(c.delinquent, c.arrears_cents) for m in told(runtime) for c in m.cases]
    assert changes == [(True, 20_000), (False, 100)]


def test_the_day_a_delinquency_began_stays_while_it_lasts(runtime: Runtime) -> None:
    deliver(runtime, case(1), balance(1, 20_000, 1))
    with runtime.work() as work:
        SERVICE.jobs[0].run(work, date(2026, 4, 1))
    deliver(runtime, balance(1, 40_000, 2))
    with runtime.work() as work:
        found = ArrearsReads().GetArrears(pb.GetArrearsRequest(obligor_id=OBLIGOR), work)
    assert found.cases[0].delinquent_since == from_date(date(2026, 3, 6))


def test_current_support_of_the_month_is_not_yet_past_due(runtime: Runtime) -> None:
    current = balance(1, 20_000, 1)
    current.balances[0].balance.current = True
    deliver(runtime, case(1), current)
    assert standing(runtime) == [("0000000001", 0, False)]


def test_delinquent_cases_are_listed_largest_first_a_page_at_a_time(runtime: Runtime) -> None:
    for number, cents in ((1, 30_000), (2, 90_000), (3, 60_000), (4, 60_000), (5, 10)):
        deliver(runtime, case(number), balance(number, cents, 1))
    seen: list[int] = []
    token = ""
    with runtime.work() as work:
        for _ in range(2):
            answer = ArrearsReads().ListDelinquencies(
                pb.ListDelinquenciesRequest(page_size=2, page_token=token), work
            )
            seen += [c.arrears_cents for c in answer.cases]
            token = answer.next_page_token
    assert seen == [90_000, 60_000, 60_000, 30_000]
    assert token == ""


def test_tables_and_migrations_agree(runtime: Runtime) -> None:
    migrate.check(SERVICE, runtime.settings.database_url.get_secret_value())
