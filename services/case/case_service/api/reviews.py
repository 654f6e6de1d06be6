"""Takes reviews from their request to their end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from google.type.date_pb2 import Date

import policy
from case_service.actions import comparing, own_reviews, review_outcomes
from case_service.actions import reviews as actions
from case_service.actions.desk import case_of, check_party, party_case, text_of
from case_service.actions.recording import refuse
from case_service.domain.desk.access import is_id
from case_service.domain.guidelines import GuidelineError, GuidelineResult, compute
from case_service.domain.guidelines.inputs import Column
from case_service.domain.model import Violation
from case_service.domain.orders.model import AmountChange
from case_service.guideline_messages import input_from_message, response_message
from case_service.messages import FREQUENCIES, case_message
from case_service.review_messages import (
    CONCLUSIONS,
    INCOMES,
    STATES,
    comparison_message,
    income_message,
    review_message,
    said,
)
from case_service.store import cases
from case_service.store import reviews as store
from chassis.dates import from_date, to_date
from chassis.errors import invalid_field, not_found
from chassis.grpc import paging
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.case.v1 import guideline_service_pb2 as guideline_pb
from childsupport.case.v1 import review_service_pb2 as pb

MAX_STATEMENT_CHARS = 4_000
MAX_MONTHLY_CENTS = 100_000_000


class Reviews:
    """Takes a review from its request to its end."""

    def AskForReview(self, request: pb.AskForReviewRequest, work: Work) -> pb.AskForReviewResponse:
        """Take a parent's own request."""
        case = party_case(work, request.case_id, request.participant_id)
        check_parent(request.participant_id, (case.obligor_id, case.obligee_id))
        stored = actions.ask(work, case.case_id, _asked(request, "party"))
        mine = own_reviews.shown(work, stored, request.participant_id)
        return pb.AskForReviewResponse(review=review_message(mine))

    def OpenReview(self, request: pb.OpenReviewRequest, work: Work) -> pb.OpenReviewResponse:
        """Open a review for a parent who asked on paper, or for the agency."""
        case = case_of(work, request.case_id)
        if request.participant_id:
            check_party(work, case, request.participant_id, "participant_id")
        origin = "worker" if request.participant_id else "agency"
        asked = replace(
            _asked(request, origin), requested_on=past(request.requested_on, "requested_on", work)
        )
        stored = actions.ask(work, case.case_id, asked)
        return pb.OpenReviewResponse(review=review_message(stored))

    def DecideReviewRequest(
        self, request: pb.DecideReviewRequestRequest, work: Work
    ) -> pb.DecideReviewRequestResponse:
        """Accept or refuse a request."""
        needed = not request.accept
        reasons = text_of("reasons", request.reasons, MAX_STATEMENT_CHARS, needed=needed)
        located_on = to_date(request.located_on, "located_on")
        decision = actions.Decision(request.accept, reasons, located_on)
        stored = actions.decide(work, review_id(request.review_id), decision, request.etag)
        return pb.DecideReviewRequestResponse(review=review_message(stored))

    def RecordReviewIncome(
        self, request: pb.RecordReviewIncomeRequest, work: Work
    ) -> pb.RecordReviewIncomeResponse:
        """Record what shows a parent's income."""
        wrong = []
        if request.kind not in INCOMES:
            wrong.append(Violation("kind", "must be said"))
        if not 0 <= request.monthly_cents <= MAX_MONTHLY_CENTS:
            wrong.append(Violation("monthly_cents", f"0 to {MAX_MONTHLY_CENTS}"))
        refuse(wrong)
        income = store.Income(
            income_id=new_id(),
            review_id=review_id(request.review_id),
            participant_id=request.participant_id,
            kind=INCOMES[request.kind],
            monthly_cents=request.monthly_cents,
            note=text_of("note", request.note, MAX_STATEMENT_CHARS, needed=False),
            document_ids=tuple(request.document_ids),
            received_on=past(request.received_on, "received_on", work),
            recorded_by=work.caller.person,
        )
        kept = actions.collect_income(work, income)
        return pb.RecordReviewIncomeResponse(income=income_message(kept))

    def CompareReview(
        self, request: pb.CompareReviewRequest, work: Work
    ) -> pb.CompareReviewResponse:
        """Compute the guidelines anew and hold them against the order."""
        key = review_id(request.review_id)
        column = _column(request.obligor_column)
        given = guideline_pb.ComputeGuidelineRequest()
        given.CopyFrom(request.guideline)
        if not given.HasField("effective_date"):
            given.effective_date.CopyFrom(from_date(work.clock.today()) or Date())
        result = _computed(given, work)
        worksheet = comparing.Worksheet(
            result=result,
            obligor_column=column,
            health_care_need=request.health_care_need,
            said=said(given, response_message(result)),
        )
        kept = comparing.compare(work, key, worksheet, request.etag)
        return pb.CompareReviewResponse(
            comparison=comparison_message(kept), review=review_message(read(work, key))
        )

    def ConcludeReview(
        self, request: pb.ConcludeReviewRequest, work: Work
    ) -> pb.ConcludeReviewResponse:
        """Say what a review comes to."""
        if request.conclusion not in CONCLUSIONS:
            raise invalid_field("conclusion", "must be said")
        given = review_outcomes.Conclusion(
            state=CONCLUSIONS[request.conclusion],
            reasons=text_of("reasons", request.reasons, MAX_STATEMENT_CHARS),
            filed_on=to_date(request.filed_on, "filed_on"),
            notice_on=to_date(request.notice_on, "notice_on"),
            court_number=request.court_number.strip(),
        )
        refuse(review_outcomes.conclusion_violations(given, work.clock.today()))
        stored = review_outcomes.conclude(work, review_id(request.review_id), given, request.etag)
        return pb.ConcludeReviewResponse(review=review_message(stored))

    def ContestReview(
        self, request: pb.ContestReviewRequest, work: Work
    ) -> pb.ContestReviewResponse:
        """Go on with a review whose result a parent contests."""
        statement = text_of("statement", request.statement, MAX_STATEMENT_CHARS)
        stored = review_outcomes.contest(
            work,
            review_id(request.review_id),
            request.participant_id,
            statement,
            tuple(request.document_ids),
        )
        mine = own_reviews.shown(work, stored, request.participant_id)
        return pb.ContestReviewResponse(review=review_message(mine))

    def RecordReviewResult(
        self, request: pb.RecordReviewResultRequest, work: Work
    ) -> pb.RecordReviewResultResponse:
        """Record what the court did."""
        refuse(_result_violations(request, work.clock.today()))
        result = review_outcomes.Result(
            entered_on=to_date(request.entered_on, "entered_on") or work.clock.today(),
            reasons=text_of("reasons", request.reasons, MAX_STATEMENT_CHARS),
            denied=request.denied,
            effective_from=to_date(request.effective_from, "effective_from"),
            changes=tuple(
                AmountChange(one.obligation_id, one.amount_cents, FREQUENCIES[one.frequency])
                for one in request.amounts
            ),
            notice_on=to_date(request.notice_on, "notice_on"),
        )
        key = review_id(request.review_id)
        stored = review_outcomes.record_result(work, key, result, request.etag)
        case = cases.read(work.session, [stored.review.case_id])[0]
        return pb.RecordReviewResultResponse(
            review=review_message(stored), case=case_message(case.case, case.version)
        )

    def WithdrawReview(
        self, request: pb.WithdrawReviewRequest, work: Work
    ) -> pb.WithdrawReviewResponse:
        """Take back one's own request."""
        if not is_id(request.participant_id):
            raise not_found("review", request.review_id)
        stored = review_outcomes.end(
            work,
            review_id(request.review_id),
            "The parent who asked for it took the request back.",
            participant_id=request.participant_id,
        )
        mine = own_reviews.shown(work, stored, request.participant_id)
        return pb.WithdrawReviewResponse(review=review_message(mine))

    def CancelReview(self, request: pb.CancelReviewRequest, work: Work) -> pb.CancelReviewResponse:
        """End a review that lost its object."""
        reasons = text_of("reasons", request.reasons, MAX_STATEMENT_CHARS)
        stored = review_outcomes.end(work, review_id(request.review_id), reasons, etag=request.etag)
        return pb.CancelReviewResponse(review=review_message(stored))


class ReviewReads:
    """Reads reviews."""

    def GetReview(self, request: pb.GetReviewRequest, work: Work) -> pb.GetReviewResponse:
        """Return one review with its evidence and comparisons."""
        key = review_id(request.review_id)
        stored = read(work, key)
        return pb.GetReviewResponse(
            review=review_message(stored),
            incomes=[income_message(one) for one in store.incomes(work.session, work.keys, key)],
            comparisons=[
                comparison_message(one) for one in store.comparisons(work.session, work.keys, key)
            ],
        )

    def ListReviews(self, request: pb.ListReviewsRequest, work: Work) -> pb.ListReviewsResponse:
        """List reviews, oldest first."""
        if request.case_id:
            case_of(work, request.case_id)
        states = sorted({STATES[state] for state in request.states if state in STATES})
        listing = f"reviews:{request.case_id}:{','.join(states)}"
        size = paging.page_size(request)
        after = paging.decode_token(work.keys, request.page_token, listing=listing)
        page = store.page(work.session, work.keys, request.case_id, states, after, size + 1)
        last = page[size - 1].review.review_id if len(page) > size else ""
        return pb.ListReviewsResponse(
            reviews=[review_message(stored) for stored in page[:size]],
            next_page_token=paging.encode_token(work.keys, last, listing=listing),
        )


def _asked(request: pb.AskForReviewRequest | pb.OpenReviewRequest, origin: str) -> actions.Asked:
    return actions.Asked(
        origin=origin,
        order_id=request.order_id,
        participant_id=request.participant_id,
        grounds=tuple(request.grounds),
        document_ids=tuple(request.document_ids),
        statement=text_of("statement", request.statement, MAX_STATEMENT_CHARS, needed=False),
    )


def check_parent(participant_id: str, parents: Sequence[str]) -> None:
    """Raise INVALID_FIELD when it is a party who neither owes nor is owed."""
    if participant_id not in parents:
        raise invalid_field("participant_id", "must be the obligor or the obligee of the case")


def _column(value: str) -> Column:
    if value == "a":
        return "a"
    if value == "b":
        return "b"
    raise invalid_field("obligor_column", "a or b: the column that the obligor stands in")


def _computed(given: guideline_pb.ComputeGuidelineRequest, work: Work) -> GuidelineResult:
    try:
        return compute(input_from_message(given), policy.load(work.settings.jurisdiction))
    except GuidelineError as error:
        raise invalid_field(
            f"guideline.{error.field}", f"read {error.read}; {error.rule}"
        ) from error


def _result_violations(request: pb.RecordReviewResultRequest, today: date) -> list[Violation]:
    wrong = []
    entered_on = to_date(request.entered_on, "entered_on")
    if entered_on is None or entered_on > today:
        wrong.append(Violation("entered_on", f"{today} or before"))
    if request.denied and (request.amounts or request.HasField("effective_from")):
        wrong.append(Violation("amounts", "empty, and no effective_from: the motion was denied"))
    if not request.denied and not request.amounts:
        wrong.append(Violation("amounts", "what the court ordered"))
    wrong += [
        Violation(f"amounts[{n}].frequency", "must be said")
        for n, one in enumerate(request.amounts)
        if one.frequency not in FREQUENCIES
    ]
    return wrong


def past(value: Date, field: str, work: Work) -> date:
    """The day, today when it is not said. Raises an error that names the field."""
    today = work.clock.today()
    day = to_date(value, field) or today
    if day > today:
        raise invalid_field(field, "today or before")
    return day


def review_id(value: str) -> str:
    """The id of a review. Raises NOT_FOUND for what can be none."""
    if not is_id(value):
        raise not_found("review", value)
    return value


def read(work: Work, key: str) -> store.Stored:
    """Return a review. Raises NOT_FOUND."""
    stored = store.read(work.session, work.keys, key)
    if stored is None:
        raise not_found("review", key)
    return stored
