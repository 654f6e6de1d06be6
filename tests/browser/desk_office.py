"""What an office does about its parents, for the tests of their pages: it writes and decides."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from struct import pack
from typing import Any

import kit
from playwright.sync_api import Page

from chassis.ids import derived_id, new_id
from childsupport.case.v1 import appointment_service_pb2 as appointments
from childsupport.case.v1 import closure_service_pb2 as closures
from childsupport.case.v1 import conversation_service_pb2 as conversations
from childsupport.case.v1 import dispute_service_pb2 as disputes
from childsupport.case.v1 import document_service_pb2 as documents
from childsupport.case.v1 import office_service_pb2 as offices
from childsupport.case.v1 import party_service_pb2 as parties
from childsupport.case.v1.appointment_service_pb2_grpc import AppointmentServiceStub
from childsupport.case.v1.closure_service_pb2_grpc import ClosureServiceStub
from childsupport.case.v1.conversation_service_pb2_grpc import ConversationServiceStub
from childsupport.case.v1.dispute_service_pb2_grpc import DisputeReadServiceStub, DisputeServiceStub
from childsupport.case.v1.document_service_pb2_grpc import (
    DocumentReadServiceStub,
    DocumentServiceStub,
)
from childsupport.case.v1.office_service_pb2_grpc import OfficeReadServiceStub, OfficeServiceStub
from childsupport.case.v1.party_service_pb2_grpc import PartyReadServiceStub, PartyServiceStub
from launcher.clients import Clients
from launcher.world import participant_id


def sees(page: Page, name: str, looks_right: Callable[[Page, str], None], *, js: bool) -> None:
    """Hold a page to what it must be. Axe is a script; without them the width alone is seen."""
    if js:
        looks_right(page, name)
    else:
        widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1], (name, "scrolls sideways", widths)


def case_id(number: str) -> str:
    return derived_id("demo", "case", number)


def photo(kind: int, side: int) -> bytes:
    """Return a PNG of noise, which no compression makes smaller: about 3 x side x side bytes."""
    noise = Random(kind).randbytes(side * side * 3)
    rows = b"".join(b"\x00" + noise[row * side * 3 : (row + 1) * side * 3] for row in range(side))
    header = pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return pack(">I", len(body)) + name + body + pack(">I", zlib.crc32(name + body))


@dataclass
class Office:
    """A worker at the agency's own end."""

    clients: Clients
    town: kit.Town
    number: str

    @property
    def case_id(self) -> str:
        return case_id(self.number)

    def stub(self, kind: type) -> Any:
        return kind(self.clients.channels["case"])

    def writes(self, conversation_id: str, text: str) -> None:
        self.stub(ConversationServiceStub).WriteMessage(
            conversations.WriteMessageRequest(
                request_id=new_id(), conversation_id=conversation_id, text=text
            )
        )

    def document(self, file_name: str) -> Any:
        """Return what is known of the latest document of a name."""
        found = self.stub(DocumentReadServiceStub).ListDocuments(
            documents.ListDocumentsRequest(case_id=self.case_id)
        )
        return next(one for one in found.documents if one.file_name == file_name)

    def rejects_document(self, document_id: str, message: str) -> None:
        self.stub(DocumentServiceStub).RejectDocument(
            documents.RejectDocumentRequest(
                request_id=new_id(), document_id=document_id, message=message
            )
        )

    def decides_change(self, key: str, kind: int, rejected: str = "") -> None:
        """Accept the change that waits, or reject it with an answer."""
        waiting = self.stub(PartyReadServiceStub).ListReportedChanges(
            parties.ListReportedChangesRequest(
                participant_id=participant_id(key), kind=kind, state=parties.CHANGE_STATE_WAITING
            )
        )
        named = {"request_id": new_id(), "change_id": waiting.changes[0].change_id}
        desk = self.stub(PartyServiceStub)
        if rejected:
            desk.RejectChange(parties.RejectChangeRequest(**named, answer=rejected))
        else:
            desk.AcceptChange(parties.AcceptChangeRequest(**named))

    def own_details(self, key: str) -> Any:
        return self.stub(PartyReadServiceStub).GetOwnDetails(
            parties.GetOwnDetailsRequest(case_id=self.case_id, participant_id=participant_id(key))
        )

    def sets_appointment(self, days: int, *keys: str) -> None:
        on: date = self.town.clock.today() + timedelta(days=days)
        self.stub(AppointmentServiceStub).SetAppointment(
            appointments.SetAppointmentRequest(
                request_id=new_id(),
                case_id=self.case_id,
                kind=appointments.APPOINTMENT_KIND_COURT_HEARING,
                local_at=f"{on}T13:15",
                time_zone="America/New_York",
                minutes=45,
                place="Franklin County Courthouse",
                room="Courtroom B",
                subject="Support",
                guests=[
                    appointments.AppointmentGuest(participant_id=participant_id(key))
                    for key in keys
                ],
            )
        )

    def answers_dispute(self, dispute_id: str, answer: str, reasons: str) -> None:
        found = self.stub(DisputeReadServiceStub).GetDispute(
            disputes.GetDisputeRequest(dispute_id=dispute_id)
        )
        self.stub(DisputeServiceStub).AnswerDispute(
            disputes.AnswerDisputeRequest(
                request_id=new_id(),
                dispute_id=dispute_id,
                etag=found.dispute.etag,
                decision=disputes.DISPUTE_DECISION_PARTLY,
                answer=answer,
                reasons=reasons,
            )
        )

    def means_to_close(self) -> str:
        """Give the notice that the recipient cannot be reached (45 CFR 303.11(b)(15))."""
        desk = self.stub(ClosureServiceStub)
        desk.RecordClosureFinding(
            closures.RecordClosureFindingRequest(
                request_id=new_id(),
                case_id=self.case_id,
                code="contact_attempts",
                number=2,
                statement="A letter and two calls",
            )
        )
        intended = desk.IntendClosure(
            closures.IntendClosureRequest(request_id=new_id(), case_id=self.case_id, ground="15")
        )
        return str(intended.closure.closure_id)

    def says_where_it_is(self, office_id: str, phone: str, hours: str) -> None:
        reads, desk = self.stub(OfficeReadServiceStub), self.stub(OfficeServiceStub)
        office = reads.GetOffice(offices.GetOfficeRequest(office_id=office_id)).office
        office.phone, office.hours = phone, hours
        office.street, office.city, office.zip_code = "150 Flynn Avenue", "Frankfort", "40601"
        desk.UpdateOffice(offices.UpdateOfficeRequest(request_id=new_id(), office=office))
