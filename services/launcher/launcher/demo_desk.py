"""What lies on the desks of the demonstration: questions, reports, documents, appointments.

So that no page of the portal is bare and the worklist has each kind of item that parents make.
"""

from datetime import date, timedelta
from io import BytesIO

from pypdf import PdfWriter

from chassis.dates import from_date
from chassis.ids import derived_id, new_id
from childsupport.case.v1 import appointment_service_pb2 as appointment_pb
from childsupport.case.v1 import conversation_service_pb2 as conversation_pb
from childsupport.case.v1 import document_service_pb2 as document_pb
from childsupport.case.v1 import office_service_pb2 as office_pb
from childsupport.case.v1 import party_service_pb2 as party_pb
from childsupport.case.v1.appointment_service_pb2_grpc import AppointmentServiceStub
from childsupport.case.v1.case_service_pb2 import BankAccount, Employer, PostalAddress
from childsupport.case.v1.conversation_service_pb2_grpc import (
    ConversationPartyServiceStub,
    ConversationServiceStub,
)
from childsupport.case.v1.document_service_pb2_grpc import (
    DocumentPartyServiceStub,
    DocumentServiceStub,
)
from childsupport.case.v1.office_service_pb2_grpc import OfficeReadServiceStub, OfficeServiceStub
from childsupport.case.v1.party_service_pb2_grpc import PartyServiceStub
from launcher.clients import Clients
from launcher.world import participant_id

OFFICES = (
    office_pb.Office(
        office_id="21073",
        phone="5025550173",
        street="315 West Main Street",
        city="Frankfort",
        zip_code="40601",
        hours="Monday to Friday, 8:00 to 4:30",
        email="franklin@agency.example",
    ),
    office_pb.Office(
        office_id="21239",
        phone="8595550139",
        street="103 South Main Street",
        city="Versailles",
        zip_code="40383",
        hours="Monday to Friday, 8:00 to 4:00",
        email="woodford@agency.example",
    ),
)
"""Where the offices of the four parents are; the telephones ring nowhere."""
CASE = derived_id("demo", "case", "0000123456")


def fill_desks(clients: Clients, today: date) -> None:
    """Let Jane and John write, report and send, and their office answer and ask."""
    jane, john = participant_id("jane-doe"), participant_id("john-doe")
    _say_where_offices_are(clients)
    _talk(clients, jane, john)
    _report(clients, jane, john, today)
    _documents(clients, john, today)
    _appointments(clients, (jane, john), today)


def _say_where_offices_are(clients: Clients) -> None:
    reads = OfficeReadServiceStub(clients.channels["case"])
    offices = OfficeServiceStub(clients.channels["case"])
    for said in OFFICES:
        known = reads.GetOffice(office_pb.GetOfficeRequest(office_id=said.office_id)).office
        known.MergeFrom(said)
        offices.UpdateOffice(office_pb.UpdateOfficeRequest(request_id=new_id(), office=known))


def _talk(clients: Clients, jane: str, john: str) -> None:
    parties = ConversationPartyServiceStub(clients.channels["case"])
    office = ConversationServiceStub(clients.channels["case"])
    asked = parties.StartMyConversation(
        conversation_pb.StartMyConversationRequest(
            request_id=new_id(),
            case_id=CASE,
            participant_id=jane,
            topic=conversation_pb.CONVERSATION_TOPIC_PAYMENTS,
            subject="A payment was smaller",
            text="The payment this week was smaller than the one before. Why is that?",
        )
    ).conversation
    office.WriteMessage(
        conversation_pb.WriteMessageRequest(
            request_id=new_id(),
            conversation_id=asked.conversation_id,
            text="The employer pays every two weeks, so what arrives differs from month to month. "
            "You can see each payment and how it was divided under Payments.",
        )
    )
    parties.StartMyConversation(
        conversation_pb.StartMyConversationRequest(
            request_id=new_id(),
            case_id=CASE,
            participant_id=john,
            topic=conversation_pb.CONVERSATION_TOPIC_EMPLOYMENT,
            subject="Fewer hours at work",
            text="My hours were cut. What do I have to do?",
        )
    )


def _report(clients: Clients, jane: str, john: str, today: date) -> None:
    parties = PartyServiceStub(clients.channels["case"])
    address = PostalAddress(line1="220 Bell Street", city="Frankfort", state="KY", zip_code="40601")
    account = BankAccount(routing_number="987654320", account_number="000987654321")
    employer = Employer(name="Capital Timber Co")
    ended = from_date(today - timedelta(days=3))
    reports = (
        (jane, party_pb.CHANGE_KIND_ADDRESS, party_pb.ChangeDetails(address=address)),
        (jane, party_pb.CHANGE_KIND_ACCOUNT, party_pb.ChangeDetails(bank_account=account)),
        (john, party_pb.CHANGE_KIND_CONTACT, party_pb.ChangeDetails(phone="5025550148")),
        (
            john,
            party_pb.CHANGE_KIND_EMPLOYMENT,
            party_pb.ChangeDetails(employer=employer, employed_since=ended),
        ),
    )
    for who, kind, details in reports:
        parties.ReportChange(
            party_pb.ReportChangeRequest(
                request_id=new_id(),
                case_id=CASE,
                participant_id=who,
                kind=kind,
                details=details,
            )
        )


def _documents(clients: Clients, john: str, today: date) -> None:
    header = document_pb.DocumentHeader(
        request_id=new_id(),
        case_id=CASE,
        participant_id=john,
        subject=document_pb.DOCUMENT_SUBJECT_INCOME,
        file_name="payslip.pdf",
        content_type="application/pdf",
    )
    parts = (
        document_pb.UploadMyDocumentRequest(header=header),
        document_pb.UploadMyDocumentRequest(chunk=_payslip()),
    )
    DocumentPartyServiceStub(clients.channels["case"]).UploadMyDocument(iter(parts))
    DocumentServiceStub(clients.channels["case"]).AskForDocument(
        document_pb.AskForDocumentRequest(
            request_id=new_id(),
            case_id=CASE,
            participant_id=john,
            subject=document_pb.DOCUMENT_SUBJECT_INSURANCE,
            message="Please send us the children's health insurance card, both sides.",
            due_on=from_date(today + timedelta(days=14)),
        )
    )


def _payslip() -> bytes:
    """Return a document of one page: this worker has few hours."""
    written = PdfWriter()
    written.add_blank_page(width=300, height=200)
    written.add_metadata({"/Title": "Payslip"})
    content = BytesIO()
    written.write(content)
    return content.getvalue()


def _appointments(clients: Clients, parents: tuple[str, ...], today: date) -> None:
    AppointmentServiceStub(clients.channels["case"]).SetAppointment(
        appointment_pb.SetAppointmentRequest(
            request_id=new_id(),
            case_id=CASE,
            kind=appointment_pb.APPOINTMENT_KIND_CONFERENCE,
            local_at=f"{today + timedelta(days=8)}T10:30",
            time_zone="America/New_York",
            minutes=30,
            place="Franklin County Child Support Office, Frankfort",
            subject="Review of the order",
            guests=[appointment_pb.AppointmentGuest(participant_id=one) for one in parents],
        )
    )
