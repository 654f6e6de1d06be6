"""The account at a glance, its sessions, and what happened to it."""

from collections.abc import Mapping

from starlette.responses import Response

from childsupport.identity.v1 import account_service_pb2 as pb
from childsupport.identity.v1.account_service_pb2_grpc import AccountReadServiceStub
from portal_service.door.signing_in import accounts
from portal_service.door.trying import takes_passkeys
from portal_service.keeper import parent
from web.i18n import N_
from web.site import Page, Who
from web.visit import Visit

EVENTS: Mapping[str, str] = {
    "created": N_("The account was created"),
    "verified": N_("The e-mail address was confirmed"),
    "logged_in": N_("Somebody signed in"),
    "log_in_failed": N_("Somebody tried to sign in with a wrong password"),
    "second_factor_failed": N_("Somebody knew the password, but showed a wrong code"),
    "reauthenticated": N_("The password was shown again before a change"),
    "reauthentication_failed": N_("A wrong password was shown before a change"),
    "logged_out": N_("Somebody signed out"),
    "sessions_ended": N_("Other devices were signed out"),
    "password_changed": N_("The password was changed"),
    "password_reset": N_("A new password was set with a link by mail"),
    "reset_link_mailed": N_("A link to set a new password was mailed"),
    "email_change_asked": N_("Another e-mail address was asked for"),
    "email_changed": N_("The e-mail address was changed"),
    "totp_added": N_("An authenticator app was added"),
    "totp_removed": N_("The authenticator app was removed"),
    "recovery_codes_made": N_("New recovery codes were made"),
    "recovery_code_used": N_("A recovery code was used"),
    "passkey_added": N_("A passkey was added"),
    "passkey_removed": N_("A passkey was removed"),
    "passkey_cloned": N_("A copy of a passkey was refused"),
    "second_factor_removed": N_("Your office removed the second step at signing in"),
    "removal_asked": N_("Your office asked to remove the second step at signing in"),
    "removal_rejected": N_("Your office did not remove the second step at signing in"),
    "access_asked": N_("Details were sent to get access to a case"),
    "pin_mailed": N_("A PIN was mailed"),
    "key_asked": N_("A key by letter was asked for"),
    "key_expired": N_("A key by letter ended unused"),
    "access_granted": N_("The account got access to a case"),
    "access_ended": N_("The account lost access to a case"),
}
OTHER_EVENT = N_("Something else")
BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows")),
    *(("Mac OS X", "Mac"), ("CrOS", "Chromebook"), ("Linux", "Linux")),
)


def show(visit: Visit) -> Response:
    """Show what the account has."""
    session = parent(visit).session
    return visit.render(
        "account/overview.html", session=session, passkeys=takes_passkeys(visit) or session.passkeys
    )


def show_sessions(visit: Visit) -> Response:
    """Show where the account is signed in."""
    asked = pb.ListSessionsRequest(session_token=visit.cookies.get("sid"))
    listed = reads(visit).ListSessions(asked, **visit.as_site).sessions
    in_force = [one for one in listed if one.state == pb.SESSION_STATE_IN_FORCE]
    return visit.render("account/sessions.html", sessions=in_force, browser=browser)


def end_sessions(visit: Visit) -> Response:
    """Sign out one other device, or all of them."""
    asked = pb.EndOtherSessionsRequest(
        session_token=visit.cookies.get("sid"), ended_session_id=visit.form.raw("session_id")
    )
    accounts(visit).EndOtherSessions(asked, **visit.as_site)
    return visit.redirect("/account/sessions", done="account.sessions_ended")


def show_events(visit: Visit) -> Response:
    """Show what happened to the account."""
    asked = pb.ListAccountEventsRequest(session_token=visit.cookies.get("sid"))
    listed = reads(visit).ListAccountEvents(asked, **visit.as_site).events
    told = [(one, EVENTS.get(one.kind, OTHER_EVENT)) for one in listed]
    return visit.render("account/events.html", events=told)


def browser(user_agent: str) -> str:
    """Return what a browser and its device are called: `Firefox, Windows`; empty when unknown."""
    found = [
        next((name for sign, name in names if sign in user_agent), "")
        for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(name for name in found if name)


def reads(visit: Visit) -> AccountReadServiceStub:
    """Return the stub of what identity tells of accounts."""
    return visit.stub("identity", AccountReadServiceStub)


PAGES = (
    Page("/account", show, who=Who.LOGGED_IN, mobile=True),
    Page("/account/sessions", show_sessions, end_sessions, who=Who.LOGGED_IN, mobile=True),
    Page("/account/events", show_events, who=Who.LOGGED_IN, mobile=True),
)
MESSAGES = {"account.sessions_ended": N_("Signed out there.")}
