"""Base tables, and what the contract's handlers leave behind."""

import sqlalchemy as sa
from alembic import op

from chassis.migrate import create_base_tables_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_base_tables_0001()
    op.create_table(
        "effect",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_effect"),
    )
    op.create_table(
        "switch",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_switch"),
    )
    op.execute("INSERT INTO switch (name, count) VALUES ('shared', 0)")
    op.execute("CREATE SEQUENCE tries")
