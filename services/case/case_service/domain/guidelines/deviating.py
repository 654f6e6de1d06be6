"""A deviation from the guidelines: its grounds, and the finding that it needs (KRS 403.211(3))."""

from case_service.domain.guidelines.errors import GuidelineError
from case_service.domain.guidelines.formulas import money
from case_service.domain.guidelines.inputs import Deviation
from case_service.domain.guidelines.sheet import Sheet

ABOVE_TABLE = "e"
AGREEMENT = "f"


def enter_deviation(sheet: Sheet, deviation: Deviation) -> None:
    """Take the court's amount as `due_from_b`. Raises GuidelineError for grounds that are none."""
    law = sheet.law
    if not deviation.grounds:
        raise GuidelineError(
            "deviation.grounds", "none", "a deviation needs a ground of KRS 403.211(3)(a) to (g)"
        )
    for letter in deviation.grounds:
        row = law.ground(letter)
        _check_ground(sheet, deviation, letter)
        sheet.choose(row, {"ground": letter}, "deviation", f"Ground: {row.text('title')}.")
    finding = law.rule("guidelines.deviation.finding_required")
    form = "written" if deviation.finding_form == "written" else "on the record"
    sheet.choose(
        finding,
        {"finding": deviation.finding, "finding_form": deviation.finding_form},
        "found",
        f"The court's finding, {form}: {deviation.finding}",
    )
    sheet.given("ordered", deviation.monthly_amount)
    formula = "ordered" if deviation.payer == "b" else "-ordered"
    sheet.enter("due_from_b", formula, finding, "Ordered instead of the guidelines' amount")
    sheet.note(
        f"The court deviates from the guidelines: {money(deviation.monthly_amount)} a month."
    )


def _check_ground(sheet: Sheet, deviation: Deviation, letter: str) -> None:
    law = sheet.law
    if letter == ABOVE_TABLE and not law.is_above_top(sheet["5C"]):
        raise GuidelineError(
            "deviation.grounds",
            f"'{letter}' with a combined income of {money(sheet['5C'])}",
            f"{law.ground(letter).citation} needs a combined income above the table's {law.top}",
        )
    barred = law.rule("guidelines.deviation.no_agreement_with_iv_a")
    if letter == AGREEMENT and deviation.title_iv_a_assistance and barred.flag():
        raise GuidelineError(
            "deviation.grounds",
            f"'{letter}' while Title IV-A assistance is paid",
            f"the parents' agreement is then no ground ({barred.citation})",
        )
