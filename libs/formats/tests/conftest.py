"""A small good file, and how to damage it."""

from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

import pytest

from formats.ach import AchEntry, AchFileRejected, Problem, read_entries
from formats.ach.writer import AchFile, Batch, Entry, write_records

DATA = Path(__file__).parent / "data"
ROUTING = "123456780"
DAY = date(2026, 3, 6)
DED = "DED*CS*0000123456*260306*25000*900010001*N*DOE,JOH*2100003\\"


@dataclass(frozen=True, slots=True)
class Workshop:
    """Makes files, damages records, reads them."""

    data: Path = DATA
    ded: str = DED

    def entry(self, **changes: object) -> Entry:
        values = {
            "transaction_code": "22",
            "receiving_dfi": ROUTING,
            "account_number": "0000001111",
            "amount_cents": 25_000,
            "individual_id": "EMP0001",
            "name": "SYNTH STATE SDU",
            "addenda": (DED,),
        } | changes
        return Entry(**values)  # type: ignore[arg-type]

    def batch(self, *entries: Entry, **changes: object) -> Batch:
        values = {
            "company_name": "SYNTH EMPLOYER",
            "company_id": "1900000001",
            "sec_code": "CCD",
            "entry_description": "CHILD SUPP",
            "effective_entry_date": DAY,
            "odfi": "12345678",
            "entries": entries,
        } | changes
        return Batch(**values)  # type: ignore[arg-type]

    def file(self, *batches: Batch, **changes: object) -> AchFile:
        values = {
            "immediate_destination": ROUTING,
            "immediate_origin": "1900000001",
            "created_on": DAY,
            "created_at": time(9, 0),
            "id_modifier": "A",
            "destination_name": "SYNTH SDU BANK",
            "origin_name": "SYNTH EMPLOYER INC",
            "batches": batches,
        } | changes
        return AchFile(**values)  # type: ignore[arg-type]

    def records(self, *batches: Batch) -> list[str]:
        """The records of a file; by default two CCD entries, each with its DED."""
        chosen = batches or (self.batch(self.entry(), self.entry(amount_cents=10_050)),)
        return [
            record.decode("ascii") for record in write_records(self.file(*chosen), separator=b"")
        ]

    def read(self, records: list[str], separator: str = "\n") -> list[AchEntry]:
        data = "".join(record + separator for record in records).encode("latin-1")
        return list(read_entries([data]))

    def rejected(self, records: list[str], separator: str = "\n") -> tuple[Problem, ...]:
        with pytest.raises(AchFileRejected) as caught:
            self.read(records, separator)
        return caught.value.problems

    def damaged(self, place: int, start: int, text: str) -> list[str]:
        """The default file with `text` written over record `place` (from 1) at column `start`."""
        records = self.records()
        record = records[place - 1]
        records[place - 1] = record[: start - 1] + text + record[start - 1 + len(text) :]
        return records


@pytest.fixture
def ach() -> Workshop:
    return Workshop()
