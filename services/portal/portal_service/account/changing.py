"""Another password, another e-mail address."""

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.identity.v1 import account_service_pb2 as pb
from portal_service.account import again
from portal_service.door.registering import BAD_EMAIL, why_refused
from portal_service.door.signing_in import accounts
from portal_service.door.trying import Reason, is_limit, origin, say, try_later
from web.i18n import N_
from web.site import Page, Who
from web.visit import Visit

WRONG_PASSWORD = N_("This is not your present password.")


def show_password(visit: Visit) -> Response:
    """Ask for the present and the new password."""
    return visit.render("account/password.html")


def change_password(visit: Visit) -> Response:
    """Change it."""
    form = visit.form
    asked = pb.ChangePasswordRequest(
        request_id=form.request_id,
        session_token=visit.cookies.get("sid"),
        password=form.secret("password"),
        new_password=form.secret("new_password"),
        end_other_sessions=form.checked("end_others"),
        origin=origin(visit),
    )
    if form.errors:
        return show_password(visit)
    try:
        renewed = accounts(visit).ChangePassword(asked, **visit.as_site)
    except PlatformError as error:
        if is_limit(error):
            return try_later(visit, error)
        if error.reason == Reason.ERROR_REASON_UNAUTHENTICATED:
            form.wrong("password", WRONG_PASSWORD)
        else:
            words = why_refused(asked.new_password)
            say(visit, error, {"new_password": ("new_password", words)})
        return show_password(visit)
    visit.cookies.set("sid", renewed.session_token)
    return visit.redirect("/account", done="account.password_changed")


def show_email(visit: Visit) -> Response:
    """Ask for the new address."""
    return again.ask(visit) or visit.render("account/email.html")


def change_email(visit: Visit) -> Response:
    """Have a link mailed to the new address, and word of it to the old one."""
    email = visit.form.text("email", longest=254)
    if visit.form.errors:
        return show_email(visit)
    asked = pb.ChangeEmailRequest(
        request_id=visit.form.request_id, session_token=visit.cookies.get("sid"), email=email
    )
    try:
        accounts(visit).ChangeEmail(asked, **visit.as_site)
    except PlatformError as error:
        if again.needed(error):
            return again.to_confirm(visit)
        if is_limit(error):
            return try_later(visit, error)
        say(visit, error, {"email": ("email", BAD_EMAIL)})
        return show_email(visit)
    return visit.redirect("/account", done="account.email_asked")


PAGES = (
    Page("/account/password", show_password, change_password, who=Who.LOGGED_IN, mobile=True),
    Page("/account/email", show_email, change_email, who=Who.LOGGED_IN, mobile=True),
)
MESSAGES = {
    "account.password_changed": N_("Your password is changed."),
    "account.email_asked": N_(
        "Look into the e-mail of the new address and open the link. Until then the old one counts."
    ),
}
