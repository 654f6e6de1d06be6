"""Keep who else is paid, for which child an obligation is, and judgments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep other States of cases and arrears, children of obligations, and judgments."""
    op.add_column(
        "case_projection",
        sa.Column(
            "initiating_fips",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="agency of another State that has the case; empty: our own",
        ),
    )
    op.add_column(
        "case_projection",
        sa.Column(
            "children", sa.SmallInteger(), server_default="0", nullable=False, comment="how many"
        ),
    )
    op.alter_column(
        "case_projection",
        "periods",
        comment="[[program, first month, last month or null, cents, child], ...]",
        existing_comment="[[program, first month, last month or null, cents], ...]",
    )
    for name, comment in (
        ("child_id", "empty: for all"),
        ("owed_to_fips", "another State that the arrears are owed to; empty: none"),
    ):
        column = sa.Column(name, sa.Text(), server_default="", nullable=False, comment=comment)
        op.add_column("obligation_projection", column)
    op.add_column(
        "obligation_projection",
        sa.Column(
            "judgments",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
            comment="[[cents, day of entry], ...] that bear interest",
        ),
    )
