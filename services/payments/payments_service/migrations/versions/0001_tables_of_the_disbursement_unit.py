"""Create the disbursement unit's tables, the ledger's guards and its lanes.

Revision: 0001.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from chassis.migrate import create_base_tables_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UPDATED_IN_PLACE = ("receipt", "balance", "standing", "arrears_paid", "fund", "lane", "total")
APPEND_ONLY = ("entry", "line", "batch", "allocation", "applied_rule")


def upgrade() -> None:
    create_base_tables_0001()
    _projections()
    _receipts()
    _ledger()
    _outgoing()
    for table in UPDATED_IN_PLACE:
        op.execute(f"ALTER TABLE {table} SET (fillfactor = 80)")
    _guards()
    op.execute(
        "INSERT INTO lane (lane, batch, hash)"
        " SELECT n, 0, ''::bytea FROM generate_series(0, 15) AS n"
    )


def _projections() -> None:
    op.create_table(
        "case_projection",
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("iv_d", sa.Boolean(), nullable=False),
        sa.Column("assistance", sa.SmallInteger(), nullable=False),
        sa.Column("assistance_since", sa.Date(), nullable=True),
        sa.Column("assistance_cents", sa.BigInteger(), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("obligee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_projection")),
    )
    op.create_index(
        op.f("ix_case_projection_obligor_id"), "case_projection", ["obligor_id"], unique=False
    )
    op.create_table(
        "obligation_projection",
        sa.Column("obligation_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False, comment="that of its case"),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("order_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("support", sa.SmallInteger(), nullable=False),
        sa.Column("monthly_cents", sa.BigInteger(), nullable=False),
        sa.Column("monthly_arrears_cents", sa.BigInteger(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column(
            "opening",
            pg.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="[[bucket, cents, day], ...]",
        ),
        sa.Column(
            "learnt_month",
            sa.Date(),
            nullable=False,
            comment="first of the month we heard of it in",
        ),
        sa.PrimaryKeyConstraint("obligation_id", name=op.f("pk_obligation_projection")),
    )
    op.create_index(
        op.f("ix_obligation_projection_case_id"), "obligation_projection", ["case_id"], unique=False
    )
    op.create_index(
        op.f("ix_obligation_projection_obligor_id"),
        "obligation_projection",
        ["obligor_id"],
        unique=False,
    )
    op.create_table(
        "participant_projection",
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "method", sa.SmallInteger(), nullable=False, comment="0 none, else DisbursementMethod"
        ),
        sa.Column(
            "payment", sa.LargeBinary(), nullable=True, comment="account or address; encrypted"
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_participant_projection")),
    )


def _receipts() -> None:
    op.create_table(
        "identification",
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=True),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_identification")),
        comment="told by withholding and not applied yet",
    )
    op.create_table(
        "obligation_to_open",
        sa.Column("lane", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.PrimaryKeyConstraint("lane", "obligor_id", name=op.f("pk_obligation_to_open")),
        comment="obligors with obligations whose opening arrears may not be booked yet",
    )
    op.create_table(
        "receipt",
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("submission_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("trace_number", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("credited_cents", sa.BigInteger(), nullable=False),
        sa.Column("pay_date", sa.Date(), nullable=True),
        sa.Column("settlement_date", sa.Date(), nullable=False),
        sa.Column("collection_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False, comment="to be sent out by"),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column(
            "case_id",
            sa.UUID(as_uuid=False),
            nullable=True,
            comment="that the line names; posting goes by obligor",
        ),
        sa.Column("state", sa.SmallInteger(), nullable=False, comment="ReceiptState"),
        sa.Column("reason", sa.SmallInteger(), nullable=False, comment="SuspenseReason"),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("posting_date", sa.Date(), nullable=True),
        sa.Column("suspensions", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_receipt_amount")),
        sa.CheckConstraint("credited_cents >= amount_cents", name=op.f("ck_receipt_credited")),
        sa.CheckConstraint("state IN (1, 2, 3)", name=op.f("ck_receipt_state")),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_receipt")),
    )
    op.create_index("ix_receipt_obligor_id", "receipt", ["obligor_id", "receipt_id"], unique=False)
    op.create_index(
        "ix_receipt_submission_id", "receipt", ["submission_id", "line_number"], unique=False
    )
    op.create_table(
        "submission",
        sa.Column("submission_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_name", sa.Text(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("file_amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("file_line_count", sa.Integer(), nullable=False),
        sa.Column("pages_seen", sa.Integer(), nullable=False),
        sa.Column("amount_seen_cents", sa.BigInteger(), nullable=False),
        sa.Column("lines_seen", sa.Integer(), nullable=False),
        sa.Column(
            "state", sa.SmallInteger(), nullable=False, comment="1 staging, 2 released, 3 flagged"
        ),
        sa.Column("flaw", sa.Text(), server_default="", nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, comment="its last page"),
        sa.CheckConstraint("state IN (1, 2, 3)", name=op.f("ck_submission_state")),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_submission")),
    )
    op.create_index(
        "ix_submission_flagged",
        "submission",
        ["submission_id"],
        unique=False,
        postgresql_where=sa.text("state = 3"),
    )
    op.create_table(
        "submission_page",
        sa.Column("submission_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("page_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("submission_id", "page_number", name=op.f("pk_submission_page")),
    )
    op.create_table(
        "suspended",
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column(
            "booked_obligor_id", sa.UUID(as_uuid=False), nullable=False, comment="the entry's key"
        ),
        sa.Column(
            "obligor_id",
            sa.UUID(as_uuid=False),
            nullable=True,
            comment="whose order lets it out by itself",
        ),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_suspended")),
    )
    op.create_index(
        "ix_suspended_obligor_id",
        "suspended",
        ["obligor_id"],
        unique=False,
        postgresql_where=sa.text("obligor_id IS NOT NULL"),
    )
    op.create_table(
        "waiting",
        sa.Column("lane", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("collection_date", sa.Date(), nullable=False),
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "obligor_id", sa.UUID(as_uuid=False), nullable=True, comment="unset: to suspense"
        ),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lane", "collection_date", "receipt_id", name=op.f("pk_waiting")),
        comment="receipts to be posted, in the order of posting",
    )


def _ledger() -> None:
    op.create_table(
        "allocation",
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("sequence", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("obligation_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("support", sa.SmallInteger(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("bucket", sa.SmallInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("credited_cents", sa.BigInteger(), nullable=False),
        sa.Column("payee_kind", sa.SmallInteger(), nullable=False),
        sa.Column("payee_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column(
            "steps", sa.JSON(), nullable=False, comment="[[rule checksum, inputs, outputs], ...]"
        ),
        sa.PrimaryKeyConstraint("obligor_id", "receipt_id", "sequence", name=op.f("pk_allocation")),
    )
    op.create_table(
        "applied_rule",
        sa.Column("checksum", sa.Text(), nullable=False, comment="as the steps name it"),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("checksum", name=op.f("pk_applied_rule")),
    )
    op.create_table(
        "arrears_paid",
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("obligation_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "obligor_id", "obligation_id", "month", name=op.f("pk_arrears_paid")
        ),
        comment="where a monthly amount on arrears is ordered",
    )
    op.create_table(
        "balance",
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("obligation_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("bucket", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=True, comment="of current support"),
        sa.Column("due_cents", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("due_cents >= 0", name=op.f("ck_balance_due")),
        sa.PrimaryKeyConstraint("obligor_id", "obligation_id", "bucket", name=op.f("pk_balance")),
    )
    op.create_table(
        "batch",
        sa.Column("lane", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("batch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lane", "batch", name=op.f("pk_batch")),
    )
    op.create_table(
        "entry",
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("entry_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("source_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("obligor_id", "entry_id", name=op.f("pk_entry")),
    )
    op.create_table(
        "fund",
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("retained_cents", sa.BigInteger(), nullable=False),
        sa.Column("family_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("obligor_id", "case_id", "fiscal_year", name=op.f("pk_fund")),
    )
    op.create_table(
        "lane",
        sa.Column("lane", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "batch", sa.BigInteger(), nullable=False, comment="number of the last posting batch"
        ),
        sa.Column(
            "hash", sa.LargeBinary(), nullable=False, comment="its hash: the head of the chain"
        ),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_lane")),
    )
    op.create_table(
        "line",
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("entry_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("line_no", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("book", sa.SmallInteger(), nullable=False),
        sa.Column("account", sa.SmallInteger(), nullable=False),
        sa.Column("obligation_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("bucket", sa.SmallInteger(), nullable=True),
        sa.Column("month", sa.Date(), nullable=True),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False, comment="debit +, credit -"),
        sa.Column("collection_date", sa.Date(), nullable=False),
        sa.Column("settlement_date", sa.Date(), nullable=False),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_cents <> 0", name=op.f("ck_line_amount")),
        sa.PrimaryKeyConstraint("obligor_id", "entry_id", "line_no", name=op.f("pk_line")),
    )
    op.create_table(
        "standing",
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("obligation_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("charged_through", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("obligor_id", "obligation_id", name=op.f("pk_standing")),
    )
    op.create_table(
        "total",
        sa.Column("lane", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("account", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "kind", sa.SmallInteger(), autoincrement=False, nullable=False, comment="of the entry"
        ),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("lane", "posting_date", "account", "kind", name=op.f("pk_total")),
        comment="sums of lines, kept with each batch so that totals need no scan; verify compares",
    )


def _outgoing() -> None:
    op.create_table(
        "disbursement",
        sa.Column("payee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("disbursement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("payee_kind", sa.SmallInteger(), nullable=False),
        sa.Column("method", sa.SmallInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column(
            "number", sa.BigInteger(), nullable=False, comment="trace or check number; 0: transfer"
        ),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("first_payment", sa.Boolean(), nullable=False),
        sa.Column("payee_name", sa.Text(), nullable=False),
        sa.Column(
            "payment",
            sa.LargeBinary(),
            nullable=True,
            comment="account or address paid to; encrypted",
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_disbursement_amount")),
        sa.PrimaryKeyConstraint("payee_id", "disbursement_id", name=op.f("pk_disbursement")),
    )
    op.create_index(
        op.f("ix_disbursement_business_date"), "disbursement", ["business_date"], unique=False
    )
    op.create_index(
        "ix_disbursement_disbursement_id", "disbursement", ["disbursement_id"], unique=False
    )
    op.create_table(
        "disbursement_part",
        sa.Column("payee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("disbursement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("sequence", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint(
            "payee_id",
            "disbursement_id",
            "obligor_id",
            "receipt_id",
            "sequence",
            name=op.f("pk_disbursement_part"),
        ),
    )
    op.create_index(
        "ix_disbursement_part_receipt_id", "disbursement_part", ["receipt_id"], unique=False
    )
    op.create_table(
        "disbursement_run",
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disbursements", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("held_parts", sa.Integer(), nullable=False),
        sa.Column("late_parts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("business_date", name=op.f("pk_disbursement_run")),
    )
    op.create_table(
        "file",
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("byte_count", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("file_name", name=op.f("pk_file")),
        comment="files for the outside: the content is here, a timer writes it to disk",
    )
    op.create_index(
        "ix_file_unwritten",
        "file",
        ["file_name"],
        unique=False,
        postgresql_where=sa.text("written_at IS NULL"),
    )
    op.create_table(
        "file_part",
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.PrimaryKeyConstraint("file_name", "part", name=op.f("pk_file_part")),
    )
    op.create_table(
        "hold",
        sa.Column("payee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("sequence", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("round", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("payee_kind", sa.SmallInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("settlement_date", sa.Date(), nullable=False, comment="not paid out before"),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint(
            "payee_id", "obligor_id", "receipt_id", "sequence", "round", name=op.f("pk_hold")
        ),
    )
    op.create_index(
        "ix_hold_open",
        "hold",
        ["payee_id"],
        unique=False,
        postgresql_where=sa.text("released_on IS NULL"),
    )
    op.create_table(
        "number_sequence",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_number_sequence")),
    )
    op.create_table(
        "payable",
        sa.Column("payee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("sequence", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("payee_kind", sa.SmallInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("settlement_date", sa.Date(), nullable=False, comment="not paid out before"),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint(
            "payee_id", "obligor_id", "receipt_id", "sequence", name=op.f("pk_payable")
        ),
        comment="parts that are owed onward and not paid out yet",
    )


def _guards() -> None:
    """Refuse what a ledger must not do: an entry out of balance, a change to what is written."""
    op.execute("""
        CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            wrong record;
        BEGIN
            SELECT obligor_id, entry_id, book, sum(amount_cents) AS cents INTO wrong
              FROM added GROUP BY obligor_id, entry_id, book
            HAVING sum(amount_cents) <> 0 LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'entry % is out of balance by % cents in book %',
                    wrong.entry_id, wrong.cents, wrong.book;
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER balanced AFTER INSERT ON line REFERENCING NEW TABLE AS added
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced()
    """)
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only: % is refused, post a reversing entry',
                TG_TABLE_NAME, TG_OP;
        END $$
    """)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
