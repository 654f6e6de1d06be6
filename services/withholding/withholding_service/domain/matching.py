"""Whose a line is: the case or order that it names, and the obligor whose number it carries."""

from collections.abc import Sequence
from dataclasses import dataclass

from withholding_service.domain.problems import masked_ssn, quoted
from withholding_service.domain.reasons import Finding, Reason


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that has the number which a line names, as its own number or as a court's."""

    case_id: str
    case_number: str
    obligor_id: str
    obligor_ssn_hash: bytes | None
    has_order: bool
    is_case_number: bool


@dataclass(frozen=True, slots=True)
class Sought:
    """What a line says of whom it is for."""

    case_identifier: str
    identifier_key: str
    ssn_hash: bytes | None
    ssn_last_four: str


@dataclass(frozen=True, slots=True)
class Match:
    """The case and obligor found, and what holds the line up if something does.

    With NO_ORDER case and obligor are known, with OBLIGOR_MISMATCH the case alone may be.
    """

    case_id: str | None = None
    obligor_id: str | None = None
    finding: Finding | None = None


_MISSING = Finding(
    Reason.MISSING_CASE_IDENTIFIER,
    "DED02 case identifier: read nothing, expected the number of a case or court order.",
)


def match(sought: Sought, candidates: Sequence[Candidate]) -> Match:
    """Find the case of a line among those that have its number.

    Several cases may have one court number: the Social Security number tells them apart. Among
    several of the same obligor one with an order goes first, then one named by its own number, then
    the lowest number; money is allocated by obligor, so that the choice moves none.
    """
    if not sought.case_identifier:
        return Match(finding=_MISSING)
    if not candidates or not sought.identifier_key:
        return Match(finding=_unknown_case(sought))
    own = [
        candidate
        for candidate in candidates
        if sought.ssn_hash is not None and candidate.obligor_ssn_hash == sought.ssn_hash
    ]
    if not own:
        case_ids = {candidate.case_id for candidate in candidates}
        case_id = case_ids.pop() if len(case_ids) == 1 else None
        return Match(case_id=case_id, finding=_obligor_mismatch(sought, candidates))
    best = min(own, key=lambda c: (not c.has_order, not c.is_case_number, c.case_number, c.case_id))
    finding = None if best.has_order else _no_order(sought)
    return Match(best.case_id, best.obligor_id, finding)


def nobody(case_identifier: str, ssn_last_four: str) -> str:
    """Say that a line is nobody's, and not whether its case or its person is known.

    Else a sender could try which case numbers there are, and which numbers belong to them.
    """
    return (
        f"DED02 case identifier, DED05 social security number: read {quoted(case_identifier)} and "
        f"{masked_ssn(ssn_last_four)}, expected those of one case; no case or order of this State "
        "fits the number and Social Security number."
    )


def _unknown_case(sought: Sought) -> Finding:
    return Finding(
        Reason.UNKNOWN_CASE,
        f"DED02 case identifier: read {quoted(sought.case_identifier)}, "
        "expected the number of a case or court order of this State.",
    )


def _obligor_mismatch(sought: Sought, candidates: Sequence[Candidate]) -> Finding:
    known = any(candidate.obligor_ssn_hash for candidate in candidates)
    expected = (
        "that of the obligor" if known else "one on record for the obligor, and there is none"
    )
    return Finding(
        Reason.OBLIGOR_MISMATCH,
        f"DED05 social security number: read {masked_ssn(sought.ssn_last_four)}, expected "
        f"{expected} of case or order {quoted(sought.case_identifier)}.",
    )


def _no_order(sought: Sought) -> Finding:
    return Finding(
        Reason.NO_ORDER,
        f"DED02 case identifier: read {quoted(sought.case_identifier)}, a case of this obligor in "
        "which nothing is ordered yet; expected one with an order.",
    )
