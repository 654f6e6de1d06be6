"""Lines 13 to 17: the credit for the time that column B has the children (KRS 403.2122)."""

from fractions import Fraction

from case_service.domain.guidelines.basic import RESERVE_SHARE
from case_service.domain.guidelines.formulas import exact, money
from case_service.domain.guidelines.law import MINIMUM_DAYS
from case_service.domain.guidelines.sheet import Sheet

ASSISTANCE = "guidelines.parenting_time.none_with_assistance"
COMBINED = "guidelines.self_support.with_parenting_credit"
MINIMUM_RULE = "guidelines.minimum.with_parenting_credit"
DIRECT_RULE = "guidelines.minimum.direct_payments"


def enter_days(sheet: Sheet, days: Fraction, *, public_assistance: bool) -> bool:
    """Fill in lines 13 and 14; return whether there is a credit.

    Without one the worksheet ends as one without shared parenting does.
    """
    sheet.given("days_per_year_b", days)
    sheet.enter("13B", "days_per_year_b")
    _enter_percent(sheet, days, public_assistance=public_assistance)
    return bool(sheet["14B"])


def enter_credit(sheet: Sheet) -> None:
    """Fill in lines 15 and 16."""
    sheet.enter("III", "II", sheet.law.line("15"), "Shared-parenting amount (box III)")
    sheet.enter("15B", "14B * III")
    sheet.enter("16B", "12B - 15B")


def _enter_percent(sheet: Sheet, days: Fraction, *, public_assistance: bool) -> None:
    law = sheet.law
    row = law.credit_row(days)
    title = "Parenting-time percentage (14B)"
    if public_assistance:
        rule = law.rule(ASSISTANCE)
        if rule.flag():
            sheet.note("No parenting-time credit: the child receives public assistance.")
            sheet.enter("14B", "0", rule, title)
            return
        text = (
            "The child receives public assistance; whether that bars the credit on this day was "
            "not found, and the setting leaves it in."
        )
        sheet.choose(rule, {"child_receives_public_assistance": "yes"}, "credit", text)
        sheet.note(text)
    if row is None:
        least = law.rule(MINIMUM_DAYS)
        sheet.note(f"No parenting-time credit: fewer than {least.days()} days a year.")
        sheet.put(
            "14B",
            "0",
            Fraction(0),
            least,
            {"13B": exact(days), "minimum_days": least.days()},
            title,
        )
        return
    if days.denominator > 1 and row.text("days_to") != exact(days):
        half = law.rule("guidelines.parenting_time.half_day")
        sheet.choose(half, {"13B": exact(days)}, half.code(), "A half day is in the lower bracket.")
    percent = row.percent("credit")
    sheet.put("14B", "chart(13B)", percent, row, {"13B": exact(days)}, title)


def enter_result_without_credit(sheet: Sheet) -> None:
    """What is owed without shared parenting: 12B, at least the minimum. Below 0: A pays."""
    minimum = sheet.law.rule("guidelines.minimum")
    sheet.given("minimum", sheet.law.dollars(minimum.id))
    if sheet["12B"] >= sheet["minimum"]:
        sheet.enter("due_from_b", "12B", sheet.law.line("12"), "Owed by column B")
        return
    if sheet["12B"] < 0:
        direct = sheet.law.rule(DIRECT_RULE)
        said = (
            f"Column B's direct payments are more than its share, by {money(-sheet['12B'])}: "
            f"{direct.code()}."
        )
        sheet.choose(direct, {"12B": exact(sheet["12B"])}, direct.code(), said)
        sheet.note(said)
        if direct.code() == "column_a_pays":
            sheet.enter("due_from_b", "12B", direct, "Owed by column B (below 0: by column A)")
            return
    sheet.note(f"The least monthly support of {money(sheet['minimum'])} holds.")
    sheet.enter("due_from_b", "max(12B, minimum)", minimum, "Owed by column B")


def enter_result_with_credit(sheet: Sheet, *, reserve: bool) -> None:
    """What is owed with shared parenting: 16B, or 17B where that is less; below 0, A pays."""
    law = sheet.law
    minimum = law.rule("guidelines.minimum")
    sheet.given("minimum", law.dollars(minimum.id))
    if reserve:
        sheet.enter("17B", f"{RESERVE_SHARE} - 8B - 9B")
        least = "minimum" if law.code(DIRECT_RULE) == "minimum" else "0"
        sheet.enter("under_reserve", f"max(17B, {least})", minimum, "Owed under the reserve")
        if sheet["under_reserve"] < sheet["16B"]:
            rule = law.rule(COMBINED)
            title = "Owed by column B, the lesser of reserve and credit"
            sheet.enter("due_from_b", "min(16B, under_reserve)", rule, title)
            return
    floor = law.rule(MINIMUM_RULE)
    if 0 < sheet["16B"] < sheet["minimum"]:
        said = (
            f"The result is less than the least monthly support of {money(sheet['minimum'])}, "
            f"which {'holds' if floor.flag() else 'is not applied'} with a parenting-time credit."
        )
        inputs = {"16B": exact(sheet["16B"]), "minimum": exact(sheet["minimum"])}
        sheet.choose(floor, inputs, "minimum" if floor.flag() else "16B", said)
        sheet.note(said)
        if floor.flag():
            sheet.enter("due_from_b", "max(16B, minimum)", floor, "Owed by column B")
            return
    title = "Owed by column B (below 0: by column A)"
    sheet.enter("due_from_b", "16B", law.line("16"), title)
