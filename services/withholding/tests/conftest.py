"""A small world: employers, cases, and files as employers write them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from google.protobuf.message import Message
from sqlalchemy import select

from chassis import tables
from chassis.crypto import Keys, load_keys
from chassis.events import Envelope, message_class
from chassis.ids import derived_id, new_id
from chassis.runtime import Caller, Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import events_pb2 as case_events
from childsupport.withholding.v1 import withholding_service_pb2 as pb
from formats.ach.codes import CCD, CHECKING_CREDIT
from formats.ach.writer import AchFile, Batch, Entry, write_records
from formats.ded import Ded, write_ded
from withholding_service.api import Employers, RemittanceReads, Remittances
from withholding_service.service import SERVICE

PAY_DATE = date(2026, 3, 6)
ODFI = "12345678"
RDFI = "123456780"
COMPANY = "1900000001"


def entry(ded: Ded | str | None, amount_cents: int, **changes: Any) -> Entry:
    """Make a CCD entry; a text stands as the addendum as it is."""
    addenda = () if ded is None else (ded if isinstance(ded, str) else write_ded(ded),)
    values = {
        "transaction_code": CHECKING_CREDIT,
        "receiving_dfi": RDFI,
        "account_number": "00001111",
        "amount_cents": amount_cents,
        "individual_id": "EMP0001",
        "name": "SYNTH STATE SDU",
        "addenda": addenda,
    }
    return Entry(**(values | changes))


def ded(case: str, amount_cents: int, ssn: str, **changes: Any) -> Ded:
    values = {
        "application": "CS",
        "case_identifier": case,
        "pay_date": PAY_DATE,
        "amount_cents": amount_cents,
        "ssn": ssn,
        "fips": "2100003",
    }
    return Ded(**(values | changes))


def ach_file(
    entries: Iterable[Entry],
    *,
    sec_code: str = CCD,
    company_id: str = COMPANY,
    effective: date = PAY_DATE,
    id_modifier: str = "A",
) -> bytes:
    """Write a Nacha file of one batch."""
    batch = Batch("SYNTH EMPLOYER", company_id, sec_code, "CHILD SUPP", effective, ODFI, entries)
    file = AchFile(
        immediate_destination=RDFI,
        immediate_origin="1900000001",
        created_on=PAY_DATE,
        created_at=None,
        id_modifier=id_modifier,
        destination_name="SYNTH SDU BANK",
        origin_name="SYNTH EMPLOYER INC",
        batches=[batch],
    )
    return b"".join(write_records(file))


def stream(
    content: bytes, *, request_id: str, employer_id: str = "", chunk_bytes: int = 65_536
) -> list[pb.SubmitRemittanceFileRequest]:
    """Cut a file into the messages of an upload."""
    header = pb.SubmissionHeader(
        request_id=request_id, employer_id=employer_id, file_name="payroll.ach"
    )
    chunks = [content[i : i + chunk_bytes] for i in range(0, len(content), chunk_bytes)] or [b""]
    messages = [pb.SubmitRemittanceFileRequest(chunk=chunk) for chunk in chunks]
    messages[0].header.CopyFrom(header)
    return messages


@dataclass
class World:
    """The service with what a test does to it."""

    runtime: Runtime
    case_keys: Keys
    versions: dict[str, int] = field(default_factory=dict)

    def employer(self, fein: str = "900000001", **changes: Any) -> str:
        values = {"fein": fein, "name": "Synth Employer Inc", "ach_company_ids": ["1" + fein]}
        request = pb.CreateEmployerRequest(
            request_id=new_id(), employer=pb.Employer(**(values | changes))
        )
        with self.runtime.work() as work:
            return Employers().CreateEmployer(request, work).employer.employer_id

    def participant(self, name: str, ssn: str | None) -> str:
        participant_id = derived_id("participant", name)
        sealed = self.case_keys.seal("withholding", ssn.encode()) if ssn else None
        state = case_events.ParticipantState(
            participant_id=participant_id,
            version=self.next_version(participant_id),
            ssn_for_withholding=sealed,
        )
        self.tell(case_events.ParticipantsChanged(participants=[state]))
        return participant_id

    def case(
        self, number: str, obligor_id: str, *, court: Sequence[str] = (), ordered: bool = True
    ) -> str:
        case_id = derived_id("case", number)
        obligations = [case_pb.Obligation(obligation_id=new_id())] if ordered else []
        orders = [
            case_pb.Order(order_id=new_id(), court_number=court_number, obligations=obligations)
            for court_number in (court or ([f"26-CI-{number[-5:]}"] if ordered else []))
        ]
        case = case_pb.Case(
            case_id=case_id,
            case_number=number,
            obligor_id=obligor_id,
            orders=orders,
            version=self.next_version(case_id),
        )
        self.tell(case_events.CasesChanged(cases=[case]))
        return case_id

    def next_version(self, key: str) -> int:
        self.versions[key] = self.versions.get(key, 0) + 1
        return self.versions[key]

    def tell(self, message: Message) -> bool:
        envelope = Envelope(
            event_id=new_id(),
            type=message.DESCRIPTOR.full_name,
            source="case",
            subject="",
            time=datetime(2026, 3, 6, tzinfo=UTC),
            body=message.SerializeToString(),
        )
        return self.runtime.deliver("withholding.case", envelope)

    def submit(
        self, content: bytes, employer_id: str, *, request_id: str = "", caller: str = ""
    ) -> pb.Submission:
        messages = stream(content, request_id=request_id or new_id(), employer_id=employer_id)
        with self.runtime.work(Caller("client", employer_id=caller)) as work:
            return Remittances().SubmitRemittanceFile(iter(messages), work).submission

    def lines(self, submission_id: str, *, caller: str = "") -> list[pb.SubmissionLine]:
        with self.runtime.work(Caller("client", employer_id=caller)) as work:
            request = pb.ListSubmissionLinesRequest(submission_id=submission_id, page_size=1000)
            return list(RemittanceReads().ListSubmissionLines(request, work).lines)

    def submission(self, submission_id: str) -> pb.Submission:
        with self.runtime.work() as work:
            request = pb.GetSubmissionRequest(submission_id=submission_id)
            return RemittanceReads().GetSubmission(request, work).submission

    def told(self, kind: type[Message]) -> list[Any]:
        """Return the events of a kind that wait in the outbox, oldest first."""
        name = kind.DESCRIPTOR.full_name
        statement = (
            select(tables.outbox.c.body)
            .where(tables.outbox.c.type == name)
            .order_by(tables.outbox.c.id)
        )
        with self.runtime.work() as work:
            bodies = list(work.session.scalars(statement))
        return [message_class(name).FromString(body) for body in bodies]

    def count(self, table: Any) -> int:
        with self.runtime.work() as work:
            return len(work.session.execute(select(table)).all())


@pytest.fixture
def world(runtime_for: Callable[..., Runtime], key_directory: Path) -> World:
    case_keys = load_keys("case", key_directory / "case.keys.json")
    return World(runtime_for(SERVICE), case_keys)


@pytest.fixture
def files() -> SimpleNamespace:
    """What files are made with."""
    return SimpleNamespace(entry=entry, ded=ded, ach_file=ach_file, stream=stream)
