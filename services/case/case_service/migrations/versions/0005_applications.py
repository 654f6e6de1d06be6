"""Create the tables of applications and what assistance assigns."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of applications and what assistance assigns."""
    _create_assistance()
    _create_application()
    _create_parts_of_application()


def _create_assistance() -> None:
    op.create_table(
        "assistance_balance",
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("unreimbursed_cents", sa.BigInteger(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "status IN ('never', 'former')", name=op.f("ck_assistance_balance_status")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_assistance_balance_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_assistance_balance")),
        comment="what a case came with when its assistance was first recorded here",
    )
    op.create_table(
        "assistance_paid",
        sa.Column("paid_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("child_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("first_month", sa.Date(), nullable=False),
        sa.Column("last_month", sa.Date(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column(
            "in_balance", sa.Boolean(), nullable=False, comment="the balance holds it already"
        ),
        sa.Column("replaces", sa.UUID(as_uuid=False), nullable=True, comment="what it puts right"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "program IN ('k_tap', 'foster_care')", name=op.f("ck_assistance_paid_program")
        ),
        sa.CheckConstraint("first_month <= last_month", name=op.f("ck_assistance_paid_months")),
        sa.CheckConstraint("paid_cents >= 0", name=op.f("ck_assistance_paid_paid")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_assistance_paid_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["child_id"], ["participant.participant_id"], name=op.f("fk_assistance_paid_child_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaces"], ["assistance_paid.paid_id"], name=op.f("fk_assistance_paid_replaces")
        ),
        sa.PrimaryKeyConstraint("paid_id", name=op.f("pk_assistance_paid")),
        sa.UniqueConstraint("replaces", name=op.f("uq_assistance_paid_replaces")),
        comment="assistance paid to a family; never changed: what is recorded anew replaces",
    )
    op.create_index(
        op.f("ix_assistance_paid_case_id"), "assistance_paid", ["case_id"], unique=False
    )


def _create_application() -> None:
    op.create_table(
        "application",
        sa.Column("application_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "office_id", sa.Text(), server_default="", nullable=False, comment="of the county"
        ),
        sa.Column(
            "applicant_id",
            sa.UUID(as_uuid=False),
            nullable=True,
            comment="who applies, when he is known by an account",
        ),
        sa.Column(
            "content", sa.LargeBinary(), nullable=True, comment="encrypted JSON: its sections"
        ),
        sa.Column("resume_hash", sa.LargeBinary(), nullable=True, comment="keyed hash of a code"),
        sa.Column("resume_until", sa.Date(), nullable=True),
        sa.Column(
            "asked_on",
            sa.Date(),
            nullable=False,
            comment="the day that somebody asked or was referred",
        ),
        sa.Column("given_on", sa.Date(), nullable=True, comment="form or information given"),
        sa.Column(
            "filed_on", sa.Date(), nullable=True, comment="the day that it and its fee were there"
        ),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column(
            "answer_by",
            sa.Date(),
            nullable=True,
            comment="until when more information was asked for",
        ),
        sa.Column("fee_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("fee", sa.Text(), server_default="undecided", nullable=False),
        sa.Column(
            "reason", sa.LargeBinary(), nullable=True, comment="encrypted: why refused, withdrawn"
        ),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column(
            "agency", sa.Text(), server_default="", nullable=False, comment="that referred it"
        ),
        sa.Column("referral_id", sa.Text(), nullable=True, comment="the agency's own"),
        sa.Column(
            "referral_digest",
            sa.LargeBinary(),
            nullable=True,
            comment="keyed hash of what the agency said",
        ),
        sa.Column("saved_on", sa.Date(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'accepted') = (case_id IS NOT NULL)", name=op.f("ck_application_case")
        ),
        sa.CheckConstraint(
            "channel IN ('online', 'in_person', 'phone', 'referral', 'other_state')",
            name=op.f("ck_application_channel"),
        ),
        sa.CheckConstraint(
            "fee IN ('undecided', 'none', 'paid', 'waived', 'state')",
            name=op.f("ck_application_fee"),
        ),
        sa.CheckConstraint("kind IN ('application', 'referral')", name=op.f("ck_application_kind")),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'accepted', 'refused', 'withdrawn', 'expired')",
            name=op.f("ck_application_status"),
        ),
        sa.CheckConstraint("fee_cents >= 0", name=op.f("ck_application_fee_cents")),
        sa.ForeignKeyConstraint(
            ["applicant_id"],
            ["participant.participant_id"],
            name=op.f("fk_application_applicant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_application_case_id")
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_application")),
        sa.UniqueConstraint(
            "agency", "referral_id", name=op.f("uq_application_agency_referral_id")
        ),
        sa.UniqueConstraint("resume_hash", name=op.f("uq_application_resume_hash")),
    )
    op.create_index(
        op.f("ix_application_applicant_id"), "application", ["applicant_id"], unique=False
    )
    op.create_index(op.f("ix_application_case_id"), "application", ["case_id"], unique=False)
    op.create_index(
        "ix_application_drafts",
        "application",
        ["saved_on"],
        unique=False,
        postgresql_where=sa.text("status = 'draft'"),
    )
    op.create_index(
        "ix_application_listing",
        "application",
        ["status", "asked_on", "application_id"],
        unique=False,
    )


def _create_parts_of_application() -> None:
    op.create_table(
        "application_person",
        sa.Column("application_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("person_hash", sa.LargeBinary(), nullable=False, comment="keyed hash"),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "role IN ('applicant', 'child')", name=op.f("ck_application_person_role")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.application_id"],
            name=op.f("fk_application_person_application_id"),
        ),
        sa.PrimaryKeyConstraint(
            "application_id", "person_hash", "role", name=op.f("pk_application_person")
        ),
        comment="whom an application is about, to find another about the same",
    )
    op.create_index(
        "ix_application_person_hash", "application_person", ["person_hash"], unique=False
    )
    op.create_table(
        "application_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("application_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=True, comment="encrypted JSON"),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.application_id"],
            name=op.f("fk_application_event_application_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_event")),
        comment="what happened to an application, in the order in which it became known",
    )
    op.create_index(
        op.f("ix_application_event_application_id"),
        "application_event",
        ["application_id"],
        unique=False,
    )
