"""Bytes into records, whichever way a producer separates them.

Records come one to a line (LF or CRLF), or end to end without separators, or ten to a line. The
first SNIFF_CHARACTERS decide. What is held is bounded whatever the input is: a line that does not
end within LINE_CHARACTERS_MAX is handed over cut, and nothing more is read.
"""

from collections.abc import Iterable, Iterator

from formats.ach.layouts import RECORD_CHARACTERS

PIECE_BYTES = 65_536
SNIFF_CHARACTERS = 4_096
LINE_CHARACTERS_MAX = 4_096


def read_records(chunks: Iterable[bytes]) -> Iterator[str]:
    """Return the records of a file, each as text with one character per byte (Latin-1).

    Records have the length that the file gives them; whether it is right, and whether the
    characters are, is the reader's business. Up to SNIFF_CHARACTERS are read at once, everything
    else as it is asked for.
    """
    pieces = _pieces(chunks)
    head = ""
    for piece in pieces:
        head += piece
        if len(head) >= SNIFF_CHARACTERS:
            break
    return _lines(head, pieces) if _is_in_lines(head) else _blocks(head, pieces)


def _pieces(chunks: Iterable[bytes]) -> Iterator[str]:
    for chunk in chunks:
        for start in range(0, len(chunk), PIECE_BYTES):
            yield chunk[start : start + PIECE_BYTES].decode("latin-1")


def _is_in_lines(head: str) -> bool:
    end = head.find("\n")
    if end < 0:
        return False
    width = end - 1 if head[end - 1 : end] == "\r" else end
    is_many_records = width > RECORD_CHARACTERS and width % RECORD_CHARACTERS == 0
    return not is_many_records


def _lines(head: str, pieces: Iterator[str]) -> Iterator[str]:
    buffer = head
    while True:
        if "\r" in buffer:
            buffer = buffer.replace("\r\n", "\n")
        *lines, tail = buffer.split("\n")
        yield from lines
        if len(tail) > LINE_CHARACTERS_MAX:
            yield tail[: LINE_CHARACTERS_MAX + 1]
            return
        piece = next(pieces, None)
        if piece is None:
            break
        buffer = tail + piece
    if tail:
        yield tail.removesuffix("\r")


def _blocks(head: str, pieces: Iterator[str]) -> Iterator[str]:
    buffer = head
    while True:
        start = 0
        while True:
            if buffer[start : start + 1] in ("\r", "\n"):
                buffer, start = buffer[start:].lstrip("\r\n"), 0
            if len(buffer) - start < RECORD_CHARACTERS:
                break
            yield buffer[start : start + RECORD_CHARACTERS]
            start += RECORD_CHARACTERS
        piece = next(pieces, None)
        if piece is None:
            break
        buffer = buffer[start:] + piece
    tail = buffer[start:].rstrip("\r\n")
    if tail:
        yield tail
