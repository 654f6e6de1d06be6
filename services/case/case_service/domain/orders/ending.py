"""What EndObligation does not end, and what does (KRS 403.213(3); IRG Q2.6, Q19.6)."""

from datetime import date

from case_service.domain.orders.wording import GROUNDS
from policy import Policy

ORDER = "order"
INCARCERATION = "incarceration"


def why_not(ground: str, law: Policy, on: date) -> str:
    """Return why a ground ends nothing when it is said here, and what to do; empty: it does."""
    if ground == ORDER:
        return ""
    said = GROUNDS.get(ground, "")
    if ground == INCARCERATION:
        rule = law.rule("emancipation.incarceration_ends", on)
        return (
            f"{said}: that neither ends nor suspends support ({rule.citation}); a review may change"
            " the amount"
        )
    needs_court = law.rule("emancipation.needs_court", on)
    if ground in needs_court.codes():
        return (
            f"{said}: that ends no support by itself ({needs_court.citation}); bring it to the"
            " court, and record the court's order as the ground"
        )
    if not said:
        return "say the ground: an order of a court"
    return f"{said}: record it as what happened (RecordChildEvent); it ends support by itself"
