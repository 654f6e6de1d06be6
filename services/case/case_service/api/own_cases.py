"""Reads a party's own cases, what he reported and asked for, and what he should do next."""

from collections.abc import Sequence

from case_service.actions import desk, own_reviews
from case_service.actions.own_cases import cases_of
from case_service.actions.own_tasks import tasks_of
from case_service.api import ids
from case_service.domain.model import Case, Participant
from case_service.own_case_messages import (
    case_message,
    order_message,
    own_change_message,
    own_review_message,
    task_message,
)
from case_service.store import offices, participants, reported_changes
from case_service.store import reviews as review_store
from chassis.errors import not_found
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import party_case_service_pb2 as pb


@ids.checked
class OwnCases:
    """What a party sees of his own cases."""

    def ListMyCases(self, request: pb.ListMyCasesRequest, work: Work) -> pb.ListMyCasesResponse:
        """List the cases that a party is in, the latest number first."""
        me = request.participant_id
        return pb.ListMyCasesResponse(cases=_messages(work, cases_of(work, me), me))

    def GetMyCase(self, request: pb.GetMyCaseRequest, work: Work) -> pb.GetMyCaseResponse:
        """Return one case of a party, with its orders for who owes and who is owed."""
        me = request.participant_id
        case = desk.party_case(work, request.case_id, me)
        people, today = _people(work, [case]), work.clock.today()
        owed = me in {case.obligor_id, case.obligee_id}
        return pb.GetMyCaseResponse(
            case=_messages(work, [case], me)[0],
            orders=[order_message(one, people, today) for one in case.orders if owed],
        )

    def ListMyReportedChanges(
        self, request: pb.ListMyReportedChangesRequest, work: Work
    ) -> pb.ListMyReportedChangesResponse:
        """List what a party reported of himself, the latest first."""
        me = request.participant_id
        size = paging.page_size(request)
        listing = f"my changes {me}"
        before = paging.decode_token(work.keys, request.page_token, listing=listing)
        found = reported_changes.latest(work.session, work.keys, me, before, size + 1)
        last = found[size - 1].change_id if len(found) > size else ""
        return pb.ListMyReportedChangesResponse(
            changes=[own_change_message(one) for one in found[:size]],
            next_page_token=paging.encode_token(work.keys, last, listing=listing),
        )

    def ListMyReviews(
        self, request: pb.ListMyReviewsRequest, work: Work
    ) -> pb.ListMyReviewsResponse:
        """List the reviews of the orders of a case, the latest first."""
        me, today = request.participant_id, work.clock.today()
        case = desk.party_case(work, request.case_id, me)
        if me not in {case.obligor_id, case.obligee_id}:
            raise not_found("case", request.case_id)
        size = paging.page_size(request)
        listing = f"my reviews {case.case_id}"
        before = paging.decode_token(work.keys, request.page_token, listing=listing)
        found = review_store.latest(work.session, work.keys, case.case_id, before, size + 1)
        last = found[size - 1].review.review_id if len(found) > size else ""
        return pb.ListMyReviewsResponse(
            reviews=[
                own_review_message(
                    own_reviews.shown(work, one, me),
                    me,
                    today,
                    received=own_reviews.information_received(work, one.review, me),
                    compared=own_reviews.last_comparison(work, one.review),
                )
                for one in found[:size]
            ],
            next_page_token=paging.encode_token(work.keys, last, listing=listing),
        )

    def ListMyTasks(self, request: pb.ListMyTasksRequest, work: Work) -> pb.ListMyTasksResponse:
        """List what a party should do next in all his open cases."""
        tasks, numbers = tasks_of(work, request.participant_id)
        return pb.ListMyTasksResponse(tasks=[task_message(one, numbers) for one in tasks])


def _messages(work: Work, found: Sequence[Case], me: str) -> list[pb.MyCase]:
    if not found:
        return []
    people = _people(work, found)
    known = {office_id: one for office_id, (one, _) in offices.read(work.session).items()}
    return [case_message(case, me, people, known.get(case.office_id)) for case in found]


def _people(work: Work, found: Sequence[Case]) -> dict[str, Participant]:
    named = {
        one
        for case in found
        for one in (case.obligor_id, case.obligee_id, *(m.participant_id for m in case.members))
    }
    stored = participants.read(work.session, work.keys, sorted(named - {""}))
    return {one.participant.participant_id: one.participant for one in stored}


SERVICERS = (Servicer("childsupport.case.v1.PartyCaseReadService", OwnCases()),)
