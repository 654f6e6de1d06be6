"""Whose money is: by the number of a case or an order, by Social Security number, by history.

45 CFR 307.10(b)(5): the system identifies and posts collections; what it cannot identify waits.
"""

from collections.abc import Collection
from dataclasses import dataclass

NOT_NAMED, UNKNOWN_CASE, MISMATCH = 1, 2, 3
"""SuspenseReason of the contract."""


@dataclass(frozen=True, slots=True)
class Clues:
    """The obligors that each thing a sender wrote points to.

    `case_named`, `ssn_named`: whether the sender wrote one at all. `by_history`: to whom the same
    sender's earlier money under the same number was posted.
    """

    case_named: bool
    ssn_named: bool
    by_case: Collection[str] = ()
    by_ssn: Collection[str] = ()
    by_history: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The obligor; or why nobody is sure, as a SuspenseReason with its sentence."""

    obligor_id: str = ""
    reason: int = 0
    detail: str = ""


def identify(clues: Clues, *, ssn_alone: bool, use_history: bool) -> Found:
    """Return whose money it is, if what the sender wrote points to one person and no other."""
    if not (clues.case_named or clues.ssn_named):
        return Found("", NOT_NAMED, "It names neither a case, an order nor a person's number.")
    by_case, by_ssn = set(clues.by_case), set(clues.by_ssn)
    if by_case and clues.ssn_named:
        both = by_case & by_ssn
        if len(both) == 1:
            return Found(both.pop())
        return Found("", MISMATCH, "The case and the person's number that it names do not agree.")
    if len(by_case) == 1:
        return Found(by_case.pop())
    if by_case:
        return Found("", UNKNOWN_CASE, "The order that it names has more than one obligor.")
    if ssn_alone and len(by_ssn) == 1:
        return Found(by_ssn.pop())
    if use_history and clues.case_named and not clues.ssn_named and len(set(clues.by_history)) == 1:
        return Found(next(iter(clues.by_history)))
    return Found("", UNKNOWN_CASE, "Nobody is known by the numbers that it names.")
