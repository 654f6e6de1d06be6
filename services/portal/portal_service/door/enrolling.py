"""How an account comes to see its parent's cases: where one stands, and Kentucky's way (PIN).

Seeds 000 and 001: the office or the hotline first, the next day the details, then a PIN by e-mail.
"""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from starlette.responses import Response

from chassis.dates import from_date
from chassis.errors import PlatformError
from childsupport.identity.v1 import account_service_pb2 as account_pb
from childsupport.identity.v1 import enrolment_service_pb2 as pb
from childsupport.identity.v1.account_service_pb2_grpc import AccountReadServiceStub
from childsupport.identity.v1.enrolment_service_pb2_grpc import (
    EnrolmentReadServiceStub,
    EnrolmentServiceStub,
)
from portal_service.door.trying import breaks, is_limit, try_later
from portal_service.keeper import parent
from portal_service.menu import HOME
from web.i18n import N_
from web.site import Page, Who
from web.visit import Visit

WRONG_PIN = N_(
    "This PIN is wrong, was used before or has ended. After five wrong ones it counts no more:"
    " send your details again to get another."
)


def show(visit: Visit) -> Response:
    """Show where one stands, and what comes next."""
    if parent(visit).needs_second_factor:
        return visit.render("door/enrol_second_factor.html")
    stands = enrolment(visit)
    if stands.flow == pb.ENROLMENT_FLOW_KEY:
        return visit.render("door/enrol_key.html", stands=stands, sent=_told(visit, "key_asked"))
    sent = _told(visit, "access_asked")
    return visit.render("door/enrol_pin.html", stands=stands, sent=sent)


def show_details(visit: Visit) -> Response:
    """Ask for date of birth, identification number and e-mail address."""
    return visit.render("door/enrol_details.html")


def take_details(visit: Visit) -> Response:
    """Ask for access. The answer comes by mail, whether or not the details match."""
    form = visit.form
    born = form.day("birth_date")
    asked = pb.RequestAccessRequest(
        request_id=form.request_id,
        session_token=token(visit),
        birth_date=from_date(born),
        participant_number=form.text("number", longest=32),
        email=form.text("email", longest=254),
    )
    if form.errors:
        return show_details(visit)
    try:
        enrolments(visit).RequestAccess(asked, **visit.as_site)
    except PlatformError as error:
        if is_limit(error):
            return try_later(visit, error)
        raise
    return visit.redirect("/enrol", done="door.details_sent")


def show_pin(visit: Visit) -> Response:
    """Ask for the PIN."""
    return visit.render("door/enrol_enter_pin.html", stands=enrolment(visit))


def take_pin(visit: Visit) -> Response:
    """Enter the PIN; the cases are open from now on."""
    pin = visit.form.text("pin", longest=40)
    if visit.form.errors:
        return show_pin(visit)
    asked = pb.EnterPinRequest(
        request_id=visit.form.request_id, session_token=token(visit), pin=pin
    )
    try:
        enrolments(visit).EnterPin(asked, **visit.as_site)
    except PlatformError as error:
        if is_limit(error):
            return try_later(visit, error)
        if not breaks(error, "pin"):
            raise
        visit.form.wrong("pin", WRONG_PIN)
        return show_pin(visit)
    return visit.redirect(HOME, done="door.enrolled")


def enrolment(visit: Visit) -> pb.GetEnrolmentResponse:
    """Return how far the account is on its way."""
    reads = visit.stub("identity", EnrolmentReadServiceStub)
    asked = pb.GetEnrolmentRequest(session_token=token(visit))
    return reads.GetEnrolment(asked, **visit.as_site)


def enrolments(visit: Visit) -> EnrolmentServiceStub:
    """Return the stub of identity's enrolment."""
    return visit.stub("identity", EnrolmentServiceStub)


def token(visit: Visit) -> str:
    """Return the token of the session."""
    return visit.person.session_token if visit.person is not None else ""


def _told(visit: Visit, kind: str) -> Timestamp | datetime | None:
    """Return when something last happened to the account."""
    reads = visit.stub("identity", AccountReadServiceStub)
    asked = account_pb.ListAccountEventsRequest(session_token=token(visit))
    listed = reads.ListAccountEvents(asked, **visit.as_site).events
    return next((one.event_time for one in listed if one.kind == kind), None)


PAGES = (
    Page("/enrol", show, who=Who.LOGGED_IN, mobile=True),
    Page("/enrol/details", show_details, take_details, who=Who.LOGGED_IN, mobile=True),
    Page("/enrol/pin", show_pin, take_pin, who=Who.LOGGED_IN, mobile=True),
)
MESSAGES = {
    "door.details_sent": N_("Your details are sent. Look into your e-mail."),
    "door.enrolled": N_("Done. Your account can see your case from now on."),
}
