"""Help and safety: leaving quickly, shared computers, the offices, accessibility, privacy."""

from starlette.responses import Response

from childsupport.case.v1 import application_service_pb2 as pb
from childsupport.case.v1.application_service_pb2_grpc import ApplicantReadServiceStub
from web.site import Page, Who
from web.visit import Visit


def show(visit: Visit) -> Response:
    """Show the help; with the offices that have said how they are reached."""
    request = pb.ListApplicationOfficesRequest()
    stub = visit.stub("case", ApplicantReadServiceStub)
    offices = stub.ListApplicationOffices(request, **visit.as_site).offices
    known = [one for one in offices if one.phone or one.street or one.email]
    return visit.render("public/help.html", offices=known)


PAGES = (Page("/help", show, who=Who.ANYBODY),)
