"""Whatever happens to a family's money, in whatever order: the books hold after every step.

A model of a few lines says what is owed in all: what the orders come to, less what came in and was
not taken back. The ledger must agree with it to the cent, and be whole by its own proof. In the
end the same facts, told to an empty ledger in their order, must come to the same books, where
nothing had been paid out. 42 USC 657, 45 CFR 302.51; figures constructed.
"""

import itertools
import os
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from chassis.dates import from_date
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1.events_pb2 import CasesChanged, TouchedSpan
from payments_service.actions import coming_back, correcting
from payments_service.actions.charging import charge
from payments_service.actions.disbursing import disburse
from payments_service.store import paying, to_redo, totals
from policy import load

FIRST = date(2026, 3, 1)
URA_CENTS = 40_000
CASES = (1, 2)
CENTS = st.sampled_from([1, 999, 5_000, 12_345, 20_000, 31_000, 70_000])
MONTHLY = st.sampled_from([0, 10_000, 15_001, 20_000, 33_333])
SEARCHING = "HYPOTHESIS_SEARCH" in os.environ
EXAMPLES, STEPS = (60, 30) if SEARCHING else (3, 10)


def participant(kind, number):
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{kind}/{number}"))


def receipt_id(number):
    return f"01950000-0000-7000-8000-{number:012x}"


def add_months(month, count):
    place = month.year * 12 + month.month - 1 + count
    return date(place // 12, place % 12 + 1, 1)


@dataclass
class Facts:
    """What is true, as the model knows it."""

    amounts: dict[int, dict[date, int]] = field(default_factory=dict)
    """By case: what a month comes to, from when on."""
    assistance: dict[int, list[tuple[date, date | None]]] = field(default_factory=dict)
    receipts: dict[int, tuple[int, date]] = field(default_factory=dict)
    reversed: set[int] = field(default_factory=set)
    charged: date | None = None
    paid_out: bool = False

    def monthly(self, number, month):
        starts = [first for first in self.amounts[number] if first <= month]
        return self.amounts[number][max(starts)] if starts else 0

    def owed_cents(self):
        """What was charged, less what came in and stands."""
        if self.charged is None:
            return 0
        months = [add_months(FIRST, n) for n in range(120)]
        charges = sum(
            self.monthly(number, month)
            for number in CASES
            for month in months
            if month <= self.charged
        )
        came_in = sum(cents for n, (cents, _) in self.receipts.items() if n not in self.reversed)
        return charges - came_in


def case_message(world, facts, number, version):
    """A case with its terms and its months of assistance, as the case service tells it."""
    starts = sorted(facts.amounts[number])
    obligation = world.obligation(number, facts.amounts[number][starts[-1]], starts=FIRST)
    for first, after in itertools.zip_longest(starts, starts[1:]):
        cents = facts.amounts[number][first]
        term = obligation.terms.add(
            effective_from=from_date(first),
            amount_cents=cents,
            frequency=case_pb.FREQUENCY_MONTHLY,
            monthly_cents=cents,
        )
        if after:
            term.effective_to.CopyFrom(from_date(after - timedelta(days=1)))
    case = world.case(
        number, obligor=1, obligations=[obligation], version=version, assistance_cents=URA_CENTS
    )
    for first, last in facts.assistance[number]:
        period = case.assistance.add(
            program=case_pb.ASSISTANCE_PROGRAM_K_TAP,
            first_month=from_date(first),
            paid_cents=URA_CENTS,
        )
        if last:
            period.last_month.CopyFrom(from_date(last))
    span = TouchedSpan(
        obligation_id=obligation.obligation_id, first_day=from_date(FIRST), cause="recorded"
    )
    return CasesChanged(cases=[case], touched=[span])


def pages_of(world, number, cents, day):
    line = world.line(number, cents, obligor=1, paid=day)
    return world.pages([line], submission=number, settled=day)


def standing(world):
    """What the books say: debts and the parts in force, without what only counts attempts."""
    with world.runtime.work() as work:
        debts = work.session.execute(
            text(
                "SELECT obligation_id::text, bucket, due_cents FROM balance WHERE due_cents > 0"
                " ORDER BY 1, 2"
            )
        )
        shares = work.session.execute(
            text(
                "SELECT receipt_id::text, obligation_id::text, current, bucket, payee_kind,"
                " payee_id::text, sum(amount_cents)::bigint FROM part_in_force"
                " GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6"
            )
        )
        return [tuple(row) for row in debts], [tuple(row) for row in shares]


class Money(RuleBasedStateMachine):
    """One obligor, two orders for two families."""

    make_world = None

    def __init__(self):
        super().__init__()
        self.world = type(self).make_world()
        self.facts = Facts()
        self.versions = itertools.count(1)
        self.numbers = itertools.count(1)

    @initialize(first=MONTHLY, second=MONTHLY)
    def order(self, first, second):
        self.world.participants(self.world.participant(1), self.world.participant(2))
        for number, cents in zip(CASES, (first, second), strict=True):
            self.facts.amounts[number] = {FIRST: cents}
            self.facts.assistance[number] = []
        self.tell(*CASES)

    def tell(self, *numbers):
        for number in numbers:
            self.world.take(case_message(self.world, self.facts, number, next(self.versions)))
        self.world.settle()

    def month(self):
        return self.world.runtime.clock.today().replace(day=1)

    @rule()
    def turn_month(self):
        self.world.go_to(add_months(self.month(), 1) + timedelta(days=1))
        self.world.settle()

    @rule()
    def charge(self):
        with self.world.runtime.work() as work:
            charge(work, work.clock.today())
        self.facts.charged = self.month()
        self.world.settle()

    @rule(cents=CENTS, back=st.integers(0, 40), twice=st.booleans())
    def receive(self, cents, back, twice):
        today = self.world.runtime.clock.today()
        day = max(FIRST, today - timedelta(days=back))
        number = next(self.numbers)
        for _ in range(1 + twice):
            self.world.take(*pages_of(self.world, number, cents, day))
        self.world.settle()
        self.facts.receipts[number] = (cents, day)
        # A receipt charges its month when that is needed first.
        month = day.replace(day=1)
        self.facts.charged = max(self.facts.charged or month, month)

    @rule()
    def pay_out(self):
        calendar = load("kentucky").calendar("federal_reserve")
        day = calendar.add_business_days(self.world.runtime.clock.today(), 1)
        if day.month != self.world.runtime.clock.today().month:
            return
        self.world.go_to(day)
        with self.world.runtime.work() as work:
            sent = disburse(work, day)["disbursements"]
        self.facts.paid_out = self.facts.paid_out or bool(sent)
        self.world.settle()

    @precondition(lambda self: self.facts.paid_out)
    @rule(pick=st.integers(0, 99))
    def come_back(self, pick):
        """The bank sends a deposit back; it goes out another way with the next run."""
        out = (
            "SELECT reference FROM disbursement WHERE state = 1 AND method = 1"
            " AND amount_cents > 0 ORDER BY reference"
        )
        with self.world.runtime.work() as work:
            references = list(work.session.scalars(text(out)))
            if not references:
                return
            chosen = references[pick % len(references)]
            sent = paying.lock_sent(work.session, [chosen], paying.BY_TRACE)
            back = [(sent[chosen], "R03")]
            coming_back.take_back(work, back, paying.RETURNED, paying.WAITS)
        self.world.settle()

    @precondition(lambda self: len(self.facts.receipts) > len(self.facts.reversed))
    @rule(pick=st.integers(0, 99), twice=st.booleans())
    def bounce(self, pick, twice):
        stands = sorted(self.facts.receipts.keys() - self.facts.reversed)
        number = stands[pick % len(stands)]
        for _ in range(1 + twice):
            with self.world.runtime.work() as work:
                correcting.reverse(work, receipt_id(number), "nsf", work.clock.today())
        self.facts.reversed.add(number)
        self.world.settle()

    @rule(number=st.sampled_from(CASES), cents=MONTHLY, back=st.integers(-1, 3))
    def change_order(self, number, cents, back):
        self.facts.amounts[number][max(FIRST, add_months(self.month(), -back))] = cents
        self.tell(number)

    @rule(number=st.sampled_from(CASES), back=st.integers(0, 3), lasts=st.integers(0, 3))
    def assistance_on_or_off(self, number, back, lasts):
        first = max(FIRST, add_months(self.month(), -back))
        last = add_months(first, lasts) if lasts else None
        self.facts.assistance[number] = [] if self.facts.assistance[number] else [(first, last)]
        self.tell(number)

    @rule()
    def compute_again(self):
        """Computed from the beginning once, a second time changes nothing."""
        self.redo()
        entries, books = self.count("entry"), standing(self.world)
        self.redo()
        assert (self.count("entry"), standing(self.world)) == (entries, books)

    def redo(self):
        with self.world.runtime.work() as work:
            row = to_redo.ToRedo(participant("obligor", 1), FIRST, "order_changed")
            to_redo.queue(work.session, [row], work.clock.now())
        self.world.settle()

    def count(self, table):
        return self.value(f"SELECT count(*) FROM {table}")

    def value(self, query):
        with self.world.runtime.work() as work:
            return work.session.scalar(text(query)) or 0

    @invariant()
    def the_ledger_is_whole(self):
        """Entries sum to zero, balances are their lines, money in is out, held and owed onward."""
        with self.world.runtime.work() as work:
            assert totals.verify(work.session).findings == ()

    @invariant()
    def what_is_owed_is_what_the_model_says(self):
        due = self.value("SELECT sum(due_cents)::bigint FROM balance")
        ahead = self.value("SELECT sum(ahead_cents)::bigint FROM standing")
        over = self.value(
            "SELECT sum(credited_cents)::bigint FROM part_in_force WHERE obligation_id IS NULL"
        )
        assert due - ahead - over == self.facts.owed_cents()

    @invariant()
    def the_state_keeps_no_more_than_it_paid(self):
        kept = self.value(
            "SELECT max(kept)::bigint FROM (SELECT sum(retained_cents) AS kept FROM fund"
            " GROUP BY case_id) f"
        )
        assert kept <= URA_CENTS

    @invariant()
    def nothing_goes_out_twice(self):
        """Of each receipt: what went out, waits and is held is its money and what is claimed."""
        wrong = self.value(
            "SELECT count(*) FROM receipt r WHERE r.state IN (2, 4) AND"
            " coalesce((SELECT sum(amount_cents) FROM disbursement_part d"
            "            WHERE d.receipt_id = r.receipt_id), 0)"
            " + coalesce((SELECT sum(amount_cents) FROM payable p"
            "              WHERE p.receipt_id = r.receipt_id), 0)"
            " + coalesce((SELECT sum(amount_cents) FROM hold h WHERE h.released_on IS NULL"
            "               AND h.receipt_id = r.receipt_id), 0)"
            " <> CASE r.state WHEN 2 THEN r.amount_cents ELSE 0 END"
            " + coalesce((SELECT sum(amount_cents) FROM claim c"
            "              WHERE c.receipt_id = r.receipt_id), 0)"
        )
        assert wrong == 0

    @invariant()
    def no_family_is_asked_for_money(self):
        """And the State pays in for a family only what the bank took back."""
        asked = (
            "SELECT count(*) FROM claim"
            " WHERE payee_kind = 1 AND (state <> 4 OR collectable OR reason <> 'nsf')"
        )
        assert self.value(asked) == 0

    @invariant()
    def every_part_says_its_amount(self):
        with self.world.runtime.work() as work:
            rows = work.session.execute(text("SELECT amount_cents, steps FROM part_in_force"))
            for cents, steps in rows:
                told = steps[-1][2]
                assert cents in {told.get("amount_cents"), told.get("left_cents")}

    def teardown(self):
        self.compute_again()
        books = standing(self.world)
        if not self.facts.paid_out and self.facts.amounts:
            assert from_scratch(type(self).make_world(), self.facts, self.world) == books


def from_scratch(world, facts, other):
    """Return the books of an empty ledger that is told the same facts at once."""
    world.go_to(other.runtime.clock.today())
    world.participants(world.participant(1), world.participant(2))
    for version, number in enumerate(CASES, 1):
        world.take(case_message(world, facts, number, version))
    stands = [(day, n, cents) for n, (cents, day) in facts.receipts.items()]
    for day, number, cents in sorted(stands):
        if number not in facts.reversed:
            world.take(*pages_of(world, number, cents, day))
    world.settle()
    if facts.charged is not None:
        with world.runtime.work() as work:
            charge(work, facts.charged)
    world.settle()
    return standing(world)


@pytest.mark.timeout(600)
def test_the_books_hold_whatever_happens(world_for):
    class Machine(Money):
        make_world = staticmethod(world_for)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            # A step takes a tenth of a second: a failing story is read as it was found.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_the_books_hold_for_longer(world_for):
    test_the_books_hold_whatever_happens(world_for)
