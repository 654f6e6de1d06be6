"""Asking a virus scanner: ClamAV's clamd, by its INSTREAM command over a socket."""

import socket
from collections.abc import Iterator
from typing import Final, Protocol

from case_service.settings import CaseSettings
from chassis.errors import PlatformError
from childsupport.common.v1.errors_pb2 import ErrorReason

_CHUNK_BYTES: Final = 64 << 10
_MAX_ANSWER_BYTES: Final = 4096
_CLEAN: Final = "OK"
_FOUND: Final = " FOUND"


class Scanner(Protocol):
    """Something that looks for harmful content."""

    def verdict(self, content: bytes) -> str:
        """Return what was found; empty when nothing was. Raises PlatformError (UNAVAILABLE)."""
        ...


class Clamd:
    """A scanner at an address."""

    def __init__(self, host: str, port: int, timeout_s: float) -> None:
        """Take where it listens, and how long to wait for it each time."""
        self._address = (host, port)
        self._timeout_s = timeout_s

    def verdict(self, content: bytes) -> str:
        """Return what was found; empty when nothing was. Raises PlatformError (UNAVAILABLE)."""
        try:
            with socket.create_connection(self._address, timeout=self._timeout_s) as connection:
                connection.sendall(b"zINSTREAM\0")
                for chunk in _chunks(content):
                    connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
                connection.sendall((0).to_bytes(4, "big"))
                answer = _answer(connection)
        except OSError as error:
            raise _unavailable() from error
        said = answer.removeprefix("stream: ")
        if said == _CLEAN:
            return ""
        if said.endswith(_FOUND):
            return said.removesuffix(_FOUND)
        raise _unavailable()


def scanner_of(settings: CaseSettings) -> Scanner | None:
    """Return the scanner that the settings name; None when they name none."""
    if not settings.clamd_host:
        return None
    return Clamd(settings.clamd_host, settings.clamd_port, settings.clamd_timeout_seconds)


def _chunks(content: bytes) -> Iterator[bytes]:
    for at in range(0, len(content), _CHUNK_BYTES):
        yield content[at : at + _CHUNK_BYTES]


def _answer(connection: socket.socket) -> str:
    read = b""
    while not read.endswith(b"\0") and len(read) < _MAX_ANSWER_BYTES:
        part = connection.recv(_MAX_ANSWER_BYTES)
        if not part:
            break
        read += part
    return read.rstrip(b"\0\n").decode("ascii", errors="replace")


def _unavailable() -> PlatformError:
    return PlatformError(
        ErrorReason.ERROR_REASON_UNAVAILABLE,
        "the virus scanner does not answer: send the document again later",
    )
