"""Protection, what parties report of themselves, and what offices say of themselves."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Sequence,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import UUID

from case_service.store.tables.core import metadata

_PERSONAL = {"data_class": "personal"}
_LOCATION = {"data_class": "location"}

case_serial = Sequence("case_serial", start=500_000_000, metadata=metadata)
"""Half way up, so that numbers given out here stay clear of those that were taken over."""

office_setting = Table(
    "office_setting",
    metadata,
    Column("office_id", Text, primary_key=True, comment="FIPS code of its county"),
    Column("version", BigInteger, nullable=False),
    Column("phone", Text, nullable=False),
    Column("street", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("zip_code", Text, nullable=False),
    Column("hours", Text, nullable=False),
    Column("worked_by", Text, nullable=False, comment="office that takes its new cases, if any"),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("email", Text, nullable=False, server_default=""),
    comment="what is known of an office beyond its county",
)

protection = Table(
    "protection",
    metadata,
    Column("protection_id", UUID(as_uuid=False), primary_key=True),
    Column("participant_id", ForeignKey("participant.participant_id"), nullable=False),
    Column("since", Date, nullable=False),
    Column("reason", LargeBinary, nullable=False, info=_PERSONAL, comment="encrypted"),
    Column("evidence_id", Text, nullable=False, comment="the document that shows it, if any"),
    Column("set_by", Text, nullable=False),
    Column("lift_asked_by", Text, nullable=False, server_default=""),
    Column("lift_reason", LargeBinary, info=_PERSONAL, comment="encrypted"),
    Column("lift_evidence_id", Text, nullable=False, server_default=""),
    Column("lifted_by", Text, nullable=False, server_default=""),
    Column("lifted_on", Date),
    CheckConstraint("(lifted_by <> '') = (lifted_on IS NOT NULL)", name="lifted"),
    CheckConstraint(
        "lifted_by = '' OR (lift_asked_by <> '' AND lifted_by <> lift_asked_by)", name="two_people"
    ),
    comment="family violence indicator: a row for each time that it stood",
)
Index(
    "ux_protection_in_force",
    protection.c.participant_id,
    unique=True,
    postgresql_where=protection.c.lifted_on.is_(None),
)
Index("ix_protection_participant_id", protection.c.participant_id)

reported_change = Table(
    "reported_change",
    metadata,
    Column("change_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column("participant_id", ForeignKey("participant.participant_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reported_by", Text, nullable=False, comment="'party', or the worker's id"),
    Column("reported_via", Text, nullable=False, comment="whose token it came with"),
    Column("reported_at", DateTime(timezone=True), nullable=False),
    Column("old", LargeBinary, nullable=False, info=_LOCATION, comment="encrypted JSON"),
    Column("new", LargeBinary, nullable=False, info=_LOCATION, comment="encrypted JSON"),
    Column("decided_by", Text, nullable=False, server_default=""),
    Column("decided_on", Date),
    Column("answer", LargeBinary, info=_PERSONAL, comment="encrypted: why it was rejected"),
    CheckConstraint(
        "kind IN ('address', 'contact', 'employment', 'account', 'insurance')", name="kind"
    ),
    CheckConstraint("state IN ('waiting', 'accepted', 'rejected', 'replaced')", name="state"),
    CheckConstraint(
        "decided_by = '' OR decided_by NOT IN (reported_by, reported_via)", name="two_people"
    ),
    comment="what a party says of himself, until a worker decides",
)
Index("ix_reported_change_participant_id", reported_change.c.participant_id)
Index(
    "ux_reported_change_waiting",
    reported_change.c.participant_id,
    reported_change.c.kind,
    unique=True,
    postgresql_where=reported_change.c.state == "waiting",
)
