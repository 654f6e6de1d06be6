"""Errors as employers' programs read them: application/problem+json (RFC 9457)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

from chassis.errors import PlatformError
from childsupport.common.v1.errors_pb2 import ErrorReason

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "/problems/"
RETRY_AFTER_S = 5


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of problem: its status, and what it is, whatever the case."""

    slug: str
    status: HTTPStatus
    title: str
    remedy: str


class ProblemError(Exception):
    """A problem that is answered."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Take a kind, what is the matter this time, and what else the answer carries."""
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.members = dict(members or {})
        self.headers = dict(headers or {})


KINDS: dict[str, Kind] = {}


def _kind(slug: str, status: HTTPStatus, title: str, remedy: str) -> Kind:
    KINDS[slug] = Kind(slug, status, title, remedy)
    return KINDS[slug]


FILE_REJECTED = _kind(
    "file-rejected",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "The file breaks a rule of its format; nothing of it was posted",
    "Mend what `errors` names and send the whole file again under a new Idempotency-Key.",
)
KEY_MISSING = _kind(
    "idempotency-key-missing",
    HTTPStatus.BAD_REQUEST,
    "The header Idempotency-Key is missing or malformed",
    "Send a key of your own choice, a new one for each file, the same one when you send it again.",
)
KEY_REUSED = _kind(
    "idempotency-key-reused",
    HTTPStatus.UNPROCESSABLE_ENTITY,
    "The Idempotency-Key was used for another file",
    "Take a new key for a new file.",
)
DUPLICATE_FILE = _kind(
    "duplicate-file",
    HTTPStatus.CONFLICT,
    "The same file was sent before",
    "Nothing is left to do: `submission_id` names the first one. Nothing is posted twice.",
)
TOO_LARGE = _kind(
    "file-too-large",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "The file is larger than one submission may be",
    "Send it in parts, each a whole Nacha file.",
)
UNSUPPORTED = _kind(
    "unsupported-media-type",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "The body is neither application/octet-stream nor multipart/form-data",
    "Send the bytes of the file as they are, or a form with one file.",
)
INVALID = _kind(
    "invalid-request",
    HTTPStatus.BAD_REQUEST,
    "A part of the request is missing or breaks a rule",
    "Mend what `errors` names.",
)
UNAUTHENTICATED = _kind(
    "unauthenticated",
    HTTPStatus.UNAUTHORIZED,
    "The request carries no access token in force",
    "Get one at /oauth2/token and send it as `Authorization: Bearer …`.",
)
FORBIDDEN = _kind(
    "forbidden",
    HTTPStatus.FORBIDDEN,
    "The access token does not allow this",
    "Ask the agency for the scope, or for a client of the employer in question.",
)
NOT_FOUND = _kind(
    "not-found",
    HTTPStatus.NOT_FOUND,
    "There is no such thing, or it is not yours to see",
    "Look at the id; submissions are seen by the employer that sent them.",
)
NOT_ALLOWED = _kind(
    "method-not-allowed", HTTPStatus.METHOD_NOT_ALLOWED, "No such method here", "See /docs."
)
CONFLICT = _kind(
    "conflict",
    HTTPStatus.CONFLICT,
    "The request does not fit the present state",
    "Wait a moment when Retry-After says so, else look at `detail`.",
)
INTERRUPTED = _kind(
    "upload-interrupted",
    HTTPStatus.REQUEST_TIMEOUT,
    "The file stopped arriving before its end",
    "Send it again under the same Idempotency-Key.",
)
UNAVAILABLE = _kind(
    "unavailable",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Something behind this door is away",
    "Send the request again after Retry-After, under the same Idempotency-Key.",
)
TOO_SLOW = _kind(
    "timeout",
    HTTPStatus.GATEWAY_TIMEOUT,
    "The request was not done in time",
    "Send it again under the same Idempotency-Key; nothing is posted twice.",
)
INTERNAL = _kind(
    "internal",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "A defect of the platform",
    "Send the request again later; tell the agency if it lasts.",
)

_R = ErrorReason
_KIND_OF_REASON = {
    _R.ERROR_REASON_INVALID_FIELD: INVALID,
    _R.ERROR_REASON_NOT_FOUND: NOT_FOUND,
    _R.ERROR_REASON_ALREADY_EXISTS: CONFLICT,
    _R.ERROR_REASON_UNAUTHENTICATED: UNAUTHENTICATED,
    _R.ERROR_REASON_PERMISSION_DENIED: FORBIDDEN,
    _R.ERROR_REASON_REQUEST_ID_REUSED: KEY_REUSED,
    _R.ERROR_REASON_REQUEST_IN_PROGRESS: CONFLICT,
    _R.ERROR_REASON_DEADLINE_TOO_SHORT: TOO_SLOW,
    _R.ERROR_REASON_FAILED_PRECONDITION: CONFLICT,
    _R.ERROR_REASON_DUPLICATE_FILE: DUPLICATE_FILE,
    _R.ERROR_REASON_UNAVAILABLE: UNAVAILABLE,
}
_TOLD = ("submission_id", "receive_time", "max_bytes")
"""What of an error's metadata an employer is told."""


def from_platform(error: PlatformError) -> ProblemError:
    """Return the problem for an error of a service. A defect's words stay inside."""
    kind = _KIND_OF_REASON.get(error.reason, INTERNAL)
    if error.reason == _R.ERROR_REASON_LIMIT_EXCEEDED:
        # Without a bound of ours in it, it is the server that has no room for more calls.
        kind = TOO_LARGE if "max_bytes" in error.metadata else UNAVAILABLE
    inside = kind in (INTERNAL, UNAVAILABLE, TOO_SLOW)
    headers = {}
    if kind is UNAVAILABLE or error.reason == _R.ERROR_REASON_REQUEST_IN_PROGRESS:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    if kind is UNAUTHENTICATED:
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return ProblemError(
        kind,
        kind.title if inside else error.detail,
        errors=[field_error(v.field, v.description) for v in error.violations],
        members={name: error.metadata[name] for name in _TOLD if name in error.metadata},
        headers=headers,
    )


def field_error(field: str, expected: str, read: str = "") -> dict[str, Any]:
    """Return an item of `errors` for a part of the request that is no record of a file."""
    return {
        "record": None,
        "record_type": "",
        "field": field,
        "columns": "",
        "read": read,
        "expected": expected,
        "rule": "",
    }


def response(problem: ProblemError) -> JSONResponse:
    """Return the answer."""
    kind = problem.kind
    body = {
        "type": TYPE_BASE + kind.slug,
        "title": kind.title,
        "status": kind.status.value,
        "detail": problem.detail,
        "errors": list(problem.errors),
        **problem.members,
    }
    return JSONResponse(body, kind.status.value, problem.headers, MEDIA_TYPE)
