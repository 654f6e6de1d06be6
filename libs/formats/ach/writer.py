"""Write Nacha files as a stream of records: hash, totals, counts and blocking are computed.

Batches and entries may be generators; nothing but running totals is held.
"""

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time

from formats.ach.codes import (
    ADDENDA_MAX,
    CREDITS_ONLY,
    CTX,
    PAYMENT_ADDENDA_TYPE,
    STANDARD_ENTRY_CLASSES,
    SUPPORTED_TRANSACTION_CODES,
    WITHOUT_AMOUNT,
    ZERO_DOLLAR,
    check_digit,
    routing_number_holds,
)
from formats.ach.layouts import (
    ADDENDA,
    BATCH_CONTROL,
    BATCH_HEADER,
    ENTRY_DETAIL,
    ENTRY_DETAIL_CTX,
    FILE_CONTROL,
    FILE_HEADER,
    FILLER_RECORD,
    RECORDS_PER_BLOCK,
)
from formats.ach.totals import Totals
from formats.layout import Value

ORIGINATOR_STATUS = "1"
"""The originator is bound by the Nacha rules (a depository financial institution's customer)."""

_ODFI_DIGITS = 8
_TRACE_SEQUENCE_MAX = 9_999_999


@dataclass(frozen=True, slots=True)
class Entry:
    """A credit, prenote or zero-dollar entry.

    `receiving_dfi` has nine digits. `sequence` is the last seven digits of the trace number; left
    out, entries are numbered on from the one before. `addenda` are payment information of at most
    80 characters each.
    """

    transaction_code: str
    receiving_dfi: str
    account_number: str = dataclasses.field(repr=False)
    amount_cents: int
    individual_id: str = dataclasses.field(repr=False)
    name: str = dataclasses.field(repr=False)
    addenda: tuple[str, ...] = dataclasses.field(default=(), repr=False)
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries of one company and purpose. `odfi` has eight digits. Credits only."""

    company_name: str
    company_id: str
    sec_code: str
    entry_description: str
    effective_entry_date: date
    odfi: str
    entries: Iterable[Entry]
    discretionary_data: str = ""
    descriptive_date: str = ""


@dataclass(frozen=True, slots=True)
class AchFile:
    """A file. `immediate_destination` has nine digits; `immediate_origin` nine, or ten agreed ones.

    `id_modifier` (A to Z, 0 to 9) tells the files of one day apart. Batches are numbered from 1.
    """

    immediate_destination: str
    immediate_origin: str
    created_on: date
    created_at: time | None
    id_modifier: str
    destination_name: str
    origin_name: str
    batches: Iterable[Batch]
    reference_code: str = ""


def trace_number(odfi: str, sequence: int) -> str:
    """Return the trace number that `write_records` gives to an entry of that sequence."""
    return f"{odfi}{sequence:07d}"


def write_records(file: AchFile, *, separator: bytes = b"\n") -> Iterator[bytes]:
    """Yield the records of a file, each followed by `separator` (LF, CRLF or nothing).

    Raises ValueError, naming record and field, for what a Nacha file cannot hold; the records
    yielded until then are to be thrown away.
    """
    if separator not in (b"\n", b"\r\n", b""):
        raise ValueError(f"separator: LF, CRLF or nothing is expected, not {separator!r}")
    count = 0
    for record in _records(file):
        count += 1
        yield record.encode("ascii") + separator
    for _ in range(-count % RECORDS_PER_BLOCK):
        yield FILLER_RECORD.encode("ascii") + separator


def _records(file: AchFile) -> Iterator[str]:
    yield _file_header(file)
    totals = Totals()
    batch_count = 0
    record_count = 2
    for batch_count, batch in enumerate(file.batches, 1):
        batch_totals = Totals()
        yield from _batch_records(batch, batch_count, batch_totals)
        totals.add(batch_totals)
        record_count += batch_totals.entries_and_addenda + 2
    if not batch_count:
        raise ValueError(f"{FILE_CONTROL.name}, batch_count: a file needs one batch at least")
    yield FILE_CONTROL.write(
        {
            "batch_count": batch_count,
            "block_count": -(-record_count // RECORDS_PER_BLOCK),
            **_totals(totals),
        }
    )


def _file_header(file: AchFile) -> str:
    destination, origin = file.immediate_destination, file.immediate_origin
    _check_routing(FILE_HEADER.name, "immediate_destination", destination)
    if len(origin) <= _ODFI_DIGITS + 1:
        _check_routing(FILE_HEADER.name, "immediate_origin", origin)
    return FILE_HEADER.write(
        {
            "immediate_destination": destination.rjust(10),
            "immediate_origin": origin.rjust(10),
            "file_creation_date": file.created_on,
            "file_creation_time": f"{file.created_at:%H%M}" if file.created_at else None,
            "file_id_modifier": file.id_modifier,
            "immediate_destination_name": file.destination_name,
            "immediate_origin_name": file.origin_name,
            "reference_code": file.reference_code,
        }
    )


def _check_routing(record: str, field: str, routing: str) -> None:
    if routing_number_holds(routing):
        return
    digits = routing[:_ODFI_DIGITS]
    if len(routing) == _ODFI_DIGITS + 1 and routing.isascii() and routing.isdigit():
        expected = f"check digit {check_digit(digits)} is expected, not {routing[-1]}"
    else:
        expected = "nine digits are expected"
    raise ValueError(f"{record}, {field}: {expected}")


def _batch_records(batch: Batch, number: int, totals: Totals) -> Iterator[str]:
    if batch.sec_code not in STANDARD_ENTRY_CLASSES:
        expected = ", ".join(sorted(STANDARD_ENTRY_CLASSES))
        raise ValueError(f"{BATCH_HEADER.name}, standard_entry_class_code: {expected} is expected")
    if len(batch.odfi) != _ODFI_DIGITS:
        raise ValueError(f"{BATCH_HEADER.name}, originating_dfi: eight digits are expected")
    identity: dict[str, Value] = {
        "service_class_code": CREDITS_ONLY,
        "company_identification": batch.company_id,
        "originating_dfi": batch.odfi,
        "batch_number": number,
    }
    yield BATCH_HEADER.write(
        {
            **identity,
            "company_name": batch.company_name,
            "company_discretionary_data": batch.discretionary_data,
            "standard_entry_class_code": batch.sec_code,
            "company_entry_description": batch.entry_description,
            "company_descriptive_date": batch.descriptive_date,
            "effective_entry_date": batch.effective_entry_date,
            "originator_status_code": ORIGINATOR_STATUS,
        }
    )
    sequence = 0
    for entry in batch.entries:
        sequence = _next_sequence(entry, sequence)
        yield from _entry_records(entry, batch, sequence)
        totals.entries_and_addenda += 1 + len(entry.addenda)
        totals.routing_sum += int(entry.receiving_dfi[:_ODFI_DIGITS])
        totals.credit_cents += entry.amount_cents
    if not sequence:
        raise ValueError(f"{BATCH_CONTROL.name}, entry_addenda_count: a batch needs an entry")
    yield BATCH_CONTROL.write({**identity, **_totals(totals)})


def _totals(totals: Totals) -> dict[str, Value]:
    return {
        "entry_addenda_count": totals.entries_and_addenda,
        "entry_hash": totals.entry_hash,
        "total_debit": totals.debit_cents,
        "total_credit": totals.credit_cents,
    }


def _next_sequence(entry: Entry, previous: int) -> int:
    sequence = previous + 1 if entry.sequence is None else entry.sequence
    if not previous < sequence <= _TRACE_SEQUENCE_MAX:
        limits = f"more than {previous} and at most {_TRACE_SEQUENCE_MAX}"
        raise ValueError(f"{ENTRY_DETAIL.name}, trace_number: sequence must be {limits}")
    return sequence


def _entry_records(entry: Entry, batch: Batch, sequence: int) -> Iterator[str]:
    _check_entry(entry, batch.sec_code)
    values: dict[str, Value] = {
        "transaction_code": entry.transaction_code,
        "receiving_dfi": entry.receiving_dfi[:_ODFI_DIGITS],
        "check_digit": entry.receiving_dfi[_ODFI_DIGITS:],
        "account_number": entry.account_number,
        "amount": entry.amount_cents,
        "individual_id": entry.individual_id,
        "name": entry.name,
        "addenda_indicator": 1 if entry.addenda else 0,
        "trace_number": trace_number(batch.odfi, sequence),
    }
    if batch.sec_code == CTX:
        yield ENTRY_DETAIL_CTX.write({**values, "addenda_count": len(entry.addenda)})
    else:
        yield ENTRY_DETAIL.write(values)
    for place, information in enumerate(entry.addenda, 1):
        yield ADDENDA.write(
            {
                "addenda_type_code": PAYMENT_ADDENDA_TYPE,
                "payment_information": information,
                "addenda_sequence_number": place,
                "entry_detail_sequence_number": sequence,
            }
        )


def _check_entry(entry: Entry, sec_code: str) -> None:
    name, code = ENTRY_DETAIL.name, entry.transaction_code
    if code not in SUPPORTED_TRANSACTION_CODES:
        expected = ", ".join(sorted(SUPPORTED_TRANSACTION_CODES))
        raise ValueError(f"{name}, transaction_code: {expected} is expected, not {code}")
    _check_routing(name, "receiving_dfi", entry.receiving_dfi)
    if (entry.amount_cents == 0) != (code in WITHOUT_AMOUNT):
        expected = "zero" if code in WITHOUT_AMOUNT else "more than zero"
        raise ValueError(f"{name}, amount: {expected} is expected with code {code}")
    if not entry.account_number.strip() or not entry.name.strip():
        field = "name" if entry.account_number.strip() else "account_number"
        raise ValueError(f"{name}, {field}: must not be blank")
    if len(entry.addenda) > ADDENDA_MAX[sec_code]:
        limit = f"at most {ADDENDA_MAX[sec_code]} for {sec_code}, not {len(entry.addenda)}"
        raise ValueError(f"{name}, addenda: {limit}")
    if code in ZERO_DOLLAR and not entry.addenda:
        raise ValueError(f"{name}, addenda: a zero-dollar entry carries remittance information")
