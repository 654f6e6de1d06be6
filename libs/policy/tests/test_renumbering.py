"""A citation gives the number that the statute had on the day."""

from datetime import date, timedelta

import pytest

from policy import PolicyError
from policy.renumbering import Renumbered, Renumbering

MOVE = date(2025, 7, 1)
BEFORE = MOVE - timedelta(days=1)

TABLE = """
[[table]]
id = "pt.statutes.renumbered"
title = "t"
file = "renumbered.csv"
key = ["statute"]
effective_from = 1900-01-01
authority = "an act"
source = "s"
confidence = "secondary"
columns = { old = "text?", new = "text?", since = "date", statute = "code" }
"""


def test_rules_cite_the_number_in_force(kentucky):
    for rule_id, old, new in (
        ("lien.trigger", "KRS 205.745(1)", "KRS 15.820(1)"),
        ("fidm.holder_notice", "KRS 205.778(2)", "KRS 15.850(2)"),
        ("fee.method", "KRS 205.721(4)", "KRS 15.810(4)"),
        ("establishment.procedure", "KRS 205.712", "KRS 15.802"),
    ):
        assert kentucky.rule(rule_id, BEFORE).citation.startswith(old)
        assert kentucky.rule(rule_id, MOVE).citation.startswith(new)


def test_the_move_does_not_change_a_rule(kentucky):
    before, since = kentucky.rule("lien.trigger", BEFORE), kentucky.rule("lien.trigger", MOVE)
    assert before.checksum == since.checksum
    assert before.value == since.value


def test_a_number_that_was_not_found_is_said_to_be(kentucky):
    rule = kentucky.rule("credit_bureau.reports", MOVE)
    assert "KRS 205.768 [its number since 2025-07-01 was not found]" in rule.citation
    assert kentucky.rule("credit_bureau.reports", BEFORE).citation == "KRS 205.768; IRG Q9.3"


def test_only_whole_numbers_are_replaced():
    renumbering = Renumbering([Renumbered("KRS 205.76", "KRS 15.1", MOVE)])
    for authority in ("KRS 205.768", "KRS 205.76-205.79", "KRS 205.76.1", "XKRS 205.76"):
        assert renumbering.on(authority, MOVE) == authority
    assert renumbering.on("KRS 205.76(1); KRS 205.76.", MOVE) == "KRS 15.1(1); KRS 15.1."
    assert renumbering.on("KRS 15.1", BEFORE) == "KRS 205.76"
    assert Renumbering([]).on("KRS 15.1", BEFORE) == "KRS 15.1"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (",,2025-01-01,a\n", "needs an old and a new number that differ"),
        ("S 1,S 1,2025-01-01,a\n", "needs an old and a new number that differ"),
        ("S 1,S 2,2025-01-01,a\nS 3,S 2,2025-01-01,b\n", "S 2 is renumbered twice"),
        ("S 1,S 2,soon,a\n", "since: expected a date"),
    ],
)
def test_bad_renumbering_is_refused(world, rows, message):
    world.write("pretend/rules.toml", TABLE)
    world.write("pretend/renumbered.csv", "old,new,since,statute\n" + rows)
    with pytest.raises(PolicyError) as error:
        world.load()
    assert message in str(error.value)


def test_renumbering_of_other_columns_is_refused(world):
    world.write("pretend/rules.toml", TABLE.replace("old =", "former ="))
    world.write("pretend/renumbered.csv", "former,new,since,statute\nS 1,S 2,2025-01-01,a\n")
    with pytest.raises(PolicyError, match="must begin with the columns old, new, since"):
        world.load()
