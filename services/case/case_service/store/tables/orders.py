"""Every version of an order, what happened in the lives of its people, and who was alerted."""

from sqlalchemy import (
    BigInteger,
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
)
from sqlalchemy.dialects.postgresql import UUID

from case_service.store.tables.core import metadata, order_table

_PERSONAL = {"data_class": "personal"}

order_version = Table(
    "order_version",
    metadata,
    Column("order_id", UUID(as_uuid=False), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column("cause", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("effective_from", Date, comment="first day for which it says something else"),
    Column("content", LargeBinary, nullable=False, info=_PERSONAL, comment="encrypted JSON"),
    CheckConstraint("number > 0", name="number"),
    CheckConstraint(
        "cause IN ('taken_over', 'recorded', 'modified', 'corrected', 'ended', 'extended',"
        " 'revived')",
        name="cause",
    ),
    comment="what an order said from a moment on; append-only",
)

life_event = Table(
    "life_event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", UUID(as_uuid=False), nullable=False, unique=True),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column("participant_id", ForeignKey("participant.participant_id"), comment="whose life it is"),
    Column("kind", Text, nullable=False),
    Column("on_date", Date, nullable=False),
    Column("until_date", Date, comment="of high school: its foreseen end"),
    Column("withdraws", UUID(as_uuid=False), unique=True, comment="an event that never was"),
    Column("document_id", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("recorded_by", Text, nullable=False),
    comment="what ends, keeps or brings back support; append-only",
)

life_alert = Table(
    "life_alert",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column("about_id", UUID(as_uuid=False), nullable=False, comment="obligation or child"),
    Column("ground", Text, nullable=False),
    Column("on_date", Date, nullable=False),
    UniqueConstraint("about_id", "ground", "on_date"),
    comment="what somebody was already asked to take to a court, or to find out",
)

Index("ix_support_order_court_number", order_table.c.court_number)
