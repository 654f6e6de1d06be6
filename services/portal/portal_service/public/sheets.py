"""The worksheet as a page: each line with both columns, how it comes about, and its source."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from childsupport.case.v1 import guideline_service_pb2 as pb
from portal_service.public.sheet_words import MEANINGS, RULES, TITLES
from web import saying
from web.i18n import N_
from web.visit import Visit

BOXES = frozenset({"I", "II", "III"})
PERCENT = frozenset({"6", "14"})
DAYS = frozenset({"13"})
COUNTS = frozenset({"children", "child_age", "minimum_days", "prior_born_children_at_home"})
OF_LINES = re.compile(r"(max|min|round|\d{1,2}[ABC]|I{1,3}|[0-9]+|[-+*/(), ])+")
_NAME = re.compile(r"^(?:ky|us)\.(.*?)(?:\.\d+)?$")
_NOT_BELOW_ZERO = re.compile(r"^max\((.*), 0\)$")
_SIGNS = str.maketrans({"*": "×", "-": "−", "/": "÷"})
_LINE_TEXT = re.compile(r"^(ky|us)\.guidelines\.worksheet\.(\d+)$")

YOU, THE_OTHER = N_("you"), N_("the other parent")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the worksheet, in words and figures."""

    number: str
    title: str
    a: str
    b: str
    c: str
    meaning: str
    how: Sequence[str]
    sources: Sequence[str]


@dataclass(frozen=True, slots=True)
class Decision:
    """A rule that decided something beside the lines."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet."""

    form: str
    children: int
    columns: tuple[str, str]
    rows: Sequence[Row]
    decisions: Sequence[Decision]
    payer: str
    cents: int


@dataclass(frozen=True, slots=True)
class Medical:
    """What each parent bears of the year's extraordinary medical costs."""

    total: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Result:
    """What the page shows. `payer`: "me", "other", or empty when nothing is owed."""

    payer: str
    cents: int
    on: object
    sheets: Sequence[Sheet]
    further: Sequence[Decision]
    medical: Medical | None


def result_of(visit: Visit, answer: pb.ComputeGuidelineResponse, *, i_am_a: bool) -> Result:
    """Lay an answer out for who asked. `i_am_a`: that person is column A of the first worksheet."""
    mine = "a" if i_am_a else "b"
    said = _Saying(visit, mine)
    ending = [one for one in answer.steps if _is_ending(one)]
    medical = None
    if answer.HasField("extraordinary_medical"):
        parts = {"a": answer.extraordinary_medical.a, "b": answer.extraordinary_medical.b}
        medical = Medical(
            said.dollars(answer.extraordinary_medical.total),
            said.dollars(parts[mine]),
            said.dollars(parts["b" if i_am_a else "a"]),
        )
    return Result(
        payer=said.who(answer.payer),
        cents=answer.obligation_cents,
        on=answer.effective_date,
        sheets=[
            said.sheet(sheet, [s for s in answer.steps if s.worksheet == n and s not in ending])
            for n, sheet in enumerate(answer.worksheets, start=1)
        ],
        further=said.decisions(ending, answer.worksheets[0]),
        medical=medical,
    )


def _is_ending(step: pb.GuidelineStep) -> bool:
    """Tell whether a step stands after the worksheets: coverage, medical costs, the difference."""
    rule = short(step.step.rule_id)
    return rule.startswith("medical.") or rule in {
        "guidelines.reasonable_cost.above",
        "guidelines.rounding",
        "guidelines.split_custody",
        "guidelines.minimum.split_custody",
    }


def short(rule_id: str) -> str:
    """Return a rule's name without its State, and a table's without the row."""
    found = _NAME.match(rule_id)
    return found[1] if found else rule_id


class _Saying:
    """Says lines and steps in the visitor's language."""

    def __init__(self, visit: Visit, mine: str) -> None:
        self._visit = visit
        self._mine = mine

    def who(self, column: str) -> str:
        """Return whose a column of the input is."""
        return "" if not column else "me" if column == self._mine else "other"

    def dollars(self, value: str) -> str:
        """Return a decimal or an exact fraction as money."""
        exact = Fraction(value) * 100
        cents = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
        return saying.money(-cents if exact < 0 else cents, self._visit.language)

    def column(self, letter: str, sheet: pb.GuidelineWorksheet) -> str:
        """Return a column's name with whose it is: Column A (you)."""
        whose = {"A": sheet.column_a, "B": sheet.column_b}[letter]
        person = self._visit.text(YOU if whose == self._mine else THE_OTHER)
        return self._visit.text(N_("Column %(letter)s (%(person)s)"), letter=letter, person=person)

    def sheet(self, sheet: pb.GuidelineWorksheet, steps: Sequence[pb.GuidelineStep]) -> Sheet:
        """Return a worksheet as it is shown."""
        by_line = {step.line: step for step in steps if step.line}
        beside = [
            s for s in steps if not s.line or s.line.rstrip("ABC") not in TITLES or _is_choice(s)
        ]
        return Sheet(
            form=sheet.form,
            children=sheet.children,
            columns=(self.column("A", sheet), self.column("B", sheet)),
            rows=list(self._rows(sheet, by_line)),
            decisions=self.decisions(beside, sheet),
            payer=self.who(sheet.payer),
            cents=sheet.obligation_cents,
        )

    def _rows(
        self, sheet: pb.GuidelineWorksheet, steps: Mapping[str, pb.GuidelineStep]
    ) -> Iterator[Row]:
        for number, title in TITLES.items():
            names = [number] if number in BOXES else [number + column for column in "ABC"]
            filled = [steps[name] for name in names if name in steps]
            if not filled:
                continue
            cells = [self._cell(number, name, sheet) for name in names]
            a, b, c = cells if len(cells) > 1 else ("", "", cells[0])
            how = dict.fromkeys(found for step in filled if (found := self._how(step)))
            yield Row(
                number=number,
                title=self._visit.text(title),
                a=a,
                b=b,
                c=c,
                meaning=self._visit.text(MEANINGS[number]),
                how=list(how),
                sources=list(dict.fromkeys(step.step.citation for step in filled)),
            )

    def _cell(self, number: str, name: str, sheet: pb.GuidelineWorksheet) -> str:
        value = (sheet.boxes if number in BOXES else sheet.lines).get(name, "")
        if not value:
            return ""
        if number in PERCENT:
            return f"{Decimal(value).normalize():f}%"
        return value if number in DAYS else self.dollars(value)

    def _how(self, step: pb.GuidelineStep) -> str:
        """Return the arithmetic, where it speaks of the form's own lines alone."""
        formula = step.formula
        if (
            not OF_LINES.fullmatch(formula)
            or formula.isdecimal()
            or not re.search("[ABCI]", formula)
        ):
            return ""
        floored = _NOT_BELOW_ZERO.match(formula)
        plain = (floored[1] if floored else formula).translate(_SIGNS)
        said = f"{step.line} = {plain}"
        return self._visit.text(N_("%(sum)s, not below zero"), sum=said) if floored else said

    def decisions(
        self, steps: Sequence[pb.GuidelineStep], sheet: pb.GuidelineWorksheet
    ) -> list[Decision]:
        """Return what rules decided, each once."""
        found = (
            Decision(self._decided(step, sheet), step.step.citation)
            for step in steps
            if not _says_nothing(step)
        )
        return list(dict.fromkeys(found))

    def _decided(self, step: pb.GuidelineStep, sheet: pb.GuidelineWorksheet) -> str:
        rule, result = short(step.step.rule_id), step.step.outputs.get("result", "")
        if rule == "guidelines.self_support":
            rule = f"{rule}.{result}"
        if rule.startswith("guidelines.worksheet"):
            rule = "guidelines.worksheet"
        message = RULES.get(rule)
        if message is None:
            return step.step.text
        values = {
            name.removesuffix("_a").removesuffix("_b"): value
            for name, value in step.step.inputs.items()
        }
        named = {n: v if n in COUNTS else self._shown(v) for n, v in values.items()}
        named["amount"] = next((named[n] for n in ("4B", "5C", "1A", "1B") if n in named), "")
        named["result"] = self._shown(result)
        named["column"] = self.column(_column_of(step), sheet)
        return self._visit.text(message, **named)

    def _shown(self, value: str) -> str:
        try:
            return self.dollars(value)
        except ValueError:
            return value


def _is_choice(step: pb.GuidelineStep) -> bool:
    """Tell whether another rule than the form's own made a line."""
    rule = short(step.step.rule_id)
    named = ("guidelines.worksheet", "guidelines.table", "guidelines.parenting_time")
    return bool(step.line) and rule not in named and not rule.startswith("guidelines.worksheet")


def _says_nothing(step: pb.GuidelineStep) -> bool:
    """Tell whether a step only passes a figure on that a line shows already."""
    rule = short(step.step.rule_id)
    if rule == "guidelines.minimum":
        return step.line == "under_reserve"
    if rule == "medical.extraordinary":
        return step.line != "extraordinary"
    if rule == "guidelines.self_employment":
        return not step.line.startswith("actual")
    return rule == "guidelines.table" or bool(_LINE_TEXT.match(step.step.rule_id))


def _column_of(step: pb.GuidelineStep) -> str:
    """Return the column that a step is about, by the names that it uses."""
    for name in (step.line, *step.step.inputs):
        if name.endswith(("_a", "A")):
            return "A"
        if name.endswith(("_b", "B")):
            return "B"
    return "B"
