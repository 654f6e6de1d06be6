"""Who has an item: take it, give it back, forward it, put it before the supervisor."""

from collections.abc import Callable

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.case.v1 import worklist_service_pb2 as pb
from childsupport.case.v1.worklist_service_pb2_grpc import WorklistServiceStub
from console_service import offices
from console_service.worklist import item_page
from console_service.worklist.listing import NO_SUCH_WORKER
from web.i18n import N_
from web.site import Page
from web.visit import Visit

NOTE_CHARACTERS_MAX = 1_000
TO_WHOM = N_("Say to whom it goes: a worker, or another office.")


def take(visit: Visit) -> Response:
    """Take an item that nobody has, and stay with it."""
    asked = pb.TakeItemRequest(**_named(visit))
    items = visit.stub("case", WorklistServiceStub)
    return _do(
        visit, lambda: items.TakeItem(asked, **visit.as_person), "worklist.taken", stays=True
    )


def release(visit: Visit) -> Response:
    """Give an item back to its office."""
    asked = pb.ReleaseItemRequest(**_named(visit))
    items = visit.stub("case", WorklistServiceStub)
    return _do(visit, lambda: items.ReleaseItem(asked, **visit.as_person), "worklist.released")


def forward(visit: Visit) -> Response:
    """Hand an item to another worker or office, with a note."""
    form = visit.form
    worker_id = form.text("forward_worker", required=False).lower()
    office_id = form.text("forward_office", required=False)
    if not worker_id and not office_id:
        form.wrong("forward_worker", TO_WHOM)
    elif worker_id and not offices.is_colleague(visit, worker_id):
        form.wrong("forward_worker", NO_SUCH_WORKER)
    asked = pb.ForwardItemRequest(
        worker_id=worker_id,
        office_id=office_id,
        note=form.text("forward_note", longest=NOTE_CHARACTERS_MAX),
        **_named(visit),
    )
    items = visit.stub("case", WorklistServiceStub)
    fields = {
        "worker_id": "forward_worker",
        "office_id": "forward_office",
        "note": "forward_note",
    }
    return _do(
        visit, lambda: items.ForwardItem(asked, **visit.as_person), "worklist.forwarded", fields
    )


def escalate(visit: Visit) -> Response:
    """Put an item before the supervisor, or take that back; it stays with who has it."""
    form = visit.form
    up = form.raw("up") == "1"
    asked = pb.EscalateItemRequest(
        escalated=up,
        note=form.text("escalate_note", longest=NOTE_CHARACTERS_MAX),
        **_named(visit),
    )
    items = visit.stub("case", WorklistServiceStub)
    return _do(
        visit,
        lambda: items.EscalateItem(asked, **visit.as_person),
        "worklist.escalated" if up else "worklist.de_escalated",
        {"note": "escalate_note"},
        stays=True,
    )


def _named(visit: Visit) -> dict[str, str]:
    return {
        "request_id": visit.form.request_id,
        "item_id": visit.request.path_params["item_id"],
        "etag": visit.form.raw("item_etag"),
    }


def _do(
    visit: Visit,
    call: Callable[[], object],
    done: str,
    fields: dict[str, str] | None = None,
    *,
    stays: bool = False,
) -> Response:
    if visit.form.errors:
        return item_page.show(visit)
    item_id = visit.request.path_params["item_id"]
    next_id = item_id if stays else item_page.next_of(visit, item_id)
    try:
        call()
    except PlatformError as error:
        visit.form.refuse(error, fields)
        return item_page.show(visit)
    return item_page.go_on(visit, next_id, done)


PAGES = (
    Page("/worklist/{item_id}/take", None, take),
    Page("/worklist/{item_id}/release", None, release),
    Page("/worklist/{item_id}/forward", None, forward),
    Page("/worklist/{item_id}/escalate", None, escalate),
)
