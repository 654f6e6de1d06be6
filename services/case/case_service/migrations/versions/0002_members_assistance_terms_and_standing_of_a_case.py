"""Give a case its members, assistance, terms and standing; say who recorded what happened."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give a case its members, assistance, terms and standing; say who recorded what happened."""
    _add_parts()
    _add_columns()


def _add_parts() -> None:
    op.create_table(
        "assistance_period",
        sa.Column("period_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("first_month", sa.Date(), nullable=False),
        sa.Column("last_month", sa.Date(), nullable=True),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("child_id", sa.UUID(as_uuid=False), nullable=True),
        sa.CheckConstraint(
            "program IN ('k_tap', 'medicaid', 'foster_care')",
            name=op.f("ck_assistance_period_program"),
        ),
        sa.CheckConstraint("paid_cents >= 0", name=op.f("ck_assistance_period_paid")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_assistance_period_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["child_id"], ["participant.participant_id"], name=op.f("fk_assistance_period_child_id")
        ),
        sa.PrimaryKeyConstraint("period_id", name=op.f("pk_assistance_period")),
    )
    op.create_index(
        op.f("ix_assistance_period_case_id"), "assistance_period", ["case_id"], unique=False
    )
    op.create_table(
        "case_member",
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "role IN ('child', 'alleged_father', 'caretaker', 'other_parent')",
            name=op.f("ck_case_member_role"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_case_member_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.participant_id"],
            name=op.f("fk_case_member_participant_id"),
        ),
        sa.PrimaryKeyConstraint("case_id", "participant_id", "role", name=op.f("pk_case_member")),
    )
    op.create_index(
        op.f("ix_case_member_participant_id"), "case_member", ["participant_id"], unique=False
    )
    op.create_table(
        "obligation_term",
        sa.Column("obligation_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("monthly_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount_cents >= 0 AND monthly_cents >= 0", name=op.f("ck_obligation_term_amount")
        ),
        sa.ForeignKeyConstraint(
            ["obligation_id"],
            ["obligation.obligation_id"],
            name=op.f("fk_obligation_term_obligation_id"),
        ),
        sa.PrimaryKeyConstraint("obligation_id", "effective_from", name=op.f("pk_obligation_term")),
        comment="what an obligation comes to, from when to when",
    )


def _add_columns() -> None:
    op.add_column(
        "case_history", sa.Column("recorded_by", sa.Text(), server_default="", nullable=False)
    )
    op.add_column(
        "case_history",
        sa.Column(
            "facts",
            sa.LargeBinary(),
            nullable=True,
            comment="encrypted JSON: what its sentence names",
        ),
    )
    op.add_column(
        "case_history", sa.Column("citation", sa.Text(), server_default="", nullable=False)
    )
    op.add_column("obligation", sa.Column("child_id", sa.UUID(as_uuid=False), nullable=True))
    op.create_foreign_key(
        op.f("fk_obligation_child_id"),
        "obligation",
        "participant",
        ["child_id"],
        ["participant_id"],
    )
    op.add_column(
        "support_case", sa.Column("status", sa.Text(), server_default="open", nullable=False)
    )
    op.add_column("support_case", sa.Column("closed_on", sa.Date(), nullable=True))
    op.add_column(
        "support_case", sa.Column("closure_ground", sa.Text(), server_default="", nullable=False)
    )
    op.add_column(
        "support_case", sa.Column("office_id", sa.Text(), server_default="", nullable=False)
    )
    op.add_column(
        "support_case", sa.Column("worker_id", sa.Text(), server_default="", nullable=False)
    )
    op.add_column(
        "support_case",
        sa.Column(
            "worked_here",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="changed by other means than an import, which then may not overwrite it",
        ),
    )
    op.alter_column(
        "support_case",
        "obligor_id",
        existing_type=sa.UUID(),
        nullable=True,
        comment="null until it is known who owes",
    )
    op.create_index(op.f("ix_support_case_office_id"), "support_case", ["office_id"], unique=False)
    op.create_index(op.f("ix_support_case_worker_id"), "support_case", ["worker_id"], unique=False)
    op.add_column(
        "support_order", sa.Column("county_fips", sa.Text(), server_default="", nullable=False)
    )
    op.add_column("support_order", sa.Column("entered_on", sa.Date(), nullable=True))
    op.add_column(
        "support_order",
        sa.Column(
            "interest_ordered", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )
    op.create_check_constraint("status", "support_case", "status IN ('open', 'closed')")
    op.create_check_constraint(
        "closed_on", "support_case", "(status = 'closed') = (closed_on IS NOT NULL)"
    )
    op.drop_constraint(op.f("ck_obligation_support_type"), "obligation")
    op.create_check_constraint(
        "support_type",
        "obligation",
        "support_type IN ('child', 'medical', 'spousal', 'child_care')",
    )
