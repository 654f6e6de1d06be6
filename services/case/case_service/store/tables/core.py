"""Participants, cases, orders, and what happened in them."""

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
    MetaData,
    Sequence,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from chassis.tables import NAMING

metadata = MetaData(naming_convention=NAMING)

participant_serial = Sequence("participant_serial", metadata=metadata)

_PERSONAL = {"data_class": "personal"}
_SECRET = {"data_class": "secret"}
_LOCATION = {"data_class": "location"}

participant = Table(
    "participant",
    metadata,
    Column("participant_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("content_hash", LargeBinary, nullable=False, comment="of what was handed in; keyed"),
    Column("participant_number", Text, nullable=False, unique=True, info=_PERSONAL),
    Column("first_name", Text, nullable=False, info=_PERSONAL),
    Column("last_name", Text, nullable=False, info=_PERSONAL),
    Column("birth_date", LargeBinary, info=_PERSONAL, comment="encrypted ISO date"),
    Column("ssn", LargeBinary, info=_SECRET, comment="encrypted"),
    Column("ssn_hash", LargeBinary, info=_SECRET, comment="keyed hash, for look-ups"),
    Column("contact", LargeBinary, info=_LOCATION, comment="encrypted JSON: where one is found"),
    Column("vitals", LargeBinary, info=_PERSONAL, comment="encrypted JSON: sex, death, prison"),
    Column("birth_hash", LargeBinary, info=_PERSONAL, comment="keyed hash, for look-ups"),
    Column("search_name", Text, info=_PERSONAL, comment="plain capitals, family name first"),
    Column("name_key", Text, info=_PERSONAL, comment="how it sounds; null: yet to be indexed"),
    Column("payment", LargeBinary, info=_SECRET, comment="encrypted JSON: bank account"),
    Column("protected", Boolean, nullable=False),
    Column("language", Text, nullable=False),
    Column(
        "worked_here",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="changed by other means than an import, which then may not overwrite it",
    ),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)
Index("ix_participant_ssn_hash", participant.c.ssn_hash)
Index("ix_participant_birth_hash", participant.c.birth_hash)
Index("ix_participant_name_key", participant.c.name_key)
Index(
    "ix_participant_search_name",
    participant.c.search_name,
    postgresql_ops={"search_name": "text_pattern_ops"},
)

case_table = Table(
    "support_case",
    metadata,
    Column("case_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("content_hash", LargeBinary, nullable=False, comment="of what was handed in; keyed"),
    Column("case_number", Text, nullable=False, unique=True),
    Column("case_type", Text, nullable=False),
    Column("assistance_status", Text, nullable=False),
    Column("assistance_since", Date),
    Column("unreimbursed_assistance_cents", BigInteger, nullable=False),
    Column(
        "obligor_id",
        ForeignKey("participant.participant_id"),
        index=True,
        comment="null until it is known who owes",
    ),
    Column("obligee_id", ForeignKey("participant.participant_id"), nullable=False, index=True),
    Column("county_fips", Text, nullable=False),
    Column("opened_on", Date),
    Column("status", Text, nullable=False, server_default="open"),
    Column("closed_on", Date),
    Column("closure_ground", Text, nullable=False, server_default=""),
    Column("office_id", Text, nullable=False, server_default="", index=True),
    Column("worker_id", Text, nullable=False, server_default="", index=True),
    Column(
        "worked_here",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="changed by other means than an import, which then may not overwrite it",
    ),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column(
        "initiating_fips",
        Text,
        nullable=False,
        server_default="",
        comment="agency of another State that has the case; empty: our own",
    ),
    CheckConstraint("status IN ('open', 'closed')", name="status"),
    CheckConstraint("(status = 'closed') = (closed_on IS NOT NULL)", name="closed_on"),
    CheckConstraint("case_type IN ('iv_d', 'non_iv_d')", name="case_type"),
    CheckConstraint(
        "assistance_status IN ('never', 'current', 'former')", name="assistance_status"
    ),
    CheckConstraint("obligor_id <> obligee_id", name="two_parties"),
)

order_table = Table(
    "support_order",
    metadata,
    Column("order_id", UUID(as_uuid=False), primary_key=True),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column("place", Integer, nullable=False, comment="order within the case"),
    Column("court_number", Text, nullable=False),
    Column("income_withholding", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("county_fips", Text, nullable=False, server_default=""),
    Column("entered_on", Date),
    Column("interest_ordered", Boolean, nullable=False, server_default=text("false")),
)

obligation = Table(
    "obligation",
    metadata,
    Column("obligation_id", UUID(as_uuid=False), primary_key=True),
    Column("order_id", ForeignKey("support_order.order_id"), nullable=False, index=True),
    Column("place", Integer, nullable=False, comment="order within the order"),
    Column("support_type", Text, nullable=False),
    Column("monthly_amount_cents", BigInteger, nullable=False),
    Column("monthly_arrears_cents", BigInteger, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    Column("child_id", ForeignKey("participant.participant_id")),
    Column(
        "owed_to_fips",
        Text,
        nullable=False,
        server_default="",
        comment="another State that the arrears are owed to; empty: none",
    ),
    Column(
        "judgments",
        JSONB,
        nullable=False,
        server_default="[]",
        comment="[[cents, day of entry], ...] that bear interest",
    ),
    CheckConstraint(
        "support_type IN ('child', 'medical', 'spousal', 'child_care')", name="support_type"
    ),
    CheckConstraint("monthly_amount_cents >= 0", name="monthly_amount"),
    CheckConstraint("monthly_arrears_cents >= 0", name="monthly_arrears"),
)

obligation_term = Table(
    "obligation_term",
    metadata,
    Column("obligation_id", ForeignKey("obligation.obligation_id"), primary_key=True),
    Column("effective_from", Date, primary_key=True),
    Column("effective_to", Date),
    Column("amount_cents", BigInteger, nullable=False),
    Column("frequency", Text, nullable=False),
    Column("monthly_cents", BigInteger, nullable=False),
    CheckConstraint("amount_cents >= 0 AND monthly_cents >= 0", name="amount"),
    comment="what an obligation comes to, from when to when",
)

case_member = Table(
    "case_member",
    metadata,
    Column("case_id", ForeignKey("support_case.case_id"), primary_key=True),
    Column(
        "participant_id", ForeignKey("participant.participant_id"), primary_key=True, index=True
    ),
    Column("role", Text, primary_key=True),
    Column("since", Date),
    Column("until", Date),
    CheckConstraint(
        "role IN ('child', 'alleged_father', 'caretaker', 'other_parent')", name="role"
    ),
)

assistance_period = Table(
    "assistance_period",
    metadata,
    Column("period_id", UUID(as_uuid=False), primary_key=True),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column("program", Text, nullable=False),
    Column("first_month", Date, nullable=False),
    Column("last_month", Date),
    Column("paid_cents", BigInteger, nullable=False),
    Column("child_id", ForeignKey("participant.participant_id")),
    CheckConstraint("program IN ('k_tap', 'medicaid', 'foster_care')", name="program"),
    CheckConstraint("paid_cents >= 0", name="paid"),
)

opening_arrears = Table(
    "opening_arrears",
    metadata,
    Column("obligation_id", ForeignKey("obligation.obligation_id"), primary_key=True),
    Column("bucket", Text, primary_key=True),
    Column("amount_cents", BigInteger, nullable=False),
    Column("as_of", Date, nullable=False),
    CheckConstraint("bucket IN ('NA', 'PA', 'TA', 'CA', 'UD', 'UP')", name="bucket"),
    CheckConstraint("amount_cents > 0", name="amount"),
)

history = Table(
    "case_history",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("case_id", UUID(as_uuid=False), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("on_date", Date, nullable=False, comment="the day that it is about"),
    Column("kind", Text, nullable=False),
    Column("about_id", UUID(as_uuid=False), comment="the receipt or order that it is about"),
    Column("recorded_by", Text, nullable=False, server_default=""),
    Column("facts", LargeBinary, info=_PERSONAL, comment="encrypted JSON: what its sentence names"),
    Column("citation", Text, nullable=False, server_default=""),
    comment="what happened in a case, in the order in which it became known",
)
Index("ix_case_history_days", history.c.case_id, history.c.on_date, history.c.id)
