"""The tables. Ledger tables carry `obligor_id` in every key, disbursement tables `payee_id`.

Codes are those of the contract and of payments_service.domain, as smallint.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from chassis.tables import NAMING

metadata = MetaData(naming_convention=NAMING)

PERSONAL = {"data_class": "personal"}
SECRET = {"data_class": "secret"}

# What other services know: projections, each with the version of its source.

case_ = Table(
    "case_projection",
    metadata,
    Column("case_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("iv_d", Boolean, nullable=False),
    Column("assistance", SmallInteger, nullable=False),
    Column("assistance_since", Date),
    Column("assistance_cents", BigInteger, nullable=False),
    Column("obligor_id", UUID(as_uuid=False), nullable=False, index=True),
    Column("obligee_id", UUID(as_uuid=False), nullable=False),
)

obligation = Table(
    "obligation_projection",
    metadata,
    Column("obligation_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False, comment="that of its case"),
    Column("obligor_id", UUID(as_uuid=False), nullable=False, index=True),
    Column("case_id", UUID(as_uuid=False), nullable=False, index=True),
    Column("order_id", UUID(as_uuid=False), nullable=False),
    Column("support", SmallInteger, nullable=False),
    Column("monthly_cents", BigInteger, nullable=False),
    Column("monthly_arrears_cents", BigInteger, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    Column("opening", JSONB, nullable=False, comment="[[bucket, cents, day], ...]"),
    Column("learnt_month", Date, nullable=False, comment="first of the month we heard of it in"),
    Column(
        "terms",
        JSONB,
        nullable=False,
        server_default="[]",
        comment="[[first day, last day or null, cents], ...]; none: one amount all the time",
    ),
)

participant = Table(
    "participant_projection",
    metadata,
    Column("participant_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False, info=PERSONAL),
    Column("method", SmallInteger, nullable=False, comment="0 none, else DisbursementMethod"),
    Column("payment", LargeBinary, info=SECRET, comment="account or address; encrypted"),
)

# What came in.

submission = Table(
    "submission",
    metadata,
    Column("submission_id", UUID(as_uuid=False), primary_key=True),
    Column("employer_id", UUID(as_uuid=False), nullable=False),
    Column("employer_name", Text, nullable=False),
    Column("page_count", Integer, nullable=False),
    Column("file_amount_cents", BigInteger, nullable=False),
    Column("file_line_count", Integer, nullable=False),
    Column("pages_seen", Integer, nullable=False),
    Column("amount_seen_cents", BigInteger, nullable=False),
    Column("lines_seen", Integer, nullable=False),
    Column("state", SmallInteger, nullable=False, comment="1 staging, 2 released, 3 flagged"),
    Column("flaw", Text, nullable=False, server_default=""),
    Column("seen_at", DateTime(timezone=True), nullable=False, comment="its last page"),
    CheckConstraint("state IN (1, 2, 3)", name="state"),
)
Index("ix_submission_flagged", submission.c.submission_id, postgresql_where=text("state = 3"))

submission_page = Table(
    "submission_page",
    metadata,
    Column("submission_id", UUID(as_uuid=False), primary_key=True),
    Column("page_number", Integer, primary_key=True, autoincrement=False),
)

receipt = Table(
    "receipt",
    metadata,
    Column("receipt_id", UUID(as_uuid=False), primary_key=True),
    Column("submission_id", UUID(as_uuid=False), nullable=False),
    Column("employer_id", UUID(as_uuid=False), nullable=False),
    Column("line_number", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("trace_number", Text, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("credited_cents", BigInteger, nullable=False),
    Column("pay_date", Date),
    Column("settlement_date", Date, nullable=False),
    Column("collection_date", Date, nullable=False),
    Column("due_date", Date, nullable=False, comment="to be sent out by"),
    Column("obligor_id", UUID(as_uuid=False)),
    Column("case_id", UUID(as_uuid=False), comment="that the line names; posting goes by obligor"),
    Column("state", SmallInteger, nullable=False, comment="ReceiptState"),
    Column("reason", SmallInteger, nullable=False, comment="SuspenseReason"),
    Column("detail", Text, nullable=False),
    Column("posting_date", Date),
    Column("suspensions", SmallInteger, nullable=False, server_default=text("0")),
    CheckConstraint("amount_cents > 0", name="amount"),
    CheckConstraint("credited_cents >= amount_cents", name="credited"),
    CheckConstraint("state IN (1, 2, 3)", name="state"),
)
# State is in no index, so that posting a receipt touches none (HOT update).
Index("ix_receipt_submission_id", receipt.c.submission_id, receipt.c.line_number)
Index("ix_receipt_obligor_id", receipt.c.obligor_id, receipt.c.receipt_id)

waiting = Table(
    "waiting",
    metadata,
    Column("lane", SmallInteger, primary_key=True, autoincrement=False),
    Column("collection_date", Date, primary_key=True),
    Column("receipt_id", UUID(as_uuid=False), primary_key=True),
    Column("obligor_id", UUID(as_uuid=False), comment="unset: to suspense"),
    Column("queued_at", DateTime(timezone=True), nullable=False),
    comment="receipts to be posted, in the order of posting",
)

suspended = Table(
    "suspended",
    metadata,
    Column("receipt_id", UUID(as_uuid=False), primary_key=True),
    Column("lane", SmallInteger, nullable=False),
    Column("booked_obligor_id", UUID(as_uuid=False), nullable=False, comment="the entry's key"),
    Column("obligor_id", UUID(as_uuid=False), comment="whose order lets it out by itself"),
)
Index(
    "ix_suspended_obligor_id",
    suspended.c.obligor_id,
    postgresql_where=suspended.c.obligor_id.is_not(None),
)

identification = Table(
    "identification",
    metadata,
    Column("receipt_id", UUID(as_uuid=False), primary_key=True),
    Column("obligor_id", UUID(as_uuid=False), nullable=False),
    Column("case_id", UUID(as_uuid=False)),
    comment="told by withholding and not applied yet",
)

to_open = Table(
    "obligation_to_open",
    metadata,
    Column("lane", SmallInteger, primary_key=True, autoincrement=False),
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    comment="obligors with obligations whose opening arrears may not be booked yet",
)

# The ledger.

lane = Table(
    "lane",
    metadata,
    Column("lane", SmallInteger, primary_key=True, autoincrement=False),
    Column("batch", BigInteger, nullable=False, comment="number of the last posting batch"),
    Column("hash", LargeBinary, nullable=False, comment="its hash: the head of the chain"),
)

batch = Table(
    "batch",
    metadata,
    Column("lane", SmallInteger, primary_key=True, autoincrement=False),
    Column("batch", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    Column("line_count", Integer, nullable=False),
    Column("posting_date", Date, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)

entry = Table(
    "entry",
    metadata,
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("entry_id", UUID(as_uuid=False), primary_key=True),
    Column("kind", SmallInteger, nullable=False),
    Column("source_id", UUID(as_uuid=False), nullable=False),
    Column("posting_date", Date, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("batch", BigInteger, nullable=False),
)

line = Table(
    "line",
    metadata,
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("entry_id", UUID(as_uuid=False), primary_key=True),
    Column("line_no", SmallInteger, primary_key=True, autoincrement=False),
    Column("book", SmallInteger, nullable=False),
    Column("account", SmallInteger, nullable=False),
    Column("obligation_id", UUID(as_uuid=False)),
    Column("bucket", SmallInteger),
    Column("month", Date),
    Column("participant_id", UUID(as_uuid=False)),
    Column("amount_cents", BigInteger, nullable=False, comment="debit +, credit -"),
    Column("collection_date", Date, nullable=False),
    Column("settlement_date", Date, nullable=False),
    Column("posting_date", Date, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("batch", BigInteger, nullable=False),
    CheckConstraint("amount_cents <> 0", name="amount"),
)

total = Table(
    "total",
    metadata,
    Column("lane", SmallInteger, primary_key=True, autoincrement=False),
    Column("posting_date", Date, primary_key=True),
    Column("account", SmallInteger, primary_key=True, autoincrement=False),
    Column("kind", SmallInteger, primary_key=True, autoincrement=False, comment="of the entry"),
    Column("amount_cents", BigInteger, nullable=False),
    comment="sums of lines, kept with each batch so that totals need no scan; verify compares",
)

balance = Table(
    "balance",
    metadata,
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("obligation_id", UUID(as_uuid=False), primary_key=True),
    Column("bucket", SmallInteger, primary_key=True, autoincrement=False),
    Column("month", Date, comment="of current support"),
    Column("due_cents", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    CheckConstraint("due_cents >= 0", name="due"),
)

standing = Table(
    "standing",
    metadata,
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("obligation_id", UUID(as_uuid=False), primary_key=True),
    Column("charged_through", Date),
)

arrears_paid = Table(
    "arrears_paid",
    metadata,
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("obligation_id", UUID(as_uuid=False), primary_key=True),
    Column("month", Date, primary_key=True),
    Column("paid_cents", BigInteger, nullable=False),
    comment="where a monthly amount on arrears is ordered",
)

fund = Table(
    "fund",
    metadata,
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("case_id", UUID(as_uuid=False), primary_key=True),
    Column("fiscal_year", SmallInteger, primary_key=True, autoincrement=False),
    Column("retained_cents", BigInteger, nullable=False),
    Column("family_cents", BigInteger, nullable=False),
    Column("fee_cents", BigInteger, nullable=False),
)

allocation = Table(
    "allocation",
    metadata,
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("receipt_id", UUID(as_uuid=False), primary_key=True),
    Column("sequence", SmallInteger, primary_key=True, autoincrement=False),
    Column("case_id", UUID(as_uuid=False)),
    Column("obligation_id", UUID(as_uuid=False)),
    Column("support", SmallInteger, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("bucket", SmallInteger, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("credited_cents", BigInteger, nullable=False),
    Column("payee_kind", SmallInteger, nullable=False),
    Column("payee_id", UUID(as_uuid=False)),
    Column("steps", JSON, nullable=False, comment="[[rule checksum, inputs, outputs], ...]"),
)

applied_rule = Table(
    "applied_rule",
    metadata,
    Column("checksum", Text, primary_key=True, comment="as the steps name it"),
    Column("rule_id", Text, nullable=False),
    Column("citation", Text, nullable=False),
    Column("confidence", Text, nullable=False),
)

# What goes out.

payable = Table(
    "payable",
    metadata,
    Column("payee_id", UUID(as_uuid=False), primary_key=True),
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("receipt_id", UUID(as_uuid=False), primary_key=True),
    Column("sequence", SmallInteger, primary_key=True, autoincrement=False),
    Column("payee_kind", SmallInteger, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("settlement_date", Date, nullable=False, comment="not paid out before"),
    Column("due_date", Date, nullable=False),
    comment="parts that are owed onward and not paid out yet",
)

hold = Table(
    "hold",
    metadata,
    Column("payee_id", UUID(as_uuid=False), primary_key=True),
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("receipt_id", UUID(as_uuid=False), primary_key=True),
    Column("sequence", SmallInteger, primary_key=True, autoincrement=False),
    Column("round", SmallInteger, primary_key=True, autoincrement=False),
    Column("payee_kind", SmallInteger, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("settlement_date", Date, nullable=False, comment="not paid out before"),
    Column("due_date", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("held_on", Date, nullable=False),
    Column("released_on", Date),
)
Index("ix_hold_open", hold.c.payee_id, postgresql_where=hold.c.released_on.is_(None))

disbursement_run = Table(
    "disbursement_run",
    metadata,
    Column("business_date", Date, primary_key=True),
    Column("run_at", DateTime(timezone=True), nullable=False),
    Column("disbursements", Integer, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("held_parts", Integer, nullable=False),
    Column("late_parts", Integer, nullable=False),
)

disbursement = Table(
    "disbursement",
    metadata,
    Column("payee_id", UUID(as_uuid=False), primary_key=True),
    Column("disbursement_id", UUID(as_uuid=False), primary_key=True),
    Column("business_date", Date, nullable=False, index=True),
    Column("payee_kind", SmallInteger, nullable=False),
    Column("method", SmallInteger, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False, comment="trace or check number; 0: transfer"),
    Column("reference", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("first_payment", Boolean, nullable=False),
    Column("payee_name", Text, nullable=False, info=PERSONAL),
    Column("payment", LargeBinary, info=SECRET, comment="account or address paid to; encrypted"),
    CheckConstraint("amount_cents > 0", name="amount"),
)
Index("ix_disbursement_disbursement_id", disbursement.c.disbursement_id)

disbursement_part = Table(
    "disbursement_part",
    metadata,
    Column("payee_id", UUID(as_uuid=False), primary_key=True),
    Column("disbursement_id", UUID(as_uuid=False), primary_key=True),
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("receipt_id", UUID(as_uuid=False), primary_key=True),
    Column("sequence", SmallInteger, primary_key=True, autoincrement=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("due_date", Date, nullable=False),
)
Index("ix_disbursement_part_receipt_id", disbursement_part.c.receipt_id)

file_ = Table(
    "file",
    metadata,
    Column("file_name", Text, primary_key=True),
    Column("business_date", Date, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("byte_count", BigInteger, nullable=False),
    Column("written_at", DateTime(timezone=True)),
    comment="files for the outside: the content is here, a timer writes it to disk",
)
Index("ix_file_unwritten", file_.c.file_name, postgresql_where=file_.c.written_at.is_(None))

file_part = Table(
    "file_part",
    metadata,
    Column("file_name", Text, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False, info=SECRET, comment="encrypted"),
)

number_sequence = Table(
    "number_sequence",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)
