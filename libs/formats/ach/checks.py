"""What must hold of each record by itself, and what falls when it does not.

What falls follows the Nacha Operating Rules, appendix two (data acceptance by ACH operators):
part 2.3 lists what rejects a file, 2.4 a batch or file, 2.5 an entry. The text of the lists was
not seen; which list a check belongs to is taken from second-hand sources and unverified:

* the operator returns single entries for an amount field error (R19), an addenda error (R25), a
  mandatory field error (R26), a trace number error between entry and addenda (R27) and a routing
  number check digit error (R28): here the entry falls and the file goes on. IBM's Financial
  Transaction Manager, too, counts addenda against indicator and number per entry.
* a trace number that does not ascend, or does not begin with the originating DFI, rejects the
  batch (moov-io/ach; IBM's checker; training cards of the ACH professional's examination). A
  batch cannot fall alone here, since what it would leave no longer agrees with the file control
  that the sender vouched for: the file falls.
* a transaction code that is not a credit is this project's own limit; the entry falls.
"""

from collections.abc import Iterator

from formats.ach.codes import (
    ADDENDA_MAX,
    CTX,
    PAYMENT_ADDENDA_TYPE,
    SERVICE_CLASSES,
    STANDARD_ENTRY_CLASSES,
    SUPPORTED_TRANSACTION_CODES,
    WITHOUT_AMOUNT,
    check_digit,
    routing_number_holds,
)
from formats.ach.layouts import (
    ADDENDA,
    BATCH_HEADER,
    BY_RECORD_TYPE,
    ENTRY_DETAIL,
    ENTRY_DETAIL_CTX,
    FILE_HEADER,
    RECORD_CHARACTERS,
)
from formats.layout import Layout
from formats.problem import Problem, Severity

RULE_LENGTH = "Nacha file structure: every record has 94 characters"
RULE_CHARACTERS = "Nacha file structure: records are printable ASCII"
RULE_RECORD_TYPE = "Nacha file structure: records begin with 1, 5, 6, 7, 8 or 9"
RULE_FIELD = "Nacha file structure: fields of the record"
RULE_ROUTING = (
    "Nacha file structure: the ninth digit of a routing number follows from the first eight by "
    "weights 3, 7, 1"
)
RULE_SERVICE_CLASS = "Nacha file structure: service class codes"
RULE_SEC = "this disbursement unit reads CCD, CTX and PPD"
RULE_TRANSACTION_CODE = "this disbursement unit reads credits, prenotes and zero-dollar entries"
RULE_AMOUNT = (
    "Nacha return reason R19: prenotes and zero-dollar entries have no amount, others have one"
)
RULE_ADDENDA = "Nacha return reason R25: addenda as the entry announces them"
RULE_ADDENDA_TRACE = (
    "Nacha return reason R27: addenda carry the last seven digits of their entry's trace number"
)
RULE_TRACE_DFI = (
    "Nacha file structure: a trace number begins with the batch's originating DFI identification"
)
RULE_TRACE_ORDER = "Nacha file structure: trace numbers ascend within a batch"

_DESTINATION_DIGITS = 9


def field_problem(
    layout: Layout,
    name: str,
    record_number: int,
    read: str,
    expected: str,
    rule: str,
    severity: Severity = "file",
) -> Problem:
    """Build the problem of one field of a record."""
    columns = layout[name].columns
    return Problem(record_number, layout.name, name, columns, read, expected, rule, severity)


def record_name(record: str) -> str:
    """What kind of record this is, in words, as far as its first character says."""
    layout = BY_RECORD_TYPE.get(record[:1])
    return layout.name if layout else "unknown record"


def form_problems(record: str, number: int) -> Iterator[Problem]:
    """Length, characters and type of a record: without these nothing in it can be read."""
    name = record_name(record)
    length = len(record)
    if length != RECORD_CHARACTERS:
        read, expected = f"{length} characters", f"{RECORD_CHARACTERS} characters"
        yield Problem(number, name, "record", "", read, expected, RULE_LENGTH)
    for column, character in enumerate(record, 1):
        if not (character.isascii() and character.isprintable()):
            read, expected = f"byte 0x{ord(character):02X}", "printable ASCII characters"
            yield Problem(number, name, "character", str(column), read, expected, RULE_CHARACTERS)
            break
    if record and record[0] not in BY_RECORD_TYPE:
        expected = "1, 5, 6, 7, 8 or 9"
        yield Problem(number, name, "record_type", "1", record[0], expected, RULE_RECORD_TYPE)


def layout_problems(layout: Layout, record: str, number: int) -> Iterator[Problem]:
    """Malformed fields: a required one carries the file, others only deserve a warning."""
    for fault in layout.faults(record):
        yield field_problem(
            layout,
            fault.field.name,
            number,
            fault.read,
            fault.field.expected,
            RULE_FIELD,
            "file" if fault.field.required else "warning",
        )


def file_header_problems(record: str, number: int) -> Iterator[Problem]:
    """Check digits of destination and origin, beside the fields' own form.

    The destination is a blank and nine digits. The origin is that, or ten characters agreed with
    the bank (often a 1 and the EIN), which carry no check digit.
    """
    yield from layout_problems(FILE_HEADER, record, number)
    for name in ("immediate_destination", "immediate_origin"):
        text = record[FILE_HEADER[name].slice]
        is_agreed_origin = name == "immediate_origin" and not text.startswith(" ")
        if is_agreed_origin or not text.strip():
            continue
        if not text.startswith(" ") or not routing_number_holds(text[1:]):
            expected = _expected_routing(text[1:])
            yield field_problem(FILE_HEADER, name, number, text, expected, RULE_ROUTING)


def _expected_routing(digits: str) -> str:
    if len(digits) == _DESTINATION_DIGITS and digits.isdigit():
        return f"check digit {check_digit(digits[:-1])} at the end, after a blank and eight digits"
    return "a blank and nine digits"


def batch_header_problems(record: str, number: int) -> Iterator[Problem]:
    """Service class and standard entry class, beside the fields' own form."""
    yield from layout_problems(BATCH_HEADER, record, number)
    for name, known, rule in (
        ("service_class_code", SERVICE_CLASSES, RULE_SERVICE_CLASS),
        ("standard_entry_class_code", STANDARD_ENTRY_CLASSES, RULE_SEC),
    ):
        text = record[BATCH_HEADER[name].slice]
        if text.strip() and text not in known:
            expected = ", ".join(sorted(known))
            yield field_problem(BATCH_HEADER, name, number, text, expected, rule)


def entry_detail_problems(record: str, number: int) -> Iterator[Problem]:
    """What makes an entry fall: transaction code, check digit, amount, addenda indicator.

    Routing number and amount are digits already (the file falls if not, as no total could hold).
    """
    code, routing, amount = record[1:3], record[3:12], record[29:39]
    if code not in SUPPORTED_TRANSACTION_CODES:
        expected = ", ".join(sorted(SUPPORTED_TRANSACTION_CODES))
        yield _entry_problem(number, "transaction_code", code, expected, RULE_TRANSACTION_CODE)
    if not routing_number_holds(routing):
        expected = f"{check_digit(routing[:8])} for routing number {routing[:8]}"
        yield _entry_problem(number, "check_digit", routing[8], expected, RULE_ROUTING)
    if code in SUPPORTED_TRANSACTION_CODES and (int(amount) == 0) != (code in WITHOUT_AMOUNT):
        expected = f"{'zero' if code in WITHOUT_AMOUNT else 'an amount'} with code {code}"
        yield _entry_problem(number, "amount", amount, expected, RULE_AMOUNT)
    if record[78] not in "01":
        yield _entry_problem(number, "addenda_indicator", record[78], "0 or 1", RULE_ADDENDA)


def _entry_problem(number: int, name: str, read: str, expected: str, rule: str) -> Problem:
    return field_problem(ENTRY_DETAIL, name, number, read, expected, rule, "entry")


def addenda_count_problems(record: str, number: int, sec: str, count: int) -> Iterator[Problem]:
    """Whether the addenda that followed an entry are those that it announced."""
    indicator = record[78]
    if indicator in "01" and (indicator == "1") != (count > 0):
        expected = f"{'1' if count else '0'}, as {count or 'no'} addenda followed"
        yield _entry_problem(number, "addenda_indicator", indicator, expected, RULE_ADDENDA)
    allowed = ADDENDA_MAX.get(sec, 0)
    if sec == CTX:
        announced = record[54:58]
        if not announced.isdigit() or int(announced) != count:
            yield field_problem(
                ENTRY_DETAIL_CTX,
                "addenda_count",
                number,
                announced,
                f"{count:04d}, as so many addenda followed",
                RULE_ADDENDA,
                "entry",
            )
    elif count > allowed:
        read, expected = f"{count} addenda", f"at most {allowed} addenda for {sec}"
        yield _entry_problem(number, "addenda_indicator", read, expected, RULE_ADDENDA)


def addenda_problems(record: str, number: int, sequence: int, trace: str) -> Iterator[Problem]:
    """Type, place and belonging of an addendum: `sequence` counts from 1 within its entry."""
    for name, read, expected, rule in (
        ("addenda_type_code", record[1:3], PAYMENT_ADDENDA_TYPE, RULE_ADDENDA),
        ("addenda_sequence_number", record[83:87], f"{sequence:04d}", RULE_ADDENDA),
        ("entry_detail_sequence_number", record[87:94], trace[8:15], RULE_ADDENDA_TRACE),
    ):
        if read != expected:
            yield field_problem(ADDENDA, name, number, read, expected, rule, "entry")


def trace_problems(trace: str, number: int, odfi: str, previous: str) -> Iterator[Problem]:
    """Whether a trace number belongs to its batch and ascends; if not, the file falls."""
    if not trace.isdigit() or not trace.startswith(odfi):
        expected = f"15 digits beginning with {odfi}"
        name = "trace_number"
        yield field_problem(ENTRY_DETAIL, name, number, trace, expected, RULE_TRACE_DFI)
    elif trace <= previous:
        name, expected = "trace_number", f"more than {previous}"
        yield field_problem(ENTRY_DETAIL, name, number, trace, expected, RULE_TRACE_ORDER)
