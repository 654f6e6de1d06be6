"""Applications and referrals, and what was paid to families in which months."""

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
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from case_service.store.tables.core import metadata

_PERSONAL = {"data_class": "personal"}
_SECRET = {"data_class": "secret"}
_LOCATION = {"data_class": "location"}

assistance_paid = Table(
    "assistance_paid",
    metadata,
    Column("paid_id", UUID(as_uuid=False), primary_key=True),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column("program", Text, nullable=False),
    Column("child_id", ForeignKey("participant.participant_id")),
    Column("first_month", Date, nullable=False),
    Column("last_month", Date, nullable=False),
    Column("paid_cents", BigInteger, nullable=False),
    Column("in_balance", Boolean, nullable=False, comment="the balance holds it already"),
    Column(
        "replaces", ForeignKey("assistance_paid.paid_id"), unique=True, comment="what it puts right"
    ),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("recorded_by", Text, nullable=False),
    CheckConstraint("program IN ('k_tap', 'foster_care')", name="program"),
    CheckConstraint("paid_cents >= 0", name="paid"),
    CheckConstraint("first_month <= last_month", name="months"),
    comment="assistance paid to a family; never changed: what is recorded anew replaces",
)

assistance_balance = Table(
    "assistance_balance",
    metadata,
    Column("case_id", ForeignKey("support_case.case_id"), primary_key=True),
    Column("status", Text, nullable=False),
    Column("since", Date),
    Column("unreimbursed_cents", BigInteger, nullable=False),
    Column("taken_on", Date, nullable=False),
    CheckConstraint("status IN ('never', 'former')", name="status"),
    comment="what a case came with when its assistance was first recorded here",
)

application = Table(
    "application",
    metadata,
    Column("application_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("office_id", Text, nullable=False, server_default="", comment="of the county"),
    Column(
        "applicant_id",
        ForeignKey("participant.participant_id"),
        index=True,
        comment="who applies, when he is known by an account",
    ),
    Column("content", LargeBinary, info=_LOCATION, comment="encrypted JSON: its sections"),
    Column("resume_hash", LargeBinary, unique=True, info=_SECRET, comment="keyed hash of a code"),
    Column("resume_until", Date),
    Column("asked_on", Date, nullable=False, comment="the day that somebody asked or was referred"),
    Column("given_on", Date, comment="form or information given"),
    Column("filed_on", Date, comment="the day that it and its fee were there"),
    Column("decided_on", Date),
    Column("answer_by", Date, comment="until when more information was asked for"),
    Column("fee_cents", BigInteger, nullable=False, server_default="0"),
    Column("fee", Text, nullable=False, server_default="undecided"),
    Column("reason", LargeBinary, info=_PERSONAL, comment="encrypted: why refused, withdrawn"),
    Column("case_id", ForeignKey("support_case.case_id"), index=True),
    Column("agency", Text, nullable=False, server_default="", comment="that referred it"),
    Column("referral_id", Text, comment="the agency's own"),
    Column("referral_digest", LargeBinary, comment="keyed hash of what the agency said"),
    Column("saved_on", Date, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("agency", "referral_id"),
    CheckConstraint("kind IN ('application', 'referral')", name="kind"),
    CheckConstraint(
        "channel IN ('online', 'in_person', 'phone', 'referral', 'other_state')", name="channel"
    ),
    CheckConstraint(
        "status IN ('draft', 'submitted', 'accepted', 'refused', 'withdrawn', 'expired')",
        name="status",
    ),
    CheckConstraint("fee IN ('undecided', 'none', 'paid', 'waived', 'state')", name="fee"),
    CheckConstraint("fee_cents >= 0", name="fee_cents"),
    CheckConstraint("(status = 'accepted') = (case_id IS NOT NULL)", name="case"),
)
Index(
    "ix_application_listing",
    application.c.status,
    application.c.asked_on,
    application.c.application_id,
)
Index(
    "ix_application_drafts",
    application.c.saved_on,
    postgresql_where=text("status = 'draft'"),
)

application_person = Table(
    "application_person",
    metadata,
    Column("application_id", ForeignKey("application.application_id"), primary_key=True),
    Column("person_hash", LargeBinary, primary_key=True, info=_SECRET, comment="keyed hash"),
    Column("role", Text, primary_key=True),
    Index("ix_application_person_hash", "person_hash"),
    CheckConstraint("role IN ('applicant', 'child')", name="role"),
    comment="whom an application is about, to find another about the same",
)

application_event = Table(
    "application_event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("application_id", ForeignKey("application.application_id"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("on_date", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("facts", LargeBinary, info=_PERSONAL, comment="encrypted JSON"),
    comment="what happened to an application, in the order in which it became known",
)
