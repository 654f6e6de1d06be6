"""The facts that the rules work on. Codes are those of the contract, so nothing is translated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import NamedTuple, Protocol

from policy import Citable


class Bucket(IntEnum):
    """Where a debt lies: current support of a month, or one of the six buckets of arrears."""

    CURRENT = 0
    NA = 1
    PA = 2
    TA = 3
    CA = 4
    UD = 5
    UP = 6


class Support(IntEnum):
    """What an obligation is for."""

    CHILD = 1
    MEDICAL = 2
    SPOUSAL = 3
    CHILD_CARE = 4
    """Allocated like child support: no text gives it a place of its own."""


class Assistance(IntEnum):
    """Whether the family has, or had, assistance (45 CFR 302.51)."""

    NEVER = 1
    CURRENT = 2
    FORMER = 3


class Payee(IntEnum):
    """Who gets a part."""

    FAMILY = 1
    STATE = 2
    MEDICAID = 3
    FEE = 4
    HELD = 5
    OBLIGOR = 6
    OTHER_STATE = 7
    FOSTER_CARE = 8


class Source(IntEnum):
    """Where money comes from."""

    EMPLOYER = 1
    EMPLOYER_CHECK = 2
    ONLINE = 3
    MAIL = 4
    CASH = 5
    FEDERAL_TAX_OFFSET = 6
    FEDERAL_ADMINISTRATIVE_OFFSET = 7
    STATE_TAX_OFFSET = 8
    UNEMPLOYMENT = 9
    LOTTERY = 10
    INSURANCE = 11
    BANK_LEVY = 12
    OTHER_STATE = 13
    FOREIGN = 14


class Program(IntEnum):
    """A program of assistance."""

    K_TAP = 1
    MEDICAID = 2
    FOSTER_CARE = 3


class Frequency(IntEnum):
    """How often an obligation falls due."""

    WEEKLY = 1
    BIWEEKLY = 2
    SEMIMONTHLY = 3
    MONTHLY = 4
    QUARTERLY = 5
    YEARLY = 6
    ONCE = 7


class Checked(Citable, Protocol):
    """A rule, table or row of a table with the checksum of what was relied on."""

    @property
    def checksum(self) -> str: ...


class Applied(NamedTuple):
    """A rule that was applied: what went in, what came out; amounts under names in `_cents`."""

    rule: Checked
    inputs: Mapping[str, str | int]
    outputs: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Opening:
    """Arrears brought forward at a takeover."""

    bucket: Bucket
    amount_cents: int
    as_of: date


@dataclass(frozen=True, slots=True)
class Term:
    """What an obligation comes to from when to when; `effective_to` None: no end.

    `monthly_cents`: a month's worth. `amount_cents`: what is owed each time, by `frequency`.
    """

    effective_from: date
    effective_to: date | None
    monthly_cents: int
    amount_cents: int = 0
    frequency: Frequency = Frequency.MONTHLY


@dataclass(frozen=True, slots=True)
class Judgment:
    """A judgment for unpaid support that bears interest from its entry."""

    amount_cents: int
    entered_on: date


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing that an order obliges to. `learnt_month`: that in which we first heard of it.

    `terms`: what it comes to from when to when, in order; none: `monthly_cents` all the time.
    `child_id`: the child that it is for; empty: for all together. `owed_to_fips`: the other State
    that its arrears are owed to; empty: none. `judgments`: those that bear interest.
    """

    obligation_id: str
    order_id: str
    case_id: str
    support: Support
    monthly_cents: int
    monthly_arrears_cents: int
    effective_from: date
    effective_to: date | None
    opening: tuple[Opening, ...]
    learnt_month: date
    terms: tuple[Term, ...] = ()
    child_id: str = ""
    owed_to_fips: str = ""
    judgments: tuple[Judgment, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """Months in which a family had assistance; `last_month` None: it lasts.

    `child_id`: the child that it is for (foster care); empty: for the family.
    """

    program: Program
    first_month: date
    last_month: date | None
    paid_cents: int
    child_id: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A case. `assistance_cents`: assistance paid and not repaid before this ledger retained any.

    `medicaid` says that medical support is assigned to the Medicaid agency. `periods`: months with
    assistance, as far as they are known one by one. `initiating_fips`: the agency of another State
    that has the case, where we only collect for it; empty: it is ours. `children`: how many it is
    about; 0: not known.
    """

    case_id: str
    case_number: str
    iv_d: bool
    assistance: Assistance
    assistance_since: date | None
    assistance_cents: int
    obligee_id: str
    medicaid: bool = False
    periods: tuple[Period, ...] = ()
    initiating_fips: str = ""
    children: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """A sum of money of a known obligor. `credited_cents` is what the debt falls by."""

    receipt_id: str
    obligor_id: str
    amount_cents: int
    credited_cents: int
    collection_date: date
    settlement_date: date
    source: Source = Source.EMPLOYER


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a receipt. Without an obligation it is held, and credits nothing.

    `current`: for current support of the month of collection. `bucket`: where the debt lay that it
    pays; `month`: of current support, the month. What is in the current bucket and not current is
    paid ahead: a credit of the obligation.
    """

    case_id: str
    obligation_id: str
    support: int
    current: bool
    bucket: Bucket
    month: date | None
    amount_cents: int
    credited_cents: int
    payee: Payee
    payee_id: str
    steps: tuple[Applied, ...]

    @property
    def ahead(self) -> bool:
        """Whether no debt was left that it could pay."""
        return bool(self.obligation_id) and not self.current and self.bucket == Bucket.CURRENT


SUPPORT_NAMES = {
    Support.CHILD: "child",
    Support.MEDICAL: "medical",
    Support.SPOUSAL: "spousal",
    Support.CHILD_CARE: "child_care",
}
"""As the policy library calls them."""


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
