"""Access tokens for employers' programs: OAuth 2.0 client credentials (RFC 6749 section 4.4)."""

import base64
import binascii
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from chassis.errors import PlatformError
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.identity.v1 import identity_service_pb2 as identity_pb
from intake_service.backends import Backends, Credentials
from intake_service.problems import RETRY_AFTER_S
from intake_service.representations import Token, TokenError

FORM_BYTES_MAX = 16_384
FORM_FIELDS_MAX = 20
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_GRANT = "client_credentials"
_FORM_SCHEMA = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"type": "string", "enum": [_GRANT]},
        "client_id": {"type": "string", "description": "Unless sent by HTTP Basic."},
        "client_secret": {"type": "string", "description": "Unless sent by HTTP Basic."},
        "scope": {"type": "string", "description": "Scopes apart by blanks; all when left out."},
    },
}

router = APIRouter(tags=["Access"])


class _RefusedError(Exception):
    """An error of RFC 6749 section 5.2."""

    def __init__(self, error: str, description: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(description)
        self.error = error
        self.status = status


@router.post(
    "/oauth2/token",
    summary="Get an access token",
    response_model=Token,
    responses={
        400: {"model": TokenError, "description": "The request cannot be granted."},
        401: {"model": TokenError, "description": "No client in force has these credentials."},
        429: {"model": TokenError, "description": "Too many wrong secrets."},
        503: {"model": TokenError, "description": "Identity is away."},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": _FORM_SCHEMA}},
        }
    },
)
async def issue_token(request: Request) -> JSONResponse:
    """Exchange a client's id and secret for a short-lived token.

    Send them in the form, or by HTTP Basic. The token goes into `Authorization: Bearer …`.
    """
    backends: Backends = request.app.state.backends
    try:
        wanted = _wanted(request, await _form(request))
        who = Credentials("", request.headers.get("traceparent", ""))
        issued = await backends.token(wanted, who)
    except _RefusedError as refused:
        return _error(refused.error, str(refused), refused.status)
    except PlatformError as error:
        return _platform_error(error)
    body = Token(
        access_token=issued.access_token,
        token_type="Bearer",  # noqa: S106 — the name of the scheme
        expires_in=issued.expires_in_seconds,
        scope=" ".join(issued.scopes),
    )
    return JSONResponse(body.model_dump(), headers=NO_STORE)


async def _form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise _RefusedError(
            "invalid_request", "Content-Type must be application/x-www-form-urlencoded"
        )
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > FORM_BYTES_MAX:
            raise _RefusedError("invalid_request", f"the form is over {FORM_BYTES_MAX} bytes")
    try:
        pairs = parse_qsl(content.decode(), keep_blank_values=True, max_num_fields=FORM_FIELDS_MAX)
    except ValueError as error:
        raise _RefusedError("invalid_request", "the form cannot be read") from error
    form = dict(pairs)
    if len(form) < len(pairs):
        raise _RefusedError("invalid_request", "each parameter may be sent once")
    return form


def _wanted(request: Request, form: dict[str, str]) -> identity_pb.IssueTokenRequest:
    grant = form.get("grant_type", "")
    if not grant:
        raise _RefusedError("invalid_request", f"grant_type is missing; expected {_GRANT}")
    if grant != _GRANT:
        raise _RefusedError("unsupported_grant_type", f"grant_type must be {_GRANT}")
    basic = _basic(request.headers.get("authorization", ""))
    if basic and form.get("client_secret"):
        raise _RefusedError("invalid_request", "send the secret in one way, not in two")
    client_id, secret = basic or (form.get("client_id", ""), form.get("client_secret", ""))
    if not client_id or not secret:
        raise _RefusedError(
            "invalid_client", "client_id or client_secret is missing", HTTPStatus.UNAUTHORIZED
        )
    scopes = form.get("scope", "").split()
    return identity_pb.IssueTokenRequest(client_id=client_id, client_secret=secret, scopes=scopes)


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, UnicodeError) as error:
        raise _RefusedError(
            "invalid_client", "HTTP Basic credentials cannot be read", HTTPStatus.UNAUTHORIZED
        ) from error
    client_id, _, secret = decoded.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _platform_error(error: PlatformError) -> JSONResponse:
    match error.reason:
        case ErrorReason.ERROR_REASON_UNAUTHENTICATED:
            return _error("invalid_client", error.detail, HTTPStatus.UNAUTHORIZED)
        case ErrorReason.ERROR_REASON_PERMISSION_DENIED:
            return _error("invalid_scope", error.detail, HTTPStatus.BAD_REQUEST)
        case ErrorReason.ERROR_REASON_INVALID_FIELD:
            return _error("invalid_request", error.detail, HTTPStatus.BAD_REQUEST)
        case ErrorReason.ERROR_REASON_LIMIT_EXCEEDED:
            wait = error.metadata.get("retry_after_seconds", str(RETRY_AFTER_S))
            headers = {"Retry-After": wait}
            return _error("invalid_client", error.detail, HTTPStatus.TOO_MANY_REQUESTS, headers)
        case ErrorReason.ERROR_REASON_UNAVAILABLE | ErrorReason.ERROR_REASON_DEADLINE_TOO_SHORT:
            return _error(
                "temporarily_unavailable",
                "identity is away; try again",
                HTTPStatus.SERVICE_UNAVAILABLE,
                {"Retry-After": str(RETRY_AFTER_S)},
            )
    return _error("server_error", "a defect of the platform", HTTPStatus.INTERNAL_SERVER_ERROR)


def _error(
    error: str, description: str, status: int, headers: dict[str, Any] | None = None
) -> JSONResponse:
    body = TokenError(error=error, error_description=description)
    told = NO_STORE | (headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        told["WWW-Authenticate"] = 'Basic realm="childsupport"'
    return JSONResponse(body.model_dump(), status, told)
