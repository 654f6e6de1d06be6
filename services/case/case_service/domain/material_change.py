"""Whether the guidelines come to something so different that the order is to be changed.

KRS 403.213(2): a change of fifteen percent or more in the support due per month is presumed to be
material, a smaller one is presumed not to be. Which figure of the worksheet is compared, and what
the change is measured against, are dated settings of the policy. A child's need for health care is
ground enough whatever the percentage (45 CFR 303.8(d)).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from case_service.domain.guidelines import GuidelineResult
from case_service.domain.guidelines.formulas import printed, to_cents
from case_service.domain.guidelines.inputs import Column
from case_service.domain.guidelines.worksheet import Worksheet
from case_service.domain.model import Order
from case_service.domain.orders.terms import monthly_on, terms_of
from policy import Policy, Step, explain

WHOLE_OBLIGATION: Final = "whole_obligation"
BASE_SUPPORT: Final = "base_support"
GUIDELINE_AMOUNT: Final = "guideline_amount"

ORDERED_TYPES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        WHOLE_OBLIGATION: frozenset({"child", "child_care", "medical"}),
        BASE_SUPPORT: frozenset({"child"}),
    }
)
"""By figure: the obligations of the order that stand against it."""


@dataclass(frozen=True, slots=True)
class MaterialChange:
    """What the comparison came to. `guideline_cents` below 0: the other parent would owe."""

    figure: str
    ordered_cents: int
    guideline_cents: int
    change: Fraction | None
    """Share of what it is measured against; None where that is nothing."""
    presumed_material: bool
    health_care_need: bool
    steps: tuple[Step, ...]

    @property
    def indicated(self) -> bool:
        """There is reason to change the order."""
        return self.presumed_material or self.health_care_need

    def percent(self) -> str:
        """The change in percent, two places, cut: 14.999 never reads as 15."""
        if self.change is None:
            return ""
        hundredths = self.change.numerator * 10_000 // self.change.denominator
        return printed(Fraction(hundredths, 100))


def compared_figure(law: Policy, on: date) -> str:
    """Return which figure is compared."""
    return law.code("modification.compared_figure", on)


def ordered_monthly(order: Order, figure: str, on: date) -> int:
    """Return what the order comes to a month on a day, in cents, as far as the figure counts it."""
    return sum(
        monthly_on(terms_of(one), on)
        for one in order.obligations
        if one.support_type in ORDERED_TYPES[figure]
    )


def guideline_monthly(result: GuidelineResult, obligor: Column, figure: str) -> int:
    """Return what the obligor would owe by the guidelines, in cents; below 0 he would be owed."""
    if figure == BASE_SUPPORT:
        return to_cents(_base(result.worksheets, obligor))
    cents = result.guideline.amount_cents
    return cents if result.guideline.payer in {obligor, None} else -cents


def _base(sheets: Sequence[Worksheet], obligor: Column) -> Fraction:
    """The obligor's share of line 7; in split custody less the other's for his own children."""
    if len(sheets) == 1:
        return _share_of_line_7(sheets[0], "B" if sheets[0].column_b == obligor else "A")
    shares = [(sheet.column_b == obligor, _share_of_line_7(sheet, "B")) for sheet in sheets]
    return sum((share if owes else -share for owes, share in shares), Fraction())


def _share_of_line_7(sheet: Worksheet, column: str) -> Fraction:
    if sheet.reserve and not sheet.credited:
        return sheet.values["I"] if column == "B" else sheet.values["II"] * sheet.values["6A"]
    return sheet.values["7C"] * sheet.values[f"6{column}"]


def judge(
    ordered_cents: int, guideline_cents: int, law: Policy, on: date, *, health_care_need: bool
) -> MaterialChange:
    """Hold what the guidelines come to against what is ordered.

    An order of nothing has no percentage: support where there was none is a change for itself
    (a ground of the policy, `order_from_zero_income`).
    """
    figure = compared_figure(law, on)
    against = law.rule("modification.measured_against", on)
    to_guideline = against.code() == GUIDELINE_AMOUNT
    base = abs(guideline_cents) if to_guideline else ordered_cents
    difference = abs(guideline_cents - ordered_cents)
    change = Fraction(difference, base) if base else None
    least = law.rule("modification.material_change", on)
    material = difference > 0 if change is None else change >= least.percent()
    need = health_care_need and law.flag("modification.health_care_need", on)
    found = MaterialChange(figure, ordered_cents, guideline_cents, change, material, need, ())
    return replace(found, steps=tuple(_steps(found, law, on, base)))


def _steps(found: MaterialChange, law: Policy, on: date, base: int) -> Iterator[Step]:
    least = law.rule("modification.material_change", on)
    percent = found.percent() or "none"
    yield explain(
        law.rule("modification.compared_figure", on),
        {"figure": found.figure},
        {"ordered_cents": found.ordered_cents, "guideline_cents": found.guideline_cents},
        "What is ordered a month stands against what the guidelines come to.",
    )
    difference = abs(found.guideline_cents - found.ordered_cents)
    yield explain(
        law.rule("modification.measured_against", on),
        {"difference_cents": difference, "measured_against_cents": base},
        {"change_percent": percent},
        f"The change is {percent} percent of what it is measured against.",
    )
    verdict = "material" if found.presumed_material else "not material"
    yield explain(
        least,
        {"change_percent": percent, "least_percent": printed(least.percent() * 100)},
        {"presumed": verdict},
        f"The change is presumed to be {verdict}.",
    )
    if found.health_care_need:
        yield explain(
            law.rule("modification.health_care_need", on),
            {"need": "not provided for in the order"},
            {"ground": "health_care_need"},
            "The child's need for health care is ground enough, whatever the percentage.",
        )
