"""Create the table of parties who neither owe nor are owed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of parties who neither owe nor are owed."""
    op.create_table(
        "known_party",
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("until", sa.Date(), nullable=True, comment="unset while it lasts"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["known_case.case_id"],
            name=op.f("fk_known_party_case_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("case_id", "participant_id", name=op.f("pk_known_party")),
        comment=(
            "who else is party of a case: caretakers, other parents, alleged fathers; no children"
        ),
    )
    op.create_index("ix_known_party_participant_id", "known_party", ["participant_id"])
    # What is told again in the same version is then taken once more, with its parties.
    op.execute("UPDATE known_case SET version = version - 1")
