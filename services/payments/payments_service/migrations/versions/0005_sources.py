"""Create the tables of money of every source, and suspense worked by people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of money of every source, and suspense worked by people."""
    for table in ("submission", "receipt"):
        op.alter_column(table, "employer_id", nullable=True)
    op.drop_constraint(op.f("ck_receipt_state"), "receipt")
    op.create_check_constraint(op.f("ck_receipt_state"), "receipt", "state BETWEEN 1 AND 6")
    _senders()
    _suspense()
    _online()


def _senders() -> None:
    """Whose money is, and what its sender wrote."""
    op.create_table(
        "identifier",
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "key", sa.Text(), nullable=False, comment="number of the case or of an order, bare"
        ),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "key", name=op.f("pk_identifier")),
    )
    op.create_index("ix_identifier_key", "identifier", ["key"], unique=False)
    op.create_table(
        "participant_key",
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("ssn_hash", sa.LargeBinary(), nullable=False, comment="keyed hash"),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_participant_key")),
    )
    op.create_index("ix_participant_key_ssn_hash", "participant_key", ["ssn_hash"], unique=False)
    op.create_table(
        "collection_batch",
        sa.Column("submission_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.SmallInteger(), nullable=False, comment="0: several"),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column(
            "sha256", sa.Text(), nullable=False, comment="of the file; empty where there is none"
        ),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("identified_count", sa.Integer(), nullable=False),
        sa.Column("held_count", sa.Integer(), nullable=False),
        sa.Column("suspended_count", sa.Integer(), nullable=False),
        sa.Column("adjustment_cents", sa.BigInteger(), nullable=False),
        sa.Column("adjustment_count", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_collection_batch")),
        comment="money that came in together, but for what withholding released",
    )
    op.create_index(
        "uq_collection_batch_sha256",
        "collection_batch",
        ["kind", "sha256"],
        unique=True,
        postgresql_where=sa.text("sha256 <> ''"),
    )
    op.create_table(
        "receipt_detail",
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("instrument", sa.SmallInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("sender_key", sa.Text(), nullable=False, comment="who sends; bare"),
        sa.Column("case_key", sa.Text(), nullable=False, comment="as the sender wrote it; bare"),
        sa.Column("ssn_hash", sa.LargeBinary(), nullable=True, comment="keyed hash"),
        sa.Column(
            "written", sa.LargeBinary(), nullable=True, comment="names, numbers, address; encrypted"
        ),
        sa.Column(
            "line_key", sa.LargeBinary(), nullable=False, comment="the same line has the same"
        ),
        sa.Column(
            "parent_id", sa.UUID(as_uuid=False), nullable=True, comment="the receipt that was split"
        ),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_receipt_detail")),
        comment="what the sender wrote of a receipt",
    )
    op.create_index(
        "ix_receipt_detail_case_key",
        "receipt_detail",
        ["case_key"],
        unique=False,
        postgresql_where=sa.text("case_key != ''"),
    )
    op.create_index(
        "ix_receipt_detail_ssn_hash",
        "receipt_detail",
        ["ssn_hash"],
        unique=False,
        postgresql_where=sa.text("ssn_hash IS NOT NULL"),
    )
    op.create_index("ix_receipt_detail_line_key", "receipt_detail", ["line_key"], unique=False)
    op.create_table(
        "adjustment",
        sa.Column("adjustment_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("submission_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("settlement_date", sa.Date(), nullable=False),
        sa.Column(
            "state", sa.SmallInteger(), nullable=False, comment="1 open, 2 applied, 3 to a worker"
        ),
        sa.CheckConstraint("state IN (1, 2, 3)", name=op.f("ck_adjustment_state")),
        sa.PrimaryKeyConstraint("adjustment_id", name=op.f("pk_adjustment")),
        comment="what a file takes back of earlier collections",
    )
    op.create_index(
        "ix_adjustment_open",
        "adjustment",
        ["adjustment_id"],
        unique=False,
        postgresql_where=sa.text("state <> 2"),
    )


def _suspense() -> None:
    """What keeps money back, and what people propose to do with it."""
    op.create_table(
        "receipt_hold",
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("round", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column(
            "obligor_id",
            sa.UUID(as_uuid=False),
            nullable=True,
            comment="unset: held once it is identified",
        ),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.SmallInteger(),
            nullable=False,
            comment="1 to be held, 2 held, 3 let go, 4 over",
        ),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("held_until", sa.Date(), nullable=True, comment="unset: until somebody decides"),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.CheckConstraint("state IN (1, 2, 3, 4)", name=op.f("ck_receipt_hold_state")),
        sa.PrimaryKeyConstraint("receipt_id", "round", name=op.f("pk_receipt_hold")),
        comment="receipts that are held before they are distributed",
    )
    op.create_index("ix_receipt_hold_obligor_id", "receipt_hold", ["obligor_id"], unique=False)
    op.create_index(
        "ix_receipt_hold_open",
        "receipt_hold",
        ["lane", "held_until"],
        unique=False,
        postgresql_where=sa.text("state < 4"),
    )
    op.create_table(
        "appeal",
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("appealed_on", sa.Date(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column(
            "due_date", sa.Date(), nullable=True, comment="to be sent out by, once it is decided"
        ),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("obligor_id", "appealed_on", name=op.f("pk_appeal")),
        comment="appeals that keep offset money back while they are open",
    )
    op.create_table(
        "suspense_task",
        sa.Column("task_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("action", sa.SmallInteger(), nullable=False),
        sa.Column(
            "state", sa.SmallInteger(), nullable=False, comment="1 waiting, 2 done, 3 rejected"
        ),
        sa.Column(
            "parts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="[[obligor or empty, cents], ...]",
        ),
        sa.Column("payee", sa.LargeBinary(), nullable=True, comment="who is paid back; encrypted"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN (1, 2, 3)", name=op.f("ck_suspense_task_state")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_suspense_task")),
    )
    op.create_index(
        "uq_suspense_task_waiting",
        "suspense_task",
        ["receipt_id"],
        unique=True,
        postgresql_where=sa.text("state = 1"),
    )


def _online() -> None:
    """Payments online, and what payers' banks took back."""
    op.create_table(
        "online_payment",
        sa.Column("payment_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("instrument", sa.SmallInteger(), nullable=False),
        sa.Column(
            "token",
            sa.LargeBinary(),
            nullable=True,
            comment="the gateway's; encrypted; gone once used",
        ),
        sa.Column("state", sa.SmallInteger(), nullable=False, comment="OnlinePaymentState"),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column(
            "ask_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the gateway is asked next",
        ),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("decline_code", sa.Text(), nullable=False),
        sa.Column("settlement_date", sa.Date(), nullable=True),
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_online_payment_amount")),
        sa.CheckConstraint("state BETWEEN 1 AND 6", name=op.f("ck_online_payment_state")),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_online_payment")),
    )
    op.create_index(
        "ix_online_payment_ask_at",
        "online_payment",
        ["ask_at"],
        unique=False,
        postgresql_where=sa.text("ask_at IS NOT NULL"),
    )
    op.create_index(
        "ix_online_payment_obligor_id", "online_payment", ["obligor_id", "payment_id"], unique=False
    )
    op.create_table(
        "chargeback",
        sa.Column(
            "number", sa.BigInteger(), autoincrement=False, nullable=False, comment="the gateway's"
        ),
        sa.Column("payment_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_chargeback")),
        comment="what payers' banks took back, as the gateway told it",
    )
    op.create_index(
        "ix_chargeback_open",
        "chargeback",
        ["number"],
        unique=False,
        postgresql_where=sa.text("applied_on IS NULL"),
    )
