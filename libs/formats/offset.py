"""Collection and adjustment records of the federal offset program, 245 characters.

Source: OMB 0970-0161, chart "Collection and Adjustment Record Layout" (columns 1 to 97 were seen);
federal offset program release 05-01 (column 225, injured spouse claim). The columns from 98 to 224
and those of the control record were not seen: their fields are known from the texts, their places
are unverified. What is wrong is said without naming the program: where money comes from is federal
tax information (26 USC 6103).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from formats.collections import PROBLEMS_MAX, CollectionsRejected, read_lines
from formats.layout import Field, Kind, Layout
from formats.problem import Problem, mask_ssn

WIDTH = 245
CONTROL = "CTL"
_CONTROL_COLUMNS = slice(2, 5)

RECORD = Layout(
    "record",
    WIDTH,
    (
        Field("state", 1, 2, Kind.TEXT),
        Field("local_code", 3, 3, Kind.TEXT, required=False),
        Field("ssn", 6, 9, Kind.NUMBER),
        Field("case_id", 15, 15, Kind.TEXT, required=False),
        Field("last_name", 30, 20, Kind.TEXT, required=False),
        Field("first_name", 50, 15, Kind.TEXT, required=False),
        Field("certified_cents", 65, 11, Kind.NUMBER, required=False),
        Field("collection_cents", 76, 11, Kind.NUMBER),
        Field("adjustment_cents", 87, 11, Kind.NUMBER),
        Field("transfer_state", 98, 2, Kind.TEXT, required=False),
        Field("transfer_local_code", 100, 3, Kind.TEXT, required=False),
        Field("case_type", 103, 1, Kind.TEXT),
        Field("offset_type", 104, 3, Kind.TEXT),
        Field("offset_year", 107, 4, Kind.NUMBER),
        Field("joint_return", 111, 1, Kind.TEXT, required=False),
        Field("filler", 112, 113, Kind.TEXT, required=False),
        Field("injured_spouse", 225, 1, Kind.TEXT, required=False),
        Field("filler_end", 226, 20, Kind.TEXT, required=False),
    ),
)
CONTROL_RECORD = Layout(
    "control record",
    WIDTH,
    (
        Field("state", 1, 2, Kind.TEXT),
        Field("control", 3, 3, Kind.FIXED, value=CONTROL),
        Field("collection_count", 6, 9, Kind.NUMBER),
        Field("adjustment_count", 15, 9, Kind.NUMBER),
        Field("collection_cents", 24, 11, Kind.NUMBER),
        Field("adjustment_cents", 35, 11, Kind.NUMBER),
        Field("filler", 46, 200, Kind.TEXT, required=False),
    ),
)
FATAL = frozenset({"collection_cents", "adjustment_cents"})
"""Without these the file's sums cannot be known: the file falls, and not the record alone."""
_PERSONAL = frozenset({"ssn", "case_id", "last_name", "first_name"})
_RULE = "record of 245 characters"


@dataclass(frozen=True, slots=True)
class OffsetRecord:
    """A collection, or an adjustment that takes back an earlier one; one amount is 0.

    `assigned`: the support is assigned to the State. `is_tax`: out of an income tax refund; others
    are payments of federal agencies. `injured_spouse_settled`: a claim of the other filer has been
    processed. A record with `problems` is kept for a worker.
    """

    record_number: int
    ssn: str = field(repr=False)
    case_id: str = field(repr=False)
    name: str = field(repr=False)
    collection_cents: int
    adjustment_cents: int
    assigned: bool
    is_tax: bool
    offset_year: str = field(repr=False)
    joint_return: bool
    injured_spouse_settled: bool
    problems: tuple[Problem, ...]


def read_offsets(chunks: Iterable[bytes]) -> Iterator[OffsetRecord]:
    """Yield the records of a file; its control record comes last.

    Raises CollectionsRejected, at the latest at the end: until then no record may count.
    """
    problems: list[Problem] = []
    sums = {"collection_count": 0, "adjustment_count": 0} | dict.fromkeys(sorted(FATAL), 0)
    number, is_ended = 0, False
    for number, line in enumerate(read_lines(chunks), 1):
        if len(problems) >= PROBLEMS_MAX:
            break
        if not line.strip():
            continue
        if is_ended:
            problems.append(_problem(number, "record", "", "more", "nothing after the control"))
            break
        if len(line) != WIDTH or not line.isascii():
            expected = f"{WIDTH} ASCII characters"
            problems.append(_problem(number, "length", "", str(len(line)), expected))
            continue
        if line[_CONTROL_COLUMNS] == CONTROL:
            problems += _control_problems(number, line, sums)
            is_ended = True
            continue
        record = _record(number, line)
        problems += [problem for problem in record.problems if problem.severity == "file"]
        if problems:
            continue
        _add(sums, record)
        yield record
    if not is_ended and len(problems) < PROBLEMS_MAX:
        expected = f'a last record with "{CONTROL}" in columns 3-5'
        problems.append(_problem(number, "control", "3-5", "", expected))
    if problems:
        raise CollectionsRejected(problems)


def _record(number: int, line: str) -> OffsetRecord:
    values = RECORD.read(line)
    problems = []
    for fault in RECORD.faults(line):
        name = fault.field.name
        read = "" if name in _PERSONAL else fault.read
        problem = _problem(number, name, fault.field.columns, read, fault.field.expected)
        if name not in FATAL:
            problem = Problem(
                number, "record", name, fault.field.columns, read, fault.field.expected, _RULE,
                "entry",
            )  # fmt: skip
        problems.append(problem)
    collected, adjusted = (
        int(values[name]) if values[name].isdigit() else 0
        for name in ("collection_cents", "adjustment_cents")
    )
    if bool(collected) == bool(adjusted) and not problems:
        expected = "an amount in one of collection and adjustment, 0 in the other"
        problems.append(_problem(number, "collection_cents", "76-97", "", expected))
    return OffsetRecord(
        record_number=number,
        ssn=values["ssn"],
        case_id=values["case_id"],
        name=f"{values['first_name']} {values['last_name']}".strip(),
        collection_cents=collected,
        adjustment_cents=adjusted,
        assigned=values["case_type"] == "A",
        is_tax=values["offset_type"] == "TAX",
        offset_year=values["offset_year"],
        joint_return=values["joint_return"] == "Y",
        injured_spouse_settled=values["injured_spouse"] == "Y",
        problems=tuple(problems),
    )


def _add(sums: dict[str, int], record: OffsetRecord) -> None:
    sums["collection_cents"] += record.collection_cents
    sums["adjustment_cents"] += record.adjustment_cents
    sums["collection_count"] += bool(record.collection_cents)
    sums["adjustment_count"] += bool(record.adjustment_cents)


def _control_problems(number: int, line: str, sums: dict[str, int]) -> Iterator[Problem]:
    values = CONTROL_RECORD.read(line)
    for name, counted in sums.items():
        read = values[name]
        if not read.isdigit() or int(read) != counted:
            columns = CONTROL_RECORD[name].columns
            yield _problem(number, name, columns, read, f"{counted}, as the records come to")


def _problem(number: int, name: str, columns: str, read: str, expected: str) -> Problem:
    return Problem(number, "record", name, columns, mask_ssn(read), expected, _RULE)
