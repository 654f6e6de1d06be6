"""From the JSON object of the command and the RPC to the input of a worksheet."""

import re
from datetime import date
from typing import Literal

from case_service.domain.guidelines.errors import GuidelineError
from case_service.domain.guidelines.fields import Fields
from case_service.domain.guidelines.formulas import exact
from case_service.domain.guidelines.inputs import (
    Deviation,
    GuidelineInput,
    MedicalExpense,
    Paid,
    Parent,
    PotentialIncome,
    SelfEmployment,
    SplitCustody,
)

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
CHILDREN_MAX = 20
EXPENSES_MAX = 20
GROUNDS_MAX = 10
AGE_MAX = 20
DAYS_IN_LONGEST_YEAR = 366
NAME_CHARACTERS_MAX = 100
FINDING_CHARACTERS_MAX = 2000

_TOP = ("effective_date", "children", "shared_parenting", "parents")
_TOP_OPTIONAL = (
    "child_receives_public_assistance",
    "split_custody",
    "extraordinary_medical",
    "deviation",
)
_PARENT = (
    "gross_monthly",
    "maintenance_paid",
    "prior_born_support",
    "child_care_paid",
    "health_insurance_paid",
    "days_per_year",
)
_PARENT_OPTIONAL = (
    "cash_medical_paid",
    "public_assistance_in_gross",
    "prior_born_children_at_home",
    "self_employment",
    "potential_income",
)
_SELF_EMPLOYMENT = ("gross_receipts", "necessary_expenses", "straight_line_depreciation")
_PAID = ("child_care_paid", "health_insurance_paid", "cash_medical_paid")
_DEVIATION = ("grounds", "finding", "finding_form", "monthly_amount", "payer")


def read_input(raw: object) -> GuidelineInput:
    """Read and check one input. Raises GuidelineError for the first field that breaks a rule."""
    top = Fields("", raw, _TOP, _TOP_OPTIONAL)
    parents = top.child("parents", ("a", "b"), ())
    given = GuidelineInput(
        effective_date=_date(top, "effective_date"),
        children=top.whole("children", 1, CHILDREN_MAX),
        shared_parenting=top.flag("shared_parenting"),
        a=_parent(parents, "a"),
        b=_parent(parents, "b"),
        child_receives_public_assistance=top.flag("child_receives_public_assistance"),
        split_custody=_split(top),
        extraordinary_medical=_expenses(top),
        deviation=_deviation(top),
    )
    _check_columns(given)
    _check_split(given)
    return given


def _date(fields: Fields, key: str) -> date:
    value = fields.raw[key]
    rule = "expected a date such as 2025-03-01"
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise fields.error(key, rule)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise fields.error(key, rule) from None


def _parent(parents: Fields, key: str) -> Parent:
    fields = parents.child(key, _PARENT, _PARENT_OPTIONAL)
    parent = Parent(
        gross_monthly=fields.dollars("gross_monthly"),
        maintenance_paid=fields.dollars("maintenance_paid"),
        prior_born_support=fields.dollars("prior_born_support"),
        child_care_paid=fields.dollars("child_care_paid"),
        health_insurance_paid=fields.dollars("health_insurance_paid"),
        days_per_year=fields.days("days_per_year"),
        cash_medical_paid=fields.dollars("cash_medical_paid"),
        public_assistance_in_gross=fields.dollars("public_assistance_in_gross"),
        prior_born_children_at_home=fields.whole("prior_born_children_at_home", 0, CHILDREN_MAX)
        if fields.has("prior_born_children_at_home")
        else 0,
        self_employment=_self_employment(fields),
        potential_income=_potential(fields),
    )
    if parent.public_assistance_in_gross > parent.gross_monthly:
        raise fields.error(
            "public_assistance_in_gross", "it is a part of gross_monthly and cannot be above it"
        )
    return parent


def _self_employment(parent: Fields) -> SelfEmployment | None:
    if not parent.has("self_employment"):
        return None
    fields = parent.child("self_employment", _SELF_EMPLOYMENT, ())
    return SelfEmployment(*(fields.dollars(key) for key in _SELF_EMPLOYMENT))


def _potential(parent: Fields) -> PotentialIncome | None:
    if not parent.has("potential_income"):
        return None
    fields = parent.child(
        "potential_income", ("monthly",), ("incarcerated", "youngest_child_cared_for_age")
    )
    age = "youngest_child_cared_for_age"
    return PotentialIncome(
        monthly=fields.dollars("monthly"),
        incarcerated=fields.flag("incarcerated"),
        youngest_child_cared_for_age=fields.whole(age, 0, AGE_MAX) if fields.has(age) else None,
    )


def _split(top: Fields) -> SplitCustody | None:
    if not top.has("split_custody"):
        return None
    fields = top.child("split_custody", ("children_with_b", "a", "b"), ())
    paid = [_paid(fields.child(key, (), _PAID)) for key in ("a", "b")]
    return SplitCustody(fields.whole("children_with_b", 1, CHILDREN_MAX), paid[0], paid[1])


def _paid(fields: Fields) -> Paid:
    return Paid(*(fields.dollars(key) for key in _PAID))


def _expenses(top: Fields) -> tuple[MedicalExpense, ...]:
    expenses: list[MedicalExpense] = []
    for number, raw in enumerate(top.items("extraordinary_medical", EXPENSES_MAX)):
        path = f"extraordinary_medical[{number}]"
        fields = Fields(path, raw, ("child", "unreimbursed_in_year"), ())
        child = fields.text("child", NAME_CHARACTERS_MAX)
        if any(child == known.child for known in expenses):
            raise fields.error("child", "each child stands once, with the sum of the calendar year")
        expenses.append(MedicalExpense(child, fields.dollars("unreimbursed_in_year")))
    return tuple(expenses)


def _deviation(top: Fields) -> Deviation | None:
    if not top.has("deviation"):
        return None
    fields = top.child("deviation", _DEVIATION, ("title_iv_a_assistance",))
    grounds: list[str] = []
    for raw in fields.items("grounds", GROUNDS_MAX):
        if not isinstance(raw, str) or raw in grounds:
            raise fields.error("grounds", "expected the letters of KRS 403.211(3), each once")
        grounds.append(raw)
    payer: Literal["a", "b"] = "a" if fields.choice("payer", ("a", "b")) == "a" else "b"
    return Deviation(
        grounds=tuple(grounds),
        finding=fields.text("finding", FINDING_CHARACTERS_MAX),
        finding_form=fields.choice("finding_form", ("written", "on_record")),
        monthly_amount=fields.dollars("monthly_amount"),
        payer=payer,
        title_iv_a_assistance=fields.flag("title_iv_a_assistance"),
    )


def _check_columns(given: GuidelineInput) -> None:
    """Equal days are decided by income, once line 1 is known."""
    days_a, days_b = given.a.days_per_year, given.b.days_per_year
    if days_b > days_a:
        raise GuidelineError(
            "parents.b.days_per_year",
            f"{exact(days_b)} days, above column A's {exact(days_a)}",
            "column A of the CS-71 is the parent with more days: swap a and b",
        )
    if days_a + days_b > DAYS_IN_LONGEST_YEAR:
        raise GuidelineError(
            "parents.a.days_per_year",
            f"{exact(days_a)} days beside column B's {exact(days_b)}",
            "both parents' days together cannot be more than a year has",
        )


def _check_split(given: GuidelineInput) -> None:
    split = given.split_custody
    if split is None:
        return
    if split.children_with_b >= given.children:
        raise GuidelineError(
            "split_custody.children_with_b",
            split.children_with_b,
            f"some of the {given.children} children must live with column A",
        )
    if given.shared_parenting:
        raise GuidelineError(
            "shared_parenting",
            "true",
            "no rule was found that joins parenting-time credit and split custody; the court must "
            "say how",
        )
    for key, parent, paid in (("a", given.a, split.paid_by_a), ("b", given.b, split.paid_by_b)):
        for name, part, whole in (
            ("child_care_paid", paid.child_care, parent.child_care_paid),
            ("health_insurance_paid", paid.health_insurance, parent.health_insurance_paid),
            ("cash_medical_paid", paid.cash_medical, parent.cash_medical_paid),
        ):
            if part > whole:
                raise GuidelineError(
                    f"split_custody.{key}.{name}",
                    exact(part),
                    f"it is a part of parents.{key}.{name} and cannot be above it",
                )
