"""Every figure of the State's collected law has its rule, and says how sure we are of it."""

import csv
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from policy import Confidence, Rule, RuleNotInForce, Unit
from policy.saying import value_in_words

TODAY = date(2026, 11, 23)
DATA = Path(__file__).parent / "data"
COLLECTED = 169
FEDERAL_LIMITS = {
    "us.case.application_in_person": 0,
    "us.case.application_by_phone": 5,
    "us.case.referral_information": 5,
    "us.case.open": 20,
    "us.locate.sources": 75,
    "us.establishment.order_or_service": 90,
    "us.delinquency.action": 30,
    "us.delinquency.action_with_service": 60,
    "us.withholding.notice_income_source": 2,
    "us.withholding.notice_new_hire": 2,
    "us.withholding.notice_otherwise": 15,
    "us.withholding.remit": 7,
    "us.medical_notice.to_employer": 2,
    "us.medical_notice.to_plan": 20,
    "us.review.complete": 180,
    "us.review.incarceration_notice": 15,
    "us.review.automated_contest": 30,
    "us.intergovernmental.registry_acknowledge": 10,
    "us.intergovernmental.registry_status": 5,
    "us.intergovernmental.refer": 20,
    "us.intergovernmental.give_information": 30,
    "us.intergovernmental.new_information": 10,
    "us.intergovernmental.order_record": 30,
    "us.intergovernmental.locate": 75,
    "us.intergovernmental.forward_found_elsewhere": 10,
    "us.intergovernmental.controlling_request": 30,
    "us.intergovernmental.controlling_notice": 30,
    "us.intergovernmental.closure_told": 10,
    "us.intergovernmental.stop_and_close": 10,
    "us.case.closure_notice": 60,
    "us.sdu.disburse": 2,
    "us.sdu.forward": 2,
    "us.sdu.disburse_assistance_family": 2,
    "us.sdu.pass_through": 2,
    "us.sdu.first_month_after_assistance": 2,
    "us.sdu.foster_care_agency": 15,
    "us.sdu.offset": 30,
    "us.sdu.offset_after_appeal": 15,
    "us.fidm.social_security_income_return": 5,
    "us.case.registry_update": 5,
    "us.offset.review_forward": 10,
    "us.offset.review_decide": 45,
}


def collected():
    with (DATA / "thresholds.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def figure(rule):
    """The figure as the collection writes it: dollars, percent, counts; else in words."""
    if rule.unit is Unit.CENTS:
        return Fraction(rule.value, 100)
    if rule.unit is Unit.PERCENT:
        return rule.value * 100
    if isinstance(rule.value, int | Fraction) and not isinstance(rule.value, bool):
        return Fraction(rule.value)
    return value_in_words(rule)


def test_every_collected_row_has_its_rule_with_its_figure(kentucky):
    rows = collected()
    assert len({row["row"] for row in rows}) == COLLECTED
    for row in rows:
        versions = kentucky.versions(row["rule"])
        assert versions, row
        latest = versions[-1]
        if not row["figure"] or not isinstance(latest, Rule):
            continue
        expected = row["figure"]
        found = figure(latest)
        assert found == (Fraction(expected) if isinstance(found, Fraction) else expected), row


@pytest.mark.parametrize("rule_id", FEDERAL_LIMITS)
def test_federal_time_limits_are_all_there(kentucky, rule_id):
    rule = kentucky.rule(rule_id, TODAY)
    assert rule.days() == FEDERAL_LIMITS[rule_id]
    assert rule.id.startswith("us.")
    assert rule.confidence is Confidence.VERIFIED_TEXT
    assert "45 CFR 30" in rule.citation or "42 USC" in rule.citation


def test_history_ends_and_the_new_figure_begins_on_its_day(kentucky):
    changed = date(2021, 6, 29)
    for rule_id, before, since in (
        ("criminal.flagrant_arrears", 100000, 250000),
        ("medical.extraordinary", 10000, 25000),
    ):
        assert kentucky.cents(rule_id, changed - timedelta(days=1)) == before
        assert kentucky.cents(rule_id, changed) == since
    assert kentucky.count("retroactivity.paternity_age", date(2020, 1, 1)) == 4
    assert kentucky.count("retroactivity.paternity_age", TODAY) == 2
    for ended in (
        "modification.material_change_first_year",
        "license.trigger_older",
        "revenue_referral.minimum",
    ):
        with pytest.raises(RuleNotInForce):
            kentucky.rule(ended, TODAY)


def test_unconfirmed_figures_say_so_and_stand_beside_the_confirmed_one(kentucky):
    claim = kentucky.rule("modification.claimed_change", TODAY)
    assert claim.confidence is Confidence.UNVERIFIED
    assert claim.citation.endswith("(unverified)")
    assert claim.percent() == Fraction(1, 10)
    assert kentucky.percent("modification.material_change", TODAY) == Fraction(3, 20)
    weapon = kentucky.rule("firearm_license.trigger", TODAY)
    assert weapon.confidence is Confidence.UNVERIFIED


def test_federal_and_state_rules_stand_apart(kentucky):
    for entry in kentucky.entries(TODAY):
        if entry.id.startswith("us."):
            assert "KRS" not in entry.authority
            assert "KAR" not in entry.authority
    both = kentucky.rule("new_hire.report", TODAY)
    assert (both.id, both.succeeds) == ("ky.new_hire.report", "us.new_hire.report")
    assert kentucky.rule("us.new_hire.report", TODAY).days() == both.days() == 20


def test_lists_and_multiples_are_read(kentucky):
    assert kentucky.codes("fee.excluding_assistance", TODAY)[:2] == ("afdc", "tanf")
    assert kentucky.factor("admin_offset.monthly_multiple", TODAY) == Fraction(3, 2)
