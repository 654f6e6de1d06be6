"""What code asks the policy, by id and date."""

from datetime import date
from fractions import Fraction
from itertools import count

import pytest

from policy import Confidence, PolicyError, RuleNotInForce, Unit, WrongUnit, load

TODAY = date(2026, 11, 23)


def test_value_changes_on_the_day_and_not_before(world, rule):
    world.write_rules(
        rule("pt.test.rule", value="100", effective_to="2024-07-15"),
        rule("pt.test.rule", value="200", effective_from="2024-07-15", effective_to="2025-01-01"),
    )
    policy = world.load()
    assert policy.cents("test.rule", date(2024, 7, 14)) == 100
    assert policy.cents("test.rule", date(2024, 7, 15)) == 200
    assert policy.cents("pt.test.rule", date(2024, 12, 31)) == 200
    with pytest.raises(RuleNotInForce) as error:
        policy.cents("test.rule", date(2025, 1, 1))
    assert "2020-01-01 to 2024-07-15" in str(error.value)
    assert "2024-07-15 to 2025-01-01" in str(error.value)
    with pytest.raises(KeyError, match="not in force on 2019-12-31"):
        policy.rule("test.rule", date(2019, 12, 31))


def test_unknown_id_is_named(kentucky):
    with pytest.raises(RuleNotInForce, match=r"no rule has the id 'fee\.anual'"):
        kentucky.rule("fee.anual", TODAY)


def test_state_goes_over_federal_only_while_it_is_in_force(world, rule):
    world.write_rules(
        rule(
            "pt.fee.annual",
            value="2500",
            succeeds="us.fee.annual",
            effective_from="2022-01-01",
            effective_to="2023-01-01",
        )
    )
    policy = world.load()
    assert policy.rule("fee.annual", date(2021, 12, 31)).id == "us.fee.annual"
    assert policy.cents("fee.annual", date(2022, 6, 1)) == 2500
    assert policy.cents("us.fee.annual", date(2022, 6, 1)) == 100
    assert policy.rule("fee.annual", date(2023, 1, 1)).id == "us.fee.annual"


def test_typed_getters_give_exact_values(world, rule):
    world.write_rules(
        rule("pt.share", unit="percent", value='"20.5"'),
        rule("pt.code", unit="code", value='"21"'),
        rule("pt.flag", unit="flag", value="false"),
        rule("pt.date", unit="date", value="2009-10-01"),
        rule("pt.months", unit="months_of_support", value="1"),
        rule("pt.days", unit="calendar_days", value="30"),
    )
    policy = world.load()
    assert policy.percent("share", TODAY) == Fraction(41, 200)
    assert policy.code("code", TODAY) == "21"
    assert policy.flag("flag", TODAY) is False
    assert policy.date("date", TODAY) == date(2009, 10, 1)
    assert policy.count("months", TODAY) == 1
    assert policy.days("days", TODAY) == 30
    assert policy.due_date("days", date(2024, 2, 1)) == date(2024, 3, 2)
    assert policy.rule("days", TODAY).unit is Unit.CALENDAR_DAYS


@pytest.mark.parametrize("getter", ["cents", "days", "count", "percent", "flag", "code", "date"])
def test_getter_of_another_unit_is_refused(kentucky, getter):
    with pytest.raises(WrongUnit, match=r"us\.fiscal_year\.start is kept in month_day"):
        getattr(kentucky, getter)("fiscal_year.start", TODAY)
    with pytest.raises(WrongUnit):
        kentucky.rule("fee.annual", TODAY).month_day()


def test_checksum_stays_when_a_rule_is_ended_and_moves_when_it_is_changed(world, rule):
    number = count()

    def checksum(**changes: str) -> str:
        folder = f"state{next(number)}"
        world.write(f"{folder}/jurisdiction.toml", 'name = "S"\nprefix = "pt"')
        world.write(f"{folder}/texts.toml", "[words]\n[text]\n")
        world.write(f"{folder}/rules.toml", rule("pt.test.rule", **changes))
        return load(folder, world.root).rule("test.rule", date(2020, 5, 1)).checksum

    before = checksum()
    assert len(before) == 64
    assert checksum(effective_to="2021-01-01", confidence="secondary", title='"B"') == before
    assert checksum(value="101") != before
    assert checksum(authority="42 USC 3") != before
    assert checksum(effective_from="2019-01-01") != before


def test_policy_checksum_follows_what_is_in_force(kentucky):
    at_move = kentucky.checksum(date(2025, 7, 1))
    assert at_move == kentucky.checksum(TODAY)
    assert at_move != kentucky.checksum(date(2025, 6, 30))


def test_unsure_rules_say_so_in_their_citation(kentucky):
    rule = kentucky.rule("collection_date.basis", TODAY)
    assert rule.confidence is Confidence.UNVERIFIED
    assert rule.citation == "45 CFR 302.51(a)(4) (unverified)"
    own = kentucky.rule("allocation.proration", TODAY)
    assert own.citation.endswith("(platform's own)")


def test_second_state_is_a_folder(world, rule):
    world.write("second/jurisdiction.toml", 'name = "Second"\nprefix = "s2"')
    world.write("second/texts.toml", "[words]\n[text]\n")
    world.write("second/rules.toml", rule("s2.fee.annual", succeeds="us.fee.annual", value="1"))
    assert load("second", world.root).cents("fee.annual", TODAY) == 1
    assert world.load().cents("fee.annual", TODAY) == 100
    assert load("second", world.root) is load("second", world.root)


def test_state_may_not_bear_the_federal_prefix(world):
    world.write("pretend/jurisdiction.toml", 'name = "Pretend"\nprefix = "us"')
    with pytest.raises(PolicyError, match="prefix 'us' is the federal one"):
        world.load()


def test_unknown_state_names_the_missing_file(world):
    with pytest.raises(PolicyError, match=r"nowhere/jurisdiction\.toml"):
        load("nowhere", world.root)
