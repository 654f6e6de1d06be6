"""A notice: what one person or employer is told about one thing, as facts without words yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

Values = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the catalogue by its key, and what goes into its places."""

    key: str
    values: Values


@dataclass(frozen=True, slots=True)
class Row:
    """A line of an employer's file that waits for something."""

    line_number: int
    trace_number: str
    amount_cents: int
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a notice says. Words are found when it is read, in the language of its reader."""

    sentences: tuple[Sentence, ...]
    action: str = ""
    """Key of the one thing that the reader is asked to do; empty when there is none."""
    reference: Sentence | None = None
    """What the reader quotes when asking about it."""
    rows: tuple[Row, ...] = ()
    text: str = ""
    """Somebody's own words for this reader, which follow the sentences; empty for none."""
    answer_by: str = ""
    """The day (ISO) until which the action can be done; empty when there is none."""

    def to_dict(self) -> dict[str, Any]:
        """Return the facts as plain values, for JSON; what there is none of is left out."""
        said: dict[str, Any] = {"sentences": [(s.key, s.values) for s in self.sentences]}
        if self.action:
            said["action"] = self.action
        if self.reference:
            said["reference"] = (self.reference.key, self.reference.values)
        if self.rows:
            said["rows"] = [
                (r.line_number, r.trace_number, r.amount_cents, r.reason) for r in self.rows
            ]
        if self.text:
            said["text"] = self.text
        if self.answer_by:
            said["answer_by"] = self.answer_by
        return said

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Self:
        """Return the facts that `to_dict` wrote, read from JSON."""
        reference = raw.get("reference")
        return cls(
            sentences=tuple(Sentence(key, values) for key, values in raw["sentences"]),
            action=raw.get("action", ""),
            reference=Sentence(*reference) if reference else None,
            rows=tuple(Row(*row) for row in raw.get("rows", ())),
            text=raw.get("text", ""),
            answer_by=raw.get("answer_by", ""),
        )


@dataclass(frozen=True, slots=True)
class Notice:
    """Facts for one reader, who is named by exactly one of the three ids.

    `case_id` stands for a party of the case (the obligee in the inbox, the obligor on letters)
    whose participant id the event did not say.
    """

    kind: str
    about_id: str
    facts: Facts
    participant_id: str | None = None
    employer_id: str | None = None
    case_id: str | None = None
    part: str = ""
    """What tells this notice from others of its kind about the same thing to the same reader."""

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes it the same notice when it is told again."""
        reader = self.participant_id or self.employer_id or self.case_id or ""
        return (self.kind, self.about_id, reader, self.part)
