"""A payment as one of the two parents sees it: its stages, where it stands, what comes next.

Whose view it is decides what is said. What becomes of money that went to somebody else is that
one's matter: of it nothing is told after it was sent. Codes are those of the contract.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum
from typing import Final

from payments_service.domain.model import Bucket, Payee

EXCESS, UNDECIDED = "excess", "undecided_payee"


class Role(IntEnum):
    """On which side of a case somebody is (MyRole)."""

    PAYER = 1
    RECEIVER = 2


class State(IntEnum):
    """Where a payment, or a part, stands (MyPaymentState)."""

    RECEIVED = 1
    HELD = 2
    ALLOCATED = 3
    SENT = 4
    ARRIVED = 5
    RETURNED = 6
    REVERSED = 7


class Kind(IntEnum):
    """What happened (MyStageKind)."""

    RECEIVED = 1
    HELD = 2
    ALLOCATED = 3
    SENT = 4
    ARRIVED = 5
    RETURNED = 6
    SENT_AGAIN = 7
    REVERSED = 8
    SETTLED = 9


class Reason(IntEnum):
    """Why something is so (MyReason)."""

    NONE = 0
    PAID_AHEAD = 1
    NO_ADDRESS = 2
    NOT_DECIDED = 3
    OFFICE = 4
    OTHER = 5
    BANK_RETURNED = 6
    CHECK_STOPPED = 7
    CHECK_STALE = 8
    NOT_PAID = 9
    CORRECTED = 10
    UNCLAIMED = 11
    OTHER_CARETAKER = 12
    KEPT_BACK = 13


class To(IntEnum):
    """Who gets money (MyPayee)."""

    FAMILY = 1
    STATE = 2
    FEE = 3
    HELD = 4
    PAYER = 5
    OTHER_STATE = 6


class Use(IntEnum):
    """What a part pays (MyPartUse)."""

    CURRENT = 1
    ARREARS = 2
    AHEAD = 3
    FEE = 4
    NONE = 5


class OwedTo(IntEnum):
    """Whom past-due support is owed to (OwedTo)."""

    FAMILY = 1
    STATE = 2
    OTHER = 3


TO: Final = {
    Payee.FAMILY: To.FAMILY,
    Payee.STATE: To.STATE,
    Payee.MEDICAID: To.STATE,
    Payee.FOSTER_CARE: To.STATE,
    Payee.FEE: To.FEE,
    Payee.HELD: To.HELD,
    Payee.OBLIGOR: To.PAYER,
    Payee.OTHER_STATE: To.OTHER_STATE,
}
ASSIGNED: Final = frozenset({Bucket.PA, Bucket.TA})
"""Arrears that are the State's. What is assigned conditionally is the family's, but for a federal
tax refund (docs/distribution.md); it is told as the family's, so that nothing tells of refunds."""
HOLD_REASONS: Final = {
    EXCESS: Reason.PAID_AHEAD,
    UNDECIDED: Reason.NOT_DECIDED,
    "no_payee_address": Reason.NO_ADDRESS,
    "bad_address": Reason.NO_ADDRESS,
    "bank_returned": Reason.BANK_RETURNED,
    "appeal": Reason.OTHER,
}
CHECK: Final = 2
ISSUED, CLEARED = 1, 5
_BACK: Final = {
    2: Reason.BANK_RETURNED,
    3: Reason.CHECK_STOPPED,
    4: Reason.CHECK_STALE,
    6: Reason.UNCLAIMED,
}
"""Why a payment out is back, by its state (DisbursementState)."""
_LEAST_FAR: Final = (State.RETURNED, State.HELD, State.ALLOCATED, State.SENT, State.ARRIVED)


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold on a part, or on a receipt before it is distributed (`payee_id` empty)."""

    payee_id: str
    reason: str
    held_on: date
    cents: int
    released: bool


@dataclass(frozen=True, slots=True)
class Payout:
    """A payment out that carried a part; `recouped`: something was kept back from it by a claim."""

    payee_id: str
    sent_on: date
    method: int
    state: int
    state_on: date | None
    code: str
    recouped: bool


@dataclass(frozen=True, slots=True)
class PartFacts:
    """A part with what became of it: its holds, and the payments out, the first one first."""

    case_id: str
    obligation_id: str
    current: bool
    bucket: int
    cents: int
    payee: Payee
    payee_id: str
    allocated_on: date | None
    holds: tuple[Hold, ...] = ()
    payouts: tuple[Payout, ...] = ()


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, on which day. `arrived`: when a payment that was sent on a day counts as there."""

    participant_id: str
    role: Role
    today: date
    arrived: Callable[[date], date]


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What came in, as it stands before its parts are looked at. `state`: ReceiptState.

    `settled_on`: of money that is paid online and settled on a later day, that day.
    """

    received_on: date
    cents: int
    state: int
    posted_on: date | None
    held: tuple[Hold, ...] = ()
    reversed_on: date | None = None
    reversed_reason: Reason = Reason.NONE
    settled_on: date | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """Something that happened to some of a payment, in cents."""

    kind: Kind
    on: date | None
    cents: int
    reason: Reason = Reason.NONE
    payee: To | None = None
    method: int = 0
    code: str = ""


RECEIVED, POSTED, SUSPENDED, REVERSED, HELD = 1, 2, 3, 4, 5
"""ReceiptState."""


def with_cents(receipt: ReceiptFacts, cents: int) -> ReceiptFacts:
    """Return a receipt of which only a part is looked at."""
    return replace(receipt, cents=cents)


def owed_to(bucket: int, *, elsewhere: bool) -> OwedTo:
    """Return whom arrears of a bucket are owed to; `elsewhere`: another State's."""
    if elsewhere:
        return OwedTo.OTHER
    return OwedTo.STATE if bucket in ASSIGNED else OwedTo.FAMILY


def use_of(part: PartFacts) -> Use:
    """Return what a part pays."""
    if part.payee == Payee.FEE:
        return Use.FEE
    if not part.obligation_id:
        return Use.NONE
    if part.current:
        return Use.CURRENT
    return Use.AHEAD if part.bucket == Bucket.CURRENT else Use.ARREARS


def is_own(part: PartFacts, viewer: Viewer) -> bool:
    """Return whether a part is, or will be, paid to who looks."""
    to = part.payouts[-1].payee_id if part.payouts else part.payee_id
    return to == viewer.participant_id


def hold_of(part: PartFacts, viewer: Viewer) -> Hold | None:
    """Return the hold that lasts, if who looks may know of it.

    Why somebody else cannot be paid (no address, a question of the office) is not told.
    """
    last = next((hold for hold in part.holds if not hold.released), None)
    return last if last is not None and _may_know(last, viewer) else None


def _may_know(hold: Hold, viewer: Viewer) -> bool:
    return hold.reason in {EXCESS, UNDECIDED} or hold.payee_id == viewer.participant_id


def hold_reason(reason: str) -> Reason:
    """Return why money is held, as a parent may know it."""
    return HOLD_REASONS.get(reason, Reason.OFFICE)


def part_state(part: PartFacts, viewer: Viewer) -> tuple[State, Reason]:
    """Return where a part stands, and why it does not go on."""
    if hold := hold_of(part, viewer):
        return State.HELD, hold_reason(hold.reason)
    if part.payee == Payee.HELD:
        return State.HELD, Reason.OTHER
    if not part.payouts:
        return State.ALLOCATED, Reason.NONE
    last = part.payouts[-1]
    if not is_own(part, viewer):
        redirected = part.payee_id == viewer.participant_id
        return State.SENT, Reason.OTHER_CARETAKER if redirected else Reason.NONE
    if last.state in _BACK:
        return State.RETURNED, _BACK[last.state]
    there = arrived_on(last, viewer)
    return (State.ARRIVED if there and there <= viewer.today else State.SENT), Reason.NONE


def arrived_on(payout: Payout, viewer: Viewer) -> date | None:
    """Return the day that a payment out is there; None for a check that nobody has cashed."""
    if payout.state == CLEARED:
        return payout.state_on or payout.sent_on
    return None if payout.method == CHECK else viewer.arrived(payout.sent_on)


def state_of(receipt: ReceiptFacts, parts: Sequence[PartFacts], viewer: Viewer) -> State:
    """Return where a payment stands: where the part is that is the least far.

    Of who receives, the own parts count, if there are any.
    """
    if receipt.state == REVERSED:
        return State.REVERSED
    if receipt.state in {SUSPENDED, HELD}:
        return State.HELD
    if receipt.state != POSTED:
        return State.RECEIVED
    ours = [part for part in parts if part.cents]
    if viewer.role == Role.RECEIVER:
        ours = [part for part in ours if is_own(part, viewer)] or ours
    states = {part_state(part, viewer)[0] for part in ours}
    return next((state for state in _LEAST_FAR if state in states), State.ALLOCATED)


def stages_of(
    receipt: ReceiptFacts, parts: Sequence[PartFacts], viewer: Viewer, earlier: Iterable[Hold] = ()
) -> list[Stage]:
    """Return what happened to a payment, in order of time; what is alike on a day is one.

    `earlier`: holds on parts that were replaced since.
    """
    found = [Stage(Kind.RECEIVED, receipt.received_on, receipt.cents)]
    if receipt.settled_on:
        found.append(Stage(Kind.SETTLED, receipt.settled_on, receipt.cents))
    found += [Stage(Kind.HELD, hold.held_on, hold.cents, Reason.OTHER) for hold in receipt.held]
    if receipt.state == SUSPENDED:
        found.append(Stage(Kind.HELD, receipt.posted_on, receipt.cents, Reason.OTHER))
    found += [
        Stage(Kind.HELD, hold.held_on, hold.cents, hold_reason(hold.reason))
        for hold in earlier
        if _may_know(hold, viewer)
    ]
    for part in parts:
        if part.cents:
            found += _stages_of_part(part, viewer)
    if receipt.state == REVERSED:
        found.append(
            Stage(Kind.REVERSED, receipt.reversed_on, receipt.cents, receipt.reversed_reason)
        )
    return _merged(found)


def _stages_of_part(part: PartFacts, viewer: Viewer) -> Iterable[Stage]:
    to = TO[part.payee]
    if part.payee != Payee.HELD:
        yield Stage(Kind.ALLOCATED, part.allocated_on, part.cents)
    for hold in part.holds:
        if _may_know(hold, viewer):
            yield Stage(Kind.HELD, hold.held_on, part.cents, hold_reason(hold.reason))
    own = is_own(part, viewer)
    for place, payout in enumerate(part.payouts):
        if place and not own:
            return
        yield _sent(part, payout, to, again=bool(place), own=own, viewer=viewer)
        if own and payout.state in _BACK:
            why = _BACK[payout.state]
            code = payout.code if why == Reason.BANK_RETURNED else ""
            yield Stage(Kind.RETURNED, payout.state_on, part.cents, why, to, 0, code)
        elif own:
            there = arrived_on(payout, viewer)
            if there is not None and there <= viewer.today:
                yield Stage(Kind.ARRIVED, there, part.cents, Reason.NONE, to)


def _sent(
    part: PartFacts, payout: Payout, to: To, *, again: bool, own: bool, viewer: Viewer
) -> Stage:
    kind = Kind.SENT_AGAIN if again else Kind.SENT
    if not own:
        away = part.payee_id == viewer.participant_id
        why = Reason.OTHER_CARETAKER if away else Reason.NONE
        return Stage(kind, payout.sent_on, part.cents, why, to)
    why = Reason.KEPT_BACK if payout.recouped else Reason.NONE
    return Stage(kind, payout.sent_on, part.cents, why, to, payout.method)


def _merged(stages: Iterable[Stage]) -> list[Stage]:
    sums: dict[tuple[object, ...], list[Stage]] = {}
    for one in stages:
        key = (one.kind, one.on, one.reason, one.payee, one.method, one.code)
        sums.setdefault(key, []).append(one)
    found = [
        Stage(first.kind, first.on, sum(x.cents for x in same), *_rest(first))
        for same in sums.values()
        for first in same[:1]
    ]
    return sorted(found, key=lambda one: (one.on or date.max, _RANK[one.kind]))


_RANK: Final = {
    Kind.RECEIVED: 0,
    Kind.SETTLED: 1,
    Kind.ALLOCATED: 2,
    Kind.HELD: 3,
    Kind.SENT: 4,
    Kind.ARRIVED: 5,
    Kind.RETURNED: 6,
    Kind.SENT_AGAIN: 7,
    Kind.REVERSED: 8,
}
"""Within a day."""


def _rest(stage: Stage) -> tuple[Reason, To | None, int, str]:
    return stage.reason, stage.payee, stage.method, stage.code
