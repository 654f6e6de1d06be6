"""Create the tables of versions of orders and of what happens in lives; nothing in them changes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = ("order_version", "life_event", "life_alert")


def upgrade() -> None:
    """Create the tables of versions of orders and of what happens in lives."""
    _create_versions()
    _create_events()
    _create_alerts()
    op.create_index("ix_support_order_court_number", "support_order", ["court_number"])
    op.execute("""
        CREATE FUNCTION refuse_order_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only: % is refused, add a row that says what is right',
                TG_TABLE_NAME, TG_OP;
        END $$
    """)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_order_change()"
        )


def _create_versions() -> None:
    op.create_table(
        "order_version",
        sa.Column("order_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column(
            "effective_from",
            sa.Date(),
            nullable=True,
            comment="first day for which it says something else",
        ),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="encrypted JSON"),
        sa.CheckConstraint(
            "cause IN ('taken_over', 'recorded', 'modified', 'corrected', 'ended', 'extended',"
            " 'revived')",
            name=op.f("ck_order_version_cause"),
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_order_version_number")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_order_version_case_id")
        ),
        sa.PrimaryKeyConstraint("order_id", "number", name=op.f("pk_order_version")),
        comment="what an order said from a moment on; append-only",
    )
    op.create_index(op.f("ix_order_version_case_id"), "order_version", ["case_id"])


def _create_events() -> None:
    op.create_table(
        "life_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("event_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "participant_id", sa.UUID(as_uuid=False), nullable=True, comment="whose life it is"
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column(
            "until_date", sa.Date(), nullable=True, comment="of high school: its foreseen end"
        ),
        sa.Column(
            "withdraws", sa.UUID(as_uuid=False), nullable=True, comment="an event that never was"
        ),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_life_event_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.participant_id"],
            name=op.f("fk_life_event_participant_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_life_event")),
        sa.UniqueConstraint("event_id", name=op.f("uq_life_event_event_id")),
        sa.UniqueConstraint("withdraws", name=op.f("uq_life_event_withdraws")),
        comment="what ends, keeps or brings back support; append-only",
    )
    op.create_index(op.f("ix_life_event_case_id"), "life_event", ["case_id"])


def _create_alerts() -> None:
    op.create_table(
        "life_alert",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "about_id", sa.UUID(as_uuid=False), nullable=False, comment="obligation or child"
        ),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_life_alert_case_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_life_alert")),
        sa.UniqueConstraint(
            "about_id", "ground", "on_date", name=op.f("uq_life_alert_about_id_ground_on_date")
        ),
        comment="what somebody was already asked to take to a court, or to find out",
    )
    op.create_index(op.f("ix_life_alert_case_id"), "life_alert", ["case_id"])
