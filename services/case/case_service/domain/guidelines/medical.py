"""Health coverage at reasonable cost, and extraordinary medical expenses (KRS 403.211(7), (9))."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from case_service.domain.guidelines.formulas import exact, money
from case_service.domain.guidelines.inputs import Column, MedicalExpense, Parent
from case_service.domain.guidelines.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Coverage:
    """A parent's coverage and cash medical support against the limit of reasonable cost."""

    who: Column
    limit: Fraction
    insurance: Fraction
    cash_medical: Fraction
    reasonable: bool


@dataclass(frozen=True, slots=True)
class Extraordinary:
    """Dollars a year above the threshold, by child and in all, and each parent's part."""

    by_child: dict[str, Fraction]
    total: Fraction
    share_a: Fraction
    share_b: Fraction


def compare_coverage(sheet: Sheet, who: Column, parent: Parent) -> Coverage:
    """Compare what a parent pays for coverage with the limit (5 percent of gross income)."""
    column = who.upper()
    rule = sheet.law.rule("medical.reasonable_cost")
    sheet.given("reasonable_share", rule.percent())
    limit = f"reasonable_cost_{who}"
    title = f"Reasonable cost of coverage for column {column}"
    sheet.enter(limit, f"1{column} * reasonable_share", rule, title)
    dearest = max(parent.health_insurance_paid, parent.cash_medical_paid)
    reasonable = dearest <= sheet[limit]
    if not reasonable:
        above = sheet.law.rule("guidelines.reasonable_cost.above")
        text = (
            f"Column {column} pays {money(dearest)} for coverage, above the reasonable cost of "
            f"{money(sheet[limit])}: it is entered as paid; cash medical support is to be "
            "ordered where no coverage is available at reasonable cost."
        )
        inputs = {"paid": exact(dearest), limit: exact(sheet[limit])}
        sheet.choose(above, inputs, above.code(), text)
        sheet.note(text)
    return Coverage(
        who, sheet[limit], parent.health_insurance_paid, parent.cash_medical_paid, reasonable
    )


def share_extraordinary(sheet: Sheet, expenses: Sequence[MedicalExpense]) -> Extraordinary | None:
    """Share what each child's unreimbursed cost of the year is above the threshold."""
    if not expenses:
        return None
    rule = sheet.law.rule("medical.extraordinary")
    sheet.given("threshold", sheet.law.dollars(rule.id))
    names = []
    for number, expense in enumerate(expenses, start=1):
        sheet.given(f"unreimbursed_{number}", expense.unreimbursed_in_year)
        names.append(f"extraordinary_{number}")
        title = f"Extraordinary expenses of child {number}"
        sheet.enter(names[-1], f"max(unreimbursed_{number} - threshold, 0)", rule, title)
    sheet.enter("extraordinary", " + ".join(names), rule, "Extraordinary expenses of the year")
    for column in "AB":
        title = f"Column {column}'s part of them"
        sheet.enter(f"extraordinary_{column.lower()}", f"extraordinary * 6{column}", rule, title)
    return Extraordinary(
        {e.child: sheet[name] for e, name in zip(expenses, names, strict=True)},
        sheet["extraordinary"],
        sheet["extraordinary_a"],
        sheet["extraordinary_b"],
    )
