"""Create the tables of who else is paid, and judgments."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of who else is paid, and judgments."""
