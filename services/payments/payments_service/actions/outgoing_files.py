"""The files of a disbursement run: deposits, check register, transfers, remittance advice."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain

from chassis.crypto import Keys
from formats.ach.codes import CHECKING_PRENOTE, SAVINGS_PRENOTE
from formats.ach.writer import AchFile, Batch, Entry, write_records
from formats.positive_pay import ISSUE, VOID, Check, write_issue
from payments_service.actions.ways import PAYMENT
from payments_service.domain.model import SUPPORT_NAMES, Bucket, Support
from payments_service.settings import PaymentsSettings
from payments_service.store.disbursements import FileNames, Header, Paid, PaidPart
from payments_service.store.special import NewAccount, VoidedCheck

CHECKING, SAVINGS = "22", "32"
ODFI_DIGITS = 8
NAME_CHARS = 22
ID_CHARS = 15
ADDRESS_FIELDS = ("line1", "line2", "city", "state", "zip_code")
CHECK_COLUMNS = (
    "account_number", "check_number", "issue_date", "amount_cents", "payee_name", "void",
    *ADDRESS_FIELDS,
)  # fmt: skip
CARD_COLUMNS = ("business_date", "card_id", "amount_cents", "payee_name", "disbursement_id")
TRANSFER_COLUMNS = ("business_date", "payee", "amount_cents", "disbursement_id")
TRANSFER_PAYEES = {
    2: "state_assistance", 3: "medicaid", 4: "yearly_fee", 8: "foster_care",
}  # fmt: skip


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
    yield from _ach_file(entries, "PPD", business_date, effective, settings, "A")


def _ach_file(
    entries: Iterator[Entry],
    sec_code: str,
    business_date: date,
    effective: date,
    settings: PaymentsSettings,
    modifier: str,
) -> Iterator[bytes]:
    first = next(entries, None)
    if first is not None:
        batch = ach_batch(chain([first], entries), sec_code, business_date, effective, settings)
        yield from ach_file([batch], business_date, settings, modifier)


def ach_batch(
    entries: Iterable[Entry],
    sec_code: str,
    business_date: date,
    effective: date,
    settings: PaymentsSettings,
) -> Batch:
    """Return a batch of the unit's entries."""
    return Batch(
        company_name=settings.ach_company_name,
        company_id=settings.ach_company_id,
        sec_code=sec_code,
        entry_description="CHILD SUPP",
        effective_entry_date=effective,
        odfi=settings.bank_routing_number[:ODFI_DIGITS],
        entries=entries,
        descriptive_date=f"{business_date:%y%m%d}",
    )


def ach_file(
    batches: Iterable[Batch], business_date: date, settings: PaymentsSettings, modifier: str
) -> Iterator[bytes]:
    """Yield the records of one of a day's files; `modifier` tells them apart."""
    yield from write_records(
        AchFile(
            immediate_destination=settings.bank_routing_number,
            immediate_origin=settings.ach_company_id,
            created_on=business_date,
            created_at=None,
            id_modifier=modifier,
            destination_name=settings.bank_name,
            origin_name=settings.ach_company_name,
            batches=batches,
        )
    )


def debit_cards(headers: Iterable[Header], business_date: date, keys: Keys) -> Iterator[bytes]:
    """Yield what the vendor loads on debit cards, as CSV. No vendor's layout was found."""
    rows = (
        (
            business_date.isoformat(), payment_of(header, keys)["card"], header.amount_cents,
            header.payee_name, header.disbursement_id,
        )
        for header in headers
    )  # fmt: skip
    yield from _csv(CARD_COLUMNS, rows)


def positive_pay(
    headers: Iterable[Header],
    voided: Iterable[VoidedCheck],
    business_date: date,
    settings: PaymentsSettings,
) -> Iterator[bytes]:
    """Yield what the bank may pay of a run, and what it may not pay any more."""
    issued = (
        Check(header.number, ISSUE, header.amount_cents, business_date, header.payee_name)
        for header in headers
    )
    void = (
        Check(check.number, VOID, check.amount_cents, check.issued_on, check.payee_name)
        for check in voided
    )
    yield from write_issue(settings.bank_account_number, chain(issued, void))


def prenotes(
    accounts: Iterable[NewAccount],
    business_date: date,
    effective: date,
    keys: Keys,
    settings: PaymentsSettings,
) -> Iterator[bytes]:
    """Yield a Nacha PPD file of entries without money, to test accounts; nothing when none."""
    entries = (_prenote(account, keys) for account in accounts)
    yield from _ach_file(entries, "PPD", business_date, effective, settings, "P")


def _prenote(account: NewAccount, keys: Keys) -> Entry:
    payment = json.loads(keys.decrypt(PAYMENT, account.payment))
    return Entry(
        transaction_code=SAVINGS_PRENOTE if payment["savings"] else CHECKING_PRENOTE,
        receiving_dfi=payment["routing"],
        account_number=payment["account"],
        amount_cents=0,
        individual_id=account.payee_id.replace("-", "")[-ID_CHARS:].upper(),
        name=ach_name(account.name),
        sequence=account.number,
    )


def check_register(
    headers: Iterable[Header], business_date: date, keys: Keys, settings: PaymentsSettings
) -> Iterator[bytes]:
    """Yield the check register, with what a bank's positive pay asks for, as CSV."""
    rows = (
        (
            settings.bank_account_number, header.reference, business_date.isoformat(),
            header.amount_cents, header.payee_name, "N", *payment_of(header, keys)["address"],
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
    payment = payment_of(header, keys)
    return Entry(
        transaction_code=SAVINGS if payment["savings"] else CHECKING,
        receiving_dfi=payment["routing"],
        account_number=payment["account"],
        amount_cents=header.amount_cents,
        individual_id=header.disbursement_id.replace("-", "")[:ID_CHARS].upper(),
        name=ach_name(header.payee_name),
        sequence=header.number,
    )


def ach_name(name: str) -> str:
    """Return a name as an ACH entry can carry it."""
    plain = name.upper().encode("ascii", "replace").decode().replace("?", " ")
    return plain[:NAME_CHARS].strip() or "PAYEE"


def payment_of(header: Header, keys: Keys) -> dict[str, str]:
    """Return where a payment goes to. Raises ValueError where that is not known."""
    if header.payment is None:
        raise ValueError(f"disbursement {header.disbursement_id} has nowhere to go")
    return dict(json.loads(keys.decrypt(PAYMENT, bytes(header.payment))))


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
