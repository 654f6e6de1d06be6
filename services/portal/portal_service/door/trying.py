"""What the pages of the door share: where a call comes from, and what follows too many tries."""

from collections.abc import Mapping
from ipaddress import ip_address

from starlette.responses import Response

from chassis.errors import PlatformError
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import account_service_pb2 as pb
from web.forms import Form
from web.visit import Visit

USER_AGENT_CHARACTERS_MAX = 200
TOO_MANY = 429
_MINUTE_S = 60
_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S
_HOURS_FROM_S = 2 * _HOUR_S
_DAYS_FROM_S = 2 * _DAY_S

Reason = ErrorReason


def origin(visit: Visit) -> pb.Origin:
    """Return where a call comes from, for identity's counts of tries."""
    return pb.Origin(
        address=visit.address,
        device_token=visit.cookies.get("device"),
        user_agent=visit.request.headers.get("user-agent", "")[:USER_AGENT_CHARACTERS_MAX],
    )


def try_later(visit: Visit, error: PlatformError) -> Response:
    """Return the page that says when the next try will be read (HTTP 429)."""
    seconds = int(error.metadata.get("retry_after_seconds", _MINUTE_S))
    visit.form = Form()
    wait = _wait(seconds)
    answer = visit.render("door/try_later.html", TOO_MANY, wait=wait)
    answer.headers["retry-after"] = str(seconds)
    return answer


def is_limit(error: PlatformError) -> bool:
    """Tell whether somebody tried too often."""
    return error.reason == Reason.ERROR_REASON_LIMIT_EXCEEDED


def breaks(error: PlatformError, rule: str) -> bool:
    """Tell whether a call did not fit the present state because of a rule."""
    return (
        error.reason == Reason.ERROR_REASON_FAILED_PRECONDITION
        and error.metadata.get("rule") == rule
    )


def say(visit: Visit, error: PlatformError, fields: Mapping[str, tuple[str, str]]) -> None:
    """Say beside each refused field what would be right.

    `fields` maps the request's field to the form's and to a marked message. Raises the error again
    when it is about anything else.
    """
    found = [fields[one.field] for one in error.violations if one.field in fields]
    if not found:
        raise error
    for name, message in found:
        visit.form.wrong(name, message)


def local(place: str) -> str:
    """Return a path of this site; empty for what could lead elsewhere."""
    safe = place.startswith("/") and not place.startswith(("//", "/\\"))
    return place if safe and place.isprintable() else ""


def onward(visit: Visit) -> str:
    """Return where the visitor wanted to go before a page came between; empty when nowhere."""
    return local(visit.form.raw("next") or visit.request.query_params.get("next", ""))


def from_mail(visit: Visit) -> None:
    """Go on in the view that was chosen last: a link in a mail knows none."""
    visit.mobile = visit.mobile or visit.cookies.get("view") == "mobile"


def takes_passkeys(visit: Visit) -> bool:
    """Tell whether browsers take passkeys here: they bind them to names, never to IP addresses."""
    host = visit.request.url.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return True
    return False


def _wait(seconds: int) -> tuple[str, int]:
    """Return unit and number, rounded up."""
    if seconds > _DAYS_FROM_S:
        return "days", -(-seconds // _DAY_S)
    if seconds > _HOURS_FROM_S:
        return "hours", -(-seconds // _HOUR_S)
    return "minutes", -(-seconds // _MINUTE_S)
