"""Assistance of a family, from the months themselves: status, what is assigned, what is unrepaid.

A month is its first day. Cash assistance (K-TAP) and foster care under title IV-E make a family one
that has or had assistance (45 CFR 302.51(a)(5)); Medicaid does not, it assigns medical support
alone. Periods say which months; sums say what was paid in them; a balance is what a case that was
taken over came with.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from case_service.domain.model import AssistancePeriod, Case

K_TAP, MEDICAID, FOSTER_CARE = "k_tap", "medicaid", "foster_care"
CASH = (K_TAP, FOSTER_CARE)
NEVER, CURRENT, FORMER = "never", "current", "former"
WHOLE_MONTH, FULL_MONTHS_ONLY = "whole_month", "full_months_only"
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Paid:
    """What was paid in the months from first to last together."""

    program: str
    child_id: str
    first_month: date
    last_month: date
    paid_cents: int
    in_balance: bool = False
    """The balance that was taken over holds it already."""
    paid_id: str = ""

    def same_months(self, other: "Paid") -> bool:
        """Whether it says anew what the other one said."""
        return self.key == other.key

    @property
    def key(self) -> tuple[str, str, date, date]:
        """For whom, of which program and for which months."""
        return self.program, self.child_id, self.first_month, self.last_month


@dataclass(frozen=True, slots=True)
class Balance:
    """What a case came with when it was taken over: its standing, and what is not repaid."""

    status: str = NEVER
    since: date | None = None
    unreimbursed_cents: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """All that is known of the assistance of a case."""

    periods: tuple[AssistancePeriod, ...] = ()
    paid: tuple[Paid, ...] = ()
    balance: Balance = Balance()


def month_of(day: date) -> date:
    """Return the month of a day."""
    return day.replace(day=1)


def add_months(month: date, count: int) -> date:
    """Return the month that many months later."""
    total = month.year * _MONTHS + month.month - 1 + count
    return date(total // _MONTHS, total % _MONTHS + 1, 1)


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return add_months(month, 1) - timedelta(days=1)


def months(first: date, last: date) -> Iterator[date]:
    """Yield the months from first to last."""
    while first <= last:
        yield first
        first = add_months(first, 1)


def whole_months(first: date, last: date | None, rule: str) -> tuple[date, date | None] | None:
    """Return the months of assistance from the days of it; None when there is none.

    `rule` says how a month counts in which assistance begins or ends.
    """
    if rule == FULL_MONTHS_ONLY:
        first_month = month_of(first) if first.day == 1 else add_months(month_of(first), 1)
        last_month = last and add_months(month_of(last + timedelta(days=1)), -1)
    else:
        first_month, last_month = month_of(first), last and month_of(last)
    if last_month is not None and last_month < first_month:
        return None
    return first_month, last_month


def covers(period: AssistancePeriod, month: date) -> bool:
    """Tell whether a month is one of a period."""
    return period.first_month <= month and (period.last_month is None or month <= period.last_month)


def overlapping(
    periods: Iterable[AssistancePeriod], one: AssistancePeriod
) -> AssistancePeriod | None:
    """Return a period of the same program (and child) that has a month in common with `one`."""
    for other in periods:
        same = (other.program, other.child_id) == (one.program, one.child_id)
        if not same or other.period_id == one.period_id:
            continue
        first, second = sorted((other, one), key=lambda p: p.first_month)
        if covers(first, second.first_month):
            return other
    return None


def status_on(periods: Sequence[AssistancePeriod], month: date, before: str = NEVER) -> str:
    """Return never, current or former assistance for a month (45 CFR 302.51(a)(5)).

    `before` is the standing that the case was taken over with, when no period of its own says it.
    """
    cash = [p for p in periods if p.program in CASH and p.first_month <= month]
    if any(covers(p, month) for p in cash):
        return CURRENT
    return FORMER if cash or before != NEVER else NEVER


def programs_on(periods: Iterable[AssistancePeriod], month: date) -> tuple[str, ...]:
    """Return the programs that a family has assistance of in a month."""
    return tuple(sorted({p.program for p in periods if covers(p, month)}))


def since(periods: Sequence[AssistancePeriod], month: date) -> date | None:
    """Return the day since when the status of a month holds; None: it never had assistance.

    Current: the first month of the months without a gap. Former: the one after the last.
    """
    spells = _spells(p for p in periods if p.program in CASH and p.first_month <= month)
    if not spells:
        return None
    first, last = spells[-1]
    return first if last is None or month <= last else add_months(last, 1)


def _spells(periods: Iterable[AssistancePeriod]) -> list[tuple[date, date | None]]:
    """Join periods that touch or overlap, of whatever program."""
    joined: list[tuple[date, date | None]] = []
    for p in sorted(periods, key=lambda p: p.first_month):
        if joined:
            first, last = joined[-1]
            if last is None or p.first_month <= add_months(last, 1):
                end = None if last is None or p.last_month is None else max(last, p.last_month)
                joined[-1] = (first, end)
                continue
        joined.append((p.first_month, p.last_month))
    return joined


def paid_by_month(paid: Iterable[Paid]) -> Mapping[tuple[str, str, date], int]:
    """Return what was paid by program, child and month; a sum is spread evenly, odd cents first."""
    found: dict[tuple[str, str, date], int] = defaultdict(int)
    for one in paid:
        spread = list(months(one.first_month, one.last_month))
        each, odd = divmod(one.paid_cents, len(spread))
        for place, month in enumerate(spread):
            found[one.program, one.child_id, month] += each + (place < odd)
    return found


def unreimbursed_cents(account: Account) -> int:
    """Return assistance paid and not repaid, as far as this service knows (42 USC 608(a)(3))."""
    counted = (p.paid_cents for p in account.paid if p.program in CASH and not p.in_balance)
    return account.balance.unreimbursed_cents + sum(counted)


def apply(case: Case, account: Account, today: date) -> Case:
    """Return the case with its periods, what was paid in each, and all that follows from them."""
    month, by_month = month_of(today), paid_by_month(account.paid)
    periods = tuple(
        replace(period, paid_cents=_paid_in(by_month, period))
        for period in sorted(account.periods, key=lambda p: (p.first_month, p.period_id))
    )
    begun = any(p.program in CASH and p.first_month <= month for p in periods)
    return replace(
        case,
        assistance=periods,
        assistance_status=status_on(periods, month, account.balance.status),
        assistance_since=since(periods, month) if begun else account.balance.since,
        unreimbursed_assistance_cents=unreimbursed_cents(account),
    )


def difference(before: Account, after: Account) -> tuple[date | None, date | None]:
    """Return the first and the last month in which two accounts differ; last None: no end.

    They differ in a month where the programs do, or what was paid for a child or the family.
    """
    edges = {p.first_month for p in (*before.periods, *after.periods)}
    edges |= {
        add_months(p.last_month, 1) for p in (*before.periods, *after.periods) if p.last_month
    }
    paid = paid_by_month(before.paid), paid_by_month(after.paid)
    unlike = {
        key[2] for key in paid[0].keys() | paid[1].keys() if paid[0].get(key) != paid[1].get(key)
    }
    spans: list[tuple[date, date | None]] = [(month, month) for month in unlike]
    starts = sorted(edges)
    for place, start in enumerate(starts):
        if _on(before.periods, start) != _on(after.periods, start):
            end = starts[place + 1] if place + 1 < len(starts) else None
            spans.append((start, end and add_months(end, -1)))
    if not spans:
        return None, None
    ends = [end for _, end in spans if end is not None]
    return min(first for first, _ in spans), max(ends) if len(ends) == len(spans) else None


def _on(periods: Iterable[AssistancePeriod], month: date) -> set[tuple[str, str]]:
    return {(p.program, p.child_id) for p in periods if covers(p, month)}


def _paid_in(by_month: Mapping[tuple[str, str, date], int], period: AssistancePeriod) -> int:
    return sum(
        cents
        for (program, child_id, month), cents in by_month.items()
        if (program, child_id) == (period.program, period.child_id) and covers(period, month)
    )


def taken_over(case: Case, period_id: str, today: date) -> Account:
    """Return the account of a case that was taken over: its periods, and its balance.

    A family that has assistance and came without months is given the period that goes on;
    `period_id` is its id. What was paid in the periods stands in the balance.
    """
    periods = case.assistance
    if case.assistance_status == CURRENT and not any(p.program in CASH for p in periods):
        first = month_of(case.assistance_since or case.opened_on or today)
        periods = (*periods, AssistancePeriod(period_id, K_TAP, first, None, 0))
    paid = tuple(
        Paid(
            p.program,
            p.child_id,
            p.first_month,
            max(p.first_month, p.last_month or month_of(today)),
            p.paid_cents,
            in_balance=True,
        )
        for p in periods
        if p.paid_cents and p.program in CASH
    )
    former = FORMER if case.assistance_status != NEVER else NEVER
    since_day = case.assistance_since if case.assistance_status == FORMER else None
    return Account(periods, paid, Balance(former, since_day, case.unreimbursed_assistance_cents))
