"""Create the tables of the enforcement service."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis.migrate import create_base_tables_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of the enforcement service."""
    create_base_tables_0001()
    op.create_table(
        "case_arrears",
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("arrears_cents", sa.BigInteger(), nullable=False),
        sa.Column("monthly_amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("delinquent", sa.Boolean(), nullable=False),
        sa.Column("delinquent_since", sa.Date(), nullable=True),
        sa.Column("step", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="why"),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_arrears")),
    )
    op.create_index(
        "ix_case_arrears_delinquent",
        "case_arrears",
        [sa.literal_column("arrears_cents DESC"), "case_id"],
        unique=False,
        postgresql_where="delinquent",
    )
    op.create_table(
        "known_balance",
        sa.Column("obligation_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "bucket", sa.Text(), nullable=False, comment="'current', or the bucket of the arrears"
        ),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("due_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("obligation_id", "bucket", name=op.f("pk_known_balance")),
        comment="balances, as the payments service tells them",
    )
    op.create_index(op.f("ix_known_balance_case_id"), "known_balance", ["case_id"], unique=False)
    op.create_table(
        "known_case",
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_known_case")),
        comment="cases, as the case service tells them",
    )
    op.create_index(op.f("ix_known_case_obligor_id"), "known_case", ["obligor_id"], unique=False)
    op.create_table(
        "known_obligation",
        sa.Column("obligation_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("monthly_amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("obligation_id", name=op.f("pk_known_obligation")),
        comment="what is ordered for a month, as the case service tells it",
    )
    op.create_index(
        op.f("ix_known_obligation_case_id"), "known_obligation", ["case_id"], unique=False
    )
