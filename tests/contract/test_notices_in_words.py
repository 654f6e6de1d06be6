"""What the case service tells and what notification has words for are the same."""

import ast
from pathlib import Path

from case_service.actions import review_outcomes
from case_service.domain import closing, closing_grounds, reviews
from case_service.domain.desk import disputes
from case_service.domain.orders import wording
from notification_service.domain import spellings

CASE_SERVICE = Path(__file__).parents[2] / "services" / "case" / "case_service"


def kinds_told() -> set[str]:
    """Return every kind that stands as a word in a `Notice(…)` of the case service."""
    return {
        node.args[0].value
        for path in CASE_SERVICE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Notice"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_every_kind_that_the_case_service_tells_has_words() -> None:
    told = kinds_told()
    assert {"closure_intended", "review_right", "paternity_established"} <= told
    assert told <= set(spellings.SPELLINGS)


def test_the_codes_that_choose_a_sentence_are_those_that_are_told() -> None:
    outcomes = {*review_outcomes.OUTCOMES.values(), reviews.REFUSED}
    assert set(spellings.OUTCOMES) == outcomes
    assert set(spellings.DECISIONS) == disputes.DECISIONS
    assert set(spellings.ENDED_GROUNDS) <= set(wording.GROUNDS)
    told = {g.paragraph for g in closing_grounds.GROUNDS if g.told is closing.Told.RECIPIENT}
    assert set(spellings.CLOSURE_GROUNDS) == told, "who gets a notice of closing learns the ground"
    assert set(wording.SUPPORT) <= spellings.WORDS
