"""A State's answers to the Intergovernmental Reference Guide, made of its rules in force.

Questions stand in the State's `profile.toml`: an id, a few own words on what is asked, and either a
template of rules or why no rule answers. Places in a template: `{rule}` its value in words,
`{rule?code}` yes if the rule's code is (or its codes have) that one, `{rule!code}` no if so,
`{table:column}` that column of all rows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from policy.errors import RuleNotInForce
from policy.fields import Fields
from policy.lookup import Policy
from policy.model import Confidence, Entry, Rule, Table
from policy.reader import PROFILE_FILE, read_toml
from policy.saying import code_in_words, value_in_words

_PLACE = re.compile(r"\{([a-z0-9_.]+)(?:([?!:])([a-z0-9_]+))?\}")
_ID = re.compile(r"Q\d+(\.\d+){1,2}")
_DIGIT = re.compile(r"\d")
WHY_UNANSWERED: Mapping[str, str] = {
    "organisation": "a fact of the organisation, not a rule",
    "left_blank": "the certified profile leaves it blank",
    "not_applicable": "falls away with the answer before it",
}
ROW_JOIN = "; "
CITATION_JOIN = "; "


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a template; `kind` is empty, `?`, `!` or `:`."""

    entry_id: str
    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by section and number (`Q7.10`). Without a template: why there is none."""

    id: str
    section: str
    asked: str
    template: str | None
    unanswered: str | None

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(Place(*found) for found in _PLACE.findall(self.template or ""))


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with its answer on a day; `text` is None where no rule in force answers.

    `why_not` says why then. `rules` are the full ids behind the answer, `citations` what they
    stand on (each once), `unverified` whether one of them still has to be confirmed.
    """

    question: Question
    text: str | None
    why_not: str | None
    rules: tuple[str, ...]
    citations: tuple[str, ...]
    unverified: bool


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of a State and its own words for codes."""

    questions: tuple[Question, ...]
    words: Mapping[str, str]


def profile(policy: Policy, on: date) -> tuple[Answer, ...]:
    """Every question with the answer of the rules in force on that date, in order.

    `PolicyError` if the State has no profile file or it does not fit the rules.
    """
    asked = questions(policy)
    return tuple(_answer(policy, question, on, asked.words) for question in asked.questions)


def has_profile(policy: Policy) -> bool:
    return (policy.state.folder / PROFILE_FILE).is_file()


def code_words(policy: Policy) -> Mapping[str, str]:
    """The State's own words for codes; none without a profile."""
    return questions(policy).words if has_profile(policy) else {}


@cache
def questions(policy: Policy) -> Questions:
    """The State's questions, checked against its rules; `PolicyError` names what does not fit."""
    file = policy.state.folder / PROFILE_FILE
    top = Fields(file, "file", read_toml(file), ("sections", "words", "question"), ())
    raw = top.raw["question"]
    if not isinstance(raw, list):
        raise top.error("question must be written as [[question]]")
    sections = top.mapping("sections")
    found: dict[str, Question] = {}
    for number, entry in enumerate(raw, start=1):
        fields = Fields(
            file, f"question {number}", entry, ("id", "asked"), ("answer", "unanswered")
        )
        question = _read_question(fields, sections)
        if question.id in found:
            raise fields.error("the question is there twice")
        _check_places(policy, fields, question)
        found[question.id] = question
    return Questions(tuple(found.values()), top.mapping("words"))


def _read_question(fields: Fields, sections: Mapping[str, str]) -> Question:
    question_id = fields.text("id")
    if not _ID.fullmatch(question_id):
        raise fields.error("id must be a section and number such as Q7.10")
    section = sections.get(question_id[1:].split(".")[0])
    if section is None:
        raise fields.error(f"there is no section for {question_id}")
    template, why = fields.optional_text("answer"), fields.optional_text("unanswered")
    if (template is None) == (why is None):
        raise fields.error("needs an answer, or unanswered with the reason")
    if why is not None:
        why = WHY_UNANSWERED[fields.choice("unanswered", tuple(WHY_UNANSWERED))]
    return Question(question_id, section, fields.text("asked"), template, why)


def _check_places(policy: Policy, fields: Fields, question: Question) -> None:
    if question.template is None:
        return
    rest = _PLACE.sub("", question.template)
    if "{" in rest or "}" in rest or not question.places:
        raise fields.error(f"expected places such as {{fee.annual}}, read {question.template!r}")
    if _DIGIT.search(rest):
        raise fields.error("a figure stands in the answer; it must come from a rule")
    for place in question.places:
        versions = policy.versions(place.entry_id)
        if not versions:
            raise fields.error(f"no rule has the id {place.entry_id!r}")
        for entry in versions:
            _check_place(fields, place, entry)


def _check_place(fields: Fields, place: Place, entry: Entry) -> None:
    if isinstance(entry, Table):
        if place.kind != ":" or place.detail not in {column.name for column in entry.columns}:
            raise fields.error(f"{entry.id} is a table: expected {{table:column}} with its column")
        return
    if place.kind == ":" or not isinstance(entry, Rule):
        raise fields.error(f"{entry.id} is not a table")
    if place.kind and not isinstance(entry.value, tuple) and not entry.allowed:
        raise fields.error(f"{entry.id} has no list of codes to ask {place.detail!r} of")


def _answer(policy: Policy, question: Question, on: date, words: Mapping[str, str]) -> Answer:
    if question.template is None:
        return Answer(question, None, question.unanswered, (), (), unverified=False)
    entries: dict[Place, Rule | Table] = {}
    try:
        for place in question.places:
            read = policy.table if place.kind == ":" else policy.rule
            entries[place] = read(place.entry_id, on)
    except RuleNotInForce as error:
        return Answer(question, None, str(error), (), (), unverified=False)

    def say(found: re.Match[str]) -> str:
        place = Place(found[1], found[2] or "", found[3] or "")
        return _said(entries[place], place, words)

    text = _PLACE.sub(say, question.template)
    return Answer(
        question=question,
        text=f"{text[:1].upper()}{text[1:]}.",
        why_not=None,
        rules=tuple(dict.fromkeys(entry.id for entry in entries.values())),
        citations=tuple(
            dict.fromkeys(
                citation
                for entry in entries.values()
                for citation in entry.citation.split(CITATION_JOIN)
            )
        ),
        unverified=any(entry.confidence is Confidence.UNVERIFIED for entry in entries.values()),
    )


def _said(entry: Rule | Table, place: Place, words: Mapping[str, str]) -> str:
    if isinstance(entry, Table):
        cells = [row.cells[place.detail] for row in entry if place.detail in row.cells]
        return ROW_JOIN.join(code_in_words(str(cell), words) for cell in cells)
    if place.kind:
        codes = entry.value if isinstance(entry.value, tuple) else (entry.value,)
        return "yes" if (place.detail in codes) == (place.kind == "?") else "no"
    return value_in_words(entry, words)
