"""Plain sentences about a step, by audience. They are data, but not law: no dates, no checksum.

A template speaks of a step's inputs and outputs by name, `{amount_cents}` as dollars. What stands
in brackets is said only where the step has all that it speaks of: `[{due_cents} of it was owed.]`.
To parents a code is said in its plain words where the `[words]` of the file have them (`[words_es]`
to those who read Spanish), and a day as people write it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from policy.errors import PolicyError
from policy.fields import Fields
from policy.steps import Step

_PLACE = re.compile(r"\{([^{}]*)\}")
_CLAUSE = re.compile(r" ?\[([^\[\]]*)\]")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
CENTS_IN_DOLLAR = 100
MONTH = "month"
"""The name of a fact that is a month, written as its first day."""
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
MONTHS_ES = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
    "octubre", "noviembre", "diciembre",
)  # fmt: skip


class Audience(StrEnum):
    """Who reads. Parents get no code and no citation, auditors get both."""

    PARENT = "parent"
    PARENT_ES = "parent_es"
    """A parent who reads Spanish. Where a rule has no such sentence, the step's own text stands."""
    WORKER = "worker"
    AUDITOR = "auditor"


PARENTS = frozenset({Audience.PARENT, Audience.PARENT_ES})


@dataclass(frozen=True, slots=True)
class Wording:
    """`templates` by rule id (or the start of one), then by audience."""

    templates: Mapping[str, Mapping[Audience, str]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    words_es: Mapping[str, str] = field(default_factory=dict)

    def template(self, rule_id: str, audience: Audience) -> str | None:
        """That of the id itself, else of the table it is a row of."""
        while rule_id not in self.templates:
            rule_id, dot, _ = rule_id.rpartition(".")
            if not dot:
                return None
        return self.templates[rule_id].get(audience)

    def words_for(self, audience: Audience) -> Mapping[str, str]:
        """The plain words for codes; workers and auditors read the codes."""
        said = {Audience.PARENT: self.words, Audience.PARENT_ES: self.words_es}
        return said.get(audience, {})


def read_wording(file: Path, raw: Mapping[str, object]) -> Wording:
    """Every text has all audiences but perhaps the Spanish one, and only plain `{name}` places."""
    top = Fields(file, "file", raw, ("words", "text"), ("words_es",))
    texts = top.raw["text"]
    if not isinstance(texts, dict):
        raise top.error('text must be written as [text."<rule id>"]')
    templates: dict[str, dict[Audience, str]] = {}
    optional = [Audience.PARENT_ES.value]
    audiences = [audience.value for audience in Audience if audience is not Audience.PARENT_ES]
    for rule_id, entry in texts.items():
        fields = Fields(file, rule_id, entry, audiences, optional)
        templates[rule_id] = {
            audience: fields.text(audience) for audience in Audience if fields.has(audience)
        }
        for text in templates[rule_id].values():
            _check_places(file, rule_id, text)
    spanish = top.mapping("words_es") if top.has("words_es") else {}
    return Wording(templates, top.mapping("words"), spanish)


def _check_places(file: Path, rule_id: str, text: str) -> None:
    for name in _PLACE.findall(text):
        if not _NAME.fullmatch(name):
            raise PolicyError(file, rule_id, f"{{{name}}} is not a plain name")
    if "{" in _PLACE.sub("", text) or "}" in _PLACE.sub("", text):
        raise PolicyError(file, rule_id, f"a brace without its partner in {text!r}")
    if "[" in _CLAUSE.sub("", text) or "]" in _CLAUSE.sub("", text):
        raise PolicyError(file, rule_id, f"a bracket without its partner in {text!r}")


def places(text: str) -> frozenset[str]:
    """The names that a template speaks of."""
    return frozenset(_PLACE.findall(text))


def places_needed(text: str) -> frozenset[str]:
    """The names that a template needs from the step: those that stand in no bracket."""
    return places(_CLAUSE.sub("", text))


def render(wording: Wording, step: Step, audience: Audience) -> str:
    """The step in a sentence for `audience`.

    Falls back on the step's own text where no template exists or an older step lacks a name
    that the template speaks of: an explanation is never refused.
    """
    template = wording.template(step.rule_id, audience)
    facts = step_facts(step)
    if template is None or not places_needed(template) <= facts.keys():
        return step.text
    said = _CLAUSE.sub(lambda found: _clause(found, facts), template)
    words = wording.words_for(audience)
    return _PLACE.sub(lambda found: _say(audience, words, found[1], facts[found[1]]), said)


def step_facts(step: Step) -> dict[str, str | int]:
    """Everything that a template may name: inputs, outputs, `citation` and `rule_id`."""
    facts: dict[str, str | int] = {"citation": step.citation, "rule_id": step.rule_id}
    facts |= step.inputs
    if isinstance(step.output, Mapping):
        return facts | dict(step.output)
    facts["output_cents" if isinstance(step.output, int) else "output"] = step.output
    return facts


def dollars(amount_cents: int) -> str:
    """1234567 as $12,345.67."""
    whole, cents = divmod(abs(amount_cents), CENTS_IN_DOLLAR)
    return f"{'-' if amount_cents < 0 else ''}${whole:,}.{cents:02d}"


def day_in_words(day: date, audience: Audience) -> str:
    """March 6, 2026; to a parent who reads Spanish 6 de marzo de 2026."""
    if audience is Audience.PARENT_ES:
        return f"{day.day} de {month_in_words(day, audience)}"
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def month_in_words(day: date, audience: Audience) -> str:
    """March 2026; to a parent who reads Spanish marzo de 2026."""
    if audience is Audience.PARENT_ES:
        return f"{MONTHS_ES[day.month - 1]} de {day.year}"
    return f"{MONTHS[day.month - 1]} {day.year}"


def _clause(found: re.Match[str], facts: Mapping[str, str | int]) -> str:
    """What stands in brackets, without them; nothing where a figure of it is not there."""
    return found[0].replace("[", "").replace("]", "") if places(found[1]) <= facts.keys() else ""


def _say(audience: Audience, words: Mapping[str, str], name: str, value: str | int) -> str:
    if isinstance(value, int):
        return dollars(value) if name.endswith("_cents") else f"{value:,}"
    if audience in PARENTS and _DAY.fullmatch(value):
        day = date.fromisoformat(value)
        return month_in_words(day, audience) if name == MONTH else day_in_words(day, audience)
    return words.get(value, value)
