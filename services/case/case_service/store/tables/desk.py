"""The desk: worklist, appointments, conversations, disputes. What people wrote is encrypted."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from case_service.store.tables.core import metadata

_PERSONAL = {"data_class": "personal"}
_LOCATION = {"data_class": "location"}

worklist_item = Table(
    "worklist_item",
    metadata,
    Column("item_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column(
        "case_id",
        ForeignKey("support_case.case_id"),
        index=True,
        comment="null for an application that is no case yet",
    ),
    Column("about_id", Text, nullable=False, comment="what is to be worked on"),
    Column("about_type", Text, nullable=False),
    Column("office_id", Text, nullable=False),
    Column("worker_id", Text, nullable=False, comment="empty while nobody has it"),
    Column("state", Text, nullable=False),
    Column("due_on", Date),
    Column("escalated", Boolean, nullable=False, server_default=text("false")),
    Column("facts", LargeBinary, info=_PERSONAL, comment="encrypted JSON: what its line names"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    CheckConstraint(
        "kind IN ('APPL', 'DEPO', 'DEMO', 'EMPU', 'FORM', 'QUES', 'ALERT')", name="kind"
    ),
    CheckConstraint("state IN ('open', 'accepted', 'rejected', 'answered', 'done')", name="state"),
    CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_at"),
)
Index(
    "uq_worklist_item_open_about",
    worklist_item.c.kind,
    worklist_item.c.about_id,
    unique=True,
    postgresql_where=text("state = 'open'"),
)
Index("ix_worklist_item_about_id", worklist_item.c.about_id)
Index(
    "ix_worklist_item_open_office",
    worklist_item.c.office_id,
    text("coalesce(due_on, '9999-12-31'::date)"),
    worklist_item.c.item_id,
    postgresql_where=text("state = 'open'"),
)
Index(
    "ix_worklist_item_open_worker",
    worklist_item.c.worker_id,
    text("coalesce(due_on, '9999-12-31'::date)"),
    worklist_item.c.item_id,
    postgresql_where=text("state = 'open'"),
)

worklist_move = Table(
    "worklist_move",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("item_id", ForeignKey("worklist_item.item_id"), nullable=False, index=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by", Text, nullable=False, comment="who did it"),
    Column("action", Text, nullable=False),
    Column("office_id", Text, nullable=False, comment="where it lay afterwards"),
    Column("worker_id", Text, nullable=False, comment="who had it afterwards"),
    Column("note", LargeBinary, info=_PERSONAL, comment="encrypted"),
    comment="what was done with an item, only ever added to",
)

appointment = Table(
    "appointment",
    metadata,
    Column("appointment_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("zone", Text, nullable=False, comment="IANA time zone of the place"),
    Column("minutes", Integer, nullable=False),
    Column("office_id", Text, nullable=False),
    Column("worker_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("continued_to", ForeignKey("appointment.appointment_id")),
    Column(
        "details",
        LargeBinary,
        nullable=False,
        info=_LOCATION,
        comment="encrypted JSON: place, room, subject, note on the outcome",
    ),
    Column("created_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(
        "kind IN ('office', 'phone', 'genetic_test', 'court_hearing', 'conference')", name="kind"
    ),
    CheckConstraint("state IN ('set', 'cancelled', 'held', 'no_show', 'continued')", name="state"),
    CheckConstraint("(state = 'continued') = (continued_to IS NOT NULL)", name="continued_to"),
    CheckConstraint("minutes > 0", name="minutes"),
)
Index("ix_appointment_office_id", appointment.c.office_id, appointment.c.starts_at)
Index("ix_appointment_worker_id", appointment.c.worker_id, appointment.c.starts_at)

appointment_guest = Table(
    "appointment_guest",
    metadata,
    Column("appointment_id", ForeignKey("appointment.appointment_id"), primary_key=True),
    Column(
        "participant_id", ForeignKey("participant.participant_id"), primary_key=True, index=True
    ),
    Column("own_place", LargeBinary, info=_LOCATION, comment="encrypted; nobody else sees it"),
    Column("attended", Boolean, comment="null until it is known"),
    comment="who is invited, each to the common place or to one of his own",
)

conversation = Table(
    "conversation",
    metadata,
    Column("conversation_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column("participant_id", ForeignKey("participant.participant_id"), nullable=False, index=True),
    Column("topic", Text, nullable=False),
    Column("subject", LargeBinary, nullable=False, info=_PERSONAL, comment="encrypted"),
    Column("state", Text, nullable=False),
    Column("messages", Integer, nullable=False, comment="how many there are"),
    Column("read_by_party", Integer, nullable=False, comment="the last one that he has read"),
    Column("read_by_agency", Integer, nullable=False, comment="the last one that it has read"),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("state IN ('open', 'closed')", name="state"),
    CheckConstraint("read_by_party <= messages AND read_by_agency <= messages", name="read_marks"),
)
Index("ix_conversation_state_last_at", conversation.c.state, conversation.c.last_at)

message = Table(
    "conversation_message",
    metadata,
    Column(
        "conversation_id",
        ForeignKey("conversation.conversation_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("number", Integer, primary_key=True, comment="1 is the first"),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("from_party", Boolean, nullable=False),
    Column("author", Text, nullable=False),
    Column("text", LargeBinary, nullable=False, info=_PERSONAL, comment="encrypted"),
)

message_document = Table(
    "message_document",
    metadata,
    Column("conversation_id", UUID(as_uuid=False), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("document_id", ForeignKey("document.document_id"), primary_key=True),
    ForeignKeyConstraint(
        ["conversation_id", "number"],
        ["conversation_message.conversation_id", "conversation_message.number"],
        ondelete="CASCADE",
    ),
)

dispute = Table(
    "dispute",
    metadata,
    Column("dispute_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column("participant_id", ForeignKey("participant.participant_id"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("round", Integer, nullable=False, comment="2 once it was reopened"),
    Column("expected_cents", BigInteger),
    Column("first_month", Date),
    Column("last_month", Date),
    Column("answer_by", Date, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("state IN ('open', 'proposed', 'answered', 'withdrawn')", name="state"),
    CheckConstraint("round IN (1, 2)", name="round"),
    CheckConstraint("expected_cents >= 0", name="expected"),
)
Index("ix_dispute_open", dispute.c.answer_by, postgresql_where=dispute.c.state != "answered")

dispute_round = Table(
    "dispute_round",
    metadata,
    Column("dispute_id", ForeignKey("dispute.dispute_id"), primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("stated_on", Date, nullable=False),
    Column("statement", LargeBinary, nullable=False, info=_PERSONAL, comment="encrypted"),
    Column("decision", Text, nullable=False, server_default=""),
    Column("answer", LargeBinary, info=_PERSONAL, comment="encrypted JSON: text, reasons"),
    Column("decided_by", Text, nullable=False, server_default=""),
    Column("confirmed_by", Text, nullable=False, server_default=""),
    Column("answered_on", Date),
    CheckConstraint("decision IN ('', 'for', 'against', 'partly')", name="decision"),
    CheckConstraint("confirmed_by = '' OR confirmed_by <> decided_by", name="two_people"),
)

dispute_document = Table(
    "dispute_document",
    metadata,
    Column("dispute_id", ForeignKey("dispute.dispute_id"), primary_key=True),
    Column("document_id", ForeignKey("document.document_id"), primary_key=True),
)

dispute_reference = Table(
    "dispute_reference",
    metadata,
    Column("dispute_id", ForeignKey("dispute.dispute_id"), primary_key=True),
    Column("reference_id", Text, primary_key=True, comment="of an explanation by payments"),
    Column("added_by", Text, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
)
