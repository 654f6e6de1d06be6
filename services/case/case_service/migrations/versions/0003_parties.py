"""Create the tables of parties, offices and protection."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of parties, offices and protection."""
    op.execute(sa.schema.CreateSequence(sa.Sequence("case_serial", start=500_000_000)))
    _create_office_setting()
    _create_protection()
    _create_reported_change()
    _widen_participant()


def _create_office_setting() -> None:
    op.create_table(
        "office_setting",
        sa.Column("office_id", sa.Text(), nullable=False, comment="FIPS code of its county"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("zip_code", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column(
            "worked_by",
            sa.Text(),
            nullable=False,
            comment="office that takes its new cases, if any",
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("office_id", name=op.f("pk_office_setting")),
        comment="what is known of an office beyond its county",
    )


def _create_protection() -> None:
    op.create_table(
        "protection",
        sa.Column("protection_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False, comment="encrypted"),
        sa.Column(
            "evidence_id",
            sa.Text(),
            nullable=False,
            comment="the document that shows it, if any",
        ),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("lift_asked_by", sa.Text(), server_default="", nullable=False),
        sa.Column("lift_reason", sa.LargeBinary(), nullable=True, comment="encrypted"),
        sa.Column("lift_evidence_id", sa.Text(), server_default="", nullable=False),
        sa.Column("lifted_by", sa.Text(), server_default="", nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(lifted_by <> '') = (lifted_on IS NOT NULL)", name=op.f("ck_protection_lifted")
        ),
        sa.CheckConstraint(
            "lifted_by = '' OR (lift_asked_by <> '' AND lifted_by <> lift_asked_by)",
            name=op.f("ck_protection_two_people"),
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.participant_id"],
            name=op.f("fk_protection_participant_id"),
        ),
        sa.PrimaryKeyConstraint("protection_id", name=op.f("pk_protection")),
        comment="family violence indicator: a row for each time that it stood",
    )
    op.create_index("ix_protection_participant_id", "protection", ["participant_id"], unique=False)
    op.create_index(
        "ux_protection_in_force",
        "protection",
        ["participant_id"],
        unique=True,
        postgresql_where=sa.text("lifted_on IS NULL"),
    )


def _create_reported_change() -> None:
    op.create_table(
        "reported_change",
        sa.Column("change_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.Text(), nullable=False, comment="'party', or the worker's id"),
        sa.Column("reported_via", sa.Text(), nullable=False, comment="whose token it came with"),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("old", sa.LargeBinary(), nullable=False, comment="encrypted JSON"),
        sa.Column("new", sa.LargeBinary(), nullable=False, comment="encrypted JSON"),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column(
            "answer", sa.LargeBinary(), nullable=True, comment="encrypted: why it was rejected"
        ),
        sa.CheckConstraint(
            "decided_by = '' OR decided_by NOT IN (reported_by, reported_via)",
            name=op.f("ck_reported_change_two_people"),
        ),
        sa.CheckConstraint(
            "kind IN ('address', 'contact', 'employment', 'account')",
            name=op.f("ck_reported_change_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'accepted', 'rejected', 'replaced')",
            name=op.f("ck_reported_change_state"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.case_id"], name=op.f("fk_reported_change_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.participant_id"],
            name=op.f("fk_reported_change_participant_id"),
        ),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_reported_change")),
        comment="what a party says of himself, until a worker decides",
    )
    op.create_index(
        op.f("ix_reported_change_case_id"), "reported_change", ["case_id"], unique=False
    )
    op.create_index(
        "ix_reported_change_participant_id", "reported_change", ["participant_id"], unique=False
    )
    op.create_index(
        "ux_reported_change_waiting",
        "reported_change",
        ["participant_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _widen_participant() -> None:
    for column in (
        sa.Column("vitals", sa.LargeBinary(), comment="encrypted JSON: sex, death, prison"),
        sa.Column("birth_hash", sa.LargeBinary(), comment="keyed hash, for look-ups"),
        sa.Column("search_name", sa.Text(), comment="plain capitals, family name first"),
        sa.Column("name_key", sa.Text(), comment="how it sounds; null: yet to be indexed"),
        sa.Column(
            "worked_here",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="changed by other means than an import, which then may not overwrite it",
        ),
    ):
        op.add_column("participant", column)
    op.alter_column(
        "participant",
        "contact",
        existing_type=sa.LargeBinary(),
        existing_nullable=True,
        comment="encrypted JSON: where one is found",
        existing_comment="encrypted JSON: address, e-mail",
    )
    op.create_index("ix_participant_birth_hash", "participant", ["birth_hash"], unique=False)
    op.create_index("ix_participant_name_key", "participant", ["name_key"], unique=False)
    op.create_index(
        "ix_participant_search_name",
        "participant",
        ["search_name"],
        unique=False,
        postgresql_ops={"search_name": "text_pattern_ops"},
    )
