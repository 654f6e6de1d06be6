"""Note how far a file's lines are queued for posting; find void checks without the others.

Files that came before were queued as a whole: nothing is left of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and both indexes."""
    op.add_column(
        "submission",
        sa.Column(
            "queued_through",
            sa.Integer(),
            nullable=True,
            comment="the last line that is queued; unset: none is",
        ),
    )
    op.create_index(
        "ix_submission_to_release",
        "submission",
        ["submission_id"],
        postgresql_where=sa.text("state = 1 AND queued_through IS NOT NULL"),
    )
    op.create_index(
        "ix_disbursement_void",
        "disbursement",
        ["business_date"],
        postgresql_where=sa.text("method = 2 AND state IN (3, 4) AND void_told_on IS NULL"),
    )
