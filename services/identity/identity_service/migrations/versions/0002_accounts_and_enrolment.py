"""Create the tables of accounts, sessions and enrolment."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of accounts, sessions and enrolment."""
    op.create_table(
        "account",
        sa.Column("account_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("user_name_key", sa.Text(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.Column("email_hash", sa.LargeBinary(), nullable=False, comment="keyed hash"),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False, comment="argon2id"),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verify_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True, comment="encrypted"),
        sa.Column("totp_confirmed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "totp_step",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="last one used",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account")),
        sa.UniqueConstraint("email_hash", name=op.f("uq_account_email_hash")),
        sa.UniqueConstraint("user_name_key", name=op.f("uq_account_user_name_key")),
    )
    op.create_table(
        "account_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=False, comment="client that asked for it"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_event")),
        comment="what happened to accounts; append-only, like the audit",
    )
    op.create_index(
        "ix_account_event_account_id_id", "account_event", ["account_id", "id"], unique=False
    )
    op.create_table(
        "asked",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="encrypted JSON"),
        sa.Column("ask_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked")),
        comment="what gets one answer whatever the truth; a timer looks at it a moment later",
    )
    op.create_table(
        "enablement",
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("email_hash", sa.LargeBinary(), nullable=False, comment="keyed hash"),
        sa.Column("enabled_on", sa.Date(), nullable=False),
        sa.Column("enabled_by", sa.Text(), nullable=False),
        sa.Column("eligible_from", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_enablement")),
        comment="a worker verified the date of birth and recorded the e-mail; the newest counts",
    )
    op.create_table(
        "known_case",
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("obligee_id", sa.UUID(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_known_case")),
        comment="who is party of what, as the case service tells it",
    )
    op.create_index("ix_known_case_obligee_id", "known_case", ["obligee_id"], unique=False)
    op.create_index("ix_known_case_obligor_id", "known_case", ["obligor_id"], unique=False)
    op.create_table(
        "known_participant",
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("participant_number", sa.Text(), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False, comment="family violence indicator"),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("name_hash", sa.LargeBinary(), nullable=False, comment="keyed hash"),
        sa.Column("birth_date_hash", sa.LargeBinary(), nullable=True, comment="keyed hash"),
        sa.Column("ssn_hash", sa.LargeBinary(), nullable=True, comment="keyed hash"),
        sa.Column("address_state", sa.Text(), nullable=False, comment="empty: no address"),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_known_participant")),
        comment="participants, as the case service tells them",
    )
    op.create_index(
        "ix_known_participant_participant_number",
        "known_participant",
        ["participant_number"],
        unique=False,
    )
    op.create_index(
        "ix_known_participant_ssn_hash", "known_participant", ["ssn_hash"], unique=False
    )
    op.create_table(
        "throttle",
        sa.Column("key", sa.LargeBinary(), nullable=False, comment="keyed hash of what is limited"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wait_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
    )
    op.create_table(
        "access",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True, comment="encrypted"),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.account_id"],
            name=op.f("fk_access_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access")),
        comment="which account sees whose cases; one account for a participant",
    )
    op.create_index("ix_access_account_id", "access", ["account_id"], unique=False)
    op.create_index(
        "uq_access_participant_id",
        "access",
        ["participant_id"],
        unique=True,
        postgresql_where=sa.text("end_time IS NULL"),
    )
    op.create_table(
        "code",
        sa.Column("code_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("account_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False, comment="keyed hash"),
        sa.Column("slow_hash", sa.Text(), nullable=False, comment="argon2id of a short code"),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expire_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("use_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "participant_id", sa.UUID(as_uuid=False), nullable=True, comment="whose cases it opens"
        ),
        sa.Column(
            "email",
            sa.LargeBinary(),
            nullable=True,
            comment="encrypted: the address that is confirmed",
        ),
        sa.CheckConstraint(
            "purpose IN ('verify_email', 'change_email', 'reset_password', 'pin', 'recovery')",
            name=op.f("ck_code_purpose"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.account_id"],
            name=op.f("fk_code_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code_id", name=op.f("pk_code")),
        comment="links and codes that were mailed or shown, each good for one use",
    )
    op.create_index("ix_code_account_id_purpose", "code", ["account_id", "purpose"], unique=False)
    op.create_index("ix_code_fingerprint", "code", ["fingerprint"], unique=False)
    op.create_table(
        "key_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ask_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "content",
            sa.LargeBinary(),
            nullable=True,
            comment="encrypted JSON, until it is looked at",
        ),
        sa.Column(
            "participant_id",
            sa.UUID(as_uuid=False),
            nullable=True,
            comment="unset when nobody matched",
        ),
        sa.Column("slow_hash", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column(
            "expire_on", sa.Date(), nullable=True, comment="last day that the key can be used"
        ),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'unmatched', 'waiting', 'sent', 'superseded', 'used', 'expired')",
            name=op.f("ck_key_request_state"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.account_id"],
            name=op.f("fk_key_request_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_request")),
    )
    op.create_index(
        "ix_key_request_account_id", "key_request", ["account_id", "ask_time"], unique=False
    )
    op.create_index(
        "ix_key_request_open",
        "key_request",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state IN ('asked', 'waiting', 'sent')"),
    )
    op.create_index(
        "ix_key_request_participant_id", "key_request", ["participant_id", "ask_time"], unique=False
    )
    op.create_table(
        "known_device",
        sa.Column("device_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("last_time", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.account_id"],
            name=op.f("fk_known_device_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("device_hash", name=op.f("pk_known_device")),
        comment="devices that logged in: others' wrong tries do not hinder them",
    )
    op.create_index("ix_known_device_account_id", "known_device", ["account_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("session_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("account_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="of 256 random bits"),
        sa.Column("client_id", sa.Text(), nullable=False, comment="the portal that it belongs to"),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touch_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reauthenticate_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "pending",
            sa.Boolean(),
            nullable=False,
            comment="the second factor is still to be shown",
        ),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.Column("end_time", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.account_id"],
            name=op.f("fk_session_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_token_hash")),
    )
    op.create_index(
        "ix_session_account_id",
        "session",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("end_time IS NULL"),
    )
    op.execute(
        "CREATE FUNCTION account_event_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'account_event is append-only: % is refused', TG_OP; END $$"
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION account_event_refuse_change()"
    )
