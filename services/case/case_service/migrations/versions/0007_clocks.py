"""Create the table of the clocks of cases; let a history be read by its days."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OPEN = sa.text("state IN ('running', 'missed')")


def upgrade() -> None:
    """Create the table of the clocks of cases; let a history be read by its days."""
    op.create_table(
        "case_clock",
        sa.Column("clock_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "case_id",
            sa.UUID(as_uuid=False),
            nullable=True,
            comment="null while there is no case yet (an application)",
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column(
            "amber_on",
            sa.Date(),
            nullable=True,
            comment="near its end from then on; null: a window",
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("missed_on", sa.Date(), nullable=True),
        sa.Column(
            "office_id",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="as the case has it",
        ),
        sa.Column(
            "worker_id",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="as the case has it",
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state IN ('running', 'missed')) = (stopped_on IS NULL)",
            name=op.f("ck_case_clock_stopped_on"),
        ),
        sa.CheckConstraint(
            "state IN ('running', 'missed', 'met', 'late', 'elapsed', 'cancelled')",
            name=op.f("ck_case_clock_state"),
        ),
        sa.CheckConstraint("due_on >= started_on", name=op.f("ck_case_clock_due_on")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["support_case.case_id"],
            name=op.f("fk_case_clock_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("clock_id", name=op.f("pk_case_clock")),
        comment="time limits that were started, and how they ended",
    )
    op.create_index("ix_case_clock_about_id", "case_clock", ["about_id"])
    op.create_index("ix_case_clock_case_id", "case_clock", ["case_id", "due_on"])
    op.create_index(
        "ix_case_clock_open", "case_clock", ["due_on", "clock_id"], postgresql_where=_OPEN
    )
    op.create_index(
        "ix_case_clock_running",
        "case_clock",
        ["due_on"],
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "uq_case_clock_open",
        "case_clock",
        ["case_id", "kind", "about_id"],
        unique=True,
        postgresql_where=_OPEN,
        postgresql_nulls_not_distinct=True,
    )
    for whose in ("office", "worker"):
        op.create_index(
            f"ix_case_clock_{whose}",
            "case_clock",
            [f"{whose}_id", "due_on", "clock_id"],
            postgresql_where=_OPEN,
        )
    op.create_index("ix_case_history_days", "case_history", ["case_id", "on_date", "id"])
