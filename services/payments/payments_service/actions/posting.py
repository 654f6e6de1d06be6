"""Posting: a page of one lane's receipts, in one transaction.

A timer takes a lane by its row lock and leaves those alone that another worker has, so workers
share the lanes and an obligor's receipts are posted in one order.
"""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date

import structlog

from chassis.runtime import Work
from childsupport.payments.v1 import events_pb2 as events
from payments_service import messages
from payments_service.actions.charging import States, changed_states, tell_charged
from payments_service.domain.bookkeeping import (
    Account,
    Entry,
    EntryKind,
    cash_lines,
    charge_entry,
    fact_id,
    receipt_lines,
)
from payments_service.domain.books import Books
from payments_service.domain.lanes import pseudo_obligor
from payments_service.domain.model import Part, Payee, Receipt, Source, month_of
from payments_service.domain.posting import Posted, post
from payments_service.domain.rules import rules_for
from payments_service.store import allocations, books, ledger, receipts, to_redo
from payments_service.store.allocations import Placed
from payments_service.store.receipts import Waiting

log = structlog.get_logger()

PAGE_RECEIPTS = 1_000
LATE = "late_receipt"
NO_ORDER_DETAIL = "The obligor is identified, but no order of theirs is known here yet."
UNIDENTIFIED_DETAIL = "The line could not be identified."


@dataclass(slots=True)
class PagePosting:
    """What a page of one lane comes to, gathered before any of it is written."""

    entries: list[Entry] = field(default_factory=list)
    posted: list[tuple[Waiting, tuple[Part, ...]]] = field(default_factory=list)
    suspended: list[tuple[Waiting, str, int, str]] = field(default_factory=list)
    charged: dict[tuple[str, str], None] = field(default_factory=dict)
    late: dict[str, list[Waiting]] = field(default_factory=dict)
    excess: dict[str, date] = field(default_factory=dict)
    """In which month something was over."""


def post_receipts(work: Work) -> bool:
    """Post a page of one lane; returns whether more may be waiting."""
    today = work.clock.today()
    lane = receipts.take_lane_to_post(work.session, today)
    if lane is None:
        return False
    waiting = receipts.take_page(work.session, lane, today, PAGE_RECEIPTS)
    obligors = dict.fromkeys(r.obligor_id for r in waiting if r.obligor_id)
    since = min((month_of(r.collection_date) for r in waiting), default=None)
    jurisdiction = work.settings.jurisdiction
    loaded, saved = books.load(work.session, obligors, since, jurisdiction=jurisdiction)
    redone = to_redo.waiting(work.session, lane)
    redone |= _with_excess(work, waiting, loaded)
    page = _post_page(waiting, loaded, redone, lane, jurisdiction, today)
    _write(work, lane, page, loaded, saved)
    return True


def _with_excess(work: Work, waiting: list[Waiting], loaded: dict[str, Books]) -> set[str]:
    """Return whose receipts begin a month while money is held over, which pays that month first."""
    begun = {
        receipt.obligor_id
        for receipt in waiting
        if (book := loaded.get(receipt.obligor_id or "")) is not None
        and (through := book.charged_through()) is not None
        and through < month_of(receipt.collection_date)
    }
    return set(to_redo.held_since(work.session, [id_ for id_ in begun if id_]))


def _post_page(
    waiting: list[Waiting],
    loaded: dict[str, Books],
    redone: Container[str],
    lane: int,
    jurisdiction: str,
    today: date,
) -> PagePosting:
    page = PagePosting()
    for receipt in waiting:
        book = loaded.get(receipt.obligor_id) if receipt.obligor_id else None
        if book is None:
            _suspend(page, receipt, *_why_not_posted(receipt, lane))
            continue
        # On a copy: what fails half way must leave the books as the receipts before it left them.
        tried = book.copy()
        try:
            result = _post(tried, receipt, jurisdiction, today)
        except (LookupError, ValueError) as error:
            log.warning("receipt cannot be posted", receipt=receipt.receipt_id, error=str(error))
            detail = f"It cannot be posted: {error}."
            _suspend(page, receipt, book.obligor_id, receipts.CANNOT_BE_POSTED, detail)
            continue
        if _is_late(receipt, book, page, redone):
            page.late.setdefault(book.obligor_id, []).append(receipt)
            continue
        loaded[book.obligor_id] = tried
        if any(part.payee == Payee.HELD and not part.obligation_id for part in result.parts):
            page.excess[book.obligor_id] = month_of(receipt.collection_date)
        _gather(page, receipt, tried, result)
    return page


def _is_late(receipt: Waiting, book: Books, page: PagePosting, redone: Container[str]) -> bool:
    """Return whether a receipt is posted as its obligor's books are computed again.

    Its month is over; or they are computed again anyhow, and it has its place among the others; or
    what a receipt of the page left over pays its month first.
    """
    obligor_id = book.obligor_id
    if obligor_id in page.late or obligor_id in redone:
        return True
    month = month_of(receipt.collection_date)
    return book.is_over(month) or page.excess.get(obligor_id, month) < month


def _post(book: Books, receipt: Waiting, jurisdiction: str, today: date) -> Posted:
    if month_of(receipt.collection_date) > month_of(today):
        message = f"{receipt.collection_date} is in a month that is not due yet on {today}"
        raise ValueError(message)
    facts = Receipt(
        receipt.receipt_id,
        book.obligor_id,
        receipt.amount_cents,
        receipt.credited_cents,
        receipt.collection_date,
        receipt.settlement_date,
        Source(receipt.source),
    )
    return post(book, facts, rules_for(jurisdiction, receipt.collection_date))


def _gather(page: PagePosting, receipt: Waiting, book: Books, result: Posted) -> None:
    obligor_id = book.obligor_id
    for charge in result.charges:
        obligation_id = charge.obligation.obligation_id
        revision = book.standing[obligation_id].revision
        page.entries.append(charge_entry(obligor_id, charge, revision))
        page.charged[obligor_id, obligation_id] = None
    page.entries.append(
        Entry(
            obligor_id,
            receipt.receipt_id,
            EntryKind.RECEIPT,
            receipt.receipt_id,
            receipt.collection_date,
            receipt.settlement_date,
            receipt_lines(receipt.amount_cents, result.parts),
        )
    )
    page.posted.append((receipt, result.parts))


def _suspend(
    page: PagePosting, receipt: Waiting, booked_under: str, reason: int, detail: str
) -> None:
    page.suspended.append((receipt, booked_under, reason, detail))
    page.entries.append(_suspense_entry(receipt, booked_under))


def _why_not_posted(receipt: Waiting, lane: int) -> tuple[str, int, str]:
    if receipt.obligor_id:
        return receipt.obligor_id, receipts.NO_ORDER, NO_ORDER_DETAIL
    return pseudo_obligor(lane), receipt.reason, receipt.detail or UNIDENTIFIED_DETAIL


def _suspense_entry(receipt: Waiting, booked_under: str) -> Entry:
    return Entry(
        booked_under,
        _suspense_id(receipt.receipt_id, receipt.suspensions + 1),
        EntryKind.SUSPENSE,
        receipt.receipt_id,
        receipt.collection_date,
        receipt.settlement_date,
        cash_lines(Account.BANK, Account.SUSPENSE, None, receipt.amount_cents),
    )


def _suspense_id(receipt_id: str, suspension: int) -> str:
    return fact_id(EntryKind.SUSPENSE.name, receipt_id, str(suspension))


def _write(
    work: Work, lane: int, page: PagePosting, loaded: dict[str, Books], saved: books.Saved
) -> None:
    session, today = work.session, work.clock.today()
    placed = [
        Placed(r.obligor_id or "", r.receipt_id, r.settlement_date, r.due_date, parts)
        for r, parts in page.posted
    ]
    allocations.write(session, placed)
    held = [item for item in placed if any(part.payee == Payee.HELD for part in item.parts)]
    if held:
        allocations.write_holds(session, held, today)
    books.save(session, loaded, saved)
    if page.late:
        _queue_late(work, page)
    if page.posted:
        receipts.mark_posted(session, [r.receipt_id for r, _ in page.posted], today)
    if page.suspended:
        receipts.mark_suspended(session, lane, page.suspended, today)
    # Last, so that the lane's chain is extended by what is complete.
    rows = ledger.record(session, lane, page.entries, on=today, at=work.clock.now())
    states = changed_states(rows, loaded)
    _tell_collections(work, lane, page, loaded, states)
    tell_charged(work, lane, page.charged, states)
    told = (messages.suspended(r, reason, detail) for r, _, reason, detail in page.suspended)
    for items in messages.pages(told):
        work.emit(events.ReceiptsSuspended(receipts=items), subject=f"lane/{lane}")
    holds = [
        messages.hold(receipt.receipt_id, sequence, part)
        for receipt, parts in page.posted
        for sequence, part in enumerate(parts, 1)
        if part.payee == Payee.HELD and part.amount_cents
    ]
    for some in messages.pages(holds):
        work.emit(events.MoneyHeld(holds=some), subject=f"lane/{lane}")


def _queue_late(work: Work, page: PagePosting) -> None:
    to_redo.add_late(
        work.session, [(id_, r.receipt_id) for id_, some in page.late.items() for r in some]
    )
    rows = [
        to_redo.ToRedo(id_, min(month_of(r.collection_date) for r in some), LATE)
        for id_, some in page.late.items()
    ]
    to_redo.queue(work.session, rows, work.clock.now())


def _tell_collections(
    work: Work, lane: int, page: PagePosting, loaded: dict[str, Books], states: States
) -> None:
    told = (
        messages.collection(receipt, parts, loaded[receipt.obligor_id or ""], states)
        for receipt, parts in page.posted
    )
    for items in messages.pages(told):
        work.emit(events.CollectionsPosted(collections=items), subject=f"lane/{lane}")
