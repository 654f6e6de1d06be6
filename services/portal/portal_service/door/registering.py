"""Asking for an account, and confirming the e-mail address with the link of the mail.

Looking at a page uses no link up: mail programs open links on their own. Its button does.
"""

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.identity.v1 import account_service_pb2 as pb
from portal_service.door.signing_in import accounts
from portal_service.door.trying import (
    Reason,
    breaks,
    from_mail,
    is_limit,
    origin,
    say,
    try_later,
)
from web.i18n import N_
from web.site import Page, Who
from web.visit import Visit

PASSWORD_CHARACTERS_MIN = 15
"""What the contract of CreateAccount says of a password; identity decides."""
GONE = 410
TOKEN_CHARACTERS_MAX = 200

NOT_CHOSEN = N_("This is not the password that you chose for this account. Check it and try again.")
BAD_NAME = N_("Enter a name with letters, up to 60 characters.")
BAD_EMAIL = N_("Enter an e-mail address, for example jane@example.org.")
SHORT_PASSWORD = N_("Make it longer: it needs 15 characters or more, up to 128.")
WEAK_PASSWORD = N_(
    "Choose another password. This one is easy to guess, or made of your name, your e-mail address"
    " or the name of this service. Take words that do not belong together."
)


def show_register(visit: Visit) -> Response:
    """Ask for names, e-mail address and password."""
    return visit.render("door/register.html")


def register(visit: Visit) -> Response:
    """Ask for an account. The page that follows is the same whoever has the address."""
    form = visit.form
    asked = pb.CreateAccountRequest(
        request_id=form.request_id,
        first_name=form.text("first_name"),
        last_name=form.text("last_name"),
        email=form.text("email"),
        password=form.secret("password"),
        language=visit.language,
        origin=origin(visit),
    )
    if form.errors:
        return show_register(visit)
    try:
        accounts(visit).CreateAccount(asked, **visit.as_site)
    except PlatformError as error:
        if is_limit(error):
            return try_later(visit, error)
        fields = {
            "first_name": ("first_name", BAD_NAME),
            "last_name": ("last_name", BAD_NAME),
            "email": ("email", BAD_EMAIL),
            "password": ("password", why_refused(asked.password)),
        }
        say(visit, error, fields)
        return show_register(visit)
    return visit.redirect("/register/sent")


def show_sent(visit: Visit) -> Response:
    """Say that a mail is on its way."""
    return visit.render("door/sent.html", kind="register")


def show_verify(visit: Visit) -> Response:
    """Ask for the password that was chosen, to confirm the e-mail address."""
    from_mail(visit)
    return _ask_to_confirm(visit, "verify", "/verify-email")


def verify(visit: Visit) -> Response:
    """Confirm it; the account can sign in from now on."""
    asked = pb.VerifyEmailRequest(
        request_id=visit.form.request_id,
        token=link_token(visit),
        password=visit.form.secret("password"),
    )
    if visit.form.errors:
        return _ask_to_confirm(visit, "verify", "/verify-email")
    try:
        confirmed = accounts(visit).VerifyEmail(asked, **visit.as_site)
    except PlatformError as error:
        if breaks(error, "link"):
            return dead_link(visit, "verify")
        if is_limit(error):
            return try_later(visit, error)
        if error.reason != Reason.ERROR_REASON_UNAUTHENTICATED:
            raise
        visit.form.wrong("password", NOT_CHOSEN)
        return _ask_to_confirm(visit, "verify", "/verify-email")
    return visit.render("door/verified.html", user_name=confirmed.user_name)


def show_confirm_email(visit: Visit) -> Response:
    """Offer to confirm the new e-mail address of an account."""
    from_mail(visit)
    return _ask_to_confirm(visit, "email", "/confirm-email")


def confirm_email(visit: Visit) -> Response:
    """Confirm it; both addresses are told."""
    asked = pb.ConfirmEmailRequest(request_id=visit.form.request_id, token=link_token(visit))
    try:
        accounts(visit).ConfirmEmail(asked, **visit.as_site)
    except PlatformError as error:
        if breaks(error, "link"):
            return dead_link(visit, "email")
        raise
    place = "/account" if visit.person is not None else "/log-in"
    return visit.redirect(place, done="door.email_confirmed")


def _ask_to_confirm(visit: Visit, kind: str, action: str) -> Response:
    token = link_token(visit)
    return visit.render("door/confirm_link.html", kind=kind, action=action, token=token)


def dead_link(visit: Visit, kind: str) -> Response:
    """Say that a link was used, has ended or never was, and how to get another."""
    return visit.render("door/dead_link.html", GONE, kind=kind)


def link_token(visit: Visit) -> str:
    """Return what the link of a mail holds: in its path, later in the form."""
    token = visit.form.raw("token") or visit.request.path_params.get("token", "")
    return str(token)[:TOKEN_CHARACTERS_MAX]


def why_refused(password: str) -> str:
    """Return what is to be said of a password that identity refused."""
    return SHORT_PASSWORD if len(password) < PASSWORD_CHARACTERS_MIN else WEAK_PASSWORD


PAGES = (
    Page("/register", show_register, register, who=Who.ANYBODY, mobile=True),
    Page("/register/sent", show_sent, who=Who.ANYBODY, mobile=True),
    Page("/verify-email", show_register, verify, who=Who.ANYBODY, mobile=True),
    Page("/verify-email/{token}", show_verify, who=Who.ANYBODY, mobile=True),
    Page("/confirm-email", show_sent, confirm_email, who=Who.ANYBODY, mobile=True),
    Page("/confirm-email/{token}", show_confirm_email, who=Who.ANYBODY, mobile=True),
)
MESSAGES = {"door.email_confirmed": N_("Your account has its new e-mail address.")}
