"""A worker takes the mailed invitation: own password, own authenticator app, recovery codes."""

import segno
from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.identity.v1 import worker_service_pb2 as pb
from childsupport.identity.v1.worker_service_pb2_grpc import WorkerSessionServiceStub
from console_service.door.entering import origin
from web.i18n import N_
from web.site import Page, Who
from web.visit import Visit

QR_SCALE = 5
URI_CHARACTERS_MAX = 400
URI_BEGINS = "otpauth://totp/"
NOT_THE_SAME = N_("The two passwords are not the same.")
WRONG_CODE = N_("This code does not fit. Wait for the next one in your app and type that.")
DEAD_LINK = N_(
    "This link was used before, or its 24 hours are over. Ask your supervisor for another one."
)


def show(visit: Visit) -> Response:
    """Ask for a password. A look alone uses up nothing: mail programs look at links, too."""
    return visit.render("door/invitation.html", token=visit.request.path_params["token"])


def set_password(visit: Visit) -> Response:
    """Set the password and show the secret of the app, as a picture and to be typed."""
    form, token = visit.form, visit.request.path_params["token"]
    password, again = form.secret("password"), form.secret("again")
    if not form.errors and password != again:
        form.wrong("again", NOT_THE_SAME)
    if form.errors:
        return show(visit)
    asked = pb.AcceptInvitationRequest(
        request_id=form.request_id, token=token, password=password, origin=origin(visit)
    )
    try:
        answer = visit.stub("identity", WorkerSessionServiceStub).AcceptInvitation(
            asked, **visit.as_site
        )
    except PlatformError as error:
        _refuse(visit, error, {"password": "password"})
        return show(visit)
    return _app_page(visit, answer.secret, answer.uri)


def confirm(visit: Visit) -> Response:
    """Take a code of the app; tell the recovery codes, once."""
    form, token = visit.form, visit.request.path_params["token"]
    code = form.secret("code")
    secret, uri = form.raw("secret"), form.raw("uri")
    if form.errors:
        return _app_page(visit, secret, uri)
    asked = pb.ConfirmInvitationRequest(
        request_id=form.request_id,
        token=token,
        totp_code="".join(code.split()),
        origin=origin(visit),
    )
    try:
        answer = visit.stub("identity", WorkerSessionServiceStub).ConfirmInvitation(
            asked, **visit.as_site
        )
    except PlatformError as error:
        _refuse(visit, error, {"totp_code": "code"})
        return _app_page(visit, secret, uri)
    return visit.render(
        "door/codes.html", worker_id=answer.worker_id, codes=list(answer.recovery_codes)
    )


def _app_page(visit: Visit, secret: str, uri: str) -> Response:
    picture = ""
    if uri.startswith(URI_BEGINS) and len(uri) <= URI_CHARACTERS_MAX:
        picture = segno.make(uri, error="m").svg_inline(scale=QR_SCALE, border=2)
    return visit.render(
        "door/app.html",
        token=visit.request.path_params["token"],
        secret=secret,
        uri=uri,
        picture=picture,
    )


def _refuse(visit: Visit, error: PlatformError, fields: dict[str, str]) -> None:
    rule = error.metadata.get("rule")
    if rule == "totp_code":
        visit.form.wrong("code", WRONG_CODE)
    elif rule == "link":
        visit.form.wrong("", DEAD_LINK)
    else:
        visit.form.refuse(error, fields)


PAGES = (
    Page("/invitation/{token}", show, set_password, who=Who.ANYBODY),
    Page("/invitation/{token}/app", None, confirm, who=Who.ANYBODY),
)
