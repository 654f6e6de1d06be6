"""Signing in with both factors at once, staying signed in, signing out."""

from starlette.responses import RedirectResponse, Response

from chassis.errors import PlatformError
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import account_service_pb2 as accounts_pb
from childsupport.identity.v1 import worker_service_pb2 as pb
from childsupport.identity.v1.worker_service_pb2_grpc import WorkerSessionServiceStub
from console_service.menu import HOME
from web.headers import CLEAR
from web.i18n import N_
from web.site import Page, Who
from web.visit import SEE_OTHER, Visit

TOTP_DIGITS = 6
LOGIN_CHARACTERS_MAX = 320
USER_AGENT_CHARACTERS_MAX = 200
NOT_RIGHT = N_("User name, password and code do not fit together. Check all three and try again.")


def begin(visit: Visit) -> Response:
    """Lead to the worklist, or to where one signs in."""
    return visit.redirect(HOME if visit.person is not None else "/log-in")


def show(visit: Visit) -> Response:
    """Ask for user name, password and code."""
    if visit.person is not None:
        return visit.redirect(HOME)
    query = visit.request.query_params
    return visit.render(
        "door/log_in.html",
        next=_local(visit.form.raw("next") or query.get("next", "")),
        ended=bool(query.get("ended")),
    )


def take(visit: Visit) -> Response:
    """Sign in. Every mistake gets one answer (ASVS 5.0, 6.3.8).

    A session that this browser had before ends on the server: it may be another worker's.
    """
    form = visit.form
    asked = pb.LogInWorkerRequest(
        request_id=form.request_id,
        login=form.text("login", longest=LOGIN_CHARACTERS_MAX),
        password=form.secret("password"),
        origin=origin(visit),
        **code_fields(form.secret("code")),
    )
    if form.errors:
        return show(visit)
    try:
        answer = visit.stub("identity", WorkerSessionServiceStub).LogInWorker(
            asked, **visit.as_site
        )
    except PlatformError as error:
        if error.reason != ErrorReason.ERROR_REASON_UNAUTHENTICATED:
            form.refuse(error)
        else:
            form.wrong("", NOT_RIGHT)
        return show(visit)
    end_here(visit)
    visit.cookies.set("sid", answer.session_token)
    visit.cookies.set("form", "")
    if answer.device_token:
        visit.cookies.set("device", answer.device_token)
    return visit.finish(RedirectResponse(_local(form.raw("next")) or HOME, SEE_OTHER))


def leave(visit: Visit) -> Response:
    """End the session on the server, and have the browser forget what it was shown."""
    end_here(visit)
    answer = RedirectResponse("/log-in?done=door.out", SEE_OTHER)
    answer.headers["clear-site-data"] = CLEAR
    return visit.finish(answer)


def end_here(visit: Visit) -> None:
    """End on the server whatever session this browser has."""
    if token := visit.cookies.get("sid"):
        asked = pb.LogOutWorkerRequest(session_token=token)
        visit.stub("identity", WorkerSessionServiceStub).LogOutWorker(asked, **visit.as_site)
        visit.cookies.set("sid", "")


def stay(visit: Visit) -> Response:
    """Answer a browser that says its worker is still there: the visit has prolonged it already."""
    if visit.request.headers.get("sec-fetch-mode") == "navigate":
        return visit.redirect(HOME)
    return visit.finish(Response(status_code=204))


def origin(visit: Visit) -> accounts_pb.Origin:
    """Return where a call comes from, for identity's counting of tries."""
    return accounts_pb.Origin(
        address=visit.address,
        device_token=visit.cookies.get("device"),
        user_agent=visit.request.headers.get("user-agent", "")[:USER_AGENT_CHARACTERS_MAX],
    )


def code_fields(typed: str) -> dict[str, str]:
    """Return what was typed as the app's code, or as a recovery code when it is no such one."""
    bare = "".join(typed.split())
    if bare.isdecimal() and len(bare) == TOTP_DIGITS:
        return {"totp_code": bare}
    return {"recovery_code": typed.strip()}


def _local(place: str) -> str:
    """Return a path of this site; empty for what could lead elsewhere."""
    safe = place.startswith("/") and not place.startswith(("//", "/\\"))
    return place if safe and place.isprintable() else ""


PAGES = (
    Page("/", begin, who=Who.ANYBODY),
    Page("/log-in", show, take, who=Who.ANYBODY),
    Page("/log-out", None, leave, who=Who.ANYBODY),
    Page("/session/stay", None, stay),
)
