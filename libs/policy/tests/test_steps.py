"""A step explains one applied rule, survives storage, and speaks to each audience."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy import Audience, Step, audience_text, distribution_steps, dollars, explain, load
from policy.wording import places, step_facts

TODAY = date(2026, 11, 23)
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
        audience_text(step, Audience.PARENT) == "$1,234.56 for past-due support went to the family."
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
        assert places(texts[Audience.PARENT]) == places(texts[Audience.PARENT_ES])
    assert policy.wording.words.keys() == policy.wording.words_es.keys()


def test_a_parent_who_reads_spanish_is_told_in_spanish():
    facts = {"kind": "child"}
    step = Step("ky.allocation.withheld.current", "c", "secondary", facts, 150_000, "own words")
    step = replace(step, output={"amount_cents": 150_000})
    said = audience_text(step, Audience.PARENT_ES)
    assert said == "$1,500.00 se destinó a la manutención de menores de este mes."
    without = replace(step, rule_id="ky.no.such.rule")
    assert audience_text(without, Audience.PARENT_ES) == "own words"


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
