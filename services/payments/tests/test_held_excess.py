"""What is over is held, and pays later months by itself as they are charged.

45 CFR 302.51(b): money counts for future months only when all assigned support of the month and of
all before it is paid. Whose it is follows from the month that it pays. Figures are constructed.
"""

from datetime import date

import pytest
from google.type.date_pb2 import Date
from sqlalchemy import text

from chassis.dates import from_date
from childsupport.case.v1 import case_service_pb2 as case_pb
from payments_service.actions import correcting
from payments_service.actions.charging import charge
from payments_service.actions.disbursing import disburse
from payments_service.store import to_redo, totals

MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))
FAMILY, STATE, FEE, HELD = 1, 2, 4, 5


def run_charge(world, day):
    world.go_to(day)
    with world.runtime.work() as work:
        charge(work, day)
    world.settle()


def receive(world, number, cents, day):
    world.go_to(day)
    line = world.line(number, cents, obligor=1, paid=day)
    world.take(*world.pages([line], submission=number, settled=day))


def pay_out(world, day):
    world.go_to(day)
    with world.runtime.work() as work:
        sent = disburse(work, day)["amount_cents"]
    world.settle()
    return sent


def rows(world, query):
    with world.runtime.work() as work:
        return [tuple(row) for row in work.session.execute(text(query))]


def parts(world):
    """Parts in force, by payee, whether they are a credit of an obligation."""
    return rows(
        world,
        "SELECT payee_kind, obligation_id IS NOT NULL AND NOT current, sum(amount_cents)::bigint"
        " FROM part_in_force GROUP BY 1, 2 ORDER BY 1, 2",
    )


def due(world):
    query = "SELECT bucket, sum(due_cents)::bigint FROM balance WHERE due_cents > 0 GROUP BY 1"
    return dict(rows(world, query))


def clean(world):
    with world.runtime.work() as work:
        assert totals.verify(work.session).findings == ()
    assert rows(world, "SELECT * FROM obligor_to_redo") == []


@pytest.fixture
def family(world):
    """200.00 a month from March, and a payee with an account."""
    world.participants(world.participant(1))
    world.cases(world.case(1, obligations=[world.obligation(1, 20_000, starts=MARCH)]))
    world.settle()
    return world


def test_it_pays_each_month_as_it_is_charged(family):
    receive(family, 1, 50_000, date(2026, 3, 6))
    family.settle()
    assert parts(family) == [(FAMILY, False, 20_000), (HELD, False, 30_000)]
    assert pay_out(family, date(2026, 3, 9)) == 20_000
    run_charge(family, APRIL)
    assert parts(family) == [(FAMILY, False, 20_000), (FAMILY, True, 20_000), (HELD, False, 10_000)]
    assert due(family) == {}
    assert pay_out(family, date(2026, 4, 2)) == 20_000
    run_charge(family, MAY)
    assert due(family) == {0: 10_000}
    assert pay_out(family, date(2026, 5, 4)) == 10_000
    clean(family)
    # Charged again, computed again from the beginning: nothing moves, nobody is paid twice.
    before = rows(family, "SELECT count(*) FROM entry")
    with family.runtime.work() as work:
        obligor = rows(family, "SELECT obligor_id::text FROM balance")[0][0]
        row = to_redo.ToRedo(obligor, MARCH, "order_changed")
        to_redo.queue(work.session, [row], work.clock.now())
    run_charge(family, MAY)
    assert rows(family, "SELECT count(*) FROM entry") == before
    assert pay_out(family, date(2026, 5, 5)) == 0
    clean(family)


def test_it_says_why(family):
    receive(family, 1, 30_000, date(2026, 3, 6))
    family.settle()
    run_charge(family, APRIL)
    with family.runtime.work() as work:
        steps = work.session.execute(
            text("SELECT steps FROM part_in_force WHERE NOT current AND obligation_id IS NOT NULL")
        ).scalar_one()
        checksum, inputs, outputs = steps[-1]
        rule = work.session.execute(
            text("SELECT rule_id FROM applied_rule WHERE checksum = :checksum"),
            {"checksum": checksum},
        ).scalar_one()
    assert rule.endswith("distribution.held_excess")
    assert (inputs, outputs) == ({"month": "2026-04-01"}, {"amount_cents": 10_000})


def test_what_is_held_goes_before_what_comes_in(family):
    """The receipt begins a month that nothing has charged; on one page with the one before."""
    receive(family, 1, 30_000, date(2026, 3, 6))
    receive(family, 2, 20_000, date(2026, 4, 3))
    family.settle()
    assert parts(family) == [(FAMILY, False, 30_000), (FAMILY, True, 10_000), (HELD, False, 10_000)]
    receive(family, 3, 20_000, date(2026, 5, 1))
    family.settle()
    assert parts(family) == [
        (FAMILY, False, 36_500),
        (FAMILY, True, 20_000),
        (FEE, False, 3_500),
        (HELD, False, 10_000),
    ]
    clean(family)


def test_whose_it_is_follows_from_the_month_that_it_pays(world):
    """Assistance from April on: April's support is assigned to the State."""
    world.participants(world.participant(1))
    case = world.case(
        1, obligations=[world.obligation(1, 20_000, starts=MARCH)], assistance_cents=90_000
    )
    case.assistance.add(
        program=case_pb.ASSISTANCE_PROGRAM_K_TAP, first_month=from_date(APRIL), paid_cents=90_000
    )
    world.cases(case)
    world.settle()
    receive(world, 1, 50_000, date(2026, 3, 6))
    world.settle()
    run_charge(world, APRIL)
    assert parts(world) == [(FAMILY, False, 20_000), (STATE, True, 20_000), (HELD, False, 10_000)]
    clean(world)


def test_a_payment_that_bounces_takes_the_later_months_with_it(family):
    receive(family, 1, 50_000, date(2026, 3, 6))
    family.settle()
    run_charge(family, APRIL)
    with family.runtime.work() as work:
        receipt = rows(family, "SELECT receipt_id::text FROM receipt")[0][0]
        correcting.reverse(work, receipt, "nsf", work.clock.today())
    family.settle()
    assert due(family) == {0: 20_000, 1: 20_000}
    assert parts(family) == []
    clean(family)


def test_a_lowered_order_leaves_the_credit_to_the_next_month(family):
    """Paid out is paid out: what April does not need any more meets May."""
    receive(family, 1, 50_000, date(2026, 3, 6))
    family.settle()
    run_charge(family, APRIL)
    pay_out(family, date(2026, 4, 2))
    one = family.obligation(1, 15_000, starts=MARCH)
    for first, last, cents in ((MARCH, date(2026, 3, 31), 20_000), (APRIL, None, 15_000)):
        one.terms.add(
            effective_from=from_date(first),
            effective_to=from_date(last) if last else Date(),
            amount_cents=cents,
            frequency=case_pb.FREQUENCY_MONTHLY,
            monthly_cents=cents,
        )
    family.cases(family.case(1, obligations=[one], version=2))
    family.settle()
    clean(family)
    run_charge(family, MAY)
    # 50.00 more than April needs went out; of the 100.00 that are held May takes the rest.
    assert due(family) == {}
    assert parts(family) == [(FAMILY, False, 20_000), (FAMILY, True, 30_000)]
    clean(family)


def test_a_tax_refund_never_pays_a_month(family):
    """45 CFR 303.72(h)(4); one that is held for want of a filer to pay stays held."""
    receive(family, 1, 30_000, date(2026, 3, 6))
    with family.runtime.work() as work:
        work.session.execute(text("UPDATE receipt SET source = 6"))
    family.settle()
    before = parts(family)
    run_charge(family, APRIL)
    assert parts(family) == before
    assert due(family) == {0: 20_000, 1: 20_000}
    clean(family)
