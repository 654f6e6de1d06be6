"""Asking for the password again before something that helps to find or to reach a person."""

from typing import Final

from starlette.responses import Response

from portal_service.account import again
from portal_service.keeper import parent
from web.visit import Visit

OPEN_S: Final = 15 * 60
"""As long as a session may lie idle: a form that was opened in time can be filled in and sent."""


def ask_again(visit: Visit) -> Response | None:
    """Return the way to the page that asks for the password; None when it was shown lately."""
    if visit.request.method != "POST":
        return again.ask(visit)
    session = parent(visit).session
    since_s = session.touch_time.seconds - session.reauthenticate_time.seconds
    return again.to_confirm(visit) if since_s >= again.RECENT_S + OPEN_S else None
