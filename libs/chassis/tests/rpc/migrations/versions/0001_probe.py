"""Create the probe service's tables."""

import sqlalchemy as sa
from alembic import op

from chassis.migrate import create_base_tables_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_base_tables_0001()
    op.create_table("note", sa.Column("text", sa.Text(), nullable=False, unique=True))
