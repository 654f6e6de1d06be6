"""The tables of passkeys, their challenges, and second factors that are to be taken away."""

from sqlalchemy import (
    BigInteger,
    Boolean,
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
from sqlalchemy.dialects.postgresql import UUID

from identity_service.store.tables.core import SECRET, metadata

_PERSONAL = {"data_class": "personal"}


def _account_id() -> Column[str]:
    return Column(
        "account_id",
        UUID(as_uuid=False),
        ForeignKey("account.account_id", ondelete="CASCADE"),
        nullable=False,
    )


passkey = Table(
    "passkey",
    metadata,
    Column("passkey_id", UUID(as_uuid=False), primary_key=True),
    _account_id(),
    Column("credential_id", LargeBinary, nullable=False, unique=True, info=_PERSONAL),
    Column("public_key", LargeBinary, nullable=False, comment="COSE"),
    Column("sign_count", BigInteger, nullable=False),
    Column("synced", Boolean, nullable=False),
    Column("display_name", LargeBinary, nullable=False, comment="encrypted", info=_PERSONAL),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("use_time", DateTime(timezone=True)),
    comment="public keys of authenticators that log in to accounts (WebAuthn)",
)
Index("ix_passkey_account_id", passkey.c.account_id)

passkey_challenge = Table(
    "passkey_challenge",
    metadata,
    Column("challenge_id", UUID(as_uuid=False), primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True, comment="keyed hash"),
    Column("purpose", Text, nullable=False),
    Column("challenge", LargeBinary, nullable=False, info=SECRET),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("expire_time", DateTime(timezone=True), nullable=False),
    CheckConstraint("purpose IN ('set_up', 'log_in')", name="purpose"),
    comment="challenges that wait; an answer, right or wrong, removes its own",
)
Index("ix_passkey_challenge_expire_time", passkey_challenge.c.expire_time)

removal = Table(
    "removal",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("participant_id", UUID(as_uuid=False), nullable=False),
    _account_id(),
    Column("state", Text, nullable=False),
    Column("reason", LargeBinary, nullable=False, comment="encrypted", info=_PERSONAL),
    Column("asked_by", Text, nullable=False),
    Column("ask_time", DateTime(timezone=True), nullable=False),
    Column("expire_time", DateTime(timezone=True), nullable=False),
    Column("settled_by", Text, nullable=False, server_default=text("''")),
    Column("settle_time", DateTime(timezone=True)),
    CheckConstraint("state IN ('asked', 'confirmed', 'rejected')", name="state"),
    CheckConstraint("state <> 'confirmed' OR settled_by <> asked_by", name="two_people"),
    comment="second factors that an office asks to take away; two people do it",
)
Index(
    "uq_removal_participant_id",
    removal.c.participant_id,
    unique=True,
    postgresql_where=removal.c.state == "asked",
)
