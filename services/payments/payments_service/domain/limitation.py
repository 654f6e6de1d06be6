"""From when on arrears can no longer be collected (rule arrears.limitation, IRG Q3.1).

They are barred, not erased: the debt stands, and what is paid on it counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from payments_service.domain.model import Support
from policy import Policy, years_after

FOR_CHILDREN = frozenset({Support.CHILD, Support.MEDICAL, Support.CHILD_CARE})
RULE = "arrears.limitation"


@dataclass(frozen=True, slots=True)
class Owed:
    """What an order obliges to, as far as the limitation asks; `through` None: no known end."""

    order_id: str
    support: Support
    monthly_cents: int
    through: date | None


def barred_on(owed: Sequence[Owed], policy: Policy, today: date) -> dict[str, date]:
    """Return for each order the first day on which its arrears are barred; an open end: none.

    The years are counted from the end of current support for the last child of the order.
    """
    years = policy.count(RULE, today)
    ends: dict[str, list[date | None]] = {}
    for one in owed:
        if one.support in FOR_CHILDREN and one.monthly_cents:
            ends.setdefault(one.order_id, []).append(one.through)
    found: dict[str, date] = {}
    for order_id, lasts in ends.items():
        known = [day for day in lasts if day is not None]
        if len(known) == len(lasts):
            found[order_id] = years_after(max(known) + timedelta(days=1), years)
    return found
