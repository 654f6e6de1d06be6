"""What can go wrong when the law is read or asked for."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path


class PolicyError(Exception):
    """A policy file cannot be used. Names the file, the entry and what is wrong with it."""

    def __init__(self, file: Path | str, entry: str, problem: str) -> None:
        name = file if isinstance(file, str) else f"{file.parent.name}/{file.name}"
        super().__init__(f"{name}: {entry}: {problem}")
        self.file = name
        self.entry = entry
        self.problem = problem


class RuleNotInForce(KeyError):  # noqa: N818 - reads as what happened
    """No row of this id is in force on that date; `periods` says which ones exist."""

    def __init__(self, rule_id: str, on: date, periods: Sequence[str]) -> None:
        self.rule_id = rule_id
        self.on = on
        self.periods = tuple(periods)
        super().__init__(rule_id)

    def __str__(self) -> str:
        if not self.periods:
            return f"no rule has the id {self.rule_id!r}"
        return f"{self.rule_id} is not in force on {self.on}; it has {', '.join(self.periods)}"


class WrongUnit(TypeError):  # noqa: N818 - reads as what happened
    """A rule was asked for in a unit that it is not kept in."""

    def __init__(self, rule_id: str, unit: str, asked: str) -> None:
        super().__init__(f"{rule_id} is kept in {unit}, not in {asked}")
