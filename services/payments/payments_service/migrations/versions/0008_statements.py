"""Create the tables of statements and bank totals."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of statements and bank totals."""
    op.create_table(
        "bank_totals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "number",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="the last counts",
        ),
        sa.Column("deposits_cents", sa.BigInteger(), nullable=False),
        sa.Column("electronic_cents", sa.BigInteger(), nullable=False),
        sa.Column("checks_cents", sa.BigInteger(), nullable=False, comment="that the bank paid"),
        sa.Column(
            "closing_cents", sa.BigInteger(), nullable=True, comment="unset: the bank gave none"
        ),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "deposits_cents >= 0 AND electronic_cents >= 0 AND checks_cents >= 0",
            name=op.f("ck_bank_totals_cents"),
        ),
        sa.PrimaryKeyConstraint("day", "number", name=op.f("pk_bank_totals")),
        comment="totals of a day as the bank gives them; never changed, recorded again instead",
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_totals"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.create_index("ix_case_projection_case_number", "case_projection", ["case_number"])
