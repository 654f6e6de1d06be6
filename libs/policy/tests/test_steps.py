"""A step explains one applied rule, survives storage, and speaks to each audience."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy import (
    Audience,
    Step,
    allocation_stages,
    audience_text,
    distribution_steps,
    dollars,
    explain,
    load,
)
from policy.wording import places, places_needed, step_facts

TODAY = date(2026, 11, 23)
TOLD_TO_PARENTS = (
    "allocation.proration", "allocation.within_order", "assistance.maintenance_of_month",
    "collection_date.basis", "distribution.buckets_of_a_case", "distribution.future_after_assigned",
    "distribution.held_excess", "distribution.hierarchy", "distribution.retained_limit",
    "distribution.states_in_one_case", "fee.annual", "redo.pinned_pays", "sdu.disburse",
    "sdu.offset", "statement.payoff",
)  # fmt: skip
"""What the payments service applies besides the stages of `allocation.withheld`."""
names = st.text(min_size=1, max_size=12)
facts = st.dictionaries(names, names | st.integers(), max_size=4)
steps = st.builds(Step, names, names, names, facts, names | st.integers() | facts, names)


def family_step(policy):
    row = distribution_steps(
        policy, TODAY, collection_type="regular", case_type="former_assistance"
    )[1]
    inputs = {"bucket": row.bucket, "payee": row.payee}
    return explain(row, inputs, {"amount_cents": 123456}, "to the family")


@given(steps)
def test_step_survives_json(step):
    assert Step.from_dict(json.loads(json.dumps(step.to_dict()))) == step


def test_step_carries_rule_citation_and_confidence(kentucky):
    step = family_step(kentucky)
    assert step.rule_id == "ky.distribution.hierarchy.regular.former_assistance.any.2"
    assert "657(a)(2)(B)" in step.citation
    assert step.confidence == "unverified"


def test_each_audience_gets_its_sentence(kentucky):
    step = family_step(kentucky)
    assert (
        audience_text(step, Audience.PARENT) == "$1,234.56 for past-due support goes to the family."
    )
    assert audience_text(step, "worker") == "$1,234.56 to family for NA."
    auditor = kentucky.audience_text(step, "auditor")
    assert step.rule_id in auditor
    assert step.citation in auditor
    with pytest.raises(ValueError, match="judge"):
        audience_text(step, "judge")


def test_step_without_template_or_without_a_name_in_it_keeps_its_own_text(kentucky):
    rule = kentucky.rule("sdu.fips_prefix", TODAY)
    assert audience_text(explain(rule, {}, "21", "own words"), "parent") == "own words"
    fee = kentucky.rule("fee.annual", TODAY)
    assert audience_text(explain(fee, {}, 3500, "own words"), "parent") == "own words"


def test_every_template_speaks_of_a_rule_that_exists_and_differs_by_audience():
    policy = load()
    known = set(policy.ids())
    known |= {row.id for row in policy.table("allocation.withheld", TODAY)}
    for rule_id, texts in policy.wording.templates.items():
        assert rule_id in known
        assert len(set(texts.values())) == len(Audience)
        assert "citation" in places(texts[Audience.AUDITOR])
        assert "citation" not in places(texts[Audience.PARENT])
        english, spanish = texts[Audience.PARENT], texts[Audience.PARENT_ES]
        assert places(english) == places(spanish), rule_id
        assert places_needed(english) == places_needed(spanish), rule_id
    assert policy.wording.words.keys() == policy.wording.words_es.keys()


@pytest.mark.parametrize("rule_id", TOLD_TO_PARENTS)
def test_every_rule_that_explains_a_payment_is_told_to_parents_in_both_languages(kentucky, rule_id):
    """DESIGN section 6: every cent explains itself; to parents, in their language."""
    entry = kentucky.versions(rule_id)[0]
    english, spanish = (
        kentucky.wording.template(entry.id, one) for one in (Audience.PARENT, Audience.PARENT_ES)
    )
    assert english
    assert spanish
    assert english != spanish
    assert places_needed(english) == places_needed(spanish)


@pytest.mark.parametrize("code", ["current", "ordered_arrears", "remaining_arrears", "excess"])
def test_every_stage_of_sharing_is_told_to_parents_in_both_languages(kentucky, code):
    stage = next(one for one in allocation_stages(kentucky, TODAY) if one.code == code)
    for audience in (Audience.PARENT, Audience.PARENT_ES):
        assert kentucky.wording.template(stage.id, audience), audience


def current(**inputs):
    facts = {"kind": "child", **inputs}
    paid = {"amount_cents": 150_000}
    return Step("ky.allocation.withheld.current", "c", "secondary", facts, paid, "own words")


def test_a_parent_who_reads_spanish_is_told_in_spanish():
    said = audience_text(current(), Audience.PARENT_ES)
    assert said == (
        "Primero va la manutención del mes en curso."
        " Se destinaron $1,500.00 a la manutención de menores de este mes."
    )
    without = replace(current(), rule_id="ky.no.such.rule")
    assert audience_text(without, Audience.PARENT_ES) == "own words"


def test_what_stands_in_brackets_is_said_where_the_step_has_its_figures():
    first = (
        "Support of the running month comes first. $1,500.00 went to this month's child support."
    )
    assert audience_text(current(), "parent") == first
    due = current(due_cents=200_000)
    assert audience_text(due, "parent") == f"{first} $2,000.00 of it was still to be paid."
    whole = current(due_cents=200_000, order_monthly_cents=60_000, all_monthly_cents=100_000)
    assert audience_text(whole, "parent").endswith("$600.00 of $1,000.00 is this order's.")


@pytest.mark.parametrize(
    ("audience", "day", "month"),
    [
        ("parent", "from March 6, 2026.", "a later month: April 2026."),
        ("parent_es", "desde el 6 de marzo de 2026.", "un mes posterior: abril de 2026."),
        ("worker", "2026-03-06", "2026-04-01"),
    ],
)
def test_parents_read_days_and_months_as_people_write_them(audience, day, month):
    facts = {"collection_date": "2026-03-06", "basis": "sdu_receipt"}
    dated = Step("ky.collection_date.basis", "c", "secondary", facts, {}, "own words")
    assert day in audience_text(dated, audience)
    facts = {"month": "2026-04-01", "amount_cents": 5}
    later = Step("ky.distribution.held_excess", "c", "secondary", facts, {}, "own words")
    assert month in audience_text(later, audience)


def test_bare_number_is_in_cents():
    step = Step("a.b", "c", "secondary", {}, 5, "t")
    assert step_facts(step)["output_cents"] == 5
    assert dollars(-1234567) == "-$12,345.67"
    assert dollars(5) == "$0.05"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": 1}, "text must be a text"),
        ({"inputs": []}, "inputs must be a mapping"),
        ({"inputs": {"a": 1.5}}, r"inputs\.a must be a text or a whole number"),
        ({"output": None}, "output must be a mapping"),
        ({"output": {"a": True}}, r"output\.a must be"),
        ({"more": "x"}, "expected the keys"),
    ],
)
def test_stored_step_of_another_shape_is_refused(change, message):
    raw = Step("a.b", "c", "secondary", {}, 5, "t").to_dict() | change
    with pytest.raises(ValueError, match=message):
        Step.from_dict(raw)
