"""Sending files, and reading what became of them."""

import asyncio
import re
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from chassis.errors import PlatformError
from childsupport.withholding.v1 import withholding_service_pb2 as pb
from intake_service import problems, representations
from intake_service.backends import Backends, Credentials
from intake_service.body import FORM, RAW, Body
from intake_service.problems import ProblemError, field_error
from intake_service.representations import Lines, Problem, Submission

KEY_CHARACTERS_MAX = 255
FILE_NAME_CHARACTERS_MAX = 255
PAGE_SIZE_MAX = 1_000
_QUOTED_KEY = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_ESCAPED = re.compile(r"\\(.)")

router = APIRouter(prefix="/v1", tags=["Submissions"])


def _responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problems that an operation may answer, with an example each."""
    told: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        kinds = [kind for kind in problems.KINDS.values() if kind.status == status]
        examples = {
            kind.slug: {
                "summary": kind.title,
                "value": {
                    "type": problems.TYPE_BASE + kind.slug,
                    "title": kind.title,
                    "status": status,
                    "detail": kind.title,
                    "errors": [],
                },
            }
            for kind in kinds
        }
        told[status] = {
            "model": Problem,
            "description": "; ".join(kind.title for kind in kinds),
            "content": {problems.MEDIA_TYPE: {"examples": examples}},
        }
    return told


@router.post(
    "/submissions",
    status_code=201,
    summary="Send a remittance file",
    responses=_responses(400, 401, 403, 408, 409, 413, 415, 422, 503, 504),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                RAW: {"schema": {"type": "string", "format": "binary"}},
                FORM: {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {"file": {"type": "string", "format": "binary"}},
                    }
                },
            },
        }
    },
)
async def submit(
    request: Request,
    response: Response,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="Your own key, a new one for each file, quoted or not. The same key with "
            "the same file gives the first answer again.",
            examples=['"payroll-2026-03-06"'],
        ),
    ] = None,
    file_name: Annotated[
        str, Query(max_length=FILE_NAME_CHARACTERS_MAX, description="What you call the file.")
    ] = "",
) -> Submission:
    """Send one Nacha file: CCD with a DED addendum, or CTX with many, for one employer.

    The file is checked as a whole before any of it counts. Lines that cannot be identified are
    held in suspense, never dropped; a file that breaks its format is rejected whole (422).
    """
    who = _credentials(request)
    key = _key(idempotency_key)
    body = Body(request, file_name, request.app.state.settings.max_file_bytes)
    backends: Backends = request.app.state.backends
    messages = _messages(body, key, asyncio.get_running_loop())
    try:
        submitted = await backends.submit(messages, who)
    except PlatformError:
        body.raise_error()
        raise
    location = f"/v1/submissions/{submitted.submission_id}"
    answer = representations.submission(submitted)
    if submitted.state == pb.SubmissionState.SUBMISSION_STATE_REJECTED:
        raise _rejected(answer, location)
    response.headers["Location"] = location
    return answer


@router.get(
    "/submissions/{submission_id}",
    summary="Read a submission",
    responses=_responses(400, 401, 403, 404, 503, 504),
)
async def get_submission(request: Request, submission_id: str) -> Submission:
    """Say what became of a file. Only its employer sees it; to others it is not there."""
    backends: Backends = request.app.state.backends
    found = await backends.submission(submission_id, _credentials(request))
    return representations.submission(found)


@router.get(
    "/submissions/{submission_id}/lines",
    summary="Read the lines of a submission",
    responses=_responses(400, 401, 403, 404, 503, 504),
)
async def list_lines(
    request: Request,
    submission_id: str,
    page_size: Annotated[int, Query(ge=0, le=PAGE_SIZE_MAX, description="0 means 100.")] = 0,
    page_token: Annotated[str, Query(description="next_page_token of the page before.")] = "",
) -> Lines:
    """Say what became of each line, in the order of the file; suspended ones say why."""
    backends: Backends = request.app.state.backends
    wanted = pb.ListSubmissionLinesRequest(
        submission_id=submission_id, page_size=page_size, page_token=page_token
    )
    page = await backends.lines(wanted, _credentials(request))
    return Lines(
        lines=[representations.line(line) for line in page.lines],
        next_page_token=page.next_page_token,
    )


def _credentials(request: Request) -> Credentials:
    authorization = request.headers.get("authorization", "")
    if not authorization.lower().startswith("bearer "):
        raise ProblemError(
            problems.UNAUTHENTICATED,
            "Authorization: expected Bearer and an access token",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return Credentials(authorization, request.headers.get("traceparent", ""))


def _key(header: str | None) -> str:
    """Return the key of the header (a structured-field string, or bare). Raises ProblemError."""
    text = (header or "").strip()
    quoted = _QUOTED_KEY.fullmatch(text)
    key = _ESCAPED.sub(r"\1", quoted.group(1)) if quoted else text
    is_sound = 0 < len(key) <= KEY_CHARACTERS_MAX and key.isascii() and key.isprintable()
    if is_sound and (quoted or '"' not in key):
        return key
    expected = f"1 to {KEY_CHARACTERS_MAX} printable ASCII characters, quoted or not"
    raise ProblemError(
        problems.KEY_MISSING,
        f"Idempotency-Key: expected {expected}",
        errors=[field_error("Idempotency-Key", expected)],
    )


def _messages(
    body: Body, key: str, loop: asyncio.AbstractEventLoop
) -> Iterator[pb.SubmitRemittanceFileRequest]:
    """Give a file as withholding takes it; whose it is, withholding reads in the token.

    A body that goes wrong ends with a second header, which withholding refuses: a call that is only
    broken off can look to it as if the file had come to its end.
    """
    pieces = body.pieces(loop)
    first = next(pieces, b"")
    header = pb.SubmissionHeader(
        request_id=key, file_name=body.file_name[:FILE_NAME_CHARACTERS_MAX]
    )
    yield pb.SubmitRemittanceFileRequest(header=header, chunk=first)
    try:
        for piece in pieces:
            yield pb.SubmitRemittanceFileRequest(chunk=piece)
    except ProblemError:
        yield pb.SubmitRemittanceFileRequest(header=header)


def _rejected(answer: Submission, location: str) -> ProblemError:
    count = len(answer.problems)
    first = answer.problems[0]
    place = f"Record {first.record}, {first.field}" if first.record else first.field.capitalize()
    return ProblemError(
        problems.FILE_REJECTED,
        f"{place}: read {first.read or 'nothing'!r}, expected {first.expected}; "
        f"{count} {'problem' if count == 1 else 'problems'} in all. "
        "Nothing was posted. Send the mended file under a new Idempotency-Key.",
        errors=[representations.dumped(problem) for problem in answer.problems],
        members={
            "submission_id": answer.submission_id,
            "submission": representations.dumped(answer),
        },
        headers={"Location": location},
    )
