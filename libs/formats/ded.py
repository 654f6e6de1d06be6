"""The DED segment: what an employer says about one child support payment.

Sources: the child support application banking convention (Treasury FMS, "DED Child Support Segment
Structure"; Nacha user guide for electronic child support payments); X12 segment DED. Elements are
parted by `*`, the segment ends with a backslash. Producers differ, so a segment is read by its
delimiters, blanks around an element do not count, and a blank optional element is an absent one.
"""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from formats.dates import Days, format_yymmdd, parse_date
from formats.problem import Problem, Severity

ADDENDUM_CHARACTERS = 80
SEPARATOR = "*"
TERMINATOR = "\\"
SLASH = "/"

COST_RECOVERY = frozenset({"RI", "RT", "RO", "RF"})
"""The sender keeps a part of what it collected, so DED04 may exceed the entry's amount."""

APPLICATIONS = {
    "CS": "child support withheld by an employer",
    "II": "interstate income withholding",
    "IT": "interstate State tax offset",
    "IO": "interstate, other",
    "RI": "interstate income withholding with cost recovery",
    "RT": "interstate State tax offset with cost recovery",
    "RO": "interstate, other, with cost recovery",
    "IF": "interstate financial institution data match",
    "RF": "interstate financial institution data match with cost recovery",
    "FD": "financial institution",
    "DP": "noncustodial parent or third-party payer",
    "UI": "unemployment insurance",
}

_ELEMENTS = (
    ("DED01", "application identifier"),
    ("DED02", "case identifier"),
    ("DED03", "pay date"),
    ("DED04", "payment amount"),
    ("DED05", "social security number"),
    ("DED06", "medical support indicator"),
    ("DED07", "name"),
    ("DED08", "FIPS code"),
    ("DED09", "employment termination indicator"),
)
_CASE_CHARACTERS_MAX = 20
_AMOUNT_DIGITS_MAX = 10
_NAME_CHARACTERS_MAX = 10
_SSN_DIGITS = 9
_FIPS_DIGITS = (5, 7)
_MEDICAL = ("Y", "N", "W")
_SSN_WITH_DASHES = re.compile(r"\d{3}-\d{2}-\d{4}")
_RULE = "child support banking convention: DED segment"


@dataclass(frozen=True, slots=True)
class Ded:
    """The elements of a DED segment as far as they could be read.

    `pay_date` and `amount_cents` are None where they could not be; a pay date also where it lies
    outside of the days that the reader believes. Texts are trimmed; one that is
    out of form is kept as it stands, so that people can identify the payment by it.
    `medical_support` is Y (coverage is available), N or W (not applicable). `fips` is that of the
    receiving unit. `terminator` is what ended the segment ("" if nothing did).
    """

    application: str
    case_identifier: str = dataclasses.field(repr=False)
    pay_date: date | None
    amount_cents: int | None
    ssn: str = dataclasses.field(repr=False)
    medical_support: str = "N"
    name: str = dataclasses.field(default="", repr=False)
    fips: str = ""
    employment_terminated: bool = False
    terminator: str = TERMINATOR

    @property
    def is_cost_recovery(self) -> bool:
        """Whether the sender may have kept a part of DED04 (RI, RT, RO, RF)."""
        return self.application in COST_RECOVERY


@dataclass(frozen=True, slots=True)
class DedResult:
    """A segment as read. With `problems` its money cannot be posted; `warnings` do not matter.

    `ded` is None only if the text is no DED segment. `cost_recovery_cents` is the part of DED04
    that the sender kept; it is known only beside the entry's amount (`formats.remittance`).
    """

    ded: Ded | None
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    cost_recovery_cents: int = 0


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a segment stands, to say in its problems."""

    record_number: int

    def problem(
        self, field: str, read: str, expected: str, severity: Severity = "entry"
    ) -> Problem:
        name = dict(_ELEMENTS).get(field)
        rule = f"{_RULE}, {name}" if name else _RULE
        return Problem(self.record_number, "DED segment", field, "", read, expected, rule, severity)


def parse_ded(text: str, *, record_number: int = 0, paid: Days | None = None) -> DedResult:
    """Read the payment information of an addendum as one DED segment.

    `paid` are the days that a pay date is believed to be of; None believes every one. A slash as
    terminator (some producers write it) is a warning. A segment without terminator is a problem,
    since it may have been cut; what was read of it is kept.
    """
    stripped = text.strip()
    body, terminator, rest = stripped.partition(TERMINATOR)
    if not terminator and stripped.endswith(SLASH):
        body, terminator = stripped.removesuffix(SLASH), SLASH
    result = parse_ded_elements(body, terminator, record_number=record_number, paid=paid)
    if rest.strip():
        place = _Place(record_number)
        problem = place.problem("segment", rest.strip(), "nothing after the terminator", "warning")
        return dataclasses.replace(result, warnings=(*result.warnings, problem))
    return result


def parse_ded_elements(
    body: str, terminator: str, *, record_number: int = 0, paid: Days | None = None
) -> DedResult:
    """Read a segment that has been parted from its terminator ("" if it had none)."""
    place = _Place(record_number)
    identifier, *elements = [element.strip() for element in body.split(SEPARATOR)]
    if identifier != "DED":
        problem = place.problem("segment", identifier, "a segment that begins with DED*")
        return DedResult(None, (problem,), ())
    padded = [*elements, *[""] * len(_ELEMENTS)]
    application, case, pay_date, amount, ssn, medical, name, fips, terminated = padded[:9]
    paid_on = parse_date(pay_date)
    is_believed = paid_on is None or paid is None or paid_on in paid
    ded = Ded(
        application=application,
        case_identifier=case,
        pay_date=paid_on if is_believed else None,
        amount_cents=_amount(amount),
        ssn=_ssn(ssn),
        medical_support=medical,
        name=name,
        fips=fips,
        employment_terminated=terminated == "Y",
        terminator=terminator,
    )
    found = [
        *_segment_problems(place, elements, terminator),
        *_mandatory_problems(place, ded, pay_date, amount, ssn, None if is_believed else paid),
        *_optional_problems(place, ded, terminated),
    ]
    if not found:
        return DedResult(ded, (), ())
    problems = tuple(problem for problem in found if problem.severity != "warning")
    warnings = tuple(problem for problem in found if problem.severity == "warning")
    return DedResult(ded, problems, warnings)


def _amount(text: str) -> int | None:
    is_amount = text.isascii() and text.isdigit() and len(text) <= _AMOUNT_DIGITS_MAX
    return int(text) if is_amount else None


def _ssn(text: str) -> str:
    return text.replace("-", "") if "-" in text and _SSN_WITH_DASHES.fullmatch(text) else text


def _segment_problems(place: _Place, elements: list[str], terminator: str) -> Iterator[Problem]:
    if not terminator:
        read, expected = "no terminator", "a backslash at the end, or the segment may be cut"
        yield place.problem("terminator", read, expected)
    elif terminator != TERMINATOR:
        yield place.problem("terminator", terminator, "a backslash at the end", "warning")
    if len(elements) > len(_ELEMENTS):
        read, expected = f"{len(elements)} elements", f"at most {len(_ELEMENTS)} elements"
        yield place.problem("segment", read, expected)


def _mandatory_problems(
    place: _Place, ded: Ded, pay_date: str, amount: str, ssn: str, paid: Days | None
) -> Iterator[Problem]:
    """`paid` are the days that were expected of a pay date outside of them, else None."""
    if ded.application not in APPLICATIONS:
        expected = f"one of {', '.join(APPLICATIONS)}"
        yield place.problem("DED01", ded.application, expected)
    if not 0 < len(ded.case_identifier) <= _CASE_CHARACTERS_MAX:
        expected = f"1 to {_CASE_CHARACTERS_MAX} characters"
        yield place.problem("DED02", ded.case_identifier, expected)
    if ded.pay_date is None:
        expected = "a date YYMMDD or CCYYMMDD" if paid is None else f"a day from {paid}"
        yield place.problem("DED03", pay_date, expected)
    if ded.amount_cents is None:
        expected = f"1 to {_AMOUNT_DIGITS_MAX} digits, cents without a point"
        yield place.problem("DED04", amount, expected)
    if not (ded.ssn.isascii() and ded.ssn.isdigit() and len(ded.ssn) == _SSN_DIGITS):
        yield place.problem("DED05", ssn, f"{_SSN_DIGITS} digits")
    elif ded.ssn != ssn:
        yield place.problem("DED05", ssn, f"{_SSN_DIGITS} digits without dashes", "warning")
    if ded.medical_support not in _MEDICAL:
        yield place.problem("DED06", ded.medical_support, "Y, N or W")


def _optional_problems(place: _Place, ded: Ded, terminated: str) -> Iterator[Problem]:
    if len(ded.name) > _NAME_CHARACTERS_MAX:
        expected = f"at most {_NAME_CHARACTERS_MAX} characters"
        yield place.problem("DED07", ded.name, expected, "warning")
    low, high = _FIPS_DIGITS
    is_fips = ded.fips.isascii() and ded.fips.isdigit() and low <= len(ded.fips) <= high
    if ded.fips and not is_fips:
        yield place.problem("DED08", ded.fips, f"{low} to {high} digits")
    if terminated not in ("Y", "N", ""):
        yield place.problem("DED09", terminated, "Y, or nothing")


def write_ded(ded: Ded, *, four_digit_year: bool = False) -> str:
    """Write a segment: tight, optional elements at the end left out, ended by a backslash.

    The pay date is YYMMDD, as the banking convention has it; X12 820 of version 4010 and later
    takes CCYYMMDD (`four_digit_year`). Raises ValueError, naming the element, for what this module
    would not read back.
    """
    if ded.pay_date is None or ded.amount_cents is None:
        missing = "DED03" if ded.pay_date is None else "DED04"
        raise ValueError(f"{missing} is mandatory")
    pay_date = f"{ded.pay_date:%Y%m%d}" if four_digit_year else format_yymmdd(ded.pay_date)
    elements = [
        ded.application,
        ded.case_identifier,
        pay_date,
        str(ded.amount_cents),
        ded.ssn,
        ded.medical_support,
        ded.name,
        ded.fips,
        "Y" if ded.employment_terminated else "",
    ]
    if any(element != element.strip() for element in elements):
        _refuse_unwritable(elements)
    while not elements[-1]:
        elements.pop()
    body = SEPARATOR.join(["DED", *elements])
    is_plain = body.isascii() and body.isprintable() and TERMINATOR not in body
    if not is_plain or body.count(SEPARATOR) != len(elements):
        _refuse_unwritable(elements)
    result = parse_ded_elements(body, TERMINATOR)
    wrong = (*result.problems, *result.warnings)
    if wrong:
        raise ValueError(f"{wrong[0].field}: expected {wrong[0].expected}")
    return body + TERMINATOR


def _refuse_unwritable(elements: list[str]) -> NoReturn:
    for (identifier, _), element in zip(_ELEMENTS, elements, strict=False):
        is_plain = element.isascii() and element.isprintable() and element == element.strip()
        if not is_plain or SEPARATOR in element or TERMINATOR in element:
            expected = f"printable ASCII without blanks around it, without {SEPARATOR} or backslash"
            raise ValueError(f"{identifier}: expected {expected}")
    raise ValueError("DED: expected printable ASCII")
