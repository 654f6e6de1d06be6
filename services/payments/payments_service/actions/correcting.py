"""Corrections of receipts: two people for what people find, nobody for what the bank says.

A correction changes the receipt's row and has its obligors' books computed again in the same
transaction, with their lanes locked: there is no moment at which the books say something else.
"""

from collections.abc import Sequence
from datetime import date

from chassis.errors import PlatformError, invalid_field, not_found
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason
from payments_service.actions.redoing import redo_now
from payments_service.domain.bookkeeping import Account, Entry, EntryKind, cash_lines, fact_id
from payments_service.domain.lanes import lane_of
from payments_service.domain.model import month_of
from payments_service.store import corrections as store
from payments_service.store import ledger, receipts
from payments_service.store.corrections import Correction, Receipt
from payments_service.store.to_redo import ToRedo
from policy import load

NSF, CHARGEBACK, MISAPPLIED = "nsf", "chargeback", "misapplied"
WRONG_CASE, WRONG_AMOUNT = "wrong_case", "wrong_amount"
CAUSES = (NSF, CHARGEBACK, MISAPPLIED)
PEOPLE = "corrections.people"
ALONE = 1
BANK = "What the bank says."


def reverse(work: Work, receipt_id: str, cause: str, on: date) -> bool:
    """Take a receipt back on the bank's word (a returned check, a chargeback), without a second.

    Returns False when it was taken back before: a fact told twice changes nothing. Raises NOT_FOUND
    for a receipt that is not here, FAILED_PRECONDITION for one whose file is not complete, or that
    was paid back to its sender: then the bank's money is gone twice.
    """
    found = _locked(work, receipt_id)
    if found.state == receipts.REVERSED:
        if not store.is_reversed(work.session, receipt_id):
            raise _precondition("it was paid back already, and the bank takes it back too")
        return False
    now, caller = work.clock.now(), work.caller.person
    one = Correction(
        fact_id("CORRECTION", receipt_id, cause), receipt_id, store.REVERSE, cause, None, None,
        f"{BANK} ({on.isoformat()})", store.CONFIRMED, caller, now, caller, now,
    )  # fmt: skip
    store.add(work.session, one)
    _reverse(work, found, one)
    return True


def propose_reversal(work: Work, receipt_id: str, cause: str, reason: str) -> Correction:
    """Propose to take a receipt back."""
    if cause not in CAUSES:
        raise invalid_field("cause", f"must be one of {', '.join(CAUSES)}; read {cause!r}")
    found = _found(work, receipt_id)
    if found.state == receipts.REVERSED:
        raise _precondition(f"receipt {receipt_id} is taken back already")
    return _propose(work, receipt_id, store.REVERSE, cause, reason)


def propose_move(work: Work, receipt_id: str, to_obligor_id: str, reason: str) -> Correction:
    """Propose to move a posted receipt to the obligor that it was for."""
    _refuse_unless_posted(_found(work, receipt_id))
    _refuse_target(work, _found(work, receipt_id), to_obligor_id)
    return _propose(work, receipt_id, store.MOVE, WRONG_CASE, reason, to_obligor_id=to_obligor_id)


def propose_amount(work: Work, receipt_id: str, amount_cents: int, reason: str) -> Correction:
    """Propose another amount for a posted receipt."""
    found = _found(work, receipt_id)
    _refuse_unless_posted(found)
    if amount_cents == found.amount_cents:
        raise invalid_field("amount_cents", f"is {amount_cents} already")
    return _propose(work, receipt_id, store.AMOUNT, WRONG_AMOUNT, reason, amount_cents=amount_cents)


def confirm(work: Work, correction_id: str) -> Correction:
    """Do what was proposed, as the second of two people."""
    one = _waiting(work, correction_id)
    if _people(work) > ALONE and one.proposed_by == work.caller.person:
        raise PlatformError(
            ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
            f"to correct a receipt takes two people ({PEOPLE}): another worker must confirm what "
            "you proposed",
            metadata={"rule": PEOPLE},
        )
    return _do(work, one)


def reject(work: Work, correction_id: str) -> Correction:
    """Reject a correction, or withdraw one's own."""
    return _decided(work, _waiting(work, correction_id), store.REJECTED)


def _propose(
    work: Work,
    receipt_id: str,
    kind: int,
    cause: str,
    reason: str,
    *,
    to_obligor_id: str | None = None,
    amount_cents: int | None = None,
) -> Correction:
    if not reason.strip():
        raise invalid_field("reason", "must be said")
    now = work.clock.now()
    one = Correction(
        new_id(now), receipt_id, kind, cause, to_obligor_id, amount_cents, reason.strip(),
        store.PROPOSED, work.caller.person, now,
    )  # fmt: skip
    if not store.add(work.session, one):
        raise _precondition("a correction of this receipt waits already: confirm or reject it")
    return _do(work, one) if _people(work) <= ALONE else one


def _do(work: Work, one: Correction) -> Correction:
    found = _locked(work, one.receipt_id, also=one.to_obligor_id)
    # Before the books are computed: they name the cause.
    done = _decided(work, one, store.CONFIRMED)
    if one.kind == store.REVERSE:
        if found.state == receipts.REVERSED:
            raise _precondition("it was taken back meanwhile; reject what was proposed")
        _reverse(work, found, one)
        return done
    _refuse_unless_posted(found)
    if one.kind == store.MOVE:
        if one.to_obligor_id is None or found.obligor_id is None:
            raise _precondition("it is not known from whom to whom the receipt is to be moved")
        _refuse_target(work, found, one.to_obligor_id)
        store.move(work.session, found.receipt_id, one.to_obligor_id)
        _redo(work, found, [found.obligor_id, one.to_obligor_id], one.cause)
    else:
        store.set_amount(work.session, found.receipt_id, one.amount_cents or 0)
        _redo(work, found, [found.obligor_id or ""], one.cause)
    return done


def _reverse(work: Work, found: Receipt, one: Correction) -> None:
    if found.state == receipts.RECEIVED and not store.is_waiting(work.session, found.receipt_id):
        raise _precondition("its file is not complete: nothing of it is in the books yet")
    if found.state not in {receipts.RECEIVED, receipts.POSTED, receipts.SUSPENDED}:
        raise _precondition("it is held or split: release, refund or reverse what it became")
    store.reverse(work.session, found.receipt_id, one.cause)
    if found.state == receipts.POSTED and found.obligor_id is not None:
        _redo(work, found, [found.obligor_id], one.cause)
    elif found.state == receipts.SUSPENDED and found.booked_obligor_id is not None:
        _take_out_of_suspense(work, found, found.booked_obligor_id)


def _take_out_of_suspense(work: Work, found: Receipt, booked_under: str) -> None:
    suspense_id = fact_id(EntryKind.SUSPENSE.name, found.receipt_id, str(found.suspensions))
    entry = Entry(
        booked_under,
        fact_id(EntryKind.REVERSAL.name, suspense_id),
        EntryKind.REVERSAL,
        suspense_id,
        found.collection_date,
        found.settlement_date,
        cash_lines(Account.SUSPENSE, Account.BANK, None, found.amount_cents),
    )
    today, now = work.clock.today(), work.clock.now()
    ledger.record(work.session, lane_of(booked_under), [entry], on=today, at=now)


def _redo(work: Work, found: Receipt, obligor_ids: Sequence[str], cause: str) -> None:
    month = month_of(found.collection_date)
    error = redo_now(work, [ToRedo(id_, month, cause) for id_ in obligor_ids], found.receipt_id)
    if error:
        raise _precondition(f"the books cannot be computed again: {error}")


def _locked(work: Work, receipt_id: str, also: str | None = None) -> Receipt:
    """Return a receipt, with the lanes locked that it and another obligor fall into."""
    seen = _found(work, receipt_id)
    for _ in range(2):
        owners = (seen.booked_obligor_id, seen.obligor_id, also)
        lanes = {lane_of(id_) for id_ in owners if id_} or {lane_of(receipt_id)}
        for lane in sorted(lanes):
            ledger.lock_lane(work.session, lane)
        found = store.receipt(work.session, receipt_id, lock=True)
        if found is None:
            raise not_found("receipt", receipt_id)
        if (found.booked_obligor_id, found.obligor_id) == owners[:2]:
            return found
        seen = found
    raise _precondition("the receipt is being identified just now: try again")


def _found(work: Work, receipt_id: str) -> Receipt:
    found = store.receipt(work.session, receipt_id)
    if found is None:
        raise not_found("receipt", receipt_id)
    return found


def _refuse_unless_posted(found: Receipt) -> None:
    if found.state != receipts.POSTED:
        raise _precondition("only a receipt that is posted is corrected so")


def _refuse_target(work: Work, found: Receipt, to_obligor_id: str) -> None:
    if to_obligor_id == found.obligor_id:
        raise invalid_field("to_obligor_id", "is whose it is already")
    if not store.has_obligation(work.session, to_obligor_id):
        raise invalid_field("to_obligor_id", "nothing is ordered of this participant")


def _waiting(work: Work, correction_id: str) -> Correction:
    one = store.get(work.session, correction_id, lock=True)
    if one is None:
        raise not_found("correction", correction_id)
    if one.state != store.PROPOSED:
        raise _precondition("the correction is decided already")
    return one


def _decided(work: Work, one: Correction, state: int) -> Correction:
    by, now = work.caller.person, work.clock.now()
    store.decide(work.session, one.correction_id, state, by, now)
    return one._replace(state=state, decided_by=by, decided_at=now)


def _people(work: Work) -> int:
    return load(work.settings.jurisdiction).count(PEOPLE, work.clock.today())


def _precondition(sentence: str) -> PlatformError:
    return PlatformError(ErrorReason.ERROR_REASON_FAILED_PRECONDITION, sentence)
