"""What the bank sends back: returned entries (R-codes) and notifications of change (C-codes).

A return brings the money back; it goes out another way with the next run. Whether the account is
paid to again is the policy's business (`disbursement.stop_codes`, `disbursement.change_codes`).
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from chassis.ids import derived_id
from chassis.runtime import Work
from formats.ach.returns import ReturnItem, read_returns
from payments_service.actions import coming_back, payment_notices
from payments_service.actions.payees import asks_for_prenotes
from payments_service.actions.payment_notices import Told
from payments_service.domain.model import Payee
from payments_service.store import ledger, paying
from payments_service.store.disbursements import NOBODY
from payments_service.store.paying import Item, Sent
from policy import load

STOP_CODES, CHANGE_CODES, STOP = "disbursement.stop_codes", "disbursement.change_codes", "stop"
CORRECTED = "payee_account.corrected"
UNKNOWN_TRACE = "No payment and no test of an account went out with this trace number."
NOT_OUT = "The payment is not out any more, so nothing of it can come back."
OTHER_AMOUNT = "The payment was of another amount."


@dataclass(slots=True)
class Taken:
    """What came of a file."""

    returned: list[tuple[Sent, str]] = field(default_factory=list)
    changes: list[tuple[Sent, ReturnItem]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    tests_failed: int = 0
    tests_changed: int = 0
    known: int = 0

    @property
    def unmatched(self) -> int:
        """Items that count nowhere."""
        return sum(item.payee_id == NOBODY for item in self.items)


def take_returns(work: Work, chunks: Iterable[bytes]) -> Taken:
    """Take a file; each item counts once, however often it is sent.

    Raises AchFileRejected for a file that does not hold as a whole.
    """
    session, today = work.session, work.clock.today()
    items = {_item_id(item): item for item in read_returns(chunks).items}
    traces = sorted({item.original_trace for item in items.values()})
    # The lanes first, as the jobs have them that look at what came back.
    ledger.lock_lanes(session)
    sent = paying.lock_sent(session, traces, paying.BY_TRACE)
    # After the lock: who takes the same file at the same time has kept its items by now.
    known = paying.known_items(session, list(items))
    new = {id_: item for id_, item in items.items() if id_ not in known}
    tests = paying.prenotes_of(session, traces)
    taken = Taken(known=len(items) - len(new))
    for id_, item in new.items():
        outcome, payee_id = _sort(work, taken, item, sent, tests)
        kind = "return" if item.is_return else "change"
        trace, cents = item.original_trace, item.amount_cents
        taken.items.append(Item(id_, payee_id, kind, item.code, trace, cents, today, outcome))
    _mark_accounts(work, taken)
    coming_back.take_back(work, taken.returned, paying.RETURNED, paying.WAITS)
    paying.add_items(session, taken.items, today)
    payment_notices.tell(work, _notices(work, taken))
    return taken


def _item_id(item: ReturnItem) -> str:
    return derived_id("bank item", item.code, item.original_trace, item.trace_number)


def _sort(
    work: Work,
    taken: Taken,
    item: ReturnItem,
    sent: dict[str, Sent],
    tests: dict[str, tuple[str, bytes]],
) -> tuple[str, str]:
    """Put an item where it belongs; returns what became of it, and of whom it is."""
    payment = sent.get(item.original_trace)
    if payment is None:
        test = tests.get(item.original_trace)
        if test is None:
            return UNKNOWN_TRACE, NOBODY
        paying.mark_account(
            work.session, *test, paying.ACCOUNT_STOPPED, work.clock.today(), code=item.code
        )
        if item.is_return:
            taken.tests_failed += 1
        else:
            taken.tests_changed += 1
        return "tested", test[0]
    if not item.is_return:
        taken.changes.append((payment, item))
        return "changed", payment.payee_id
    if payment.state != paying.ISSUED or any(s is payment for s, _ in taken.returned):
        return NOT_OUT, NOBODY
    if payment.amount_cents != item.amount_cents:
        return OTHER_AMOUNT, NOBODY
    taken.returned.append((payment, item.code))
    return "returned", payment.payee_id


def _mark_accounts(work: Work, taken: Taken) -> None:
    today, policy = work.clock.today(), load(work.settings.jurisdiction)
    stopping = policy.codes(STOP_CODES, today)
    for payment, code in taken.returned:
        if code in stopping:
            _stop(work, payment, code, None)
    if policy.code(CHANGE_CODES, today) == STOP:
        for payment, item in taken.changes:
            right = json.dumps(asdict(item.corrected)) if item.corrected else ""
            _stop(work, payment, item.code, work.keys.encrypt(CORRECTED, right))


def _stop(work: Work, payment: Sent, code: str, corrected: bytes | None) -> None:
    if payment.payee_kind == Payee.OTHER_STATE:
        paying.suspend_agency(work.session, payment.payee_id)
    elif payment.account_hash is not None:
        paying.mark_account(
            work.session,
            payment.payee_id,
            bytes(payment.account_hash),
            paying.ACCOUNT_STOPPED,
            work.clock.today(),
            code=code,
            corrected=corrected,
        )


def _notices(work: Work, taken: Taken) -> Iterable[Told | None]:
    today, policy = work.clock.today(), load(work.settings.jurisdiction)
    prenotes = asks_for_prenotes(policy, today)
    stopping = policy.codes(STOP_CODES, today)
    for payment, code in taken.returned:
        way = paying.can_be_paid(work.session, payment.payee_id, prenotes=prenotes, on=today)
        yield payment_notices.of_payment(
            work,
            "payment_returned",
            payment,
            next="again" if way else "no_way",
            account="stopped" if code in stopping else "stays",
        )
    if policy.code(CHANGE_CODES, today) == STOP:
        for payment, _ in taken.changes:
            yield payment_notices.of_payment(work, "account_change", payment)
