"""Documents: what is known of one, and what becomes of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from case_service.domain.desk.files import ENDINGS

RECEIVED: Final = "received"
ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
CLEAN: Final = "clean"
NOT_SCANNED: Final = "not_scanned"

SUBJECTS: Final = {
    "income": "proof of income",
    "identity": "proof of identity",
    "birth": "proof of birth or paternity",
    "court": "a court's paper",
    "insurance": "health insurance",
    "child_care": "cost of child care",
    "payment": "proof of a payment",
    "residence": "proof of residence",
    "custody": "proof of custody",
    "incarceration": "incarceration or release",
    "other": "something else",
}
"""What a document is evidence of, and how a worker reads it."""


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of a document; its content lies in pieces beside it."""

    document_id: str
    version: int
    case_id: str
    participant_id: str
    """The party whose it is; empty when it is the agency's own."""
    uploaded_by: str
    subject: str
    file_name: str
    content_type: str
    size_bytes: int
    pieces: int
    sha256: str
    has_coordinates: bool
    scan: str
    duplicate_of: str
    state: str
    message: str
    decided_by: str
    decided_at: datetime | None
    received_at: datetime
    shared_with: tuple[str, ...] = ()


def decided(document: Document, state: str, message: str, by: str, at: datetime) -> Document:
    """Return a document that a worker has accepted or rejected."""
    return replace(
        document,
        version=document.version + 1,
        state=state,
        message=message,
        decided_by=by,
        decided_at=at,
    )


def readable_by(document: Document, participant_id: str) -> bool:
    """Whether a party may read a document: his own, or one that a worker shared with him."""
    return participant_id in (document.participant_id, *document.shared_with)


def seen_by(document: Document, participant_id: str) -> Document:
    """Return what a party may know of a document that he may read."""
    hidden = replace(document, shared_with=(), decided_by="", uploaded_by="")
    if document.participant_id == participant_id:
        return hidden
    shown = replace(hidden, participant_id="", message="", sha256="", duplicate_of="")
    # Whoever named the file may have said in it where he lives.
    return replace(shown, file_name=f"{document.subject}{ENDINGS[document.content_type][0]}")
