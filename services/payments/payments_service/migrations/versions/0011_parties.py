"""Plans of payments online; find cases by who receives, and holds by whose money they hold."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, the link of a payment to its plan, and the indexes."""
    op.create_table(
        "scheduled_payment",
        sa.Column("scheduled_payment_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("instrument", sa.SmallInteger(), nullable=False),
        sa.Column("frequency", sa.SmallInteger(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True, comment="unset: no end"),
        sa.Column(
            "next_on", sa.Date(), nullable=True, comment="unset: no payment is to come by it"
        ),
        sa.Column(
            "token",
            sa.LargeBinary(),
            nullable=True,
            comment="the gateway's; encrypted; gone once the plan is over",
        ),
        sa.Column("state", sa.SmallInteger(), nullable=False, comment="MyScheduleState"),
        sa.Column("declines", sa.SmallInteger(), nullable=False, comment="in a row"),
        sa.Column("last_payment_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_scheduled_payment_amount")),
        sa.CheckConstraint("state BETWEEN 1 AND 4", name=op.f("ck_scheduled_payment_state")),
        sa.CheckConstraint(
            "next_on IS NULL OR state = 1 AND token IS NOT NULL",
            name=op.f("ck_scheduled_payment_next"),
        ),
        sa.PrimaryKeyConstraint("scheduled_payment_id", name=op.f("pk_scheduled_payment")),
        comment="payments online that a payer planned",
    )
    op.create_index(
        "ix_scheduled_payment_next_on",
        "scheduled_payment",
        ["next_on", "scheduled_payment_id"],
        postgresql_where=sa.text("next_on IS NOT NULL"),
    )
    op.create_index(
        "ix_scheduled_payment_obligor_id",
        "scheduled_payment",
        ["obligor_id", "scheduled_payment_id"],
    )
    op.add_column(
        "online_payment",
        sa.Column(
            "scheduled_payment_id",
            sa.UUID(as_uuid=False),
            nullable=True,
            comment="the plan that it was made by",
        ),
    )
    op.add_column(
        "online_payment",
        sa.Column("scheduled_for", sa.Date(), nullable=True, comment="the plan's day for it"),
    )
    op.create_index(
        "uq_online_payment_scheduled",
        "online_payment",
        ["scheduled_payment_id", "scheduled_for"],
        unique=True,
        postgresql_where=sa.text("scheduled_payment_id IS NOT NULL"),
    )
    op.create_index("ix_case_projection_obligee_id", "case_projection", ["obligee_id"])
    op.create_index("ix_hold_obligor_id", "hold", ["obligor_id", "receipt_id"])
