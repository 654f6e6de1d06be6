"""What a payment means to the one who looks at it, in a few words.

To the one who receives, a payment for her case can go to the State instead of her: then nothing on
a page may sound as if money came to her.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from chassis.dates import to_date
from childsupport.payments.v1 import party_service_pb2 as pb
from portal_service.money import words
from web.i18n import N_

DONE, NOW, BAD, WAIT, OPEN = "is-done", "is-now", "is-bad", "is-wait", ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A few words with a look (a class): a tag, or a step of a payment's way."""

    label: str
    """Marked message."""
    look: str = OPEN


def to_family_cents(payment: pb.MyPayment) -> int:
    """Return what of a payment the family gets."""
    return sum(one.amount_cents for one in payment.payees if one.payee == pb.MY_PAYEE_FAMILY)


def passes_by(payment: pb.MyPayment) -> bool:
    """Tell whether somebody who receives gets nothing of a payment that is shared out."""
    receives = payment.role == pb.MY_ROLE_RECEIVER
    shared = any(one.amount_cents for one in payment.payees)
    held = any(one.payee == pb.MY_PAYEE_HELD for one in payment.payees)
    return receives and shared and not held and not to_family_cents(payment)


def headline_cents(payment: pb.MyPayment, case_id: str = "") -> int:
    """Return the figure that stands first: what she gets, or what he paid.

    `case_id`: where one case is spoken of, of what he paid the part that counts for it.
    """
    if case_id and payment.role == pb.MY_ROLE_PAYER and payment.cases:
        return sum(one.amount_cents for one in payment.cases if one.case_id == case_id)
    if payment.role == pb.MY_ROLE_RECEIVER and to_family_cents(payment) > 0:
        return to_family_cents(payment)
    return payment.amount_cents


def tag(payment: pb.MyPayment) -> Mark:
    """Return the state in a word."""
    state = payment.state
    if passes_by(payment) and state != pb.MY_PAYMENT_STATE_REVERSED:
        return Mark(_TO_STATE)
    if payment.role == pb.MY_ROLE_PAYER and state == pb.MY_PAYMENT_STATE_ARRIVED:
        state = pb.MY_PAYMENT_STATE_SENT
    look = _LOOKS.get(state, OPEN)
    if payment.role == pb.MY_ROLE_PAYER and state == pb.MY_PAYMENT_STATE_SENT:
        look = DONE
    return Mark(words.STATE.get(state, ""), look)


def sentence(payment: pb.MyPayment) -> str:
    """Return the state in a sentence (marked message)."""
    if payment.role == pb.MY_ROLE_PAYER:
        return words.STATE_TO_PAYER.get(payment.state, "")
    if passes_by(payment) and payment.state != pb.MY_PAYMENT_STATE_REVERSED:
        return _PASSES_BY
    return words.STATE_TO_RECEIVER.get(payment.state, "")


def is_ahead(stage: pb.MyStage, today: date) -> bool:
    """Tell whether a stage's day is still to come: money paid online is there days later."""
    on = to_date(stage.on)
    return on is not None and on > today


def way(payment: pb.MyPayment) -> list[Mark]:
    """Return the way of a payment in a few steps, with how far it is."""
    if payment.state == pb.MY_PAYMENT_STATE_REVERSED:
        return [Mark(_CAME_IN, DONE), Mark(words.STATE[payment.state], BAD)]
    whole = payment.role == pb.MY_ROLE_RECEIVER and not passes_by(payment)
    steps = _WAY if whole else _WAY[:-1]
    place = _PLACES.get(payment.state, 0)
    if place >= len(steps) - 1 and payment.state not in _STOPPED:
        return [Mark(label, DONE) for label in steps]
    looks = [DONE if at < place else NOW if at == place else OPEN for at in range(len(steps))]
    told = [Mark(label, look) for label, look in zip(steps, looks, strict=True)]
    if payment.state in _STOPPED:
        told[place] = Mark(words.STATE[payment.state], BAD)
    return told


_TO_STATE: Final = N_("To the State")
_PASSES_BY: Final = N_(
    "This payment was for your case, but nothing of it comes to you: it goes to the State, for"
    " assistance it paid to your family."
)
_CAME_IN: Final = N_("Came in")
_WAY: Final = (_CAME_IN, N_("Counted"), N_("Sent"), N_("Arrived"))
_PLACES: Final = {
    pb.MY_PAYMENT_STATE_RECEIVED: 0,
    pb.MY_PAYMENT_STATE_HELD: 1,
    pb.MY_PAYMENT_STATE_ALLOCATED: 1,
    pb.MY_PAYMENT_STATE_SENT: 2,
    pb.MY_PAYMENT_STATE_RETURNED: 2,
    pb.MY_PAYMENT_STATE_ARRIVED: 3,
}
_STOPPED: Final = frozenset({pb.MY_PAYMENT_STATE_HELD, pb.MY_PAYMENT_STATE_RETURNED})
_LOOKS: Final = {
    pb.MY_PAYMENT_STATE_ARRIVED: DONE,
    pb.MY_PAYMENT_STATE_HELD: WAIT,
    pb.MY_PAYMENT_STATE_RETURNED: BAD,
    pb.MY_PAYMENT_STATE_REVERSED: BAD,
}
