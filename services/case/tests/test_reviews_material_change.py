"""The 15 percent test of KRS 403.213(2): symmetric, exact, with what is compared as a setting."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from guideline_inputs import computed, family, law_with, parent
from hypothesis import given
from hypothesis import strategies as st

import policy
from case_service.domain.guidelines.formulas import to_cents
from case_service.domain.material_change import (
    BASE_SUPPORT,
    WHOLE_OBLIGATION,
    compared_figure,
    guideline_monthly,
    judge,
    ordered_monthly,
)
from case_service.domain.model import Obligation, Order
from case_service.domain.reviews import (
    Review,
    cycle_over,
    lacking,
    may_refuse,
    runs_beyond_length,
    state_starts_on,
)

LAW = policy.load()
TODAY = date(2026, 3, 6)


@pytest.mark.parametrize(
    ("ordered", "guideline", "percent", "material"),
    [
        (40_000, 46_000, "15.00", True),
        (40_000, 34_000, "15.00", True),
        (40_000, 45_999, "14.99", False),
        (40_000, 34_001, "14.99", False),
        (40_000, 40_000, "0.00", False),
        (40_000, 0, "100.00", True),
        (40_000, -5_000, "112.50", True),
        (0, 6_000, "", True),
        (0, 0, "", False),
    ],
)
def test_fifteen_percent_up_or_down_is_presumed_material(
    ordered: int, guideline: int, percent: str, *, material: bool
) -> None:
    found = judge(ordered, guideline, LAW, TODAY, health_care_need=False)
    assert (found.percent(), found.presumed_material) == (percent, material)
    assert [s.rule_id for s in found.steps] == [
        "ky.modification.compared_figure",
        "ky.modification.measured_against",
        "ky.modification.material_change",
    ]


@given(ordered=st.integers(1, 10_000_000), difference=st.integers(0, 10_000_000))
def test_the_test_is_symmetric_and_exact_at_the_threshold(ordered: int, difference: int) -> None:
    """As far up as down; exactly fifteen percent counts; no rounding decides."""
    up = judge(ordered, ordered + difference, LAW, TODAY, health_care_need=False)
    down = judge(ordered, ordered - difference, LAW, TODAY, health_care_need=False)
    assert up.presumed_material == down.presumed_material == (100 * difference >= 15 * ordered)
    assert up.percent() == down.percent()


def test_what_it_is_measured_against_is_a_setting(tmp_path: Path) -> None:
    """46.00 against 40.00 is 15 percent of the order and 13.04 percent of the guidelines."""
    assert judge(4_000, 4_600, LAW, TODAY, health_care_need=False).presumed_material
    law = law_with(tmp_path, "modification.measured_against", '"guideline_amount"')
    found = judge(4_000, 4_600, law, TODAY, health_care_need=False)
    assert (found.presumed_material, found.percent()) == (False, "13.04")


def test_which_figure_is_compared_is_a_setting(tmp_path: Path) -> None:
    assert compared_figure(LAW, TODAY) == WHOLE_OBLIGATION
    law = law_with(tmp_path, "modification.compared_figure", '"base_support"')
    assert compared_figure(law, TODAY) == BASE_SUPPORT
    assert judge(4_000, 4_600, law, TODAY, health_care_need=False).figure == BASE_SUPPORT


def test_health_care_is_ground_enough_whatever_the_percentage() -> None:
    """45 CFR 303.8(d)."""
    found = judge(40_000, 40_000, LAW, TODAY, health_care_need=True)
    assert not found.presumed_material
    assert found.indicated
    assert found.steps[-1].rule_id == "us.modification.health_care_need"


def order(**cents: int) -> Order:
    return Order(
        "order",
        "21-CI-1",
        True,
        tuple(
            Obligation(kind, kind, amount, 0, date(2020, 1, 1), None, ())
            for kind, amount in cents.items()
        ),
    )


def test_the_order_stands_with_what_the_figure_counts() -> None:
    one = order(child=40_000, child_care=10_000, medical=5_000, spousal=90_000)
    assert ordered_monthly(one, WHOLE_OBLIGATION, TODAY) == 55_000
    assert ordered_monthly(one, BASE_SUPPORT, TODAY) == 40_000
    assert ordered_monthly(one, WHOLE_OBLIGATION, date(2019, 12, 31)) == 0


def test_the_guidelines_stand_whole_or_with_the_share_of_line_seven() -> None:
    """Care and insurance count in the whole obligation and not in the base support."""
    result = computed(family(parent("2000", child_care_paid="500"), parent("3000")))
    sheet = result.worksheets[0]
    share = sheet.values["7C"] * sheet.values["6B"]
    assert guideline_monthly(result, "b", BASE_SUPPORT) == to_cents(share)
    whole = guideline_monthly(result, "b", WHOLE_OBLIGATION)
    assert whole == to_cents(share + Fraction(500) * sheet.values["6B"])
    assert guideline_monthly(result, "a", WHOLE_OBLIGATION) == -whole
    assert guideline_monthly(result, "a", BASE_SUPPORT) == to_cents(
        sheet.values["7C"] * sheet.values["6A"]
    )


def test_in_split_custody_the_base_is_the_difference_of_both_worksheets() -> None:
    split = {"children_with_b": 1, "a": {}, "b": {}}
    result = computed(family(parent("2000"), parent("3000"), 3, split_custody=split))
    first, second = result.worksheets
    owed = first.values["7C"] * first.values["6B"] - second.values["7C"] * second.values["6B"]
    assert guideline_monthly(result, "b", BASE_SUPPORT) == to_cents(owed)
    assert guideline_monthly(result, "a", BASE_SUPPORT) == -to_cents(owed)


def request(*, regular: bool, grounds: tuple[str, ...] = (), who: str = "obligor") -> Review:
    return Review(
        "r", "c", "o", "party", who, TODAY, regular, grounds, (), "", "requested", TODAY, TODAY
    )


def test_after_the_cycle_no_proof_is_asked_for_and_nothing_refused() -> None:
    """45 CFR 303.8(b)(1), (5)."""
    assert lacking(request(regular=True), 0, LAW, TODAY) == ()
    assert not may_refuse(request(regular=True))


def test_within_the_cycle_a_ground_and_its_proof_are_needed() -> None:
    """45 CFR 303.8(b)(6); IRG Q10.4: the cost of living by itself shows no change."""
    early = request(regular=False, grounds=("earnings_of_either_parent",))
    assert lacking(early, 1, LAW, TODAY) == ()
    assert len(lacking(early, 0, LAW, TODAY)) == 1
    assert lacking(request(regular=False, grounds=("cost_of_living",)), 1, LAW, TODAY)
    assert len(lacking(request(regular=False), 0, LAW, TODAY)) == 2
    assert lacking(request(regular=False, grounds=("health_care_need",)), 1, LAW, TODAY) == ()
    assert lacking(request(regular=False, grounds=("incarceration",)), 0, LAW, TODAY) == ()
    assert may_refuse(early)


def test_the_cycle_is_three_years_to_the_day() -> None:
    """42 USC 666(a)(10)(A)(i); KRS 405.430(6)."""
    assert not cycle_over(date(2023, 3, 7), LAW, TODAY)
    assert cycle_over(date(2023, 3, 6), LAW, TODAY)
    assert cycle_over(None, LAW, TODAY)


def test_the_states_own_review_ends_with_the_cycle() -> None:
    """It begins the 180 days of 45 CFR 303.8(e) before the 36 months are over."""
    assert state_starts_on(date(2023, 3, 6), LAW) == date(2025, 9, 7)


def test_incarceration_counts_beyond_180_days() -> None:
    """45 CFR 303.8(b)(7)(ii): more than 180 calendar days."""
    assert not runs_beyond_length(date(2026, 1, 1), date(2026, 6, 30), LAW, TODAY)
    assert runs_beyond_length(date(2026, 1, 1), date(2026, 7, 1), LAW, TODAY)


def test_the_twenty_five_percent_of_1990_is_history() -> None:
    """KRS 403.213(2): one year after enactment, not the first year of each order."""
    with pytest.raises(KeyError):
        LAW.percent("modification.material_change_first_year", TODAY)
    assert LAW.percent("modification.material_change_first_year", date(1991, 1, 1)) == Fraction(
        1, 4
    )
