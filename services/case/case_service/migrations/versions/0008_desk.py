"""Create the tables of worklist, appointments, messages, documents, disputes."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of worklist, appointments, messages, documents, disputes."""
    _create_worklist()
    _create_appointments()
    _create_documents()
    _create_conversations()
    _create_disputes()


def _create_worklist() -> None:
    op.create_table(
        "worklist_item",
        sa.Column("item_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "case_id",
            sa.UUID(as_uuid=False),
            nullable=True,
            comment="null for an application that is no case yet",
        ),
        sa.Column("about_id", sa.Text(), nullable=False, comment="what is to be worked on"),
        sa.Column("about_type", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("worker_id", sa.Text(), nullable=False, comment="empty while nobody has it"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("escalated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "facts", sa.LargeBinary(), nullable=True, comment="encrypted JSON: what its line names"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (closed_at IS NULL)", name=op.f("ck_worklist_item_closed_at")
        ),
        sa.CheckConstraint(
            "kind IN ('APPL', 'DEPO', 'DEMO', 'EMPU', 'FORM', 'QUES', 'ALERT')",
            name=op.f("ck_worklist_item_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'rejected', 'answered', 'done')",
            name=op.f("ck_worklist_item_state"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_worklist_item_case_id")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_worklist_item")),
    )
    op.create_index("ix_worklist_item_about_id", "worklist_item", ["about_id"], unique=False)
    op.create_index(op.f("ix_worklist_item_case_id"), "worklist_item", ["case_id"], unique=False)
    op.create_index(
        "ix_worklist_item_open_office",
        "worklist_item",
        ["office_id", sa.literal_column("coalesce(due_on, '9999-12-31'::date)"), "item_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_worklist_item_open_worker",
        "worklist_item",
        ["worker_id", sa.literal_column("coalesce(due_on, '9999-12-31'::date)"), "item_id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_worklist_item_open_about",
        "worklist_item",
        ["kind", "about_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "worklist_move",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("item_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False, comment="who did it"),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False, comment="where it lay afterwards"),
        sa.Column("worker_id", sa.Text(), nullable=False, comment="who had it afterwards"),
        sa.Column("note", sa.LargeBinary(), nullable=True, comment="encrypted"),
        sa.ForeignKeyConstraint(
            ["item_id"], ["worklist_item.item_id"], name=op.f("fk_worklist_move_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worklist_move")),
        comment="what was done with an item, only ever added to",
    )
    op.create_index(op.f("ix_worklist_move_item_id"), "worklist_move", ["item_id"], unique=False)


def _create_appointments() -> None:
    op.create_table(
        "appointment",
        sa.Column("appointment_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False, comment="IANA time zone of the place"),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Text(), nullable=False),
        sa.Column("worker_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("continued_to", sa.UUID(as_uuid=False), nullable=True),
        sa.Column(
            "details",
            sa.LargeBinary(),
            nullable=False,
            comment="encrypted JSON: place, room, subject, note on the outcome",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'continued') = (continued_to IS NOT NULL)",
            name=op.f("ck_appointment_continued_to"),
        ),
        sa.CheckConstraint(
            "kind IN ('office', 'phone', 'genetic_test', 'court_hearing', 'conference')",
            name=op.f("ck_appointment_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('set', 'cancelled', 'held', 'no_show', 'continued')",
            name=op.f("ck_appointment_state"),
        ),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_appointment_minutes")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_appointment_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["continued_to"],
            ["appointment.appointment_id"],
            name=op.f("fk_appointment_continued_to"),
        ),
        sa.PrimaryKeyConstraint("appointment_id", name=op.f("pk_appointment")),
    )
    op.create_index(op.f("ix_appointment_case_id"), "appointment", ["case_id"], unique=False)
    op.create_index(
        "ix_appointment_office_id", "appointment", ["office_id", "starts_at"], unique=False
    )
    op.create_index(
        "ix_appointment_worker_id", "appointment", ["worker_id", "starts_at"], unique=False
    )
    op.create_table(
        "appointment_guest",
        sa.Column("appointment_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "own_place", sa.LargeBinary(), nullable=True, comment="encrypted; nobody else sees it"
        ),
        sa.Column("attended", sa.Boolean(), nullable=True, comment="null until it is known"),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.appointment_id"],
            name=op.f("fk_appointment_guest_appointment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.participant_id"],
            name=op.f("fk_appointment_guest_participant_id"),
        ),
        sa.PrimaryKeyConstraint(
            "appointment_id", "participant_id", name=op.f("pk_appointment_guest")
        ),
        comment="who is invited, each to the common place or to one of his own",
    )
    op.create_index(
        op.f("ix_appointment_guest_participant_id"),
        "appointment_guest",
        ["participant_id"],
        unique=False,
    )


def _create_documents() -> None:
    op.create_table(
        "document",
        sa.Column("document_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "participant_id",
            sa.UUID(as_uuid=False),
            nullable=True,
            comment="whose it is; null when the agency's own",
        ),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="what it is evidence of"),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column(
            "content_hash", sa.LargeBinary(), nullable=False, comment="keyed, to find duplicates by"
        ),
        sa.Column(
            "details",
            sa.LargeBinary(),
            nullable=False,
            comment="encrypted JSON: file name, SHA-256, message on the decision",
        ),
        sa.Column(
            "has_coordinates", sa.Boolean(), nullable=False, comment="tells where it was taken"
        ),
        sa.Column("scan", sa.Text(), nullable=False),
        sa.Column("duplicate_of", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'received') = (decided_at IS NULL)", name=op.f("ck_document_decided_at")
        ),
        sa.CheckConstraint("scan IN ('clean', 'not_scanned')", name=op.f("ck_document_scan")),
        sa.CheckConstraint(
            "state IN ('received', 'accepted', 'rejected')", name=op.f("ck_document_state")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_document_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["duplicate_of"], ["document.document_id"], name=op.f("fk_document_duplicate_of")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.participant_id"],
            name=op.f("fk_document_participant_id"),
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_case_id"), "document", ["case_id"], unique=False)
    op.create_index(
        "ix_document_content_hash", "document", ["case_id", "content_hash"], unique=False
    )
    op.create_index(
        op.f("ix_document_participant_id"), "document", ["participant_id"], unique=False
    )
    op.create_table(
        "document_piece",
        sa.Column("document_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="0 is the first"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.document_id"], name=op.f("fk_document_piece_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", "number", name=op.f("pk_document_piece")),
    )
    op.create_table(
        "document_share",
        sa.Column("document_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("shared_by", sa.Text(), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.document_id"], name=op.f("fk_document_share_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.participant_id"],
            name=op.f("fk_document_share_participant_id"),
        ),
        sa.PrimaryKeyConstraint("document_id", "participant_id", name=op.f("pk_document_share")),
        comment="who else may read a document, by a worker's decision",
    )
    op.create_index(
        op.f("ix_document_share_participant_id"), "document_share", ["participant_id"], unique=False
    )


def _create_conversations() -> None:
    op.create_table(
        "conversation",
        sa.Column("conversation_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False, comment="how many there are"),
        sa.Column(
            "read_by_party", sa.Integer(), nullable=False, comment="the last one that he has read"
        ),
        sa.Column(
            "read_by_agency", sa.Integer(), nullable=False, comment="the last one that it has read"
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_conversation_state")),
        sa.CheckConstraint(
            "read_by_party <= messages AND read_by_agency <= messages",
            name=op.f("ck_conversation_read_marks"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_conversation_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.participant_id"],
            name=op.f("fk_conversation_participant_id"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_conversation")),
    )
    op.create_index(op.f("ix_conversation_case_id"), "conversation", ["case_id"], unique=False)
    op.create_index(
        op.f("ix_conversation_participant_id"), "conversation", ["participant_id"], unique=False
    )
    op.create_index(
        "ix_conversation_state_last_at", "conversation", ["state", "last_at"], unique=False
    )
    op.create_table(
        "conversation_message",
        sa.Column("conversation_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="1 is the first"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_party", sa.Boolean(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.conversation_id"],
            name=op.f("fk_conversation_message_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "number", name=op.f("pk_conversation_message")),
    )
    op.create_table(
        "message_document",
        sa.Column("conversation_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.UUID(as_uuid=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id", "number"],
            ["conversation_message.conversation_id", "conversation_message.number"],
            name=op.f("fk_message_document_conversation_id_number"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.document_id"], name=op.f("fk_message_document_document_id")
        ),
        sa.PrimaryKeyConstraint(
            "conversation_id", "number", "document_id", name=op.f("pk_message_document")
        ),
    )


def _create_disputes() -> None:
    op.create_table(
        "dispute",
        sa.Column("dispute_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False, comment="2 once it was reopened"),
        sa.Column("expected_cents", sa.BigInteger(), nullable=True),
        sa.Column("first_month", sa.Date(), nullable=True),
        sa.Column("last_month", sa.Date(), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'proposed', 'answered', 'withdrawn')", name=op.f("ck_dispute_state")
        ),
        sa.CheckConstraint("expected_cents >= 0", name=op.f("ck_dispute_expected")),
        sa.CheckConstraint("round IN (1, 2)", name=op.f("ck_dispute_round")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_dispute_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.participant_id"],
            name=op.f("fk_dispute_participant_id"),
        ),
        sa.PrimaryKeyConstraint("dispute_id", name=op.f("pk_dispute")),
    )
    op.create_index(op.f("ix_dispute_case_id"), "dispute", ["case_id"], unique=False)
    op.create_index(
        "ix_dispute_open",
        "dispute",
        ["answer_by"],
        unique=False,
        postgresql_where=sa.text("state != 'answered'"),
    )
    op.create_index(op.f("ix_dispute_participant_id"), "dispute", ["participant_id"], unique=False)
    op.create_table(
        "dispute_round",
        sa.Column("dispute_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.Column("decision", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "answer", sa.LargeBinary(), nullable=True, comment="encrypted JSON: text, reasons"
        ),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("confirmed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "confirmed_by = '' OR confirmed_by <> decided_by",
            name=op.f("ck_dispute_round_two_people"),
        ),
        sa.CheckConstraint(
            "decision IN ('', 'for', 'against', 'partly')", name=op.f("ck_dispute_round_decision")
        ),
        sa.ForeignKeyConstraint(
            ["dispute_id"], ["dispute.dispute_id"], name=op.f("fk_dispute_round_dispute_id")
        ),
        sa.PrimaryKeyConstraint("dispute_id", "round", name=op.f("pk_dispute_round")),
    )
    op.create_table(
        "dispute_document",
        sa.Column("dispute_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("document_id", sa.UUID(as_uuid=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispute_id"], ["dispute.dispute_id"], name=op.f("fk_dispute_document_dispute_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.document_id"], name=op.f("fk_dispute_document_document_id")
        ),
        sa.PrimaryKeyConstraint("dispute_id", "document_id", name=op.f("pk_dispute_document")),
    )
    op.create_table(
        "dispute_reference",
        sa.Column("dispute_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "reference_id", sa.Text(), nullable=False, comment="of an explanation by payments"
        ),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispute_id"], ["dispute.dispute_id"], name=op.f("fk_dispute_reference_dispute_id")
        ),
        sa.PrimaryKeyConstraint("dispute_id", "reference_id", name=op.f("pk_dispute_reference")),
    )
