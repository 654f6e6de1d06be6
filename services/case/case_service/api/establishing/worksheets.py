"""Worksheets of orders, and support for the past, over gRPC."""

from case_service.actions.establishing import worksheets as actions
from case_service.actions.establishing.common import law_of
from case_service.actions.establishing.parentage import look
from case_service.api.establishing.paging import case_of, page_of
from case_service.domain.establishing import retroactive
from case_service.domain.establishing.household import children_of
from case_service.store import worksheets as store
from chassis.dates import from_date, from_instant, to_date
from chassis.errors import invalid_field, not_found
from chassis.explanations import step_message
from chassis.runtime import Work
from childsupport.case.v1 import establishment_service_pb2 as pb


class Worksheets:
    """Reads worksheets, and computes support for the past."""

    def GetWorksheet(self, request: pb.GetWorksheetRequest, work: Work) -> pb.GetWorksheetResponse:
        """Return the worksheet that an order stands on."""
        worksheet_id = request.worksheet_id
        found = store.read(work.session, work.keys, [worksheet_id]) if worksheet_id else []
        if not found:
            raise not_found("worksheet", worksheet_id)
        return pb.GetWorksheetResponse(worksheet=_message(work, found[0], whole=True))

    def ListWorksheets(
        self, request: pb.ListWorksheetsRequest, work: Work
    ) -> pb.ListWorksheetsResponse:
        """List the worksheets of a case, oldest first, without their lines."""
        case_of(work, request.case_id)
        rows, token = page_of(
            work,
            request,
            f"worksheets/{request.case_id}/{request.order_id}",
            lambda after, limit: store.page(
                work.session, request.case_id, request.order_id, int(after or 0), limit
            ),
            lambda row: str(row.number),
        )
        found = store.read(work.session, work.keys, [row.worksheet_id for row in rows])
        return pb.ListWorksheetsResponse(
            worksheets=[_message(work, one, whole=False) for one in found], next_page_token=token
        )

    def ExplainRetroactiveSupport(
        self, request: pb.ExplainRetroactiveSupportRequest, work: Work
    ) -> pb.ExplainRetroactiveSupportResponse:
        """Say how far back support can reach for a child, and what it comes to."""
        case = case_of(work, request.case_id)
        if request.child_id not in children_of(case):
            raise not_found("child of the case", request.child_id)
        filed_on = to_date(request.filed_on, "filed_on")
        order_from = to_date(request.order_from, "order_from")
        if filed_on is None or order_from is None:
            missing = "order_from" if filed_on else "filed_on"
            raise invalid_field(missing, "the day must be said")
        if request.monthly_cents < 0:
            raise invalid_field("monthly_cents", "must not be negative")
        born = look(work, case, [request.child_id])[0].child.birth_date
        if born is None:
            raise invalid_field("child_id", "a child whose date of birth is recorded")
        law = law_of(work)
        petition = retroactive.Petition(filed_on, request.paternity_action)
        found = retroactive.retroactive(
            retroactive.permitted_from(petition, born, law),
            order_from,
            request.monthly_cents,
            law,
            to_date(request.apart_since, "apart_since"),
        )
        return pb.ExplainRetroactiveSupportResponse(
            permitted_from=from_date(found.permitted_from),
            first_day=from_date(found.first_day),
            last_day=from_date(found.last_day),
            months=found.months,
            days=found.days,
            amount_cents=found.amount_cents,
            steps=[step_message(step) for step in found.steps],
        )


class WorksheetWrites:
    """Keeps worksheets beside the orders that they led to."""

    def AttachWorksheet(
        self, request: pb.AttachWorksheetRequest, work: Work
    ) -> pb.AttachWorksheetResponse:
        """Compute the guidelines for an order, compare, and keep both."""
        attachment = actions.Attachment(
            case_id=request.case_id,
            order_id=request.order_id,
            given=request.guideline,
            obligor_column=request.obligor_column,
            obligation_ids=tuple(request.obligation_ids),
        )
        worksheet = actions.attach(work, attachment)
        return pb.AttachWorksheetResponse(worksheet=_message(work, worksheet, whole=True))


def _message(work: Work, one: store.Worksheet, *, whole: bool) -> pb.OrderWorksheet:
    given = actions.input_of(one)
    return pb.OrderWorksheet(
        worksheet_id=one.worksheet_id,
        case_id=one.case_id,
        order_id=one.order_id,
        law_of=from_date(one.law_of),
        obligor_column=one.obligor_column,
        guideline_cents=one.guideline_cents,
        ordered_cents=one.ordered_cents,
        deviates=one.deviates,
        grounds=given.deviation.grounds,
        finding=given.deviation.finding,
        input=given if whole else None,
        result=actions.result_of(one) if whole else None,
        policy_checksum=one.policy_checksum,
        computes_the_same=whole and actions.computes_the_same(one, law_of(work)),
        recorded_by=one.recorded_by,
        recorded_at=from_instant(one.recorded_at),
    )
