"""Header and control records as values, once their form has been checked."""

from formats.ach.layouts import BATCH_HEADER, FILE_CONTROL, FILE_HEADER
from formats.ach.model import BatchHeader, FileControl, FileHeader
from formats.dates import parse_date


def file_header(record: str) -> FileHeader | None:
    """Read a file header; None if its date is none (then the file falls anyway)."""
    values = FILE_HEADER.read(record)
    created_on = parse_date(values["file_creation_date"])
    if created_on is None:
        return None
    return FileHeader(
        immediate_destination=values["immediate_destination"],
        immediate_origin=values["immediate_origin"],
        created_on=created_on,
        created_at=values["file_creation_time"],
        id_modifier=values["file_id_modifier"],
        destination_name=values["immediate_destination_name"],
        origin_name=values["immediate_origin_name"],
        reference_code=values["reference_code"],
    )


def batch_header(record: str, number: int) -> BatchHeader:
    """Read a batch header; a batch number that is no number (the file falls) reads as 0."""
    values = BATCH_HEADER.read(record)
    batch_number = values["batch_number"]
    return BatchHeader(
        service_class=values["service_class_code"],
        company_name=values["company_name"],
        company_id=values["company_identification"],
        sec_code=values["standard_entry_class_code"],
        entry_description=values["company_entry_description"],
        descriptive_date=values["company_descriptive_date"],
        effective_entry_date=parse_date(values["effective_entry_date"]),
        odfi=values["originating_dfi"],
        batch_number=int(batch_number) if batch_number.isdigit() else 0,
        record_number=number,
    )


def file_control(record: str) -> FileControl:
    """Read a file control whose numbers are digits."""
    values = FILE_CONTROL.read(record)
    return FileControl(
        batch_count=int(values["batch_count"]),
        block_count=int(values["block_count"]),
        entry_addenda_count=int(values["entry_addenda_count"]),
        entry_hash=int(values["entry_hash"]),
        total_debit_cents=int(values["total_debit"]),
        total_credit_cents=int(values["total_credit"]),
    )
