"""The account's passkeys. Adding one needs scripts; the list and removing do not."""

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.identity.v1 import account_service_pb2 as pb
from portal_service.account import again
from portal_service.account.overview import browser, reads
from portal_service.door.passkeys import CREDENTIAL_CHARACTERS_MAX
from portal_service.door.signing_in import accounts
from portal_service.door.trying import breaks, say, takes_passkeys
from web.i18n import N_
from web.site import Page, Who
from web.visit import Visit

PASSKEYS = "/account/passkeys"
NAME_CHARACTERS_MAX = 60

BAD_NAME = N_("Give the passkey a name of 1 to 60 characters.")
NOT_TAKEN = N_("This passkey was not taken. Begin again.")
NOT_NOW = N_("No passkey can be added here: there are ten already, or this site does not take any.")


def show(visit: Visit) -> Response:
    """List the passkeys."""
    if asked_first := again.ask(visit):
        return asked_first
    asked = pb.ListPasskeysRequest(session_token=visit.cookies.get("sid"))
    listed = reads(visit).ListPasskeys(asked, **visit.as_site).passkeys
    return visit.render("account/passkeys.html", passkeys=listed, offered=takes_passkeys(visit))


def begin(visit: Visit) -> Response:
    """Ask identity for a challenge; the page lets the browser make the passkey."""
    asked = pb.SetUpPasskeyRequest(
        request_id=visit.form.request_id, session_token=visit.cookies.get("sid")
    )
    try:
        begun = accounts(visit).SetUpPasskey(asked, **visit.as_site)
    except PlatformError as error:
        return _refused(visit, error)
    name = browser(visit.request.headers.get("user-agent", ""))
    return visit.render("account/passkey_new.html", options=begun.options_json, name=name)


def confirm(visit: Visit) -> Response:
    """Keep what the browser made."""
    asked = pb.ConfirmPasskeyRequest(
        request_id=visit.form.request_id,
        session_token=visit.cookies.get("sid"),
        credential_json=visit.form.raw("credential")[:CREDENTIAL_CHARACTERS_MAX],
        display_name=visit.form.raw("name").strip()[:NAME_CHARACTERS_MAX],
    )
    try:
        accounts(visit).ConfirmPasskey(asked, **visit.as_site)
    except PlatformError as error:
        return _refused(visit, error)
    return visit.redirect(PASSKEYS, done="account.passkey_added")


def remove(visit: Visit) -> Response:
    """Remove one."""
    asked = pb.RemovePasskeyRequest(
        request_id=visit.form.request_id,
        session_token=visit.cookies.get("sid"),
        passkey_id=visit.form.raw("passkey_id"),
    )
    try:
        accounts(visit).RemovePasskey(asked, **visit.as_site)
    except PlatformError as error:
        return _refused(visit, error)
    return visit.redirect(PASSKEYS, done="account.passkey_removed")


def _refused(visit: Visit, error: PlatformError) -> Response:
    if again.needed(error):
        return again.to_confirm(visit)
    if breaks(error, "passkey"):
        visit.form.wrong("", NOT_TAKEN)
    elif breaks(error, "passkeys"):
        visit.form.wrong("", NOT_NOW)
    else:
        say(visit, error, {"display_name": ("", BAD_NAME)})
    return show(visit)


PAGES = (
    Page(PASSKEYS, show, who=Who.LOGGED_IN, mobile=True),
    Page("/account/passkeys/new", show, begin, who=Who.LOGGED_IN, mobile=True),
    Page("/account/passkeys/confirm", show, confirm, who=Who.LOGGED_IN, mobile=True),
    Page("/account/passkeys/remove", show, remove, who=Who.LOGGED_IN, mobile=True),
)
MESSAGES = {
    "account.passkey_added": N_("The passkey is added. You can sign in with it from now on."),
    "account.passkey_removed": N_("The passkey is removed."),
}
