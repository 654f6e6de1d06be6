"""What is told has its sentence, with the facts that it names; what is started is a clock."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import case_service
from case_service.domain.clock_kinds import KINDS
from case_service.domain.happenings import SENTENCES, sentence

SOURCE = Path(case_service.__file__).parent
KIND_PLACE = 2


@cache
def every_call() -> list[tuple[str, ast.Call]]:
    """Return every call of the service, and where it stands."""
    return [
        (f"{file.name}:{node.lineno}", node)
        for file in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    """Find the calls of functions by their name."""
    return (found for found in every_call() if ast.unparse(found[1].func) in names)


def kind_of(call: ast.Call) -> str | None:
    """Return the kind that a call names; None when it is worked out."""
    kind = call.args[KIND_PLACE] if len(call.args) > KIND_PLACE else None
    return str(kind.value) if isinstance(kind, ast.Constant) else None


def test_whatever_is_told_has_its_sentence_and_its_facts() -> None:
    found = [(place, call) for place, call in calls("tell", "telling.tell") if kind_of(call)]
    assert len(found) > 10
    for place, call in found:
        kind = kind_of(call) or ""
        assert kind in SENTENCES, f"{place}: {kind} has no sentence"
        given = {keyword.arg for keyword in call.keywords}
        if None not in given:
            named = {name for _, name, _, _ in Formatter().parse(SENTENCES[kind]) if name}
            assert named <= given, f"{place}: {kind} names {sorted(named)}"


def test_whatever_is_started_or_stopped_is_a_clock() -> None:
    found = [*calls("clocks.start", "clocks.stop", "clocks.cancel")]
    assert len(found) > 10
    for place, call in found:
        kind = kind_of(call)
        assert kind is None or kind in KINDS, f"{place}: no clock {kind}"


def test_sentences_read_as_sentences() -> None:
    for kind, template in SENTENCES.items():
        assert template[0].isupper() or template[0] == "{", kind
        assert template[-1] in ".}", kind
        names = [name for _, name, _, _ in Formatter().parse(template) if name]
        said = sentence(kind, dict.fromkeys(names, "x"))
        assert "{" not in said
        assert "(not recorded)" not in said


def test_a_fact_that_is_missing_says_so() -> None:
    assert sentence("clock_missed", {"limit": "a"}) == (
        "A time limit was missed: a. It was due on (not recorded)."
    )


def test_a_kind_of_a_newer_version_is_told_by_its_name() -> None:
    assert sentence("robot_consulted", {}) == "Robot consulted."
    assert sentence("robot_consulted", {"its_name": "{Hal}"}) == (
        "Robot consulted (its name: {Hal})."
    )
