"""Statements of an account from the lines of the ledger: history, months, payoff.

What is owed is the sum of the accounts OWED; the account that a line of them stands against says
what moved it. The kind of an entry is looked at for its name only, so that an entry of a kind that
is new changes every balance as its lines say.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from payments_service.domain.bookkeeping import Account
from payments_service.domain.model import Bucket, month_of, next_month

OWED = frozenset({Account.DUE, Account.PAID_AHEAD})
"""Accounts whose sum is what is owed; the second holds what was paid ahead (a credit)."""
MONTH_LINES_MAX = 600
"""Fifty years of an account, a line a month: more than any case lives."""


class Movement(IntEnum):
    """What moved an account."""

    OPENING = 1
    CHARGE = 2
    PAYMENT = 3
    INTEREST = 4
    ADJUSTMENT = 5


REASONS = {
    Account.OPENING: Movement.OPENING,
    Account.CHARGED: Movement.CHARGE,
    Account.PAID: Movement.PAYMENT,
    Account.INTEREST: Movement.INTEREST,
}
"""What stands against a debt, and what that makes of it."""
_ORDER = {
    Movement.OPENING: 0,
    Movement.CHARGE: 1,
    Movement.INTEREST: 2,
    Movement.ADJUSTMENT: 3,
    Movement.PAYMENT: 4,
}
"""Within a day: what was charged stands before what paid it."""


class SupportLine(NamedTuple):
    """A line of the support book with its entry. `about_id`: the receipt or obligation behind it.

    A line that is shared by obligations (what was paid) names none.
    """

    entry_id: str
    about_id: str
    obligation_id: str | None
    account: int
    bucket: int | None
    month: date | None
    cents: int
    effective: date
    posted: date
    batch: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What an entry did to what is owed. `entry_id`: empty when it is the sum of several."""

    effective: date
    posted: date
    movement: Movement
    cents: int
    about_id: str
    month: date | None
    entry_id: str


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed on an obligation: by bucket (0: this month's), and what was paid ahead."""

    obligation_id: str
    buckets: dict[int, int]
    ahead_cents: int

    @property
    def cents(self) -> int:
        """All of it; negative when more was paid than is due so far."""
        return sum(self.buckets.values()) - self.ahead_cents


@dataclass(frozen=True, slots=True)
class Month:
    """A month of an account, and how it stood at its end."""

    month: date
    charged_cents: int
    paid_cents: int
    other_cents: int
    buckets: dict[int, int]
    balance_cents: int


def moved(lines: Iterable[SupportLine], obligations: Collection[str]) -> list[Moved]:
    """Return what moved what is owed on some obligations, in the order of its effect.

    An entry that only moves a debt from one bucket to another moves nothing.
    """
    found = []
    for _, entry in groupby(lines, key=attrgetter("entry_id")):
        of_entry = list(entry)
        ours = [x for x in of_entry if x.account in OWED and x.obligation_id in obligations]
        cents = sum(line.cents for line in ours)
        if not cents:
            continue
        against = {line.account for line in of_entry} - OWED
        movement = _movement(against)
        months = {line.month for line in ours if line.month}
        first = ours[0]
        found.append(
            Moved(
                first.effective,
                first.posted,
                movement,
                cents,
                first.about_id if movement == Movement.PAYMENT else "",
                min(months) if movement == Movement.CHARGE and months else None,
                first.entry_id,
            )
        )
    return sorted(found, key=_place)


def _movement(against: Collection[int]) -> Movement:
    if len(against) != 1:
        return Movement.ADJUSTMENT
    (account,) = against
    known = REASONS.get(Account(account)) if account in set(Account) else None
    return known or Movement.ADJUSTMENT


def _place(row: Moved) -> tuple[date, int, date, str]:
    return (row.effective, _ORDER[row.movement], row.posted, row.entry_id)


def netted(rows: Iterable[Moved]) -> list[Moved]:
    """Return the rows as they stand: what was entered and taken back again is left out.

    Rows of one day about one receipt, or one month's charge, become one; balances stay the same.
    """
    sums: dict[tuple[date, Movement, str, date | None], list[Moved]] = {}
    for row in rows:
        sums.setdefault((row.effective, row.movement, row.about_id, row.month), []).append(row)
    found = []
    for (effective, movement, about_id, month), same in sums.items():
        cents = sum(row.cents for row in same)
        if cents:
            posted = max(row.posted for row in same)
            entry_id = same[0].entry_id if len(same) == 1 else ""
            found.append(Moved(effective, posted, movement, cents, about_id, month, entry_id))
    return sorted(found, key=_place)


def owed(lines: Iterable[SupportLine], obligations: Sequence[str], on: date) -> list[Owed]:
    """Return what is owed on each obligation by the end of a day, as it is known now."""
    buckets: dict[str, dict[int, int]] = {id_: {} for id_ in obligations}
    ahead = dict.fromkeys(obligations, 0)
    for line in lines:
        id_ = line.obligation_id
        if id_ is None or id_ not in buckets or line.effective > on:
            continue
        if line.account == Account.DUE:
            place = line.bucket or 0
            buckets[id_][place] = buckets[id_].get(place, 0) + line.cents
        elif line.account == Account.PAID_AHEAD:
            ahead[id_] -= line.cents
    return [
        Owed(id_, {b: cents for b, cents in sorted(buckets[id_].items()) if cents}, ahead[id_])
        for id_ in obligations
    ]


def months(lines: Sequence[SupportLine], obligations: Collection[str], last: date) -> list[Month]:
    """Return the months of an account from its first to that of a day, by the day of effect.

    Raises ValueError when there are more than MONTH_LINES_MAX.
    """
    rows = moved(lines, obligations)
    ours = sorted(
        (x for x in lines if x.account in OWED and x.obligation_id in obligations),
        key=attrgetter("effective"),
    )
    if not ours or ours[0].effective > last:
        return []
    found: list[Month] = []
    buckets: dict[int, int] = {}
    ahead, at, row_at = 0, 0, 0
    month = month_of(ours[0].effective)
    while month <= last:
        if len(found) == MONTH_LINES_MAX:
            raise ValueError(f"an account of more than {MONTH_LINES_MAX} months")
        after = next_month(month)
        while at < len(ours) and ours[at].effective < after:
            line = ours[at]
            if line.account == Account.DUE:
                place = line.bucket or 0
                buckets[place] = buckets.get(place, 0) + line.cents
            else:
                ahead -= line.cents
            at += 1
        sums = dict.fromkeys(Movement, 0)
        while row_at < len(rows) and rows[row_at].effective < after:
            sums[rows[row_at].movement] += rows[row_at].cents
            row_at += 1
        standing = {b: cents for b, cents in sorted(buckets.items()) if cents}
        found.append(
            Month(
                month,
                sums[Movement.CHARGE],
                -sums[Movement.PAYMENT],
                sums[Movement.OPENING] + sums[Movement.INTEREST] + sums[Movement.ADJUSTMENT],
                standing,
                sum(standing.values()) - ahead,
            )
        )
        month = after
    return found


def arrears_of(buckets: dict[int, int]) -> dict[int, int]:
    """Return the buckets of past-due support."""
    return {bucket: cents for bucket, cents in buckets.items() if bucket != Bucket.CURRENT}


def good_through(as_of: date) -> date:
    """Return the last day of a day's month: support is charged again on the next."""
    return date.fromordinal(next_month(month_of(as_of)).toordinal() - 1)
