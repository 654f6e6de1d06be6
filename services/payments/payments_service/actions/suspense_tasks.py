"""What people do with suspended receipts: one proposes, another confirms, then it is done.

How many people an action takes is a setting of policy (`suspense.people.…`).
"""

import json
from collections.abc import Callable, Sequence

from chassis.errors import PlatformError, invalid_field, not_found
from chassis.ids import derived_id, new_id
from chassis.runtime import Work
from childsupport.case.v1.events_pb2 import ParticipantPayment
from childsupport.common.v1.errors_pb2 import ErrorReason
from payments_service.actions.receiving import WRITTEN
from payments_service.actions.ways import way_of
from payments_service.domain.bookkeeping import Account, Entry, EntryKind, cash_lines, fact_id
from payments_service.domain.lanes import lane_of
from payments_service.domain.model import Payee
from payments_service.domain.proration import largest_remainder
from payments_service.domain.receiving import Address, Sender
from payments_service.store import ledger, projections, receipt_holds, receiving
from payments_service.store import suspense as store
from payments_service.store.projections import ParticipantRow
from payments_service.store.suspense import Suspended, Task
from policy import load

IDENTIFY, SPLIT, REFUND, RELEASE = 1, 2, 3, 4
NAMES = {IDENTIFY: "identify", SPLIT: "split", REFUND: "refund", RELEASE: "release"}
PAYEE = "suspense_task.payee"
MIN_PARTS, MAX_PARTS = 2, 100
ALONE = 1


def propose_identify(work: Work, receipt_id: str, obligor_id: str, reason: str) -> Task:
    """Propose whose a suspended receipt is."""
    _refuse_stranger(work, obligor_id, "obligor_id")
    amount = _suspended(work, receipt_id).amount_cents
    return _propose(work, receipt_id, IDENTIFY, reason, [[obligor_id, amount]])


def propose_split(
    work: Work, receipt_id: str, parts: Sequence[tuple[str, int]], reason: str
) -> Task:
    """Propose to split a suspended receipt; a part without an obligor stays in suspense."""
    if not MIN_PARTS <= len(parts) <= MAX_PARTS:
        raise invalid_field("parts", f"must be {MIN_PARTS} to {MAX_PARTS}; read {len(parts)}")
    for number, (obligor_id, cents) in enumerate(parts):
        if cents <= 0:
            raise invalid_field(f"parts[{number}].amount_cents", "must be more than 0")
        if obligor_id:
            _refuse_stranger(work, obligor_id, f"parts[{number}].obligor_id")
    whole, total = _suspended(work, receipt_id).amount_cents, sum(cents for _, cents in parts)
    if total != whole:
        raise invalid_field("parts", f"must sum to the receipt's {whole} cents; read {total}")
    return _propose(work, receipt_id, SPLIT, reason, [[id_, cents] for id_, cents in parts])


def propose_refund(work: Work, receipt_id: str, payee: Sender | None, reason: str) -> Task:
    """Propose to pay a suspended receipt back, to who sent it unless somebody else is named."""
    item = store.item(work.session, receipt_id)
    if item is None:
        raise _not_suspended(receipt_id)
    sender = payee or sender_of(work, item.written, item.employer_name)
    if not sender.name.strip():
        raise invalid_field("payee.name", "must be said: it is not known who sent the money")
    if sender.address is None or not (sender.address.line1 and sender.address.zip_code):
        raise invalid_field("payee.address", "must be said: no check can be sent without one")
    plain = json.dumps({"name": sender.name, "address": sender.address.lines})
    return _propose(work, receipt_id, REFUND, reason, [], work.keys.encrypt(PAYEE, plain))


def propose_release(work: Work, receipt_id: str, reason: str) -> Task:
    """Propose to let go a receipt that is held, or suspended with its obligor known."""
    if not receipt_holds.is_held(work.session, receipt_id):
        found = _suspended(work, receipt_id)
        if found.obligor_id is None:
            raise _precondition("nobody knows whose it is: identify, split or refund it")
    return _propose(work, receipt_id, RELEASE, reason, [])


def confirm(work: Work, task_id: str) -> Task:
    """Do what was proposed, as the second of two people."""
    task = _waiting(work, task_id)
    people = _people(work, task.action)
    if people > ALONE and task.proposed_by == work.caller.person:
        rule = f"suspense.people.{NAMES[task.action]}"
        raise _precondition(
            f"to {NAMES[task.action]} a receipt takes two people ({rule}): another worker must "
            "confirm what you proposed",
            rule=rule,
        )
    return _do(work, task)


def reject(work: Work, task_id: str) -> Task:
    """Reject a proposal, or take back one's own."""
    return _decided(work, _waiting(work, task_id), store.REJECTED)


def sender_of(work: Work, written: bytes | None, employer_name: str) -> Sender:
    """Return who sent a receipt, as far as it is known."""
    if written is None:
        return Sender(employer_name)
    facts = json.loads(work.keys.decrypt(WRITTEN, written))
    address = Address(*facts["address"]) if facts["address"] else None
    return Sender(facts["sender"] or employer_name, address)


def payee_of(work: Work, task: Task) -> Sender | None:
    """Return who is to be paid back by a proposal that waits; None for what is no refund."""
    if task.payee is None:
        return None
    facts = json.loads(work.keys.decrypt(PAYEE, task.payee))
    return Sender(facts["name"], Address(*facts["address"]))


def _propose(
    work: Work,
    receipt_id: str,
    action: int,
    reason: str,
    parts: list[list[object]],
    payee: bytes | None = None,
) -> Task:
    if not reason.strip():
        raise invalid_field("reason", "must be said")
    now = work.clock.now()
    caller = work.caller.person
    task = Task(
        new_id(now), receipt_id, action, store.WAITING, parts, payee, reason.strip(), caller, now
    )
    if not store.add_task(work.session, task):
        raise _precondition("a proposal for this receipt waits already: confirm or reject that one")
    return _do(work, task) if _people(work, action) <= ALONE else task


def _do(work: Work, task: Task) -> Task:
    _DEEDS[task.action](work, task)
    return _decided(work, task, store.DONE)


def _decided(work: Work, task: Task, state: int) -> Task:
    by = work.caller.person
    store.decide_task(work.session, task.task_id, state, by, work.clock.now())
    return Task(
        task.task_id, task.receipt_id, task.action, state, task.parts, None, task.reason,
        task.proposed_by, task.proposed_at, by,
    )  # fmt: skip


def _identify(work: Work, task: Task) -> None:
    _take(work, task.receipt_id)
    store.name(work.session, task.receipt_id, str(task.parts[0][0]))


def _release(work: Work, task: Task) -> None:
    if receipt_holds.let_go(work.session, task.receipt_id):
        return
    found = _take(work, task.receipt_id)
    if found.obligor_id is None:
        raise _precondition("nobody knows whose it is: identify, split or refund it")
    store.name(work.session, task.receipt_id, found.obligor_id)


def _split(work: Work, task: Task) -> None:
    """Book the whole out of suspense; its parts are receipts of their own and are posted anew."""
    session, now = work.session, work.clock.now()
    found = _take(work, task.receipt_id)
    cents = [int(part[1]) for part in task.parts]
    credited = largest_remainder(found.credited_cents, cents)
    children = [derived_id("split", task.task_id, str(n)) for n in range(len(cents))]
    # After the last line, so that a listing by lines shows each of them.
    last = store.last_line(session, found.submission_id)
    rows, waiting = [], []
    for n, (child, (obligor_id, amount)) in enumerate(zip(children, task.parts, strict=True), 1):
        reason, detail = (0, "") if obligor_id else (found.reason, "It is what a split left over.")
        rows.append(
            (
                child, found.submission_id, found.employer_id, last + n, 1, "",
                amount, credited[n - 1], found.pay_date, found.settlement_date,
                found.collection_date, found.due_date, obligor_id or None, 1, reason, detail,
                found.source,
            )
        )  # fmt: skip
        lane = lane_of(obligor_id or child)
        waiting.append((lane, found.collection_date, child, obligor_id or None, now))
    receiving.stage(session, receipts=rows, details=[], holds=[], waiting=waiting)
    store.copy_details(session, task.receipt_id, children)
    detail = f"It was split into {len(cents)} receipts."
    store.leave(session, task.receipt_id, store.SPLIT, detail, work.clock.today())
    _book(work, found, EntryKind.IDENTIFIED, Account.BANK, None)


def _refund(work: Work, task: Task) -> None:
    """Owe a suspended receipt to who sent it; the next disbursement run sends a check."""
    found = _take(work, task.receipt_id)
    if task.payee is None:
        raise RuntimeError(f"refund {task.task_id} was proposed without a payee")
    payee = json.loads(work.keys.decrypt(PAYEE, task.payee))
    payee_id = derived_id("refund", task.task_id)
    way = way_of(_by_check(payee["address"]), work.keys)
    row = ParticipantRow(payee_id, 0, payee["name"], *way)
    projections.save_participants(work.session, [row])
    store.owe_back(work.session, found, payee_id, int(Payee.OBLIGOR))
    detail = "It was paid back to who sent it."
    store.leave(work.session, task.receipt_id, store.REVERSED, detail, work.clock.today())
    _book(work, found, EntryKind.REFUND, Account.PAYABLE_OBLIGOR, payee_id)


def _by_check(address: Sequence[str]) -> ParticipantPayment:
    line1, line2, city, state, zip_code = address
    payment = ParticipantPayment()
    payment.address.line1, payment.address.line2 = line1, line2
    payment.address.city, payment.address.state, payment.address.zip_code = city, state, zip_code
    return payment


_DEEDS: dict[int, Callable[[Work, Task], None]] = {
    IDENTIFY: _identify,
    SPLIT: _split,
    REFUND: _refund,
    RELEASE: _release,
}


def _book(
    work: Work, found: Suspended, kind: EntryKind, credit: Account, payee_id: str | None
) -> None:
    entry = Entry(
        found.booked_obligor_id,
        fact_id(kind.name, found.receipt_id, str(found.suspensions)),
        kind,
        found.receipt_id,
        found.collection_date,
        found.settlement_date,
        cash_lines(Account.SUSPENSE, credit, payee_id, found.amount_cents),
    )
    today, now = work.clock.today(), work.clock.now()
    ledger.record(work.session, found.lane, [entry], on=today, at=now)


def _take(work: Work, receipt_id: str) -> Suspended:
    """Return a suspended receipt with its lane and itself locked, the lane first as timers do."""
    lane = store.lane_of_suspended(work.session, receipt_id)
    if lane is None:
        raise _not_suspended(receipt_id)
    ledger.lock_lane(work.session, lane)
    found = store.lock_suspended(work.session, receipt_id)
    if found is None:
        raise _not_suspended(receipt_id)
    return found


def _suspended(work: Work, receipt_id: str) -> Suspended:
    found = store.lock_suspended(work.session, receipt_id)
    if found is None:
        raise _not_suspended(receipt_id)
    return found


def _waiting(work: Work, task_id: str) -> Task:
    task = store.lock_task(work.session, task_id)
    if task is None:
        raise not_found("task", task_id)
    if task.state != store.WAITING:
        raise _precondition("it is decided already; only a proposal that waits can be")
    return task


def _people(work: Work, action: int) -> int:
    policy = load(work.settings.jurisdiction)
    return policy.count(f"suspense.people.{NAMES[action]}", work.clock.today())


def _refuse_stranger(work: Work, obligor_id: str, field: str) -> None:
    if not receiving.is_obligor(work.session, obligor_id):
        raise invalid_field(field, "must be the obligor of a case that is known here")


def _not_suspended(receipt_id: str) -> PlatformError:
    return PlatformError(
        ErrorReason.ERROR_REASON_FAILED_PRECONDITION,
        "the receipt is not in suspense: it was posted, or another worker has dealt with it",
        metadata={"receipt_id": receipt_id},
    )


def _precondition(detail: str, **metadata: str) -> PlatformError:
    return PlatformError(
        ErrorReason.ERROR_REASON_FAILED_PRECONDITION, detail, metadata=dict(metadata)
    )
