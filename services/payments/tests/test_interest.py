"""Interest on judgments: 12% compounded yearly from entry, where ordered (KRS 360.040; IRG Q4.2).

Rate and compounding are published; the amounts are constructed from them.
"""

from datetime import date
from functools import partial

from chassis.dates import from_date
from childsupport.case.v1 import case_service_pb2 as case_pb
from payments_service.actions.charging import charge
from payments_service.domain.bookkeeping import charge_entry
from payments_service.domain.books import Books
from payments_service.domain.charging import ChargeKind, bring_up
from payments_service.domain.interest import interest_for
from payments_service.domain.model import (
    Assistance,
    Bucket,
    Case,
    Judgment,
    Obligation,
    Opening,
    Support,
)
from payments_service.store import reads, totals

ENTERED = date(2024, 3, 10)


def judged(*judgments: Judgment, arrears: int = 100_000, monthly: int = 0, ends=None) -> Books:
    case = Case("case", "1", True, Assistance.NEVER, None, 0, "family")
    owed = Obligation(
        "1", "order", "case", Support.CHILD, monthly, 0, ENTERED, ends,
        (Opening(Bucket.NA, arrears, ENTERED),), ENTERED.replace(day=1), judgments=judgments,
    )  # fmt: skip
    return Books(
        "obligor", {"case": case}, (owed,), interest=partial(interest_for, "kentucky")
    )  # fmt: skip


def owes(ledger: Books) -> int:
    return sum(ledger.due.values())


def test_twelve_percent_on_each_anniversary_and_on_earlier_interest():
    """100,000 -> 112,000 -> 125,440 -> 140,492.8, each booked in the month after the day."""
    ledger = judged(Judgment(100_000, ENTERED))
    found = []
    for year in (2025, 2026, 2027):
        bring_up(ledger, date(year, 3, 1))
        before = owes(ledger)
        charges = bring_up(ledger, date(year, 4, 1))
        found.append((before, owes(ledger)))
        assert [c.kind for c in charges] == [ChargeKind.INTEREST]
        assert sum(line.amount_cents for line in charge_entry("obligor", charges[0]).lines) == 0
    assert found == [(100_000, 112_000), (112_000, 125_440), (125_440, 140_493)]


def test_only_what_is_unpaid_of_it_bears_interest():
    """Paid down to 40,000, and never more than the judgment where other arrears lie beside it."""
    ledger = judged(Judgment(100_000, ENTERED))
    bring_up(ledger, date(2025, 3, 1))
    ledger.due["1", Bucket.NA] = 40_000
    bring_up(ledger, date(2025, 4, 1))
    assert owes(ledger) == 44_800
    beside = judged(Judgment(100_000, ENTERED), arrears=900_000)
    bring_up(beside, date(2025, 4, 1))
    assert owes(beside) == 912_000


def test_without_a_judgment_nothing_bears_interest():
    """IRG Q4.2-4.3: only where the order says so; the case service tells of no other."""
    ledger = judged()
    bring_up(ledger, date(2027, 4, 1))
    assert owes(ledger) == 100_000


def test_a_judgment_goes_on_to_bear_interest_when_support_has_ended():
    ledger = judged(Judgment(100_000, ENTERED), ends=date(2024, 6, 30))
    for month in (date(2024, 9, 1), date(2025, 4, 1), date(2025, 6, 1)):
        bring_up(ledger, month)
    assert owes(ledger) == 112_000


def test_an_anniversary_on_the_first_counts_once():
    ledger = judged(Judgment(100_000, date(2024, 4, 1)))
    for number in range(1, 13):
        bring_up(ledger, date(2025, number, 1))
    assert owes(ledger) == 112_000


def test_several_judgments_share_what_is_unpaid():
    """The second one bears interest on what the first leaves of the balance."""
    ledger = judged(Judgment(60_000, ENTERED), Judgment(90_000, ENTERED))
    bring_up(ledger, date(2025, 4, 1))
    assert owes(ledger) == 112_000


def test_it_is_booked_from_what_the_case_tells(world):
    owed = world.obligation(1, 0, opening=[(case_pb.ARREARS_BUCKET_NEVER_ASSIGNED, 100_000)])
    owed.judgments.add(amount_cents=100_000, entered_on=from_date(date(2025, 3, 10)))
    told = world.case(1, obligations=[owed])
    world.cases(told)
    world.settle()
    world.go_to(date(2026, 4, 1))
    with world.runtime.work() as work:
        charge(work, date(2026, 4, 1))
    with world.runtime.work() as work:
        balances = reads.balances_of(work.session, told.obligor_id)
        assert [(b.bucket, b.due_cents) for b in balances if b.due_cents] == [(1, 112_000)]
        assert totals.verify(work.session).findings == ()
