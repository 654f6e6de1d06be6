"""Taking a file in: its bytes counted and hashed, its entries read into lines, nothing released."""

import hashlib
from collections.abc import Iterator

from chassis.errors import PlatformError, invalid_field
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.withholding.v1 import withholding_service_pb2 as pb


class Bytes:
    """The chunks of a stream, counted and hashed as they pass by; goes on where it was left.

    Raises PlatformError: LIMIT_EXCEEDED when there are more than `max_bytes`, INVALID_FIELD when a
    message behind the first carries a header.
    """

    def __init__(
        self,
        first: pb.SubmitRemittanceFileRequest,
        others: Iterator[pb.SubmitRemittanceFileRequest],
        max_bytes: int,
    ) -> None:
        """Take the stream, its first message read already."""
        self._chunks = self._pass(first, others)
        self._max_bytes = max_bytes
        self._count = 0
        self._hash = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        """Give the chunks that have not been given yet."""
        return self._chunks

    def drain(self) -> None:
        """Take in what nobody read, so that the hash is that of the whole file."""
        for _ in self._chunks:
            pass

    @property
    def sha256(self) -> str:
        """Hash of what has passed, hexadecimal."""
        return self._hash.hexdigest()

    def _pass(
        self,
        first: pb.SubmitRemittanceFileRequest,
        others: Iterator[pb.SubmitRemittanceFileRequest],
    ) -> Iterator[bytes]:
        yield self._taken(first.chunk)
        for message in others:
            if message.HasField("header"):
                raise invalid_field("header", "must stand in the first message only")
            yield self._taken(message.chunk)

    def _taken(self, chunk: bytes) -> bytes:
        self._count += len(chunk)
        if self._count > self._max_bytes:
            raise PlatformError(
                ErrorReason.ERROR_REASON_LIMIT_EXCEEDED,
                f"file: read more than {self._max_bytes} bytes, expected at most so many",
                metadata={"max_bytes": str(self._max_bytes)},
            )
        self._hash.update(chunk)
        return chunk
