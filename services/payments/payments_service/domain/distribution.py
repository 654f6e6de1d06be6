"""Who is paid what was allocated (42 USC 657, 45 CFR 302.51, 302.52), by the policy's table.

The kind of a case is that of the month of collection; a federal tax refund has rows of its own. The
arrears of a case are taken bucket by bucket in the order of the table, over all its obligations.
The State's rows never keep more than the assistance that is not repaid (URA), what is above goes to
the family, or in foster care to the agency that supervises it. A bucket that the table does not
name is held until somebody decides; a temporarily assigned one is read as conditionally assigned
once assistance has ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from payments_service.domain.accrual import month_amount
from payments_service.domain.allocation import CURRENT, Share
from payments_service.domain.assistance import (
    Aid,
    aid_in,
    children_in_care,
    maintenance_for,
)
from payments_service.domain.books import ARREARS, Books
from payments_service.domain.lanes import other_state_id
from payments_service.domain.model import (
    Applied,
    Assistance,
    Bucket,
    Case,
    Obligation,
    Part,
    Payee,
)
from payments_service.domain.proration import largest_remainder
from payments_service.domain.rules import FOSTER_CARE, NON_IV_D, Hierarchy, Kind, Rules
from policy import DistributionStep

_PAYEES = {
    "family": Payee.FAMILY,
    "state": Payee.STATE,
    "medicaid": Payee.MEDICAID,
    "iv_e_state": Payee.STATE,
    "iv_e_agency": Payee.FOSTER_CARE,
    "initiating_agency": Payee.OTHER_STATE,
    "obligor": Payee.OBLIGOR,
}


@dataclass(frozen=True, slots=True)
class BucketShare:
    """A part of an allocated share that pays one bucket, and the row that says who gets it.

    `balance`: the row that says who gets what the State may not keep; None: the family.
    """

    obligation: Obligation | None
    current: bool
    bucket: Bucket
    credited_cents: int
    row: DistributionStep | None
    steps: tuple[Applied, ...]
    balance: DistributionStep | None = None


class Distribution:
    """The kinds of an obligor's cases on the day of one collection, each worked out once."""

    def __init__(self, books: Books, rules: Rules, *, offset: bool) -> None:
        self.books = books
        self.rules = rules
        self.offset = offset
        self._aids: dict[str, Aid] = {}
        self._maintained: dict[tuple[str, str], int] = {}

    def aid(self, case: Case) -> Aid:
        """Return what the family has of assistance in the month of collection."""
        known = self._aids.get(case.case_id)
        if known is None:
            known = self._aids[case.case_id] = aid_in(case, self.rules.month)
        return known

    def kind(self, obligation: Obligation) -> Kind:
        """Return of what kind an obligation's case is."""
        case = self.books.cases[obligation.case_id]
        return self.rules.kind(case, obligation, self.aid(case), offset=self.offset)

    def by_bucket(self, shares: Sequence[Share]) -> list[BucketShare]:
        """Split shares over buckets; those of one case take from the same balances."""
        result: list[BucketShare] = []
        excess: list[BucketShare] = []
        together: dict[tuple[str, Kind], list[Share]] = {}
        left: dict[tuple[str, Bucket], int] = {}
        for share in shares:
            obligation = share.obligation
            if obligation is None:
                excess.append(self._excess(share))
                continue
            if share.stage == CURRENT:
                result += self._current(share, obligation)
                continue
            kind = self.kind(obligation)
            hierarchy = self.rules.hierarchy(kind)
            if hierarchy.by_bucket and self._has_several(obligation):
                together.setdefault((obligation.case_id, kind), []).append(share)
            else:
                result += self._of_obligation(share, obligation, hierarchy, left)
        for (_, kind), some in together.items():
            result += self._of_case(some, kind, left)
        return result + excess

    def _has_several(self, obligation: Obligation) -> bool:
        """Return whether the case has other obligations whose arrears are paid with these."""
        if obligation.owed_to_fips:
            return False
        case_id = obligation.case_id
        return sum(other.case_id == case_id for other in self.books.obligations) > 1

    def _current(self, share: Share, obligation: Obligation) -> list[BucketShare]:
        """Say whose current support is; of one owed for several children, those in care apart."""
        case = self.books.cases[obligation.case_id]
        aid = self.aid(case)
        if not aid.foster or not case.iv_d or case.initiating_fips:
            row = self.rules.hierarchy(self.kind(obligation)).current[0]
            return [_bucket_share(share, Bucket.CURRENT, share.credited_cents, row)]
        in_care, of = children_in_care(case, obligation, aid, self.rules.assignments)
        in_care_cents, rest = largest_remainder(share.credited_cents, [in_care, of - in_care])
        result: list[BucketShare] = []
        if in_care_cents:
            result += self._for_foster_care(share, obligation, in_care_cents)
        if rest:
            kind = self.rules.kind(case, obligation, aid, offset=self.offset, other=True)
            row = self.rules.hierarchy(kind).current[0]
            result.append(_bucket_share(share, Bucket.CURRENT, rest, row))
        return result

    def _for_foster_care(
        self, share: Share, obligation: Obligation, cents: int
    ) -> list[BucketShare]:
        """Split current support at what foster care pays in the month (45 CFR 302.52(b))."""
        hierarchy = self.rules.hierarchy(Kind(self.offset, FOSTER_CARE, "current"))
        to_maintenance, above = hierarchy.current
        left = self._maintenance_left(obligation)
        kept = min(cents, left)
        key = (obligation.case_id, obligation.child_id)
        self._maintained[key] = self._maintained.get(key, 0) + kept
        outputs = {"amount_cents": kept}
        step = Applied(self.rules.maintenance, {"maintenance_left_cents": left}, outputs)
        found: list[BucketShare] = []
        for part, row in ((kept, to_maintenance), (cents - kept, above)):
            if part:
                one = _bucket_share(share, Bucket.CURRENT, part, row, above)
                found.append(replace(one, steps=(*one.steps, step)))
        return found

    def _maintenance_left(self, obligation: Obligation) -> int:
        """Return what of the month's maintenance the child's current support has not met yet."""
        case = self.books.cases[obligation.case_id]
        aid, month = self.aid(case), self.rules.month
        accrual = self.books.accrual(month)
        met = self._maintained.get((obligation.case_id, obligation.child_id), 0)
        for other in self.books.obligations:
            same = (other.case_id, other.child_id) == (obligation.case_id, obligation.child_id)
            in_care, of = children_in_care(case, other, aid, self.rules.assignments)
            if same and in_care:
                due_cents = self.books.current_due(other.obligation_id, month)
                paid_cents = max(0, month_amount(other, month, accrual) - due_cents)
                met += paid_cents * in_care // of
        return max(0, maintenance_for(aid, obligation) - met)

    def _of_obligation(
        self,
        share: Share,
        obligation: Obligation,
        hierarchy: Hierarchy,
        left: dict[tuple[str, Bucket], int],
    ) -> list[BucketShare]:
        result: list[BucketShare] = []
        rest = share.credited_cents
        for bucket, row in self._order([obligation], hierarchy):
            part = self._take(obligation, bucket, rest, left)
            if part:
                result.append(_bucket_share(share, bucket, part, row, hierarchy.balance))
                rest -= part
        _all_taken(obligation.case_id, rest)
        return result

    def _of_case(
        self, shares: Sequence[Share], kind: Kind, left: dict[tuple[str, Bucket], int]
    ) -> list[BucketShare]:
        """Pay the buckets of a case in their order, whichever of its obligations they lie in."""
        owed = {o.obligation_id: o for share in shares if (o := share.obligation) is not None}
        priority = self.rules.priority
        ordered = sorted(owed.values(), key=lambda o: (priority[o.support], o.obligation_id))
        hierarchy = self.rules.hierarchy(kind)
        total = rest = sum(share.credited_cents for share in shares)
        why = tuple(step for share in shares for step in share.steps)
        result: list[BucketShare] = []
        for bucket, row in self._order(ordered, hierarchy):
            for obligation in ordered:
                part = self._take(obligation, bucket, rest, left)
                if not part:
                    continue
                rest -= part
                step = Applied(self.rules.by_case, {"case_cents": total}, {"amount_cents": part})
                taken = replace(shares[0], obligation=obligation, steps=(*why, step))
                result.append(_bucket_share(taken, bucket, part, row, hierarchy.balance))
        _all_taken(ordered[0].case_id, rest)
        return result

    def _take(
        self, obligation: Obligation, bucket: Bucket, most: int, left: dict[tuple[str, Bucket], int]
    ) -> int:
        key = (obligation.obligation_id, bucket)
        room = left.get(key)
        if room is None:
            room = self.books.due.get(key, 0)
        part = min(most, room)
        left[key] = room - part
        return part

    def _order(
        self, obligations: Sequence[Obligation], hierarchy: Hierarchy
    ) -> list[tuple[Bucket, DistributionStep | None]]:
        """Return the buckets that hold arrears, in the order of the table; unnamed ones last."""
        due = self.books.due
        case = self.books.cases[obligations[0].case_id]
        owed = [
            bucket
            for bucket in ARREARS
            if any(due.get((o.obligation_id, bucket), 0) > 0 for o in obligations)
        ]
        order: list[tuple[Bucket, DistributionStep | None]] = []
        for named, row in hierarchy.arrears:
            for bucket in owed:
                read = bucket
                if bucket == Bucket.TA and self.aid(case).assistance == Assistance.FORMER:
                    read = Bucket.CA
                if named in (None, read):
                    order.append((bucket, row))
            owed = [bucket for bucket in owed if bucket not in {place for place, _ in order}]
        return [*order, *((bucket, None) for bucket in owed)]

    def _excess(self, share: Share) -> BucketShare:
        """Return what nobody is owed: a tax refund goes back to its filer, the rest is held."""
        found = _bucket_share(share, Bucket.CURRENT, share.credited_cents, None)
        if not self.offset:
            return found
        for obligation in self.books.obligations:
            kind = self.kind(obligation)
            row = None if kind.case_type == NON_IV_D else self.rules.hierarchy(kind).excess
            if row is not None:
                return replace(found, row=row, steps=())
        return found

    def pay(self, share: BucketShare, cash_cents: int) -> list[Part]:
        """Say who gets a share's cash; the parts sum to its cash and to its credit.

        The State's part is bounded by what the books say is left of the assistance.
        """
        credited = share.credited_cents
        row = share.row
        if row is None:
            return [self._held(share, cash_cents)]
        payee = self._payee(share, row)
        if payee != Payee.STATE or share.obligation is None:
            return [self._paid(share, row, cash_cents, credited, payee, {})]
        left = self.books.assistance_left(share.obligation.case_id)
        kept = min(cash_cents, left)
        over = cash_cents - kept
        facts: dict[str, str | int] = {"assistance_left_cents": left}
        if not over:
            return [self._paid(share, row, cash_cents, credited, payee, facts)]
        credits = largest_remainder(credited, [kept, over])
        limit = Applied(
            self.rules.retained_limit,
            {**facts, "assigned_cents": cash_cents},
            {"amount_cents": over},
        )
        rest = replace(share, steps=(*share.steps, limit))
        other, to = (share.balance or row), Payee.FAMILY
        if share.balance is not None:
            to = _PAYEES[share.balance.payee]
        parts = [self._paid(rest, other, over, credits[1], to, facts)]
        if kept:
            parts.insert(0, self._paid(share, row, kept, credits[0], payee, facts))
        return parts

    def _payee(self, share: BucketShare, row: DistributionStep) -> Payee:
        obligation = share.obligation
        if obligation is not None and obligation.owed_to_fips and not share.current:
            return Payee.OTHER_STATE
        return _PAYEES[row.payee]

    def _held(self, share: BucketShare, cash: int) -> Part:
        if share.obligation is not None:
            outputs: dict[str, str | int] = {
                "bucket": share.bucket.name,
                "payee": "hold",
                "amount_cents": cash,
            }
            step = Applied(self.rules.hierarchy_table, {}, outputs)
            share = replace(share, steps=(*share.steps, step))
        elif cash != share.credited_cents:
            # The sender kept a cost: less money than credit is held.
            facts = {"credited_cents": share.credited_cents}
            step = Applied(self.rules.future, facts, {"amount_cents": cash})
            share = replace(share, steps=(*share.steps[:-1], step))
        return self._part(share, cash, share.credited_cents, Payee.HELD, share.steps)

    def _paid(
        self,
        share: BucketShare,
        row: DistributionStep,
        cash: int,
        credited: int,
        payee: Payee,
        facts: dict[str, str | int],
    ) -> Part:
        name = row.payee
        if payee != _PAYEES[name]:
            name = "family" if payee == Payee.FAMILY else "initiating_agency"
        bucket = "current" if share.current else share.bucket.name
        if share.obligation is None:
            bucket = "excess"
        step = Applied(row, facts, {"bucket": bucket, "payee": name, "amount_cents": cash})
        return self._part(share, cash, credited, payee, (*share.steps, step))

    def _part(
        self,
        share: BucketShare,
        cash: int,
        credited: int,
        payee: Payee,
        steps: tuple[Applied, ...],
    ) -> Part:
        obligation = share.obligation
        if obligation is None:
            return Part(
                "", "", 0, share.current, share.bucket, None, cash, credited, payee,
                self.books.obligor_id, steps,
            )  # fmt: skip
        month = None
        if share.bucket == Bucket.CURRENT:
            month = self.books.standing[obligation.obligation_id].charged_through
        return Part(
            obligation.case_id, obligation.obligation_id, int(obligation.support), share.current,
            share.bucket, month, cash, credited, payee, self._payee_id(obligation, payee), steps,
        )  # fmt: skip

    def _payee_id(self, obligation: Obligation, payee: Payee) -> str:
        """Return the participant or agency that is paid; empty for an institution of ours."""
        case = self.books.cases[obligation.case_id]
        if payee == Payee.FAMILY:
            return case.obligee_id
        if payee == Payee.HELD:
            return self.books.obligor_id
        if payee == Payee.OTHER_STATE:
            return other_state_id(obligation.owed_to_fips or case.initiating_fips)
        return ""


def _bucket_share(
    share: Share,
    bucket: Bucket,
    credited_cents: int,
    row: DistributionStep | None,
    balance: DistributionStep | None = None,
) -> BucketShare:
    current = share.stage == CURRENT
    return BucketShare(
        share.obligation, current, bucket, credited_cents, row, share.steps, balance
    )  # fmt: skip


def _all_taken(case_id: str, rest: int) -> None:
    if rest:
        raise ValueError(f"case {case_id}: {rest} cents over its arrears")
