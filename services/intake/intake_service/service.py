"""The wiring of the intake."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.clock import stopwatch
from chassis.errors import PlatformError
from intake_service import documentation, openapi, probes, problems, submissions, tokens
from intake_service.backends import Backends
from intake_service.problems import ProblemError, field_error
from intake_service.settings import IntakeSettings

SECURITY_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_DESCRIPTION = """The door through which employers and payroll providers send child support
remittances. Get a token, send a Nacha file, read what became of each line.

Errors are `application/problem+json` (RFC 9457). A file is posted once, however often it is sent.
"""
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
_log = structlog.get_logger()


def build_app(settings: IntakeSettings) -> FastAPI:
    """Return the application. Raises ValueError for settings that are missing."""
    backends = Backends(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        backends.close()

    app = interface(lifespan)
    app.state.settings = settings
    app.state.backends = backends
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(PlatformError, _on_platform_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_defect)
    app.add_middleware(_Edge)
    return app


def interface(lifespan: Lifespan | None = None) -> FastAPI:
    """Return the application with its routes and their description, nothing behind them."""
    app = FastAPI(
        title="Child support remittances",
        version="1",
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    for part in (tokens, submissions, probes, documentation):
        app.include_router(part.router)
    described = openapi.describe(app)
    app.openapi = lambda: described  # type: ignore[method-assign]
    return app


async def _on_problem(_request: Request, error: Exception) -> Response:
    if not isinstance(error, ProblemError):
        raise error
    return problems.response(error)


async def _on_platform_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, PlatformError):
        raise error
    problem = problems.from_platform(error)
    if problem.kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.warning("a service behind the door failed", why=error.detail)
    return problems.response(problem)


async def _on_invalid(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    errors = [
        field_error(".".join(str(part) for part in found["loc"][1:]), str(found["msg"]))
        for found in error.errors()
    ]
    detail = "; ".join(f"{one['field']}: {one['expected']}" for one in errors)
    return problems.response(ProblemError(problems.INVALID, detail, errors=errors))


async def _on_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        kind = problems.NOT_ALLOWED
    elif error.status_code == HTTPStatus.NOT_FOUND:
        kind = problems.NOT_FOUND
    else:
        kind = problems.INVALID
    detail = f"{request.method} {request.url.path}: {error.detail}"
    return problems.response(ProblemError(kind, detail, headers=error.headers))


async def _on_defect(_request: Request, error: Exception) -> Response:
    _log.error("a defect", exc_info=error)
    return problems.response(ProblemError(problems.INTERNAL, problems.INTERNAL.title))


class _Edge:
    """Adds security headers to every answer, and measures it by its route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
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
                added = [header for header in SECURITY_HEADERS if header[0] not in present]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            probes.http_requests.labels(route, status).inc()
            probes.http_seconds.labels(route).observe(stopwatch() - started)
