"""Create the queue of mail about accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the queue of mail about accounts."""
    op.create_table(
        "account_mail",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("notice_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "content",
            sa.LargeBinary(),
            nullable=True,
            comment="encrypted JSON: address, code, link; gone once it is sent or given up",
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "expire_time", sa.DateTime(timezone=True), nullable=True, comment="not sent after that"
        ),
        sa.CheckConstraint(
            "(state = 'queued') = (content IS NOT NULL)", name=op.f("ck_account_mail_content")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'off', 'sent', 'failed', 'expired')",
            name=op.f("ck_account_mail_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_mail")),
        sa.UniqueConstraint("notice_id", name=op.f("uq_account_mail_notice_id")),
        comment="mail about accounts: it goes to an address, whether or not a participant has it",
    )
    op.create_index(
        "ix_account_mail_queued",
        "account_mail",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'queued'"),
    )
