"""Double entry: every business fact as an entry whose lines sum to zero in each of two books.

Support book: `due` (what the obligor owes, by obligation and bucket) against `opening`, `charged`
and `paid`. Trust cash book: `bank` against what is owed onward. Debits are positive, credits
negative. A correction is a new entry with the same lines, signs turned.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import NamedTuple

from payments_service.domain.charging import Charge, ChargeKind
from payments_service.domain.model import Bucket, Part, Payee


class Book(IntEnum):
    """The two books; each balances alone."""

    SUPPORT = 1
    CASH = 2


class Account(IntEnum):
    """The accounts of both books.

    `PAID_AHEAD`: what was paid on an obligation that no debt was left for, in the support book.
    `RECOUPMENT`: what a payee was paid too much and gives back; `AGENCY`: what the State makes good
    out of its own funds; `RETURNED`: payments that came back and go out again; `UNCLAIMED`: money
    that nobody claimed.
    """

    BANK = 1
    SUSPENSE = 2
    HELD = 3
    PAYABLE_FAMILY = 4
    PAYABLE_STATE = 5
    PAYABLE_MEDICAID = 6
    PAYABLE_FEE = 7
    PAYABLE_OBLIGOR = 8
    PAYABLE_OTHER_STATE = 9
    PAYABLE_FOSTER_CARE = 10
    DUE = 11
    OPENING = 12
    CHARGED = 13
    PAID = 14
    INTEREST = 15
    PAID_AHEAD = 16
    RECOUPMENT = 21
    AGENCY = 22
    RETURNED = 23
    UNCLAIMED = 24


class EntryKind(IntEnum):
    """What an entry records."""

    OPENING = 1
    CHARGE = 2
    AGEING = 3
    RECEIPT = 4
    SUSPENSE = 5
    IDENTIFIED = 6
    DISBURSEMENT = 7
    HOLD = 8
    RELEASE = 9
    REVERSAL = 10
    CLAIM = 11
    RECOUPED = 12
    RETURNED = 13
    REISSUED = 14
    REFUND = 15
    INTEREST = 16
    WRITTEN_OFF = 17
    UNCLAIMED = 18
    REDIRECTED = 19
    PAID_AHEAD = 20
    REBUCKETED = 21


class Line(NamedTuple):
    """One line of an entry."""

    book: Book
    account: Account
    obligation_id: str | None
    bucket: int | None
    month: date | None
    participant_id: str | None
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact in the ledger. `source_id`: the receipt, obligation or disbursement behind it.

    `entry_id` follows from the fact, so that recording it twice is refused by the key.
    """

    obligor_id: str
    entry_id: str
    kind: EntryKind
    source_id: str
    collection_date: date
    settlement_date: date
    lines: Sequence[Line]


PAYABLE = {
    Payee.FAMILY: Account.PAYABLE_FAMILY,
    Payee.STATE: Account.PAYABLE_STATE,
    Payee.MEDICAID: Account.PAYABLE_MEDICAID,
    Payee.FEE: Account.PAYABLE_FEE,
    Payee.HELD: Account.HELD,
    Payee.OBLIGOR: Account.PAYABLE_OBLIGOR,
    Payee.OTHER_STATE: Account.PAYABLE_OTHER_STATE,
    Payee.FOSTER_CARE: Account.PAYABLE_FOSTER_CARE,
}


_KINDS = {
    ChargeKind.OPENING: EntryKind.OPENING,
    ChargeKind.CURRENT: EntryKind.CHARGE,
    ChargeKind.AGEING: EntryKind.AGEING,
    ChargeKind.REBUCKET: EntryKind.REBUCKETED,
    ChargeKind.INTEREST: EntryKind.INTEREST,
    ChargeKind.AHEAD: EntryKind.PAID_AHEAD,
}
REPLAYED = frozenset(_KINDS.values())
"""What follows from an obligor's facts alone, and is computed again from them."""
_AGAINST = {
    ChargeKind.OPENING: (Account.OPENING, None),
    ChargeKind.CURRENT: (Account.CHARGED, None),
    ChargeKind.AGEING: (Account.DUE, int(Bucket.CURRENT)),
    ChargeKind.INTEREST: (Account.INTEREST, None),
    ChargeKind.AHEAD: (Account.PAID_AHEAD, None),
}


def fact_id(*parts: str) -> str:
    """Return the id of a fact, the same for the same parts."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join(parts)))


def charge_entry(obligor_id: str, charge: Charge, revision: int = 0) -> Entry:
    """Return the entry of opening arrears, of a month's charge or of a month's ageing.

    `revision`: how often the obligation's charges were computed again.
    """
    obligation_id = charge.obligation.obligation_id
    total = sum(cents for _, cents in charge.amounts)
    month = charge.month if charge.kind != ChargeKind.OPENING else None
    lines = [
        Line(
            Book.SUPPORT, Account.DUE, obligation_id, int(bucket),
            month if bucket == Bucket.CURRENT else None, None, cents,
        )
        for bucket, cents in charge.amounts
    ]  # fmt: skip
    if charge.kind != ChargeKind.REBUCKET:
        account, bucket_left = _AGAINST[charge.kind]
        lines.append(Line(Book.SUPPORT, account, obligation_id, bucket_left, month, None, -total))
    kind = _KINDS[charge.kind]
    # Opening arrears are booked once, whatever a later version of the order says of them.
    which = () if kind == EntryKind.OPENING else (charge.month.isoformat(),)
    if revision:
        which = (*which, f"revision {revision}")
    id_ = fact_id(kind.name, obligation_id, *which)
    return Entry(obligor_id, id_, kind, obligation_id, charge.effective, charge.effective, lines)


def receipt_lines(amount_cents: int, parts: Iterable[Part]) -> list[Line]:
    """Return the lines of a posted receipt: money in and what it is owed onward to, debts paid."""
    owed: dict[tuple[Account, str | None], int] = {}
    paid: dict[tuple[str, int, date | None], int] = {}
    ahead: dict[str, int] = {}
    for part in parts:
        if part.amount_cents:
            account = (PAYABLE[part.payee], part.payee_id or None)
            owed[account] = owed.get(account, 0) - part.amount_cents
        if part.ahead:
            ahead[part.obligation_id] = ahead.get(part.obligation_id, 0) - part.credited_cents
        elif part.obligation_id and part.credited_cents:
            debt = (part.obligation_id, int(part.bucket), part.month)
            paid[debt] = paid.get(debt, 0) - part.credited_cents
    lines = [Line(Book.CASH, Account.BANK, None, None, None, None, amount_cents)]
    lines += [
        Line(Book.CASH, account, None, None, None, payee, cents)
        for (account, payee), cents in owed.items()
    ]
    if paid or ahead:
        lines += [
            Line(Book.SUPPORT, Account.DUE, obligation, bucket, month, None, cents)
            for (obligation, bucket, month), cents in paid.items()
        ]
        lines += [
            Line(Book.SUPPORT, Account.PAID_AHEAD, obligation, None, None, None, cents)
            for obligation, cents in ahead.items()
        ]
        total = -sum(paid.values()) - sum(ahead.values())
        lines.append(Line(Book.SUPPORT, Account.PAID, None, None, None, None, total))
    return lines


def reversal(entry: Entry) -> Entry:
    """Return the entry that takes another back: the same lines and dates, the signs turned."""
    lines = [line._replace(amount_cents=-line.amount_cents) for line in entry.lines]
    id_ = fact_id(EntryKind.REVERSAL.name, entry.entry_id)
    return Entry(
        entry.obligor_id,
        id_,
        EntryKind.REVERSAL,
        entry.entry_id,
        entry.collection_date,
        entry.settlement_date,
        lines,
    )


def cash_lines(debit: Account, credit: Account, payee_id: str | None, amount: int) -> list[Line]:
    """Return two lines that move money from one cash account to another."""
    return [
        Line(Book.CASH, debit, None, None, None, _holder(debit, payee_id), amount),
        Line(Book.CASH, credit, None, None, None, _holder(credit, payee_id), -amount),
    ]


def _holder(account: Account, payee_id: str | None) -> str | None:
    return None if account in {Account.BANK, Account.SUSPENSE} else payee_id
