"""Facts that change after money was posted: the books are computed again, and stay whole.

42 USC 657 and 45 CFR 302.51 say how a month's money is shared; a correction is that month shared
again. Figures are constructed.
"""

from datetime import date

from google.type.date_pb2 import Date
from sqlalchemy import text

from chassis.dates import from_date
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1.events_pb2 import CasesChanged
from payments_service.actions.charging import charge
from payments_service.actions.disbursing import disburse
from payments_service.store import totals

MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))
CHILD = case_pb.SUPPORT_TYPE_CHILD


def case_of(world, version, *obligations, number=1, obligor=None, **given):
    return world.case(
        number, obligations=list(obligations), version=version, obligor=obligor, **given
    )


def owed(world, number, *terms, **given):
    """An obligation of (first day, cents) terms, each up to the next."""
    one = world.obligation(number, terms[-1][1], starts=terms[0][0], **given)
    for place, (first, cents) in enumerate(terms):
        after = terms[place + 1][0] if place + 1 < len(terms) else None
        last = date.fromordinal(after.toordinal() - 1) if after else None
        one.terms.add(
            effective_from=from_date(first),
            effective_to=from_date(last) if last else Date(),
            amount_cents=cents,
            frequency=case_pb.FREQUENCY_MONTHLY,
            monthly_cents=cents,
        )
    return one


def run_charge(world, day):
    world.go_to(day)
    with world.runtime.work() as work:
        charge(work, day)
    world.settle()


def receive(world, number, cents, day, *, obligor=1):
    world.take(
        *world.pages(
            [world.line(number, cents, obligor=obligor, paid=day)], submission=number, settled=day
        )
    )
    world.settle()


def pay_out(world, day):
    world.go_to(day)
    with world.runtime.work() as work:
        disburse(work, day)
    world.settle()


def rows(world, query, **given):
    with world.runtime.work() as work:
        return [tuple(row) for row in work.session.execute(text(query), given)]


def due(world):
    """What is owed, by bucket."""
    return dict(
        rows(
            world,
            "SELECT bucket, sum(due_cents)::bigint FROM balance WHERE due_cents > 0 GROUP BY 1",
        )
    )


def queued(world):
    return rows(world, "SELECT from_month, cause, error FROM obligor_to_redo")


def clean(world):
    with world.runtime.work() as work:
        assert totals.verify(work.session).findings == ()
    assert queued(world) == []


class TestOrdersThatChange:
    def test_months_that_were_charged_are_charged_again(self, world):
        """KRS 403.213(1): a change holds for what accrues after it, also when told later."""
        world.cases(case_of(world, 1, owed(world, 1, (MARCH, 20_000))))
        for day in (MARCH, APRIL, MAY):
            run_charge(world, day)
        before = rows(world, "SELECT count(*) FROM entry")
        world.cases(case_of(world, 2, owed(world, 1, (MARCH, 20_000), (APRIL, 25_000))))
        world.settle()
        assert due(world) == {0: 25_000, 1: 45_000}
        # Of April and May: charges and April's ageing, taken back and booked anew.
        assert rows(world, "SELECT count(*) FROM entry") == [(before[0][0] + 6,)]
        clean(world)

    def test_a_version_that_says_nothing_new_queues_nothing(self, world):
        world.cases(case_of(world, 1, owed(world, 1, (MARCH, 20_000))))
        run_charge(world, APRIL)
        world.cases(case_of(world, 2, owed(world, 1, (MARCH, 20_000))))
        assert queued(world) == []
        world.take(CasesChanged(cases=[case_of(world, 2, owed(world, 1, (MARCH, 90_000)))]))
        assert queued(world) == []

    def test_a_change_of_months_to_come_queues_nothing(self, world):
        world.cases(case_of(world, 1, owed(world, 1, (MARCH, 20_000))))
        run_charge(world, MARCH)
        world.cases(case_of(world, 2, owed(world, 1, (MARCH, 20_000), (APRIL, 25_000))))
        assert queued(world) == []

    def test_money_that_was_paid_out_stays_paid_ahead(self, world):
        """Less was owed than was paid out to the family: it meets the months that follow."""
        world.participants(world.participant(1))
        world.cases(case_of(world, 1, owed(world, 1, (MARCH, 20_000))))
        receive(world, 1, 20_000, date(2026, 3, 6))
        pay_out(world, date(2026, 3, 9))
        world.cases(case_of(world, 2, owed(world, 1, (MARCH, 15_000))))
        world.settle()
        assert due(world) == {}
        clean(world)
        run_charge(world, APRIL)
        assert due(world) == {0: 10_000}
        assert rows(world, "SELECT sum(ahead_cents) FROM standing") == [(0,)]
        assert rows(world, "SELECT count(*) FROM claim") == [(0,)]
        clean(world)

    def test_what_is_not_paid_out_yet_is_free_to_move(self, world):
        world.participants(world.participant(1))
        world.cases(case_of(world, 1, owed(world, 1, (MARCH, 20_000))))
        receive(world, 1, 20_000, date(2026, 3, 6))
        world.cases(case_of(world, 2, owed(world, 1, (MARCH, 15_000))))
        world.settle()
        assert rows(world, "SELECT payee_kind, amount_cents FROM payable") == [(1, 15_000)]
        assert rows(world, "SELECT reason, amount_cents FROM hold WHERE released_on IS NULL") == [
            ("excess", 5_000)
        ]
        clean(world)


class TestLateReceipts:
    def test_money_of_a_month_that_is_over_pays_that_month(self, world):
        """45 CFR 302.51(a)(1): first the support of the month of collection."""
        world.cases(case_of(world, 1, owed(world, 1, (MARCH, 20_000))))
        run_charge(world, MARCH)
        world.go_to(date(2026, 4, 2))
        run_charge(world, date(2026, 4, 2))
        assert due(world) == {0: 20_000, 1: 20_000}
        world.take(
            *world.pages(
                [world.line(1, 20_000, obligor=1, paid=date(2026, 3, 31))],
                settled=date(2026, 3, 31),
            )
        )
        world.settle()
        assert due(world) == {0: 20_000}
        assert rows(world, "SELECT current, bucket, revision FROM part_in_force") == [(True, 0, 0)]
        assert rows(world, "SELECT count(*) FROM late_receipt") == [(0,)]
        clean(world)
