"""Signing in with a passkey. It needs scripts: no browser does it without; every other way does."""

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.identity.v1 import account_service_pb2 as pb
from portal_service.door.signing_in import accounts, end_here, enter, show_log_in
from portal_service.door.trying import Reason, breaks, is_limit, onward, origin, try_later
from web.i18n import N_
from web.site import Page, Who
from web.visit import Visit

CREDENTIAL_CHARACTERS_MAX = 16_384
NOT_OFFERED = N_("Passkeys cannot be used here. Sign in with your password.")
NOT_TAKEN = N_(
    "This passkey did not open an account. Try again, or sign in with your password instead."
)


def begin(visit: Visit) -> Response:
    """Ask identity for a challenge; the page lets the browser sign it."""
    asked = pb.BeginPasskeyLogInRequest(request_id=visit.form.request_id, origin=origin(visit))
    try:
        begun = accounts(visit).BeginPasskeyLogIn(asked, **visit.as_site)
    except PlatformError as error:
        if is_limit(error):
            return try_later(visit, error)
        if not breaks(error, "passkeys"):
            raise
        visit.form.wrong("", NOT_OFFERED)
        return show_log_in(visit)
    visit.cookies.set("passkey", begun.challenge_token)
    return visit.render("door/passkey.html", next=onward(visit), options=begun.options_json)


def complete(visit: Visit) -> Response:
    """Begin a session with what the browser signed."""
    asked = pb.CompletePasskeyLogInRequest(
        request_id=visit.form.request_id,
        challenge_token=visit.cookies.get("passkey"),
        credential_json=visit.form.raw("credential")[:CREDENTIAL_CHARACTERS_MAX],
        origin=origin(visit),
    )
    try:
        opened = accounts(visit).CompletePasskeyLogIn(asked, **visit.as_site)
    except PlatformError as error:
        if is_limit(error):
            return try_later(visit, error)
        if error.reason != Reason.ERROR_REASON_UNAUTHENTICATED:
            raise
        visit.form.wrong("", NOT_TAKEN)
        return show_log_in(visit)
    end_here(visit)
    return enter(visit, opened)


PAGES = (
    Page("/log-in/passkey", show_log_in, begin, who=Who.ANYBODY, mobile=True),
    Page("/log-in/passkey/done", show_log_in, complete, who=Who.ANYBODY, mobile=True),
)
