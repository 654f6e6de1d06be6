"""Books computed again while no fact of theirs changed: nobody gets or owes another cent.

Each of these is money that an earlier way of computing again moved. Figures are constructed.
"""

import uuid
from datetime import date

import pytest
from sqlalchemy import text

from chassis.dates import from_date
from childsupport.case.v1 import case_service_pb2 as case_pb
from payments_service.actions.charging import charge
from payments_service.actions.disbursing import disburse
from payments_service.store import to_redo, totals

MARCH, APRIL, MAY = (date(2026, month, 1) for month in (3, 4, 5))
PA = 2


def rows(world, query):
    with world.runtime.work() as work:
        return [tuple(row) for row in work.session.execute(text(query))]


def receive(world, number, cents, day):
    line = world.line(number, cents, obligor=1, paid=day)
    world.take(*world.pages([line], submission=number, settled=day))
    world.settle()


def pay_out(world, day):
    world.go_to(day)
    with world.runtime.work() as work:
        disburse(work, day)
    world.settle()


def run_charge(world, day):
    world.go_to(day)
    with world.runtime.work() as work:
        charge(work, day)
    world.settle()


def again(world, month):
    """Compute the obligor's books again from a month on; returns the entries that it took."""
    before = rows(world, "SELECT count(*) FROM entry")[0][0]
    with world.runtime.work() as work:
        obligor_id = str(uuid.uuid5(uuid.NAMESPACE_OID, "obligor/1"))
        to_redo.queue(
            work.session, [to_redo.ToRedo(obligor_id, month, "order_changed")], work.clock.now()
        )
    world.settle()
    with world.runtime.work() as work:
        assert totals.verify(work.session).findings == ()
    assert rows(world, "SELECT error FROM obligor_to_redo") == []
    return rows(world, "SELECT count(*) FROM entry")[0][0] - before


@pytest.mark.parametrize("first_goes_out", [False, True])
def test_a_family_is_not_paid_again_for_a_month_by_money_that_came_later(world, first_goes_out):
    """42 USC 657(a)(2), 45 CFR 302.51(b): paid is paid; nothing for months to come while owed.

    Money of the 20th paid March's support and is gone. Money of the 10th came after it, and paid
    what the State is owed: taken first because of its day, it would pay March a second time.
    """
    world.participants(world.participant(1))
    world.cases(
        world.case(1, obligations=[world.obligation(1, 10_000)], obligor=1),
        world.case(
            2,
            obligations=[world.obligation(2, 0, opening=[(PA, 50_000)])],
            obligor=1,
            assistance=case_pb.ASSISTANCE_STATUS_FORMER,
            assistance_cents=100_000,
        ),
    )
    receive(world, 2, 10_000, date(2026, 3, 20))
    pay_out(world, date(2026, 3, 23))
    receive(world, 1, 10_000, date(2026, 3, 10))
    if first_goes_out:
        pay_out(world, date(2026, 3, 24))
    paid = "SELECT receipt_id, payee_kind, amount_cents FROM part_in_force ORDER BY 1"
    before = rows(world, paid)
    assert [kind for _, kind, _ in before] == [2, 1]
    assert again(world, MARCH) == 0
    assert rows(world, paid) == before
    assert rows(world, "SELECT count(*) FROM claim") == [(0,)]


def test_interest_of_a_year_is_charged_once_on_arrears_alone(world):
    """KRS 360.040: 12% a year. No support was charged before May, so no line said how far."""
    owed = world.obligation(1, 0, opening=[(1, 100_000)], starts=date(2025, 3, 1))
    owed.judgments.add(amount_cents=100_000, entered_on=from_date(date(2025, 3, 10)))
    world.cases(world.case(1, obligations=[owed], obligor=1))
    for day in (MARCH, APRIL, MAY):
        run_charge(world, day)
    due = "SELECT sum(due_cents)::bigint FROM balance"
    assert rows(world, due) == [(112_000,)]
    assert again(world, MAY) == 0
    assert rows(world, due) == [(112_000,)]


def test_what_was_paid_ahead_outlives_the_charges_that_it_was_paid_for(world):
    """An order that is taken back from its beginning leaves a credit (redo.paid_ahead)."""
    world.participants(world.participant(1))
    world.cases(world.case(1, obligations=[world.obligation(1, 10_000)], obligor=1))
    receive(world, 1, 10_000, date(2026, 3, 6))
    pay_out(world, date(2026, 3, 9))
    world.cases(world.case(1, obligations=[world.obligation(1, 0)], obligor=1, version=2))
    world.settle()
    ahead = "SELECT sum(ahead_cents)::bigint FROM standing"
    assert rows(world, ahead) == [(10_000,)]
    run_charge(world, APRIL)
    again(world, APRIL)
    assert rows(world, ahead) == [(10_000,)]


def test_what_went_out_on_ordered_arrears_is_not_ordered_again_in_the_month(world):
    """921 KAR 1:420 s1(4): each order's arrears amount once a month, then by balance.

    Support is less than was thought: $20 of it stays with the family as arrears. So both orders
    have had their $50 for March, and the next $100 is shared by 930 to 2,950 dollars.
    """
    second = world.obligation(2, 0, arrears_cents=5_000, opening=[(1, 300_000)])

    def first(cents):
        return world.obligation(1, cents, arrears_cents=5_000, opening=[(1, 100_000)])

    world.participants(world.participant(1), world.participant(2))
    world.cases(
        world.case(1, obligations=[first(10_000)], obligor=1),
        world.case(2, obligations=[second], obligor=1),
    )
    receive(world, 1, 20_000, date(2026, 3, 6))
    pay_out(world, date(2026, 3, 9))
    world.cases(world.case(1, obligations=[first(8_000)], obligor=1, version=2))
    world.settle()
    receive(world, 2, 10_000, date(2026, 3, 20))
    shares = "SELECT p.amount_cents FROM part_in_force p JOIN receipt r USING (receipt_id)"
    assert rows(world, f"{shares} WHERE r.collection_date = '2026-03-20' ORDER BY 1") == [
        (2_397,),
        (7_603,),
    ]


def test_the_last_months_arrears_of_what_has_ended_stay_arrears(world):
    """Support unpaid at the end of its month is past due (42 USC 664(c)), also the last month's."""
    owed = world.obligation(1, 10_000)
    owed.effective_to.CopyFrom(from_date(date(2026, 3, 31)))
    world.cases(world.case(1, obligations=[owed], obligor=1))
    run_charge(world, MARCH)
    run_charge(world, APRIL)
    due = "SELECT bucket, due_cents FROM balance WHERE due_cents > 0"
    assert rows(world, due) == [(1, 10_000)]
    assert again(world, MARCH) == 0
    assert rows(world, due) == [(1, 10_000)]


def test_money_applied_to_a_later_month_follows_what_is_learnt_of_that_month(world):
    """42 USC 657(a)(1): support of a month with assistance is the State's, whenever it came in.

    March's money was over and pays April. That April had assistance is told after it was applied.
    """

    def case(version, **given):
        made = world.case(1, obligations=[world.obligation(1, 10_000)], version=version, **given)
        if version > 1:
            made.assistance.add(
                program=case_pb.ASSISTANCE_PROGRAM_K_TAP, first_month=from_date(APRIL)
            )
        return made

    world.participants(world.participant(1))
    world.cases(case(1, assistance_cents=50_000))
    receive(world, 1, 20_000, date(2026, 3, 6))
    run_charge(world, APRIL)
    paid = "SELECT payee_kind, amount_cents FROM part_in_force ORDER BY 1"
    assert rows(world, paid) == [(1, 10_000), (1, 10_000)]
    world.cases(case(2, assistance_cents=50_000))
    world.settle()
    assert rows(world, paid) == [(1, 10_000), (2, 10_000)]
