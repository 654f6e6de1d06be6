"""Create the tables of the case service."""

import sqlalchemy as sa
from alembic import op

from chassis.migrate import create_base_tables_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of the case service."""
    create_base_tables_0001()
    op.execute(sa.schema.CreateSequence(sa.Sequence("participant_serial")))
    op.create_table(
        "case_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False, comment="the day that it is about"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "about_id",
            sa.UUID(as_uuid=False),
            nullable=True,
            comment="the receipt or order that it is about",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_history")),
        comment="what happened in a case, in the order in which it became known",
    )
    op.create_index(op.f("ix_case_history_case_id"), "case_history", ["case_id"], unique=False)
    op.create_table(
        "participant",
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column(
            "content_hash", sa.LargeBinary(), nullable=False, comment="of what was handed in; keyed"
        ),
        sa.Column("participant_number", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.LargeBinary(), nullable=True, comment="encrypted ISO date"),
        sa.Column("ssn", sa.LargeBinary(), nullable=True, comment="encrypted"),
        sa.Column("ssn_hash", sa.LargeBinary(), nullable=True, comment="keyed hash, for look-ups"),
        sa.Column(
            "contact", sa.LargeBinary(), nullable=True, comment="encrypted JSON: address, e-mail"
        ),
        sa.Column(
            "payment", sa.LargeBinary(), nullable=True, comment="encrypted JSON: bank account"
        ),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_participant")),
        sa.UniqueConstraint("participant_number", name=op.f("uq_participant_participant_number")),
    )
    op.create_index("ix_participant_ssn_hash", "participant", ["ssn_hash"], unique=False)
    op.create_table(
        "support_case",
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column(
            "content_hash", sa.LargeBinary(), nullable=False, comment="of what was handed in; keyed"
        ),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("case_type", sa.Text(), nullable=False),
        sa.Column("assistance_status", sa.Text(), nullable=False),
        sa.Column("assistance_since", sa.Date(), nullable=True),
        sa.Column("unreimbursed_assistance_cents", sa.BigInteger(), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("obligee_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("county_fips", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "assistance_status IN ('never', 'current', 'former')",
            name=op.f("ck_support_case_assistance_status"),
        ),
        sa.CheckConstraint(
            "case_type IN ('iv_d', 'non_iv_d')", name=op.f("ck_support_case_case_type")
        ),
        sa.CheckConstraint("obligor_id <> obligee_id", name=op.f("ck_support_case_two_parties")),
        sa.ForeignKeyConstraint(
            ["obligee_id"], ["participant.participant_id"], name=op.f("fk_support_case_obligee_id")
        ),
        sa.ForeignKeyConstraint(
            ["obligor_id"], ["participant.participant_id"], name=op.f("fk_support_case_obligor_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_support_case")),
        sa.UniqueConstraint("case_number", name=op.f("uq_support_case_case_number")),
    )
    op.create_index(
        op.f("ix_support_case_obligee_id"), "support_case", ["obligee_id"], unique=False
    )
    op.create_index(
        op.f("ix_support_case_obligor_id"), "support_case", ["obligor_id"], unique=False
    )
    op.create_table(
        "support_order",
        sa.Column("order_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="order within the case"),
        sa.Column("court_number", sa.Text(), nullable=False),
        sa.Column("income_withholding", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_support_order_case_id")
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_support_order")),
    )
    op.create_index(op.f("ix_support_order_case_id"), "support_order", ["case_id"], unique=False)
    op.create_table(
        "obligation",
        sa.Column("obligation_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("order_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="order within the order"),
        sa.Column("support_type", sa.Text(), nullable=False),
        sa.Column("monthly_amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("monthly_arrears_cents", sa.BigInteger(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "support_type IN ('child', 'medical', 'spousal')",
            name=op.f("ck_obligation_support_type"),
        ),
        sa.CheckConstraint("monthly_amount_cents >= 0", name=op.f("ck_obligation_monthly_amount")),
        sa.CheckConstraint(
            "monthly_arrears_cents >= 0", name=op.f("ck_obligation_monthly_arrears")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["support_order.order_id"], name=op.f("fk_obligation_order_id")
        ),
        sa.PrimaryKeyConstraint("obligation_id", name=op.f("pk_obligation")),
    )
    op.create_index(op.f("ix_obligation_order_id"), "obligation", ["order_id"], unique=False)
    op.create_table(
        "opening_arrears",
        sa.Column("obligation_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "bucket IN ('NA', 'PA', 'TA', 'CA', 'UD', 'UP')", name=op.f("ck_opening_arrears_bucket")
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_opening_arrears_amount")),
        sa.ForeignKeyConstraint(
            ["obligation_id"],
            ["obligation.obligation_id"],
            name=op.f("fk_opening_arrears_obligation_id"),
        ),
        sa.PrimaryKeyConstraint("obligation_id", "bucket", name=op.f("pk_opening_arrears")),
    )
