"""Obligors' books computed again: a page of one lane in one transaction, beside the posting.

A page holds its lane's row lock from beginning to end, as posting does, so nothing is posted to
its obligors meanwhile. What dies on the way leaves the queue as it was.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import partial

import structlog

from chassis.dates import from_date
from chassis.runtime import Work
from childsupport.payments.v1 import events_pb2 as events
from payments_service import messages
from payments_service.actions import payment_notices
from payments_service.actions.charging import States, changed_states
from payments_service.actions.payment_notices import PEOPLE, Told
from payments_service.actions.recouping import NOTICE_DAYS
from payments_service.domain.bookkeeping import (
    PAYABLE,
    Account,
    Entry,
    EntryKind,
    Line,
    cash_lines,
    fact_id,
)
from payments_service.domain.lanes import lane_of
from payments_service.domain.model import Part, Payee, Receipt
from payments_service.domain.pinning import FREE
from payments_service.domain.redoing import Change, Law, Redone, redo
from payments_service.domain.rules import rules_for
from payments_service.store import books, claims, history, ledger, to_redo
from payments_service.store.to_redo import ToRedo
from policy import load

log = structlog.get_logger()

PAGE_OBLIGORS = 100
DISBURSE = "sdu.disburse"
NONE = "none"


def redo_obligors(work: Work) -> bool:
    """Compute a page of one lane's obligors again; returns whether more may be waiting."""
    lane = to_redo.take_lane(work.session)
    if lane is None:
        return False
    page = to_redo.take(work.session, lane, PAGE_OBLIGORS)
    if page:
        _redo_page(work, lane, page)
    return True


def redo_now(work: Work, rows: Sequence[ToRedo], receipt_id: str) -> str:
    """Compute obligors of locked lanes again at once; returns why that cannot be, else "".

    The last one posts the receipt if it is not posted to them yet.
    """
    target = rows[-1].obligor_id
    if len(rows) > 1:
        to_redo.add_late(work.session, [(target, receipt_id)])
    to_redo.queue(work.session, rows, work.clock.now())
    for row in rows:
        taken = to_redo.take_one(work.session, row.obligor_id)
        errors = _redo_page(work, lane_of(row.obligor_id), taken)
        if errors:
            return errors[0]
    return ""


def law_of(jurisdiction: str, on: date) -> Law:
    """Return what the policy says today of asking money back, and of receipts by their days."""
    policy = load(jurisdiction)
    return Law(
        partial(rules_for, jurisdiction),
        families_keep=policy.code("recoupment.from_family", on) == NONE,
        bounced_stays=policy.code("recoupment.bounced", on) == NONE,
    )


def _redo_page(work: Work, lane: int, page: Sequence[ToRedo]) -> list[str]:
    """Compute obligors again; those for whom it fails stay queued. Returns why."""
    session, today = work.session, work.clock.today()
    causes = {row.obligor_id: row.cause for row in page}
    months = {row.obligor_id: row.from_month for row in page}
    # What is held over is part of what later months are paid with.
    for obligor_id, since in to_redo.held_since(session, list(months)).items():
        months[obligor_id] = min(months[obligor_id], since)
    # And what was over already pays them: whose it is follows from the months that it pays.
    for obligor_id, since in to_redo.ahead_since(session, months).items():
        months[obligor_id] = min(months[obligor_id], since)
    loaded = history.load(session, months, work.settings.jurisdiction)
    law = law_of(work.settings.jurisdiction, today)
    done: dict[str, Redone] = {}
    errors: list[str] = []
    for row in page:
        stood = loaded.histories.get(row.obligor_id)
        if stood is None:
            continue
        try:
            done[row.obligor_id] = redo(stood, law, today)
        except (LookupError, ValueError) as error:
            log.warning("books cannot be computed", obligor=row.obligor_id, error=str(error))
            to_redo.put_back(session, row, str(error), work.clock.now())
            errors.append(str(error))
    changes = [change for one in done.values() for change in one.changes]
    entries = [entry for one in done.values() for entry in one.entries]
    entries += _released(loaded, changes, today)
    due = load(work.settings.jurisdiction).due_date(DISBURSE, today)
    numbered = _numbered(loaded, changes)
    history.write(session, loaded, changes, today, due)
    opened = list(_claims(changes, causes, today))
    claims.open_claims(session, opened)
    _tell_claimed(work, loaded, changes, opened)
    to_redo.forget_late(session, list(done))
    redone = {id_: one.books for id_, one in done.items()}
    books.save(session, redone, loaded.saved)
    rows = ledger.record(session, lane, entries, on=today, at=work.clock.now())
    states = changed_states(rows, redone)
    _tell(work, lane, numbered, loaded, states, causes)
    _tell_charged(work, lane, done, states)
    return errors


def _released(loaded: history.Loaded, changes: Sequence[Change], on: date) -> Iterator[Entry]:
    """Yield the entries that bring parts which end back to where their posting put them.

    Back from a hold that came after it, and from a caretaker to whom they were redirected.
    """
    for change in changes:
        receipt = change.stood.receipt
        for one in change.withdrawn:
            place = (receipt.obligor_id, receipt.receipt_id, one.sequence)
            held, cents = loaded.holds.get(place), one.part.amount_cents
            account = PAYABLE[one.part.payee]
            if held is not None and held.round:
                key = (receipt.receipt_id, str(one.sequence), str(held.round))
                lines = cash_lines(Account.HELD, account, held.payee_id, cents)
                yield _moved(receipt, EntryKind.RELEASE, key, lines, on)
            holder = loaded.held_for.get(place)
            if one.part.payee == Payee.FAMILY and holder not in {None, one.part.payee_id}:
                key = (receipt.receipt_id, str(one.sequence), "back")
                lines = [
                    *cash_lines(account, account, holder, cents)[:1],
                    *cash_lines(account, account, one.part.payee_id, cents)[1:],
                ]
                yield _moved(receipt, EntryKind.REDIRECTED, key, lines, on)


def _moved(
    receipt: Receipt, kind: EntryKind, key: tuple[str, ...], lines: Sequence[Line], on: date
) -> Entry:
    id_ = fact_id(kind.name, *key)
    return Entry(receipt.obligor_id, id_, kind, receipt.receipt_id, on, on, lines)


def _claims(changes: Sequence[Change], causes: dict[str, str], on: date) -> Iterator[claims.Claim]:
    for change in changes:
        receipt = change.stood.receipt
        reason = change.stood.taken_back or causes[receipt.obligor_id]
        for one in change.overpaid:
            cents = one.amount_cents
            yield claims.Claim(
                payee_id=one.payee_id,
                claim_id=one.claim_id,
                payee_kind=int(one.payee),
                obligor_id=receipt.obligor_id,
                receipt_id=receipt.receipt_id,
                amount_cents=cents,
                left_cents=cents if one.claimed else 0,
                reason=reason,
                state=claims.OPEN if one.claimed else claims.WAIVED,
                collectable=one.payee in FREE,
                opened_on=on,
                # A family gives back after it was told, and had its days to answer.
                notice_on=on if one.claimed and one.payee in PEOPLE else None,
            )


def _tell_claimed(
    work: Work, loaded: history.Loaded, changes: Sequence[Change], opened: Sequence[claims.Claim]
) -> None:
    """Tell families what they have to give back, and from which day on it is kept back."""
    asked = [claim for claim in opened if claim.notice_on]
    if not asked:
        return
    today = work.clock.today()
    days = load(work.settings.jurisdiction).days(NOTICE_DAYS, today)
    from_day = (today + timedelta(days=days)).isoformat()
    cases = {
        (change.stood.receipt.receipt_id, one.part.payee_id): one.part.case_id
        for change in changes
        for one in change.stood.parts
        if one.part.payee in PEOPLE
    }
    told = []
    for claim in asked:
        case_id = cases.get((claim.receipt_id, claim.payee_id), "")
        known = loaded.histories[claim.obligor_id].books.cases.get(case_id)
        case = (known.case_id, known.case_number) if known else None
        facts = {"amount_cents": str(claim.amount_cents), "from_on": from_day}
        told.append(Told("payment_claimed", claim.payee_id, claim.claim_id, case, facts))
    payment_notices.tell(work, told)


Numbered = list[tuple[Change, list[tuple[int, Part, int | None]]]]


def _numbered(loaded: history.Loaded, changes: Sequence[Change]) -> Numbered:
    """Return each changed receipt with all its parts in force, by their sequences."""
    found: Numbered = []
    for change in changes:
        receipt = change.stood.receipt
        last = loaded.last_sequence.get((receipt.obligor_id, receipt.receipt_id), 0)
        parts = [(one.sequence, one.part, one.out_as if one.gone else None) for one in change.kept]
        placed = enumerate(change.placed, last + 1)
        found.append((change, [*parts, *((n, one.part, one.paid_as) for n, one in placed)]))
    return found


def _tell(
    work: Work,
    lane: int,
    numbered: Numbered,
    loaded: history.Loaded,
    states: States,
    causes: dict[str, str],
) -> None:
    posted: list[events.Collection] = []
    corrected: list[events.CorrectedCollection] = []
    holds: list[events.Hold] = []
    for change, parts in numbered:
        told = _collection(change, parts, loaded, states)
        if change.posted:
            posted.append(told)
        else:
            obligor_id = change.stood.receipt.obligor_id
            corrected.append(
                events.CorrectedCollection(
                    collection=told,
                    revision=change.revision,
                    cause=change.stood.taken_back or causes[obligor_id],
                    before=[
                        messages.allocation(
                            one.sequence, one.part, _case_number(change, one.part, loaded)
                        )
                        for one in change.stood.parts
                    ],
                )
            )
        kept = {one.sequence for one in change.kept}
        holds += [
            messages.hold(change.stood.receipt.receipt_id, sequence, part)
            for sequence, part, paid_as in parts
            if sequence not in kept and part.payee == Payee.HELD and paid_as is None
            and part.amount_cents
        ]  # fmt: skip
    subject = f"lane/{lane}"
    for items in messages.pages(posted):
        work.emit(events.CollectionsPosted(collections=items), subject=subject)
    for some in messages.pages(corrected):
        work.emit(events.CollectionsCorrected(collections=some), subject=subject)
    for page in messages.pages(holds):
        work.emit(events.MoneyHeld(holds=page), subject=subject)


def _collection(
    change: Change,
    parts: list[tuple[int, Part, int | None]],
    loaded: history.Loaded,
    states: States,
) -> events.Collection:
    receipt = change.stood.receipt
    facts = loaded.facts[receipt.receipt_id]
    stands = bool(parts)
    before = (one.part for one in change.stood.parts)
    touched = dict.fromkeys(
        (part.obligation_id, int(part.bucket))
        for part in (*(part for _, part, _ in parts), *before)
        if part.obligation_id
    )
    return events.Collection(
        receipt_id=receipt.receipt_id,
        obligor_id=receipt.obligor_id,
        amount_cents=receipt.amount_cents if stands else 0,
        credited_cents=receipt.credited_cents if stands else 0,
        collection_date=from_date(receipt.collection_date),
        allocations=[
            messages.allocation(n, part, _case_number(change, part, loaded)) for n, part, _ in parts
        ],
        remitter_name=facts.remitter_name,
        submission_id=facts.submission_id,
        balances=[states[key] for key in touched if key in states],
    )


def _case_number(change: Change, part: Part, loaded: history.Loaded) -> str:
    cases = loaded.histories[change.stood.receipt.obligor_id].books.cases
    return cases[part.case_id].case_number if part.case_id in cases else ""


def _tell_charged(work: Work, lane: int, done: dict[str, Redone], states: States) -> None:
    charged = {id_ for one in done.values() for id_ in one.charged}
    told = [state for (obligation_id, _), state in states.items() if obligation_id in charged]
    for items in messages.pages(told):
        work.emit(events.ObligationsCharged(balances=items), subject=f"lane/{lane}")
