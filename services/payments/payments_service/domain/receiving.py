"""A line of money as it was taken in, before anybody knows whose it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from payments_service.domain.model import Source

TAX_OFFSETS = frozenset({Source.FEDERAL_TAX_OFFSET, Source.STATE_TAX_OFFSET})
"""Sources for which 45 CFR 302.32(b)(2)(iv) gives 30 days, and which an appeal keeps back."""

JOINT_RETURN, APPEAL = "joint_return", "appeal"
"""Why a receipt is held before it is distributed."""

_NOT_A_DIGIT = re.compile(r"\D")
_SSN_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Address:
    """Where a sender can be paid back."""

    line1: str
    line2: str
    city: str
    state: str
    zip_code: str

    @property
    def lines(self) -> Sequence[str]:
        """The address as the check register has it."""
        return (self.line1, self.line2, self.city, self.state, self.zip_code)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent money."""

    name: str = field(default="", repr=False)
    address: Address | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of money. `reason`: a SuspenseReason that is plain from the line alone.

    `same_as`: what makes two lines the same one, besides payer and amount; empty: nothing does.
    `joint_return`: an offset that the other filer may have a share in (42 USC 664(a)(3)(B)).
    """

    line_number: int
    amount_cents: int
    credited_cents: int
    source: Source
    instrument: int
    pay_date: date | None = None
    trace_number: str = ""
    reference: str = ""
    obligor_id: str = ""
    case_identifier: str = field(default="", repr=False)
    ssn: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    sender: Sender = Sender()
    same_as: str = field(default="", repr=False)
    joint_return: bool = False
    reason: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A line that takes back (a part of) an earlier collection."""

    line_number: int
    amount_cents: int
    source: Source
    case_identifier: str = field(repr=False)
    ssn: str = field(repr=False)


def ssn_digits(text: str) -> str:
    """Return the nine digits of a Social Security number; "" when it is none."""
    digits = _NOT_A_DIGIT.sub("", text)
    return digits if len(digits) == _SSN_DIGITS else ""


def sender_key(sender: Sender, employer_id: str) -> str:
    """Return what the same sender has every time."""
    return employer_id or "".join(c for c in sender.name.upper() if c.isalnum())
