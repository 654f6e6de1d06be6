"""What holds of every worksheet, whatever the figures."""

from datetime import date
from fractions import Fraction
from typing import Any

from guideline_inputs import answer, computed, family, parent
from hypothesis import given, settings
from hypothesis import strategies as st

from case_service.domain.guidelines import GuidelineResult
from case_service.domain.guidelines.formulas import evaluate, names, to_cents
from policy import load

ON = date(2025, 3, 1)
LAW = load("kentucky")
SETTINGS = settings(max_examples=60, deadline=None)


def amounts(most: int) -> st.SearchStrategy[str]:
    return st.integers(0, most * 100).map(lambda cents: f"{cents // 100}.{cents % 100:02d}")


@st.composite
def parents(draw: st.DrawFn, days: str) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if draw(st.booleans()):
        own = ("gross_receipts", "necessary_expenses", "straight_line_depreciation")
        more["self_employment"] = {name: draw(amounts(2000)) for name in own}
    if draw(st.booleans()):
        more["prior_born_children_at_home"] = draw(st.integers(0, 3))
    return parent(
        draw(amounts(20_000)),
        days,
        maintenance_paid=draw(amounts(500)),
        prior_born_support=draw(amounts(500)),
        child_care_paid=draw(amounts(900)),
        health_insurance_paid=draw(amounts(400)),
        cash_medical_paid=draw(amounts(100)),
        **more,
    )


@st.composite
def families(draw: st.DrawFn) -> dict[str, Any]:
    days_of_b = draw(st.integers(0, 181))
    a, b = draw(parents(str(365 - days_of_b))), draw(parents(str(days_of_b)))
    children = draw(st.integers(1, 8))
    kind = draw(st.sampled_from(["plain", "shared", "split"]))
    on = draw(st.sampled_from(["2023-06-01", "2024-07-15", "2026-11-23"]))
    more: dict[str, Any] = {"on": on, "shared": kind == "shared"}
    if kind == "split" and children > 1:
        with_b = draw(st.integers(1, children - 1))
        more["split_custody"] = {"children_with_b": with_b, "a": {}, "b": {}}
    if draw(st.booleans()):
        spent = draw(st.lists(amounts(2000), min_size=1, max_size=3))
        more["extraordinary_medical"] = [
            {"child": f"child {number}", "unreimbursed_in_year": spent}
            for number, spent in enumerate(spent)
        ]
    return family(a, b, children, **more)


def again(result: GuidelineResult) -> Fraction:
    """Compute every step from what the step itself says, and follow values from step to step."""
    on = result.given.effective_date
    known: dict[tuple[int, str], Fraction] = {}
    last = Fraction(0)
    for entry in result.steps:
        if not entry.formula:
            continue
        step, shown = entry.step, entry.step.output
        assert isinstance(shown, str)
        inputs = {name: Fraction(value) for name, value in step.inputs.items() if name != "row"}
        for name, value in inputs.items():
            assert known.get((entry.worksheet, name), value) == value, (entry.line, name)
        if entry.formula.startswith("table("):
            row = next(row for row in LAW.table("guidelines.table", on) if row.id == step.rule_id)
            value = Fraction(row.number(f"children_{step.inputs['children']}"), 100)
        elif entry.formula.startswith("chart("):
            table = LAW.table("guidelines.parenting_time", on)
            value = next(row for row in table if row.id == step.rule_id).percent("credit")
        else:
            assert set(names(entry.formula)) <= set(inputs)
            value = evaluate(entry.formula, inputs)
        assert value == Fraction(shown), entry
        known[entry.worksheet, entry.line] = value
        if entry.line == "guideline_obligation":
            last = value
    return last


@SETTINGS
@given(families())
def test_the_steps_recompute_to_the_result(given: dict[str, Any]) -> None:
    result = computed(given)
    signed = {"b": 1, "a": -1, None: 0}[result.owed.payer] * result.owed.amount_cents
    assert to_cents(again(result)) == signed
    assert all(step.step.citation and step.step.text for step in result.steps)


@SETTINGS
@given(families())
def test_parts_add_up_to_their_wholes(given: dict[str, Any]) -> None:
    result = computed(given)
    for sheet in result.worksheets:
        v = sheet.values
        assert v["6A"] + v["6B"] == 1
        assert v["5C"] == v["4A"] + v["4B"]
        assert v["10C"] == v["7C"] + v["8A"] + v["8B"] + v["9A"] + v["9B"]
        assert v["4A"] >= 0
        assert v["4B"] >= 0
        if not sheet.reserve or sheet.credited:
            assert v["11A"] + v["11B"] == v["10C"]
    if result.extraordinary:
        e = result.extraordinary
        assert sum(e.by_child.values()) == e.total == e.share_a + e.share_b


@SETTINGS
@given(families())
def test_without_a_credit_the_least_amount_is_sixty_dollars(given: dict[str, Any]) -> None:
    for sheet in computed(given).worksheets:
        if not sheet.credited:
            assert sheet.due_from_b >= 60


@SETTINGS
@given(st.integers(0, 30_000), st.integers(0, 30_000), st.integers(0, 3000), st.integers(1, 6))
def test_ones_own_share_never_falls_when_ones_income_rises(
    other: int, income: int, rise: int, children: int
) -> None:
    """Plain share of the table amount: no reserve, nothing paid directly."""

    def share(gross: int) -> Fraction:
        result = computed(family(parent(str(other)), parent(str(gross)), children))
        values = result.worksheets[0].values
        return values["II"] * values["6B"]

    if other + income:
        assert share(income) <= share(income + rise)


@SETTINGS
@given(families())
def test_which_child_is_named_first_changes_nothing(given: dict[str, Any]) -> None:
    """The children's medical expenses in another order, under each other's names."""
    expenses = given.get("extraordinary_medical", [])
    one = answer(given)
    swapped = [
        {"child": name["child"], "unreimbursed_in_year": spent["unreimbursed_in_year"]}
        for name, spent in zip(expenses, reversed(expenses), strict=True)
    ]
    two = answer(given | {"extraordinary_medical": swapped})
    assert (one["lines"], one["obligation_cents"]) == (two["lines"], two["obligation_cents"])
    if expenses:
        for key in ("total", "a", "b"):
            assert one["extraordinary_medical"][key] == two["extraordinary_medical"][key]


@SETTINGS
@given(amounts(9000), amounts(9000), st.integers(1, 3), st.integers(1, 3))
def test_split_custody_seen_from_the_other_parent_is_the_same_money(
    one: str, other: str, with_a: int, with_b: int
) -> None:
    """Which child is with whom, said from either side, gives the same payer and amount."""

    def seen(first: str, second: str, at_second: int) -> tuple[str | None, int]:
        split = {"children_with_b": at_second, "a": {}, "b": {}}
        a, b = parent(first, "183"), parent(second, "182")
        said = answer(family(a, b, with_a + with_b, split_custody=split))
        return said["payer"], said["obligation_cents"]

    payer, cents = seen(one, other, with_b)
    mirrored = {"a": "b", "b": "a", None: None}[payer]
    assert seen(other, one, with_a) == (mirrored, cents)
