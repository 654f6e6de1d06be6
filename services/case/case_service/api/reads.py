"""Reads cases and their parties."""

from case_service.api import ids
from case_service.domain.imports import parties_of
from case_service.messages import case_message, history_message, participant_message
from case_service.store import cases, histories, participants
from chassis.errors import invalid_field, not_found
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import case_service_pb2 as pb


@ids.checked
class CaseReads:
    """Reads cases and their parties."""

    def GetCase(self, request: pb.GetCaseRequest, work: Work) -> pb.GetCaseResponse:
        """Return one case with its orders, by id or by number."""
        if bool(request.case_id) == bool(request.case_number):
            raise invalid_field("case_id", "exactly one of case_id and case_number must be set")
        case_id = request.case_id or cases.id_by_number(work.session, request.case_number)
        found = cases.read(work.session, [case_id]) if case_id else []
        if not found:
            raise not_found("case", request.case_id or request.case_number)
        stored = found[0]
        parties = sorted({party for party in parties_of(stored.case) if party})
        return pb.GetCaseResponse(
            case=case_message(stored.case, stored.version),
            participants=[
                participant_message(p.participant, p.version)
                for p in participants.read(work.session, work.keys, parties)
            ],
            history=[
                history_message(entry)
                for entry in histories.read(work.session, work.keys, stored.case.case_id)
            ],
        )

    def ListCases(self, request: pb.ListCasesRequest, work: Work) -> pb.ListCasesResponse:
        """List cases by number."""
        size = paging.page_size(request)
        after = paging.decode_token(work.keys, request.page_token)
        page = cases.numbers_after(work.session, request.obligor_id, after, size + 1)
        found = cases.read(work.session, [case_id for _, case_id in page[:size]])
        more = len(page) > size
        return pb.ListCasesResponse(
            cases=[case_message(s.case, s.version) for s in found],
            next_page_token=paging.encode_token(work.keys, page[size - 1][0]) if more else "",
        )

    def GetParticipant(
        self, request: pb.GetParticipantRequest, work: Work
    ) -> pb.GetParticipantResponse:
        """Return one participant without secrets and locations."""
        found = participants.read(work.session, work.keys, [request.participant_id])
        if not found:
            raise not_found("participant", request.participant_id)
        return pb.GetParticipantResponse(
            participant=participant_message(found[0].participant, found[0].version)
        )


SERVICERS = (Servicer("childsupport.case.v1.CaseReadService", CaseReads()),)
