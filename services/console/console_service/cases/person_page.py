"""A person on one page: cases, what waits, where to find the person (with a reason), portal."""

from starlette.responses import Response

from childsupport.case.v1 import party_service_pb2 as pb
from childsupport.case.v1.party_service_pb2_grpc import LocationServiceStub, PartyReadServiceStub
from childsupport.notification.v1 import notification_service_pb2 as notice_pb
from childsupport.notification.v1.notification_service_pb2_grpc import InboxReadServiceStub
from console_service import saying
from console_service.keeper import may
from console_service.worklist.differences import address_text
from web.site import Page
from web.visit import Visit

NOTICES_SHOWN = 5


def show(visit: Visit, locations: pb.Locations | None = None) -> Response:
    """Show a person; where to find him only after he was asked for with a reason."""
    participant_id = visit.request.path_params["participant_id"]
    reads = visit.stub("case", PartyReadServiceStub)
    asked = pb.GetPartyDetailsRequest(participant_id=participant_id)
    answer = reads.GetPartyDetails(asked, **visit.as_person)
    return visit.render(
        "cases/person.html",
        person_shown=answer.participant,
        parts=answer.parts,
        waiting=answer.waiting_changes,
        notices=_notices(visit, participant_id),
        locations=locations,
        address_text=address_text,
        purposes=[(pb.LocationPurpose.Name(one), label) for one, label in saying.PURPOSES.items()],
        may_locate=may(visit, "case.locations"),
        may_enrol=may(visit, "identity.enrolments.read"),
        said=saying,
    )


def locate(visit: Visit) -> Response:
    """Show where a person can be found, for a purpose that is recorded with the look."""
    names = [pb.LocationPurpose.Name(one) for one in saying.PURPOSES]
    purpose = visit.form.choice("purpose", names)
    if not purpose:
        return show(visit)
    asked = pb.GetLocationsRequest(
        participant_id=visit.request.path_params["participant_id"],
        purpose=pb.LocationPurpose.Value(purpose),
    )
    found = visit.stub("case", LocationServiceStub).GetLocations(asked, **visit.as_person)
    return show(visit, found.locations)


def _notices(visit: Visit, participant_id: str) -> list[notice_pb.InboxEntry]:
    if not may(visit, "notification.read"):
        return []
    asked = notice_pb.ListInboxEntriesRequest(
        participant_id=participant_id, page_size=NOTICES_SHOWN
    )
    inbox = visit.stub("notification", InboxReadServiceStub)
    return list(inbox.ListInboxEntries(asked, **visit.as_person).entries)


PAGES = (Page("/people/{participant_id}", show, locate),)
