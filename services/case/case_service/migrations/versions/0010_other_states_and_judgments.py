"""Keep what other States have to do with a case, and judgments that bear interest."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep other States of cases and arrears, and judgments."""
    op.add_column(
        "support_case",
        sa.Column(
            "initiating_fips",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="agency of another State that has the case; empty: our own",
        ),
    )
    op.add_column(
        "obligation",
        sa.Column(
            "owed_to_fips",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="another State that the arrears are owed to; empty: none",
        ),
    )
    op.add_column(
        "obligation",
        sa.Column(
            "judgments",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
            comment="[[cents, day of entry], ...] that bear interest",
        ),
    )
