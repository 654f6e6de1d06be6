"""A case on one page: who, orders and terms, balances, last payments, next clocks, history."""

from collections.abc import Sequence

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import clock_service_pb2 as clock_pb
from childsupport.case.v1 import worklist_service_pb2 as worklist_pb
from childsupport.case.v1.case_service_pb2_grpc import CaseReadServiceStub
from childsupport.case.v1.clock_service_pb2_grpc import ClockReadServiceStub, HistoryReadServiceStub
from childsupport.case.v1.worklist_service_pb2_grpc import WorklistReadServiceStub
from childsupport.common.v1 import explanation_pb2
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.payments.v1 import statement_service_pb2 as pb
from childsupport.payments.v1.statement_service_pb2_grpc import StatementReadServiceStub
from console_service import offices, saying
from console_service.keeper import may
from web.site import Page
from web.visit import Visit

PAYMENTS_SHOWN = 10
HISTORY_SHOWN = 12
HISTORY_PAGE = 100
ROWS_MAX = 1_000
CLOCKS_MAX = 100
ITEMS_MAX = 50


def show(visit: Visit) -> Response:
    """Show a case."""
    case_id = visit.request.path_params["case_id"]
    reads = visit.stub("case", CaseReadServiceStub)
    answer = reads.GetCase(case_pb.GetCaseRequest(case_id=case_id), **visit.as_person)
    case = answer.case
    return visit.render(
        "cases/case.html",
        case=case,
        people=_people(case, answer.participants),
        names={one.participant_id: _name(one) for one in answer.participants},
        statement=_statement(visit, case),
        payments=_payments(visit, case),
        clocks=_clocks(visit, case_id),
        items=_items(visit, case_id),
        kind_of=saying.kind_of,
        history=_history(visit, case_id, HISTORY_SHOWN).entries,
        offices=offices.names(visit),
        said=saying,
    )


def history(visit: Visit) -> Response:
    """Show everything that happened in a case, page by page."""
    case_id = visit.request.path_params["case_id"]
    token = visit.request.query_params.get("page", "")
    answer = _history(visit, case_id, HISTORY_PAGE, token)
    return visit.render(
        "cases/history.html",
        case_id=case_id,
        entries=answer.entries,
        next_page=answer.next_page_token,
        first_page=not token,
    )


def _name(one: case_pb.Participant) -> str:
    return f"{one.first_name} {one.last_name}".strip()


def _people(
    case: case_pb.Case, participants: Sequence[case_pb.Participant]
) -> list[tuple[str, case_pb.Participant]]:
    """Return everybody who is in the case with what he is in it, those who have left it last."""
    known = {one.participant_id: one for one in participants}
    roles: list[tuple[str, str]] = [
        (saying.PARTY_ROLES[1], case.obligor_id),
        (saying.PARTY_ROLES[2], case.obligee_id),
    ]
    members = sorted(case.members, key=lambda one: (one.until.year, one.role))
    roles += [(saying.MEMBER_ROLES.get(one.role, ""), one.participant_id) for one in members]
    return [(role, known[who]) for role, who in roles if who in known]


def _statement(visit: Visit, case: case_pb.Case) -> pb.GetAccountStatementResponse | None:
    """Return what is owed; None when the books know nothing of the case, or the worker may not."""
    if not case.obligor_id or not may(visit, "payments.read"):
        return None
    asked = pb.GetAccountStatementRequest(
        subject=_subject(case), audience=explanation_pb2.AUDIENCE_WORKER
    )
    books = visit.stub("payments", StatementReadServiceStub)
    try:
        return books.GetAccountStatement(asked, **visit.as_person)
    except PlatformError as error:
        if error.reason != ErrorReason.ERROR_REASON_NOT_FOUND:
            raise
        return None


def _payments(visit: Visit, case: case_pb.Case) -> list[pb.HistoryRow]:
    """Return the last payments of the case, newest first."""
    if not case.obligor_id or not may(visit, "payments.read"):
        return []
    asked = pb.ListPaymentHistoryRequest(
        subject=_subject(case),
        audience=explanation_pb2.AUDIENCE_WORKER,
        page_size=ROWS_MAX,
    )
    books = visit.stub("payments", StatementReadServiceStub)
    try:
        rows = books.ListPaymentHistory(asked, **visit.as_person).rows
    except PlatformError as error:
        if error.reason != ErrorReason.ERROR_REASON_NOT_FOUND:
            raise
        return []
    paid = [one for one in rows if one.movement == pb.MOVEMENT_PAYMENT]
    return paid[: -PAYMENTS_SHOWN - 1 : -1]


def _subject(case: case_pb.Case) -> pb.StatementSubject:
    return pb.StatementSubject(obligor_id=case.obligor_id, case_number=case.case_number)


def _clocks(visit: Visit, case_id: str) -> Sequence[clock_pb.Clock]:
    asked = clock_pb.ListClocksRequest(
        case_id=case_id,
        states=[clock_pb.CLOCK_STATE_RUNNING, clock_pb.CLOCK_STATE_MISSED],
        page_size=CLOCKS_MAX,
    )
    reads = visit.stub("case", ClockReadServiceStub)
    return list(reads.ListClocks(asked, **visit.as_person).clocks)


def _items(visit: Visit, case_id: str) -> Sequence[worklist_pb.WorklistItem]:
    asked = worklist_pb.ListItemsRequest(case_id=case_id, page_size=ITEMS_MAX)
    reads = visit.stub("case", WorklistReadServiceStub)
    return list(reads.ListItems(asked, **visit.as_person).items)


def _history(
    visit: Visit, case_id: str, size: int, token: str = ""
) -> clock_pb.ListHistoryResponse:
    asked = clock_pb.ListHistoryRequest(
        case_id=case_id,
        order=clock_pb.HISTORY_ORDER_NEWEST_FIRST,
        page_size=size,
        page_token=token,
    )
    reads = visit.stub("case", HistoryReadServiceStub)
    return reads.ListHistory(asked, **visit.as_person)


PAGES = (
    Page("/cases/{case_id}", show),
    Page("/cases/{case_id}/history", history),
)
