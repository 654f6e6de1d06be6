"""The worklist: what waits for a caseworker, and the views of a supervisor."""

from collections.abc import Sequence

from case_service.actions import worklist_moves as actions
from case_service.api.desk_pages import day_place, decode_place, encode_place
from case_service.domain.desk import worklist as domain
from case_service.domain.desk.access import is_id
from case_service.store import worklist as store
from chassis.dates import from_date, from_instant
from chassis.errors import invalid_field, not_found
from chassis.grpc import paging
from chassis.runtime import Work
from chassis.service import Servicer
from childsupport.case.v1 import worklist_service_pb2 as pb

MAX_MOVES = 100

KINDS = {
    code: name.removeprefix("WORKLIST_KIND_") for name, code in pb.WorklistKind.items() if code
}
STATES = {
    code: name.removeprefix("WORKLIST_STATE_").lower()
    for name, code in pb.WorklistState.items()
    if code
}
_KIND_VALUES = {value: code for code, value in KINDS.items()}
_STATE_VALUES = {value: code for code, value in STATES.items()}


class WorklistReads:
    """Reads worklists."""

    def ListItems(self, request: pb.ListItemsRequest, work: Work) -> pb.ListItemsResponse:
        """List items by the day that they are due."""
        size = paging.page_size(request)
        after = day_place(decode_place(work, request.page_token, "items"))
        found = store.page(work.session, work.keys, _filter(request, work), after, size + 1)
        token = ""
        if len(found) > size:
            due, item_id = store.place(found[size - 1])
            token = encode_place(work, (due.isoformat(), item_id), "items")
        return pb.ListItemsResponse(items=_messages(work, found[:size]), next_page_token=token)

    def GetItem(self, request: pb.GetItemRequest, work: Work) -> pb.GetItemResponse:
        """Return one item with everything that was done with it."""
        item = None
        if is_id(request.item_id):
            item = store.read(work.session, work.keys, request.item_id)
        if item is None:
            raise not_found("item", request.item_id)
        moves = store.moves(work.session, work.keys, item.item_id, MAX_MOVES)
        return pb.GetItemResponse(
            item=_message(work, item),
            moves=[
                pb.WorklistMove(
                    at=from_instant(m.at),
                    by=m.by,
                    action=m.action,
                    office_id=m.office_id,
                    worker_id=m.worker_id,
                    note=m.note,
                )
                for m in moves
            ],
        )

    def ListLoads(self, request: pb.ListLoadsRequest, work: Work) -> pb.ListLoadsResponse:
        """Count what is open by worker and type."""
        loads = store.loads(work.session, request.office_id, work.clock.today())
        return pb.ListLoadsResponse(
            loads=[
                pb.WorkerLoad(
                    office_id=one.office_id,
                    worker_id=one.worker_id,
                    kind=_KIND_VALUES[one.kind],
                    items=one.items,
                    overdue=one.overdue,
                    escalated=one.escalated,
                )
                for one in loads
            ]
        )

    def ListOfficeCases(
        self, request: pb.ListOfficeCasesRequest, work: Work
    ) -> pb.ListOfficeCasesResponse:
        """List all cases of an office or of a worker."""
        if not request.office_id and not request.worker_id:
            raise invalid_field("office_id", "office_id or worker_id must be said")
        size = paging.page_size(request)
        after = paging.decode_token(work.keys, request.page_token, listing="office_cases")
        which = store.OfficeFilter(request.office_id, request.worker_id, request.unassigned)
        found = store.office_cases(work.session, which, work.clock.today(), after, size + 1)
        last = found[size - 1].case_number if len(found) > size else ""
        return pb.ListOfficeCasesResponse(
            cases=[
                pb.OfficeCase(
                    case_id=one.case_id,
                    case_number=one.case_number,
                    open=one.open,
                    office_id=one.office_id,
                    worker_id=one.worker_id,
                    items=one.items,
                    overdue=one.overdue,
                )
                for one in found[:size]
            ],
            next_page_token=paging.encode_token(work.keys, last, listing="office_cases"),
        )


class Worklist:
    """Works on items."""

    def TakeItem(self, request: pb.TakeItemRequest, work: Work) -> pb.TakeItemResponse:
        """Take an item that nobody has."""
        item = actions.take(work, request.item_id, request.etag)
        return pb.TakeItemResponse(item=_message(work, item))

    def ReleaseItem(self, request: pb.ReleaseItemRequest, work: Work) -> pb.ReleaseItemResponse:
        """Give an item back to its office."""
        item = actions.release(work, request.item_id, request.etag)
        return pb.ReleaseItemResponse(item=_message(work, item))

    def ForwardItem(self, request: pb.ForwardItemRequest, work: Work) -> pb.ForwardItemResponse:
        """Hand an item to another worker or office, with a note."""
        to = (request.office_id, request.worker_id)
        item = actions.forward(work, request.item_id, request.etag, to, request.note)
        return pb.ForwardItemResponse(item=_message(work, item))

    def AcceptItem(self, request: pb.AcceptItemRequest, work: Work) -> pb.AcceptItemResponse:
        """Accept what an item is about."""
        item = actions.accept(work, request.item_id, request.etag, request.message)
        return pb.AcceptItemResponse(item=_message(work, item))

    def RejectItem(self, request: pb.RejectItemRequest, work: Work) -> pb.RejectItemResponse:
        """Reject what an item is about."""
        item = actions.reject(work, request.item_id, request.etag, request.message)
        return pb.RejectItemResponse(item=_message(work, item))

    def ReplyToItem(self, request: pb.ReplyToItemRequest, work: Work) -> pb.ReplyToItemResponse:
        """Answer the message that an item is about."""
        item = actions.reply(work, request.item_id, request.etag, request.text)
        return pb.ReplyToItemResponse(item=_message(work, item))

    def EscalateItem(self, request: pb.EscalateItemRequest, work: Work) -> pb.EscalateItemResponse:
        """Put an item before the supervisor, or take that back."""
        item = actions.escalate(
            work, request.item_id, request.etag, request.note, up=request.escalated
        )
        return pb.EscalateItemResponse(item=_message(work, item))

    def AssignItems(self, request: pb.AssignItemsRequest, work: Work) -> pb.AssignItemsResponse:
        """Assign many items to one worker."""
        items = actions.assign(work, request.item_ids, request.worker_id, request.note)
        return pb.AssignItemsResponse(items=_messages(work, items))

    def HandOver(self, request: pb.HandOverRequest, work: Work) -> pb.HandOverResponse:
        """Hand all that a worker has to another."""
        done = actions.hand_over(work, request.from_worker_id, request.to_worker_id, request.note)
        return pb.HandOverResponse(
            items=done.items, cases=done.cases, appointments=done.appointments, more=done.more
        )


def _filter(request: pb.ListItemsRequest, work: Work) -> store.Filter:
    if request.case_id and not is_id(request.case_id):
        raise invalid_field("case_id", "must be an id (UUID in lower case)")
    if request.unassigned and request.worker_id:
        raise invalid_field(
            "unassigned", "what a worker has is not unassigned: ask for one of them"
        )
    return store.Filter(
        office_id=request.office_id,
        worker_id=request.worker_id,
        unassigned=request.unassigned,
        kinds=[KINDS[kind] for kind in request.kinds if kind],
        state=STATES.get(request.state, domain.OPEN),
        case_id=request.case_id,
        about_id=request.about_id,
        due_before=work.clock.today() if request.overdue else None,
        escalated=request.escalated,
    )


def _message(work: Work, item: domain.Item) -> pb.WorklistItem:
    return _messages(work, [item])[0]


def _messages(work: Work, items: Sequence[domain.Item]) -> list[pb.WorklistItem]:
    today = work.clock.today()
    numbers = store.case_numbers(work.session, [i.case_id for i in items if i.case_id])
    return [
        pb.WorklistItem(
            item_id=item.item_id,
            kind=_KIND_VALUES[item.kind],
            case_id=item.case_id,
            case_number=numbers.get(item.case_id, ""),
            about_id=item.about_id,
            about_type=item.about_type,
            line=domain.line(item),
            office_id=item.office_id,
            worker_id=item.worker_id,
            state=_STATE_VALUES[item.state],
            due_on=from_date(item.due_on),
            overdue=domain.overdue(item, today),
            escalated=item.escalated,
            created_at=from_instant(item.created_at),
            closed_at=from_instant(item.closed_at),
            etag=str(item.version),
        )
        for item in items
    ]


SERVICERS = (
    Servicer("childsupport.case.v1.WorklistReadService", WorklistReads()),
    Servicer("childsupport.case.v1.WorklistService", Worklist()),
)
