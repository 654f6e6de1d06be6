"""Bringing an obligation up to a month: opening arrears once, then each month charged once."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from payments_service.domain.accrual import has_ended, month_amount
from payments_service.domain.books import Books, Standing
from payments_service.domain.buckets import buckets_of_unpaid
from payments_service.domain.model import Bucket, Obligation, month_of, next_month


class ChargeKind(IntEnum):
    """What a charge books."""

    OPENING = 1
    CURRENT = 2
    AGEING = 3
    AHEAD = 9
    """What was paid ahead meets what is charged."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What the support book takes up for one obligation.

    `amounts` are cents by bucket; of an ageing their sum leaves current support of `month`.
    """

    kind: ChargeKind
    obligation: Obligation
    month: date
    effective: date
    amounts: tuple[tuple[Bucket, int], ...]


def bring_up(books: Books, month: date | None) -> list[Charge]:
    """Charge every obligation through `month`, or (None) book only the opening arrears.

    Changes the books.
    """
    charges: list[Charge] = []
    for obligation in books.obligations:
        standing = books.standing.get(obligation.obligation_id)
        if standing is None:
            standing = books.standing[obligation.obligation_id] = Standing()
            charges += _open(books, obligation)
        if month is None:
            continue
        through = standing.charged_through
        if through is None or through < month:
            charges += _charge_through(books, obligation, standing, month)
    return charges


def first_month(obligation: Obligation, needed: date) -> date:
    """Return the first month that this ledger charges.

    What was owed before the takeover comes as opening arrears; the ledger charges from the month
    after they were struck, else from the month in which it first heard of the obligation (or
    earlier, when money was collected in an earlier one), never before the order takes effect.
    What was ordered here and recorded late counts as heard of when it takes effect.
    """
    start = max(month_of(obligation.effective_from), min(needed, obligation.learnt_month))
    if obligation.opening:
        struck = max(opening.as_of for opening in obligation.opening)
        start = max(month_of(obligation.effective_from), month_of(struck + timedelta(days=1)))
    return start


def _open(books: Books, obligation: Obligation) -> list[Charge]:
    amounts = []
    for opening in obligation.opening:
        if opening.amount_cents:
            key = (obligation.obligation_id, opening.bucket)
            books.due[key] = books.due.get(key, 0) + opening.amount_cents
            amounts.append((opening.bucket, opening.amount_cents))
    if not amounts:
        return []
    struck = max(opening.as_of for opening in obligation.opening)
    return [Charge(ChargeKind.OPENING, obligation, month_of(struck), struck, tuple(amounts))]


def _charge_through(
    books: Books, obligation: Obligation, standing: Standing, month: date
) -> list[Charge]:
    charges: list[Charge] = []
    key = (obligation.obligation_id, Bucket.CURRENT)
    through = standing.charged_through
    due_month = first_month(obligation, month) if through is None else next_month(through)
    while due_month <= month:
        charges += _age(books, obligation, standing, due_month)
        if standing.charged_through is not None and has_ended(obligation, due_month):
            # Not marked as charged: support that comes back is charged from here on.
            break
        accrual = books.accrual(due_month)
        if cents := month_amount(obligation, due_month, accrual):
            books.due[key] = books.due.get(key, 0) + cents
            amounts = ((Bucket.CURRENT, cents),)
            charges.append(Charge(ChargeKind.CURRENT, obligation, due_month, due_month, amounts))
            if standing.ahead_cents and accrual.ahead_is_used:
                charges.append(_use_ahead(books, obligation, standing, due_month))
        standing.charged_through = due_month
        due_month = next_month(due_month)
    return charges


def _use_ahead(books: Books, obligation: Obligation, standing: Standing, month: date) -> Charge:
    """Let what was paid ahead on an obligation meet what it comes to for a month."""
    key = (obligation.obligation_id, Bucket.CURRENT)
    used = min(standing.ahead_cents, books.due[key])
    standing.ahead_cents -= used
    books.due[key] -= used
    return Charge(ChargeKind.AHEAD, obligation, month, month, ((Bucket.CURRENT, -used),))


def _age(books: Books, obligation: Obligation, standing: Standing, new_month: date) -> list[Charge]:
    key = (obligation.obligation_id, Bucket.CURRENT)
    unpaid = books.due.get(key, 0)
    if not unpaid or standing.charged_through is None:
        return []
    amounts = buckets_of_unpaid(books, obligation, unpaid)
    books.due[key] = 0
    for bucket, cents in amounts:
        arrears = (obligation.obligation_id, bucket)
        books.due[arrears] = books.due.get(arrears, 0) + cents
    month = standing.charged_through
    return [Charge(ChargeKind.AGEING, obligation, month, new_month, amounts)]
