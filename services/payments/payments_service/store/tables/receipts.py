"""What came in, and what waits to be posted."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from payments_service.store.tables.base import FEDERAL_TAX, metadata

submission = Table(
    "submission",
    metadata,
    Column("submission_id", UUID(as_uuid=False), primary_key=True),
    Column("employer_id", UUID(as_uuid=False)),
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
    Column("queued_through", Integer, comment="the last line that is queued; unset: none is"),
    CheckConstraint("state IN (1, 2, 3)", name="state"),
)
Index(
    "ix_submission_to_release",
    submission.c.submission_id,
    postgresql_where=text("state = 1 AND queued_through IS NOT NULL"),
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
    Column("employer_id", UUID(as_uuid=False)),
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
    Column("source", SmallInteger, nullable=False, server_default=text("1"), info=FEDERAL_TAX),
    Column("revision", SmallInteger, nullable=False, server_default=text("0")),
    CheckConstraint("amount_cents > 0", name="amount"),
    CheckConstraint("credited_cents >= amount_cents", name="credited"),
    CheckConstraint("state BETWEEN 1 AND 6", name="state"),
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
