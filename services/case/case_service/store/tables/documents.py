"""Documents that parties and workers hand in.

Their content lies here and not in files: it commits, is backed up, restored and deleted with the
case that it belongs to, under the same roles. In pieces, so that no row, statement or buffer is
ever larger than one of them.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import UUID

from case_service.store.tables.core import metadata

_PERSONAL = {"data_class": "personal"}
_LOCATION = {"data_class": "location"}

document = Table(
    "document",
    metadata,
    Column("document_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column(
        "participant_id",
        ForeignKey("participant.participant_id"),
        index=True,
        comment="whose it is; null when the agency's own",
    ),
    Column("uploaded_by", Text, nullable=False),
    Column("subject", Text, nullable=False, comment="what it is evidence of"),
    Column("content_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("pieces", Integer, nullable=False),
    Column("content_hash", LargeBinary, nullable=False, comment="keyed, to find duplicates by"),
    Column(
        "details",
        LargeBinary,
        nullable=False,
        info=_PERSONAL,
        comment="encrypted JSON: file name, SHA-256, message on the decision",
    ),
    Column("has_coordinates", Boolean, nullable=False, comment="tells where it was taken"),
    Column("scan", Text, nullable=False),
    Column("duplicate_of", ForeignKey("document.document_id")),
    Column("state", Text, nullable=False),
    Column("decided_by", Text, nullable=False, server_default=""),
    Column("decided_at", DateTime(timezone=True)),
    Column("received_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("state IN ('received', 'accepted', 'rejected')", name="state"),
    CheckConstraint("scan IN ('clean', 'not_scanned')", name="scan"),
    CheckConstraint("(state = 'received') = (decided_at IS NULL)", name="decided_at"),
)
Index("ix_document_content_hash", document.c.case_id, document.c.content_hash)

document_piece = Table(
    "document_piece",
    metadata,
    Column("document_id", ForeignKey("document.document_id"), primary_key=True),
    Column("number", Integer, primary_key=True, comment="0 is the first"),
    Column("content", LargeBinary, nullable=False, info=_LOCATION, comment="encrypted"),
)

document_share = Table(
    "document_share",
    metadata,
    Column("document_id", ForeignKey("document.document_id"), primary_key=True),
    Column(
        "participant_id", ForeignKey("participant.participant_id"), primary_key=True, index=True
    ),
    Column("shared_by", Text, nullable=False),
    Column("shared_at", DateTime(timezone=True), nullable=False),
    comment="who else may read a document, by a worker's decision",
)

document_wanted = Table(
    "document_wanted",
    metadata,
    Column("wanted_id", UUID(as_uuid=False), primary_key=True),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column("participant_id", ForeignKey("participant.participant_id"), nullable=False, index=True),
    Column("subject", Text, nullable=False),
    Column("message", LargeBinary, nullable=False, info=_PERSONAL, comment="encrypted"),
    Column("due_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column(
        "document_id",
        ForeignKey("document.document_id"),
        index=True,
        comment="the one that came; null again once it was rejected",
    ),
    CheckConstraint("state IN ('open', 'received', 'withdrawn')", name="state"),
    CheckConstraint("(state = 'received') = (document_id IS NOT NULL)", name="document"),
    comment="documents that parties were asked for",
)
