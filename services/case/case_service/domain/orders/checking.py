"""What an order, a modification, a correction and an end must be. Each rule names its field."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from case_service.domain.imports import MAX_MONTHLY_CENTS
from case_service.domain.model import Obligation, Violation
from case_service.domain.orders.model import (
    KINDS,
    WITHHOLDING_EXCEPTIONS,
    AmountChange,
    Correction,
    Ending,
    Modification,
    NewObligation,
    NewOrder,
    OrderText,
    StatedTerm,
)
from case_service.domain.orders.terms import DAY, terms_of

MAX_AMOUNT_CENTS = 12 * MAX_MONTHLY_CENTS
OBLIGATIONS_MAX = 100
TERMS_MAX = 1_000
# Nobody owes for a day before this one any more: an earlier one is a slip of the pen.
# ast-grep-ignore: no-figure-of-law
EARLIEST = date(1950, 1, 1)
FOR_CHILDREN = ("child", "medical", "child_care")
CHANGES_ONLY = "only an amount that runs can be changed; record what is owed once by itself"


def order_violations(
    order: NewOrder, children: Collection[str], today: date, permitted_from: date | None
) -> Iterator[Violation]:
    """Yield what is wrong with a new order of a case that has these children.

    `permitted_from` is the first day that an order of the kind `modification` may reach back to.
    """
    yield from text_violations("order", order.text, children, today)
    if not order.obligations and order.text.judgment is None:
        yield Violation("obligations", "at least one, or a judgment for arrears")
    if len(order.obligations) > OBLIGATIONS_MAX:
        yield Violation("obligations", f"{OBLIGATIONS_MAX} at the most")
    ids = [one.obligation_id for one in order.obligations if one.obligation_id]
    if len(set(ids)) != len(ids):
        yield Violation("obligations.obligation_id", "each id once at the most")
    judgment = order.text.judgment
    if judgment and judgment.obligation_id and judgment.obligation_id not in ids:
        yield Violation("order.judgment.obligation_id", "an obligation of this order, or empty")
    for n, one in enumerate(order.obligations):
        path = f"obligations[{n}]"
        yield from _new_obligation(path, one, order.text.children)
        if order.text.kind == "modification" and permitted_from and one.terms:
            first = one.terms[0].effective_from
            yield from _reach(f"{path}.terms[0].effective_from", first, permitted_from)


def text_violations(
    path: str, text: OrderText, children: Collection[str], today: date
) -> Iterator[Violation]:
    """Yield what is wrong with an order's words."""
    if text.kind not in KINDS:
        yield Violation(f"{path}.kind", "must be said")
    if not text.court_number.strip():
        yield Violation(f"{path}.court_number", "must not be empty")
    if text.kind == "registered_foreign" and not text.issuing_state:
        yield Violation(f"{path}.issuing_state", "the State or country that issued it")
    if len(text.county_fips) not in {0, 5} or not (text.county_fips or "0").isdigit():
        yield Violation(f"{path}.county_fips", "five digits, or empty when unknown")
    yield from _dates(path, text, today)
    if text.withholding_exception:
        yield from _exception(path, text)
    yield from unknown_children(f"{path}.children", text.children, children)
    judgment = text.judgment
    if judgment:
        if not judgment.amount_cents > 0:
            yield Violation(f"{path}.judgment.amount_cents", "must be above zero")
        if not judgment.bucket:
            yield Violation(f"{path}.judgment.bucket", "must be said")
        if not 0 <= judgment.monthly_cents <= MAX_MONTHLY_CENTS:
            yield Violation(f"{path}.judgment.monthly_cents", f"0 to {MAX_MONTHLY_CENTS} cents")


def unknown_children(
    path: str, named: Sequence[str], children: Collection[str]
) -> Iterator[Violation]:
    """Yield the children that an order names and its case does not have."""
    for n, child in enumerate(named):
        if child not in children:
            yield Violation(f"{path}[{n}]", "a child of the case; record it first")


def modification_violations(
    change: Modification,
    owed: Sequence[Obligation],
    children: Collection[str],
    today: date,
    permitted_from: date | None,
) -> Iterator[Violation]:
    """Yield what is wrong with a change of an order with these obligations.

    `permitted_from` is the first day that it may reach back to; None while that is not known.
    """
    if change.entered_on > today:
        yield Violation("entered_on", f"{today} or before")
    for name in ("filed_on", "notice_on"):
        day = getattr(change, name)
        if day is not None and day > change.entered_on:
            yield Violation(name, "not after the day that the change was entered")
    if permitted_from is not None:
        yield from _reach("effective_from", change.effective_from, permitted_from)
    if not change.changes and not change.added:
        yield Violation("changes", "at least one, or an obligation that is added")
    known = {one.obligation_id: one for one in owed}
    ids = [one.obligation_id for one in change.changes]
    if len(set(ids)) != len(ids):
        yield Violation("changes.obligation_id", "each obligation once at the most")
    for n, one in enumerate(change.changes):
        yield from _change(f"changes[{n}]", one, known.get(one.obligation_id), change)
    for n, added in enumerate(change.added):
        path = f"added[{n}]"
        yield from _new_obligation(path, added, children)
        if added.terms and permitted_from:
            first = added.terms[0].effective_from
            yield from _reach(f"{path}.terms[0].effective_from", first, permitted_from)


def correction_violations(
    correction: Correction, owed: Sequence[Obligation], children: Collection[str], today: date
) -> Iterator[Violation]:
    """Yield what is wrong with a correction: it needs proof, and whole terms."""
    if not correction.document_id:
        yield Violation("document_id", "the court's paper that proves what was ordered")
    if not correction.paper_says.strip():
        yield Violation("paper_says", "what the court's paper says")
    if not correction.obligations and correction.text is None:
        yield Violation("obligations", "what is to be put right: an obligation, or the order")
    if correction.text is not None:
        yield from text_violations("order", correction.text, children, today)
    known = {one.obligation_id for one in owed}
    ids = [one.obligation_id for one in correction.obligations]
    if len(set(ids)) != len(ids):
        yield Violation("obligations.obligation_id", "each obligation once at the most")
    for n, one in enumerate(correction.obligations):
        if one.obligation_id not in known:
            yield Violation(f"obligations[{n}].obligation_id", "an obligation of this order")
        yield from _stated_terms(f"obligations[{n}].terms", one.terms)
        if one.monthly_arrears_cents is not None:
            yield from _arrears(f"obligations[{n}]", one.monthly_arrears_cents)


def ending_violations(ending: Ending, one: Obligation, permitted_from: date) -> Iterator[Violation]:
    """Yield what is wrong with an end: it lies within the days that are owed for.

    `permitted_from` is the first day that it may reach back to.
    """
    terms = terms_of(one)
    first, last = terms[0].effective_from, terms[-1].effective_to
    if ending.last_day < first - DAY:
        yield Violation("last_day", f"{first - DAY} or later: support begins the day after")
    if last is not None and ending.last_day >= last:
        yield Violation("last_day", f"before {last}, which is its last day already")
    yield from _reach("last_day", ending.last_day, permitted_from - DAY)


def _dates(path: str, text: OrderText, today: date) -> Iterator[Violation]:
    if text.entered_on is None:
        yield Violation(f"{path}.entered_on", "must be said")
    elif text.entered_on > today:
        yield Violation(f"{path}.entered_on", f"{today} or before")
    for name in ("filed_on", "notice_on"):
        day = getattr(text, name)
        if day is not None and text.entered_on is not None and day > text.entered_on:
            yield Violation(f"{path}.{name}", "not after the day that the order was entered")


def _exception(path: str, text: OrderText) -> Iterator[Violation]:
    """An exception rests on a court's finding or a written agreement (45 CFR 303.100(b)(1))."""
    if text.withholding_exception not in WITHHOLDING_EXCEPTIONS:
        yield Violation(
            f"{path}.withholding_exception", f"one of {', '.join(WITHHOLDING_EXCEPTIONS)}"
        )
    if text.income_withholding:
        yield Violation(f"{path}.withholding_exception", "empty while withholding is immediate")
    if not text.withholding_finding.strip():
        yield Violation(
            f"{path}.withholding_finding", "the court's finding, or the agreement in writing"
        )


def _new_obligation(
    path: str, one: NewObligation, children: Collection[str]
) -> Iterator[Violation]:
    if not one.support_type:
        yield Violation(f"{path}.support_type", "must be said")
    if one.child_id and one.child_id not in children:
        yield Violation(f"{path}.child_id", "one of the order's children, or empty for all")
    if one.support_type in FOR_CHILDREN and not children:
        yield Violation(f"{path}.support_type", "needs the children that the order covers")
    yield from _arrears(path, one.monthly_arrears_cents)
    yield from _stated_terms(f"{path}.terms", one.terms)


def _arrears(path: str, cents: int) -> Iterator[Violation]:
    if not 0 <= cents <= MAX_MONTHLY_CENTS:
        yield Violation(f"{path}.monthly_arrears_cents", f"0 to {MAX_MONTHLY_CENTS} cents")


def _stated_terms(path: str, terms: Sequence[StatedTerm]) -> Iterator[Violation]:
    if not terms:
        yield Violation(path, "at least one")
    if len(terms) > TERMS_MAX:
        yield Violation(path, f"{TERMS_MAX} at the most")
    if len(terms) > 1 and any(term.frequency == "once" for term in terms):
        yield Violation(path, "what is owed once stands alone")
    for n, term in enumerate(terms):
        yield from _amount(f"{path}[{n}]", term.amount_cents, term.frequency)
        if not term.effective_from >= EARLIEST:
            yield Violation(f"{path}[{n}].effective_from", f"{EARLIEST} or later")
        last = term.effective_to
        if last is not None and last < term.effective_from:
            yield Violation(f"{path}[{n}].effective_to", "must not be before effective_from")
        following = terms[n + 1] if n + 1 < len(terms) else None
        if following and (last is None or last + timedelta(days=1) != following.effective_from):
            expected = f"{following.effective_from - DAY}: the day before the next begins"
            yield Violation(f"{path}[{n}].effective_to", expected)


def _amount(path: str, cents: int, frequency: str) -> Iterator[Violation]:
    if not 0 <= cents <= MAX_AMOUNT_CENTS:
        yield Violation(f"{path}.amount_cents", f"0 to {MAX_AMOUNT_CENTS} cents")
    if not frequency:
        yield Violation(f"{path}.frequency", "must be said")


def _change(
    path: str, one: AmountChange, owed: Obligation | None, change: Modification
) -> Iterator[Violation]:
    if owed is None:
        yield Violation(f"{path}.obligation_id", "an obligation of this order")
        return
    yield from _amount(path, one.amount_cents, one.frequency)
    if one.monthly_arrears_cents is not None:
        yield from _arrears(path, one.monthly_arrears_cents)
    terms = terms_of(owed)
    if "once" in {one.frequency, terms[0].frequency}:
        yield Violation(f"{path}.frequency", CHANGES_ONLY)
    first, last = terms[0].effective_from, terms[-1].effective_to
    if change.effective_from < first:
        yield Violation("effective_from", f"{first} or later: {path} is not owed before")
    if last is not None and change.effective_from > last:
        yield Violation("effective_from", f"{last} or before: {path} ended then")


def _reach(field: str, first: date, permitted_from: date) -> Iterator[Violation]:
    if first < permitted_from:
        yield Violation(
            field,
            f"{permitted_from} or later: a change of support never reaches behind the notice of"
            " the motion (42 USC 666(a)(9)(C); KRS 403.213(1))",
        )
