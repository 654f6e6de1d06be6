"""A web site: its pages, who may see them, and what happens before and after a page function."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
import structlog
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from chassis.errors import PlatformError
from childsupport.common.v1.errors_pb2 import ErrorReason
from web import csrf, i18n
from web.assets import PREFIX, Assets
from web.backends import Backends
from web.cookies import Cookies
from web.forms import Form
from web.headers import Edge
from web.settings import WebSettings
from web.visit import MOBILE, SEE_OTHER, Person, Visit

TEMPLATES = Path(__file__).parent / "templates"
LOCALE = Path(__file__).parent / "locale"
BODY_MAX = 256 << 10
FIELDS_MAX = 400
FILES_MAX = 5

_log = structlog.get_logger()
_R = ErrorReason


class Who(Enum):
    """Who may see a page."""

    ANYBODY = auto()
    LOGGED_IN = auto()
    """Whoever has a session in force."""
    ADMITTED = auto()
    """Whoever the site's keeper says may see cases (enrolled; a worker)."""


Show = Callable[[Visit], Response]


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of the menu."""

    path: str
    label: str
    """Marked message."""
    current: bool = False
    count: int = 0
    """What is new there."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page: `show` answers GET, `take` a form that was sent. Both run in a thread."""

    path: str
    show: Show | None
    take: Show | None = None
    who: Who = Who.ADMITTED
    mobile: bool = False
    """True when the mobile view has it too, under /m."""
    body_max: int = BODY_MAX
    """Bytes that a form may have, files too."""


class Keeper:
    """Knows sessions. A site brings its own."""

    def person(self, visit: Visit, session_token: str) -> Person | None:
        """Return who has a session in force, and prolong it; None when it is over."""
        raise NotImplementedError

    def admitted(self, person: Person) -> bool:
        """Tell whether the person may see cases."""
        raise NotImplementedError

    log_in_path = "/log-in"
    enrol_path = "/enrol"


@dataclass(slots=True)
class Site:
    """What a site is made of."""

    name: str
    settings: WebSettings
    backends: Backends
    keeper: Keeper
    pages: Sequence[Page]
    folders: Sequence[Path]
    """Packages with templates/, locale/, static/."""
    messages: Mapping[str, str] = field(default_factory=dict)
    """Code to marked message, for `?done=CODE` after a form was taken."""
    title: str = ""
    """Marked message: what the site is called."""
    menu: Callable[[Visit], Sequence["Item"]] = lambda _visit: ()
    home: Callable[[Visit], str] = lambda _visit: "/"
    """Where the site's name leads."""
    tells_details: bool = False
    """True for workers: what a service said of a field is shown as it said it."""
    languages: Mapping[str, str] = field(default_factory=lambda: i18n.LANGUAGES)
    templates: jinja2.Environment = field(init=False)
    assets: Assets = field(init=False)
    texts: dict[str, Any] = field(init=False)
    _mobile: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        """Read templates, texts and files once."""
        self.templates = jinja2.Environment(
            loader=jinja2.ChoiceLoader(
                [jinja2.FileSystemLoader(f / "templates") for f in self.folders]
                + [jinja2.FileSystemLoader(TEMPLATES)]
            ),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self.templates.policies["ext.i18n.trimmed"] = True
        self.assets = Assets(*(f / "static" for f in self.folders if (f / "static").is_dir()))
        self.texts = i18n.catalogues([*(f / "locale" for f in self.folders), LOCALE])
        self._mobile = frozenset(page.path for page in self.pages if page.mobile)

    def has_mobile(self, path: str) -> bool:
        """Tell whether the mobile view has a page at a path."""
        if path in self._mobile:
            return True
        parts = path.split("/")
        return any(_fits(parts, known.split("/")) for known in self._mobile if "{" in known)

    def app(self) -> Edge:
        """Return the ASGI application."""
        routes: list[BaseRoute] = [
            Route("/healthz", _healthz),
            Route("/readyz", self._readyz),
            Mount(PREFIX, app=self.assets),
        ]
        for page in self.pages:
            routes.append(self._route(page, page.path, mobile=False))
            if page.mobile:
                routes.append(self._route(page, MOBILE + page.path, mobile=True))

        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[None]:
            yield
            self.backends.close()

        app = Starlette(
            routes=routes,
            lifespan=lifespan,
            exception_handlers={HTTPException: self._on_http, Exception: self._on_defect},
        )
        return Edge(app, site=self.name, secure=self.settings.secure)

    def visit(self, request: Request, *, mobile: bool = False) -> Visit:
        """Return the beginning of a visit: language and cookies, nobody logged in yet."""
        cookies = Cookies(request, secure=self.settings.secure)
        language = i18n.wanted(request, cookies.get("lang")) if self.languages else i18n.SOURCE
        return Visit(self, request, cookies, language, self.texts[language], mobile)

    def _route(self, page: Page, path: str, *, mobile: bool) -> Route:
        async def endpoint(request: Request) -> Response:
            request.scope["page"] = page.path
            visit = self.visit(request, mobile=mobile)
            unsafe = request.method == "POST"
            try:
                refused: Response | None = self._unreadable(visit, page) if unsafe else None
                refused = refused or await run_sync(self._let_in, page, visit, unsafe)
                if refused is not None:
                    return refused
                if unsafe:
                    await self._read_form(visit, page)
                answer: Response = await run_sync(self._answer, page, visit, unsafe)
                return answer
            finally:
                # Files of a form lie on disk until they are closed.
                await request.close()

        methods = [m for m, f in (("GET", page.show), ("POST", page.take)) if f is not None]
        return Route(path, endpoint, methods=methods)

    def _unreadable(self, visit: Visit, page: Page) -> Response | None:
        """Return what is answered to a form that is not even read: a foreign or too long one."""
        request = visit.request
        if not csrf.comes_from_here(request, self.settings.public_origin):
            return self._error(visit, 403, "foreign")
        length = request.headers.get("content-length", "")
        # With a transfer coding the stated length counts for nothing (RFC 9112 section 6.3).
        chunked = "transfer-encoding" in request.headers
        if chunked or not length.isdecimal() or int(length) > page.body_max:
            return self._error(visit, 413, "too_big")
        return None

    async def _read_form(self, visit: Visit, page: Page) -> None:
        data = await visit.request.form(
            max_files=FILES_MAX, max_fields=FIELDS_MAX, max_part_size=page.body_max
        )
        visit.form = Form.of(data)

    def _answer(self, page: Page, visit: Visit, unsafe: bool) -> Response:  # noqa: FBT001
        try:
            refused = self._not_its_own(visit) if unsafe else None
            if refused is not None:
                return refused
            act = page.take if unsafe else page.show
            if act is None:
                raise HTTPException(405)
            return act(visit)
        except PlatformError as error:
            return self._on_platform_error(visit, error)

    def _let_in(self, page: Page, visit: Visit, unsafe: bool) -> Response | None:  # noqa: FBT001
        """Find who it is; return where to go instead when the page is not for him."""
        try:
            if session_token := visit.cookies.get("sid"):
                visit.person = self.keeper.person(visit, session_token)
                if visit.person is None:
                    visit.cookies.set("sid", "")
            if page.who is Who.ANYBODY:
                return None
            if visit.person is None:
                back = quote(visit.request.url.path) if not unsafe else ""
                place = visit.path(self.keeper.log_in_path)
                ended = "&ended=1" if session_token else ""
                return visit.finish(RedirectResponse(f"{place}?next={back}{ended}", SEE_OTHER))
            if page.who is Who.ADMITTED and not self.keeper.admitted(visit.person):
                return visit.redirect(self.keeper.enrol_path)
            return None
        except PlatformError as error:
            return self._on_platform_error(visit, error)

    def _not_its_own(self, visit: Visit) -> Response | None:
        """Return what is answered to a form that is not this visitor's."""
        if csrf.fits(visit.form.raw(csrf.FIELD), self._form_secret(visit)):
            return None
        if visit.person is None and visit.cookies.ended("sid"):
            # Bound to a session that is over: who sent it is told that, not of old forms.
            place = visit.path(self.keeper.log_in_path)
            return visit.finish(RedirectResponse(f"{place}?ended=1", SEE_OTHER))
        return self._error(visit, 403, "stale_form")

    def _form_secret(self, visit: Visit) -> str:
        return visit.person.session_token if visit.person else visit.cookies.get("form")

    def _on_platform_error(self, visit: Visit, error: PlatformError) -> Response:
        if error.reason == _R.ERROR_REASON_UNAUTHENTICATED:
            visit.cookies.set("sid", "")
            place = visit.path(self.keeper.log_in_path)
            return visit.finish(RedirectResponse(f"{place}?ended=1", SEE_OTHER))
        status, kind = _ANSWERS.get(error.reason, (500, "defect"))
        if status >= 500:  # noqa: PLR2004
            _log.warning("a service behind the site failed", why=error.detail, reason=error.reason)
        return self._error(visit, status, kind)

    def _error(self, visit: Visit, status: int, kind: str) -> Response:
        visit.form = Form()
        return visit.render("error.html", status, kind=kind, reference=visit.request_id)

    async def _on_http(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        kind = {404: "not_found", 405: "not_found", 413: "too_big"}.get(status, "bad_request")
        return self._error(self.visit(request), status, kind)

    async def _on_defect(self, request: Request, error: Exception) -> Response:
        visit = self.visit(request)
        _log.error("a defect", exc_info=error, request_id=visit.request_id)
        return self._error(visit, 500, "defect")

    async def _readyz(self, _request: Request) -> Response:
        away = await run_sync(self.backends.away)
        if away:
            return PlainTextResponse(f"{', '.join(away)}: not serving\n", 503)
        return PlainTextResponse("ok\n")


_ANSWERS = {
    _R.ERROR_REASON_NOT_FOUND: (404, "not_found"),
    _R.ERROR_REASON_PERMISSION_DENIED: (404, "not_found"),
    _R.ERROR_REASON_INVALID_FIELD: (404, "not_found"),
    _R.ERROR_REASON_LIMIT_EXCEEDED: (429, "too_often"),
    _R.ERROR_REASON_UNAVAILABLE: (503, "away"),
    _R.ERROR_REASON_DEADLINE_TOO_SHORT: (503, "away"),
    _R.ERROR_REASON_FAILED_PRECONDITION: (409, "not_now"),
    _R.ERROR_REASON_ETAG_MISMATCH: (409, "not_now"),
    _R.ERROR_REASON_ALREADY_EXISTS: (409, "not_now"),
    _R.ERROR_REASON_REQUEST_ID_REUSED: (409, "not_now"),
    _R.ERROR_REASON_REQUEST_IN_PROGRESS: (409, "not_now"),
}


def _fits(parts: Sequence[str], known: Sequence[str]) -> bool:
    return len(parts) == len(known) and all(
        here == there or there.startswith("{") for here, there in zip(parts, known, strict=True)
    )


async def _healthz(_request: Request) -> Response:
    return PlainTextResponse("ok\n")
