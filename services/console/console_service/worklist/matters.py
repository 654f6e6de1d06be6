"""What an item is about, read for its page. Each look is recorded by the service that answers."""

from dataclasses import dataclass
from typing import Any

from chassis.errors import PlatformError
from childsupport.case.v1 import application_service_pb2 as application_pb
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import clock_service_pb2 as clock_pb
from childsupport.case.v1 import conversation_service_pb2 as conversation_pb
from childsupport.case.v1 import dispute_service_pb2 as dispute_pb
from childsupport.case.v1 import document_service_pb2 as document_pb
from childsupport.case.v1 import party_service_pb2 as party_pb
from childsupport.case.v1 import worklist_service_pb2 as pb
from childsupport.case.v1.application_service_pb2_grpc import ApplicationReadServiceStub
from childsupport.case.v1.case_service_pb2_grpc import CaseReadServiceStub
from childsupport.case.v1.clock_service_pb2_grpc import ClockReadServiceStub
from childsupport.case.v1.conversation_service_pb2_grpc import (
    ConversationReadServiceStub,
    ConversationServiceStub,
)
from childsupport.case.v1.dispute_service_pb2_grpc import DisputeReadServiceStub
from childsupport.case.v1.document_service_pb2_grpc import DocumentReadServiceStub
from childsupport.case.v1.party_service_pb2_grpc import PartyReadServiceStub
from childsupport.common.v1.errors_pb2 import ErrorReason
from console_service.keeper import may
from web.visit import Visit

MESSAGES_MAX = 200


@dataclass(frozen=True, slots=True)
class Matter:
    """What an item is about."""

    kind: str
    """As `about_type`; "" when there is nothing to read beside the item's own line."""
    said: Any = None
    """The service's answer."""
    participant_id: str = ""
    """Whom it concerns or who said it; empty when nobody in particular."""
    withheld: bool = False
    """True when the worker's roles do not allow reading it."""


def read(visit: Visit, item: pb.WorklistItem) -> Matter:
    """Return what an item is about."""
    reader = _READERS.get(item.about_type)
    if reader is None:
        return Matter("")
    try:
        found: Matter = reader(visit, item)
    except PlatformError as error:
        if error.reason == ErrorReason.ERROR_REASON_PERMISSION_DENIED:
            return Matter(item.about_type, withheld=True)
        if error.reason == ErrorReason.ERROR_REASON_NOT_FOUND:
            return Matter("")
        raise
    return found


def case_of(visit: Visit, case_id: str) -> case_pb.GetCaseResponse | None:
    """Return the case of an item; None for an application that is no case yet."""
    if not case_id:
        return None
    reads = visit.stub("case", CaseReadServiceStub)
    return reads.GetCase(case_pb.GetCaseRequest(case_id=case_id), **visit.as_person)


def _change(visit: Visit, item: pb.WorklistItem) -> Matter:
    reads = visit.stub("case", PartyReadServiceStub)
    asked = party_pb.GetReportedChangeRequest(change_id=item.about_id)
    answer = reads.GetReportedChange(asked, **visit.as_person)
    return Matter("change", answer, answer.change.participant_id)


def _document(visit: Visit, item: pb.WorklistItem) -> Matter:
    reads = visit.stub("case", DocumentReadServiceStub)
    asked = document_pb.GetDocumentRequest(document_id=item.about_id)
    answer = reads.GetDocument(asked, **visit.as_person)
    return Matter("document", answer.document, answer.document.participant_id)


def _conversation(visit: Visit, item: pb.WorklistItem) -> Matter:
    reads = visit.stub("case", ConversationReadServiceStub)
    asked = conversation_pb.GetConversationRequest(
        conversation_id=item.about_id, page_size=MESSAGES_MAX
    )
    answer = reads.GetConversation(asked, **visit.as_person)
    if answer.conversation.unread and may(visit, "case.write"):
        visit.stub("case", ConversationServiceStub).MarkConversationRead(
            conversation_pb.MarkConversationReadRequest(
                conversation_id=item.about_id, number=answer.conversation.messages
            ),
            **visit.as_person,
        )
    return Matter("conversation", answer, answer.conversation.participant_id)


def _dispute(visit: Visit, item: pb.WorklistItem) -> Matter:
    reads = visit.stub("case", DisputeReadServiceStub)
    asked = dispute_pb.GetDisputeRequest(dispute_id=item.about_id)
    answer = reads.GetDispute(asked, **visit.as_person)
    return Matter("dispute", answer.dispute, answer.dispute.participant_id)


def _application(visit: Visit, item: pb.WorklistItem) -> Matter:
    reads = visit.stub("case", ApplicationReadServiceStub)
    asked = application_pb.GetApplicationRequest(application_id=item.about_id)
    answer = reads.GetApplication(asked, **visit.as_person)
    return Matter("application", answer)


def _clock(visit: Visit, item: pb.WorklistItem) -> Matter:
    if not item.case_id:
        return Matter("")
    asked = clock_pb.ListClocksRequest(case_id=item.case_id, page_size=1_000)
    found = visit.stub("case", ClockReadServiceStub).ListClocks(asked, **visit.as_person).clocks
    clock = next((one for one in found if one.clock_id == item.about_id), None)
    return Matter("clock", clock) if clock else Matter("")


_READERS = {
    "change": _change,
    "document": _document,
    "conversation": _conversation,
    "dispute": _dispute,
    "application": _application,
    "clock": _clock,
}
