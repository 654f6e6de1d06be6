"""Let parties report health insurance, and keep an office's e-mail address."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KINDS = "kind IN ('address', 'contact', 'employment', 'account', 'insurance')"


def upgrade() -> None:
    """Take one more kind of reported change; an office gets an e-mail address."""
    op.drop_constraint("ck_reported_change_kind", "reported_change", type_="check")
    op.create_check_constraint(op.f("ck_reported_change_kind"), "reported_change", KINDS)
    op.add_column(
        "office_setting", sa.Column("email", sa.Text(), server_default="", nullable=False)
    )
