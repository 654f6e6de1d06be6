"""Create the tables of accounts, returns, checks and claims."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of accounts, returns, checks and claims."""
    _columns()
    _tables()


def _columns() -> None:
    """Say of payments what became of them, of payees where else they can be paid."""
    done = sa.Column(
        "done_at",
        sa.DateTime(timezone=True),
        nullable=True,
        comment="empty while it goes on",
    )
    op.add_column("disbursement_run", done)
    op.execute("UPDATE disbursement_run SET done_at = run_at")
    added: tuple[sa.Column[Any], ...] = (
        sa.Column("account_hash", sa.LargeBinary(), comment="keyed hash of the account paid to"),
        sa.Column("recouped_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reissued_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "state",
            sa.SmallInteger(),
            server_default="1",
            nullable=False,
            comment="DisbursementState",
        ),
        sa.Column("state_on", sa.Date(), comment="since when it stands so; empty: as issued"),
        sa.Column(
            "code",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="the bank's code for it",
        ),
        sa.Column(
            "void_told_on", sa.Date(), comment="the run that told the bank not to pay the check"
        ),
    )
    for column in added:
        op.add_column("disbursement", column)
    op.drop_constraint(op.f("ck_disbursement_amount"), "disbursement")
    op.create_check_constraint(op.f("ck_disbursement_amount"), "disbursement", "amount_cents >= 0")
    op.drop_index(op.f("ix_disbursement_business_date"), table_name="disbursement")
    run = ["business_date", "method", "number", "payee_id"]
    op.create_index("ix_disbursement_run", "disbursement", run, unique=False)
    op.create_index("ix_disbursement_reference", "disbursement", ["reference"], unique=False)
    op.add_column(
        "participant_projection",
        sa.Column("has_address", sa.Boolean(), server_default="false", nullable=False),
    )
    op.add_column(
        "participant_projection",
        sa.Column(
            "account_hash", sa.LargeBinary(), nullable=True, comment="keyed hash of the account"
        ),
    )
    op.alter_column(
        "participant_projection",
        "payment",
        existing_type=sa.LargeBinary(),
        comment="account and address; encrypted",
    )
    op.execute("UPDATE participant_projection SET has_address = true WHERE method = 2")


def _tables() -> None:
    """Create the tables of what happens to payments."""
    op.create_table(
        "disbursement_step",
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("stage", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "after",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="where its last page ended",
        ),
        sa.Column(
            "items", sa.BigInteger(), server_default="0", nullable=False, comment="what it came to"
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["business_date"],
            ["disbursement_run.business_date"],
            name=op.f("fk_disbursement_step_business_date"),
        ),
        sa.PrimaryKeyConstraint(
            "business_date", "stage", "part", name=op.f("pk_disbursement_step")
        ),
        comment="what a run consists of; a worker takes one by its row lock",
    )
    op.create_table(
        "to_pay",
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("payee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("lane", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("payee_kind", sa.SmallInteger(), nullable=False),
        sa.Column("parts_cents", sa.BigInteger(), nullable=False),
        sa.Column("recouped_cents", sa.BigInteger(), nullable=False),
        sa.Column("reissued_cents", sa.BigInteger(), nullable=False),
        sa.Column(
            "method",
            sa.SmallInteger(),
            nullable=False,
            comment="as it was when gathered, as the rest",
        ),
        sa.Column("payee_name", sa.Text(), nullable=False),
        sa.Column(
            "payment", sa.LargeBinary(), nullable=True, comment="account and address; encrypted"
        ),
        sa.Column("account_hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("business_date", "payee_id", "lane", name=op.f("pk_to_pay")),
        comment="what a run has gathered for a payee out of a lane, until it is cut into a payment",
    )
    op.create_table(
        "recoupment",
        sa.Column("payee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("disbursement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("claim_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_recoupment_amount")),
        sa.PrimaryKeyConstraint(
            "payee_id", "disbursement_id", "obligor_id", "claim_id", name=op.f("pk_recoupment")
        ),
        comment="what was kept back from a payment for a claim",
    )
    op.create_table(
        "came_back",
        sa.Column("payee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("disbursement_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False, comment="the bank's code, or stopped, stale"),
        sa.Column("came_on", sa.Date(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False, comment="ReturnedPaymentState"),
        sa.Column("payee_kind", sa.SmallInteger(), nullable=False),
        sa.Column(
            "paid_by",
            sa.UUID(as_uuid=False),
            nullable=True,
            comment="the payment that pays it again",
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_came_back_amount")),
        sa.CheckConstraint("state IN (1, 2, 3, 4)", name=op.f("ck_came_back_state")),
        sa.PrimaryKeyConstraint(
            "payee_id", "disbursement_id", "obligor_id", name=op.f("pk_came_back")
        ),
        comment="money of payments that came back, by the obligor that it came from",
    )
    op.create_index(
        "ix_came_back_waiting",
        "came_back",
        ["payee_id"],
        unique=False,
        postgresql_where=sa.text("state = 1"),
    )
    op.create_table(
        "payee_account",
        sa.Column("payee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "account_hash", sa.LargeBinary(), nullable=False, comment="keyed hash of the account"
        ),
        sa.Column(
            "state", sa.SmallInteger(), nullable=False, comment="1 tested, 2 good, 3 stopped"
        ),
        sa.Column("code", sa.Text(), server_default="", nullable=False, comment="the bank's code"),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column(
            "usable_on",
            sa.Date(),
            nullable=True,
            comment="after a prenote: the first day of a live entry",
        ),
        sa.Column(
            "prenote", sa.Text(), server_default="", nullable=False, comment="its trace number"
        ),
        sa.Column(
            "corrected", sa.LargeBinary(), nullable=True, comment="what the bank says is right"
        ),
        sa.CheckConstraint("state IN (1, 2, 3)", name=op.f("ck_payee_account_state")),
        sa.PrimaryKeyConstraint("payee_id", "account_hash", name=op.f("pk_payee_account")),
        comment="what the bank says of accounts that payees are paid to",
    )
    op.create_index("ix_payee_account_prenote", "payee_account", ["prenote"], unique=False)
    op.create_table(
        "payee_card",
        sa.Column("payee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("card", sa.LargeBinary(), nullable=False, comment="the vendor's id of the card"),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("payee_id", name=op.f("pk_payee_card")),
        comment="debit cards that the State's vendor keeps",
    )
    op.create_table(
        "paying_agency",
        sa.Column("payee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "fips", sa.Text(), nullable=False, comment="of its disbursement unit; empty: abroad"
        ),
        sa.Column("method", sa.SmallInteger(), nullable=False, comment="5 CCD+, 2 check"),
        sa.Column("payment", sa.LargeBinary(), nullable=False, comment="account or address"),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column(
            "confirmed_by",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="empty: not in force",
        ),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.CheckConstraint("method IN (2, 5)", name=op.f("ck_paying_agency_method")),
        sa.PrimaryKeyConstraint("payee_id", name=op.f("pk_paying_agency")),
        comment="other States and foreign agencies that are paid; two people record them",
    )
    op.create_table(
        "redirect",
        sa.Column("payee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("redirect_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("to_payee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("evidence_id", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.SmallInteger(),
            nullable=False,
            comment="1 asked, 2 in force, 3 refused, 4 over",
        ),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.CheckConstraint("state IN (1, 2, 3, 4)", name=op.f("ck_redirect_state")),
        sa.CheckConstraint("to_payee_id <> payee_id", name=op.f("ck_redirect_other")),
        sa.PrimaryKeyConstraint("payee_id", "redirect_id", name=op.f("pk_redirect")),
        comment="support of a case that is paid to another caretaker than its obligee",
    )
    op.create_index(
        "ix_redirect_in_force",
        "redirect",
        ["case_id"],
        unique=False,
        postgresql_where=sa.text("state = 2"),
    )
    op.create_table(
        "payee_hold",
        sa.Column("payee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("hold_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "note", sa.LargeBinary(), nullable=True, comment="why, in a worker's words; encrypted"
        ),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=False),
        sa.Column("released_by", sa.Text(), server_default="", nullable=False),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("payee_id", "hold_id", name=op.f("pk_payee_hold")),
        comment="holds that people place on what a payee is to be paid",
    )
    op.create_index(
        "ix_payee_hold_open",
        "payee_hold",
        ["payee_id"],
        unique=False,
        postgresql_where=sa.text("released_on IS NULL"),
    )
    op.create_table(
        "bank_item",
        sa.Column("payee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("item_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="return, change, cleared, unknown"),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("payee_id", "item_id", name=op.f("pk_bank_item")),
        comment="what the bank sent back, each once; of nobody known: under the nil id",
    )
