"""The ledger. Every key carries `obligor_id` where it grows with receipts."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import UUID

from payments_service.store.tables.base import metadata

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
    Column("revision", SmallInteger, nullable=False, server_default="0", comment="of its charges"),
    Column("ahead_cents", BigInteger, nullable=False, server_default="0", comment="paid ahead"),
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
    Column("revision", SmallInteger, nullable=False, server_default="0", comment="of the receipt"),
    Column("paid_as", SmallInteger, comment="sequence of the earlier part as which it went out"),
)

allocation_withdrawn = Table(
    "allocation_withdrawn",
    metadata,
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("receipt_id", UUID(as_uuid=False), primary_key=True),
    Column("sequence", SmallInteger, primary_key=True, autoincrement=False),
    Column("revision", SmallInteger, nullable=False, comment="of the receipt, that ended it"),
    Column("posting_date", Date, nullable=False),
    comment="parts that a correction replaced; the others are in force (view part_in_force)",
)

applied_rule = Table(
    "applied_rule",
    metadata,
    Column("checksum", Text, primary_key=True, comment="as the steps name it"),
    Column("rule_id", Text, nullable=False),
    Column("citation", Text, nullable=False),
    Column("confidence", Text, nullable=False),
)
