"""A guideline worksheet beside the order that it led to.

KRS 403.211(2): the guidelines' amount is presumed right; (3): a court deviates on a ground of its
list, with a finding in writing or on the record.
"""

from case_service.domain.guidelines import GuidelineResult
from case_service.domain.guidelines.inputs import Column
from case_service.domain.model import Order, Violation

GUIDELINE_SUPPORT = frozenset({"child", "child_care"})
"""What the guidelines' amount stands for: the worksheet shares child care out as well."""


def ordered_cents(order: Order, obligation_ids: tuple[str, ...]) -> int:
    """Return what an order comes to a month: of the named obligations, or all child support."""
    return sum(
        one.monthly_amount_cents
        for one in order.obligations
        if one.obligation_id in obligation_ids
        or (not obligation_ids and one.support_type in GUIDELINE_SUPPORT)
    )


def owed_by(result: GuidelineResult, obligor: Column) -> tuple[int, int]:
    """Return what the obligor owes by the guidelines alone, and by the whole worksheet."""
    guideline = result.guideline.amount_cents if result.guideline.payer == obligor else 0
    owed = result.owed.amount_cents if result.owed.payer == obligor else 0
    return guideline, owed


def order_violations(
    result: GuidelineResult, obligor: Column, ordered: int
) -> tuple[Violation, ...]:
    """What does not fit between a worksheet and its order."""
    guideline, owed = owed_by(result, obligor)
    if owed == ordered:
        return ()
    if result.given.deviation is None:
        expected = (
            f"the order comes to {ordered} cents a month and the guidelines to {guideline}: "
            "say the court's grounds and finding (KRS 403.211(2)-(3)), or correct the input"
        )
        return (Violation("guideline.deviation", expected),)
    expected = f"the order comes to {ordered} cents a month, the worksheet's deviation to {owed}"
    return (Violation("guideline.deviation.monthly_amount", expected),)
