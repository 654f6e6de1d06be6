"""A worksheet being filled in: values by line, and a step for every one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from case_service.domain.guidelines.errors import GuidelineError
from case_service.domain.guidelines.formulas import evaluate, exact, money, names, printed
from case_service.domain.guidelines.law import GuidelineLaw
from policy import Step, explain
from policy.model import Citable

LINE = re.compile(r"(\d{1,2})([A-C])")
BOXES = frozenset({"I", "II", "III"})
PERCENT_LINES = frozenset({"6", "14"})
DAY_LINES = frozenset({"13"})


@dataclass(frozen=True, slots=True)
class LineStep:
    """One step: `line` is what it fills in (`4A`, or a name beside the form's lines, or ""),
    `formula` how; a step without a formula says which rule was chosen.

    `worksheet` is 1, or 2 for the second one of split custody.
    """

    worksheet: int
    line: str
    formula: str
    step: Step


class Sheet:
    """Values are exact: dollars, shares, days."""

    def __init__(self, law: GuidelineLaw, number: int = 1) -> None:
        """Begin an empty worksheet; `number` tells the two of split custody apart."""
        self.law = law
        self.number = number
        self.values: dict[str, Fraction] = {}
        self.steps: list[LineStep] = []
        self.notes: list[str] = []

    def __getitem__(self, line: str) -> Fraction:
        return self.values[line]

    def given(self, name: str, value: Fraction) -> None:
        """Take a value of the input, or a figure of the law, under a name that formulas use."""
        self.values[name] = value

    def enter(self, line: str, formula: str, rule: Citable | None = None, text: str = "") -> None:
        """Fill a line in. Without a rule, what the worksheet itself says of the line is cited."""
        value = evaluate(formula, self.values)
        inputs = {name: exact(self.values[name]) for name in names(formula)}
        self.put(line, formula, value, rule, inputs, text)

    def put(
        self,
        line: str,
        formula: str,
        value: Fraction,
        rule: Citable | None,
        inputs: Mapping[str, str | int],
        text: str = "",
    ) -> None:
        """Fill a line in with a value that was looked up."""
        self.values[line] = value
        said = text or self._title(line)
        way = f"{formula} = " if _speaks_of_lines(formula) else ""
        sentence = f"{said}: {way}{show(line, value)}."
        cited = rule or self.law.line(_number(line))
        step = explain(cited, dict(inputs), exact(value), sentence)
        self.steps.append(LineStep(self.number, line, formula, step))

    def choose(
        self, rule: Citable, inputs: Mapping[str, str | int], output: str, text: str
    ) -> None:
        """Say which way a rule or a setting decided."""
        self.steps.append(LineStep(self.number, "", "", explain(rule, dict(inputs), output, text)))

    def look_up(self, line: str, income: str, children: int, setting: str, text: str = "") -> None:
        """Fill a line in from the table, at the income that stands under the name `income`.

        `setting` is the rule for incomes between two rows.
        """
        law, value = self.law, self.values[income]
        between = law.code(setting)
        found = law.amount(value, children, between)
        column = law.children_column(children)
        if found.above:
            self._above_top(income, value)
        if found.between:
            way = between.replace("_", " ")
            said = f"{money(value)} is between two rows of the table; taken: {way}."
            self.choose(law.rule(setting), {income: exact(value)}, between, said)
        inputs: dict[str, str | int] = {income: exact(value), "children": column}
        if found.upper is not None:
            inputs["upper_row"] = found.upper.id
        formula = f"table({income}, {column})"
        self.put(line, formula, found.amount, found.row, inputs, text)

    def _above_top(self, income: str, value: Fraction) -> None:
        rule = self.law.rule("guidelines.table.above_top")
        if rule.code() == "refuse":
            raise GuidelineError(
                "parents",
                f"{money(value)} for {income}",
                f"it is above the table's highest row, {self.law.top}: the amount is in the "
                f"court's discretion ({rule.citation})",
            )
        said = (
            f"Income of {money(value)} is above the table's highest row, {self.law.top}: the "
            "amount is in the court's discretion; the highest row is shown."
        )
        self.choose(rule, {income: exact(value)}, rule.code(), said)
        self.note(said)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _title(self, line: str) -> str:
        match = LINE.fullmatch(line)
        return f"{self.law.line(match[1]).text('title')} ({line})" if match else line


def _number(line: str) -> str:
    match = LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"{line!r} is no line of the form and needs a rule of its own")
    return match[1]


def _speaks_of_lines(formula: str) -> bool:
    """Whether people can read it: the form's lines and boxes only, no names of our own."""
    return not formula.startswith(("table(", "chart(")) and all(
        LINE.fullmatch(name) or name in BOXES for name in names(formula)
    )


def show(line: str, value: Fraction) -> str:
    """A value in a sentence: dollars, except on the form's lines of percents and days."""
    match = LINE.fullmatch(line)
    if match and match[1] in PERCENT_LINES:
        return f"{print_line(line, value)}%"
    if match and match[1] in DAY_LINES:
        return f"{print_line(line, value)} days"
    return money(value)


def print_line(line: str, value: Fraction) -> str:
    """A value as the form shows it: percent on lines 6 and 14, days on 13, else dollars."""
    match = LINE.fullmatch(line)
    number = match[1] if match else ""
    if number in DAY_LINES:
        return _plain(value)
    if number == "14":
        return _plain(value * 100)
    if number in PERCENT_LINES:
        return printed(value * 100, 4)
    return printed(value)


def _plain(value: Fraction) -> str:
    """As few places as are needed: `120`, `182.5`, `20.5`."""
    return printed(value, 2).rstrip("0").rstrip(".")
