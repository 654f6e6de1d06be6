"""Workers come and go. Nobody chooses or learns another's password: a link is mailed."""

from collections.abc import Callable

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.identity.v1 import worker_service_pb2 as pb
from childsupport.identity.v1.worker_service_pb2_grpc import (
    WorkerAccountServiceStub,
    WorkerReadServiceStub,
)
from console_service import offices, saying
from console_service.keeper import may, session_of
from console_service.worklist import filters
from web.site import Page
from web.visit import Visit

NAME_CHARACTERS_MAX = 120
EMAIL_CHARACTERS_MAX = 254
REASON_CHARACTERS_MAX = 500
PAGE_SIZE = 200
_FIELDS = {
    "worker_id": "worker_id",
    "display_name": "display_name",
    "email": "email",
    "roles": "role",
    "office_ids": "worker_office",
    "reason": "end_reason",
}


def show(visit: Visit) -> Response:
    """List the workers of an office, those who were ended too."""
    wanted = filters.read(visit, ())
    asked = pb.ListWorkersRequest(office_id=wanted.office, ended=True, page_size=PAGE_SIZE)
    reads = visit.stub("identity", WorkerReadServiceStub)
    return visit.render(
        "team/workers.html",
        filters=wanted,
        workers=reads.ListWorkers(asked, **visit.as_person).workers,
        offices=offices.names(visit),
        roles=[(pb.WorkerRole.Name(one), label) for one, label in saying.WORKER_ROLES.items()],
        own_id=session_of(visit).worker_id,
        writes=may(visit, "identity.workers.write"),
        ended=pb.WORKER_STATE_ENDED,
        said=saying,
    )


def invite(visit: Visit) -> Response:
    """Make a worker; the invitation goes by mail."""
    form = visit.form
    role = form.choice("role", [pb.WorkerRole.Name(one) for one in saying.WORKER_ROLES])
    asked = pb.CreateWorkerRequest(
        request_id=form.request_id,
        worker_id=form.text("worker_id").lower(),
        display_name=form.text("display_name", longest=NAME_CHARACTERS_MAX),
        email=form.text("email", longest=EMAIL_CHARACTERS_MAX),
        office_ids=[form.text("worker_office")],
        roles=[pb.WorkerRole.Value(role)] if role else [],
    )
    return _do(
        visit, lambda: _workers(visit).CreateWorker(asked, **visit.as_person), "team.invited"
    )


def reset(visit: Visit) -> Response:
    """Sign a worker out everywhere and mail a link to set up again."""
    form = visit.form
    asked = pb.StartWorkerResetRequest(
        request_id=form.request_id, worker_id=form.text("reset_worker")
    )
    return _do(
        visit, lambda: _workers(visit).StartWorkerReset(asked, **visit.as_person), "team.reset"
    )


def end(visit: Visit) -> Response:
    """End a worker for good."""
    form = visit.form
    asked = pb.EndWorkerRequest(
        request_id=form.request_id,
        worker_id=form.text("end_worker"),
        reason=form.text("end_reason", longest=REASON_CHARACTERS_MAX),
    )
    return _do(visit, lambda: _workers(visit).EndWorker(asked, **visit.as_person), "team.ended")


def _workers(visit: Visit) -> WorkerAccountServiceStub:
    return visit.stub("identity", WorkerAccountServiceStub)


def _do(visit: Visit, call: Callable[[], object], done: str) -> Response:
    if visit.form.errors:
        return show(visit)
    try:
        call()
    except PlatformError as error:
        visit.form.refuse(error, _FIELDS)
        return show(visit)
    return visit.redirect("/workers", done=done)


PAGES = (
    Page("/workers", show, invite),
    Page("/workers/reset", None, reset),
    Page("/workers/end", None, end),
)
