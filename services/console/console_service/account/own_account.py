"""Own sessions, own password, own recovery codes: each needs both factors, but a look."""

from dataclasses import replace

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import worker_service_pb2 as pb
from childsupport.identity.v1.worker_service_pb2_grpc import WorkerSessionServiceStub
from console_service import offices, saying
from console_service.door.entering import code_fields, origin
from console_service.keeper import session_of
from web.i18n import N_
from web.site import Page
from web.visit import Visit

NOT_THE_SAME = N_("The two passwords are not the same.")
NOT_RIGHT = N_("Password and code do not fit together. Check both and try again.")


def show(visit: Visit) -> Response:
    """Show the account and where it is signed in."""
    asked = pb.ListWorkerSessionsRequest(session_token=_token(visit))
    sessions = _workers(visit).ListWorkerSessions(asked, **visit.as_site).sessions
    session = session_of(visit)
    known = offices.names(visit) if "case.read" in session.scopes else {}
    return visit.render(
        "account/account.html",
        session=session,
        sessions=sessions,
        roles=[saying.WORKER_ROLES.get(one, "") for one in session.roles],
        offices=[known.get(one, one) for one in session.office_ids],
    )


def end_session(visit: Visit) -> Response:
    """End one of the other sessions, or all of them."""
    asked = pb.EndOtherWorkerSessionsRequest(
        session_token=_token(visit), ended_session_id=visit.form.raw("session_id")
    )
    _workers(visit).EndOtherWorkerSessions(asked, **visit.as_site)
    return visit.redirect("/account", done="account.ended")


def show_password(visit: Visit) -> Response:
    """Ask for the old password with a code, and for the new one."""
    return visit.render("account/password.html")


def change_password(visit: Visit) -> Response:
    """Change the password."""
    form = visit.form
    password, code = form.secret("password"), form.secret("code")
    new, again = form.secret("new_password"), form.secret("again")
    if not form.errors and new != again:
        form.wrong("again", NOT_THE_SAME)
    asked = pb.ChangeWorkerPasswordRequest(
        request_id=form.request_id,
        session_token=_token(visit),
        password=password,
        new_password=new,
        origin=origin(visit),
        **code_fields(code),
    )
    if form.errors:
        return show_password(visit)
    try:
        answer = _workers(visit).ChangeWorkerPassword(asked, **visit.as_site)
    except PlatformError as error:
        _refuse(visit, error)
        return show_password(visit)
    visit.cookies.set("sid", answer.session_token)
    return visit.redirect("/account", done="account.password")


def show_codes(visit: Visit) -> Response:
    """Ask for both factors before new recovery codes are told."""
    return visit.render("account/codes.html", codes=())


def make_codes(visit: Visit) -> Response:
    """Make recovery codes, shown only now. The session goes on with another token."""
    form = visit.form
    asked = pb.ReauthenticateWorkerRequest(
        request_id=form.request_id,
        session_token=_token(visit),
        password=form.secret("password"),
        origin=origin(visit),
        **code_fields(form.secret("code")),
    )
    if form.errors:
        return show_codes(visit)
    try:
        renewed = _workers(visit).ReauthenticateWorker(asked, **visit.as_site)
    except PlatformError as error:
        _refuse(visit, error)
        return show_codes(visit)
    visit.cookies.set("sid", renewed.session_token)
    wanted = pb.CreateWorkerRecoveryCodesRequest(
        request_id=visit.request_id, session_token=renewed.session_token
    )
    codes = _workers(visit).CreateWorkerRecoveryCodes(wanted, **visit.as_site).recovery_codes
    if visit.person is not None:
        # The forms of this page (signing out) belong to the session's new token.
        visit.person = replace(visit.person, session_token=renewed.session_token)
    return visit.render("account/codes.html", codes=list(codes))


def _refuse(visit: Visit, error: PlatformError) -> None:
    if error.reason == ErrorReason.ERROR_REASON_UNAUTHENTICATED:
        visit.form.wrong("", NOT_RIGHT)
    else:
        visit.form.refuse(error, {"new_password": "new_password"})


def _workers(visit: Visit) -> WorkerSessionServiceStub:
    return visit.stub("identity", WorkerSessionServiceStub)


def _token(visit: Visit) -> str:
    return visit.person.session_token if visit.person else ""


PAGES = (
    Page("/account", show),
    Page("/account/sessions", None, end_session),
    Page("/account/password", show_password, change_password),
    Page("/account/codes", show_codes, make_codes),
)
