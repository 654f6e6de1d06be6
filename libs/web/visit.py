"""One visit to one page: who comes, from where, in which language, with what form."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from gettext import NullTranslations
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chassis.errors import PlatformError
from chassis.ids import new_id
from childsupport.common.v1.errors_pb2 import ErrorReason
from web import csrf, saying
from web.cookies import Cookies
from web.forms import Form

if TYPE_CHECKING:
    from web.site import Site

READ_TIMEOUT_S = 5.0
UNPROCESSABLE = 422
ERRORS_HERE = "<!-- errors -->"
SEE_OTHER = 303
MOBILE = "/m"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Person:
    """Who is logged in, as the site's own session keeper says."""

    session_token: str
    name: str
    language: str
    idle_seconds: int
    """How long the session lives on from now without being used."""
    user_token: Callable[[], str]
    """Returns the token that names the person to the services; made when it is first needed."""
    details: Any = None
    """What the site knows besides: grants, roles."""


@dataclass(slots=True)
class Visit:
    """What a page function gets."""

    site: "Site"
    request: Request
    cookies: Cookies
    language: str
    texts: NullTranslations
    mobile: bool = False
    person: Person | None = None
    form: Form = field(default_factory=Form)
    request_id: str = field(default_factory=new_id)

    def stub(self, service: str, kind: type[T]) -> T:
        """Return a service's stub: `visit.stub("case", CaseReadServiceStub)`."""
        return self.site.backends.stub(service, kind)

    @property
    def as_site(self) -> Mapping[str, Any]:
        """What a call in the site's own name takes besides its request: `**visit.as_site`."""
        return {"timeout": READ_TIMEOUT_S, "metadata": (("x-request-id", self.request_id),)}

    @property
    def as_person(self) -> Mapping[str, Any]:
        """What a call for the person takes besides its request: `**visit.as_person`."""
        if self.person is None:
            raise PlatformError(ErrorReason.ERROR_REASON_UNAUTHENTICATED, "nobody is logged in")
        metadata = (("x-request-id", self.request_id), ("x-end-user", self.person.user_token()))
        return {"timeout": READ_TIMEOUT_S, "metadata": metadata}

    @property
    def address(self) -> str:
        """Return the visitor's IP address, through as many proxies as are ours."""
        behind = self.site.settings.trusted_proxies
        # A proxy may add a line of its own after the one that the visitor made up (RFC 9110 5.3).
        said = ",".join(self.request.headers.getlist("x-forwarded-for"))
        forwarded = [one.strip() for one in said.split(",") if one.strip()]
        if behind and len(forwarded) >= behind:
            return forwarded[-behind]
        return self.request.client.host if self.request.client else ""

    def text(self, message: str, **values: Any) -> str:
        """Return a message in the visitor's language; `%(name)s` are filled with `values`."""
        said = self.texts.gettext(message) if message else ""
        return said % values if values else said

    def path(self, path: str) -> str:
        """Return a path as a link of this view: in the mobile one where it has that page."""
        bare = path.split("?", maxsplit=1)[0]
        return MOBILE + path if self.mobile and self.site.has_mobile(bare) else path

    def redirect(self, path: str, *, done: str = "") -> Response:
        """Send the browser on (POST, redirect, GET). `done` names a message of the site to show."""
        place = self.path(path) + ("?" + urlencode({"done": done}) if done else "")
        return self.finish(RedirectResponse(place, SEE_OTHER))

    def render(self, template: str, status: int = 200, **values: Any) -> Response:
        """Return a page. With errors in the form its status is 422 and its title says so."""
        if self.form.errors and status == 200:  # noqa: PLR2004
            status = UNPROCESSABLE
        context = self._context()
        text = self.site.templates.get_template(template).render(**context, **values)
        if self.form.errors:
            found = self.site.templates.get_template("errors.html").render(**context)
            text = text.replace(ERRORS_HERE, found, 1)
        return self.finish(Response(text, status, media_type="text/html"))

    def finish(self, response: Response) -> Response:
        """Put the cookies that this visit sets or ends on an answer."""
        self.cookies.put_on(response)
        return response

    def form_secret(self) -> str:
        """Return what binds forms to this browser: the session, else a cookie made for it."""
        if self.person is not None:
            return self.person.session_token
        found = self.cookies.get("form")
        if not found:
            found = secrets.token_urlsafe(32)
            self.cookies.set("form", found)
        return found

    def _context(self) -> dict[str, Any]:
        done = self.request.query_params.get("done", "")
        return {
            "visit": self,
            "site": self.site,
            "form": self.form,
            "person": self.person,
            "language": self.language,
            "mobile": self.mobile,
            "here": self.request.url.path,
            "menu": self.site.menu(self),
            "done": self.site.messages.get(done, ""),
            "gettext": self.texts.gettext,
            "ngettext": self.texts.ngettext,
            "_": self.texts.gettext,
            "path": self.path,
            "asset": self.site.assets.path,
            "form_token": lambda: csrf.token(self.form_secret()),
            "new_id": new_id,
            "money": partial(saying.money, language=self.language),
            "day": partial(saying.day, language=self.language),
            "phone": saying.phone,
            "month": partial(saying.month, language=self.language),
            "instant": partial(
                saying.instant, language=self.language, zone=self.site.settings.time_zone
            ),
        }
