"""Reads participants; and where they can be found, for those who may know."""

import re

from case_service.actions import protecting
from case_service.actions.recording import find_duplicates
from case_service.actions.reported_changes import party_case
from case_service.api import ids
from case_service.domain.duplicates import plain
from case_service.domain.protection import visible_to
from case_service.domain.reported_changes import WAITING, details_of
from case_service.messages import participant_message
from case_service.party_messages import (
    KINDS,
    PURPOSES,
    STATES,
    change_message,
    details_message,
    insurance_message,
    last_four,
    locations_message,
    part_message,
    protection_message,
)
from case_service.store import participants, protections, reported_changes
from case_service.store import parties as store
from chassis.dates import from_date, to_date
from chassis.errors import invalid_field, not_found
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import party_service_pb2 as pb

_MIN_PREFIX_CHARS = 2


@ids.checked
class PartyReads:
    """Reads participants."""

    def GetPartyDetails(
        self, request: pb.GetPartyDetailsRequest, work: Work
    ) -> pb.GetPartyDetailsResponse:
        """Return a participant with every case that he is or was in."""
        if bool(request.participant_id) == bool(request.participant_number):
            raise invalid_field("participant_id", "exactly one of id and number must be set")
        found = request.participant_id or store.id_by_number(
            work.session, request.participant_number
        )
        stored = _read(work, found or "", request.participant_number)
        person = stored.participant
        return pb.GetPartyDetailsResponse(
            participant=participant_message(person, stored.version),
            parts=[part_message(p) for p in store.parts_of(work.session, person.participant_id)],
            waiting_changes=reported_changes.count_waiting(work.session, person.participant_id),
        )

    def SearchParticipants(
        self, request: pb.SearchParticipantsRequest, work: Work
    ) -> pb.SearchParticipantsResponse:
        """Search participants; every field that is set must fit."""
        wanted = _wanted(request)
        size = paging.page_size(request)
        listing = "SearchParticipants"
        after = paging.decode_token(work.keys, request.page_token, listing=listing)
        ids = store.search(work.session, work.keys, wanted, after, size + 1)
        found = {
            s.participant.participant_id: s
            for s in participants.read(work.session, work.keys, ids[:size])
        }
        more = ids[size - 1] if len(ids) > size else ""
        return pb.SearchParticipantsResponse(
            participants=[
                participant_message(found[one].participant, found[one].version)
                for one in ids[:size]
            ],
            next_page_token=paging.encode_token(work.keys, more, listing=listing),
        )

    def FindDuplicates(
        self, request: pb.FindDuplicatesRequest, work: Work
    ) -> pb.FindDuplicatesResponse:
        """Return who may be the same person, likeliest first."""
        candidates = find_duplicates(work, _read(work, request.participant_id).participant)
        ids = [c.participant_id for c in candidates]
        found = {
            s.participant.participant_id: s for s in participants.read(work.session, work.keys, ids)
        }
        return pb.FindDuplicatesResponse(
            candidates=[
                pb.DuplicateCandidate(
                    participant=participant_message(
                        found[c.participant_id].participant, found[c.participant_id].version
                    ),
                    score=c.score,
                    same_ssn=c.same_ssn,
                    probable=c.probable,
                )
                for c in candidates
            ]
        )

    def GetProtection(
        self, request: pb.GetProtectionRequest, work: Work
    ) -> pb.GetProtectionResponse:
        """Return every time that a participant was protected."""
        _read(work, request.participant_id)
        times = protections.of(work.session, work.keys, request.participant_id)
        return pb.GetProtectionResponse(protections=[protection_message(one) for one in times])

    def ListReportedChanges(
        self, request: pb.ListReportedChangesRequest, work: Work
    ) -> pb.ListReportedChangesResponse:
        """List what parties reported of themselves, oldest first, without what it is."""
        size = paging.page_size(request)
        wanted = reported_changes.Wanted(
            request.participant_id,
            request.case_id,
            KINDS.get(request.kind, ""),
            STATES.get(request.state, ""),
        )
        listing = f"ListReportedChanges {wanted}"
        after = paging.decode_token(work.keys, request.page_token, listing=listing)
        found = reported_changes.search(work.session, work.keys, wanted, after, size + 1)
        more = found[size - 1].change_id if len(found) > size else ""
        return pb.ListReportedChangesResponse(
            changes=[change_message(change) for change in found[:size]],
            next_page_token=paging.encode_token(work.keys, more, listing=listing),
        )

    def GetReportedChange(
        self, request: pb.GetReportedChangeRequest, work: Work
    ) -> pb.GetReportedChangeResponse:
        """Return a reported change with what was, what would be, and what is recorded now."""
        change = reported_changes.read(work.session, work.keys, request.change_id, lock=False)
        if change is None:
            raise not_found("change", request.change_id)
        now = details_of(_read(work, change.participant_id).participant, change.kind)
        return pb.GetReportedChangeResponse(
            change=change_message(change),
            old=details_message(change.old),
            new=details_message(change.new),
            current=details_message(now),
        )

    def GetOwnDetails(
        self, request: pb.GetOwnDetailsRequest, work: Work
    ) -> pb.GetOwnDetailsResponse:
        """Return to a party what is recorded of himself alone."""
        party_case(work, request.case_id, request.participant_id)
        stored = _read(work, request.participant_id)
        person = stored.participant
        wanted = reported_changes.Wanted(participant_id=person.participant_id, state=WAITING)
        waiting = reported_changes.search(
            work.session, work.keys, wanted, "", paging.DEFAULT_PAGE_SIZE
        )
        account = person.bank_account
        return pb.GetOwnDetailsResponse(
            participant=participant_message(person, stored.version),
            locations=locations_message(person, visible_to(person.participant_id, ())),
            account_last_four=last_four(account.account_number) if account else "",
            changes=[change_message(change) for change in waiting],
            employed_since=from_date(person.employed_since),
            employment_ended_on=from_date(person.employment_ended_on),
            insurance=insurance_message(person.insurance),
            debit_card=person.debit_card,
        )


@ids.checked
class LocationLookUps:
    """Tells where somebody can be found."""

    def GetLocations(self, request: pb.GetLocationsRequest, work: Work) -> pb.GetLocationsResponse:
        """Return where a participant can be found, to those who may know."""
        if request.purpose not in PURPOSES:
            raise invalid_field("purpose", "must be said")
        person, eyes = protecting.look_up(
            work, request.participant_id, PURPOSES[request.purpose], request.shown_to_id
        )
        return pb.GetLocationsResponse(locations=locations_message(person, eyes))


def _read(work: Work, participant_id: str, asked: str = "") -> participants.Stored:
    found = participants.read(work.session, work.keys, [participant_id]) if participant_id else []
    if not found:
        raise not_found("participant", participant_id or asked)
    return found[0]


def _wanted(request: pb.SearchParticipantsRequest) -> store.Wanted:
    prefix = request.name_prefix.strip()
    if prefix and len(plain(prefix.partition(",")[0])) < _MIN_PREFIX_CHARS:
        raise invalid_field(
            "name_prefix", f"at least {_MIN_PREFIX_CHARS} letters of the family name"
        )
    if request.ssn and not re.fullmatch(r"[0-9]{9}", request.ssn):
        raise invalid_field("ssn", "nine digits")
    wanted = store.Wanted(
        name_prefix=prefix,
        participant_number=request.participant_number,
        ssn=request.ssn,
        birth_date=to_date(request.birth_date, "birth_date"),
    )
    if wanted == store.Wanted():
        raise invalid_field("name_prefix", "at least one of the fields must be set")
    return wanted


SERVICERS = (
    Servicer("childsupport.case.v1.PartyReadService", PartyReads()),
    Servicer("childsupport.case.v1.LocationService", LocationLookUps()),
)
