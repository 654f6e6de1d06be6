"""What the worksheet does beside the plain division: figures worked out by hand from the rules."""

from pathlib import Path
from typing import Any

import pytest
from guideline_inputs import LAW_OF_2023, answer, computed, family, law_with, parent

from case_service.domain.guidelines import GuidelineError


def owed(given: dict[str, Any], *law: Any) -> tuple[str | None, int]:
    said = answer(given, *law)
    return said["payer"], said["obligation_cents"]


def rules(said: dict[str, Any]) -> set[str]:
    return {step["rule"] for step in said["steps"]}


def test_an_income_between_two_rows_takes_the_row_below_and_says_so() -> None:
    said = answer(family(parent("2000"), parent("5099.99"), 2))
    assert said["lines"]["7C"] == "1306.00"
    (step,) = [s for s in said["steps"] if s["rule"] == "ky.guidelines.table.between_rows"]
    assert (step["result"], step["confidence"]) == ("at_or_below", "unverified")


@pytest.mark.parametrize(
    ("setting", "base"), [("at_or_above", "1320.00"), ("interpolated", "1313.00")]
)
def test_the_rule_between_rows_is_a_setting(tmp_path: Path, setting: str, base: str) -> None:
    law = law_with(tmp_path, "guidelines.table.between_rows", f'"{setting}"')
    given = family(parent("2000"), parent("5050"), 2)
    below = answer(family(parent("2000"), parent("5000"), 2))["lines"]["7C"]
    above = answer(family(parent("2000"), parent("5100"), 2))["lines"]["7C"]
    expected = {"at_or_above": above, "interpolated": f"{(float(below) + float(above)) / 2:.2f}"}
    assert answer(given, law)["lines"]["7C"] == expected[setting] == base


def test_direct_payments_come_off_the_share_of_the_parent_who_makes_them() -> None:
    """Base 1,335 (row 7,200), care 150 and insurance 210: 1,695; B's 4,250/7,250 is 993.62."""
    b = parent("4250", child_care_paid="150.00", health_insurance_paid="210.00")
    lines = answer(family(parent("3000"), b, 2))["lines"]
    assert (lines["10C"], lines["11B"], lines["12B"]) == ("1695.00", "993.62", "633.62")
    assert "13B" not in lines
    assert "17B" not in lines


def test_no_income_at_all_is_the_least_amount() -> None:
    said = answer(family(parent("0"), parent("0"), 3))
    assert (said["payer"], said["obligation_cents"]) == ("b", 6000)
    assert "ky.guidelines.share.no_income" in rules(said)


def test_direct_payments_do_not_take_support_below_the_least_amount(tmp_path: Path) -> None:
    given = family(parent("3000"), parent("3000", child_care_paid="900"))
    said = answer(given)
    assert said["lines"]["12B"].startswith("-")
    assert (said["payer"], said["obligation_cents"]) == ("b", 6000)
    assert "ky.guidelines.minimum" in rules(said)
    law = law_with(tmp_path, "guidelines.minimum.direct_payments", '"column_a_pays"')
    due = round(float(said["lines"]["12B"]) * -100)
    assert owed(given, law) == ("a", due)


def test_above_the_table_the_top_row_is_shown_and_left_to_the_court(tmp_path: Path) -> None:
    given = family(parent("20000"), parent("20000"), 2)
    said = answer(given)
    assert said["lines"]["7C"] == "2730.00"
    assert "discretion" in said["notes"][0]
    law = law_with(tmp_path, "guidelines.table.above_top", '"refuse"')
    with pytest.raises(GuidelineError, match="above the table's highest row"):
        computed(given, law)


def test_reserve_between_rows_is_a_setting(tmp_path: Path) -> None:
    """KRS 403.212(9): $1,050 with one child is $85 by the row below, $148 by the row above."""
    given = family(parent("3000"), parent("1050"))
    assert answer(given)["boxes"]["I"] == "85.00"
    law = law_with(tmp_path, "guidelines.self_support.between_rows", '"at_or_above"')
    assert answer(given, law)["boxes"]["I"] == "148.00"


def test_reserve_above_the_plain_share_is_a_setting(tmp_path: Path) -> None:
    """Two children, B 1,300: 312 by the reserve against 310.47 once A earns 400."""
    given = family(parent("400"), parent("1300"), 2)
    assert owed(given) == ("b", 31_200)
    law = law_with(tmp_path, "guidelines.self_support.lesser_of", "true")
    assert owed(given, law) == ("b", 31_047)


def test_every_shaded_cell_fits_the_reserve_that_it_implies() -> None:
    """Derived, in no text: (79 + children) percent of what is above $915, to the dollar."""
    for children, ceiling in enumerate((1100, 1300, 1400, 1500, 1500, 1600), start=1):
        for income in range(1100, ceiling + 1, 100):
            cell = answer(family(parent("0"), parent(str(income)), children))["boxes"]["I"]
            assert float(cell) == round((79 + children) * (income - 915) / 100)


@pytest.mark.parametrize(
    ("on", "days", "percent"),
    [
        ("2024-07-14", "87", "10.5"),
        ("2024-07-14", "73", "10.5"),
        ("2024-07-14", "72.5", "0"),
        ("2024-07-15", "87.5", "0"),
        ("2024-07-15", "88", "15"),
        ("2023-03-31", "115.5", "15"),
        ("2024-07-15", "181.5", "48.5"),
    ],
)
def test_the_days_that_count_depend_on_the_day_of_the_law(on: str, days: str, percent: str) -> None:
    said = answer(family(parent("2000", "183"), parent("5000", days), 2, on=on, shared=True))
    assert said["lines"]["14B"] == percent
    assert ("No parenting-time credit" in str(said["notes"])) == (percent == "0")


def test_before_the_first_chart_shared_parenting_is_refused() -> None:
    with pytest.raises(GuidelineError) as refused:
        computed(family(parent("2000"), parent("5000"), on="2023-03-30", shared=True))
    assert refused.value.field == "shared_parenting"
    assert "2023-03-31" in refused.value.rule


def test_a_negative_line_16_is_paid_by_column_a() -> None:
    """B has 1,500 of 5,000 (30%) and half the days: 0.3 × 1,103 − 0.5 × 1,103 = −220.60."""
    said = answer(family(parent("3500", "183"), parent("1500", "182"), 2, shared=True))
    assert said["lines"]["16B"] == "-220.60"
    assert (said["payer"], said["obligation_cents"]) == ("a", 22_060)
    assert said["result"] == "Parent A pays Parent B $220.60 a month."


def test_equal_time_and_equal_income_owe_nothing() -> None:
    said = answer(family(parent("3000", "182.5"), parent("3000", "182.5"), 2, shared=True))
    assert (said["payer"], said["obligation_cents"]) == (None, 0)


def test_the_least_amount_is_not_applied_to_a_credited_result(tmp_path: Path) -> None:
    """A setting. 2,000 and 2,100 of 4,100, half the days: about 1.2% of the base."""
    given = family(parent("2000", "182.5"), parent("2100", "182.5"), shared=True)
    payer, cents = owed(given)
    assert payer == "b"
    assert 0 < cents < 6000
    law = law_with(tmp_path, "guidelines.minimum.with_parenting_credit", "true")
    assert owed(given, law) == ("b", 6000)


def test_reserve_and_credit_are_not_combined_the_lesser_is_owed() -> None:
    """B has 1,100, so the reserve gives $148 (17B). 100 days beside an A with 3,000 leave less;
    beside an A with 200 they leave more.
    """
    credit = answer(family(parent("3000"), parent("1100"), shared=True))
    assert credit["lines"]["17B"] == "148.00"
    assert credit["obligation_cents"] == round(float(credit["lines"]["16B"]) * 100) < 14_800
    assert credit["boxes"]["III"] == credit["boxes"]["II"] == credit["lines"]["7C"]
    more = answer(family(parent("200"), parent("1100"), shared=True))
    assert float(more["lines"]["16B"]) > 148
    assert (more["payer"], more["obligation_cents"]) == ("b", 14_800)


def test_too_few_days_end_the_worksheet_as_without_shared_parenting() -> None:
    few = {"days_per_year": "300"}, {"days_per_year": "60"}
    a, b = parent("30000") | few[0], parent("1100", child_care_paid="90") | few[1]
    shared, plain = answer(family(a, b, shared=True)), answer(family(a, b))
    assert shared["lines"]["16B"] == shared["lines"]["12B"]
    assert (shared["payer"], shared["obligation_cents"]) == ("b", plain["obligation_cents"])
    assert shared["boxes"]["I"] == "148.00" == shared["lines"]["7C"]


def test_public_assistance_bars_the_credit_of_2023() -> None:
    a, b = parent("2000"), parent("5000")
    assisted = {"child_receives_public_assistance": True, "shared": True}
    barred = answer(family(a, b, 2, on=LAW_OF_2023, **assisted))
    assert barred["obligation_cents"] == 93_286
    assert "public assistance" in barred["notes"][0]
    left = answer(family(a, b, 2, **assisted))
    assert left["obligation_cents"] == 73_696
    assert "not found" in left["notes"][0]


def test_self_employment_is_receipts_less_what_may_be_deducted(tmp_path: Path) -> None:
    own = {
        "gross_receipts": "5000",
        "necessary_expenses": "1200.50",
        "straight_line_depreciation": "300",
    }
    given = family(parent("0"), parent("1000", self_employment=own))
    assert answer(given)["lines"]["1B"] == "4499.50"
    own["necessary_expenses"] = "5200"
    assert answer(given)["lines"]["1B"] == "1000.00"
    law = law_with(tmp_path, "guidelines.self_employment.loss", '"reduces_income"')
    assert answer(given, law)["lines"]["1B"] == "500.00"


def test_means_tested_assistance_is_not_income() -> None:
    given = family(parent("900", public_assistance_in_gross="400"), parent("3000"))
    assert answer(given)["lines"]["1A"] == "500.00"


@pytest.mark.parametrize(
    ("why", "line_1", "rule"),
    [
        ({}, "2000.00", "ky.guidelines.imputation"),
        ({"incarcerated": True}, "0.00", "ky.guidelines.imputation.not_incarcerated"),
        ({"youngest_child_cared_for_age": 3}, "0.00", "ky.guidelines.imputation.child_age_max"),
        ({"youngest_child_cared_for_age": 4}, "2000.00", "ky.guidelines.imputation"),
    ],
)
def test_potential_income_and_its_two_exclusions(
    why: dict[str, Any], line_1: str, rule: str
) -> None:
    potential = {"monthly": "2000.00"} | why
    said = answer(family(parent("0", potential_income=potential), parent("4000")))
    assert said["lines"]["1A"] == line_1
    assert rule in rules(said)


def test_prior_born_children_at_home_lower_income_by_their_table_amount(tmp_path: Path) -> None:
    """Setting: the table at the parent's own gross income, undivided; $3,000 and one child: 476."""
    given = family(parent("3000", prior_born_children_at_home=1), parent("4000"))
    own = answer(family(parent("0"), parent("3000")))["lines"]["7C"]
    assert answer(given)["lines"]["3A"] == own
    law = law_with(tmp_path, "guidelines.prior_born_imputed", '"not_deducted"')
    assert answer(given, law)["lines"]["3A"] == "0.00"


def test_one_parent_with_all_the_income_takes_the_whole_premium_off_it() -> None:
    """CS-71.1: 5,000 less the premium of 200 is 4,800; the premium is not on line 9."""
    given = family(parent("0", health_insurance_paid="50"), parent("5000"), 2)
    given["parents"]["b"]["health_insurance_paid"] = "150"
    said = answer(given)
    assert said["form"] == "CS-71.1"
    assert (said["lines"]["4B"], said["lines"]["9C"]) == ("4800.00", "0.00")
    assert said["lines"]["6B"] == "100.0000"
    base = answer(family(parent("0"), parent("4800"), 2))
    assert said["obligation_cents"] == base["obligation_cents"]


def test_coverage_above_five_percent_of_gross_income_is_not_reasonable() -> None:
    b = parent("4000", health_insurance_paid="200.01")
    said = answer(family(parent("2000", health_insurance_paid="100"), b))
    assert said["health_coverage"]["a"]["reasonable"] is True
    assert said["health_coverage"]["b"] == {
        "reasonable_cost": "200.00",
        "health_insurance_paid": "200.01",
        "cash_medical_paid": "0.00",
        "reasonable": False,
    }
    assert "cash medical support" in said["notes"][0]


def test_cash_medical_support_stands_on_line_9() -> None:
    lines = answer(family(parent("2000"), parent("4000", cash_medical_paid="75")))["lines"]
    assert (lines["9B"], lines["9C"]) == ("75.00", "75.00")


def test_extraordinary_medical_is_shared_above_250_for_each_child() -> None:
    expenses = [
        {"child": "first", "unreimbursed_in_year": "850.00"},
        {"child": "second", "unreimbursed_in_year": "250.00"},
    ]
    said = answer(family(parent("2000"), parent("4000"), 2, extraordinary_medical=expenses))
    assert said["extraordinary_medical"] == {
        "above_threshold_by_child": {"first": "600.00", "second": "0.00"},
        "total": "600.00",
        "a": "200.00",
        "b": "400.00",
    }


def test_split_custody_is_two_worksheets_and_their_difference() -> None:
    """One child with each: 914 at 7,000; B's 5/7 less A's 2/7 is 3/7 of 914 = 391.71."""
    split = {"children_with_b": 1, "a": {}, "b": {}}
    said = answer(family(parent("2000"), parent("5000"), 2, split_custody=split))
    assert said["lines"]["12B"] == "652.86"
    assert said["second_worksheet"]["lines"]["12B"] == "261.14"
    assert said["second_worksheet"]["column_a"] == "b"
    assert (said["payer"], said["obligation_cents"]) == ("b", 39_171)


def test_split_custody_puts_each_cost_on_its_own_worksheet() -> None:
    split = {"children_with_b": 2, "a": {"health_insurance_paid": "60"}, "b": {}}
    a = parent("4000", health_insurance_paid="90")
    said = answer(family(a, parent("3000"), 3, split_custody=split))
    assert said["lines"]["9A"] == "30.00"
    assert said["second_worksheet"]["lines"]["9B"] == "60.00"
    assert said["payer"] == "a"


def deviation(**more: Any) -> dict[str, Any]:
    return {
        "grounds": ["b"],
        "finding": "The child's school costs $300 a month.",
        "finding_form": "written",
        "monthly_amount": "1000.00",
        "payer": "b",
    } | more


def test_a_deviation_keeps_the_guidelines_amount_beside_the_ordered_one() -> None:
    said = answer(family(parent("2000"), parent("5000"), 2, deviation=deviation()))
    assert (said["payer"], said["obligation_cents"]) == ("b", 100_000)
    assert (said["guideline_payer"], said["guideline_obligation_cents"]) == ("b", 93_286)
    assert said["deviation"]["finding"] == "The child's school costs $300 a month."
    assert {"KRS 403.211(3)", "KRS 403.211(3)(b)"} <= {s["citation"] for s in said["steps"]}


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"grounds": []}, "a deviation needs a ground"),
        ({"grounds": ["h"]}, "has the grounds a, b, c, d, e, f, g"),
        ({"grounds": ["e"]}, "needs a combined income above the table's $30,000.00"),
        ({"grounds": ["f"], "title_iv_a_assistance": True}, "agreement is then no ground"),
        ({"finding": "  "}, "expected a text of 1 to"),
        ({"finding_form": "oral"}, "expected one of written, on_record"),
    ],
)
def test_a_deviation_without_ground_or_finding_is_refused(
    more: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(GuidelineError) as refused:
        computed(family(parent("2000"), parent("5000"), deviation=deviation(**more)))
    assert refused.value.field.startswith("deviation.")
    assert sentence in refused.value.rule
