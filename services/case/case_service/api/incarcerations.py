"""Records incarcerations, beside the reviews that they give a right to."""

from case_service.actions import incarceration as actions
from case_service.actions.recording import refuse
from case_service.api.reviews import ReviewReads, Reviews, past
from case_service.domain.desk.access import is_id
from case_service.domain.model import Violation
from case_service.review_messages import incarceration_message
from case_service.store import incarcerations as store
from chassis.dates import to_date
from chassis.errors import not_found
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import review_service_pb2 as pb


class ReviewsAndIncarcerations(Reviews):
    """Takes reviews to their end, and records incarcerations."""

    def RecordIncarceration(
        self, request: pb.RecordIncarcerationRequest, work: Work
    ) -> pb.RecordIncarcerationResponse:
        """Record that somebody is incarcerated, or what is newly known of it."""
        if not is_id(request.participant_id):
            raise not_found("participant", request.participant_id)
        if request.incarceration_id and not is_id(request.incarceration_id):
            raise not_found("incarceration", request.incarceration_id)
        since = to_date(request.since, "since")
        until = to_date(request.expected_until, "expected_until")
        released = to_date(request.released_on, "released_on")
        learned_on = past(request.learned_on, "learned_on", work)
        wrong = []
        if since is None:
            wrong.append(Violation("since", "its first day"))
        elif until and until < since:
            wrong.append(Violation("expected_until", f"{since} or later"))
        if released and (released > work.clock.today() or (since and released < since)):
            wrong.append(Violation("released_on", "between its first day and today"))
        refuse(wrong)
        given = store.Incarceration(
            incarceration_id=request.incarceration_id,
            participant_id=request.participant_id,
            learned_on=learned_on,
            since=since or learned_on,
            expected_until=until,
            released_on=released,
        )
        one, told = actions.learn(work, given, request.etag)
        return pb.RecordIncarcerationResponse(
            incarceration=incarceration_message(one), told_case_ids=told
        )


class ReviewAndIncarcerationReads(ReviewReads):
    """Reads reviews and incarcerations."""

    def ListIncarcerations(
        self, request: pb.ListIncarcerationsRequest, work: Work
    ) -> pb.ListIncarcerationsResponse:
        """List what is known of somebody's incarcerations."""
        if not is_id(request.participant_id):
            raise not_found("participant", request.participant_id)
        listing = f"incarcerations:{request.participant_id}"
        size = paging.page_size(request)
        after = paging.decode_token(work.keys, request.page_token, listing=listing)
        page = store.of_participant(work.session, request.participant_id, after, size + 1)
        last = page[size - 1].incarceration_id if len(page) > size else ""
        return pb.ListIncarcerationsResponse(
            incarcerations=[incarceration_message(one) for one in page[:size]],
            next_page_token=paging.encode_token(work.keys, last, listing=listing),
        )


SERVICERS = (
    Servicer("childsupport.case.v1.ReviewReadService", ReviewAndIncarcerationReads()),
    Servicer("childsupport.case.v1.ReviewService", ReviewsAndIncarcerations()),
)
