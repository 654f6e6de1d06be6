"""The six buckets: when support is aged, when assistance begins and ends, above the assistance.

Rules as the law notes report them (42 USC 608(a)(3), 657; WAC 388-14A-2038; Nevada's cards);
figures constructed.
"""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments_service.domain.assistance import PLAIN, assignments_for
from payments_service.domain.bookkeeping import charge_entry
from payments_service.domain.books import Books, Fund
from payments_service.domain.charging import ChargeKind, bring_up
from payments_service.domain.model import (
    Assistance,
    Bucket,
    Case,
    Obligation,
    Opening,
    Period,
    Program,
    Support,
)

JANUARY = date(2026, 1, 1)
K_TAP, MEDICAID, FOSTER_CARE = Program.K_TAP, Program.MEDICAID, Program.FOSTER_CARE
MONTHLY = 10_000


def month(number: int) -> date:
    return date(2026, number, 1)


def period(program: Program, first: int, last: int | None, cents: int = 0) -> Period:
    return Period(program, month(first), month(last) if last else None, cents)


def books(*periods: Period, ura: int = 0, **facts: object) -> Books:
    case = Case(
        "case", "1", True, Assistance.NEVER, None, ura, "family", periods=tuple(periods)
    )  # fmt: skip
    owed = Obligation("1", "order", "case", Support.CHILD, MONTHLY, 0, JANUARY, None, (), JANUARY)
    return Books("obligor", {"case": case}, (replace(owed, **facts),))


def buckets(ledger: Books, obligation: str = "1") -> dict[str, int]:
    return {b.name: c for (id_, b), c in ledger.due.items() if c and id_ == obligation}


def test_the_month_in_which_support_accrued_decides():
    """Not the status of the day on which it is aged."""
    ledger = books(period(K_TAP, 2, 3), ura=90_000)
    bring_up(ledger, month(5))
    assert buckets(ledger) == {"CURRENT": MONTHLY, "NA": 2 * MONTHLY, "PA": 2 * MONTHLY}


def test_arrears_above_the_assistance_are_unassigned_when_it_ends():
    ledger = books(period(K_TAP, 1, 3), ura=15_000)
    bring_up(ledger, month(3))
    assert buckets(ledger)["PA"] == 2 * MONTHLY
    charges = bring_up(ledger, month(4))
    assert buckets(ledger) == {"CURRENT": MONTHLY, "PA": 15_000, "UD": 15_000}
    moved = next(c for c in charges if c.kind == ChargeKind.REBUCKET)
    assert moved.amounts == ((Bucket.PA, -15_000), (Bucket.UD, 15_000))
    assert sum(line.amount_cents for line in charge_entry("obligor", moved).lines) == 0


def test_what_the_state_kept_lowers_what_may_stay_assigned():
    ledger = books(period(K_TAP, 1, 1), ura=8_000)
    ledger.funds["case", 2026] = Fund(retained_cents=5_000)
    bring_up(ledger, month(2))
    assert buckets(ledger) == {"CURRENT": MONTHLY, "PA": 3_000, "UD": 7_000}


def test_where_the_policy_says_so_it_is_unassigned_when_it_is_aged():
    """Rule assistance.unassigned_when, value month_is_aged."""
    ledger = books(period(K_TAP, 1, None), ura=12_000)
    ledger.assigning = lambda _: replace(PLAIN, above_ura_at_end=False)
    bring_up(ledger, month(3))
    assert buckets(ledger) == {"CURRENT": MONTHLY, "PA": 12_000, "UD": 8_000}


def test_what_was_assigned_for_a_time_is_conditional_when_assistance_ends():
    """TA becomes CA in the month after the last; above the assistance it is unassigned (UP)."""
    taken_over = Opening(Bucket.TA, 9_000, date(2025, 12, 31))
    ledger = books(period(K_TAP, 1, 2), ura=26_000, opening=(taken_over,))
    bring_up(ledger, month(2))
    assert buckets(ledger)["TA"] == 9_000
    bring_up(ledger, month(3))
    assert buckets(ledger) == {"CURRENT": MONTHLY, "PA": 20_000, "CA": 6_000, "UP": 3_000}


def test_new_assistance_leaves_what_was_never_assigned():
    """Assistance from the State's DRA date on does not assign what was due before it."""
    ledger = books(period(K_TAP, 3, None), ura=90_000)
    bring_up(ledger, month(4))
    assert buckets(ledger) == {"CURRENT": MONTHLY, "NA": 2 * MONTHLY, "PA": MONTHLY}


@pytest.mark.parametrize("together", [True, False])
def test_months_at_once_or_one_by_one_come_to_the_same(together):
    """So that charging late, or computing again, finds what stands."""
    ledger = books(period(K_TAP, 1, 2), period(K_TAP, 5, 6), ura=24_000)
    if not together:
        for number in range(1, 9):
            bring_up(ledger, month(number))
    bring_up(ledger, month(9))
    # Ends in March: 20,000 of 24,000 assigned. Ends in July: 20,000 more, 16,000 above.
    assert buckets(ledger) == {
        "CURRENT": MONTHLY,
        "NA": 4 * MONTHLY,
        "PA": 24_000,
        "UD": 16_000,
    }


def test_medical_support_of_a_month_with_medicaid_is_medicaids_without_limit():
    """45 CFR 302.51(c): specific dollar amounts; the limit of cash assistance is not theirs."""
    ledger = books(period(MEDICAID, 1, 2), support=Support.MEDICAL)
    bring_up(ledger, month(5))
    assert buckets(ledger) == {"CURRENT": MONTHLY, "PA": 2 * MONTHLY, "NA": 2 * MONTHLY}


def test_foster_care_assigns_child_support_alone():
    """42 USC 671(a)(17) as in us.assistance.foster_care_assigns."""
    care = period(FOSTER_CARE, 1, None, 90_000)
    child = books(care, ura=90_000)
    spousal = books(care, ura=90_000, support=Support.SPOUSAL)
    for ledger, bucket in ((child, "PA"), (spousal, "NA")):
        bring_up(ledger, month(2))
        assert buckets(ledger) == {"CURRENT": MONTHLY, bucket: MONTHLY}


def test_one_childs_foster_care_assigns_its_share_of_a_joint_obligation():
    """ky.assistance.foster_care_joint_obligation, value share_by_child."""
    ledger = books(Period(FOSTER_CARE, JANUARY, None, 90_000, "one"), ura=90_000)
    ledger.cases["case"] = replace(ledger.cases["case"], children=4)
    bring_up(ledger, month(2))
    assert buckets(ledger) == {"CURRENT": MONTHLY, "NA": 7_500, "PA": 2_500}


@pytest.mark.parametrize("facts", [{"initiating_fips": "3900000"}, {"iv_d": False}])
def test_cases_that_are_not_ours_know_no_assistance(facts):
    ledger = books(period(K_TAP, 1, None), ura=90_000)
    ledger.cases["case"] = replace(ledger.cases["case"], **facts)
    bring_up(ledger, month(2))
    assert buckets(ledger) == {"CURRENT": MONTHLY, "NA": MONTHLY}


def test_kentuckys_policy_says_what_is_assumed_without_one():
    assert assignments_for("kentucky", JANUARY) == PLAIN


spans = st.lists(
    st.tuples(st.sampled_from([K_TAP, FOSTER_CARE]), st.integers(1, 9), st.integers(0, 4)),
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(spans, st.integers(0, 60_000), st.integers(0, 30_000), st.integers(0, 30_000))
def test_no_cent_is_lost_and_no_more_stays_assigned_than_was_paid(found, ura, pre, temporary):
    opening = (
        Opening(Bucket.NA, pre, date(2025, 12, 31)),
        Opening(Bucket.TA, temporary, date(2025, 12, 31)),
    )
    periods = [period(p, first, min(12, first + length)) for p, first, length in found]
    ledger = books(*periods, ura=ura, opening=opening)
    for number in range(1, 13):
        bring_up(ledger, month(number))
        owed = buckets(ledger)
        assert sum(owed.values()) == pre + temporary + number * MONTHLY
        assert all(cents > 0 for cents in owed.values())
        helped = any(p.first_month <= month(number) <= p.last_month for p in periods)
        if number > 1 and not helped:
            assert sum(owed.get(name, 0) for name in ("PA", "TA", "CA")) <= ura
