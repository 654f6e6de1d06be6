"""The tables of workers: who they are, their sessions, links and codes, what happened to them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from identity_service.store.tables.core import SECRET, metadata

_PERSONAL = {"data_class": "personal"}
_LOCATION = {"data_class": "location"}
_NOTHING = text("''")


def _worker_id() -> Column[str]:
    return Column("worker_id", Text, ForeignKey("worker.worker_id"), nullable=False)


worker = Table(
    "worker",
    metadata,
    Column("worker_id", Text, primary_key=True, comment="never given to another person"),
    Column("display_name", Text, nullable=False, info=_PERSONAL),
    Column("email", LargeBinary, nullable=False, comment="encrypted", info=_LOCATION),
    Column("email_hash", LargeBinary, nullable=False, comment="keyed hash"),
    Column("language", Text, nullable=False),
    Column("office_ids", ARRAY(Text), nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False),
    Column(
        "password_hash",
        Text,
        nullable=False,
        server_default=_NOTHING,
        comment="argon2id",
        info=SECRET,
    ),
    Column("totp_secret", LargeBinary, comment="encrypted", info=SECRET),
    Column("totp_step", BigInteger, nullable=False, server_default=text("0"), comment="last used"),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("end_time", DateTime(timezone=True)),
    Column("end_reason", LargeBinary, comment="encrypted", info=_PERSONAL),
    CheckConstraint("state IN ('invited', 'active', 'reset', 'ended')", name="state"),
    CheckConstraint(
        "state <> 'active' OR (password_hash <> '' AND totp_secret IS NOT NULL)",
        name="both_factors",
    ),
    comment="the agency's workers; set up by themselves with a mailed link",
)
Index(
    "uq_worker_email_hash",
    worker.c.email_hash,
    unique=True,
    postgresql_where=text("state <> 'ended'"),
)

worker_session = Table(
    "worker_session",
    metadata,
    Column("session_id", UUID(as_uuid=False), primary_key=True),
    _worker_id(),
    Column("token_hash", LargeBinary, nullable=False, unique=True, comment="of 256 random bits"),
    Column("client_id", Text, nullable=False, comment="the console that it belongs to"),
    Column("user_agent", Text, nullable=False),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("touch_time", DateTime(timezone=True), nullable=False),
    Column("reauthenticate_time", DateTime(timezone=True), nullable=False),
    Column("end_time", DateTime(timezone=True)),
)
Index(
    "ix_worker_session_worker_id",
    worker_session.c.worker_id,
    postgresql_where=worker_session.c.end_time.is_(None),
)

worker_device = Table(
    "worker_device",
    metadata,
    Column("device_hash", LargeBinary, primary_key=True),
    _worker_id(),
    Column("last_time", DateTime(timezone=True), nullable=False),
    comment="devices that logged in: others' wrong tries do not hinder them",
)
Index("ix_worker_device_worker_id", worker_device.c.worker_id)

worker_code = Table(
    "worker_code",
    metadata,
    Column("code_id", UUID(as_uuid=False), primary_key=True),
    _worker_id(),
    Column("purpose", Text, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False, comment="keyed hash", info=SECRET),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("expire_time", DateTime(timezone=True)),
    Column("use_time", DateTime(timezone=True)),
    CheckConstraint("purpose IN ('link', 'recovery')", name="purpose"),
    comment="links that were mailed and recovery codes, each good for one use",
)
Index("ix_worker_code_worker_id_purpose", worker_code.c.worker_id, worker_code.c.purpose)
Index("ix_worker_code_fingerprint", worker_code.c.fingerprint)

worker_event = Table(
    "worker_event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("worker_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("event_time", DateTime(timezone=True), nullable=False),
    Column("session_id", UUID(as_uuid=False)),
    Column("done_by", Text, nullable=False, comment="worker or client that asked for it"),
    comment="what happened to workers; append-only, like the audit",
)
Index("ix_worker_event_worker_id_id", worker_event.c.worker_id, worker_event.c.id)
