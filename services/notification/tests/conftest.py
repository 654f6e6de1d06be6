"""A small world around the service: two parents, a case, an employer, a mail server."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from google.protobuf.message import Message
from google.type.date_pb2 import Date
from sqlalchemy import select

from chassis import tables
from chassis.crypto import Keys, load_keys
from chassis.dates import from_date
from chassis.events import Envelope as Event
from chassis.events import message_class
from chassis.ids import new_id
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import events_pb2 as case_events
from childsupport.notification.v1 import notification_service_pb2 as pb
from childsupport.payments.v1 import events_pb2 as payments
from childsupport.payments.v1 import payments_service_pb2 as payments_pb
from childsupport.withholding.v1 import events_pb2 as withholding
from childsupport.withholding.v1 import withholding_service_pb2 as withholding_pb
from notification_service.api import InboxReads
from notification_service.service import SERVICE

DAY = date(2026, 3, 6)
CASE_NUMBER = "0000123456"


def ident(name: str) -> str:
    """Return the same id for the same name, so that a test reads by names."""
    return str(uuid5(NAMESPACE_DNS, name))


@dataclass(frozen=True)
class World:
    """The service with what the other services tell it."""

    runtime: Runtime
    case_keys: Keys

    def deliver(self, message: Message, event_id: str = "") -> bool:
        event = Event(
            event_id=event_id or new_id(),
            type=message.DESCRIPTOR.full_name,
            source="test",
            subject="",
            time=self.runtime.clock.now(),
            body=message.SerializeToString(),
        )
        return self.runtime.deliver(f"notification.{event.type.split('.')[1]}", event)

    def meet(self, name: str, **given: Any) -> None:
        self.deliver(self.participant(name, **given))

    def participant(
        self,
        name: str,
        *,
        language: str = "en",
        email: str = "",
        email_notices: bool = False,
        line1: str = "12 Maple Street",
        city: str = "Frankfort",
        protected: bool = False,
        version: int = 1,
    ) -> case_events.ParticipantsChanged:
        contact = case_events.ParticipantContact(
            address=case_pb.PostalAddress(line1=line1, city=city, state="KY", zip_code="40601")
            if line1
            else None,
            email=email,
            email_notices=email_notices,
        )
        return case_events.ParticipantsChanged(
            participants=[
                case_events.ParticipantState(
                    participant_id=ident(name),
                    version=version,
                    first_name=name.title(),
                    last_name="Sample",
                    language=language,
                    protected=protected,
                    contact_for_notification=self.case_keys.seal(
                        "notification", contact.SerializeToString()
                    ),
                )
            ]
        )

    def open_case(self, number: str = CASE_NUMBER, version: int = 1) -> None:
        self.deliver(self.case(number, version))

    def case(self, number: str = CASE_NUMBER, version: int = 1) -> case_events.CasesChanged:
        return case_events.CasesChanged(
            cases=[
                case_pb.Case(
                    case_id=ident(number),
                    version=version,
                    case_number=number,
                    obligor_id=ident("obligor"),
                    obligee_id=ident("obligee"),
                )
            ]
        )

    def employ(self, line1: str = "1 Factory Road", name: str = "Synth Employer Inc") -> None:
        self.deliver(
            withholding.EmployersChanged(
                employers=[
                    withholding_pb.Employer(
                        employer_id=ident("employer"),
                        version=1,
                        name=name,
                        address_line1=line1,
                        city="Louisville",
                        state="KY",
                        zip_code="40202",
                        contact_email="payroll@employer.example",
                    )
                ]
            )
        )

    def collection(
        self, *parts: payments_pb.Allocation, receipt: str = "receipt", **given: Any
    ) -> payments.CollectionsPosted:
        cents = sum(p.amount_cents for p in parts)
        values: dict[str, Any] = {
            "receipt_id": ident(receipt),
            "obligor_id": ident("obligor"),
            "amount_cents": cents,
            "credited_cents": cents,
            "collection_date": from_date(DAY),
            "remitter_name": "Synth Employer Inc",
        }
        return payments.CollectionsPosted(
            collections=[payments.Collection(**values | given, allocations=parts)]
        )

    def part(
        self,
        cents: int,
        kind: int = payments_pb.PAYEE_KIND_FAMILY,
        *,
        current: bool = True,
        number: str = CASE_NUMBER,
        obligation: str = "obligation",
    ) -> payments_pb.Allocation:
        family = kind == payments_pb.PAYEE_KIND_FAMILY
        return payments_pb.Allocation(
            case_id=ident(number),
            case_number=number,
            obligation_id=obligation,
            current=current,
            amount_cents=cents,
            payee_kind=kind,
            payee_id=ident("obligee") if family else "",
        )

    def disbursement(
        self, cents: int, *, check: str = "", first: bool = False, name: str = "disbursement"
    ) -> payments.DisbursementsIssued:
        method = (
            payments_pb.DISBURSEMENT_METHOD_CHECK
            if check
            else payments_pb.DISBURSEMENT_METHOD_DIRECT_DEPOSIT
        )
        return payments.DisbursementsIssued(
            disbursements=[
                payments.IssuedDisbursement(
                    disbursement=payments_pb.Disbursement(
                        disbursement_id=ident(name),
                        business_date=Date(year=DAY.year, month=DAY.month, day=DAY.day),
                        payee_kind=payments_pb.PAYEE_KIND_FAMILY,
                        payee_id=ident("obligee"),
                        method=method,
                        amount_cents=cents,
                        reference=check or "042000010000001",
                    ),
                    first_payment=first,
                    parts=[
                        payments_pb.DisbursedPart(
                            receipt_id=ident("receipt"), allocation=self.part(cents)
                        )
                    ],
                )
            ]
        )

    def suspended(self, *lines: int, reason: str = "UNKNOWN_CASE", obligor: str = "") -> Message:
        return payments.ReceiptsSuspended(
            receipts=[
                payments.SuspendedReceipt(
                    receipt_id=ident(f"receipt {line}"),
                    submission_id=ident("submission"),
                    employer_id=ident("employer"),
                    line_number=line,
                    trace_number=f"11234567800000{line:02d}",
                    amount_cents=5_000,
                    reason=withholding_pb.SuspenseReason.Value(f"SUSPENSE_REASON_{reason}"),
                    detail="DED05 social security number: read 900-01-0001",
                    obligor_id=ident(obligor) if obligor else "",
                )
                for line in lines
            ]
        )

    def held(self, name: str, cents: int, reason: str = "excess") -> payments.MoneyHeld:
        return payments.MoneyHeld(
            holds=[
                payments.Hold(
                    receipt_id=ident("receipt"),
                    sequence=2,
                    participant_id=ident(name),
                    amount_cents=cents,
                    reason=reason,
                    detail="whatever payments says about 12 Hidden Lane",
                )
            ]
        )

    def notice(
        self, name: str, kind: str, *, text: str = "", about: str = "about", **given: Any
    ) -> case_events.NoticesIssued:
        """Return a notice as the case service tells it; `given` are fields of its message."""
        values: dict[str, Any] = {
            "notice_id": ident(f"{kind} {about} {name}"),
            "case_id": ident(CASE_NUMBER),
            "case_number": CASE_NUMBER,
            "participant_id": ident(name),
            "kind": kind,
            "on_date": from_date(DAY),
            "text_for_notification": self.case_keys.seal("notification", text.encode())
            if text
            else None,
        }
        return case_events.NoticesIssued(notices=[case_events.Notice(**values | given)])

    def run_timers(self) -> None:
        """Run every timer until none has more to do."""
        for timer in self.runtime.service.timers:
            for _ in range(100):
                with self.runtime.work() as work:
                    more = timer.run(work)
                if not more:
                    break

    def inbox(self, name: str) -> list[pb.InboxEntry]:
        request = pb.ListInboxEntriesRequest(participant_id=ident(name))
        with self.runtime.work() as work:
            return list(InboxReads().ListInboxEntries(request, work).entries)

    def letters(self, name: str = "") -> list[pb.Letter]:
        request = pb.ListLettersRequest(participant_id=ident(name) if name else "")
        with self.runtime.work() as work:
            return list(InboxReads().ListLetters(request, work).letters)

    def pdf(self, letter: pb.Letter) -> bytes:
        with self.runtime.work() as work:
            request = pb.GetLetterRequest(letter_id=letter.letter_id)
            return InboxReads().GetLetter(request, work).pdf

    def emitted(self) -> list[Message]:
        with self.runtime.work() as work:
            rows = work.session.execute(select(tables.outbox.c.type, tables.outbox.c.body))
            return [message_class(r.type).FromString(r.body) for r in rows]


@dataclass
class MailServer:
    """A real SMTP server; `answers` are given to the next mails instead of taking them."""

    port: int = 0
    mails: list[Envelope] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    recipients: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.recipients.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    received = MailServer(port=free_port())
    controller = Controller(received, hostname="127.0.0.1", port=received.port)
    controller.start()
    yield received
    controller.stop()


def free_port() -> int:
    """Return a port that nobody listens on; aiosmtpd does not take 0."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def world_with(runtime_for: Callable[..., Runtime], key_directory: Path) -> Callable[..., World]:
    def make(**settings: Any) -> World:
        case_keys = load_keys("case", key_directory / "case.keys.json")
        return World(runtime_for(SERVICE, **settings), case_keys)

    return make


@pytest.fixture
def world(world_with: Callable[..., World]) -> World:
    return world_with()


@pytest.fixture
def name_of() -> Callable[[str], str]:
    return ident
