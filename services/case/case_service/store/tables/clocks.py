"""The clocks of cases: each time limit that was started, and how it ended."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from case_service.store.tables.core import metadata

case_clock = Table(
    "case_clock",
    metadata,
    Column("clock_id", UUID(as_uuid=False), primary_key=True),
    Column(
        "case_id",
        ForeignKey("support_case.case_id", deferrable=True, initially="DEFERRED"),
        comment="null while there is no case yet (an application)",
    ),
    Column("kind", Text, nullable=False),
    Column("about_id", Text, nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("citation", Text, nullable=False),
    Column("started_on", Date, nullable=False),
    Column("amber_on", Date, comment="near its end from then on; null: a window"),
    Column("due_on", Date, nullable=False),
    Column("state", Text, nullable=False),
    Column("stopped_on", Date),
    Column("missed_on", Date),
    Column("office_id", Text, nullable=False, server_default="", comment="as the case has it"),
    Column("worker_id", Text, nullable=False, server_default="", comment="as the case has it"),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(
        "state IN ('running', 'missed', 'met', 'late', 'elapsed', 'cancelled')", name="state"
    ),
    CheckConstraint("(state IN ('running', 'missed')) = (stopped_on IS NULL)", name="stopped_on"),
    CheckConstraint("due_on >= started_on", name="due_on"),
    comment="time limits that were started, and how they ended",
)

IS_OPEN = "state IN ('running', 'missed')"
"""As in the indexes: a query that says it in the same words can use them."""
IS_RUNNING = "state = 'running'"

Index("ix_case_clock_case_id", case_clock.c.case_id, case_clock.c.due_on)
Index("ix_case_clock_about_id", case_clock.c.about_id)
Index(
    "uq_case_clock_open",
    case_clock.c.case_id,
    case_clock.c.kind,
    case_clock.c.about_id,
    unique=True,
    postgresql_where=text(IS_OPEN),
    postgresql_nulls_not_distinct=True,
)
Index("ix_case_clock_running", case_clock.c.due_on, postgresql_where=text(IS_RUNNING))
Index(
    "ix_case_clock_open",
    case_clock.c.due_on,
    case_clock.c.clock_id,
    postgresql_where=text(IS_OPEN),
)
Index(
    "ix_case_clock_office",
    case_clock.c.office_id,
    case_clock.c.due_on,
    case_clock.c.clock_id,
    postgresql_where=text(IS_OPEN),
)
Index(
    "ix_case_clock_worker",
    case_clock.c.worker_id,
    case_clock.c.due_on,
    case_clock.c.clock_id,
    postgresql_where=text(IS_OPEN),
)
