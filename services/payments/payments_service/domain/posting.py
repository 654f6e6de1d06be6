"""A receipt of a known obligor from end to end: charged, allocated, distributed, the fee taken."""

from dataclasses import dataclass
from datetime import date

from payments_service.domain.accrual import month_amount
from payments_service.domain.allocation import CURRENT, EXCESS, Debt, Share, allocate
from payments_service.domain.books import Books
from payments_service.domain.charging import Charge, bring_up
from payments_service.domain.distribution import BucketShare, Distribution
from payments_service.domain.fee import take_fee
from payments_service.domain.model import Obligation, Part, Payee, Receipt
from payments_service.domain.proration import largest_remainder
from payments_service.domain.rules import Rules, is_offset


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
    charges = bring_up(books, rules.month)
    return Posted(charges, share_out(books, receipt, rules))


def share_out(books: Books, receipt: Receipt, rules: Rules) -> tuple[Part, ...]:
    """Allocate and distribute a receipt over books that are charged through its month."""
    month = rules.month
    arrears = books.arrears()
    offset = is_offset(receipt.source)
    debts = [
        _debt(books, obligation, month, arrears.get(obligation.obligation_id, 0))
        for obligation in books.obligations
        # A tax refund is withheld for support that the program collects, and pays no other.
        if not offset or books.cases[obligation.case_id].iv_d
    ]
    shares = allocate(receipt.credited_cents, debts, rules, offset=offset)
    distribution = Distribution(books, rules, offset=offset)
    by_bucket = distribution.by_bucket(shares)
    year = rules.fee_year(receipt.settlement_date)
    parts: list[Part] = []
    for share, cash in zip(by_bucket, _cash(receipt, by_bucket), strict=True):
        for part in distribution.pay(share, cash):
            parts.append(part)
            if part.payee == Payee.STATE:
                books.fund(part.case_id, year).retained_cents += part.amount_cents
    result = tuple(take_fee(parts, distribution, year))
    _check(receipt, result)
    _note_arrears(shares, books, month)
    books.apply(result, year)
    return result


def _debt(books: Books, obligation: Obligation, month: date, arrears_cents: int) -> Debt:
    id_ = obligation.obligation_id
    ordered = obligation.monthly_arrears_cents
    if ordered:
        ordered = max(0, ordered - books.arrears_paid.get((id_, month), 0))
    month_cents = month_amount(obligation, month, books.accrual(month))
    return Debt(obligation, month_cents, books.current_due(id_, month), ordered, arrears_cents)


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
