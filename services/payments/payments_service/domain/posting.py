"""A receipt of a known obligor from end to end: charged, allocated, distributed, the fee taken."""

from dataclasses import dataclass
from datetime import date

from payments_service.domain.allocation import CURRENT, EXCESS, Debt, Share, allocate
from payments_service.domain.books import Books
from payments_service.domain.charging import Charge, bring_up, month_amount
from payments_service.domain.distribution import BucketShare, arrears_order, hierarchy_of, pay
from payments_service.domain.fee import take_fee
from payments_service.domain.model import (
    Bucket,
    Obligation,
    Part,
    Payee,
    Receipt,
)
from payments_service.domain.proration import largest_remainder
from payments_service.domain.rules import Rules
from policy import DistributionStep


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a receipt: the parts sum to its money and to its credit."""

    charges: list[Charge]
    parts: tuple[Part, ...]


def post(books: Books, receipt: Receipt, rules: Rules) -> Posted:
    """Post a receipt; `books` are a working copy and are changed.

    Raises ValueError when the parts would not sum, or a debt would fall below nothing: then nothing
    of the page is kept.
    """
    month = rules.month
    charges = bring_up(books, month)
    arrears = books.arrears()
    debts = [
        _debt(books, obligation, month, arrears.get(obligation.obligation_id, 0))
        for obligation in books.obligations
    ]
    shares = allocate(receipt.credited_cents, debts, rules)
    by_bucket = _by_bucket(shares, books, rules)
    parts: list[Part] = []
    for share, cash in zip(by_bucket, _cash(receipt, by_bucket), strict=True):
        for part in pay(share, cash, books, rules):
            parts.append(part)
            if part.payee == Payee.STATE:
                books.fund(part.case_id, rules.fiscal_year).retained_cents += part.amount_cents
    result = tuple(take_fee(parts, books, rules))
    _check(receipt, result)
    _note_arrears(shares, books, month)
    books.apply(result, rules.fiscal_year)
    return Posted(charges, result)


def _debt(books: Books, obligation: Obligation, month: date, arrears_cents: int) -> Debt:
    id_ = obligation.obligation_id
    ordered = obligation.monthly_arrears_cents
    if ordered:
        ordered = max(0, ordered - books.arrears_paid.get((id_, month), 0))
    month_cents = month_amount(obligation, month)
    return Debt(obligation, month_cents, books.current_due(id_, month), ordered, arrears_cents)


def _by_bucket(shares: list[Share], books: Books, rules: Rules) -> list[BucketShare]:
    """Split arrears over buckets; two stages of one obligation take from the same balances."""
    result: list[BucketShare] = []
    left: dict[tuple[str, Bucket], int] = {}
    for share in shares:
        obligation = share.obligation
        if obligation is None:
            result.append(_bucket_share(share, Bucket.CURRENT, share.credited_cents, None))
            continue
        case = books.cases[obligation.case_id]
        hierarchy = hierarchy_of(case, obligation, rules)
        if share.stage == CURRENT:
            result.append(
                _bucket_share(share, Bucket.CURRENT, share.credited_cents, hierarchy.current)
            )  # fmt: skip
            continue
        rest = share.credited_cents
        for bucket, row in arrears_order(books, case, obligation, hierarchy):
            key = (obligation.obligation_id, bucket)
            room = left.get(key, books.due[key])
            part = min(rest, room)
            if part:
                result.append(_bucket_share(share, bucket, part, row))
                left[key] = room - part
                rest -= part
        if rest:
            raise ValueError(
                f"obligation {obligation.obligation_id}: {rest} cents over its arrears"
            )
    return result


def _bucket_share(
    share: Share, bucket: Bucket, credited_cents: int, row: DistributionStep | None
) -> BucketShare:
    current = share.stage == CURRENT
    return BucketShare(share.obligation, current, bucket, credited_cents, row, share.steps)


def _cash(receipt: Receipt, shares: list[BucketShare]) -> list[int]:
    """Return the cash of each share; where the sender kept a cost, in proportion to the credit."""
    credits = [share.credited_cents for share in shares]
    if receipt.amount_cents == receipt.credited_cents:
        return credits
    return largest_remainder(receipt.amount_cents, credits)


def _check(receipt: Receipt, parts: tuple[Part, ...]) -> None:
    cash = sum(part.amount_cents for part in parts)
    credit = sum(part.credited_cents for part in parts)
    if (cash, credit) != (receipt.amount_cents, receipt.credited_cents):
        message = (
            f"receipt {receipt.receipt_id}: the parts sum to {cash} and {credit} cents, "
            f"not to {receipt.amount_cents} and {receipt.credited_cents}"
        )
        raise ValueError(message)


def _note_arrears(shares: list[Share], books: Books, month: date) -> None:
    """Note what was paid on arrears in a month, for the ordered amounts of later receipts."""
    for share in shares:
        if share.obligation is None or share.stage in {CURRENT, EXCESS}:
            continue
        if not share.obligation.monthly_arrears_cents:
            continue
        key = (share.obligation.obligation_id, month)
        books.arrears_paid[key] = books.arrears_paid.get(key, 0) + share.credited_cents
