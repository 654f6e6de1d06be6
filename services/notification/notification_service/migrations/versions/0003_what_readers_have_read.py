"""Keep when a reader opened an inbox entry."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep when an entry was read; what was there before is unread."""
    op.add_column(
        "inbox_entry",
        sa.Column(
            "read_time",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when its reader opened it; the first time",
        ),
    )
    op.create_index(
        "ix_inbox_entry_unread",
        "inbox_entry",
        ["participant_id", "id"],
        unique=False,
        postgresql_where=sa.text("read_time IS NULL"),
    )
