"""Create the tables of money of every source, and suspense worked by people."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of money of every source, and suspense worked by people."""
