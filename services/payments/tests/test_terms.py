"""What a month is charged: by the term in force on its first day, at the order's own pace."""

from datetime import date, timedelta

import pytest
from google.type.date_pb2 import Date
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from chassis.dates import from_date
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1.events_pb2 import CasesChanged, TouchedSpan
from payments_service.actions.charging import NO_ID, charge
from payments_service.domain.accrual import Accrual, FirstMonth, Pace, month_amount, plain
from payments_service.domain.changes import changed_from
from payments_service.domain.model import Frequency, Obligation, Support, Term
from payments_service.store import projections, totals

MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)


def owed(*terms, last=None, cents=0, first=None):
    starts = first or (terms[0].effective_from if terms else MARCH)
    return Obligation("1", "o", "c", Support.CHILD, cents, 0, starts, last, (), MARCH, terms)


def changed(day, before=20_000, after=25_000, first=MARCH):
    return owed(Term(first, date.fromordinal(day.toordinal() - 1), before), Term(day, None, after))


@pytest.mark.parametrize(
    ("day", "may", "june", "july"),
    [
        (JUNE, 20_000, 25_000, 25_000),
        (date(2026, 6, 2), 20_000, 20_000, 25_000),
        (date(2026, 5, 31), 20_000, 25_000, 25_000),
    ],
)
def test_a_month_has_the_amount_of_its_first_day(day, may, june, july):
    """KRS 403.213(1): a change holds for installments that accrue after it."""
    one = changed(day)
    months = (date(2026, 5, 1), JUNE, date(2026, 7, 1))
    assert [month_amount(one, month) for month in months] == [may, june, july]


def test_the_month_that_an_obligation_begins_in_has_its_first_amount():
    one = changed(JUNE, first=date(2026, 3, 20))
    assert [month_amount(one, m) for m in (date(2026, 2, 1), MARCH)] == [0, 20_000]


def test_an_obligation_that_changes_in_its_first_month_begins_with_its_first_amount():
    one = changed(date(2026, 3, 25), first=date(2026, 3, 20))
    assert [month_amount(one, m) for m in (MARCH, date(2026, 4, 1))] == [20_000, 25_000]


def test_what_is_owed_for_no_days_between_is_not_charged():
    one = owed(
        Term(MARCH, date(2026, 4, 30), 20_000),
        Term(date(2026, 5, 1), date(2026, 5, 31), 0),
        Term(JUNE, date(2026, 7, 31), 20_000),
        last=date(2026, 7, 31),
    )
    months = [date(2026, n, 1) for n in range(3, 10)]
    assert [month_amount(one, m) for m in months] == [20_000, 20_000, 0, 20_000, 20_000, 0, 0]


def test_nothing_is_owed_after_the_end_whatever_its_last_term_says():
    """KRS 403.213(3): support ends; here with an order that its case names no more."""
    terms = (Term(MARCH, date(2026, 3, 31), 20_000), Term(date(2026, 4, 1), None, 25_000))
    ended = owed(*terms, last=date(2026, 4, 12))
    months = (MARCH, date(2026, 4, 1), date(2026, 5, 1), JUNE)
    assert [month_amount(ended, month) for month in months] == [20_000, 25_000, 0, 0]
    assert changed_from(owed(*terms), ended, JUNE, plain) == date(2026, 5, 1)


@given(
    first=st.dates(date(2024, 1, 1), date(2026, 1, 1)),
    month=st.dates(date(2023, 1, 1), date(2027, 1, 1)).map(lambda day: day.replace(day=1)),
    cents=st.integers(1, 100_000),
)
def test_terms_with_one_amount_are_charged_like_that_amount(first, month, cents):
    day = date(2026, 6, 17)
    plain = Obligation("1", "o", "c", Support.CHILD, cents, 0, first, None, (), MARCH)
    assert month_amount(changed(day, cents, cents, first), month) == month_amount(plain, month)


def told(world, *, version, terms, cause=""):
    one = world.obligation(1, 20_000)
    one.effective_to.CopyFrom(from_date(terms[-1][1]) or Date())
    for first, last, cents in terms:
        one.terms.add(
            effective_from=from_date(first),
            effective_to=from_date(last),
            amount_cents=cents,
            frequency=case_pb.FREQUENCY_MONTHLY,
            monthly_cents=cents,
        )
    touched = TouchedSpan(
        obligation_id=one.obligation_id, first_day=from_date(terms[0][0]), cause=cause
    )
    case = world.case(1, obligations=[one], version=version)
    world.take(CasesChanged(cases=[case], touched=[touched] if cause else []))
    world.settle()


def run_charge(world, day):
    world.go_to(day)
    with world.runtime.work() as work:
        charge(work, day)


def test_an_order_modified_from_june_charges_the_new_amount_from_june_on(world):
    told(world, version=1, terms=[(MARCH, None, 20_000)])
    for month in (3, 4, 5):
        run_charge(world, date(2026, month, 7))
    told(
        world,
        version=2,
        terms=[(MARCH, date(2026, 5, 31), 20_000), (JUNE, None, 25_000)],
    )
    for month in (6, 7):
        run_charge(world, date(2026, month, 7))
    with world.runtime.work() as work:
        assert totals.verify(work.session).findings == ()
    assert owed_in_all(world) == 3 * 20_000 + 2 * 25_000


def test_months_that_were_charged_are_charged_again_when_the_order_says_otherwise(world):
    told(world, version=1, terms=[(MARCH, None, 20_000)])
    for month in (3, 4, 5):
        run_charge(world, date(2026, month, 7))
    told(
        world,
        version=2,
        terms=[(MARCH, date(2026, 3, 31), 20_000), (date(2026, 4, 1), None, 25_000)],
    )
    run_charge(world, date(2026, 6, 7))
    assert owed_in_all(world) == 20_000 + 3 * 25_000


def test_an_order_that_is_recorded_late_is_charged_from_its_first_month(world):
    """It was ordered here: no other ledger has charged the months before we heard of it."""
    world.go_to(date(2026, 6, 10))
    told(world, version=1, terms=[(MARCH, None, 20_000)], cause="recorded")
    run_charge(world, date(2026, 6, 10))
    assert owed_in_all(world) == 4 * 20_000
    told(world, version=1, terms=[(MARCH, None, 20_000)], cause="recorded")
    run_charge(world, date(2026, 6, 11))
    assert owed_in_all(world) == 4 * 20_000


def test_an_order_that_was_taken_over_is_charged_from_the_month_that_we_heard_of_it(world):
    world.go_to(date(2026, 6, 10))
    told(world, version=1, terms=[(MARCH, None, 20_000)])
    run_charge(world, date(2026, 6, 10))
    assert owed_in_all(world) == 20_000


def test_support_that_ended_and_comes_back_loses_no_month(world):
    """KRS 403.213(3): that the child is in school can be told after the end was written."""
    told(world, version=1, terms=[(MARCH, None, 20_000)])
    run_charge(world, date(2026, 4, 7))
    told(world, version=2, terms=[(MARCH, date(2026, 4, 19), 20_000)])
    for month in (5, 6, 7):
        run_charge(world, date(2026, month, 7))
    assert owed_in_all(world) == 2 * 20_000
    with world.runtime.work() as work:
        waiting = [
            projections.uncharged_obligors(work.session, n, date(2026, 7, 1), NO_ID, 9)
            for n in range(16)
        ]
        current = work.session.scalar(text("SELECT sum(due_cents) FROM balance WHERE bucket = 0"))
    assert not any(waiting)
    assert current == 0
    told(world, version=3, terms=[(MARCH, date(2026, 6, 12), 20_000)])
    run_charge(world, date(2026, 7, 8))
    assert owed_in_all(world) == 4 * 20_000
    with world.runtime.work() as work:
        assert totals.verify(work.session).findings == ()


def test_support_that_had_ended_when_we_heard_of_it_comes_back_whole_too(world):
    world.go_to(date(2026, 7, 7))
    told(world, version=1, terms=[(MARCH, date(2026, 4, 19), 20_000)], cause="recorded")
    run_charge(world, date(2026, 7, 7))
    assert owed_in_all(world) == 2 * 20_000
    told(world, version=2, terms=[(MARCH, date(2026, 6, 12), 20_000)], cause="extended")
    run_charge(world, date(2026, 7, 8))
    assert owed_in_all(world) == 4 * 20_000


def owed_in_all(world):
    with world.runtime.work() as work:
        return work.session.scalar(text("SELECT sum(due_cents) FROM balance"))


def test_child_care_is_allocated_like_child_support(world):
    care = world.obligation(2, 10_000, support=case_pb.SUPPORT_TYPE_CHILD_CARE)
    medical = world.obligation(3, 10_000, support=case_pb.SUPPORT_TYPE_MEDICAL)
    world.cases(world.case(1, obligations=[world.obligation(1, 20_000), care, medical]))
    world.take(*world.pages([world.line(1, 15_000, obligor=1)]))
    world.settle()
    with world.runtime.work() as work:
        rows = work.session.execute(
            text("SELECT support, sum(amount_cents) FROM allocation GROUP BY 1 ORDER BY 1")
        )
        paid = {int(support): int(cents) for support, cents in rows}
    assert paid == {
        int(case_pb.SUPPORT_TYPE_CHILD): 10_000,
        int(case_pb.SUPPORT_TYPE_CHILD_CARE): 5_000,
    }


def test_a_closed_case_is_still_paid(world):
    """Closing a case ends no obligation (45 CFR 303.11); what comes in is for its order."""
    closed = world.case(1, obligations=[world.obligation(1, 20_000)])
    closed.status = case_pb.CASE_STATUS_CLOSED
    closed.closed_on.CopyFrom(from_date(date(2026, 3, 2)))
    closed.closure_ground = "12"
    closed.members.add(participant_id=closed.obligee_id, role=case_pb.CASE_ROLE_CARETAKER)
    world.cases(closed)
    world.take(*world.pages([world.line(1, 15_000, obligor=1)]))
    world.settle()
    assert owed_in_all(world) == 5_000


WEEKLY, BIWEEKLY, HALVES, QUARTERLY, ONCE = (Frequency(n) for n in (1, 2, 3, 5, 7))


@pytest.mark.parametrize(
    ("frequency", "starts", "times"),
    [
        # Mondays of 2026: five in March, four in April and May, five in June.
        (WEEKLY, date(2026, 3, 2), [5, 4, 4, 5]),
        (WEEKLY, date(2026, 3, 16), [3, 4, 4, 5]),
        (BIWEEKLY, date(2026, 3, 2), [3, 2, 2, 2]),
        (HALVES, MARCH, [2, 2, 2, 2]),
        (HALVES, date(2026, 3, 10), [1, 2, 2, 2]),
        (QUARTERLY, date(2026, 3, 10), [1, 0, 0, 1]),
        (ONCE, date(2026, 4, 10), [0, 1, 0, 0]),
    ],
)
def test_each_due_day_is_charged_in_its_month(frequency, starts, times):
    """Rule support.accrual, own frequency; figures constructed, days counted on a calendar."""
    one = owed(Term(starts, None, 99_999, 1_000, frequency), first=starts)
    months = [date(2026, n, 1) for n in (3, 4, 5, 6)]
    assert [month_amount(one, month) for month in months] == [1_000 * n for n in times]
    converted = Accrual(pace=Pace.CONVERTED_MONTH)
    assert month_amount(one, months[1], converted) == 99_999


def test_what_is_owed_once_falls_due_beside_the_term_of_its_month():
    """Rule support.charge_of_changed_month is of installments; one amount has one day."""
    one = owed(
        Term(MARCH, date(2026, 4, 9), 20_000),
        Term(date(2026, 4, 10), None, 0, 7_000, ONCE),
    )
    months = (MARCH, date(2026, 4, 1), date(2026, 5, 1))
    assert [month_amount(one, month) for month in months] == [20_000, 27_000, 0]


def test_weekly_support_ends_with_its_last_due_day():
    one = owed(Term(date(2026, 3, 2), date(2026, 4, 14), 0, 1_000, WEEKLY), last=date(2026, 4, 14))
    assert [month_amount(one, m) for m in (MARCH, date(2026, 4, 1), JUNE)] == [5_000, 2_000, 0]


@given(
    starts=st.dates(date(2024, 1, 1), date(2025, 12, 31)),
    days=st.integers(0, 900),
    frequency=st.sampled_from([WEEKLY, BIWEEKLY]),
)
def test_over_all_months_every_due_day_is_charged_once(starts, days, frequency):
    last = starts + timedelta(days=days)
    one = owed(Term(starts, last, 0, 1, frequency), last=last)
    months = [date(2024 + n // 12, n % 12 + 1, 1) for n in range(60)]
    between = 7 if frequency == WEEKLY else 14
    assert sum(month_amount(one, month) for month in months) == days // between + 1


@pytest.mark.parametrize(
    ("setting", "march"), [("whole", 31_000), ("by_days", 12_000), ("none", 0)]
)
def test_the_month_an_obligation_begins_within_is_charged_as_the_policy_says(setting, march):
    """Rule support.first_month (unverified); from 20 March 12 of 31 days are left."""
    one = Obligation("1", "o", "c", Support.CHILD, 31_000, 0, date(2026, 3, 20), None, (), MARCH)
    accrual = Accrual(first_month=FirstMonth(setting))
    assert [month_amount(one, m, accrual) for m in (MARCH, JUNE)] == [march, 31_000]


def test_weekly_support_is_charged_by_its_own_pace_in_the_ledger(world):
    one = world.obligation(1, 4_333)
    one.terms.add(
        effective_from=from_date(date(2026, 3, 2)),
        amount_cents=1_000,
        frequency=case_pb.FREQUENCY_WEEKLY,
        monthly_cents=4_333,
    )
    world.cases(world.case(1, obligations=[one]))
    run_charge(world, date(2026, 4, 7))
    assert owed_in_all(world) == 9_000
