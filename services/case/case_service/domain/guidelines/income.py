"""Lines 1 to 4: a parent's income, and what comes off it (KRS 403.212(3))."""

from fractions import Fraction

from case_service.domain.guidelines.errors import GuidelineError
from case_service.domain.guidelines.formulas import exact, money
from case_service.domain.guidelines.inputs import ZERO, Column, Parent, SelfEmployment
from case_service.domain.guidelines.sheet import Sheet

BETWEEN_ROWS = "guidelines.table.between_rows"


def enter_income(sheet: Sheet, column: Column, who: Column, parent: Parent) -> None:
    """Fill in lines 1 to 3 of a column. `who` is whose input it is (the other in the second
    worksheet of split custody); errors name it.
    """
    line, suffix = column.upper(), f"_{column}"
    actual = f"gross_monthly{suffix}"
    sheet.given(actual, parent.gross_monthly)
    if parent.public_assistance_in_gross:
        sheet.given(f"public_assistance{suffix}", parent.public_assistance_in_gross)
        formula = f"{actual} - public_assistance{suffix}"
        actual = f"countable{suffix}"
        rule = sheet.law.rule("guidelines.excluded_income")
        sheet.enter(actual, formula, rule, "Income without means-tested assistance")
    if parent.self_employment is not None:
        actual = _add_self_employment(sheet, suffix, actual, parent.self_employment)
    sheet.enter(f"1{line}", _with_potential(sheet, suffix, who, parent, actual))
    sheet.given(f"maintenance_paid{suffix}", parent.maintenance_paid)
    sheet.enter(f"2{line}", f"maintenance_paid{suffix}")
    sheet.given(f"prior_born_support{suffix}", parent.prior_born_support)
    sheet.enter(f"3{line}", _prior_born(sheet, suffix, line, parent))


def enter_adjusted(sheet: Sheet, premium: Fraction) -> bool:
    """Fill in line 4; return whether one parent has all the income (CS-71.1).

    That parent's income is then lowered by the whole `premium` for the children.
    """
    left = {c: sheet[f"1{c}"] - sheet[f"2{c}"] - sheet[f"3{c}"] for c in "AB"}
    earning = [column for column in "AB" if left[column] > ZERO]
    alone = earning[0] if len(earning) == 1 else ""
    for column in "AB":
        formula = f"max(1{column} - 2{column} - 3{column}, 0)"
        if column == alone and premium:
            sheet.given("whole_premium", premium)
            formula = f"max(1{column} - 2{column} - 3{column} - whole_premium, 0)"
            sheet.enter(f"4{column}", formula, sheet.law.rule("guidelines.cs_71_1"))
        else:
            sheet.enter(f"4{column}", formula)
    return bool(alone)


def _add_self_employment(sheet: Sheet, suffix: str, actual: str, own: SelfEmployment) -> str:
    parts = {
        f"receipts{suffix}": own.gross_receipts,
        f"expenses{suffix}": own.necessary_expenses,
        f"depreciation{suffix}": own.straight_line_depreciation,
    }
    for name, value in parts.items():
        sheet.given(name, value)
    net = f"self_employment{suffix}"
    receipts, expenses, depreciation = parts
    rule = sheet.law.rule("guidelines.self_employment")
    formula = f"{receipts} - {expenses} - {depreciation}"
    sheet.enter(net, formula, rule, "Income from self-employment")
    if sheet[net] < 0:
        loss = sheet.law.rule("guidelines.self_employment.loss")
        counted = net if loss.code() == "reduces_income" else f"max({net}, 0)"
        net = f"self_employment_counted{suffix}"
        sheet.enter(net, counted, loss, "What the loss counts as")
    total = f"actual{suffix}"
    sheet.enter(total, f"max({actual} + {net}, 0)", rule, "Actual gross income")
    return total


def _with_potential(sheet: Sheet, suffix: str, who: Column, parent: Parent, actual: str) -> str:
    """Name what goes on line 1: actual income, or potential income where it may be imputed."""
    potential = parent.potential_income
    if potential is None:
        return actual
    if potential.monthly < sheet[actual]:
        raise GuidelineError(
            f"parents.{who}.potential_income.monthly",
            exact(potential.monthly),
            f"it is below the actual income of {money(sheet[actual])}: nothing is imputed to a "
            "parent who earns as much (KRS 403.212(3)(a))",
        )
    inputs = {f"potential{suffix}": exact(potential.monthly), actual: exact(sheet[actual])}
    incarcerated = sheet.law.rule("guidelines.imputation.not_incarcerated")
    if potential.incarcerated and incarcerated.flag():
        text = "No income is imputed: the parent is incarcerated."
        sheet.choose(incarcerated, inputs | {"incarcerated": "yes"}, "actual_income", text)
        return actual
    age = potential.youngest_child_cared_for_age
    young = sheet.law.rule("guidelines.imputation.child_age_max")
    if age is not None and age <= young.count():
        text = f"No income is imputed: the parent cares for a child of {age}."
        sheet.choose(young, inputs | {"child_age": age}, "actual_income", text)
        return actual
    name = f"imputed{suffix}"
    sheet.given(f"potential{suffix}", potential.monthly)
    rule = sheet.law.rule("guidelines.imputation")
    sheet.enter(name, f"max({actual}, potential{suffix})", rule, "Potential income")
    return name


def _prior_born(sheet: Sheet, suffix: str, line: str, parent: Parent) -> str:
    paid = f"prior_born_support{suffix}"
    if not parent.prior_born_children_at_home:
        return paid
    rule = sheet.law.rule("guidelines.prior_born_imputed")
    children = parent.prior_born_children_at_home
    sheet.choose(
        rule,
        {"prior_born_children_at_home": children},
        rule.code(),
        f"Support imputed for {children} prior-born at home: {rule.code()}.",
    )
    if rule.code() == "not_deducted":
        return paid
    imputed = f"imputed_prior_born{suffix}"
    sheet.look_up(imputed, f"1{line}", children, BETWEEN_ROWS, "Imputed prior-born support")
    return f"{paid} + {imputed}"
