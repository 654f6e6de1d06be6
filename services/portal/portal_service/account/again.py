"""Showing password and second factor again before a sensitive change (ASVS 5.0, 7.5.1).

A page that makes one begins with `if asked := again.ask(visit): return asked`, in GET and POST.
"""

from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from chassis.errors import PlatformError
from childsupport.identity.v1 import account_service_pb2 as pb
from portal_service.door.signing_in import CODES_CLOSED, NO_CODE_IS_READ, accounts
from portal_service.door.trying import Reason, breaks, is_limit, onward, origin, try_later
from portal_service.keeper import parent
from web.i18n import N_
from web.site import Page, Who
from web.visit import MOBILE, SEE_OTHER, Visit

CONFIRM = "/account/confirm"
RECENT_S = 20 * 60
"""As long as identity takes it for recent (`reauthentication_minutes`); identity decides."""
_SPARE_S = 60
"""A page is still to be filled in and sent."""

WRONG = N_("The password or the code is wrong. A code works only once: wait for the next.")


def ask(visit: Visit) -> Response | None:
    """Return where to show the password first; None when it was shown a short while ago.

    The session comes from this very visit, so its last use is now.
    """
    session = parent(visit).session
    since_s = session.touch_time.seconds - session.reauthenticate_time.seconds
    spare_s = 0 if visit.request.method == "POST" else _SPARE_S
    return to_confirm(visit) if since_s >= RECENT_S - spare_s else None


def to_confirm(visit: Visit) -> Response:
    """Lead to the page that asks for the password, and from there back to this one."""
    back = visit.request.url.path.removeprefix(MOBILE)
    place = visit.path(CONFIRM) + "?" + urlencode({"next": back})
    return visit.finish(RedirectResponse(place, SEE_OTHER))


def needed(error: PlatformError) -> bool:
    """Tell whether identity asks for the password first."""
    return (
        error.reason == Reason.ERROR_REASON_FAILED_PRECONDITION
        and error.metadata.get("rule") == "reauthentication"
    )


def show(visit: Visit) -> Response:
    """Ask for the password, and for a code where an app is set up."""
    session = parent(visit).session
    return visit.render("account/confirm.html", next=onward(visit), session=session)


def take(visit: Visit) -> Response:
    """Show both; the session gets another token."""
    session, form = parent(visit).session, visit.form
    asked = pb.ReauthenticateRequest(
        request_id=form.request_id,
        session_token=visit.cookies.get("sid"),
        password=form.secret("password"),
        origin=origin(visit),
    )
    if session.totp:
        code = form.text("code", longest=64)
        if form.checked("recovery"):
            asked.recovery_code = code
        else:
            asked.totp_code = code.replace(" ", "")
    if form.errors:
        return show(visit)
    try:
        renewed = accounts(visit).Reauthenticate(asked, **visit.as_site)
    except PlatformError as error:
        if is_limit(error):
            return try_later(visit, error)
        if breaks(error, CODES_CLOSED):
            form.wrong("code", NO_CODE_IS_READ)
            return show(visit)
        if error.reason != Reason.ERROR_REASON_UNAUTHENTICATED:
            raise
        form.wrong("password", WRONG)
        return show(visit)
    visit.cookies.set("sid", renewed.session_token)
    return visit.redirect(onward(visit) or "/account")


PAGES = (Page(CONFIRM, show, take, who=Who.LOGGED_IN, mobile=True),)
