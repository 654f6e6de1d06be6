"""Why a line waits in suspense, and which reason is told when there are several."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """The reasons of the contract's SuspenseReason, without its prefix."""

    MISSING_CASE_IDENTIFIER = "MISSING_CASE_IDENTIFIER"
    UNKNOWN_CASE = "UNKNOWN_CASE"
    OBLIGOR_MISMATCH = "OBLIGOR_MISMATCH"
    AMOUNT_MISMATCH = "AMOUNT_MISMATCH"
    INVALID_PAY_DATE = "INVALID_PAY_DATE"
    MISDIRECTED = "MISDIRECTED"
    DUPLICATE_LINE = "DUPLICATE_LINE"
    UNREADABLE_ADDENDA = "UNREADABLE_ADDENDA"
    INVALID_ENTRY = "INVALID_ENTRY"
    NO_ORDER = "NO_ORDER"


PRECEDENCE = (
    Reason.INVALID_ENTRY,
    Reason.UNREADABLE_ADDENDA,
    Reason.AMOUNT_MISMATCH,
    Reason.MISDIRECTED,
    Reason.DUPLICATE_LINE,
    Reason.INVALID_PAY_DATE,
    Reason.MISSING_CASE_IDENTIFIER,
    Reason.UNKNOWN_CASE,
    Reason.OBLIGOR_MISMATCH,
    Reason.NO_ORDER,
)
"""The first of these that a line has is its reason: whether it can be read at all, whether it is
meant for us, whether it came before, then what for, then whom. The last three come last because a
line that waits for nothing else is identified by itself when its case appears."""

AWAITS_FACTS = frozenset({Reason.UNKNOWN_CASE, Reason.OBLIGOR_MISMATCH, Reason.NO_ORDER})
"""What a change of a case or a participant can settle; everything else waits for a person."""

NOBODYS = frozenset({Reason.UNKNOWN_CASE, Reason.OBLIGOR_MISMATCH})
"""Which of the two it is tells what is on record here: senders see no difference."""

_RANK = {reason: rank for rank, reason in enumerate(PRECEDENCE)}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that holds a line up: the reason, and the sentence that names field and rule."""

    reason: Reason
    detail: str


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings with the one that counts first; within a reason the order is kept."""
    return sorted(findings, key=lambda finding: _RANK[finding.reason])
