"""Lines 5 to 12: the table amount, care and insurance, each parent's share, the reserve."""

from case_service.domain.guidelines.formulas import exact, money
from case_service.domain.guidelines.inputs import Paid
from case_service.domain.guidelines.law import ceiling
from case_service.domain.guidelines.sheet import Sheet

BETWEEN_ROWS = "guidelines.table.between_rows"
RESERVE_BETWEEN_ROWS = "guidelines.self_support.between_rows"
RESERVE_SHARE = "I + (8C + 9C) * 6B"


def enter_shares(sheet: Sheet) -> None:
    """Fill in lines 5 and 6."""
    sheet.enter("5C", "4A + 4B")
    if sheet["5C"]:
        sheet.enter("6A", "4A / 5C")
        sheet.enter("6B", "4B / 5C")
        return
    rule = sheet.law.rule("guidelines.share.no_income")
    for column in "AB":
        sheet.enter(f"6{column}", "1 / 2", rule, "Neither parent has income; equal shares")


def enter_shares_of_one(sheet: Sheet) -> None:
    """Fill in lines 5 and 6 where one parent has all the income, whatever the premium left."""
    sheet.enter("5C", "4A + 4B")
    rule = sheet.law.rule("guidelines.cs_71_1")
    gross_less = {c: sheet[f"1{c}"] - sheet[f"2{c}"] - sheet[f"3{c}"] for c in "AB"}
    for column in "AB":
        whole = "1" if gross_less[column] > 0 else "0"
        sheet.enter(f"6{column}", whole, rule, "Share of the combined income")


def reserve_applies(sheet: Sheet, children: int) -> bool:
    """Whether column B's income is within the self-support reserve (the shaded cells)."""
    row = sheet.law.self_support_row(children)
    within = sheet["4B"] <= ceiling(row)
    verdict = "within" if within else "above"
    text = (
        f"Column B's income of {money(sheet['4B'])} is {verdict} the self-support reserve's "
        f"highest income, {money(ceiling(row))}."
    )
    inputs: dict[str, str | int] = {
        "4B": exact(sheet["4B"]),
        "ceiling": exact(ceiling(row)),
        "children": sheet.law.children_column(children),
        "tested": sheet.law.code("guidelines.self_support.tested"),
    }
    sheet.choose(row, inputs, verdict, text)
    return within


def enter_costs(sheet: Sheet, paid_a: Paid, paid_b: Paid, *, premium_off_income: bool) -> None:
    """Fill in lines 8 and 9. On the CS-71.1 the premium came off income and is not entered."""
    for suffix, column, paid in (("_a", "A", paid_a), ("_b", "B", paid_b)):
        sheet.given(f"child_care_paid{suffix}", paid.child_care)
        sheet.enter(f"8{column}", f"child_care_paid{suffix}")
        sheet.given(f"cash_medical_paid{suffix}", paid.cash_medical)
        sheet.given(f"health_insurance_paid{suffix}", paid.health_insurance)
        insurance = f"health_insurance_paid{suffix} + cash_medical_paid{suffix}"
        if premium_off_income:
            rule = sheet.law.rule("guidelines.cs_71_1")
            sheet.enter(f"9{column}", f"cash_medical_paid{suffix}", rule, "Cash medical support")
        else:
            sheet.enter(f"9{column}", insurance)
    sheet.enter("8C", "8A + 8B")
    sheet.enter("9C", "9A + 9B")


def enter_amounts(sheet: Sheet, children: int, *, reserve: bool) -> None:
    """Look up box II, and box I where the reserve applies."""
    if reserve:
        sheet.look_up("I", "4B", children, RESERVE_BETWEEN_ROWS, "Self-support amount (box I)")
    sheet.look_up("II", "5C", children, BETWEEN_ROWS, "Combined amount (box II)")


def enter_division(sheet: Sheet, *, reserve: bool) -> None:
    """Fill in lines 7 and 10 to 12, under the reserve or by plain shares."""
    sheet.enter("7C", "I" if reserve else "II")
    sheet.enter("10C", "7C + 8C + 9C")
    sheet.enter("11A", "(II + 8C + 9C) * 6A" if reserve else "10C * 6A")
    sheet.enter("11B", RESERVE_SHARE if reserve else "10C * 6B")
    sheet.enter("12A", "11A - 8A - 9A")
    sheet.enter("12B", "11B - 8B - 9B")


def reserve_counts(sheet: Sheet) -> bool:
    """Whether the reserve's amount is taken where it is more than the plain share: a setting."""
    rule = sheet.law.rule("guidelines.self_support.lesser_of")
    plain, under = sheet["II"] * sheet["6B"], sheet["I"]
    if under <= plain:
        return True
    kept = not rule.flag()
    text = (
        f"The reserve's amount of {money(under)} is more than the plain share of "
        f"{money(plain)}; {'it is taken, as the form has it' if kept else 'the share is taken'}."
    )
    inputs = {"I": exact(under), "II": exact(sheet["II"]), "6B": exact(sheet["6B"])}
    sheet.choose(rule, inputs, "reserve" if kept else "plain_share", text)
    sheet.note(text)
    return kept
