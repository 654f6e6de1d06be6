"""Files for the outside. Content is written here with what it tells of, in one transaction; a timer
brings it to disk afterwards. So no file is ever on disk that the books do not know of, and a file
that is written again has the same bytes.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from chassis.crypto import Keys

PART_BYTES = 256 * 1024
PURPOSE = "file_part.content"
ENCODING = "latin-1"
"""Maps each byte to one character and back, as `Keys.encrypt` takes text."""


def store(
    session: Session, keys: Keys, name: str, business_date: date, chunks: Iterable[bytes]
) -> int:
    """Store a file, its parts encrypted; returns its size in bytes. An empty one is not stored."""
    digest = hashlib.sha256()
    size = 0
    for number, part in enumerate(_parts(chunks), 1):
        digest.update(part)
        size += len(part)
        append(session, keys, name, number, part)
    if size:
        _note(session, name, business_date, digest.hexdigest(), size)
    return size


def append(session: Session, keys: Keys, name: str, part: int, content: bytes) -> None:
    """Store the next part of a file that comes into being page by page."""
    session.execute(
        text("INSERT INTO file_part (file_name, part, content) VALUES (:name, :part, :content)"),
        {
            "name": name,
            "part": part,
            "content": keys.encrypt(PURPOSE, content.decode(ENCODING)),
        },
    )


def complete(session: Session, keys: Keys, name: str, business_date: date) -> None:
    """Say that all parts of a file are stored; one without parts is no file."""
    digest = hashlib.sha256()
    size = 0
    for part in content(session, keys, name):
        digest.update(part)
        size += len(part)
    if size:
        _note(session, name, business_date, digest.hexdigest(), size)


def _note(session: Session, name: str, business_date: date, sha256: str, size: int) -> None:
    session.execute(
        text(
            "INSERT INTO file (file_name, business_date, sha256, byte_count)"
            " VALUES (:name, :on, :sha256, :size)"
        ),
        {"name": name, "on": business_date, "sha256": sha256, "size": size},
    )


def take_unwritten(session: Session) -> str | None:
    """Lock a file that is not on disk yet; None when there is none."""
    row = session.execute(
        text(
            "SELECT file_name FROM file WHERE written_at IS NULL"
            " ORDER BY file_name LIMIT 1 FOR UPDATE SKIP LOCKED"
        )
    ).first()
    return None if row is None else str(row[0])


def content(session: Session, keys: Keys, name: str) -> Iterator[bytes]:
    """Yield a file's bytes, part by part."""
    count = session.scalar(
        text("SELECT count(*) FROM file_part WHERE file_name = :name"), {"name": name}
    )
    for number in range(1, int(count or 0) + 1):
        part = session.scalar(
            text("SELECT content FROM file_part WHERE file_name = :name AND part = :part"),
            {"name": name, "part": number},
        )
        yield keys.decrypt(PURPOSE, bytes(part or b"")).encode(ENCODING)


def mark_written(session: Session, name: str, at: datetime) -> None:
    """Note that a file is on disk."""
    session.execute(
        text("UPDATE file SET written_at = :at WHERE file_name = :name"), {"name": name, "at": at}
    )


def _parts(chunks: Iterable[bytes]) -> Iterator[bytes]:
    gathered = bytearray()
    for chunk in chunks:
        gathered += chunk
        if len(gathered) >= PART_BYTES:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)
