"""What goes out. Every key carries `payee_id` where it grows with payments."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from payments_service.store.tables.base import PERSONAL, SECRET, metadata

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
Index("ix_hold_obligor_id", hold.c.obligor_id, hold.c.receipt_id)

disbursement_run = Table(
    "disbursement_run",
    metadata,
    Column("business_date", Date, primary_key=True),
    Column("run_at", DateTime(timezone=True), nullable=False),
    Column("disbursements", Integer, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("held_parts", Integer, nullable=False),
    Column("late_parts", Integer, nullable=False),
    Column("done_at", DateTime(timezone=True), comment="empty while it goes on"),
)

disbursement = Table(
    "disbursement",
    metadata,
    Column("payee_id", UUID(as_uuid=False), primary_key=True),
    Column("disbursement_id", UUID(as_uuid=False), primary_key=True),
    Column("business_date", Date, nullable=False),
    Column("payee_kind", SmallInteger, nullable=False),
    Column("method", SmallInteger, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False, comment="trace or check number; 0: transfer"),
    Column("reference", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("first_payment", Boolean, nullable=False),
    Column("payee_name", Text, nullable=False, info=PERSONAL),
    Column("payment", LargeBinary, info=SECRET, comment="account or address paid to; encrypted"),
    Column("account_hash", LargeBinary, comment="keyed hash of the account paid to"),
    Column("recouped_cents", BigInteger, nullable=False, server_default="0"),
    Column("reissued_cents", BigInteger, nullable=False, server_default="0"),
    Column("state", SmallInteger, nullable=False, server_default="1", comment="DisbursementState"),
    Column("state_on", Date, comment="since when it stands so; empty: as issued"),
    Column("code", Text, nullable=False, server_default="", comment="the bank's code for it"),
    Column("void_told_on", Date, comment="the run that told the bank not to pay the check"),
    CheckConstraint("amount_cents >= 0", name="amount"),
)
Index("ix_disbursement_disbursement_id", disbursement.c.disbursement_id)
Index(
    "ix_disbursement_run",
    disbursement.c.business_date,
    disbursement.c.method,
    disbursement.c.number,
    disbursement.c.payee_id,
)
Index("ix_disbursement_reference", disbursement.c.reference)
Index(
    "ix_disbursement_void",
    disbursement.c.business_date,
    postgresql_where=text("method = 2 AND state IN (3, 4) AND void_told_on IS NULL"),
)

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
