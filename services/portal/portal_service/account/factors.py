"""The second step at signing in: an authenticator app, and recovery codes in its place."""

import segno
from markupsafe import Markup
from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.identity.v1 import account_service_pb2 as pb
from portal_service.account import again
from portal_service.door.signing_in import accounts
from portal_service.door.trying import breaks
from portal_service.keeper import parent
from web.i18n import N_
from web.site import Page, Who
from web.visit import Visit

APP, CODES = "/account/app", "/account/codes"
_MODULE_PX = 5
_OTPAUTH = "otpauth://totp/"
_URI_CHARACTERS_MAX = 400
_GROUP = 4

WRONG_CODE = N_("This code is not of the new app. Is the clock of your phone right?")


def show_app(visit: Visit) -> Response:
    """Show whether an app is set up; offer to set one up or to remove it."""
    return again.ask(visit) or visit.render("account/app.html", session=parent(visit).session)


def begin_app(visit: Visit) -> Response:
    """Make the secret and show it: to be scanned, or to be typed."""
    asked = pb.SetUpTotpRequest(
        request_id=visit.form.request_id, session_token=visit.cookies.get("sid")
    )
    try:
        made = accounts(visit).SetUpTotp(asked, **visit.as_site)
    except PlatformError as error:
        return _first_confirm(visit, error)
    return _show_secret(visit, made.secret, made.uri)


def confirm_app(visit: Visit) -> Response:
    """Put the app into force with a code of it."""
    form = visit.form
    secret, uri = form.raw("secret"), form.raw("uri")[:_URI_CHARACTERS_MAX]
    if not uri.startswith(_OTPAUTH):
        return visit.redirect(APP)
    code = form.text("code", longest=16)
    if not form.errors:
        asked = pb.ConfirmTotpRequest(
            request_id=form.request_id,
            session_token=visit.cookies.get("sid"),
            totp_code=code.replace(" ", ""),
        )
        try:
            accounts(visit).ConfirmTotp(asked, **visit.as_site)
        except PlatformError as error:
            if not breaks(error, "totp_code"):
                return _first_confirm(visit, error)
            form.wrong("code", WRONG_CODE)
    if form.errors:
        return _show_secret(visit, secret, uri)
    has_codes = parent(visit).session.recovery_codes_left
    return visit.redirect("/account" if has_codes else CODES, done="account.app_added")


def remove_app(visit: Visit) -> Response:
    """Remove the app."""
    asked = pb.RemoveTotpRequest(
        request_id=visit.form.request_id, session_token=visit.cookies.get("sid")
    )
    try:
        accounts(visit).RemoveTotp(asked, **visit.as_site)
    except PlatformError as error:
        return _first_confirm(visit, error)
    return visit.redirect("/account", done="account.app_removed")


def show_codes(visit: Visit) -> Response:
    """Show how many recovery codes are left; offer to make new ones."""
    left = parent(visit).session.recovery_codes_left
    return again.ask(visit) or visit.render("account/codes.html", left=left, codes=())


def make_codes(visit: Visit) -> Response:
    """Make recovery codes and show them, this once."""
    asked = pb.CreateRecoveryCodesRequest(
        request_id=visit.form.request_id, session_token=visit.cookies.get("sid")
    )
    try:
        made = accounts(visit).CreateRecoveryCodes(asked, **visit.as_site)
    except PlatformError as error:
        return _first_confirm(visit, error)
    codes = list(made.recovery_codes)
    return visit.render("account/codes.html", left=len(codes), codes=codes)


def qr_code(uri: str) -> Markup:
    """Return a QR code as SVG for the page itself: no picture that somebody else makes."""
    # It is drawn of squares alone; what it says stands in no markup.
    drawn = segno.make(uri, error="m").svg_inline(scale=_MODULE_PX, border=4, omitsize=True)
    return Markup(drawn)  # noqa: S704 — made of figures by segno


def _show_secret(visit: Visit, secret: str, uri: str) -> Response:
    groups = " ".join(secret[i : i + _GROUP] for i in range(0, len(secret), _GROUP))
    return visit.render(
        "account/app_new.html", secret=secret, groups=groups, uri=uri, qr=qr_code(uri)
    )


def _first_confirm(visit: Visit, error: PlatformError) -> Response:
    if again.needed(error):
        return again.to_confirm(visit)
    raise error


PAGES = (
    Page(APP, show_app, who=Who.LOGGED_IN, mobile=True),
    Page("/account/app/new", show_app, begin_app, who=Who.LOGGED_IN, mobile=True),
    Page("/account/app/confirm", show_app, confirm_app, who=Who.LOGGED_IN, mobile=True),
    Page("/account/app/remove", show_app, remove_app, who=Who.LOGGED_IN, mobile=True),
    Page(CODES, show_codes, make_codes, who=Who.LOGGED_IN, mobile=True),
)
MESSAGES = {
    "account.app_added": N_("Your authenticator app is added. You need it at each signing in."),
    "account.app_removed": N_("The authenticator app is removed."),
}
