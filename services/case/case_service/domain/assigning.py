"""What each month of assistance assigns to the State, never more in all than was paid.

Support that accrues while a family has assistance is assigned, "not exceeding the total amount of
assistance so paid" (42 USC 608(a)(3); foster care: 42 USC 671(a)(17), 45 CFR 302.52; medical
support under Medicaid: 42 USC 1396k(a)(1)(A), 45 CFR 302.51(c)). Months take what is assigned in
their order; an amount goes to one program alone: medical support to Medicaid, a child's support to
his foster care, the rest to K-TAP.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from case_service.domain.assistance import (
    CASH,
    FOSTER_CARE,
    K_TAP,
    MEDICAID,
    Account,
    covers,
    last_day,
    months,
    paid_by_month,
    programs_on,
    status_on,
)
from case_service.domain.model import Case, Obligation

_ORDER = (MEDICAID, FOSTER_CARE, K_TAP)
SHARE_BY_CHILD, WHOLE = "share_by_child", "whole"


@dataclass(frozen=True, slots=True)
class Rules:
    """Which kinds of support each program assigns, and what of one owed for several children."""

    assigns: Mapping[str, frozenset[str]]
    joint: str = SHARE_BY_CHILD


@dataclass(frozen=True, slots=True)
class Assigned:
    """Support of a month that is assigned to a program."""

    program: str
    support_type: str
    accruing_cents: int
    assigned_cents: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month: its standing, what was paid to the family in it, and what it assigns."""

    month: date
    status: str
    programs: tuple[str, ...]
    paid_cents: int
    assigned: tuple[Assigned, ...]


def accruing(one: Obligation, month: date) -> int:
    """Return a month's worth of an obligation, as it stands when the month begins or it does."""
    end = last_day(month)
    if one.effective_from and one.effective_from > end:
        return 0
    if one.effective_to and one.effective_to < month:
        return 0
    if not one.terms:
        return one.monthly_amount_cents
    for term in one.terms:
        if term.effective_from > end or (term.effective_to and term.effective_to < month):
            continue
        if term.frequency != "once":
            return term.monthly_cents
        if term.effective_from >= month:
            return term.amount_cents
    return 0


def assigned_months(
    case: Case, account: Account, rules: Rules, asked: Sequence[date]
) -> Iterator[Month]:
    """Yield each month that is asked for; `asked` is in order, without gaps.

    The months before it are gone through as well: they have taken their part of the limit.
    """
    by_month = paid_by_month(account.paid)
    room = _limits(account)
    first = min((p.first_month for p in case.assistance), default=asked[0] if asked else None)
    for month in _from(first, asked):
        lines = tuple(_assigned(case, month, rules, room))
        if month < asked[0]:
            continue
        yield Month(
            month=month,
            status=status_on(case.assistance, month, account.balance.status),
            programs=programs_on(case.assistance, month),
            paid_cents=sum(cents for (_, _, when), cents in by_month.items() if when == month),
            assigned=lines,
        )


def _from(first: date | None, asked: Sequence[date]) -> Iterator[date]:
    if asked and first is not None:
        yield from months(min(first, asked[0]), asked[-1])


def _limits(account: Account) -> dict[str, int]:
    """Return what each program may be assigned in all: what it paid."""
    limits = dict.fromkeys(CASH, 0)
    for one in account.paid:
        if one.program in limits:
            limits[one.program] += one.paid_cents
    in_balance = sum(p.paid_cents for p in account.paid if p.in_balance and p.program in limits)
    limits[K_TAP] += max(0, account.balance.unreimbursed_cents - in_balance)
    return limits


def _assigned(case: Case, month: date, rules: Rules, room: dict[str, int]) -> Iterator[Assigned]:
    owed = [one for order in case.orders for one in order.obligations]
    left = [accruing(one, month) for one in owed]
    for program in _ORDER:
        accrued: dict[str, int] = defaultdict(int)
        for place, one in enumerate(owed):
            part = _claimed(case, one, program, month, rules, left[place])
            left[place] -= part
            accrued[one.support_type] += part
        for support_type, cents in accrued.items():
            if cents:
                yield Assigned(program, support_type, cents, _take(room, program, cents))


def _take(room: dict[str, int], program: str, cents: int) -> int:
    """Take from what a program may still be assigned; Medicaid has no limit of this kind."""
    if program not in room:
        return cents
    taken = min(cents, room[program])
    room[program] -= taken
    return taken


def _claimed(
    case: Case, one: Obligation, program: str, month: date, rules: Rules, left: int
) -> int:
    """Return what of an obligation's month a program lays claim to."""
    if one.support_type not in rules.assigns[program]:
        return 0
    periods = [p for p in case.assistance if p.program == program and covers(p, month)]
    if not periods:
        return 0
    if program != FOSTER_CARE:
        return left
    in_care = {p.child_id for p in periods}
    if one.child_id:
        return left if one.child_id in in_care else 0
    if rules.joint == WHOLE:
        return left
    children = {m.participant_id for m in case.members if m.role == "child"} | in_care
    return left * len(in_care) // len(children)
