"""Who is paid what was allocated (42 USC 657, 45 CFR 302.51), by the policy's ordered table.

Within an obligation the arrears are taken bucket by bucket in the order of the table; the State's
rows never keep more than the assistance that is not repaid (URA), what is above goes to the family.
A bucket that the table does not name is held until somebody decides; a temporarily assigned one is
read as conditionally assigned once assistance has ended.
"""

from dataclasses import dataclass, replace

from payments_service.domain.books import ARREARS, Books
from payments_service.domain.model import (
    Applied,
    Assistance,
    Bucket,
    Case,
    Obligation,
    Part,
    Payee,
    Support,
)
from payments_service.domain.proration import largest_remainder
from payments_service.domain.rules import Hierarchy, Rules
from policy import DistributionStep

_PAYEES = {"family": Payee.FAMILY, "state": Payee.STATE, "medicaid": Payee.MEDICAID}
LIMIT_URA = "ura"


@dataclass(frozen=True, slots=True)
class BucketShare:
    """A part of an allocated share that pays one bucket, and the row that says who gets it."""

    obligation: Obligation | None
    current: bool
    bucket: Bucket
    credited_cents: int
    row: DistributionStep | None
    steps: tuple[Applied, ...]


def hierarchy_of(case: Case, obligation: Obligation, rules: Rules) -> Hierarchy:
    """Return the rows that hold for an obligation."""
    if case.medicaid and obligation.support == Support.MEDICAL:
        return rules.medicaid()
    return rules.hierarchy(case)


def arrears_order(
    books: Books, case: Case, obligation: Obligation, hierarchy: Hierarchy
) -> list[tuple[Bucket, DistributionStep | None]]:
    """Return the buckets of an obligation that hold arrears, in the order of the table."""
    owed = [b for b in ARREARS if books.due.get((obligation.obligation_id, b), 0) > 0]
    order: list[tuple[Bucket, DistributionStep | None]] = []
    for named, row in hierarchy.arrears:
        for bucket in owed:
            read = bucket
            if bucket == Bucket.TA and case.assistance == Assistance.FORMER:
                read = Bucket.CA
            if named in (None, read):
                order.append((bucket, row))
        owed = [bucket for bucket in owed if bucket not in {place for place, _ in order}]
    return [*order, *((bucket, None) for bucket in owed)]


def pay(share: BucketShare, cash_cents: int, books: Books, rules: Rules) -> list[Part]:
    """Say who gets a share's cash; the parts sum to its cash and to its credit.

    The State's part is bounded by what `books` say is left of the assistance.
    """
    if share.obligation is None:
        return [_part(share, cash_cents, share.credited_cents, Payee.HELD, "", books)]
    if share.row is None:
        name = share.bucket.name
        outputs: dict[str, str | int] = {
            "bucket": name,
            "payee": "hold",
            "amount_cents": cash_cents,
        }
        step = Applied(rules.hierarchy_table, {}, outputs)
        held = replace(share, steps=(*share.steps, step))
        return [_part(held, cash_cents, share.credited_cents, Payee.HELD, "", books)]
    case = books.cases[share.obligation.case_id]
    payee = _PAYEES[share.row.payee]
    if payee != Payee.STATE or share.row.limit != LIMIT_URA:
        return [_paid(share, cash_cents, share.credited_cents, payee, {}, books)]
    left = books.assistance_left(case.case_id)
    kept = min(cash_cents, left)
    over = cash_cents - kept
    facts: dict[str, str | int] = {"assistance_left_cents": left}
    if not over:
        return [_paid(share, cash_cents, share.credited_cents, payee, facts, books)]
    credits = largest_remainder(share.credited_cents, [kept, over])
    limit = Applied(
        rules.retained_limit, {**facts, "assigned_cents": cash_cents}, {"amount_cents": over}
    )
    rest = replace(share, steps=(*share.steps, limit))
    parts = [_paid(rest, over, credits[1], Payee.FAMILY, facts, books)]
    if kept:
        parts.insert(0, _paid(share, kept, credits[0], payee, facts, books))
    return parts


def _paid(
    share: BucketShare,
    cash: int,
    credited: int,
    payee: Payee,
    facts: dict[str, str | int],
    books: Books,
) -> Part:
    if share.row is None:
        raise ValueError(f"no row of the distribution table pays {share.bucket.name}")
    bucket = "current" if share.current else share.bucket.name
    name = next(code for code, kind in _PAYEES.items() if kind == payee)
    step = Applied(share.row, facts, {"bucket": bucket, "payee": name, "amount_cents": cash})
    steps = (*share.steps, step)
    row = BucketShare(share.obligation, share.current, share.bucket, credited, share.row, steps)
    return _part(row, cash, credited, payee, "", books)


def _part(
    share: BucketShare, cash: int, credited: int, payee: Payee, payee_id: str, books: Books
) -> Part:
    obligation = share.obligation
    if obligation is None:
        return Part(
            "", "", 0, share.current, share.bucket, None, cash, credited, payee,
            books.obligor_id, share.steps,
        )  # fmt: skip
    if payee == Payee.FAMILY:
        payee_id = books.cases[obligation.case_id].obligee_id
    elif payee == Payee.HELD:
        payee_id = books.obligor_id
    month = None
    if share.bucket == Bucket.CURRENT:
        month = books.standing[obligation.obligation_id].charged_through
    return Part(
        obligation.case_id, obligation.obligation_id, int(obligation.support), share.current,
        share.bucket, month, cash, credited, payee, payee_id, share.steps,
    )  # fmt: skip
