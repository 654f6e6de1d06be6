"""Create the tables of withholding."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis.migrate import create_base_tables_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of withholding."""
    create_base_tables_0001()
    op.create_table(
        "case_identifier",
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("identifier_key", sa.Text(), nullable=False, comment="domain.identifiers"),
        sa.Column("is_case_number", sa.Boolean(), nullable=False, comment="else a court's number"),
        sa.PrimaryKeyConstraint("case_id", "identifier_key", name=op.f("pk_case_identifier")),
    )
    op.create_index(
        "ix_case_identifier_identifier_key", "case_identifier", ["identifier_key"], unique=False
    )
    op.create_table(
        "employer",
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("fein", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("address_line1", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("zip_code", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("employer_id", name=op.f("pk_employer")),
        sa.UniqueConstraint("fein", name=op.f("uq_employer_fein")),
    )
    op.create_table(
        "known_case",
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("has_order", sa.Boolean(), nullable=False, comment="something is ordered in it"),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_known_case")),
        comment="projection of childsupport.case.v1.CasesChanged",
    )
    op.create_index(op.f("ix_known_case_obligor_id"), "known_case", ["obligor_id"], unique=False)
    op.create_table(
        "participant",
        sa.Column("participant_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column(
            "ssn_hash",
            sa.LargeBinary(),
            nullable=True,
            comment="keyed; null when none is on record",
        ),
        sa.Column("ssn_encrypted", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_participant")),
        comment="projection of childsupport.case.v1.ParticipantsChanged",
    )
    op.create_index(op.f("ix_participant_ssn_hash"), "participant", ["ssn_hash"], unique=False)
    op.create_table(
        "staged_line",
        sa.Column("upload_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("page_number", sa.Integer(), nullable=False),
        sa.Column("trace_number", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("credited_cents", sa.BigInteger(), nullable=False),
        sa.Column("settlement_date", sa.Date(), nullable=False),
        sa.Column("application", sa.Text(), nullable=False),
        sa.Column("case_identifier", sa.Text(), nullable=False),
        sa.Column("identifier_key", sa.Text(), nullable=False),
        sa.Column("pay_date", sa.Date(), nullable=True),
        sa.Column("ssn_hash", sa.LargeBinary(), nullable=True),
        sa.Column("ssn_last_four", sa.Text(), nullable=False),
        sa.Column("ssn_encrypted", sa.LargeBinary(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("employment_ended", sa.Boolean(), nullable=False),
        sa.Column("medical_coverage", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column(
            "findings",
            sa.ARRAY(sa.Text(), dimensions=1),
            nullable=False,
            comment="reason, detail, …",
        ),
        sa.Column("warnings", sa.ARRAY(sa.Text(), dimensions=1), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "line_number", name=op.f("pk_staged_line")),
        comment="unlogged: after a crash the sender sends again",
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "upload",
        sa.Column("upload_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_upload")),
        comment="files being staged; one that died is discarded with its lines",
    )
    op.create_table(
        "employer_company_id",
        sa.Column(
            "company_id", sa.Text(), nullable=False, comment="of ACH batches, up to ten characters"
        ),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.ForeignKeyConstraint(
            ["employer_id"],
            ["employer.employer_id"],
            name=op.f("fk_employer_company_id_employer_id"),
        ),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_employer_company_id")),
    )
    op.create_index(
        op.f("ix_employer_company_id_employer_id"),
        "employer_company_id",
        ["employer_id"],
        unique=False,
    )
    op.create_table(
        "employment",
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column(
            "first_paid_on", sa.Date(), nullable=True, comment="null while only notices came"
        ),
        sa.Column("last_paid_on", sa.Date(), nullable=True),
        sa.Column(
            "ended_on",
            sa.Date(),
            nullable=True,
            comment="pay date of the line that reported the end",
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.employer_id"], name=op.f("fk_employment_employer_id")
        ),
        sa.PrimaryKeyConstraint("employer_id", "obligor_id", name=op.f("pk_employment")),
    )
    op.create_table(
        "submission",
        sa.Column("submission_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("released_count", sa.Integer(), nullable=False),
        sa.Column("suspended_count", sa.Integer(), nullable=False),
        sa.Column("notice_count", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column(
            "problems",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="domain.submission.FileProblem, up to 50",
        ),
        sa.CheckConstraint("state IN ('REJECTED', 'RELEASED')", name=op.f("ck_submission_state")),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employer.employer_id"], name=op.f("fk_submission_employer_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_submission")),
        sa.UniqueConstraint(
            "employer_id", "request_id", name="uq_submission_employer_id_request_id"
        ),
    )
    op.create_index(
        "uq_submission_employer_id_sha256",
        "submission",
        ["employer_id", "sha256"],
        unique=True,
        postgresql_where=sa.text("state = 'RELEASED'"),
    )
    op.create_table(
        "remittance_line",
        sa.Column("receipt_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("submission_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column(
            "page_number", sa.Integer(), nullable=False, comment="of RemittancesReleased; 0: none"
        ),
        sa.Column("trace_number", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "reason",
            sa.Text(),
            nullable=True,
            comment="why it waits, or waited; null when it never did",
        ),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column(
            "credited_cents", sa.BigInteger(), nullable=False, comment="once it is identified"
        ),
        sa.Column("settlement_date", sa.Date(), nullable=False),
        sa.Column("application", sa.Text(), nullable=False),
        sa.Column("case_identifier", sa.Text(), nullable=False),
        sa.Column("identifier_key", sa.Text(), nullable=False),
        sa.Column("pay_date", sa.Date(), nullable=True),
        sa.Column("obligor_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("case_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("employment_ended", sa.Boolean(), nullable=False),
        sa.Column("medical_coverage", sa.Boolean(), nullable=False),
        sa.Column("warnings", sa.ARRAY(sa.Text(), dimensions=1), nullable=False),
        sa.Column("ssn_hash", sa.LargeBinary(), nullable=True),
        sa.Column("ssn_last_four", sa.Text(), nullable=False),
        sa.Column(
            "ssn_encrypted", sa.LargeBinary(), nullable=True, comment="only while it is nobody's"
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="only while it is nobody's"),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column(
            "identified_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it left suspense by itself",
        ),
        sa.CheckConstraint(
            "reason IN ('MISSING_CASE_IDENTIFIER', 'UNKNOWN_CASE', 'OBLIGOR_MISMATCH', "
            "'AMOUNT_MISMATCH', 'INVALID_PAY_DATE', 'MISDIRECTED', 'DUPLICATE_LINE', "
            "'UNREADABLE_ADDENDA', 'INVALID_ENTRY', 'NO_ORDER')",
            name=op.f("ck_remittance_line_reason"),
        ),
        sa.CheckConstraint(
            "state <> 'IDENTIFIED' OR obligor_id IS NOT NULL",
            name=op.f("ck_remittance_line_identified"),
        ),
        sa.CheckConstraint(
            "state IN ('IDENTIFIED', 'SUSPENDED', 'NOTICE_ONLY')",
            name=op.f("ck_remittance_line_state"),
        ),
        sa.CheckConstraint(
            "amount_cents >= 0 AND credited_cents >= amount_cents",
            name=op.f("ck_remittance_line_amounts"),
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.submission_id"],
            name=op.f("fk_remittance_line_submission_id"),
        ),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_remittance_line")),
        sa.UniqueConstraint("submission_id", "line_number", name="uq_remittance_line_place"),
    )
    op.create_index(
        "ix_remittance_line_awaited_identifier",
        "remittance_line",
        ["identifier_key"],
        unique=False,
        postgresql_where=sa.text(
            "obligor_id IS NULL AND reason IN ('NO_ORDER', 'OBLIGOR_MISMATCH', 'UNKNOWN_CASE')"
        ),
    )
    op.create_index(
        "ix_remittance_line_awaited_ssn",
        "remittance_line",
        ["ssn_hash"],
        unique=False,
        postgresql_where=sa.text(
            "obligor_id IS NULL AND reason IN ('NO_ORDER', 'OBLIGOR_MISMATCH', 'UNKNOWN_CASE')"
        ),
    )
    op.create_index(
        "ix_remittance_line_fingerprint",
        "remittance_line",
        ["fingerprint", "received_on"],
        unique=False,
    )
