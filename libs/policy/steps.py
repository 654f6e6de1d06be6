"""How a computation explains itself: a step for each rule that it applied."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, TypeGuard

from policy.model import Citable

Facts = Mapping[str, str | int]
Output = Facts | int | str

_KEYS = ("rule_id", "citation", "confidence", "inputs", "output", "text")


@dataclass(frozen=True, slots=True)
class Step:
    """One rule applied: what went in, what came out, and a sentence about it.

    Amounts are whole cents under names that end in `_cents`. An `output` that is a bare number
    is in cents.
    """

    rule_id: str
    citation: str
    confidence: str
    inputs: Facts
    output: Output
    text: str

    def to_dict(self) -> dict[str, object]:
        """Plain JSON values only; `from_dict` gives the same step back."""
        output = dict(self.output) if isinstance(self.output, Mapping) else self.output
        return {
            "rule_id": self.rule_id,
            "citation": self.citation,
            "confidence": self.confidence,
            "inputs": dict(self.inputs),
            "output": output,
            "text": self.text,
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, object]) -> Self:
        """Read what `to_dict` wrote; `ValueError` names the key that does not fit."""
        if set(raw) != set(_KEYS):
            raise ValueError(f"step: expected the keys {sorted(_KEYS)}, read {sorted(raw)}")
        output = raw["output"]
        return cls(
            rule_id=_text(raw, "rule_id"),
            citation=_text(raw, "citation"),
            confidence=_text(raw, "confidence"),
            inputs=_facts("inputs", raw["inputs"]),
            output=output if _is_plain(output) else _facts("output", output),
            text=_text(raw, "text"),
        )


def explain(rule: Citable, inputs: Facts, output: Output, text: str) -> Step:
    """The step for a rule, or a row of a table, that was just applied.

    Codes, dates and ids go in as text, amounts and counts as whole numbers.
    """
    return Step(rule.id, rule.citation, rule.confidence.value, inputs, output, text)


def _is_plain(value: object) -> TypeGuard[str | int]:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _text(raw: Mapping[str, object], key: str) -> str:
    value = raw[key]
    if not isinstance(value, str):
        raise ValueError(f"step: {key} must be a text, read {value!r}")  # noqa: TRY004
    return value


def _facts(key: str, raw: object) -> Facts:
    if not isinstance(raw, Mapping):
        raise ValueError(f"step: {key} must be a mapping, read {raw!r}")  # noqa: TRY004
    facts: dict[str, str | int] = {}
    for name, value in raw.items():
        if not isinstance(name, str) or not _is_plain(value):
            raise ValueError(f"step: {key}.{name} must be a text or a whole number")
        facts[name] = value
    return facts
