"""The worksheet as a form: its lines in order, every column, and the rules that stand behind them.

For people: the command's table and the PDF show the same.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from case_service.domain.guidelines.computing import GuidelineResult, in_words
from case_service.domain.guidelines.formulas import money
from case_service.domain.guidelines.sheet import LineStep, show
from case_service.domain.guidelines.worksheet import Worksheet, owed_cents
from policy import dollars

COLUMNS = "ABC"
LAST_LINE = 17
NOT_ON_THIS_FORM = "—"
BOX_TITLES = {
    "I": "Self-support reserve: the table at column B's income alone",
    "II": "The table at the combined income",
    "III": "Shared parenting: the table amount that the credit is a percentage of",
}


@dataclass(frozen=True, slots=True)
class FormLine:
    """A line of the form: cells as shown, a dash where this computation leaves one empty."""

    number: str
    title: str
    a: str
    b: str
    c: str
    citation: str


@dataclass(frozen=True, slots=True)
class FormSheet:
    """One worksheet: its head, boxes I to III (title and amount), lines, and what it comes to."""

    heading: str
    columns: tuple[str, str]
    boxes: tuple[tuple[str, str, str], ...]
    lines: tuple[FormLine, ...]
    result: str


@dataclass(frozen=True, slots=True)
class CitedRule:
    """A rule or setting that decided something beside the lines."""

    rule: str
    citation: str
    text: str


@dataclass(frozen=True, slots=True)
class Form:
    """Everything that is shown of a result, in words and printed figures."""

    title: str
    head: tuple[tuple[str, str], ...]
    sheets: tuple[FormSheet, ...]
    result: str
    guideline: str
    further: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    rules: tuple[CitedRule, ...]
    checksum: str

    def content(self) -> dict[str, object]:
        """Plain JSON values for the template."""
        return asdict(self)


def make_form(result: GuidelineResult) -> Form:
    """Lay a result out for people."""
    given = result.given
    deviates = given.deviation is not None
    return Form(
        title="Worksheet for monthly child support obligation",
        head=(
            ("Day for which the law is taken", given.effective_date.isoformat()),
            ("Children", str(given.children)),
            ("Shared parenting time", "yes" if given.shared_parenting else "no"),
            ("Split custody", "yes" if given.split_custody else "no"),
            ("Form", " and ".join(dict.fromkeys(sheet.form for sheet in result.worksheets))),
        ),
        sheets=tuple(_sheet(sheet, result) for sheet in result.worksheets),
        result=in_words(result.owed),
        guideline=f"By the guidelines alone: {in_words(result.guideline)}" if deviates else "",
        further=tuple(_further(result)),
        notes=result.notes,
        rules=tuple(_rules(result)),
        checksum=result.policy_checksum,
    )


def _sheet(worksheet: Worksheet, result: GuidelineResult) -> FormSheet:
    payer, cents = owed_cents(worksheet)
    owes = f"Parent {payer.upper()} owes {dollars(cents)}." if payer else "Nobody owes anything."
    steps = [s for s in result.steps if s.worksheet == worksheet.number and s.line]
    own = {step.line: step for step in steps}
    children = f"{worksheet.children} {'child' if worksheet.children == 1 else 'children'}"
    name = f"{worksheet.form}, {children}"
    if len(result.worksheets) > 1:
        name += f", mainly with Parent {worksheet.column_a.upper()}"
    return FormSheet(
        heading=name,
        columns=(
            f"A (Parent {worksheet.column_a.upper()})",
            f"B (Parent {worksheet.column_b.upper()})",
        ),
        boxes=tuple(
            (
                box,
                title,
                money(worksheet.values[box]) if box in worksheet.values else NOT_ON_THIS_FORM,
            )
            for box, title in BOX_TITLES.items()
        ),
        lines=tuple(_line(str(number), worksheet, own) for number in range(1, LAST_LINE + 1)),
        result=owes,
    )


def _line(number: str, worksheet: Worksheet, steps: Mapping[str, LineStep]) -> FormLine:
    cells = [f"{number}{column}" for column in COLUMNS]
    shown = [
        show(line, worksheet.values[line]) if line in worksheet.values else "" for line in cells
    ]
    citations = [steps[line].step.citation for line in cells if line in steps]
    if not citations:
        shown = ["", NOT_ON_THIS_FORM, ""]
    return FormLine(
        number=number,
        title=worksheet.titles[number],
        a=shown[0],
        b=shown[1],
        c=shown[2],
        citation="; ".join(dict.fromkeys(citations)),
    )


def _further(result: GuidelineResult) -> list[tuple[str, str]]:
    rows = []
    for coverage in result.coverage:
        verdict = "within" if coverage.reasonable else "above"
        paid = f"insurance {money(coverage.insurance)}, cash medical {money(coverage.cash_medical)}"
        text = f"{paid}: {verdict} the reasonable cost of {money(coverage.limit)} a month"
        rows.append((f"Health coverage, Parent {coverage.who.upper()}", text))
    if result.extraordinary is not None:
        e = result.extraordinary
        text = f"{money(e.total)} a year: Parent A {money(e.share_a)}, Parent B {money(e.share_b)}"
        rows.append(("Extraordinary medical expenses", text))
    if result.given.deviation is not None:
        grounds = ", ".join(f"({letter})" for letter in result.given.deviation.grounds)
        rows.append((f"Deviation, KRS 403.211(3){grounds}", result.given.deviation.finding))
    return rows


def _rules(result: GuidelineResult) -> list[CitedRule]:
    """Every rule that was applied, once, but for those of the lines themselves."""
    found: dict[str, CitedRule] = {}
    for step in result.steps:
        rule = step.step.rule_id
        if ".worksheet." not in rule:
            found.setdefault(rule, CitedRule(rule, step.step.citation, step.step.text))
    return list(found.values())
