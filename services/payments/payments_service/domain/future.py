"""What a receipt left over, applied to later months as they are charged (45 CFR 302.51(b)).

Money is over only when nothing at all was owed, so that assigned support of the month and of all
before it was paid. It is held. Once a later month is charged, the books are computed again with
what is held as a credit of that month's current support, in the proportions of that month, and
owed to whom that month's support belongs. What no month asks for yet stays held. A tax refund
never pays current support; where foster care pays for a child, the money waits for a person.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from payments_service.domain.accrual import month_amount
from payments_service.domain.allocation import Debt, Share, share_current
from payments_service.domain.assistance import aid_in
from payments_service.domain.books import Books
from payments_service.domain.charging import first_month
from payments_service.domain.distribution import Distribution
from payments_service.domain.fee import take_fee
from payments_service.domain.model import (
    Applied,
    Obligation,
    Part,
    Payee,
    Receipt,
    month_of,
    next_month,
)
from payments_service.domain.proration import largest_remainder
from payments_service.domain.rules import Rules, is_offset

RulesOf = Callable[[date], Rules]


def apply_excess(
    books: Books, receipt: Receipt, parts: tuple[Part, ...], through: date, rules_of: RulesOf
) -> tuple[Part, ...]:
    """Return a posted receipt's parts with what was over as credits of the months up to `through`.

    The books, in which the receipt is posted already, are changed.
    """
    first = next_month(month_of(receipt.collection_date))
    if is_offset(receipt.source) or first > through:
        return parts
    result: list[Part] = []
    for part in parts:
        if part.payee == Payee.HELD and not part.obligation_id:
            result += _applied(books, receipt, part, (first, through), rules_of)
        else:
            result.append(part)
    return tuple(result)


def _applied(
    books: Books, receipt: Receipt, excess: Part, span: tuple[date, date], rules_of: RulesOf
) -> list[Part]:
    month, through = span
    shares: list[tuple[Rules, Share]] = []
    asked: dict[str, int] = {}
    given = {id_: standing.ahead_cents for id_, standing in books.standing.items()}
    rest = excess.credited_cents
    while month <= through and rest:
        rules = rules_of(month)
        debts = _debts(books, month, span[0], asked, given)
        if rules.excess_is_applied and books.accrual(month).ahead_is_used:
            for share in share_current(rest, debts, rules):
                if share.obligation is not None:
                    given[share.obligation.obligation_id] += share.credited_cents
                rest -= share.credited_cents
                shares.append((rules, share))
        month = next_month(month)
    if not shares:
        return [excess]
    credits = [*(share.credited_cents for _, share in shares), rest]
    cash = largest_remainder(excess.amount_cents, credits)
    year = rules_of(receipt.collection_date).fee_year(receipt.settlement_date)
    parts: list[Part] = []
    for (rules, share), cents in zip(shares, cash, strict=False):
        parts += _pay(books, share, cents, rules, year)
    if rest:
        parts.append(_left(excess, cash[-1], rest))
    return parts


def _debts(
    books: Books, month: date, first: date, asked: dict[str, int], given: dict[str, int]
) -> list[Debt]:
    """Return what obligations come to for a month, and what of it no credit meets yet.

    `asked`: what the months before come to, from the first one on; it is added to.
    """
    debts: list[Debt] = []
    for obligation in books.obligations:
        id_ = obligation.obligation_id
        if books.standing[id_].charged_through is None and month < first_month(obligation, first):
            continue
        cents = month_amount(obligation, month, books.accrual(month))
        asked[id_] = asked.get(id_, 0) + cents
        missing = 0 if _in_care(books, obligation, month) else max(0, asked[id_] - given[id_])
        debts.append(Debt(obligation, cents, min(missing, cents), 0, 0))
    return debts


def _in_care(books: Books, obligation: Obligation, month: date) -> bool:
    case = books.cases[obligation.case_id]
    return case.iv_d and not case.initiating_fips and bool(aid_in(case, month).foster)


def _pay(books: Books, share: Share, cash_cents: int, rules: Rules, year: int) -> list[Part]:
    """Return the parts of one share of a later month, as credits of its obligation."""
    distribution = Distribution(books, rules, offset=False)
    (found,) = distribution.by_bucket([share])
    parts = distribution.pay(found, cash_cents)
    for part in parts:
        if part.payee == Payee.STATE:
            books.fund(part.case_id, year).retained_cents += part.amount_cents
    facts = {"month": rules.month.isoformat()}
    ahead = tuple(
        replace(
            part,
            current=False,
            month=None,
            steps=(
                *part.steps,
                Applied(rules.held_excess, facts, {"amount_cents": part.amount_cents}),
            ),
        )
        for part in take_fee(parts, distribution, year)
    )
    books.apply(ahead, year)
    return list(ahead)


def _left(excess: Part, amount_cents: int, credited_cents: int) -> Part:
    """Return what is still held, its steps with what is left."""
    steps = tuple(
        step._replace(outputs={**step.outputs, "amount_cents": amount_cents})
        for step in excess.steps
    )
    return replace(excess, amount_cents=amount_cents, credited_cents=credited_cents, steps=steps)
