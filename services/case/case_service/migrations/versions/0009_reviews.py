"""Create the tables of reviews and closing."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of reviews and closing."""
    op.create_table(
        "known_balance",
        sa.Column("obligation_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "bucket", sa.Text(), nullable=False, comment="'current', or the bucket of the arrears"
        ),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("due_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("obligation_id", "bucket", name=op.f("pk_known_balance")),
        comment="balances, as the payments service tells them",
    )
    op.create_index(op.f("ix_known_balance_case_id"), "known_balance", ["case_id"], unique=False)
    op.create_table(
        "incarceration",
        sa.Column("incarceration_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("learned_on", sa.Date(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("expected_until", sa.Date(), nullable=True, comment="null: not known"),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.Column(
            "told_on",
            sa.Date(),
            nullable=True,
            comment="both parents were told of their right to a review",
        ),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint("expected_until >= since", name=op.f("ck_incarceration_expected_until")),
        sa.CheckConstraint("released_on >= since", name=op.f("ck_incarceration_released_on")),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.participant_id"],
            name=op.f("fk_incarceration_participant_id"),
        ),
        sa.PrimaryKeyConstraint("incarceration_id", name=op.f("pk_incarceration")),
    )
    op.create_index(
        op.f("ix_incarceration_participant_id"), "incarceration", ["participant_id"], unique=False
    )
    op.create_table(
        "case_closure",
        sa.Column("closure_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("intended_on", sa.Date(), nullable=False),
        sa.Column("recipient_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "notice_on", sa.Date(), nullable=True, comment="null: the ground needs no notice"
        ),
        sa.Column("answer_by", sa.Date(), nullable=True, comment="the last of the notice's days"),
        sa.Column(
            "wait_told",
            sa.Boolean(),
            nullable=False,
            comment="the worker knows that it may be closed",
        ),
        sa.Column(
            "answer", sa.LargeBinary(), nullable=True, comment="encrypted JSON: kind, day, words"
        ),
        sa.Column("evaluation", sa.LargeBinary(), nullable=False, comment="encrypted JSON"),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("reopened_on", sa.Date(), nullable=True),
        sa.Column("reopened_because", sa.Text(), nullable=False),
        sa.Column(
            "application_id",
            sa.UUID(as_uuid=False),
            nullable=True,
            comment="that it was reopened for",
        ),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('intended', 'closed', 'kept_open', 'withdrawn', 'reopened')",
            name=op.f("ck_case_closure_state"),
        ),
        sa.CheckConstraint(
            "(notice_on IS NULL) = (answer_by IS NULL)", name=op.f("ck_case_closure_notice")
        ),
        sa.CheckConstraint(
            "closed_on IS NULL OR answer_by IS NULL OR closed_on > answer_by",
            name=op.f("ck_case_closure_days"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_case_closure_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"],
            ["participant.participant_id"],
            name=op.f("fk_case_closure_recipient_id"),
        ),
        sa.PrimaryKeyConstraint("closure_id", name=op.f("pk_case_closure")),
    )
    op.create_index(op.f("ix_case_closure_case_id"), "case_closure", ["case_id"], unique=False)
    op.create_index(
        "uq_case_closure_case_id",
        "case_closure",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('intended', 'closed')"),
    )
    op.create_table(
        "closure_finding",
        sa.Column("finding_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False, comment="the day from which it holds"),
        sa.Column(
            "number", sa.Integer(), nullable=False, comment="how many, where the ground counts"
        ),
        sa.Column("statement", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.Column(
            "document_ids", postgresql.ARRAY(sa.UUID(as_uuid=False), dimensions=1), nullable=False
        ),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retracted_on", sa.Date(), nullable=True),
        sa.Column("retracted_because", sa.LargeBinary(), nullable=True, comment="encrypted"),
        sa.CheckConstraint("number >= 0", name=op.f("ck_closure_finding_number")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_closure_finding_case_id")
        ),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_closure_finding")),
        comment="what was proven toward a closing, with its documents (45 CFR 303.11(b))",
    )
    op.create_index(
        op.f("ix_closure_finding_case_id"), "closure_finding", ["case_id"], unique=False
    )
    op.create_table(
        "review",
        sa.Column("review_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("order_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.UUID(as_uuid=False), nullable=True, comment="null: the State"),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column(
            "located_on",
            sa.Date(),
            nullable=True,
            comment="the other parent, when that was after the request",
        ),
        sa.Column(
            "regular",
            sa.Boolean(),
            nullable=False,
            comment="the cycle was over: no proof is needed",
        ),
        sa.Column("grounds", postgresql.ARRAY(sa.Text(), dimensions=1), nullable=False),
        sa.Column(
            "document_ids", postgresql.ARRAY(sa.UUID(as_uuid=False), dimensions=1), nullable=False
        ),
        sa.Column(
            "statement", sa.LargeBinary(), nullable=True, comment="encrypted: the requester's words"
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_on", sa.Date(), nullable=False),
        sa.Column("decide_by", sa.Date(), nullable=False),
        sa.Column(
            "begins_on",
            sa.Date(),
            nullable=True,
            comment="when both parents have had their time to hand in",
        ),
        sa.Column(
            "reasons",
            sa.LargeBinary(),
            nullable=True,
            comment="encrypted: what both parents are told",
        ),
        sa.Column("contest_by", sa.Date(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True, comment="of the motion or agreed order"),
        sa.Column(
            "notice_on", sa.Date(), nullable=True, comment="the other parent had notice of it"
        ),
        sa.Column(
            "earliest_effective", sa.Date(), nullable=True, comment="no change may reach behind it"
        ),
        sa.Column("court_number", sa.Text(), nullable=False),
        sa.Column("finished_on", sa.Date(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "origin IN ('party', 'worker', 'cycle', 'incarceration', 'agency')",
            name=op.f("ck_review_origin"),
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'refused', 'under_review', 'no_change', 'agreed_order',"
            " 'motion_filed', 'modified', 'motion_denied', 'withdrawn')",
            name=op.f("ck_review_state"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_review_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["participant.participant_id"], name=op.f("fk_review_requested_by")
        ),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_review")),
    )
    op.create_index("ix_review_case_id_review_id", "review", ["case_id", "review_id"], unique=False)
    op.create_index(op.f("ix_review_order_id"), "review", ["order_id"], unique=False)
    op.create_index(
        "uq_review_under_way",
        "review",
        ["order_id"],
        unique=True,
        postgresql_where=sa.text(
            "state IN ('requested', 'under_review', 'agreed_order', 'motion_filed')"
        ),
    )
    op.create_table(
        "review_notice",
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('cycle', 'incarceration')", name=op.f("ck_review_notice_kind")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_review_notice_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", "on_date", name=op.f("pk_review_notice")),
        comment="when both parents of a case were told of their right to a review",
    )
    op.create_table(
        "review_comparison",
        sa.Column("review_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("compared_on", sa.Date(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="encrypted JSON"),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.review_id"], name=op.f("fk_review_comparison_review_id")
        ),
        sa.PrimaryKeyConstraint("review_id", "number", name=op.f("pk_review_comparison")),
        comment="the guidelines against the order, at each comparison; only added to",
    )
    op.create_table(
        "review_income",
        sa.Column("income_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("review_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="encrypted JSON"),
        sa.Column(
            "document_ids", postgresql.ARRAY(sa.UUID(as_uuid=False), dimensions=1), nullable=False
        ),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.participant_id"],
            name=op.f("fk_review_income_participant_id"),
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["review.review_id"], name=op.f("fk_review_income_review_id")
        ),
        sa.PrimaryKeyConstraint("income_id", name=op.f("pk_review_income")),
        comment="what shows a parent's income; only added to",
    )
    op.create_index(
        op.f("ix_review_income_review_id"), "review_income", ["review_id"], unique=False
    )
