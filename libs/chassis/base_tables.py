"""The chassis's own tables as migrations make them: frozen, an old revision stays what it was.

Change `chassis.tables` and add a `…_0002` here; never edit a function that has been released.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

OUTBOX_CHANNEL = "outbox"
"""PostgreSQL's notification channel that says: a transaction with new events has committed."""

_NOW = sa.text("now()")


def create_base_tables_0001() -> None:
    """Create the tables of chassis.tables; a service's first revision begins with it."""
    _create_outbox_0001()
    _create_inbox_0001()
    _create_local_delivery_0001()
    _create_idempotency_0001()
    _create_audit_0001()


def _create_outbox_0001() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("event_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "type", sa.Text(), nullable=False, comment="protobuf full name; also the routing key"
        ),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("traceparent", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("event_id", name=op.f("uq_outbox_event_id")),
    )
    unsent = sa.text("sent_at IS NULL")
    op.create_index("ix_outbox_unsent", "outbox", ["id"], postgresql_where=unsent)
    op.create_index("ix_outbox_sent_at", "outbox", ["sent_at"], postgresql_using="brin")
    # A trigger, not a NOTIFY in emit: no round trip more, and bulk inserts wake the relay too. Once
    # per statement, and PostgreSQL folds equal notifications of a transaction into one.
    op.execute(
        f"CREATE FUNCTION outbox_notify() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN PERFORM pg_notify('{OUTBOX_CHANNEL}', ''); RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER outbox_notify AFTER INSERT ON outbox "
        "FOR EACH STATEMENT EXECUTE FUNCTION outbox_notify()"
    )


def _create_inbox_0001() -> None:
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.Text(), nullable=False, comment="the queue that it came through"),
        sa.Column("event_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("consumer", "event_id", name=op.f("pk_inbox")),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"], postgresql_using="brin")


def _create_local_delivery_0001() -> None:
    op.create_table(
        "local_delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("event_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("headers", postgresql.JSONB(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("first_failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_delivery")),
        comment="queues of the local bus, in the consumer's own database",
    )
    op.create_index(
        "uq_local_delivery_queue_event_id", "local_delivery", ["queue", "event_id"], unique=True
    )
    waiting = sa.text("parked_at IS NULL")
    op.create_index("ix_local_delivery_waiting", "local_delivery", ["id"], postgresql_where=waiting)


def _create_idempotency_0001() -> None:
    op.create_table(
        "idempotency",
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("method", "caller", "request_id", name=op.f("pk_idempotency")),
    )


def _create_audit_0001() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column(
            "subject",
            postgresql.JSONB(),
            nullable=False,
            comment="ids that the request named; no personal data",
        ),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    # The service's login writes here and may not take back what it has written. Statement-wise: to
    # try is refused, whether or not a row would be met.
    op.execute(
        "CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit is append-only: % is refused', TG_OP; END $$"
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()"
    )
