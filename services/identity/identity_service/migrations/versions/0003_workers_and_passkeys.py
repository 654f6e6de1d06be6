"""Create the tables of workers, passkeys and second factors to be taken away."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of workers, passkeys and second factors to be taken away."""
    _workers()
    _passkeys()
    _removals()


def _workers() -> None:
    op.create_table(
        "worker",
        sa.Column("worker_id", sa.Text(), nullable=False, comment="never given to another person"),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.Column("email_hash", sa.LargeBinary(), nullable=False, comment="keyed hash"),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("office_ids", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "password_hash",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="argon2id",
        ),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True, comment="encrypted"),
        sa.Column(
            "totp_step",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="last used",
        ),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.LargeBinary(), nullable=True, comment="encrypted"),
        sa.CheckConstraint(
            "state <> 'active' OR (password_hash <> '' AND totp_secret IS NOT NULL)",
            name=op.f("ck_worker_both_factors"),
        ),
        sa.CheckConstraint(
            "state IN ('invited', 'active', 'reset', 'ended')", name=op.f("ck_worker_state")
        ),
        sa.PrimaryKeyConstraint("worker_id", name=op.f("pk_worker")),
        comment="the agency's workers; set up by themselves with a mailed link",
    )
    op.create_index(
        "uq_worker_email_hash",
        "worker",
        ["email_hash"],
        unique=True,
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_table(
        "worker_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("worker_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("event_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column(
            "done_by", sa.Text(), nullable=False, comment="worker or client that asked for it"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_event")),
        comment="what happened to workers; append-only, like the audit",
    )
    op.create_index(
        "ix_worker_event_worker_id_id", "worker_event", ["worker_id", "id"], unique=False
    )
    op.create_table(
        "worker_code",
        sa.Column("code_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("worker_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False, comment="keyed hash"),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expire_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("use_time", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('link', 'recovery')", name=op.f("ck_worker_code_purpose")),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.worker_id"], name=op.f("fk_worker_code_worker_id")
        ),
        sa.PrimaryKeyConstraint("code_id", name=op.f("pk_worker_code")),
        comment="links that were mailed and recovery codes, each good for one use",
    )
    op.create_index("ix_worker_code_fingerprint", "worker_code", ["fingerprint"], unique=False)
    op.create_index(
        "ix_worker_code_worker_id_purpose", "worker_code", ["worker_id", "purpose"], unique=False
    )
    op.create_table(
        "worker_device",
        sa.Column("device_hash", sa.LargeBinary(), nullable=False),
        sa.Column("worker_id", sa.Text(), nullable=False),
        sa.Column("last_time", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.worker_id"], name=op.f("fk_worker_device_worker_id")
        ),
        sa.PrimaryKeyConstraint("device_hash", name=op.f("pk_worker_device")),
        comment="devices that logged in: others' wrong tries do not hinder them",
    )
    op.create_index("ix_worker_device_worker_id", "worker_device", ["worker_id"], unique=False)
    op.create_table(
        "worker_session",
        sa.Column("session_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("worker_id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="of 256 random bits"),
        sa.Column("client_id", sa.Text(), nullable=False, comment="the console that it belongs to"),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touch_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reauthenticate_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_time", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["worker_id"], ["worker.worker_id"], name=op.f("fk_worker_session_worker_id")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_worker_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_worker_session_token_hash")),
    )
    op.create_index(
        "ix_worker_session_worker_id",
        "worker_session",
        ["worker_id"],
        unique=False,
        postgresql_where=sa.text("end_time IS NULL"),
    )
    op.execute(
        "CREATE FUNCTION worker_event_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'worker_event is append-only: % is refused', TG_OP; END $$"
    )
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON worker_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION worker_event_refuse_change()"
    )


def _passkeys() -> None:
    op.create_table(
        "passkey_challenge",
        sa.Column("challenge_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="keyed hash"),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expire_time", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('set_up', 'log_in')", name=op.f("ck_passkey_challenge_purpose")
        ),
        sa.PrimaryKeyConstraint("challenge_id", name=op.f("pk_passkey_challenge")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_passkey_challenge_token_hash")),
        comment="challenges that wait; an answer, right or wrong, removes its own",
    )
    op.create_index(
        "ix_passkey_challenge_expire_time", "passkey_challenge", ["expire_time"], unique=False
    )
    op.create_table(
        "passkey",
        sa.Column("passkey_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("account_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False, comment="COSE"),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("display_name", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("use_time", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.account_id"],
            name=op.f("fk_passkey_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("passkey_id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
        comment="public keys of authenticators that log in to accounts (WebAuthn)",
    )
    op.create_index("ix_passkey_account_id", "passkey", ["account_id"], unique=False)


def _removals() -> None:
    op.create_table(
        "removal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("account_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("ask_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expire_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("settle_time", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'confirmed' OR settled_by <> asked_by", name=op.f("ck_removal_two_people")
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'confirmed', 'rejected')", name=op.f("ck_removal_state")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.account_id"],
            name=op.f("fk_removal_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal")),
        comment="second factors that an office asks to take away; two people do it",
    )
    op.create_index(
        "uq_removal_participant_id",
        "removal",
        ["participant_id"],
        unique=True,
        postgresql_where=sa.text("state = 'asked'"),
    )
