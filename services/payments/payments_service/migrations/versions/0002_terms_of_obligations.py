"""Keep what an obligation comes to from when to when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep what an obligation comes to from when to when."""
    op.add_column(
        "obligation_projection",
        sa.Column(
            "terms",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
            comment="[[first day, last day or null, cents], ...]; none: one amount all the time",
        ),
    )
