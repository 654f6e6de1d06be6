"""What a family has of assistance in a month, from the months themselves.

Cash assistance (K-TAP) and foster care under title IV-E make a family one that has or had
assistance; Medicaid assigns medical support alone (45 CFR 302.50 to 302.52). The month after the
last with assistance is the first of a former case. Where no months are known, the case's status
holds for every month.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from payments_service.domain.model import (
    SUPPORT_NAMES,
    Assistance,
    Case,
    Obligation,
    Period,
    Program,
    Support,
    month_of,
    next_month,
)
from policy import Policy, load

CASH = (Program.K_TAP, Program.FOSTER_CARE)
KEPT_STATUSES = 4_096
KEPT_MONTHS = 2_048
MONTHS_IN_YEAR = 12
ASSISTANCE_ENDS = "assistance_ends"
SHARE_BY_CHILD = "share_by_child"


@dataclass(frozen=True, slots=True)
class Assignments:
    """Which kinds of support each program assigns (42 USC 608(a)(3), 671(a)(17), 1396k).

    `above_ura_at_end`: what is above the assistance paid is unassigned when assistance ends, else
    as soon as it is aged. `share_by_child`: one child's foster care assigns its share of what is
    owed for several together, else all of it.
    """

    k_tap: frozenset[Support]
    foster_care: frozenset[Support]
    medicaid: frozenset[Support]
    above_ura_at_end: bool = True
    share_by_child: bool = True


PLAIN = Assignments(
    frozenset(Support),
    frozenset({Support.CHILD, Support.CHILD_CARE}),
    frozenset({Support.MEDICAL}),
)


def plain(month: date) -> Assignments:
    """Return what holds where no policy is asked."""
    return PLAIN


def assignments_for(jurisdiction: str, month: date) -> Assignments:
    """Return what the programs of assistance assign in a month, by a jurisdiction's policy."""
    return assignments_of(load(jurisdiction), month)


@lru_cache(maxsize=KEPT_MONTHS)
def assignments_of(policy: Policy, month: date) -> Assignments:
    """Return what the programs of assistance assign in a month."""
    codes = {name: support for support, name in SUPPORT_NAMES.items()}

    def assigned(rule_id: str) -> frozenset[Support]:
        return frozenset(codes[name] for name in policy.codes(rule_id, month))

    return Assignments(
        assigned("assistance.k_tap_assigns"),
        assigned("assistance.foster_care_assigns"),
        assigned("assistance.medicaid_assigns"),
        policy.code("assistance.unassigned_when", month) == ASSISTANCE_ENDS,
        policy.code("assistance.foster_care_joint_obligation", month) == SHARE_BY_CHILD,
    )


class Aid(NamedTuple):
    """What a family has, and had, of assistance in one month.

    `since`: the first month of the assistance that it has now. `k_tap`: cash assistance now.
    `foster`: who is in foster care now (an empty id stands for all), and what it pays for them in
    the month, in cents. `had_…`: now or before.
    """

    assistance: Assistance
    since: date | None
    k_tap: bool
    foster: tuple[tuple[str, int], ...] = ()
    medicaid: bool = False
    had_k_tap: bool = False
    had_foster_care: bool = False
    had_medicaid: bool = False


def aid_in(case: Case, month: date) -> Aid:
    """Return what a case's family has of assistance in a month."""
    if not case.periods:
        return _by_status(case.assistance, case.assistance_since, case.medicaid)
    begun = [p for p in case.periods if p.first_month <= month]
    now = [p for p in begun if p.last_month is None or month <= p.last_month]
    foster = [p for p in now if p.program == Program.FOSTER_CARE]
    return Aid(
        *_status(case, begun, now, month),
        any(p.program == Program.K_TAP for p in now),
        tuple((p.child_id, maintenance_cents(p, month)) for p in foster),
        case.medicaid or any(p.program == Program.MEDICAID for p in now),
        any(p.program == Program.K_TAP for p in begun),
        any(p.program == Program.FOSTER_CARE for p in begun),
        case.medicaid or any(p.program == Program.MEDICAID for p in begun),
    )


def children_in_care(
    case: Case, obligation: Obligation, aid: Aid, assignments: Assignments
) -> tuple[int, int]:
    """Return for how many of the children that an obligation is for foster care is paid.

    One of one where it is all of the obligation, whatever the number.
    """
    if not aid.foster or obligation.support not in assignments.foster_care:
        return 0, 1
    children = {child_id for child_id, _ in aid.foster}
    if obligation.child_id and "" not in children:
        return int(obligation.child_id in children), 1
    if obligation.child_id or "" in children or not assignments.share_by_child:
        return 1, 1
    return len(children), max(case.children, len(children))


def maintenance_for(aid: Aid, obligation: Obligation) -> int:
    """Return what foster care pays in the month for the children that an obligation is for."""
    child_id = obligation.child_id
    return sum(cents for child, cents in aid.foster if not child_id or child in {"", child_id})


def maintenance_cents(period: Period, month: date) -> int:
    """Return what foster care pays in a month: the sum of its months, spread evenly.

    While the period lasts, its months are those up to this one.
    """
    first, last = period.first_month, period.last_month or month
    months = (last.year - first.year) * MONTHS_IN_YEAR + last.month - first.month + 1
    return period.paid_cents // months


def _status(
    case: Case, begun: Iterable[Period], now: Iterable[Period], month: date
) -> tuple[Assistance, date | None]:
    cash = [p for p in begun if p.program in CASH]
    if any(p.program in CASH for p in now):
        return Assistance.CURRENT, _spell_begins(cash, month)
    if cash:
        return Assistance.FORMER, None
    if not any(p.program in CASH for p in case.periods):
        return case.assistance, case.assistance_since
    # Taken over as a former case, before the first months of which we know.
    since = case.assistance_since
    if case.assistance == Assistance.FORMER and (since is None or month_of(since) <= month):
        return Assistance.FORMER, None
    return Assistance.NEVER, None


def _spell_begins(cash: Iterable[Period], month: date) -> date:
    """Return the first of the months without a gap, of whatever program, that reach a month."""
    first = month
    for period in sorted(cash, key=lambda p: p.first_month, reverse=True):
        if next_month(period.last_month or month) >= first:
            first = min(first, period.first_month)
    return first


@lru_cache(maxsize=KEPT_STATUSES)
def _by_status(assistance: Assistance, since: date | None, medicaid: bool) -> Aid:  # noqa: FBT001 - the key of a cache
    current = assistance == Assistance.CURRENT
    had = assistance != Assistance.NEVER
    return Aid(
        assistance,
        since if current else None,
        current,
        medicaid=medicaid,
        had_k_tap=had,
        had_medicaid=medicaid,
    )
