"""Wisconsin's way (seeds 004): a key by letter to the address on file, used once with the login."""

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.identity.v1 import enrolment_service_pb2 as pb
from portal_service.door.enrolling import enrolment, enrolments, token
from portal_service.door.signing_in import NO_SUCH_LOGIN
from portal_service.door.trying import Reason, breaks, is_limit, origin, say, try_later
from portal_service.menu import HOME
from web.i18n import N_
from web.site import Page, Who
from web.visit import Visit

SSN, NUMBER = "ssn", "number"

WRONG_KEY = N_(
    "This key is wrong, was used before or has ended, or you asked for a later one. Only the key of"
    " your newest letter counts."
)
BAD_SSN = N_("Enter the nine digits of your Social Security number.")
ONE_OF_TWO = N_("Enter your Social Security number, or else the PIN of our letters: one of them.")


def show_request(visit: Visit) -> Response:
    """Ask for the name, and for one of two numbers."""
    return visit.render("door/key_request.html", stands=enrolment(visit))


def take_request(visit: Visit) -> Response:
    """Ask for a key. The answer is the same whether or not the details match."""
    form = visit.form
    first_name, last_name = form.text("first_name"), form.text("last_name")
    ssn, number = form.text(SSN, required=False), form.text(NUMBER, required=False)
    if bool(ssn) == bool(number):
        form.wrong(SSN, ONE_OF_TWO)
    if form.errors:
        return show_request(visit)
    asked = pb.RequestKeyRequest(
        request_id=form.request_id,
        session_token=token(visit),
        first_name=first_name,
        last_name=last_name,
        ssn=ssn,
        participant_number=number,
    )
    try:
        enrolments(visit).RequestKey(asked, **visit.as_site)
    except PlatformError as error:
        if is_limit(error):
            return try_later(visit, error)
        say(visit, error, {"ssn": (SSN, BAD_SSN)})
        return show_request(visit)
    return visit.redirect("/enrol", done="door.key_asked")


def show_activate(visit: Visit) -> Response:
    """Ask for login, password and the key of the letter."""
    return visit.render("door/key_activate.html")


def activate(visit: Visit) -> Response:
    """Use the key; the account sees the cases from now on."""
    form = visit.form
    asked = pb.ActivateWithKeyRequest(
        request_id=form.request_id,
        login=form.text("login", longest=254),
        password=form.secret("password"),
        key=form.text("key", longest=64),
        origin=origin(visit),
    )
    if form.errors:
        return show_activate(visit)
    try:
        enrolments(visit).ActivateWithKey(asked, **visit.as_site)
    except PlatformError as error:
        if is_limit(error):
            return try_later(visit, error)
        if error.reason == Reason.ERROR_REASON_UNAUTHENTICATED:
            form.wrong("", NO_SUCH_LOGIN)
        elif breaks(error, "key"):
            form.wrong("key", WRONG_KEY)
        else:
            raise
        return show_activate(visit)
    if visit.person is not None:
        return visit.redirect(HOME, done="door.enrolled")
    return visit.redirect("/log-in", done="door.activated")


PAGES = (
    Page("/enrol/key", show_request, take_request, who=Who.LOGGED_IN, mobile=True),
    Page("/enrol/activate", show_activate, activate, who=Who.ANYBODY, mobile=True),
)
MESSAGES = {
    "door.key_asked": N_("Your request is taken. If your details match, a letter is on its way."),
    "door.activated": N_("Your key is used and your access is active. Sign in now."),
}
