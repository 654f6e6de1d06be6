"""Create the tables of the notification service."""

import sqlalchemy as sa
from alembic import op

from chassis.migrate import create_base_tables_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of the notification service."""
    create_base_tables_0001()
    op.create_table(
        "inbox_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("entry_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "participant_id",
            sa.UUID(as_uuid=False),
            nullable=True,
            comment="unset until the case is known",
        ),
        sa.Column(
            "case_id", sa.UUID(as_uuid=False), nullable=True, comment="the reader is its obligee"
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "about_id", sa.UUID(as_uuid=False), nullable=False, comment="receipt or disbursement"
        ),
        sa.Column("facts", sa.LargeBinary(), nullable=False, comment="encrypted JSON"),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "email_state",
            sa.Text(),
            nullable=False,
            comment="the entry is its own place in the queue",
        ),
        sa.Column("email_attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("email_due_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "email_state IN ('undecided', 'not_chosen', 'off', 'queued', 'sent', 'failed')",
            name=op.f("ck_inbox_entry_email_state"),
        ),
        sa.CheckConstraint(
            "participant_id IS NOT NULL OR case_id IS NOT NULL", name=op.f("ck_inbox_entry_reader")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_entry")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_inbox_entry_entry_id")),
    )
    op.create_index(
        "ix_inbox_entry_mail_queue",
        "inbox_entry",
        ["email_due_at"],
        unique=False,
        postgresql_where=sa.text("email_state = 'queued'"),
    )
    op.create_index(
        "ix_inbox_entry_participant_id_id", "inbox_entry", ["participant_id", "id"], unique=False
    )
    op.create_index(
        "ix_inbox_entry_undecided",
        "inbox_entry",
        ["id"],
        unique=False,
        postgresql_where=sa.text("email_state = 'undecided'"),
    )
    op.create_table(
        "known_case",
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("obligee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_known_case")),
        comment="who is party of what, as the case service tells it",
    )
    op.create_table(
        "known_employer",
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("address_line1", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("zip_code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("employer_id", name=op.f("pk_known_employer")),
        comment="employers, as the withholding service tells them",
    )
    op.create_table(
        "known_participant",
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False, comment="family violence indicator"),
        sa.Column(
            "email_notices", sa.Boolean(), nullable=False, comment="chosen, and there is an address"
        ),
        sa.Column(
            "contact",
            sa.LargeBinary(),
            nullable=True,
            comment="encrypted JSON: address, e-mail; read only for what goes to this participant",
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_known_participant")),
        comment="participants, as the case service tells them",
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("letter_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "participant_id",
            sa.UUID(as_uuid=False),
            nullable=True,
            comment="unset until the case is known",
        ),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column(
            "case_id", sa.UUID(as_uuid=False), nullable=True, comment="the reader is its obligor"
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "about_id",
            sa.UUID(as_uuid=False),
            nullable=False,
            comment="receipt, disbursement or submission",
        ),
        sa.Column("facts", sa.LargeBinary(), nullable=False, comment="encrypted JSON"),
        sa.Column("queue_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("issue_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=True, comment="encrypted base64"),
        sa.CheckConstraint("(state = 'issued') = (pdf IS NOT NULL)", name=op.f("ck_letter_pdf")),
        sa.CheckConstraint(
            "state IN ('waiting', 'issued', 'combined', 'no_address', 'failed')",
            name=op.f("ck_letter_state"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(participant_id, employer_id) = 1 OR case_id IS NOT NULL",
            name=op.f("ck_letter_reader"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_letter_letter_id")),
    )
    op.create_index(
        "ix_letter_issued",
        "letter",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'issued'"),
    )
    op.create_index(
        "ix_letter_participant_id_id",
        "letter",
        ["participant_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'issued'"),
    )
    op.create_index(
        "ix_letter_waiting",
        "letter",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
