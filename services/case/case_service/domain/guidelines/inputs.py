"""What a worksheet is computed from: exact dollars a month unless the name says else."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

ZERO = Fraction(0)

Column = Literal["a", "b"]


@dataclass(frozen=True, slots=True)
class SelfEmployment:
    """KRS 403.212(3)(c). Expenses are the ordinary and necessary ones."""

    gross_receipts: Fraction
    necessary_expenses: Fraction
    straight_line_depreciation: Fraction


@dataclass(frozen=True, slots=True)
class PotentialIncome:
    """What the court finds that an unemployed or underemployed parent could earn."""

    monthly: Fraction
    incarcerated: bool
    youngest_child_cared_for_age: int | None


@dataclass(frozen=True, slots=True)
class Parent:
    """One column of the worksheet. `gross_monthly` holds no self-employment."""

    gross_monthly: Fraction
    maintenance_paid: Fraction
    prior_born_support: Fraction
    child_care_paid: Fraction
    health_insurance_paid: Fraction
    days_per_year: Fraction
    cash_medical_paid: Fraction = ZERO
    public_assistance_in_gross: Fraction = ZERO
    prior_born_children_at_home: int = 0
    self_employment: SelfEmployment | None = None
    potential_income: PotentialIncome | None = None


@dataclass(frozen=True, slots=True)
class Paid:
    """What one parent pays for children of one worksheet."""

    child_care: Fraction
    health_insurance: Fraction
    cash_medical: Fraction


@dataclass(frozen=True, slots=True)
class SplitCustody:
    """The children who live with column B, and what either parent pays for them."""

    children_with_b: int
    paid_by_a: Paid
    paid_by_b: Paid


@dataclass(frozen=True, slots=True)
class MedicalExpense:
    """A child's unreimbursed medical cost of a calendar year."""

    child: str
    unreimbursed_in_year: Fraction


@dataclass(frozen=True, slots=True)
class Deviation:
    """What the court orders instead, why, and its finding."""

    grounds: tuple[str, ...]
    finding: str
    finding_form: str
    monthly_amount: Fraction
    payer: Column
    title_iv_a_assistance: bool


@dataclass(frozen=True, slots=True)
class GuidelineInput:
    """All that one computation takes. `a` and `b` are the form's columns."""

    effective_date: date
    children: int
    shared_parenting: bool
    a: Parent
    b: Parent
    child_receives_public_assistance: bool = False
    split_custody: SplitCustody | None = None
    extraordinary_medical: tuple[MedicalExpense, ...] = ()
    deviation: Deviation | None = None
