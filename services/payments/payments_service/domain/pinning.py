"""What went out stays where it went: how it pays when the books are computed again.

Rule `redo.pinned_pays`: money that a family got for an obligation pays that obligation: first what
is the family's, then what is the State's (who paid has paid), then ahead.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from payments_service.domain.assistance import aid_in
from payments_service.domain.books import Books
from payments_service.domain.model import (
    Applied,
    Assistance,
    Bucket,
    Obligation,
    Part,
    Payee,
    Receipt,
)
from payments_service.domain.proration import largest_remainder
from payments_service.domain.rules import Rules

OF_FAMILY = (Bucket.NA, Bucket.UD, Bucket.UP, Bucket.CA)
OF_STATE = (Bucket.PA, Bucket.TA)
FREE = frozenset({Payee.STATE, Payee.MEDICAID, Payee.FEE, Payee.FOSTER_CARE})
"""Institutions: what they got too much is taken from their next transfers."""


@dataclass(frozen=True, slots=True)
class Pin:
    """What one payee got of a receipt for one obligation (none: of what is held), in cents."""

    obligation_id: str
    payee: Payee
    payee_id: str
    amount_cents: int
    credited_cents: int


Key = tuple[str, Payee, str]


def pins_of(gone: Iterable[Part], *, families_keep: bool) -> list[Pin]:
    """Return what of the parts that went out cannot be moved, by obligation and payee."""
    sums: dict[Key, list[int]] = {}
    for part in gone:
        if part.payee in FREE or (part.payee == Payee.FAMILY and not families_keep):
            continue
        cents = sums.setdefault((part.obligation_id, part.payee, part.payee_id), [0, 0])
        cents[0] += part.amount_cents
        cents[1] += part.credited_cents
    return [Pin(*key, *cents) for key, cents in sorted(sums.items())]


def covers(parts: Iterable[Part], pins: Iterable[Pin]) -> bool:
    """Return whether parts give every payee what went to them already."""
    given: dict[Key, int] = {}
    for part in parts:
        key = (part.obligation_id, part.payee, part.payee_id)
        given[key] = given.get(key, 0) + part.amount_cents
    return all(
        given.get((pin.obligation_id, pin.payee, pin.payee_id), 0) >= pin.amount_cents
        for pin in pins
    )


def limit(pins: Iterable[Pin], receipt: Receipt) -> tuple[list[Pin], Receipt]:
    """Return the pins as far as a receipt's money reaches, and what they leave of it."""
    kept: list[Pin] = []
    cash, credit = receipt.amount_cents, receipt.credited_cents
    for pin in pins:
        amount, credited = min(pin.amount_cents, cash), min(pin.credited_cents, credit)
        kept.append(replace(pin, amount_cents=amount, credited_cents=credited))
        cash -= amount
        credit -= credited
    return kept, replace(receipt, amount_cents=cash, credited_cents=credit)


def pay_pin(books: Books, pin: Pin, rules: Rules) -> list[Part]:
    """Return the parts that a pin comes to; the books are left as they are."""
    rule = rules.policy.rule("redo.pinned_pays", rules.on)
    owed = next((o for o in books.obligations if o.obligation_id == pin.obligation_id), None)
    if owed is None:
        step = Applied(rule, {}, {"amount_cents": pin.amount_cents})
        return [
            Part(
                case_id="",
                obligation_id="",
                support=0,
                current=False,
                bucket=Bucket.CURRENT,
                month=None,
                amount_cents=pin.amount_cents,
                credited_cents=pin.credited_cents,
                payee=pin.payee,
                payee_id=pin.payee_id,
                steps=(step,),
            )
        ]  # fmt: skip
    taken = _debts(books, owed, pin.credited_cents, rules)
    cash = largest_remainder(pin.amount_cents, [credited for _, _, _, credited in taken])
    facts = {"paid_out_cents": pin.amount_cents}
    return [
        Part(
            owed.case_id, owed.obligation_id, int(owed.support), current, bucket, month, amount,
            credited, pin.payee, pin.payee_id,
            (Applied(rule, facts, {"amount_cents": amount}),),
        )
        for (current, bucket, month, credited), amount in zip(taken, cash, strict=True)
    ]  # fmt: skip


def _debts(
    books: Books, owed: Obligation, credit: int, rules: Rules
) -> list[tuple[bool, Bucket, date | None, int]]:
    """Return whether current, bucket, month and cents of what a credit pays; the rest is ahead."""
    id_, month = owed.obligation_id, rules.month
    aid = aid_in(books.cases[owed.case_id], month)
    of_state = aid.assistance == Assistance.CURRENT
    order = (*OF_FAMILY, Bucket.CURRENT) if of_state else (Bucket.CURRENT, *OF_FAMILY)
    taken: list[tuple[bool, Bucket, date | None, int]] = []
    for bucket in (*order, *OF_STATE):
        current = bucket == Bucket.CURRENT
        due = books.current_due(id_, month) if current else books.due.get((id_, bucket), 0)
        if part := min(credit, due):
            taken.append((current, bucket, month if current else None, part))
            credit -= part
    if credit or not taken:
        taken.append((False, Bucket.CURRENT, None, credit))
    return taken
