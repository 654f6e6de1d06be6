"""Passwords that were stolen elsewhere (ASVS 5.0 6.2.12): a file that the operator provides.

Lines of an upper-case SHA-1 in hexadecimal, sorted, each with or without `:count` after it, as
lists of breached passwords are given out. The file may have tens of gigabytes: it is searched where
it lies, some thirty looks for a password, and nothing leaves the machine.
"""

import hashlib
import mmap
import re
from functools import cache
from pathlib import Path
from typing import Final

HASH_CHARACTERS: Final = 40
_LINE: Final = re.compile(rb"[0-9A-F]{40}(?::[0-9]+)?\r?\n?")
_LOOKS: Final = 64
"""How many lines are compared when the file is first opened."""


def is_breached(file: Path | None, password: str) -> bool:
    """True when the file has the password; False without a file."""
    if file is None:
        return False
    # Lists are made of SHA-1: it is a key of a list here, not a protection.
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    lines = _opened(file)
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        start, end = _line_at(lines, middle)
        found = lines[start : start + HASH_CHARACTERS]
        if found == wanted:
            return True
        if found < wanted:
            low = end
        else:
            high = start
    return False


def check(file: Path) -> None:
    """Raise ValueError for a file that is none of ours: unreadable, empty, unsorted."""
    try:
        lines = _opened(file)
    except (OSError, ValueError) as error:
        raise ValueError(f"breached_passwords_file: {file} cannot be read ({error})") from error
    before = b""
    for look in range(_LOOKS):
        start, end = _line_at(lines, look * (len(lines) - 1) // (_LOOKS - 1))
        line = lines[start:end]
        if not _LINE.fullmatch(line):
            raise ValueError(
                f"breached_passwords_file: expected lines of 40 upper-case hexadecimal digits,"
                f" then nothing or :count; read {line[:60]!r} at byte {start}"
            )
        if line[:HASH_CHARACTERS] < before:
            raise ValueError(f"breached_passwords_file: not sorted at byte {start}")
        before = line[:HASH_CHARACTERS]


def _line_at(lines: mmap.mmap, place: int) -> tuple[int, int]:
    """Return where the line that a byte belongs to begins, and where the next one does."""
    start = lines.rfind(b"\n", 0, place) + 1
    end = lines.find(b"\n", place)
    return start, len(lines) if end < 0 else end + 1


@cache
def _opened(file: Path) -> mmap.mmap:
    with file.open("rb") as opened:
        return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
