"""Worked examples. Each says whether it stands on a published or a recomputed figure.

Published: printed in the source that is named. Recomputed: worked out by hand from the table of
KRS 403.212(9) and the rules of the CS-71; a check against slips, not evidence of the law.
"""

import pytest
from guideline_inputs import LAW_OF_2023, answer, computed, family, parent

from case_service.domain.guidelines import GuidelineError


def days(of_b: str) -> dict[str, str]:
    return {"a": str(365 - int(of_b)), "b": of_b} if of_b.isdigit() else {"a": of_b, "b": of_b}


def test_a1_base_for_seven_thousand_and_two_children() -> None:
    """A1, published: base $1,306 (dofamilylaw.com, 2023). Recomputed: B's share $932.86."""
    said = answer(family(parent("2000"), parent("5000"), 2))
    assert said["lines"]["7C"] == "1306.00"
    assert said["lines"]["12B"] == "932.86"
    assert (said["obligation_cents"], said["payer"]) == (93_286, "b")


@pytest.mark.parametrize(
    ("days_of_b", "percent", "owed_cents"),
    [
        ("87", "10.5", 79_573),
        ("88", "15", 73_696),
        ("115", "15", 73_696),
        ("116", "20.5", 66_513),
        ("130", "25", 60_636),
        ("143", "30.5", 53_453),
        ("153", "36", 46_270),
        ("163", "42", 38_434),
        ("173", "48.5", 29_945),
        ("182", "50", 27_986),
        ("182.5", "50", 27_986),
    ],
)
def test_a1_with_each_percent_of_the_2023_chart(
    days_of_b: str, percent: str, owed_cents: int
) -> None:
    """A1, recomputed from the published base (dofamilylaw.com) and percents (2023 CS-71)."""
    of = days(days_of_b)
    a, b = parent("2000", of["a"]), parent("5000", of["b"])
    said = answer(family(a, b, 2, on=LAW_OF_2023, shared=True))
    assert said["lines"]["14B"] == percent
    assert said["lines"]["13B"] == days_of_b
    assert (said["obligation_cents"], said["payer"]) == (owed_cents, "b")


def test_a3_the_table_row_rules_over_the_sites_interpolation() -> None:
    """A3, published: share $441, credit 15%, result $276, from a base of $1,102.50
    (usachildsupportcalculator.com, 2026-07-13). Recomputed: the row is $1,103, so $275.75.
    """
    said = answer(family(parent("3000", "265"), parent("2000", "100"), 2, shared=True))
    assert said["lines"]["7C"] == "1103.00"
    assert said["lines"]["11B"] == "441.20"
    assert said["lines"]["15B"] == "165.45"
    assert (said["obligation_cents"], said["payer"]) == (27_575, "b")


@pytest.mark.parametrize(("combined", "base"), [("15000", "1430.00"), ("25000", "1863.00")])
def test_a4_high_incomes_and_one_child(combined: str, base: str) -> None:
    """A4, published: $15,000 is $1,430 and $25,000 is $1,863 (hoffmanlawyer.com, 2021-04-27)."""
    assert answer(family(parent("0"), parent(combined)))["lines"]["7C"] == base


@pytest.mark.parametrize("children", range(1, 8))
@pytest.mark.parametrize(("income", "owed_cents"), [("0", 6000), ("900", 6000), ("1000", 8500)])
def test_a5_lowest_rows(children: int, income: str, owed_cents: int) -> None:
    """A5, published: to $900 $60, $1,000 $85, for any number of children (KRS 403.212(9))."""
    said = answer(family(parent("4000"), parent(income), children))
    assert said["boxes"]["I"] == f"{owed_cents // 100}.00"
    assert (said["obligation_cents"], said["payer"]) == (owed_cents, "b")


@pytest.mark.parametrize(
    ("children", "ceiling"),
    [(1, 1100), (2, 1300), (3, 1400), (4, 1500), (5, 1500), (6, 1600), (9, 1600)],
)
def test_a5_ceilings_of_the_self_support_reserve(children: int, ceiling: int) -> None:
    """A5, published: the shaded cells of KRS 403.212(9), in two transcriptions (bibby SSR_TABLE;
    sadiyaqeen kentucky.json). The ceiling itself is within; that is their reading.
    """
    within = answer(family(parent("4000"), parent(str(ceiling)), children))
    above = answer(family(parent("4000"), parent(f"{ceiling}.01"), children))
    assert within["self_support_reserve"]
    assert not above["self_support_reserve"]
    assert within["lines"]["7C"] == within["boxes"]["I"]
    assert above["lines"]["7C"] == above["boxes"]["II"]


def test_a6_sums_of_another_calculators_own_tests() -> None:
    """A6, published: adjusted $850, combined $10,000, care 600, insurance 400, last row 30,000
    (github MJL502/KYChildSupportCalculator, UnitTests.cs).
    """
    low = parent("1000", maintenance_paid="50", prior_born_support="100")
    assert answer(family(low, parent("5000")))["lines"]["4A"] == "850.00"
    costs = {"child_care_paid": "300", "health_insurance_paid": "200"}
    lines = answer(family(parent("2500", **costs), parent("7500", **costs)))["lines"]
    assert lines["5C"] == "10000.00"
    assert lines["8C"] == "600.00"
    assert lines["9C"] == "400.00"
    last = answer(family(parent("15000"), parent("15000")))
    beyond = answer(family(parent("15000"), parent("15000.01")))
    assert last["notes"] == []
    assert "above the table's highest row, $30,000.00" in str(beyond["notes"])
    assert last["lines"]["7C"] == beyond["lines"]["7C"] == "2003.00"


def test_b1_self_support_reserve() -> None:
    """B1, recomputed only: $148 by the reserve, $176 without it."""
    said = answer(family(parent("1100"), parent("1100")))
    assert (said["obligation_cents"], said["payer"]) == (14_800, "b")
    assert said["boxes"] == {"I": "148.00", "II": "352.00"}
    assert said["lines"]["11A"] == "176.00"


def test_b2_nine_thousand_and_two_children() -> None:
    """B2, recomputed only: table $1,480, share of a payer with $6,000 $986.67."""
    said = answer(family(parent("3000"), parent("6000"), 2))
    assert said["lines"]["10C"] == "1480.00"
    assert said["obligation_cents"] == 98_667


@pytest.mark.parametrize(
    ("name", "on", "a", "b", "children"),
    [
        ("johnschraderlaw.com 2015: base $1,450, 66.7% is $967", "2015-06-01", "3000", "6000", 2),
        ("info.legalzoom.com 26047: $676", "2015-06-01", "2000", "3000", 1),
        ("hoffmanlawyer.com: $1,225", "2021-04-27", "0", "15000", 1),
        ("louisvilledivorce.com 2022-03-08: $100", "2022-02-28", "0", "500", 1),
        ("louisvilledivorce.com 2022-03-08: $120", "2022-02-28", "0", "500", 5),
        ("Serrano v. Serrano, 2018-CA-001888-ME: $67 reversed", "2018-01-01", "0", "500", 1),
    ],
)
def test_c_the_table_before_2022_is_not_in_the_data(
    name: str, on: str, a: str, b: str, children: int
) -> None:
    """C, published under the table that ended on 2022-02-28, which was found in fragments only:
    refused with what is missing, rather than computed from another table.
    """
    with pytest.raises(GuidelineError) as refused:
        computed(family(parent(a), parent(b), children, on=on))
    assert refused.value.field == "effective_date"
    assert refused.value.read == on
    assert "table of KRS 403.212(9) in force on that day is not in the data" in refused.value.rule
    assert "2022-03-01" in refused.value.rule


def test_the_first_day_of_the_table() -> None:
    """Published: HB 404 (2021) is in force from 2022-03-01."""
    assert answer(family(parent("2000"), parent("5000"), 2, on="2022-03-01"))["payer"] == "b"
