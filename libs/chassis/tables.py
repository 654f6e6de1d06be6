"""The tables that every service has: outbox, inbox, local deliveries, idempotency, audit."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)

_now = func.now()

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", UUID(as_uuid=False), nullable=False, unique=True),
    Column("type", Text, nullable=False, comment="protobuf full name; also the routing key"),
    Column("subject", Text, nullable=False),
    Column("traceparent", Text, nullable=False, server_default=""),
    Column("body", LargeBinary, nullable=False),
    Column("time", DateTime(timezone=True), nullable=False),
    Column("sent_at", DateTime(timezone=True)),
)
Index("ix_outbox_unsent", outbox.c.id, postgresql_where=outbox.c.sent_at.is_(None))
Index("ix_outbox_sent_at", outbox.c.sent_at, postgresql_using="brin")

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", Text, primary_key=True, comment="the queue that it came through"),
    Column("event_id", UUID(as_uuid=False), primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=_now),
)
Index("ix_inbox_received_at", inbox.c.received_at, postgresql_using="brin")

local_delivery = Table(
    "local_delivery",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("queue", Text, nullable=False),
    Column("event_id", UUID(as_uuid=False), nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due_at", DateTime(timezone=True), nullable=False, server_default=_now),
    Column("first_failed_at", DateTime(timezone=True)),
    Column("parked_at", DateTime(timezone=True)),
    Column("error", Text, nullable=False, server_default=""),
    comment="queues of the local bus, in the consumer's own database",
)
Index(
    "uq_local_delivery_queue_event_id",
    local_delivery.c.queue,
    local_delivery.c.event_id,
    unique=True,
)
Index(
    "ix_local_delivery_waiting",
    local_delivery.c.id,
    postgresql_where=local_delivery.c.parked_at.is_(None),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("method", Text, primary_key=True),
    Column("caller", Text, primary_key=True),
    Column("request_id", Text, primary_key=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("response", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=_now),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("caller", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column(
        "subject", JSONB, nullable=False, comment="ids that the request named; no personal data"
    ),
    Column("outcome", Text, nullable=False),
)
