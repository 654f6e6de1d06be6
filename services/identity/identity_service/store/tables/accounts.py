"""The tables of accounts: who they are, their sessions, what was mailed, wrong tries."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from identity_service.store.tables.core import SECRET, metadata

_PERSONAL = {"data_class": "personal"}
_LOCATION = {"data_class": "location"}
_NO = text("false")
_ZERO = text("0")


def _account_id() -> Column[str]:
    return Column(
        "account_id",
        UUID(as_uuid=False),
        ForeignKey("account.account_id", ondelete="CASCADE"),
        nullable=False,
    )


account = Table(
    "account",
    metadata,
    Column("account_id", UUID(as_uuid=False), primary_key=True),
    Column("user_name", Text, nullable=False, info=_PERSONAL),
    Column("user_name_key", Text, nullable=False, unique=True, info=_PERSONAL),
    Column("email", LargeBinary, nullable=False, comment="encrypted", info=_LOCATION),
    Column("email_hash", LargeBinary, nullable=False, unique=True, comment="keyed hash"),
    Column("language", Text, nullable=False),
    Column("password_hash", Text, nullable=False, comment="argon2id", info=SECRET),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("verify_time", DateTime(timezone=True)),
    Column("totp_secret", LargeBinary, comment="encrypted", info=SECRET),
    Column("totp_confirmed", Boolean, nullable=False, server_default=_NO),
    Column("totp_step", BigInteger, nullable=False, server_default=_ZERO, comment="last one used"),
)

session = Table(
    "session",
    metadata,
    Column("session_id", UUID(as_uuid=False), primary_key=True),
    _account_id(),
    Column("token_hash", LargeBinary, nullable=False, unique=True, comment="of 256 random bits"),
    Column("client_id", Text, nullable=False, comment="the portal that it belongs to"),
    Column("user_agent", Text, nullable=False),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("touch_time", DateTime(timezone=True), nullable=False),
    Column("reauthenticate_time", DateTime(timezone=True), nullable=False),
    Column("pending", Boolean, nullable=False, comment="the second factor is still to be shown"),
    Column("second_factor", Boolean, nullable=False),
    Column("end_time", DateTime(timezone=True)),
)
Index("ix_session_account_id", session.c.account_id, postgresql_where=session.c.end_time.is_(None))

known_device = Table(
    "known_device",
    metadata,
    Column("device_hash", LargeBinary, primary_key=True),
    _account_id(),
    Column("last_time", DateTime(timezone=True), nullable=False),
    comment="devices that logged in: others' wrong tries do not hinder them",
)
Index("ix_known_device_account_id", known_device.c.account_id)

code = Table(
    "code",
    metadata,
    Column("code_id", UUID(as_uuid=False), primary_key=True),
    _account_id(),
    Column("purpose", Text, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False, comment="keyed hash", info=SECRET),
    Column("slow_hash", Text, nullable=False, comment="argon2id of a short code", info=SECRET),
    Column("attempts", Integer, nullable=False, server_default=_ZERO),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("expire_time", DateTime(timezone=True)),
    Column("use_time", DateTime(timezone=True)),
    Column("participant_id", UUID(as_uuid=False), comment="whose cases it opens"),
    Column(
        "email", LargeBinary, comment="encrypted: the address that is confirmed", info=_LOCATION
    ),
    CheckConstraint(
        "purpose IN ('verify_email', 'change_email', 'reset_password', 'pin', 'recovery')",
        name="purpose",
    ),
    comment="links and codes that were mailed or shown, each good for one use",
)
Index("ix_code_account_id_purpose", code.c.account_id, code.c.purpose)
Index("ix_code_fingerprint", code.c.fingerprint)

throttle = Table(
    "throttle",
    metadata,
    Column("key", LargeBinary, primary_key=True, comment="keyed hash of what is limited"),
    Column("kind", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("last_time", DateTime(timezone=True), nullable=False),
    Column("wait_until", DateTime(timezone=True), nullable=False),
)

asked = Table(
    "asked",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("content", LargeBinary, nullable=False, comment="encrypted JSON", info=SECRET),
    Column("ask_time", DateTime(timezone=True), nullable=False),
    comment="what gets one answer whatever the truth; a timer looks at it a moment later",
)

account_event = Table(
    "account_event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("account_id", UUID(as_uuid=False), nullable=False),
    Column("kind", Text, nullable=False),
    Column("event_time", DateTime(timezone=True), nullable=False),
    Column("session_id", UUID(as_uuid=False)),
    Column("done_by", Text, nullable=False, comment="client that asked for it"),
    comment="what happened to accounts; append-only, like the audit",
)
Index("ix_account_event_account_id_id", account_event.c.account_id, account_event.c.id)
