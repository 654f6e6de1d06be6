"""Cut the tables of posting by obligor and those of paying by payee."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Cut the tables of posting by obligor and those of paying by payee."""
