"""Whatever is wrong with an input is said with its field, what was read, and the rule."""

from collections.abc import Callable
from typing import Any

import pytest
from guideline_inputs import family, parent

from case_service.domain.guidelines import GuidelineError, compute, read_input
from policy import load

Change = Callable[[dict[str, Any]], Any]


def refused(change: Change) -> GuidelineError:
    given = family(parent("3000"), parent("4250.00"), 2)
    change(given)
    with pytest.raises(GuidelineError) as caught:
        compute(read_input(given), load())
    return caught.value


def at(path: str, value: object) -> Change:
    def change(given: dict[str, Any]) -> None:
        *way, last = path.split(".")
        for key in way:
            given = given[key]
        given[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        ("effective_date", "2025-3-1", "expected a date such as 2025-03-01"),
        ("effective_date", "2025-02-30", "expected a date such as 2025-03-01"),
        ("effective_date", 20250301, "expected a date such as 2025-03-01"),
        ("children", 0, "expected a whole number from 1 to 20"),
        ("children", "2", "expected a whole number from 1 to 20"),
        ("children", True, "expected a whole number from 1 to 20"),
        ("shared_parenting", "yes", "expected true or false"),
        ("parents.a.gross_monthly", 3000, "expected dollars as a decimal string"),
        ("parents.a.gross_monthly", "3,000", "expected dollars as a decimal string"),
        ("parents.a.gross_monthly", "-1", "expected dollars as a decimal string"),
        ("parents.a.gross_monthly", "1e3", "expected dollars as a decimal string"),
        ("parents.b.child_care_paid", "1.234", "expected dollars as a decimal string"),
        ("parents.b.child_care_paid", "NaN", "expected dollars as a decimal string"),
        ("parents.b.child_care_paid", "٣", "expected dollars as a decimal string"),
        ("parents.b.days_per_year", "120.3", "expected days as a decimal string"),
        ("parents.b.nickname", "x", "unknown field"),
        ("county", "x", "unknown field"),
        ("parents.c", {}, "unknown field"),
        ("parents", [], "expected a JSON object"),
        ("extraordinary_medical", {}, "expected a list"),
        ("parents.a.public_assistance_in_gross", "3000.01", "a part of gross_monthly"),
        ("parents.a.potential_income", {}, "this field is required"),
        ("parents.b.prior_born_children_at_home", -1, "expected a whole number from 0"),
    ],
)
def test_a_value_that_breaks_a_rule_is_named(path: str, value: object, rule: str) -> None:
    error = refused(at(path, value))
    assert error.field.startswith(path)
    assert rule in error.rule
    assert str(error) == f"{error.field}: read {error.read}; {error.rule}"


@pytest.mark.parametrize(
    "path",
    ["effective_date", "children", "shared_parenting", "parents.a", "parents.b.days_per_year"],
)
def test_a_field_that_is_missing_is_named(path: str) -> None:
    def drop(given: dict[str, Any]) -> None:
        *way, last = path.split(".")
        for key in way:
            given = given[key]
        del given[last]

    error = refused(drop)
    assert (error.field, error.read) == (path, "nothing")


def test_column_a_has_more_days() -> None:
    error = refused(at("parents.b.days_per_year", "300"))
    assert error.field == "parents.b.days_per_year"
    assert "swap a and b" in error.rule


def test_days_of_both_do_not_pass_a_year() -> None:
    error = refused(at("parents.a.days_per_year", "300"))
    assert error.field == "parents.a.days_per_year"


def test_at_equal_days_column_b_has_the_greater_income() -> None:
    def change(given: dict[str, Any]) -> None:
        given["parents"]["a"] = parent("4250.01", "182.5")
        given["parents"]["b"]["days_per_year"] = "182.5"

    error = refused(change)
    assert error.field == "parents.b.gross_monthly"
    assert "swap a and b" in error.rule


def test_potential_income_is_not_below_the_actual() -> None:
    error = refused(at("parents.a.potential_income", {"monthly": "2999.99"}))
    assert error.field == "parents.a.potential_income.monthly"
    assert "below the actual income of $3,000.00" in error.rule


@pytest.mark.parametrize(
    ("split", "field", "rule"),
    [
        ({"children_with_b": 2, "a": {}, "b": {}}, "split_custody.children_with_b", "column A"),
        (
            {"children_with_b": 1, "a": {"child_care_paid": "1"}, "b": {}},
            "split_custody.a.child_care_paid",
            "a part of parents.a.child_care_paid",
        ),
    ],
)
def test_split_custody_divides_what_there_is(split: dict[str, Any], field: str, rule: str) -> None:
    error = refused(at("split_custody", split))
    assert error.field == field
    assert rule in error.rule


def test_split_custody_is_not_joined_with_shared_parenting() -> None:
    def change(given: dict[str, Any]) -> None:
        given["shared_parenting"] = True
        given["split_custody"] = {"children_with_b": 1, "a": {}, "b": {}}

    error = refused(change)
    assert error.field == "shared_parenting"
    assert "no rule was found" in error.rule


def test_a_child_stands_once_in_the_medical_expenses() -> None:
    twice = [{"child": "Ann", "unreimbursed_in_year": "300"}] * 2
    assert refused(at("extraordinary_medical", twice)).field == "extraordinary_medical[1].child"
