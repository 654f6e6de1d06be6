"""Open the case that was applied for, or refuse the application with a reason."""

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.case.v1 import application_service_pb2 as pb
from childsupport.case.v1 import worklist_service_pb2 as worklist_pb
from childsupport.case.v1.application_service_pb2_grpc import (
    ApplicationReadServiceStub,
    ApplicationServiceStub,
)
from childsupport.case.v1.worklist_service_pb2_grpc import WorklistReadServiceStub
from console_service.keeper import session_of
from console_service.worklist import identities, item_page
from web.site import Page
from web.visit import Visit

REASON_CHARACTERS_MAX = 1_000


def open_case(visit: Visit) -> Response:
    """Open the case and go to it: its number is what the applicant is told."""
    form, application = visit.form, _application(visit)
    people = identities.people(visit, application)
    said = {one.field: identities.chosen(form, one) for one in people}
    parents = len(application.content.other_parents)
    owing = form.number("owing_parent", required=False, most=parents) if parents > 1 else 0
    if form.errors:
        return item_page.show(visit)
    asked = pb.AcceptApplicationRequest(
        request_id=form.request_id,
        application_id=application.application_id,
        etag=form.raw("etag"),
        applicant=said["who_applicant"],
        other_parents=[said[f"who_parent_{n}"] for n in range(parents)],
        children=[said[f"who_child_{n}"] for n in range(len(application.content.children))],
        owing_parent=owing,
        worker_id=session_of(visit).worker_id if form.checked("to_me") else "",
    )
    applications = visit.stub("case", ApplicationServiceStub)
    try:
        opened = applications.AcceptApplication(asked, **visit.as_person).application
    except PlatformError as error:
        form.refuse(error, {"owing_parent": "owing_parent"})
        return item_page.show(visit)
    return visit.redirect(f"/cases/{opened.case_id}", done="worklist.opened")


def refuse(visit: Visit) -> Response:
    """Refuse the application; the applicant is told why."""
    form, application = visit.form, _application(visit)
    reason = form.text("refuse_reason", longest=REASON_CHARACTERS_MAX)
    applicant = identities.people(visit, application)[0]
    asked = pb.RefuseApplicationRequest(
        request_id=form.request_id,
        application_id=application.application_id,
        etag=form.raw("etag"),
        reason=reason,
        applicant=identities.chosen(form, applicant),
    )
    if form.errors:
        return item_page.show(visit)
    applications = visit.stub("case", ApplicationServiceStub)
    next_id = item_page.next_of(visit, visit.request.path_params["item_id"])
    try:
        applications.RefuseApplication(asked, **visit.as_person)
    except PlatformError as error:
        form.refuse(error, {"reason": "refuse_reason"})
        return item_page.show(visit)
    return item_page.go_on(visit, next_id, "worklist.refused")


def _application(visit: Visit) -> pb.Application:
    items = visit.stub("case", WorklistReadServiceStub)
    asked = worklist_pb.GetItemRequest(item_id=visit.request.path_params["item_id"])
    item = items.GetItem(asked, **visit.as_person).item
    reads = visit.stub("case", ApplicationReadServiceStub)
    wanted = pb.GetApplicationRequest(application_id=item.about_id)
    return reads.GetApplication(wanted, **visit.as_person).application


PAGES = (
    Page("/worklist/{item_id}/open-case", None, open_case),
    Page("/worklist/{item_id}/refuse", None, refuse),
)
