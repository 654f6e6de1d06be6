"""Remittance files as employers' banks send them: for the demonstration and the bench."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from formats.ach.writer import AchFile, Batch, Entry, write_records
from formats.ded import Ded, write_ded
from formats.remittance import write_ctx_addenda

SDU_ROUTING = "123456780"
SDU_ACCOUNT = "1111"
SDU_NAME = "SYNTH STATE SDU"
SDU_FIPS = "2100003"
ORIGIN_ROUTING = "987654320"
ODFI = ORIGIN_ROUTING[:8]
CHECKING_CREDIT = "22"


@dataclass(frozen=True, slots=True)
class Withheld:
    """What was withheld from one employee."""

    case_identifier: str
    ssn: str
    name: str
    amount_cents: int
    medical: str = "N"


def ccd_file(employer: str, company_id: str, pay_date: date, lines: Iterable[Withheld]) -> bytes:
    """Return a file with an entry and one DED addendum for each employee (CCD+)."""
    entries = (
        _entry(employer, line.amount_cents, (write_ded(_ded(line, pay_date)),)) for line in lines
    )
    return _file(employer, company_id, "CCD", pay_date, entries)


def ctx_file(employer: str, company_id: str, pay_date: date, lines: Sequence[Withheld]) -> bytes:
    """Return a file with one entry whose addenda carry a DED for every employee (CTX)."""
    addenda = write_ctx_addenda(
        [_ded(line, pay_date) for line in lines],
        effective_on=pay_date,
        reference=f"{company_id}{pay_date:%Y%m%d}",
        payer_name=employer,
        receiver_name=SDU_NAME,
    )
    total_cents = sum(line.amount_cents for line in lines)
    return _file(
        employer, company_id, "CTX", pay_date, iter([_entry(employer, total_cents, addenda)])
    )


def _ded(line: Withheld, pay_date: date) -> Ded:
    return Ded(
        application="CS",
        case_identifier=line.case_identifier,
        pay_date=pay_date,
        amount_cents=line.amount_cents,
        ssn=line.ssn,
        medical_support=line.medical,
        name=line.name,
        fips=SDU_FIPS,
    )


def _entry(employer: str, amount_cents: int, addenda: tuple[str, ...]) -> Entry:
    return Entry(
        transaction_code=CHECKING_CREDIT,
        receiving_dfi=SDU_ROUTING,
        account_number=SDU_ACCOUNT,
        amount_cents=amount_cents,
        individual_id=employer.upper()[:15],
        name=SDU_NAME,
        addenda=addenda,
    )


def _file(
    employer: str, company_id: str, sec_code: str, pay_date: date, entries: Iterator[Entry]
) -> bytes:
    batch = Batch(
        company_name=employer.upper()[:16],
        company_id=company_id,
        sec_code=sec_code,
        entry_description="CHILD SUPP",
        effective_entry_date=pay_date,
        odfi=ODFI,
        entries=entries,
    )
    file = AchFile(
        immediate_destination=SDU_ROUTING,
        immediate_origin=ORIGIN_ROUTING,
        created_on=pay_date,
        created_at=None,
        id_modifier="A",
        destination_name="SYNTH SDU BANK",
        origin_name=employer.upper()[:23],
        batches=iter([batch]),
    )
    return b"".join(write_records(file))
