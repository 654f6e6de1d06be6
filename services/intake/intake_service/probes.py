"""What operators and curious programs ask."""

from fastapi import APIRouter, Request
from prometheus_client import Counter, Histogram
from starlette.responses import JSONResponse, PlainTextResponse, Response

from chassis.metrics import REGISTRY
from intake_service import problems
from intake_service.backends import Backends
from intake_service.problems import KINDS, ProblemError

http_requests = Counter(
    "http_requests_total",
    "Requests answered, by route and status.",
    ["route", "status"],
    registry=REGISTRY,
)
http_seconds = Histogram(
    "http_request_duration_seconds",
    "Time from a request's headers to the end of its answer.",
    ["route"],
    registry=REGISTRY,
)

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> Response:
    """The process is well as long as it answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """Ready when withholding and identity are."""
    backends: Backends = request.app.state.backends
    away = await backends.away()
    if away:
        return PlainTextResponse(f"{', '.join(away)}: not serving\n", 503)
    return PlainTextResponse("ok\n")


@router.get("/problems/{slug}")
async def problem_kind(slug: str) -> Response:
    """Say what a problem's type means and what helps."""
    kind = KINDS.get(slug)
    if kind is None:
        raise ProblemError(problems.NOT_FOUND, f"no problem is called {slug}")
    return JSONResponse(
        {
            "type": problems.TYPE_BASE + kind.slug,
            "status": kind.status.value,
            "title": kind.title,
            "remedy": kind.remedy,
        }
    )
