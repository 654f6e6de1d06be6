"""Parentage as it was recorded, locating, service of process, and worksheets of orders."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from case_service.store.tables.core import metadata

_PERSONAL = {"data_class": "personal"}
_LOCATION = {"data_class": "location"}

paternity_fact = Table(
    "paternity_fact",
    metadata,
    Column("fact_id", UUID(as_uuid=False), primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("child_id", ForeignKey("participant.participant_id"), nullable=False, index=True),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("on_date", Date, nullable=False, comment="the day that it is about"),
    Column("content", LargeBinary, nullable=False, info=_PERSONAL, comment="encrypted JSON"),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    comment="what was recorded about a child's parentage; only added to",
)

locate_request = Table(
    "locate_request",
    metadata,
    Column("locate_id", UUID(as_uuid=False), primary_key=True),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False),
    Column("participant_id", ForeignKey("participant.participant_id"), nullable=False, index=True),
    Column("version", BigInteger, nullable=False),
    Column("needed_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("located_on", Date),
    Column("recorded_by", Text, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("state IN ('searching', 'waiting', 'located', 'ended')", name="state"),
    CheckConstraint("(state = 'located') = (located_on IS NOT NULL)", name="located_on"),
)
Index("ix_locate_request_case_id", locate_request.c.case_id, locate_request.c.locate_id)
Index(
    "uq_locate_request_open",
    locate_request.c.case_id,
    locate_request.c.participant_id,
    unique=True,
    postgresql_where=text("state IN ('searching', 'waiting')"),
)

locate_round = Table(
    "locate_round",
    metadata,
    Column("locate_id", ForeignKey("locate_request.locate_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("begun_on", Date, nullable=False),
    Column("done_on", Date),
    CheckConstraint("kind IN ('first', 'again', 'new_information')", name="kind"),
)

locate_inquiry = Table(
    "locate_inquiry",
    metadata,
    Column("locate_id", ForeignKey("locate_request.locate_id"), primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("asked_on", Date, nullable=False),
    Column("answered_on", Date),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default="", comment="why it is not appropriate"),
    CheckConstraint("outcome IN ('', 'found', 'nothing', 'not_appropriate')", name="outcome"),
)

located_place = Table(
    "located_place",
    metadata,
    Column("location_id", UUID(as_uuid=False), primary_key=True),
    Column("locate_id", ForeignKey("locate_request.locate_id"), nullable=False, index=True),
    Column("participant_id", ForeignKey("participant.participant_id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("found_on", Date, nullable=False),
    Column("content", LargeBinary, nullable=False, info=_LOCATION, comment="encrypted JSON"),
    comment="where a person, an employer or an asset was found",
)

service_process = Table(
    "service_process",
    metadata,
    Column("process_id", UUID(as_uuid=False), primary_key=True),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column("participant_id", ForeignKey("participant.participant_id"), nullable=False, index=True),
    Column("version", BigInteger, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("filed_on", Date, nullable=False),
    Column("court_number", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("served_on", Date),
    Column("answer_by", Date),
    Column("answered_on", Date),
    Column("diligent_on", Date),
    Column("disposed_on", Date),
    Column("disposition", Text, nullable=False, server_default=""),
    Column("recorded_by", Text, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("purpose IN ('paternity', 'support', 'paternity_and_support')", name="purpose"),
    CheckConstraint(
        "state IN ('open', 'served', 'diligent_effort', 'answered', 'disposed')", name="state"
    ),
    CheckConstraint("(served_on IS NULL) = (answer_by IS NULL)", name="answer_by"),
    UniqueConstraint("case_id", "participant_id", "purpose", "filed_on"),
)

service_attempt = Table(
    "service_attempt",
    metadata,
    Column("attempt_id", UUID(as_uuid=False), primary_key=True),
    Column("process_id", ForeignKey("service_process.process_id"), nullable=False, index=True),
    Column("method", Text, nullable=False),
    Column("on_date", Date, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("note", LargeBinary, info=_LOCATION, comment="encrypted: what the server wrote"),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(
        "outcome IN ('served', 'not_found', 'moved', 'refused', 'unclaimed', 'returned')",
        name="outcome",
    ),
)

order_worksheet = Table(
    "order_worksheet",
    metadata,
    Column("worksheet_id", UUID(as_uuid=False), primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column("order_id", UUID(as_uuid=False), nullable=False, index=True),
    Column("law_of", Date, nullable=False, comment="the day whose guidelines were applied"),
    Column("obligor_column", Text, nullable=False),
    Column("guideline_cents", BigInteger, nullable=False),
    Column("ordered_cents", BigInteger, nullable=False),
    Column("deviates", Boolean, nullable=False),
    Column("policy_checksum", Text, nullable=False),
    Column("input", LargeBinary, nullable=False, info=_PERSONAL, comment="encrypted JSON"),
    Column("result", LargeBinary, nullable=False, info=_PERSONAL, comment="encrypted JSON"),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("obligor_column IN ('a', 'b')", name="obligor_column"),
    CheckConstraint("guideline_cents >= 0 AND ordered_cents >= 0", name="amounts"),
    comment="the guideline worksheet that an order stands on; only added to",
)
