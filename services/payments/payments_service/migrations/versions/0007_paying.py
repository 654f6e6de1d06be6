"""Create the tables of accounts, returns, checks and claims."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of accounts, returns, checks and claims."""
