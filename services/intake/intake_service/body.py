"""A file's bytes from the request's body, a piece at a time; never the whole of it."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from intake_service import problems
from intake_service.problems import ProblemError, field_error

PIECE_BYTES_MAX = 1 << 20
"""The longest chunk that withholding takes."""
PIECE_WAIT_S = 60.0
"""How long the next piece may take to arrive."""
PART_HEADER_BYTES_MAX = 8_192
RAW = "application/octet-stream"
FORM = "multipart/form-data"


class Body:
    """A file that arrives. `file_name` stands once the first piece was read."""

    def __init__(self, request: Request, file_name: str, max_bytes: int) -> None:
        """Look at the headers. Raises ProblemError: another type, or too long by its own word."""
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        self.file_name = file_name
        self._max_bytes = max_bytes
        self._count = 0
        self._error: ProblemError | None = None
        declared = request.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > max_bytes + PART_HEADER_BYTES_MAX:
            raise self._too_large()
        match kind.decode("latin-1"):
            case "application/octet-stream":
                self._pieces = aiter(request.stream())
            case "multipart/form-data" if options.get(b"boundary"):
                self._pieces = self._form_file(request, options[b"boundary"])
            case other:
                detail = f"Content-Type: read {other!r}, expected {RAW}, or {FORM} with a boundary"
                raise ProblemError(problems.UNSUPPORTED, detail)

    def pieces(self, loop: asyncio.AbstractEventLoop) -> Iterator[bytes]:
        """Give the bytes to a thread, up to PIECE_BYTES_MAX at a time, read on `loop`.

        What goes wrong ends the iteration with an error, and `raise_error` tells it.
        """
        while True:
            future = asyncio.run_coroutine_threadsafe(self._next(), loop)
            try:
                piece = future.result(PIECE_WAIT_S)
            except ProblemError as error:
                self._error = error
                raise
            except (TimeoutError, ClientDisconnect) as error:
                future.cancel()
                detail = f"file: read {self._count} bytes, expected more to arrive"
                self._error = ProblemError(problems.INTERRUPTED, detail)
                raise self._error from error
            if piece is None:
                return
            for start in range(0, len(piece), PIECE_BYTES_MAX):
                yield piece[start : start + PIECE_BYTES_MAX]

    def raise_error(self) -> None:
        """Raise what ended `pieces` early, if anything did."""
        if self._error is not None:
            raise self._error

    async def _next(self) -> bytes | None:
        piece = await anext(self._pieces, None)
        if piece is not None:
            self._count += len(piece)
            if self._count > self._max_bytes:
                raise self._too_large()
        return piece

    def _too_large(self) -> ProblemError:
        detail = f"file: read more than {self._max_bytes} bytes, expected at most so many"
        return ProblemError(problems.TOO_LARGE, detail, members={"max_bytes": str(self._max_bytes)})

    async def _form_file(self, request: Request, boundary: bytes) -> AsyncIterator[bytes]:
        """Give the bytes of the one file of a form; its other fields are passed over."""
        form = _Form(boundary)
        async for chunk in request.stream():
            form.feed(chunk)
            if form.file_name and not self.file_name:
                self.file_name = form.file_name
            if data := form.take():
                yield data
        form.finish()


class _Form:
    """Parses a form as it arrives and keeps only what was read of its file and not yet taken."""

    def __init__(self, boundary: bytes) -> None:
        self.file_name = ""
        self._data = bytearray()
        self._header_name = b""
        self._header_value = b""
        self._disposition = b""
        self._is_file = False
        self._files = 0
        self._is_ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._on_part_begin,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_part_data,
                "on_end": self._on_end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body. Raises ProblemError when they are no form."""
        try:
            self._parser.write(chunk)
        except ValueError as error:
            raise _bad_form("body", "parts as RFC 7578 has them") from error

    def take(self) -> bytes:
        """Return what was read of the file since the last time."""
        data = bytes(self._data)
        self._data.clear()
        return data

    def finish(self) -> None:
        """Check that the form was whole. Raises ProblemError."""
        if not self._is_ended:
            raise _bad_form("body", "the closing boundary of the form")
        if self._files == 0:
            raise _bad_form("body", "one part with a filename")

    def _on_part_begin(self) -> None:
        self._disposition = b""
        self._is_file = False

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name = self._bounded(self._header_name + data[start:end])

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value = self._bounded(self._header_value + data[start:end])

    def _on_header_end(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = self._header_value
        self._header_name = self._header_value = b""

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._is_file = b"filename" in options
        if not self._is_file:
            return
        self._files += 1
        if self._files > 1:
            raise _bad_form("body", "one file in a submission")
        self.file_name = options[b"filename"].decode("utf-8", errors="replace")

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._data += data[start:end]

    def _on_end(self) -> None:
        self._is_ended = True

    def _bounded(self, header: bytes) -> bytes:
        if len(header) > PART_HEADER_BYTES_MAX:
            raise _bad_form("body", f"headers of at most {PART_HEADER_BYTES_MAX} bytes")
        return header


def _bad_form(field: str, expected: str) -> ProblemError:
    detail = f"{field}: read a form that cannot be used, expected {expected}"
    return ProblemError(problems.INVALID, detail, errors=[field_error(field, expected)])
