"""Asking for the password again before something that helps to find or to reach a person."""

from typing import Final
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from portal_service.keeper import parent
from web.visit import SEE_OTHER, Visit

CONFIRM = "/account/confirm"
SHOWN_WITHIN_S: Final = 20 * 60
"""Constructed: how long a password that was shown is good for (ASVS 5.0, 7.5.1)."""
SENT_WITHIN_S: Final = SHOWN_WITHIN_S + 15 * 60
"""A form that was opened in time may be sent as long as its session can lie idle."""


def ask_again(visit: Visit, path: str) -> Response | None:
    """Return the way to the page that asks for the password; None when it was shown lately."""
    session = parent(visit).session
    age_s = session.touch_time.seconds - session.reauthenticate_time.seconds
    limit_s = SENT_WITHIN_S if visit.request.method == "POST" else SHOWN_WITHIN_S
    if age_s <= limit_s:
        return None
    place = f"{visit.path(CONFIRM)}?next={quote(visit.path(path), safe='')}"
    return visit.finish(RedirectResponse(place, SEE_OTHER))
