"""Create the tables of what is distributed anew."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of what is distributed anew."""
    _columns()
    _queue()
    _claims()
    _corrections()
    op.execute("""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON allocation_withdrawn
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)


def _columns() -> None:
    small, big = sa.SmallInteger(), sa.BigInteger()
    op.add_column(
        "standing",
        sa.Column("revision", small, server_default="0", nullable=False, comment="of its charges"),
    )
    op.add_column(
        "standing",
        sa.Column("ahead_cents", big, server_default="0", nullable=False, comment="paid ahead"),
    )
    op.add_column(
        "allocation",
        sa.Column("revision", small, server_default="0", nullable=False, comment="of the receipt"),
    )
    op.add_column(
        "allocation",
        sa.Column(
            "paid_as",
            small,
            nullable=True,
            comment="sequence of the earlier part as which it went out",
        ),
    )
    op.create_table(
        "allocation_withdrawn",
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("sequence", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "revision", sa.SmallInteger(), nullable=False, comment="of the receipt, that ended it"
        ),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint(
            "obligor_id", "receipt_id", "sequence", name=op.f("pk_allocation_withdrawn")
        ),
        comment="parts that a correction replaced; the others are in force (view part_in_force)",
    )
    op.execute("""
        CREATE VIEW part_in_force AS
        SELECT a.* FROM allocation a
         WHERE NOT EXISTS (SELECT FROM allocation_withdrawn w WHERE w.obligor_id = a.obligor_id
                              AND w.receipt_id = a.receipt_id AND w.sequence = a.sequence)
    """)


def _queue() -> None:
    op.create_table(
        "obligor_to_redo",
        sa.Column("lane", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("from_month", sa.Date(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "error",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="set: waits for the retry",
        ),
        sa.PrimaryKeyConstraint("lane", "obligor_id", name=op.f("pk_obligor_to_redo")),
        comment="obligors whose books are computed again from a month on",
    )
    op.create_table(
        "late_receipt",
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.PrimaryKeyConstraint("obligor_id", "receipt_id", name=op.f("pk_late_receipt")),
        comment="receipts of a month that is over, to be posted as their obligor is computed again",
    )


def _claims() -> None:
    op.create_table(
        "claim",
        sa.Column("payee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("claim_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("payee_kind", sa.SmallInteger(), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("left_cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False, comment="ClaimState"),
        sa.Column(
            "collectable", sa.Boolean(), nullable=False, comment="may be taken from later payments"
        ),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("notice_on", sa.Date(), nullable=True, comment="when the payee was told"),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_claim_amount")),
        sa.CheckConstraint("left_cents BETWEEN 0 AND amount_cents", name=op.f("ck_claim_left")),
        sa.CheckConstraint("state IN (1, 2, 3, 4)", name=op.f("ck_claim_state")),
        sa.PrimaryKeyConstraint("payee_id", "claim_id", name=op.f("pk_claim")),
        comment="what payees got that was not theirs",
    )
    op.create_index(
        "ix_claim_open", "claim", ["payee_id"], unique=False, postgresql_where=sa.text("state = 1")
    )
    op.create_index("ix_claim_receipt_id", "claim", ["receipt_id"], unique=False)


def _corrections() -> None:
    op.create_table(
        "correction",
        sa.Column("correction_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False, comment="CorrectionKind"),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("to_obligor_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("to_case_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False, comment="CorrectionState"),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN (1, 2, 3)", name=op.f("ck_correction_state")),
        sa.CheckConstraint("kind IN (1, 2, 3)", name=op.f("ck_correction_kind")),
        sa.PrimaryKeyConstraint("correction_id", name=op.f("pk_correction")),
        comment="corrections of receipts: one person proposes, another decides",
    )
    op.create_index("ix_correction_receipt_id", "correction", ["receipt_id"], unique=False)
    op.create_index(
        "uq_correction_waiting",
        "correction",
        ["receipt_id"],
        unique=True,
        postgresql_where=sa.text("state = 1"),
    )
