"""Create the tables of paternity, locating, service and worksheets."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of paternity, locating, service and worksheets."""
    _create_parentage()
    _create_locating()
    _create_places()
    _create_service()
    _create_worksheets()


def _create_parentage() -> None:
    op.create_table(
        "paternity_fact",
        sa.Column("fact_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("child_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False, comment="the day that it is about"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="encrypted JSON"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_paternity_fact_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["child_id"], ["participant.participant_id"], name=op.f("fk_paternity_fact_child_id")
        ),
        sa.PrimaryKeyConstraint("fact_id", name=op.f("pk_paternity_fact")),
        sa.UniqueConstraint("number", name=op.f("uq_paternity_fact_number")),
        comment="what was recorded about a child's parentage; only added to",
    )
    op.create_index(op.f("ix_paternity_fact_case_id"), "paternity_fact", ["case_id"], unique=False)
    op.create_index(
        op.f("ix_paternity_fact_child_id"), "paternity_fact", ["child_id"], unique=False
    )


def _create_locating() -> None:
    op.create_table(
        "locate_request",
        sa.Column("locate_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("needed_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("located_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'located') = (located_on IS NOT NULL)",
            name=op.f("ck_locate_request_located_on"),
        ),
        sa.CheckConstraint(
            "state IN ('searching', 'waiting', 'located', 'ended')",
            name=op.f("ck_locate_request_state"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_locate_request_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.participant_id"],
            name=op.f("fk_locate_request_participant_id"),
        ),
        sa.PrimaryKeyConstraint("locate_id", name=op.f("pk_locate_request")),
    )
    op.create_index(
        "ix_locate_request_case_id", "locate_request", ["case_id", "locate_id"], unique=False
    )
    op.create_index(
        op.f("ix_locate_request_participant_id"), "locate_request", ["participant_id"], unique=False
    )
    op.create_index(
        "uq_locate_request_open",
        "locate_request",
        ["case_id", "participant_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('searching', 'waiting')"),
    )
    op.create_table(
        "locate_round",
        sa.Column("locate_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("begun_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('first', 'again', 'new_information')", name=op.f("ck_locate_round_kind")
        ),
        sa.ForeignKeyConstraint(
            ["locate_id"], ["locate_request.locate_id"], name=op.f("fk_locate_round_locate_id")
        ),
        sa.PrimaryKeyConstraint("locate_id", "number", name=op.f("pk_locate_round")),
    )
    op.create_table(
        "locate_inquiry",
        sa.Column("locate_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "reason",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="why it is not appropriate",
        ),
        sa.CheckConstraint(
            "outcome IN ('', 'found', 'nothing', 'not_appropriate')",
            name=op.f("ck_locate_inquiry_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["locate_id"], ["locate_request.locate_id"], name=op.f("fk_locate_inquiry_locate_id")
        ),
        sa.PrimaryKeyConstraint("locate_id", "round", "source", name=op.f("pk_locate_inquiry")),
    )


def _create_places() -> None:
    op.create_table(
        "located_place",
        sa.Column("location_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("locate_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="encrypted JSON"),
        sa.ForeignKeyConstraint(
            ["locate_id"], ["locate_request.locate_id"], name=op.f("fk_located_place_locate_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.participant_id"],
            name=op.f("fk_located_place_participant_id"),
        ),
        sa.PrimaryKeyConstraint("location_id", name=op.f("pk_located_place")),
        comment="where a person, an employer or an asset was found",
    )
    op.create_index(
        op.f("ix_located_place_locate_id"), "located_place", ["locate_id"], unique=False
    )
    op.create_index(
        op.f("ix_located_place_participant_id"), "located_place", ["participant_id"], unique=False
    )


def _create_service() -> None:
    op.create_table(
        "service_process",
        sa.Column("process_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("court_number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("diligent_on", sa.Date(), nullable=True),
        sa.Column("disposed_on", sa.Date(), nullable=True),
        sa.Column("disposition", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('paternity', 'support', 'paternity_and_support')",
            name=op.f("ck_service_process_purpose"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'served', 'diligent_effort', 'answered', 'disposed')",
            name=op.f("ck_service_process_state"),
        ),
        sa.CheckConstraint(
            "(served_on IS NULL) = (answer_by IS NULL)", name=op.f("ck_service_process_answer_by")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_service_process_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.participant_id"],
            name=op.f("fk_service_process_participant_id"),
        ),
        sa.PrimaryKeyConstraint("process_id", name=op.f("pk_service_process")),
        sa.UniqueConstraint(
            "case_id",
            "participant_id",
            "purpose",
            "filed_on",
            name=op.f("uq_service_process_case_id_participant_id_purpose_filed_on"),
        ),
    )
    op.create_index(
        op.f("ix_service_process_case_id"), "service_process", ["case_id"], unique=False
    )
    op.create_index(
        op.f("ix_service_process_participant_id"),
        "service_process",
        ["participant_id"],
        unique=False,
    )
    op.create_table(
        "service_attempt",
        sa.Column("attempt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("process_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column(
            "note", sa.LargeBinary(), nullable=True, comment="encrypted: what the server wrote"
        ),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('served', 'not_found', 'moved', 'refused', 'unclaimed', 'returned')",
            name=op.f("ck_service_attempt_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["process_id"],
            ["service_process.process_id"],
            name=op.f("fk_service_attempt_process_id"),
        ),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_service_attempt")),
    )
    op.create_index(
        op.f("ix_service_attempt_process_id"), "service_attempt", ["process_id"], unique=False
    )


def _create_worksheets() -> None:
    op.create_table(
        "order_worksheet",
        sa.Column("worksheet_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("order_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "law_of", sa.Date(), nullable=False, comment="the day whose guidelines were applied"
        ),
        sa.Column("obligor_column", sa.Text(), nullable=False),
        sa.Column("guideline_cents", sa.BigInteger(), nullable=False),
        sa.Column("ordered_cents", sa.BigInteger(), nullable=False),
        sa.Column("deviates", sa.Boolean(), nullable=False),
        sa.Column("policy_checksum", sa.Text(), nullable=False),
        sa.Column("input", sa.LargeBinary(), nullable=False, comment="encrypted JSON"),
        sa.Column("result", sa.LargeBinary(), nullable=False, comment="encrypted JSON"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "obligor_column IN ('a', 'b')", name=op.f("ck_order_worksheet_obligor_column")
        ),
        sa.CheckConstraint(
            "guideline_cents >= 0 AND ordered_cents >= 0", name=op.f("ck_order_worksheet_amounts")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_order_worksheet_case_id")
        ),
        sa.PrimaryKeyConstraint("worksheet_id", name=op.f("pk_order_worksheet")),
        sa.UniqueConstraint("number", name=op.f("uq_order_worksheet_number")),
        comment="the guideline worksheet that an order stands on; only added to",
    )
    op.create_index(
        op.f("ix_order_worksheet_case_id"), "order_worksheet", ["case_id"], unique=False
    )
    op.create_index(
        op.f("ix_order_worksheet_order_id"), "order_worksheet", ["order_id"], unique=False
    )
