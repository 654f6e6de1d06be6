"""The tables of withholding."""

from collections.abc import Iterable

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from chassis.tables import NAMING
from withholding_service.domain.line import LineState
from withholding_service.domain.reasons import AWAITS_FACTS, Reason
from withholding_service.domain.submission import RELEASED, STATES

PERSONAL = {"data_class": "personal"}
SECRET = {"data_class": "secret"}

metadata = MetaData(naming_convention=NAMING)


def _one_of(column: str, values: Iterable[str]) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in values)})"


AWAITS_FACTS_SQL = "obligor_id IS NULL AND " + _one_of("reason", sorted(AWAITS_FACTS))

employer = Table(
    "employer",
    metadata,
    Column("employer_id", UUID(as_uuid=False), primary_key=True),
    Column("fein", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("contact_email", Text, nullable=False, info=PERSONAL),
    Column("address_line1", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("zip_code", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

employer_company_id = Table(
    "employer_company_id",
    metadata,
    Column("company_id", Text, primary_key=True, comment="of ACH batches, up to ten characters"),
    Column("employer_id", ForeignKey(employer.c.employer_id), nullable=False, index=True),
)

employment = Table(
    "employment",
    metadata,
    Column("employer_id", ForeignKey(employer.c.employer_id), primary_key=True),
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("first_paid_on", Date, comment="null while only notices came"),
    Column("last_paid_on", Date),
    Column("ended_on", Date, comment="pay date of the line that reported the end"),
)

participant = Table(
    "participant",
    metadata,
    Column("participant_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("ssn_hash", LargeBinary, index=True, comment="keyed; null when none is on record"),
    Column("ssn_encrypted", LargeBinary, info=SECRET),
    comment="projection of childsupport.case.v1.ParticipantsChanged",
)

known_case = Table(
    "known_case",
    metadata,
    Column("case_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("obligor_id", UUID(as_uuid=False), nullable=False, index=True),
    Column("has_order", Boolean, nullable=False, comment="something is ordered in it"),
    comment="projection of childsupport.case.v1.CasesChanged",
)

case_identifier = Table(
    "case_identifier",
    metadata,
    Column("case_id", UUID(as_uuid=False), primary_key=True),
    Column("identifier_key", Text, primary_key=True, comment="domain.identifiers"),
    Column("is_case_number", Boolean, nullable=False, comment="else a court's number"),
    Index("ix_case_identifier_identifier_key", "identifier_key"),
)

upload = Table(
    "upload",
    metadata,
    Column("upload_id", UUID(as_uuid=False), primary_key=True),
    Column("started_at", DateTime(timezone=True), nullable=False),
    comment="files being staged; one that died is discarded with its lines",
)

staged_line = Table(
    "staged_line",
    metadata,
    Column("upload_id", UUID(as_uuid=False), primary_key=True),
    Column("line_number", Integer, primary_key=True),
    Column("page_number", Integer, nullable=False),
    Column("trace_number", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("credited_cents", BigInteger, nullable=False),
    Column("settlement_date", Date, nullable=False),
    Column("application", Text, nullable=False),
    Column("case_identifier", Text, nullable=False),
    Column("identifier_key", Text, nullable=False),
    Column("pay_date", Date),
    Column("ssn_hash", LargeBinary),
    Column("ssn_last_four", Text, nullable=False, info=PERSONAL),
    Column("ssn_encrypted", LargeBinary, info=SECRET),
    Column("name", Text, nullable=False, info=PERSONAL),
    Column("employment_ended", Boolean, nullable=False),
    Column("medical_coverage", Boolean, nullable=False),
    Column("fingerprint", LargeBinary),
    Column("findings", ARRAY(Text, dimensions=1), nullable=False, comment="reason, detail, …"),
    Column("warnings", ARRAY(Text, dimensions=1), nullable=False),
    comment="unlogged: after a crash the sender sends again",
    prefixes=["UNLOGGED"],
)

submission = Table(
    "submission",
    metadata,
    Column("submission_id", UUID(as_uuid=False), primary_key=True),
    Column("employer_id", ForeignKey(employer.c.employer_id), nullable=False),
    Column("request_id", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("line_count", Integer, nullable=False),
    Column("released_count", Integer, nullable=False),
    Column("suspended_count", Integer, nullable=False),
    Column("notice_count", Integer, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("page_count", Integer, nullable=False),
    Column("problems", JSONB, nullable=False, comment="domain.submission.FileProblem, up to 50"),
    UniqueConstraint("employer_id", "request_id", name="uq_submission_employer_id_request_id"),
    CheckConstraint(_one_of("state", STATES), name="state"),
)
Index(
    "uq_submission_employer_id_sha256",
    submission.c.employer_id,
    submission.c.sha256,
    unique=True,
    postgresql_where=submission.c.state == RELEASED,
)

remittance_line = Table(
    "remittance_line",
    metadata,
    Column("receipt_id", UUID(as_uuid=False), primary_key=True),
    Column("submission_id", ForeignKey(submission.c.submission_id), nullable=False),
    Column("employer_id", UUID(as_uuid=False), nullable=False),
    Column("line_number", Integer, nullable=False),
    Column("page_number", Integer, nullable=False, comment="of RemittancesReleased; 0: none"),
    Column("trace_number", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, comment="why it waits, or waited; null when it never did"),
    Column("detail", Text, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("credited_cents", BigInteger, nullable=False, comment="once it is identified"),
    Column("settlement_date", Date, nullable=False),
    Column("application", Text, nullable=False),
    Column("case_identifier", Text, nullable=False),
    Column("identifier_key", Text, nullable=False),
    Column("pay_date", Date),
    Column("obligor_id", UUID(as_uuid=False)),
    Column("case_id", UUID(as_uuid=False)),
    Column("employment_ended", Boolean, nullable=False),
    Column("medical_coverage", Boolean, nullable=False),
    Column("warnings", ARRAY(Text, dimensions=1), nullable=False),
    Column("ssn_hash", LargeBinary),
    Column("ssn_last_four", Text, nullable=False, info=PERSONAL),
    Column("ssn_encrypted", LargeBinary, info=SECRET, comment="only while it is nobody's"),
    Column("name", Text, nullable=False, info=PERSONAL, comment="only while it is nobody's"),
    Column("fingerprint", LargeBinary),
    Column("received_on", Date, nullable=False),
    Column("identified_at", DateTime(timezone=True), comment="when it left suspense by itself"),
    UniqueConstraint("submission_id", "line_number", name="uq_remittance_line_place"),
    CheckConstraint(_one_of("state", LineState), name="state"),
    CheckConstraint(_one_of("reason", Reason), name="reason"),
    CheckConstraint("amount_cents >= 0 AND credited_cents >= amount_cents", name="amounts"),
    CheckConstraint("state <> 'IDENTIFIED' OR obligor_id IS NOT NULL", name="identified"),
)
Index(
    "ix_remittance_line_fingerprint", remittance_line.c.fingerprint, remittance_line.c.received_on
)
Index(
    "ix_remittance_line_awaited_identifier",
    remittance_line.c.identifier_key,
    postgresql_where=text(AWAITS_FACTS_SQL),
)
Index(
    "ix_remittance_line_awaited_ssn",
    remittance_line.c.ssn_hash,
    postgresql_where=text(AWAITS_FACTS_SQL),
)
