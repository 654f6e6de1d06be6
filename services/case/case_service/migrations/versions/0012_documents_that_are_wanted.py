"""Keep which documents parties were asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of documents that parties were asked for."""
    op.create_table(
        "document_wanted",
        sa.Column("wanted_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "document_id",
            sa.UUID(as_uuid=False),
            nullable=True,
            comment="the one that came; null again once it was rejected",
        ),
        sa.CheckConstraint(
            "state IN ('open', 'received', 'withdrawn')", name=op.f("ck_document_wanted_state")
        ),
        sa.CheckConstraint(
            "(state = 'received') = (document_id IS NOT NULL)",
            name=op.f("ck_document_wanted_document"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_document_wanted_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.document_id"], name=op.f("fk_document_wanted_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.participant_id"],
            name=op.f("fk_document_wanted_participant_id"),
        ),
        sa.PrimaryKeyConstraint("wanted_id", name=op.f("pk_document_wanted")),
        comment="documents that parties were asked for",
    )
    op.create_index(op.f("ix_document_wanted_case_id"), "document_wanted", ["case_id"])
    op.create_index(op.f("ix_document_wanted_document_id"), "document_wanted", ["document_id"])
    op.create_index(
        op.f("ix_document_wanted_participant_id"), "document_wanted", ["participant_id"]
    )
