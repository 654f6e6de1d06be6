"""What every answer says to the browser, and how long it took."""

from http import HTTPStatus

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.clock import stopwatch
from chassis.metrics import REGISTRY

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
    (b"cache-control", b"no-store"),
)
TRANSPORT = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
CLEAR = '"cache", "cookies", "storage"'
"""What a browser is told to forget at logging out (Clear-Site-Data)."""

pages_answered = Counter(
    "web_pages_total",
    "Pages answered, by site, route and status.",
    ["site", "route", "status"],
    registry=REGISTRY,
)
page_seconds = Histogram(
    "web_page_duration_seconds", "Time to a page's end.", ["site", "route"], registry=REGISTRY
)


class Edge:
    """Adds the headers to every answer, and measures it by its route."""

    def __init__(self, app: ASGIApp, *, site: str, secure: bool) -> None:
        """Take the application, its name for the measures, and whether it is reached by https."""
        self._app = app
        self._site = site
        self._headers = (*HEADERS, TRANSPORT) if secure else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = stopwatch()
        status = HTTPStatus.INTERNAL_SERVER_ERROR.value

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {name.lower() for name, _ in message["headers"]}
                added = [header for header in self._headers if header[0] not in present]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            route = scope.get("page", "none")
            pages_answered.labels(self._site, route, status).inc()
            page_seconds.labels(self._site, route).observe(stopwatch() - started)
