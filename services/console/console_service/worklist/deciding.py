"""Accept, reject, reply: one step each, where the matter of an item is decided; then the next."""

from collections.abc import Callable, Mapping

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.case.v1 import dispute_service_pb2 as dispute_pb
from childsupport.case.v1 import party_service_pb2 as party_pb
from childsupport.case.v1 import worklist_service_pb2 as pb
from childsupport.case.v1.dispute_service_pb2_grpc import DisputeServiceStub
from childsupport.case.v1.party_service_pb2_grpc import PartyServiceStub
from childsupport.case.v1.worklist_service_pb2_grpc import (
    WorklistReadServiceStub,
    WorklistServiceStub,
)
from console_service.saying import DECISIONS
from console_service.worklist import item_page
from web.site import Page
from web.visit import Visit

NOTE_CHARACTERS_MAX = 1_000
_FIELDS = {
    "message": "reject_reason",
    "answer": "reject_reason",
    "text": "reply_text",
    "note": "return_note",
}
_DISPUTE_FIELDS = {"answer": "dispute_answer", "reasons": "dispute_reasons", "note": "return_note"}


def accept(visit: Visit) -> Response:
    """Accept what was reported or uploaded, or acknowledge an alert."""
    item, form = _item(visit), visit.form
    message = form.text("accept_message", required=False, longest=NOTE_CHARACTERS_MAX)

    def call() -> None:
        if item.about_type == "change":
            changes = visit.stub("case", PartyServiceStub)
            wanted = party_pb.AcceptChangeRequest(
                request_id=form.request_id, change_id=item.about_id, etag=form.raw("etag")
            )
            changes.AcceptChange(wanted, **visit.as_person)
            return
        visit.stub("case", WorklistServiceStub).AcceptItem(
            pb.AcceptItemRequest(
                request_id=form.request_id,
                item_id=item.item_id,
                etag=form.raw("etag"),
                message=message,
            ),
            **visit.as_person,
        )

    alert = item.kind == pb.WORKLIST_KIND_ALERT
    return _do(visit, call, "worklist.noted" if alert else "worklist.accepted")


def reject(visit: Visit) -> Response:
    """Reject it; the person reads why."""
    item, form = _item(visit), visit.form
    reason = form.text("reject_reason", longest=NOTE_CHARACTERS_MAX)

    def call() -> None:
        if item.about_type == "change":
            changes = visit.stub("case", PartyServiceStub)
            wanted = party_pb.RejectChangeRequest(
                request_id=form.request_id,
                change_id=item.about_id,
                etag=form.raw("etag"),
                answer=reason,
            )
            changes.RejectChange(wanted, **visit.as_person)
            return
        visit.stub("case", WorklistServiceStub).RejectItem(
            pb.RejectItemRequest(
                request_id=form.request_id,
                item_id=item.item_id,
                etag=form.raw("etag"),
                message=reason,
            ),
            **visit.as_person,
        )

    return _do(visit, call, "worklist.rejected")


def reply(visit: Visit) -> Response:
    """Answer the message of a party."""
    form = visit.form
    text = form.text("reply_text")
    asked = pb.ReplyToItemRequest(
        request_id=form.request_id,
        item_id=visit.request.path_params["item_id"],
        etag=form.raw("etag"),
        text=text,
    )
    items = visit.stub("case", WorklistServiceStub)
    return _do(visit, lambda: items.ReplyToItem(asked, **visit.as_person), "worklist.answered")


def answer(visit: Visit) -> Response:
    """Answer a dispute, at once or by a second person."""
    item, form = _item(visit), visit.form
    decisions = [dispute_pb.DisputeDecision.Name(one) for one in DECISIONS]
    decision = form.choice("decision", decisions)
    second = form.checked("second_person")
    asked = dispute_pb.AnswerDisputeRequest(
        request_id=form.request_id,
        dispute_id=item.about_id,
        etag=form.raw("etag"),
        answer=form.text("dispute_answer"),
        reasons=form.text("dispute_reasons"),
        second_person=second,
    )
    if decision:
        asked.decision = dispute_pb.DisputeDecision.Value(decision)
    disputes = visit.stub("case", DisputeServiceStub)
    return _do(
        visit,
        lambda: disputes.AnswerDispute(asked, **visit.as_person),
        "worklist.proposed" if second else "worklist.answered",
        _DISPUTE_FIELDS,
    )


def confirm_answer(visit: Visit) -> Response:
    """Confirm, as the second person, what somebody else proposed."""
    item, form = _item(visit), visit.form
    asked = dispute_pb.ConfirmAnswerRequest(
        request_id=form.request_id, dispute_id=item.about_id, etag=form.raw("etag")
    )
    disputes = visit.stub("case", DisputeServiceStub)
    return _do(visit, lambda: disputes.ConfirmAnswer(asked, **visit.as_person), "worklist.answered")


def return_answer(visit: Visit) -> Response:
    """Give a proposed answer back with a note."""
    item, form = _item(visit), visit.form
    asked = dispute_pb.ReturnAnswerRequest(
        request_id=form.request_id,
        dispute_id=item.about_id,
        etag=form.raw("etag"),
        note=form.text("return_note", longest=NOTE_CHARACTERS_MAX),
    )
    disputes = visit.stub("case", DisputeServiceStub)
    return _do(visit, lambda: disputes.ReturnAnswer(asked, **visit.as_person), "worklist.returned")


def _item(visit: Visit) -> pb.WorklistItem:
    reads = visit.stub("case", WorklistReadServiceStub)
    asked = pb.GetItemRequest(item_id=visit.request.path_params["item_id"])
    return reads.GetItem(asked, **visit.as_person).item


def _do(
    visit: Visit,
    call: Callable[[], object],
    done: str,
    fields: Mapping[str, str] | None = None,
) -> Response:
    """Do it and go on to the next item; show the page again with what stands against it."""
    if visit.form.errors:
        return item_page.show(visit)
    next_id = item_page.next_of(visit, visit.request.path_params["item_id"])
    try:
        call()
    except PlatformError as error:
        visit.form.refuse(error, _FIELDS if fields is None else fields)
        return item_page.show(visit)
    return item_page.go_on(visit, next_id, done)


PAGES = (
    Page("/worklist/{item_id}/accept", None, accept),
    Page("/worklist/{item_id}/reject", None, reject),
    Page("/worklist/{item_id}/reply", None, reply),
    Page("/worklist/{item_id}/answer", None, answer),
    Page("/worklist/{item_id}/confirm", None, confirm_answer),
    Page("/worklist/{item_id}/return", None, return_answer),
)
