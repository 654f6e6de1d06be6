"""Documents with their content in encrypted pieces."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from case_service.domain.desk.documents import Document
from case_service.store.tables.documents import document, document_piece, document_share
from case_service.store.tables.ids import ID
from chassis.arrays import is_any
from chassis.crypto import Keys

PIECE_BYTES = 256 << 10
"""How much of a document stands in a row, and goes into an answer."""

_t = document.c
_s = document_share.c


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents of a case are asked for; what is empty asks for all."""

    case_id: str
    participant_id: str = ""
    readable_by: str = ""
    """Those of a party, and those shared with him."""
    states: Sequence[str] = ()


def pieces_of(content: bytes) -> Iterator[bytes]:
    """Cut a content into pieces."""
    for at in range(0, len(content), PIECE_BYTES):
        yield content[at : at + PIECE_BYTES]


def add(session: Session, keys: Keys, one: Document, content: bytes) -> bool:
    """Add a document with its content; False when there is one with its id."""
    statement = upsert(document).values(_row(keys, one)).on_conflict_do_nothing()
    if not session.scalar(statement.returning(_t.document_id)):
        return False
    for number, piece in enumerate(pieces_of(content)):
        sealed = keys.encrypt_bytes(_purpose(one.document_id, number), piece)
        values = {"document_id": one.document_id, "number": number, "content": sealed}
        session.execute(insert(document_piece), values)
    return True


def piece(session: Session, keys: Keys, document_id: str, number: int) -> bytes | None:
    """Return a piece of a content; None when there is none of that number."""
    at = (document_piece.c.document_id == document_id, document_piece.c.number == number)
    sealed: bytes | None = session.scalar(select(document_piece.c.content).where(*at))
    return None if sealed is None else keys.decrypt_bytes(_purpose(document_id, number), sealed)


def _purpose(document_id: str, number: int) -> str:
    """Bind a piece to its place: none can be put into another document, or moved within one."""
    return f"document_piece.content\x1f{document_id}\x1f{number}"


def same_content(session: Session, keys: Keys, one: Document) -> str:
    """Return the first document of the same party in the same case with the same content."""
    query = (
        select(_t.document_id)
        .where(
            _t.case_id == one.case_id,
            _t.content_hash == _hash(keys, one),
            _t.participant_id.is_not_distinct_from(one.participant_id or None),
            _t.document_id != one.document_id,
        )
        .order_by(_t.received_at, _t.document_id)
        .limit(1)
    )
    found: str | None = session.scalar(query)
    return found or ""


def read(session: Session, keys: Keys, ids: Sequence[str], *, lock: bool = False) -> list[Document]:
    """Return documents by id, in the order of their ids; locked when they are to be changed."""
    query = select(document).where(is_any(_t.document_id, ids)).order_by(_t.document_id)
    if lock:
        query = query.with_for_update()
    return _documents(session, keys, session.execute(query).all())


def page(
    session: Session, keys: Keys, which: Filter, after: tuple[datetime, str] | None, limit: int
) -> list[Document]:
    """Return a page of documents, the latest first."""
    query = select(document).where(_t.case_id == which.case_id)
    if which.participant_id:
        query = query.where(_t.participant_id == which.participant_id)
    if which.readable_by:
        shared = select(_s.document_id).where(_s.participant_id == which.readable_by)
        mine = _t.participant_id == which.readable_by
        query = query.where(or_(mine, _t.document_id.in_(shared)))
    if which.states:
        query = query.where(is_any(_t.state, which.states))
    order = tuple_(_t.received_at, _t.document_id)
    if after:
        query = query.where(order < tuple_(literal(after[0]), literal(after[1], ID)))
    query = query.order_by(_t.received_at.desc(), _t.document_id.desc()).limit(limit)
    return _documents(session, keys, session.execute(query).all())


def write(session: Session, keys: Keys, one: Document) -> None:
    """Write what can change of a document."""
    changing = ("version", "details", "state", "decided_by", "decided_at")
    row = _row(keys, one)
    session.execute(
        update(document)
        .where(_t.document_id == one.document_id)
        .values({name: row[name] for name in changing})
    )


def share(session: Session, one: Document, participant_id: str, by: str, at: datetime) -> None:
    """Let another party read a document."""
    values = {
        "document_id": one.document_id,
        "participant_id": participant_id,
        "shared_by": by,
        "shared_at": at,
    }
    session.execute(upsert(document_share).values(values).on_conflict_do_nothing())


def unshare(session: Session, one: Document, participant_id: str) -> None:
    """Take that back."""
    which = (_s.document_id == one.document_id, _s.participant_id == participant_id)
    session.execute(delete(document_share).where(*which))


def _documents(session: Session, keys: Keys, rows: Sequence[Row[Any]]) -> list[Document]:
    shares: dict[str, list[str]] = defaultdict(list)
    query = select(_s.document_id, _s.participant_id).where(
        is_any(_s.document_id, [row.document_id for row in rows])
    )
    for row in session.execute(query.order_by(_s.participant_id)):
        shares[row.document_id].append(row.participant_id)
    return [_document(keys, row, shares) for row in rows]


def _hash(keys: Keys, one: Document) -> bytes:
    return keys.lookup_hash("document.content", one.sha256)


def _row(keys: Keys, one: Document) -> dict[str, object]:
    details = {"file_name": one.file_name, "sha256": one.sha256, "message": one.message}
    return {
        "document_id": one.document_id,
        "version": one.version,
        "case_id": one.case_id,
        "participant_id": one.participant_id or None,
        "uploaded_by": one.uploaded_by,
        "subject": one.subject,
        "content_type": one.content_type,
        "size_bytes": one.size_bytes,
        "pieces": one.pieces,
        "content_hash": _hash(keys, one),
        "details": keys.encrypt("document.details", json.dumps(details)),
        "has_coordinates": one.has_coordinates,
        "scan": one.scan,
        "duplicate_of": one.duplicate_of or None,
        "state": one.state,
        "decided_by": one.decided_by,
        "decided_at": one.decided_at,
        "received_at": one.received_at,
    }


def _document(keys: Keys, row: Row[Any], shares: Mapping[str, Sequence[str]]) -> Document:
    details = json.loads(keys.decrypt("document.details", row.details))
    return Document(
        document_id=row.document_id,
        version=row.version,
        case_id=row.case_id,
        participant_id=row.participant_id or "",
        uploaded_by=row.uploaded_by,
        subject=row.subject,
        content_type=row.content_type,
        size_bytes=row.size_bytes,
        pieces=row.pieces,
        has_coordinates=row.has_coordinates,
        scan=row.scan,
        duplicate_of=row.duplicate_of or "",
        state=row.state,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        received_at=row.received_at,
        shared_with=tuple(shares.get(row.document_id, ())),
        **details,
    )
