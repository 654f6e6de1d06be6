"""What is written to one party never tells where another can be found, whoever writes it."""

from collections.abc import Callable
from typing import Any

import pytest
from desk_world import ANN, CASE, JANE, JOHN, PORTAL, TIM, Desk, pdf
from parties_world import person

from case_service.actions import membership
from case_service.api.appointments import Appointments
from case_service.api.conversations import Conversations, PartyConversations
from case_service.api.disputes import Disputes, PartyDisputes
from case_service.api.documents import Documents, PartyDocuments
from case_service.domain.model import Employer
from case_service.domain.protection import mentions
from case_service.service import SERVICE
from chassis.errors import PlatformError
from chassis.runtime import Runtime
from childsupport.case.v1 import appointment_service_pb2 as appointments
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import conversation_service_pb2 as conversations
from childsupport.case.v1 import dispute_service_pb2 as disputes
from childsupport.case.v1 import document_service_pb2 as documents

TELLING = "She lives at 1 Hidden  Lane."
REFUSED = "must not tell a party's address"


@pytest.fixture
def desk(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Desk:
    return Desk(runtime_for(SERVICE), page)


def test_no_message_to_a_party_tells_where_the_other_lives(desk: Desk) -> None:
    said: dict[str, Any] = {"case_id": CASE, "topic": conversations.CONVERSATION_TOPIC_PAYMENTS}
    start = conversations.StartConversationRequest(
        participant_id=JOHN, subject="Hello", text=TELLING, **said
    )
    with pytest.raises(PlatformError, match=f"text: {REFUSED}"):
        desk.do(Conversations().StartConversation, start)
    start.participant_id = JANE
    assert desk.do(Conversations().StartConversation, start).conversation.messages == 1


def test_a_party_cannot_find_out_by_trying(desk: Desk) -> None:
    start = conversations.StartMyConversationRequest(
        case_id=CASE,
        participant_id=JOHN,
        topic=conversations.CONVERSATION_TOPIC_PAYMENTS,
        subject="Does she live there?",
        text=TELLING,
    )
    answer = desk.do(PartyConversations().StartMyConversation, start, PORTAL)
    assert answer.conversation.messages == 1


def test_no_answer_to_a_document_tells_it(desk: Desk) -> None:
    sent = desk.upload(JOHN)
    request = documents.RejectDocumentRequest(document_id=sent.document_id, message=TELLING)
    with pytest.raises(PlatformError, match=f"message: {REFUSED}"):
        desk.do(Documents().RejectDocument, request)
    own = desk.upload(JANE, pdf("hers"))
    request.document_id = own.document_id
    assert desk.do(Documents().RejectDocument, request).document.message == TELLING


def test_no_answer_to_a_dispute_tells_it(desk: Desk) -> None:
    opened = disputes.OpenDisputeRequest(case_id=CASE, participant_id=JOHN, statement="Wrong.")
    one = desk.do(PartyDisputes().OpenDispute, opened, PORTAL).dispute
    for answer, reasons in ((TELLING, "As said."), ("It is right.", TELLING)):
        request = disputes.AnswerDisputeRequest(
            dispute_id=one.dispute_id,
            decision=disputes.DISPUTE_DECISION_AGAINST,
            answer=answer,
            reasons=reasons,
        )
        with pytest.raises(PlatformError, match=REFUSED):
            desk.do(Disputes().AnswerDispute, request)


def test_no_common_place_is_where_one_of_them_lives(desk: Desk) -> None:
    jane = appointments.AppointmentGuest(participant_id=JANE)
    john = appointments.AppointmentGuest(participant_id=JOHN)
    request = appointments.SetAppointmentRequest(
        case_id=CASE,
        kind=appointments.APPOINTMENT_KIND_CONFERENCE,
        local_at="2026-03-20T09:30",
        place="1 Hidden Lane, Frankfort",
        subject="Income",
        guests=[jane, john],
    )
    with pytest.raises(PlatformError, match=f"place: {REFUSED}"):
        desk.do(Appointments().SetAppointment, request)
    del request.guests[1]
    request.guests.add(participant_id=TIM)
    held = desk.do(Appointments().SetAppointment, request).appointment
    cancel = appointments.CancelAppointmentRequest(
        appointment_id=held.appointment_id, reason=TELLING
    )
    with pytest.raises(PlatformError, match=f"reason: {REFUSED}"):
        desk.do(Appointments().CancelAppointment, cancel)


def test_a_shared_document_goes_without_the_name_that_its_sender_gave(desk: Desk) -> None:
    sent = desk.upload(JANE, file_name="lease 1 Hidden Lane.pdf")
    accept = documents.AcceptDocumentRequest(document_id=sent.document_id)
    desk.do(Documents().AcceptDocument, accept)
    share = documents.ShareDocumentRequest(
        document_id=sent.document_id, participant_id=JOHN, locations_checked=True
    )
    desk.do(Documents().ShareDocument, share)
    mine = documents.ListMyDocumentsRequest(case_id=CASE, participant_id=JOHN)
    (listed,) = desk.do(PartyDocuments().ListMyDocuments, mine, PORTAL).documents
    read = documents.ReadMyDocumentRequest(
        case_id=CASE, participant_id=JOHN, document_id=sent.document_id
    )
    name = desk.do(PartyDocuments().ReadMyDocument, read, PORTAL).file_name
    assert {listed.file_name, name} == {"income.pdf"}
    read.participant_id = JANE
    own = desk.do(PartyDocuments().ReadMyDocument, read, PORTAL).file_name
    assert own == "lease 1 Hidden Lane.pdf"


def test_the_other_side_is_not_told_to_which_county_a_protected_case_went(desk: Desk) -> None:
    with desk.by(ANN) as work:
        membership.transfer(work, CASE, "21117", "Moved.", "")
    told = {t.participant_id: t.facts for t in desk.told() if t.kind == "office_changed"}
    assert told == {JANE: {"office": "Kenton"}, JOHN: {}}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Call 502-555-0177.", "phone"),
        ("He drives for UPS now.", "employer"),
        ("The groups meet on Monday.", ""),
    ],
)
def test_short_names_and_numbers_with_a_country_code(text: str, found: str) -> None:
    one = person(phone="+15025550177", employer=Employer("UPS", None, ""))
    assert mentions(text, one) == found
