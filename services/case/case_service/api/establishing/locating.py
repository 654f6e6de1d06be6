"""Locating over gRPC. What was found is read with the scope case.locations alone."""

from case_service.actions.establishing import adopting
from case_service.actions.establishing import locating as actions
from case_service.actions.establishing.common import law_of
from case_service.api.establishing.paging import case_of, page_of
from case_service.domain.establishing import locating as domain
from case_service.messages import participant_message
from case_service.store import locating as store
from chassis.dates import from_date, to_date
from chassis.errors import invalid_field, not_found
from chassis.ids import derived_id
from chassis.runtime import Work
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import establishment_service_pb2 as pb

STATES = {
    "searching": pb.LOCATE_STATE_SEARCHING,
    "waiting": pb.LOCATE_STATE_WAITING,
    "located": pb.LOCATE_STATE_LOCATED,
    "ended": pb.LOCATE_STATE_ENDED,
}
ROUNDS = {
    "first": pb.LOCATE_ROUND_KIND_FIRST,
    "again": pb.LOCATE_ROUND_KIND_AGAIN,
    "new_information": pb.LOCATE_ROUND_KIND_NEW_INFORMATION,
}
OUTCOMES = {
    "": pb.LOCATE_OUTCOME_UNSPECIFIED,
    "found": pb.LOCATE_OUTCOME_FOUND,
    "nothing": pb.LOCATE_OUTCOME_NOTHING,
    "not_appropriate": pb.LOCATE_OUTCOME_NOT_APPROPRIATE,
}
KINDS = {
    "residence": pb.LOCATION_KIND_RESIDENCE,
    "mailing": pb.LOCATION_KIND_MAILING,
    "employer": pb.LOCATION_KIND_EMPLOYER,
    "phone": pb.LOCATION_KIND_PHONE,
    "email": pb.LOCATION_KIND_EMAIL,
    "asset": pb.LOCATION_KIND_ASSET,
    "incarceration": pb.LOCATION_KIND_INCARCERATION,
}
STATE_NAMES = {value: name for name, value in STATES.items()}
ROUND_NAMES = {value: name for name, value in ROUNDS.items()}
OUTCOME_NAMES = {value: name for name, value in OUTCOMES.items()}
KIND_NAMES = {value: name for name, value in KINDS.items()}


class Locates:
    """Reads locate requests, and what they found."""

    def GetLocateRequest(
        self, request: pb.GetLocateRequestRequest, work: Work
    ) -> pb.GetLocateRequestResponse:
        """Return one request with the sources that were asked, never what they found."""
        found = store.read(work.session, [request.locate_id]) if request.locate_id else []
        if not found:
            raise not_found("locate request", request.locate_id)
        return pb.GetLocateRequestResponse(locate_request=_message(work, found[0]))

    def ListLocateRequests(
        self, request: pb.ListLocateRequestsRequest, work: Work
    ) -> pb.ListLocateRequestsResponse:
        """List the locate requests of a case, oldest first."""
        case_of(work, request.case_id)
        state = STATE_NAMES.get(request.state, "")
        page, token = page_of(
            work,
            request,
            f"locates/{request.case_id}/{state}",
            lambda after, limit: store.page(work.session, request.case_id, state, after, limit),
            lambda locate_id: locate_id,
        )
        return pb.ListLocateRequestsResponse(
            locate_requests=[_message(work, s) for s in store.read(work.session, page)],
            next_page_token=token,
        )

    def ListLocations(
        self, request: pb.ListLocationsRequest, work: Work
    ) -> pb.ListLocationsResponse:
        """List where a person was found, oldest first."""
        case_of(work, request.case_id)
        if not request.participant_id:
            raise invalid_field("participant_id", "whose locations are asked for")
        page, token = page_of(
            work,
            request,
            f"locations/{request.case_id}/{request.participant_id}",
            lambda after, limit: store.locations(
                work.session, work.keys, request.case_id, request.participant_id, after, limit
            ),
            lambda found: found.location.location_id,
        )
        return pb.ListLocationsResponse(
            locations=[_location(found) for found in page], next_page_token=token
        )


class LocateWrites:
    """Records locating."""

    def RequestLocate(
        self, request: pb.RequestLocateRequest, work: Work
    ) -> pb.RequestLocateResponse:
        """Begin locating a person."""
        needed_on = to_date(request.needed_on, "needed_on")
        stored = actions.begin(work, request.case_id, request.participant_id, needed_on)
        return pb.RequestLocateResponse(locate_request=_message(work, stored))

    def RecordLocateInquiries(
        self, request: pb.RecordLocateInquiriesRequest, work: Work
    ) -> pb.RecordLocateInquiriesResponse:
        """Record sources asked, answered or not appropriate, and what they found."""
        inquiries = [_inquiry(n, m, work) for n, m in enumerate(request.inquiries)]
        found = [
            (m.source, _found(request.locate_id, request.request_id, n, m))
            for n, m in enumerate(request.locations)
        ]
        stored = actions.record_inquiries(work, request.locate_id, inquiries, found, request.etag)
        return pb.RecordLocateInquiriesResponse(locate_request=_message(work, stored))

    def RepeatLocate(self, request: pb.RepeatLocateRequest, work: Work) -> pb.RepeatLocateResponse:
        """Begin the next attempt: the quarterly one, or at once on new information."""
        kind = ROUND_NAMES.get(request.kind, "")
        begun_on = to_date(request.begun_on, "begun_on")
        stored = actions.repeat(work, request.locate_id, kind, begun_on, request.etag)
        return pb.RepeatLocateResponse(locate_request=_message(work, stored))

    def ConcludeLocate(
        self, request: pb.ConcludeLocateRequest, work: Work
    ) -> pb.ConcludeLocateResponse:
        """Say that the person is located, or that locating has ended."""
        stored = actions.conclude(
            work,
            request.locate_id,
            located=request.located,
            on_date=to_date(request.on_date, "on_date"),
            etag=request.etag,
        )
        return pb.ConcludeLocateResponse(locate_request=_message(work, stored))

    def AdoptLocation(
        self, request: pb.AdoptLocationRequest, work: Work
    ) -> pb.AdoptLocationResponse:
        """Make a found location what is recorded of the person."""
        stored = adopting.adopt(work, request.location_id, request.etag)
        return pb.AdoptLocationResponse(
            participant=participant_message(stored.participant, stored.version)
        )


def _inquiry(n: int, message: pb.LocateInquiry, work: Work) -> domain.Inquiry:
    path = f"inquiries[{n}]"
    return domain.Inquiry(
        source=message.source,
        round=0,
        asked_on=to_date(message.asked_on, f"{path}.asked_on") or work.clock.today(),
        answered_on=to_date(message.answered_on, f"{path}.answered_on"),
        outcome=OUTCOME_NAMES.get(message.outcome, ""),
        reason=message.reason.strip(),
    )


def _found(locate_id: str, request_id: str, n: int, message: pb.FoundLocation) -> domain.Location:
    """Its id follows from the request, so that the same answer is kept once."""
    address = message.address
    return domain.Location(
        location_id=derived_id("location", locate_id, request_id, str(n)),
        kind=KIND_NAMES.get(message.kind, ""),
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        state=address.state,
        zip_code=address.zip_code,
        name=message.name,
        value=message.value,
    )


def _location(found: store.Found) -> pb.FoundLocation:
    place = found.location
    address = case_pb.PostalAddress(
        line1=place.line1,
        line2=place.line2,
        city=place.city,
        state=place.state,
        zip_code=place.zip_code,
    )
    return pb.FoundLocation(
        location_id=place.location_id,
        kind=KINDS[place.kind],
        source=found.source,
        found_on=from_date(found.found_on),
        address=address if place.line1 else None,
        name=place.name,
        value=place.value,
        locate_id=found.locate_id,
    )


def _message(work: Work, stored: store.Stored) -> pb.LocateRequest:
    request = stored.request
    return pb.LocateRequest(
        locate_id=request.locate_id,
        case_id=request.case_id,
        participant_id=request.participant_id,
        needed_on=from_date(request.needed_on),
        state=STATES[request.state],
        located_on=from_date(request.located_on),
        rounds=[
            pb.LocateRound(
                number=one.number,
                kind=ROUNDS[one.kind],
                begun_on=from_date(one.begun_on),
                done_on=from_date(one.done_on),
            )
            for one in request.rounds
        ],
        inquiries=[
            pb.LocateInquiry(
                round=one.round,
                source=one.source,
                asked_on=from_date(one.asked_on),
                answered_on=from_date(one.answered_on),
                outcome=OUTCOMES[one.outcome],
                reason=one.reason,
            )
            for one in request.inquiries
        ],
        unasked_sources=domain.unasked(request, law_of(work)),
        etag=str(stored.version),
    )
