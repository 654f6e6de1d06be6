"""Bringing an obligation up to a month: opening arrears once, then each month charged once."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from payments_service.domain.accrual import has_ended, month_amount
from payments_service.domain.books import ARREARS, Books, Standing
from payments_service.domain.buckets import buckets_of_unpaid, rebucket
from payments_service.domain.interest import interest_cents
from payments_service.domain.model import Bucket, Obligation, month_of, next_month
from payments_service.domain.proration import largest_remainder


class ChargeKind(IntEnum):
    """What a charge books."""

    OPENING = 1
    CURRENT = 2
    AGEING = 3
    REBUCKET = 4
    """Arrears change their bucket: assistance ended, or there is less of it than is assigned."""
    INTEREST = 5
    AHEAD = 9
    """What was paid ahead meets what is charged."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What the support book takes up for one obligation.

    `amounts` are cents by bucket; of an ageing their sum leaves current support of `month`, those
    of a change of bucket sum to nothing.
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
    behind: list[tuple[Obligation, Standing]] = []
    for obligation in books.obligations:
        standing = books.standing.get(obligation.obligation_id)
        if standing is None:
            standing = books.standing[obligation.obligation_id] = Standing()
            charges += _open(books, obligation)
        if month is None:
            continue
        through = standing.charged_through
        if through is None or through < month:
            behind.append((obligation, standing))
    if month is not None and behind:
        charges += _charge_through(books, behind, month)
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
    books: Books, behind: list[tuple[Obligation, Standing]], last: date
) -> list[Charge]:
    """Charge obligations month by month, all of them for one month before the next."""
    charges: list[Charge] = []
    reached = _reached(books)
    months: dict[str, date] = {}
    for obligation, standing in behind:
        through = standing.charged_through
        due_month = first_month(obligation, last) if through is None else next_month(through)
        unpaid = books.due.get((obligation.obligation_id, Bucket.CURRENT), 0)
        if unpaid or through is None or not _is_over(obligation, due_month):
            months[obligation.obligation_id] = due_month
    month = min(months.values(), default=next_month(last))
    while month <= last:
        turned: dict[str, None] = {}
        for obligation, standing in behind:
            if months.get(obligation.obligation_id) != month:
                continue
            if obligation.judgments:
                charges += _bear_interest(books, obligation, standing, month)
            charges += _age(books, obligation, standing, month)
            turned[obligation.case_id] = None
            if standing.charged_through is not None and _is_over(obligation, month):
                # Not marked as charged: support that comes back is charged from here on.
                continue
            charges += _charge(books, obligation, standing, month)
            months[obligation.obligation_id] = next_month(month)
        for case_id in turned:
            # Once a month: what is learnt within a month changes buckets from the next one on.
            if reached.get(case_id, month) < month:
                charges += _rebucket(books, case_id, month)
            reached[case_id] = month
        month = next_month(month)
    return charges


def _is_over(obligation: Obligation, month: date) -> bool:
    """Return whether no month is charged any more; judgments go on to bear interest."""
    return has_ended(obligation, month) and not obligation.judgments


def _bear_interest(
    books: Books, obligation: Obligation, standing: Standing, month: date
) -> list[Charge]:
    """Add the interest that fell due since the month before, to the buckets of the arrears."""
    since = standing.charged_through
    if since is None:
        # What fell due before the takeover stands in the arrears brought forward.
        since = max((opening.as_of for opening in obligation.opening), default=month)
    owed = {b: books.due.get((obligation.obligation_id, b), 0) for b in ARREARS}
    cents = interest_cents(obligation, sum(owed.values()), since, month, books.interest)
    if not cents:
        return []
    amounts = tuple(zip(owed, largest_remainder(cents, list(owed.values())), strict=True))
    for bucket, part in amounts:
        key = (obligation.obligation_id, bucket)
        books.due[key] = books.due.get(key, 0) + part
    borne = tuple((bucket, part) for bucket, part in amounts if part)
    return [Charge(ChargeKind.INTEREST, obligation, month, month, borne)]


def _reached(books: Books) -> dict[str, date]:
    """Return the last month that any obligation of a case is charged for, by case."""
    reached: dict[str, date] = {}
    for obligation in books.obligations:
        through = books.standing[obligation.obligation_id].charged_through
        if through is not None and through > reached.get(obligation.case_id, date.min):
            reached[obligation.case_id] = through
    return reached


def _charge(books: Books, obligation: Obligation, standing: Standing, month: date) -> list[Charge]:
    charges: list[Charge] = []
    key = (obligation.obligation_id, Bucket.CURRENT)
    accrual = books.accrual(month)
    if cents := month_amount(obligation, month, accrual):
        books.due[key] = books.due.get(key, 0) + cents
        amounts = ((Bucket.CURRENT, cents),)
        charges.append(Charge(ChargeKind.CURRENT, obligation, month, month, amounts))
        if standing.ahead_cents and accrual.ahead_is_used:
            charges.append(_use_ahead(books, obligation, standing, month))
    standing.charged_through = month
    return charges


def _rebucket(books: Books, case_id: str, month: date) -> list[Charge]:
    return [
        Charge(ChargeKind.REBUCKET, obligation, month, month, amounts)
        for obligation, amounts in rebucket(books, case_id, month)
    ]


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
    amounts = buckets_of_unpaid(books, obligation, standing.charged_through, unpaid)
    books.due[key] = 0
    for bucket, cents in amounts:
        arrears = (obligation.obligation_id, bucket)
        books.due[arrears] = books.due.get(arrears, 0) + cents
    month = standing.charged_through
    return [Charge(ChargeKind.AGEING, obligation, month, new_month, amounts)]
