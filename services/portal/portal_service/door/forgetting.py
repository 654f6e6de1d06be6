"""A new password for who forgot it, with a link by mail."""

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.identity.v1 import account_service_pb2 as pb
from portal_service.door.registering import dead_link, link_token, why_refused
from portal_service.door.signing_in import accounts, end_here
from portal_service.door.trying import breaks, from_mail, is_limit, origin, say, try_later
from web.i18n import N_
from web.site import Page, Who
from web.visit import Visit


def show_forgot(visit: Visit) -> Response:
    """Ask for user name or e-mail address."""
    return visit.render("door/forgot.html")


def forgot(visit: Visit) -> Response:
    """Ask for a link. The page that follows is the same whether or not there is an account."""
    login = visit.form.text("login", longest=254)
    if visit.form.errors:
        return show_forgot(visit)
    asked = pb.RequestPasswordResetRequest(
        request_id=visit.form.request_id, login=login, origin=origin(visit)
    )
    try:
        accounts(visit).RequestPasswordReset(asked, **visit.as_site)
    except PlatformError as error:
        if is_limit(error):
            return try_later(visit, error)
        raise
    return visit.redirect("/forgot/sent")


def show_sent(visit: Visit) -> Response:
    """Say that a mail is on its way, if there is an account."""
    return visit.render("door/sent.html", kind="forgot")


def show_reset(visit: Visit) -> Response:
    """Ask for the new password."""
    from_mail(visit)
    return visit.render("door/reset.html", token=link_token(visit))


def reset(visit: Visit) -> Response:
    """Set it; every session of the account ends."""
    password = visit.form.secret("password")
    if visit.form.errors:
        return show_reset(visit)
    asked = pb.ResetPasswordRequest(
        request_id=visit.form.request_id, token=link_token(visit), new_password=password
    )
    try:
        accounts(visit).ResetPassword(asked, **visit.as_site)
    except PlatformError as error:
        if breaks(error, "link"):
            return dead_link(visit, "reset")
        say(visit, error, {"new_password": ("password", why_refused(password))})
        return show_reset(visit)
    end_here(visit)
    return visit.redirect("/log-in", done="door.password_set")


PAGES = (
    Page("/forgot", show_forgot, forgot, who=Who.ANYBODY, mobile=True),
    Page("/forgot/sent", show_sent, who=Who.ANYBODY, mobile=True),
    Page("/reset-password", show_forgot, reset, who=Who.ANYBODY, mobile=True),
    Page("/reset-password/{token}", show_reset, who=Who.ANYBODY, mobile=True),
)
MESSAGES = {
    "door.password_set": N_("Your new password is set. You were signed out everywhere. Sign in."),
}
