"""Records what courts ordered, and what happens in the lives of those whom it is about."""

import policy
from case_service.actions import life_events, orders
from case_service.api import ids
from case_service.api.order_reads import details, details_of_case
from case_service.domain.orders import model as domain
from case_service.domain.orders.model import Version
from case_service.domain.orders.reaching import permitted_from
from case_service.messages import FREQUENCIES
from case_service.order_messages import (
    GROUNDS,
    day,
    detail_message,
    event_from_message,
    event_message,
    new_obligations,
    stated_terms,
    text_from_message,
)
from chassis.dates import to_date
from chassis.errors import invalid_field
from chassis.explanations import step_message
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import order_service_pb2 as pb


@ids.checked
class OrderWrites:
    """Records, changes, corrects and ends orders."""

    def RecordOrder(self, request: pb.RecordOrderRequest, work: Work) -> pb.RecordOrderResponse:
        """Record an order with its obligations."""
        new = domain.NewOrder(
            text=text_from_message(request.order),
            obligations=tuple(new_obligations(request.obligations, "obligations")),
            document_id=request.document_id,
            order_id=request.order_id,
        )
        version = orders.record_order(work, request.case_id, new, etag=request.etag)
        return pb.RecordOrderResponse(order=_detail(work, version))

    def ModifyOrder(self, request: pb.ModifyOrderRequest, work: Work) -> pb.ModifyOrderResponse:
        """Change an order as a court did."""
        change = _modification(request)
        version = orders.modify_order(work, request.order_id, change, etag=request.etag)
        _, steps = permitted_from(
            change.entered_on,
            change.filed_on,
            change.notice_on,
            policy.load(),
            work.clock.today(),
        )
        return pb.ModifyOrderResponse(
            order=_detail(work, version), steps=[step_message(step) for step in steps]
        )

    def CorrectOrder(self, request: pb.CorrectOrderRequest, work: Work) -> pb.CorrectOrderResponse:
        """Put an entry error right after the court's paper."""
        correction = domain.Correction(
            document_id=request.document_id,
            paper_says=request.paper_says,
            obligations=tuple(
                domain.CorrectedObligation(
                    m.obligation_id,
                    stated_terms(m.terms, f"obligations[{n}].terms"),
                    m.monthly_arrears_cents if m.HasField("monthly_arrears_cents") else None,
                )
                for n, m in enumerate(request.obligations)
            ),
            text=text_from_message(request.order) if request.HasField("order") else None,
        )
        version = orders.correct_order(work, request.order_id, correction, etag=request.etag)
        return pb.CorrectOrderResponse(order=_detail(work, version))

    def EndObligation(
        self, request: pb.EndObligationRequest, work: Work
    ) -> pb.EndObligationResponse:
        """End an obligation as a court ordered."""
        ground = GROUNDS.get(request.ground, "")
        if ground == "order" and not request.document_id:
            raise invalid_field("document_id", "the court's order that ends it")
        ending = domain.Ending(
            last_day=day(request.last_day, "last_day"),
            ground=ground,
            entered_on=to_date(request.entered_on, "entered_on"),
            filed_on=to_date(request.filed_on, "filed_on"),
            notice_on=to_date(request.notice_on, "notice_on"),
            document_id=request.document_id,
            explanation=request.explanation,
        )
        version = orders.end_obligation(work, request.obligation_id, ending, etag=request.etag)
        return pb.EndObligationResponse(order=_detail(work, version))

    def RecordChildEvent(
        self, request: pb.RecordChildEventRequest, work: Work
    ) -> pb.RecordChildEventResponse:
        """Record what happened to a child or its parents, and end what it ends by itself."""
        event = event_from_message(request.event, request.case_id)
        recorded = life_events.record_event(work, request.case_id, event)
        return pb.RecordChildEventResponse(
            event=event_message(recorded[-1]),
            orders=[detail_message(d) for d in details_of_case(work, request.case_id)],
        )

    def ExtendForSchool(
        self, request: pb.ExtendForSchoolRequest, work: Work
    ) -> pb.ExtendForSchoolResponse:
        """Record that a child is in high school, and let its support go on."""
        school = life_events.School(
            child_id=request.child_id,
            since=day(request.since, "since"),
            until=to_date(request.until, "until"),
            document_id=request.document_id,
        )
        life_events.extend_for_school(work, request.case_id, school)
        return pb.ExtendForSchoolResponse(
            orders=[detail_message(d) for d in details_of_case(work, request.case_id)]
        )

    def ReviveObligation(
        self, request: pb.ReviveObligationRequest, work: Work
    ) -> pb.ReviveObligationResponse:
        """Let an obligation be owed again."""
        revival = life_events.Revival(
            ground=GROUNDS.get(request.ground, ""),
            first_day=day(request.first_day, "first_day"),
            document_id=request.document_id,
            event_id=request.event_id,
            explanation=request.explanation,
        )
        version = life_events.revive_obligation(
            work, request.obligation_id, revival, etag=request.etag
        )
        return pb.ReviveObligationResponse(order=_detail(work, version))


def _modification(request: pb.ModifyOrderRequest) -> domain.Modification:
    return domain.Modification(
        effective_from=day(request.effective_from, "effective_from"),
        entered_on=day(request.entered_on, "entered_on"),
        changes=tuple(
            domain.AmountChange(
                m.obligation_id,
                m.amount_cents,
                FREQUENCIES.get(m.frequency, ""),
                m.monthly_arrears_cents if m.HasField("monthly_arrears_cents") else None,
            )
            for m in request.changes
        ),
        filed_on=to_date(request.filed_on, "filed_on"),
        notice_on=to_date(request.notice_on, "notice_on"),
        added=tuple(new_obligations(request.added, "added")),
        children=tuple(request.covers.children) if request.HasField("covers") else None,
        deviation_finding_id=request.deviation_finding_id,
        document_id=request.document_id,
        explanation=request.explanation,
    )


def _detail(work: Work, version: Version) -> pb.OrderDetail:
    (detail,) = details(work, [version.order_id], [version.case_id])
    return detail_message(detail)


SERVICERS = (Servicer("childsupport.case.v1.OrderService", OrderWrites()),)
