"""The terms of an obligation: one after the other, no gap, no overlap, the last may be open."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from case_service.domain.model import Obligation, Order, Term

DAY = timedelta(days=1)
FOREVER = date.max


def terms_of(obligation: Obligation) -> tuple[Term, ...]:
    """Return the terms; of an obligation that has none, its monthly amount for all its days.

    Raises ValueError for an obligation without a first day.
    """
    if obligation.terms:
        return obligation.terms
    if obligation.effective_from is None:
        raise ValueError(f"obligation {obligation.obligation_id} has no first day")
    monthly = obligation.monthly_amount_cents
    return (Term(obligation.effective_from, obligation.effective_to, monthly, "monthly", monthly),)


def term_on(terms: Sequence[Term], day: date) -> Term | None:
    """Return the term in force on a day; None before the first and after the last."""
    for term in terms:
        if term.effective_from <= day <= (term.effective_to or FOREVER):
            return term
    return None


def monthly_on(terms: Sequence[Term], day: date) -> int:
    """Return what a day's month comes to, in cents: exactly one amount for any day."""
    term = term_on(terms, day)
    return term.monthly_cents if term else 0


def changed_from(terms: Sequence[Term], term: Term) -> tuple[Term, ...]:
    """Return the terms with a new one from its first day to the end that there was."""
    last = terms[-1].effective_to
    return (*_before(terms, term.effective_from), replace(term, effective_to=last))


def ended_after(terms: Sequence[Term], last_day: date) -> tuple[Term, ...]:
    """Return the terms cut off after a day. What ends before it began owes nothing for one day."""
    kept = tuple(_before(terms, last_day + DAY))
    if kept:
        return kept
    first = terms[0]
    return (replace(first, effective_to=first.effective_from, amount_cents=0, monthly_cents=0),)


def extended_to(terms: Sequence[Term], last_day: date | None) -> tuple[Term, ...]:
    """Return the terms with the last one going on to a day; None: with no end."""
    return (*terms[:-1], replace(terms[-1], effective_to=last_day))


def differing_days(
    before: Sequence[Term], after: Sequence[Term]
) -> tuple[date, date | None] | None:
    """Return the first and the last day for which something else is owed; None: the same.

    The last day is None when the difference has no end.
    """
    starts = sorted({start for terms in (before, after) for start in _breaks(terms)})
    spans = [
        (first, following - DAY if following else None)
        for first, following in zip(starts, [*starts[1:], None], strict=True)
        if _said(before, first) != _said(after, first)
    ]
    return (spans[0][0], spans[-1][1]) if spans else None


def present(obligation: Obligation, terms: tuple[Term, ...], today: date) -> Obligation:
    """Return an obligation with these terms: its amount is that of the term in force today.

    Before the first term it is the first one's, after the last one the last one's.
    """
    in_force = term_on(terms, today) or (terms[0] if today < terms[0].effective_from else terms[-1])
    return replace(
        obligation,
        terms=terms,
        monthly_amount_cents=in_force.monthly_cents,
        effective_from=terms[0].effective_from,
        effective_to=terms[-1].effective_to,
    )


def refreshed(order: Order, today: date) -> Order:
    """Return an order with each obligation's amount of today."""
    return replace(
        order,
        obligations=tuple(
            present(one, one.terms, today) if one.terms else one for one in order.obligations
        ),
    )


def _before(terms: Sequence[Term], day: date) -> Iterator[Term]:
    for term in terms:
        if term.effective_from < day:
            ends = min(term.effective_to or FOREVER, day - DAY)
            yield replace(term, effective_to=ends)


def _breaks(terms: Sequence[Term]) -> Iterator[date]:
    for term in terms:
        yield term.effective_from
        if term.effective_to is not None:
            yield term.effective_to + DAY


def _said(terms: Sequence[Term], day: date) -> tuple[int, str] | None:
    term = term_on(terms, day)
    return (term.amount_cents, term.frequency) if term else None
