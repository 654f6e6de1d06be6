"""From an ACH entry to the child support payments that it carries.

Sources: the child support application banking convention (CCD with one DED addendum, CTX with an
X12 820 of many DED segments); the posting rules of a running State system: for CS, II, IT and IO
the entry's amount equals DED04, for RI, RT and RO DED04 may exceed it, as the sender keeps the
difference as cost recovery while the obligor is credited with DED04. That the codes beyond those
(IF, FD, DP, UI: equal; RF: cost recovery) follow the same rules is unverified.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from formats.ach.codes import CCD, CTX
from formats.ach.model import AchEntry
from formats.dates import Days
from formats.ded import (
    ADDENDUM_CHARACTERS,
    TERMINATOR,
    Ded,
    DedResult,
    parse_ded,
    parse_ded_elements,
    write_ded,
)
from formats.problem import Problem
from formats.x12 import Segment, set_warnings, split_segments

RULE_ADDENDA = "child support banking convention: a CCD entry carries one DED addendum"
RULE_DED = "child support banking convention: a CTX entry carries DED segments in an X12 820"
RULE_SEC = "child support banking convention: remittances come as CCD or CTX"
RULE_EQUAL = "child support banking convention: an entry's amount is the sum of its DED04"
RULE_COST_RECOVERY = (
    "child support banking convention: with RI, RT, RO, RF the sender keeps the cost recovery, so "
    "DED04 is the entry's amount or more"
)
RULE_RECOVERY_PART = "so much of DED04 is taken for cost recovery and not for a mistake"
RULE_WHOSE_RECOVERY = "the amount kept must be known for each payment"

_SET_IDENTIFIER = "820"
_ADDENDA_MAX = 9_999


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a reader believes of payments; by default whatever the format allows.

    `paid` are the days that a pay date may be of. `kept_of_ded` is the largest part of DED04 that
    a sender may keep as cost recovery.
    """

    paid: Days | None = None
    kept_of_ded: Fraction = Fraction(1)


ANYTHING = Bounds()


@dataclass(frozen=True, slots=True)
class EntryRemittance:
    """The payments of one entry, in order.

    `problems` concern the whole entry: none of its money can be posted to anyone. Problems of
    single payments stand in their `DedResult`.
    """

    deds: tuple[DedResult, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()

    @property
    def cost_recovery_cents(self) -> int:
        """What the sender kept of all payments of the entry."""
        return sum(result.cost_recovery_cents for result in self.deds)


def remittances(entry: AchEntry, bounds: Bounds = ANYTHING) -> EntryRemittance:
    """Read the DED segments of an entry and compare their amounts with the entry's.

    A prenote has no amount to compare. The entry's own `problems` are not repeated here.
    """
    match entry.batch.sec_code:
        case "CCD":
            return _from_ccd(entry, bounds)
        case "CTX":
            return _from_ctx(entry, bounds)
    read, expected = entry.batch.sec_code, f"{CCD} or {CTX}"
    problem = _entry_problem(entry, "standard_entry_class_code", read, expected, RULE_SEC)
    return EntryRemittance((), (problem,))


def _from_ccd(entry: AchEntry, bounds: Bounds) -> EntryRemittance:
    deds = tuple(
        parse_ded(text, record_number=entry.record_number + place, paid=bounds.paid)
        for place, text in enumerate(entry.addenda, 1)
    )
    if len(deds) != 1:
        read = f"{len(deds)} addenda"
        problem = _entry_problem(entry, "addenda", read, "one addendum", RULE_ADDENDA)
        return EntryRemittance(deds, (problem,))
    return _with_amounts(entry, deds, (), bounds)


def _from_ctx(entry: AchEntry, bounds: Bounds) -> EntryRemittance:
    segments = tuple(split_segments("".join(entry.addenda)))
    deds = tuple(
        _ctx_ded(entry, segment, bounds) for segment in segments if segment.identifier == "DED"
    )
    warnings = tuple(set_warnings(segments, entry.record_number))
    if not deds:
        read, expected = "no DED segment", "one DED segment at least"
        problem = _entry_problem(entry, "addenda", read, expected, RULE_DED)
        return EntryRemittance((), (problem,), warnings)
    return _with_amounts(entry, deds, warnings, bounds)


def _ctx_ded(entry: AchEntry, segment: Segment, bounds: Bounds) -> DedResult:
    number = entry.record_number + 1 + segment.offset // ADDENDUM_CHARACTERS
    return parse_ded_elements(
        segment.text, segment.terminator, record_number=number, paid=bounds.paid
    )


def _with_amounts(
    entry: AchEntry,
    deds: tuple[DedResult, ...],
    warnings: tuple[Problem, ...],
    bounds: Bounds,
) -> EntryRemittance:
    if entry.is_prenote:
        return EntryRemittance(deds, (), warnings)
    known = [
        result.ded.amount_cents
        for result in deds
        if result.ded is not None and result.ded.amount_cents is not None
    ]
    if len(known) < len(deds):
        return EntryRemittance(deds, tuple(_unreadable_sum(entry, deds)), warnings)
    kept_cents = sum(known) - entry.amount_cents
    if not kept_cents:
        return EntryRemittance(deds, (), warnings)
    keepers = [
        place
        for place, result in enumerate(deds)
        if result.ded is not None and result.ded.is_cost_recovery
    ]
    keepers_cents = [known[place] for place in keepers]
    problem = _amount_problem(entry, len(deds), kept_cents, keepers_cents) or _part_problem(
        entry, kept_cents, keepers_cents, bounds
    )
    if problem is not None:
        return EntryRemittance(deds, (problem,), warnings)
    keeper = keepers[0]
    kept = dataclasses.replace(deds[keeper], cost_recovery_cents=kept_cents)
    return EntryRemittance((*deds[:keeper], kept, *deds[keeper + 1 :]), (), warnings)


def _unreadable_sum(entry: AchEntry, deds: tuple[DedResult, ...]) -> Iterator[Problem]:
    """A CTX entry with an amount that cannot be read has no sum; a CCD's DED04 says it already."""
    if len(deds) > 1:
        expected = f"amounts that sum to {entry.amount_cents} cents"
        yield _entry_problem(entry, "amount", "a DED04 without amount", expected, RULE_EQUAL)


def _amount_problem(
    entry: AchEntry, ded_count: int, kept_cents: int, keepers_cents: list[int]
) -> Problem | None:
    """Say why DED amounts that differ from the entry's by `kept_cents` do not fit it, if so.

    `keepers_cents` is DED04 of those whose sender may have kept something, which is never more
    than that. With several of them in one entry nobody can tell who kept how much; States pay each
    other by CCD, one payment an entry.
    """
    stated = f"{entry.amount_cents + kept_cents} cents in {ded_count} DED"
    if not keepers_cents:
        expected = f"{entry.amount_cents} cents"
        return _entry_problem(entry, "amount", stated, expected, RULE_EQUAL)
    if not 0 < kept_cents <= sum(keepers_cents):
        most = entry.amount_cents + sum(keepers_cents)
        expected = f"{entry.amount_cents} to {most} cents"
        return _entry_problem(entry, "amount", stated, expected, RULE_COST_RECOVERY)
    if len(keepers_cents) > 1:
        read = f"{kept_cents} cents kept of {len(keepers_cents)} DED"
        expected = "one DED with cost recovery"
        return _entry_problem(entry, "amount", read, expected, RULE_WHOSE_RECOVERY)
    return None


def _part_problem(
    entry: AchEntry, kept_cents: int, keepers_cents: list[int], bounds: Bounds
) -> Problem | None:
    """Say that a sender kept more than is believed; what it keeps is credited and never came in."""
    (stated_cents,) = keepers_cents
    most_cents = int(stated_cents * bounds.kept_of_ded)
    if kept_cents <= most_cents:
        return None
    read = f"{kept_cents} cents kept of {stated_cents}"
    expected = f"at most {most_cents} cents kept"
    return _entry_problem(entry, "amount", read, expected, RULE_RECOVERY_PART)


def _entry_problem(entry: AchEntry, field: str, read: str, expected: str, rule: str) -> Problem:
    return Problem(
        entry.record_number, "entry detail (6)", field, "", read, expected, rule, "entry"
    )


def write_ctx_addenda(
    deds: Sequence[Ded],
    *,
    effective_on: date,
    reference: str,
    payer_name: str = "",
    receiver_name: str = "",
    control_number: int = 1,
) -> tuple[str, ...]:
    """Write an X12 820 that carries the `deds`, as payment information of 80 characters each.

    `reference` is the trace of the payment (TRN02). Segments run on from one addendum to the
    next, as CTX has it; the last is filled with blanks. BPR says the sum of DED04 less nothing: a
    sender with cost recovery pays by CCD. The choice of segments around DED (ST, BPR, TRN, N1, SE)
    is unverified against the Nacha user guide. Raises ValueError for what cannot be written.
    """
    if not deds:
        raise ValueError("an 820 needs one DED at least")
    total_cents = sum(ded.amount_cents or 0 for ded in deds)
    amount = f"{total_cents // 100}.{total_cents % 100:02d}"
    control = f"{control_number:04d}"
    segments = [
        f"ST*{_SET_IDENTIFIER}*{control}",
        f"BPR*C*{amount}*C*ACH*CTX{'*' * 11}{effective_on:%Y%m%d}",
        f"TRN*1*{_plain('reference', reference)}",
    ]
    for role, field, name in (
        ("PE", "receiver_name", receiver_name),
        ("PR", "payer_name", payer_name),
    ):
        if name:
            segments.append(f"N1*{role}*{_plain(field, name)}")
    segments.extend(write_ded(ded, four_digit_year=True).removesuffix(TERMINATOR) for ded in deds)
    segments.append(f"SE*{len(segments) + 1}*{control}")
    text = "".join(segment + TERMINATOR for segment in segments)
    addenda = tuple(
        text[start : start + ADDENDUM_CHARACTERS].ljust(ADDENDUM_CHARACTERS)
        for start in range(0, len(text), ADDENDUM_CHARACTERS)
    )
    if len(addenda) > _ADDENDA_MAX:
        raise ValueError(f"{len(addenda)} addenda, but an entry has at most {_ADDENDA_MAX}")
    return addenda


def _plain(field: str, text: str) -> str:
    if not text or not (text.isascii() and text.isprintable()) or set(text) & {"*", TERMINATOR}:
        raise ValueError(f"{field} must be printable ASCII, not empty, without * and backslash")
    return text
