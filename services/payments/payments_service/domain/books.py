"""A working copy of what one obligor's ledger says, carried from receipt to receipt of a page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from payments_service.domain import assistance, interest
from payments_service.domain.accrual import Accrual, plain
from payments_service.domain.assistance import Assignments
from payments_service.domain.interest import Interest
from payments_service.domain.model import Bucket, Case, Obligation, Part, Payee


@dataclass(slots=True)
class Standing:
    """How far an obligation is charged. The current balance is that of `charged_through`.

    `revision`: how often its charges were computed again. `ahead_cents`: what was paid on it that
    no debt was left for.
    """

    charged_through: date | None = None
    revision: int = 0
    ahead_cents: int = 0

    def copy(self) -> "Standing":
        """Return one that can be changed without changing this."""
        return Standing(self.charged_through, self.revision, self.ahead_cents)


@dataclass(slots=True)
class Fund:
    """What the State kept, and the family got, in one case and federal fiscal year."""

    retained_cents: int = 0
    family_cents: int = 0
    fee_cents: int = 0

    def copy(self) -> "Fund":
        """Return one that can be changed without changing this."""
        return Fund(self.retained_cents, self.family_cents, self.fee_cents)


@dataclass(slots=True)
class Books:
    """One obligor's debts. `due` is by obligation and bucket; obligations are sorted by id.

    `arrears_paid`: what was paid on an obligation's arrears in a month, where a monthly amount on
    them is ordered; months after one another may be paid in any order. `accrual`: how a month's
    support falls due, `assigning`: what assistance assigns in a month, `interest`: what judgments
    bear, as the policy says of it.
    """

    obligor_id: str
    cases: dict[str, Case]
    obligations: tuple[Obligation, ...]
    due: dict[tuple[str, Bucket], int] = field(default_factory=dict)
    standing: dict[str, Standing] = field(default_factory=dict)
    funds: dict[tuple[str, int], Fund] = field(default_factory=dict)
    arrears_paid: dict[tuple[str, date], int] = field(default_factory=dict)
    accrual: Callable[[date], Accrual] = plain
    assigning: Callable[[date], Assignments] = assistance.plain
    interest: Callable[[date], Interest | None] = interest.none

    def copy(self) -> "Books":
        """Return books that can be changed without changing these."""
        return Books(
            self.obligor_id,
            self.cases,
            self.obligations,
            dict(self.due),
            {id_: standing.copy() for id_, standing in self.standing.items()},
            {key: fund.copy() for key, fund in self.funds.items()},
            dict(self.arrears_paid),
            self.accrual,
            self.assigning,
            self.interest,
        )

    def charged_through(self) -> date | None:
        """Return the last month that any obligation is charged for; None: none is."""
        months = [s.charged_through for s in self.standing.values() if s.charged_through]
        return max(months, default=None)

    def is_over(self, month: date) -> bool:
        """Return whether a later month than this one is charged already, so that it was aged."""
        for standing in self.standing.values():
            if standing.charged_through is not None and standing.charged_through > month:
                return True
        return False

    def current_due(self, obligation_id: str, month: date) -> int:
        """Return what is still due of a month's current support, in cents."""
        standing = self.standing[obligation_id]
        if standing.charged_through != month:
            return 0
        return self.due.get((obligation_id, Bucket.CURRENT), 0)

    def arrears(self) -> dict[str, int]:
        """Return the arrears of each obligation over all its buckets, in cents; 0 is left out."""
        sums: dict[str, int] = {}
        for (obligation_id, bucket), cents in self.due.items():
            if cents and bucket:
                sums[obligation_id] = sums.get(obligation_id, 0) + cents
        return sums

    def assistance_left(self, case_id: str) -> int:
        """Return how much the State may still keep in a case (URA), in cents, never below 0."""
        kept = sum(f.retained_cents for (case, _), f in self.funds.items() if case == case_id)
        return max(0, self.cases[case_id].assistance_cents - kept)

    def fund(self, case_id: str, fiscal_year: int) -> Fund:
        """Return the fund of a case and fiscal year, a new one when there is none."""
        return self.funds.setdefault((case_id, fiscal_year), Fund())

    def apply(self, parts: tuple[Part, ...], fiscal_year: int) -> None:
        """Lower the debts by what the parts credit, and note what the family got.

        What the State kept is noted while it is distributed, as the next part's bound.
        """
        for part in parts:
            if not part.obligation_id:
                continue
            key = (part.obligation_id, part.bucket)
            if part.ahead:
                self.standing[part.obligation_id].ahead_cents += part.credited_cents
            elif part.credited_cents > self.due[key]:
                raise ValueError(f"{key}: {part.credited_cents} credited, {self.due[key]} due")
            else:
                self.due[key] -= part.credited_cents
            if part.payee == Payee.FAMILY:
                self.fund(part.case_id, fiscal_year).family_cents += part.amount_cents
            elif part.payee == Payee.FEE:
                self.fund(part.case_id, fiscal_year).fee_cents += part.amount_cents


ARREARS = tuple(bucket for bucket in Bucket if bucket != Bucket.CURRENT)
