"""Signing in, with the second factor where there is one; signing out; leaving quickly."""

from typing import cast
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from chassis.errors import PlatformError
from childsupport.identity.v1 import account_service_pb2 as pb
from childsupport.identity.v1.account_service_pb2_grpc import AccountServiceStub
from portal_service.door.trying import (
    Reason,
    breaks,
    is_limit,
    onward,
    origin,
    takes_passkeys,
    try_later,
)
from portal_service.menu import HOME
from portal_service.settings import PortalSettings
from web import csrf
from web.headers import CLEAR
from web.i18n import N_
from web.site import Page, Who
from web.visit import SEE_OTHER, Visit

SECOND = "/log-in/second"
LOG_IN = "/log-in"
CLEAR_BUT_COOKIES = '"cache", "storage"'
"""At signing out the device, the language and the view stay known; the session's cookie goes."""
OF_THE_VISITOR = ("form", "apply")
"""What else of whoever leaves is not for the next one at the computer: an open application too."""

NO_SUCH_LOGIN = N_("We know no account with this login and password. Check both and try again.")
WRONG_CODE = N_(
    "This code is wrong or was used before. If you waited long, go back and sign in again."
)
CODES_CLOSED = "second_factor_tries"
"""Identity's rule: too many codes in a row were wrong."""
NO_CODE_IS_READ = N_(
    "Too many codes in a row were wrong, so we read none any more. Set a new password with a link"
    " by mail (I forgot my password); then your codes work again."
)


def show_log_in(visit: Visit) -> Response:
    """Ask for login and password."""
    if visit.person is not None and not visit.form.errors:
        return visit.redirect(onward(visit) or HOME)
    ended = visit.request.query_params.get("ended") == "1"
    passkeys = takes_passkeys(visit)
    return visit.render("door/log_in.html", next=onward(visit), ended=ended, passkeys=passkeys)


def log_in(visit: Visit) -> Response:
    """Begin a session; one that this browser had before ends on the server."""
    login, password = visit.form.text("login", longest=254), visit.form.secret("password")
    if visit.form.errors:
        return show_log_in(visit)
    asked = pb.LogInRequest(
        request_id=visit.form.request_id, login=login, password=password, origin=origin(visit)
    )
    try:
        opened = accounts(visit).LogIn(asked, **visit.as_site)
    except PlatformError as error:
        if is_limit(error):
            return try_later(visit, error)
        if error.reason != Reason.ERROR_REASON_UNAUTHENTICATED:
            raise
        visit.form.wrong("", NO_SUCH_LOGIN)
        return show_log_in(visit)
    end_here(visit)
    if opened.session.state == pb.SESSION_STATE_SECOND_FACTOR:
        visit.cookies.set("half", opened.session_token)
        return _go(visit, SECOND, onward(visit))
    return enter(visit, opened)


def show_second(visit: Visit) -> Response:
    """Ask for a code of the authenticator app, or for a recovery code."""
    if not visit.cookies.get("half"):
        return _go(visit, LOG_IN, onward(visit))
    recovery = "recovery" in (visit.request.query_params.get("with"), visit.form.raw("with"))
    return visit.render("door/second.html", next=onward(visit), recovery=recovery)


def take_second(visit: Visit) -> Response:
    """Show the second factor; the session gets another token."""
    half = visit.cookies.get("half")
    if not half:
        return _go(visit, LOG_IN, onward(visit))
    code = visit.form.text("code", longest=64)
    if visit.form.errors:
        return show_second(visit)
    field = "recovery_code" if visit.form.raw("with") == "recovery" else "totp_code"
    asked = pb.CompleteLogInRequest(
        request_id=visit.form.request_id,
        session_token=half,
        origin=origin(visit),
        **{field: code if field == "recovery_code" else code.replace(" ", "")},
    )
    try:
        opened = accounts(visit).CompleteLogIn(asked, **visit.as_site)
    except PlatformError as error:
        if is_limit(error):
            return try_later(visit, error)
        closed = breaks(error, CODES_CLOSED)
        if not closed and error.reason != Reason.ERROR_REASON_UNAUTHENTICATED:
            raise
        visit.form.wrong("code", NO_CODE_IS_READ if closed else WRONG_CODE)
        return show_second(visit)
    return enter(visit, opened)


def enter(
    visit: Visit,
    opened: pb.LogInResponse | pb.CompleteLogInResponse | pb.CompletePasskeyLogInResponse,
) -> Response:
    """Give the browser its session, and go where the visitor wanted to."""
    visit.cookies.set("sid", opened.session_token)
    visit.cookies.set("device", opened.device_token)
    for name in ("half", "form", "passkey"):
        if visit.cookies.get(name):
            visit.cookies.set(name, "")
    if not visit.cookies.get("lang") and opened.session.language in visit.site.languages:
        visit.cookies.set("lang", opened.session.language)
    return visit.redirect(onward(visit) or HOME)


def log_out(visit: Visit) -> Response:
    """End the session on the server (ASVS 5.0, 7.4.1) and have the browser forget (14.3.1)."""
    end_here(visit)
    visit.person = None
    for name in OF_THE_VISITOR:
        visit.cookies.set(name, "")
    answer = visit.redirect(LOG_IN, done="door.signed_out")
    answer.headers["clear-site-data"] = CLEAR_BUT_COOKIES
    return answer


def leave(visit: Visit) -> Response:
    """Lead away from here at once; the session ends when it is the visitor who asks for it."""
    settings = cast(PortalSettings, visit.site.settings)
    answer: Response = RedirectResponse(settings.quick_exit, SEE_OTHER)
    if csrf.comes_from_here(visit.request, settings.public_origin):
        end_here(visit)
        for name in OF_THE_VISITOR:
            visit.cookies.set(name, "")
        answer.headers["clear-site-data"] = CLEAR
    return visit.finish(answer)


def stay(visit: Visit) -> Response:
    """Say that the session is in use; asking who it is has said so already."""
    return visit.finish(Response(status_code=204))


def accounts(visit: Visit) -> AccountServiceStub:
    """Return the stub of identity's accounts."""
    return visit.stub("identity", AccountServiceStub)


def end_here(visit: Visit) -> None:
    """End on the server whatever session this browser has."""
    for name in ("sid", "half"):
        if token := visit.cookies.get(name):
            accounts(visit).LogOut(pb.LogOutRequest(session_token=token), **visit.as_site)
            visit.cookies.set(name, "")


def _go(visit: Visit, path: str, onward_to: str) -> Response:
    place = visit.path(path) + ("?" + urlencode({"next": onward_to}) if onward_to else "")
    return visit.finish(RedirectResponse(place, SEE_OTHER))


PAGES = (
    Page(LOG_IN, show_log_in, log_in, who=Who.ANYBODY, mobile=True),
    Page(SECOND, show_second, take_second, who=Who.ANYBODY, mobile=True),
    Page("/log-out", None, log_out, who=Who.ANYBODY),
    Page("/leave", leave, who=Who.ANYBODY),
    Page("/session/stay", None, stay, who=Who.LOGGED_IN),
)
MESSAGES = {"door.signed_out": N_("You are signed out.")}
