"""One whole worksheet: CS-71, or CS-71.1 where one parent has all the income."""

from dataclasses import dataclass
from fractions import Fraction

from case_service.domain.guidelines import basic, parenting
from case_service.domain.guidelines.errors import GuidelineError
from case_service.domain.guidelines.formulas import exact, printed, to_cents
from case_service.domain.guidelines.income import enter_adjusted, enter_income
from case_service.domain.guidelines.inputs import Column, Paid, Parent
from case_service.domain.guidelines.law import GuidelineLaw
from case_service.domain.guidelines.sheet import LINE, LineStep, Sheet, print_line

CS_71 = "CS-71"
CS_71_1 = "CS-71.1"


@dataclass(frozen=True, slots=True)
class Side:
    """A column of one worksheet: whose it is, and what that parent pays for its children."""

    who: Column
    parent: Parent
    paid: Paid


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A worksheet filled in.

    `values`: exact, by line. `due_from_b`: what column B owes, below 0 what column A owes.
    `column_a`, `column_b`: whose the columns are. `titles`: of the form's lines, by number.
    `reserve`: B is within the self-support reserve. `credited`: parenting time is credited.
    """

    form: str
    number: int
    children: int
    column_a: Column
    column_b: Column
    titles: dict[str, str]
    values: dict[str, Fraction]
    reserve: bool
    credited: bool
    due_from_b: Fraction
    steps: tuple[LineStep, ...]
    notes: tuple[str, ...]

    def lines(self) -> dict[str, str]:
        """The form's lines in its order, as it shows them; empty ones are not there."""
        numbers = [LINE.fullmatch(line) for line in self.values]
        order = sorted((int(m[1]), m[2], m[0]) for m in numbers if m)
        return {line: print_line(line, self.values[line]) for _, _, line in order}

    def boxes(self) -> dict[str, str]:
        """Boxes I to III beside line 7, as far as they are filled in."""
        return {box: printed(self.values[box]) for box in ("I", "II", "III") if box in self.values}


@dataclass(frozen=True, slots=True)
class Sharing:
    """Column B's days, and whether the child receives public assistance."""

    days: Fraction
    public_assistance: bool


def fill_in(
    law: GuidelineLaw,
    a: Side,
    b: Side,
    children: int,
    sharing: Sharing | None,
    *,
    number: int = 1,
    ordered_columns: bool = True,
) -> Worksheet:
    """Fill a worksheet in. `sharing` is None without shared parenting.

    Raises GuidelineError where the columns are the wrong way round at equal days
    (if `ordered_columns`), or where the law of the day is not in the data.
    """
    sheet = Sheet(law, number)
    if sharing is not None:
        law.credit_row(sharing.days)
    enter_income(sheet, "a", a.who, a.parent)
    enter_income(sheet, "b", b.who, b.parent)
    if ordered_columns:
        _check_greater_income(sheet, a.parent, b.parent)
    premium = a.paid.health_insurance + b.paid.health_insurance
    alone = enter_adjusted(sheet, premium)
    if alone:
        basic.enter_shares_of_one(sheet)
    else:
        basic.enter_shares(sheet)
    reserve = basic.reserve_applies(sheet, children)
    basic.enter_amounts(sheet, children, reserve=reserve)
    basic.enter_costs(sheet, a.paid, b.paid, premium_off_income=alone)
    reserve = reserve and basic.reserve_counts(sheet)
    credit = sharing is not None and parenting.enter_days(
        sheet, sharing.days, public_assistance=sharing.public_assistance
    )
    basic.enter_division(sheet, reserve=reserve and not credit)
    if sharing is not None:
        parenting.enter_credit(sheet)
    if credit:
        parenting.enter_result_with_credit(sheet, reserve=reserve)
    else:
        parenting.enter_result_without_credit(sheet)
    return Worksheet(
        form=CS_71_1 if alone else CS_71,
        number=number,
        children=children,
        column_a=a.who,
        column_b=b.who,
        titles=law.line_titles(),
        values=sheet.values,
        reserve=reserve,
        credited=credit,
        due_from_b=sheet["due_from_b"],
        steps=tuple(sheet.steps),
        notes=tuple(sheet.notes),
    )


def owed_cents(worksheet: Worksheet) -> tuple[Column | None, int]:
    """Who pays by this worksheet alone, and how much, rounded to the cent."""
    cents = to_cents(abs(worksheet.due_from_b))
    if not cents:
        return None, 0
    return (worksheet.column_b if worksheet.due_from_b > 0 else worksheet.column_a), cents


def _check_greater_income(sheet: Sheet, a: Parent, b: Parent) -> None:
    if a.days_per_year == b.days_per_year and sheet["1A"] > sheet["1B"]:
        raise GuidelineError(
            "parents.b.gross_monthly",
            f"{exact(sheet['1B'])} on line 1, below column A's {exact(sheet['1A'])}",
            "at equal days column B of the CS-71 is the parent with the greater gross income: "
            "swap a and b",
        )
