"""The files of a disbursement run: deposits, check register, transfers, remittance advice."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import date

from chassis.crypto import Keys
from formats.ach.writer import AchFile, Batch, Entry, write_records
from payments_service.actions.ways import PAYMENT
from payments_service.domain.model import SUPPORT_NAMES, Bucket, Support
from payments_service.settings import PaymentsSettings
from payments_service.store.disbursements import FileNames, Header, Paid, PaidPart

CHECKING, SAVINGS = "22", "32"
ODFI_DIGITS = 8
NAME_CHARS = 22
ID_CHARS = 15
ADDRESS_FIELDS = ("line1", "line2", "city", "state", "zip_code")
CHECK_COLUMNS = (
    "account_number", "check_number", "issue_date", "amount_cents", "payee_name", "void",
    *ADDRESS_FIELDS,
)  # fmt: skip
TRANSFER_COLUMNS = ("business_date", "payee", "amount_cents", "disbursement_id")
TRANSFER_PAYEES = {2: "state_assistance", 3: "medicaid", 4: "yearly_fee"}


def file_names(business_date: date) -> FileNames:
    """Return the names of a run's files."""
    day = f"{business_date:%Y%m%d}"
    return FileNames(
        ach=f"{day}_direct_deposit.ach",
        checks=f"{day}_check_register.csv",
        transfers=f"{day}_transfers.csv",
        cards=f"{day}_debit_cards.csv",
        states=f"{day}_other_states.ach",
        positive_pay=f"{day}_positive_pay.txt",
        prenotes=f"{day}_prenotes.ach",
        advice=f"{day}_remittance_advice.jsonl",
    )


def direct_deposit(
    headers: Iterable[Header],
    business_date: date,
    effective: date,
    keys: Keys,
    settings: PaymentsSettings,
) -> Iterator[bytes]:
    """Yield the records of a Nacha PPD file; nothing when there is no entry."""
    entries = (_entry(header, keys) for header in headers)
    first = next(entries, None)
    if first is None:
        return
    batch = Batch(
        company_name=settings.ach_company_name,
        company_id=settings.ach_company_id,
        sec_code="PPD",
        entry_description="CHILD SUPP",
        effective_entry_date=effective,
        odfi=settings.bank_routing_number[:ODFI_DIGITS],
        entries=_chain(first, entries),
        descriptive_date=f"{business_date:%y%m%d}",
    )
    file = AchFile(
        immediate_destination=settings.bank_routing_number,
        immediate_origin=settings.ach_company_id,
        created_on=business_date,
        created_at=None,
        id_modifier="A",
        destination_name=settings.bank_name,
        origin_name=settings.ach_company_name,
        batches=[batch],
    )
    yield from write_records(file)


def check_register(
    headers: Iterable[Header], business_date: date, keys: Keys, settings: PaymentsSettings
) -> Iterator[bytes]:
    """Yield the check register, with what a bank's positive pay asks for, as CSV."""
    rows = (
        (
            settings.bank_account_number, header.reference, business_date.isoformat(),
            header.amount_cents, header.payee_name, "N", *_payment(header, keys)["address"],
        )
        for header in headers
    )  # fmt: skip
    yield from _csv(CHECK_COLUMNS, rows)


def transfers(headers: Iterable[Header], business_date: date) -> Iterator[bytes]:
    """Yield what goes to other funds of the State, as CSV."""
    rows = (
        (
            business_date.isoformat(), TRANSFER_PAYEES[header.payee_kind], header.amount_cents,
            header.disbursement_id,
        )
        for header in headers
    )  # fmt: skip
    yield from _csv(TRANSFER_COLUMNS, rows)


def advice(paid: Paid) -> bytes:
    """Return the remittance advice of one payee: one line of JSON.

    `amount_cents` = the parts + what is paid again - what was kept back.
    """
    header = paid.header
    told: dict[str, object] = {
        "payee_id": header.payee_id,
        "reference": header.reference,
        "amount_cents": header.amount_cents,
        "parts": [
            {
                "receipt_id": part.receipt_id,
                "trace_number": part.trace_number,
                "collection_date": part.collection_date.isoformat(),
                "case_number": part.case_number or "",
                "for": _purpose(part),
                "amount_cents": part.amount_cents,
            }
            for part in paid.parts
        ],
    }
    if header.reissued_cents:
        told["paid_again_cents"] = header.reissued_cents
    if paid.recouped:
        told["kept_back"] = [
            {"claim_id": claim_id, "amount_cents": cents} for claim_id, cents in paid.recouped
        ]
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"


def _purpose(part: PaidPart) -> str:
    kind = SUPPORT_NAMES[Support(part.support)] if part.support else "money"
    return f"current {kind}" if part.current else f"{kind} arrears {Bucket(part.bucket).name}"


def _entry(header: Header, keys: Keys) -> Entry:
    payment = _payment(header, keys)
    return Entry(
        transaction_code=SAVINGS if payment["savings"] else CHECKING,
        receiving_dfi=payment["routing"],
        account_number=payment["account"],
        amount_cents=header.amount_cents,
        individual_id=header.disbursement_id.replace("-", "")[:ID_CHARS].upper(),
        name=_ach_name(header.payee_name),
        sequence=header.number,
    )


def _ach_name(name: str) -> str:
    plain = name.upper().encode("ascii", "replace").decode().replace("?", " ")
    return plain[:NAME_CHARS].strip() or "PAYEE"


def _payment(header: Header, keys: Keys) -> dict[str, str]:
    if header.payment is None:
        raise ValueError(f"disbursement {header.disbursement_id} has nowhere to go")
    return dict(json.loads(keys.decrypt(PAYMENT, bytes(header.payment))))


def _chain(first: Entry, rest: Iterator[Entry]) -> Iterator[Entry]:
    yield first
    yield from rest


def _csv(columns: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Iterator[bytes]:
    header = columns
    for row in rows:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        if header:
            writer.writerow(header)
            header = ()
        writer.writerow([_harmless(value) for value in row])
        yield buffer.getvalue().encode()


def _harmless(value: object) -> object:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@" and value else value
