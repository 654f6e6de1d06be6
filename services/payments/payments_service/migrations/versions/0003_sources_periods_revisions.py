"""Keep where a receipt comes from and how often it was distributed; months with assistance."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep sources, revisions and months with assistance."""
    op.add_column(
        "case_projection",
        sa.Column(
            "periods",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="[]",
            nullable=False,
            comment="[[program, first month, last month or null, cents], ...]",
        ),
    )
    for name, default in (("source", "1"), ("revision", "0")):
        column = sa.Column(name, sa.SmallInteger(), server_default=sa.text(default), nullable=False)
        op.add_column("receipt", column)
    op.drop_constraint(op.f("ck_receipt_state"), "receipt")
    op.create_check_constraint(op.f("ck_receipt_state"), "receipt", "state IN (1, 2, 3, 4)")
