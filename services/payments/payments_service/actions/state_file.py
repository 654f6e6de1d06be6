"""The file to other States' disbursement units: CCD+ with one DED, or CTX with an 820 of several.

45 CFR 302.32(b)(1) and 303.7(d)(6): the responding State forwards what it collected, with what the
initiating State needs to identify it. DED02 is our case number: theirs is not known here.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date

from chassis.crypto import Keys
from formats.ach.writer import Batch, Entry
from formats.ded import Ded, write_ded
from formats.remittance import write_ctx_addenda
from payments_service.actions.outgoing_files import (
    CHECKING,
    ID_CHARS,
    SAVINGS,
    ach_batch,
    ach_file,
    ach_name,
    payment_of,
)
from payments_service.actions.ways import PAYMENT
from payments_service.domain.lanes import fips_of
from payments_service.domain.model import Source
from payments_service.settings import PaymentsSettings
from payments_service.store.disbursements import Header
from payments_service.store.special import StatePart

WITHHOLDING = frozenset({Source.EMPLOYER, Source.EMPLOYER_CHECK})
NO_SSN = "000000000"
LAST_CHARS, FIRST_CHARS, CTX_NAME_CHARS = 7, 3, 16


def state_payments(
    headers: Sequence[Header],
    parts: dict[str, list[StatePart]],
    days: tuple[date, date],
    keys: Keys,
    settings: PaymentsSettings,
) -> Iterator[bytes]:
    """Yield the file; nothing when no State is paid. `days`: business date and effective date."""
    single: list[Entry] = []
    several: list[Entry] = []
    for header in headers:
        deds = _deds(header, parts.get(header.disbursement_id, []), keys)
        if len(deds) <= 1:
            addenda = tuple(write_ded(ded) for ded in deds)
            single.append(_entry(header, addenda, keys, header.payee_name))
        else:
            addenda = write_ctx_addenda(
                deds,
                effective_on=days[1],
                reference=header.reference,
                payer_name=settings.ach_company_name,
            )
            name = header.payee_name[:CTX_NAME_CHARS]
            several.append(_entry(header, addenda, keys, name))
    batches: list[Batch] = [
        ach_batch(entries, sec_code, *days, settings)
        for sec_code, entries in (("CCD", single), ("CTX", several))
        if entries
    ]
    if batches:
        yield from ach_file(batches, days[0], settings, "S")


def _entry(header: Header, addenda: tuple[str, ...], keys: Keys, name: str) -> Entry:
    payment = payment_of(header, keys)
    return Entry(
        transaction_code=SAVINGS if payment["savings"] else CHECKING,
        receiving_dfi=payment["routing"],
        account_number=payment["account"],
        amount_cents=header.amount_cents,
        individual_id=header.disbursement_id.replace("-", "")[:ID_CHARS].upper(),
        name=ach_name(name)[:CTX_NAME_CHARS] if len(addenda) > 1 else ach_name(name),
        sequence=header.number,
        addenda=addenda,
    )


def _deds(header: Header, parts: Sequence[StatePart], keys: Keys) -> list[Ded]:
    """Return a DED for each case and receipt; what is paid again is told with the first."""
    rest = header.amount_cents - sum(part.amount_cents for part in parts)
    deds: list[Ded] = []
    for part in parts:
        cents = part.amount_cents + (rest if not deds else 0)
        deds.append(
            Ded(
                application=_application(part.source),
                case_identifier=part.case_number,
                pay_date=part.collection_date,
                amount_cents=cents,
                ssn=_ssn(part, keys),
                medical_support="W",
                name=_name(part.obligor_name),
                fips=fips_of(header.payee_id),
            )
        )
    return deds


def _application(source: int) -> str:
    """Withholding II, a State tax refund IT, all else IO: of a federal refund nothing is said."""
    if source in WITHHOLDING:
        return "II"
    return "IT" if source == Source.STATE_TAX_OFFSET else "IO"


def _ssn(part: StatePart, keys: Keys) -> str:
    if part.payment is None:
        return NO_SSN
    known: dict[str, str] = json.loads(keys.decrypt(PAYMENT, bytes(part.payment)))
    return known.get("ssn") or NO_SSN


def _name(name: str) -> str:
    """Return the first seven letters of the last name and three of the first, as DED07 asks."""
    first, _, last = ach_name(name).rpartition(" ")
    short = last[:LAST_CHARS]
    return f"{short}{',' if len(short) < LAST_CHARS else ''}{first[:FIRST_CHARS]}".strip()
