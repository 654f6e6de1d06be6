"""Money that did not come by withholding: who sent it, whose it is, what keeps it back."""

from sqlalchemy import (
    BigInteger,
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
from sqlalchemy.dialects.postgresql import JSONB, UUID

from payments_service.store.tables.base import FEDERAL_TAX, PERSONAL, SECRET, metadata

identifier = Table(
    "identifier",
    metadata,
    Column("case_id", UUID(as_uuid=False), primary_key=True),
    Column("key", Text, primary_key=True, comment="number of the case or of an order, bare"),
    Column("obligor_id", UUID(as_uuid=False), nullable=False),
)
Index("ix_identifier_key", identifier.c.key)

participant_key = Table(
    "participant_key",
    metadata,
    Column("participant_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("ssn_hash", LargeBinary, nullable=False, info=SECRET, comment="keyed hash"),
)
Index("ix_participant_key_ssn_hash", participant_key.c.ssn_hash)

collection_batch = Table(
    "collection_batch",
    metadata,
    Column("submission_id", UUID(as_uuid=False), primary_key=True),
    Column("kind", SmallInteger, nullable=False, info=FEDERAL_TAX),
    Column("source", SmallInteger, nullable=False, info=FEDERAL_TAX, comment="0: several"),
    Column("reference", Text, nullable=False),
    Column("sha256", Text, nullable=False, comment="of the file; empty where there is none"),
    Column("amount_cents", BigInteger, nullable=False),
    Column("line_count", Integer, nullable=False),
    Column("identified_count", Integer, nullable=False),
    Column("held_count", Integer, nullable=False),
    Column("suspended_count", Integer, nullable=False),
    Column("adjustment_cents", BigInteger, nullable=False),
    Column("adjustment_count", Integer, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    comment="money that came in together, but for what withholding released",
)
Index(
    "uq_collection_batch_sha256",
    collection_batch.c.kind,
    collection_batch.c.sha256,
    unique=True,
    postgresql_where=text("sha256 <> ''"),
)

receipt_detail = Table(
    "receipt_detail",
    metadata,
    Column("receipt_id", UUID(as_uuid=False), primary_key=True),
    Column("instrument", SmallInteger, nullable=False),
    Column("reference", Text, nullable=False),
    Column("sender_key", Text, nullable=False, info=PERSONAL, comment="who sends; bare"),
    Column("case_key", Text, nullable=False, info=PERSONAL, comment="as the sender wrote it; bare"),
    Column("ssn_hash", LargeBinary, info=SECRET, comment="keyed hash"),
    Column("written", LargeBinary, info=SECRET, comment="names, numbers, address; encrypted"),
    Column("line_key", LargeBinary, nullable=False, comment="the same line has the same"),
    Column("parent_id", UUID(as_uuid=False), comment="the receipt that was split"),
    comment="what the sender wrote of a receipt",
)
Index(
    "ix_receipt_detail_ssn_hash",
    receipt_detail.c.ssn_hash,
    postgresql_where=receipt_detail.c.ssn_hash.is_not(None),
)
Index("ix_receipt_detail_line_key", receipt_detail.c.line_key)
Index(
    "ix_receipt_detail_case_key",
    receipt_detail.c.case_key,
    postgresql_where=receipt_detail.c.case_key != "",
)

receipt_hold = Table(
    "receipt_hold",
    metadata,
    Column("receipt_id", UUID(as_uuid=False), primary_key=True),
    Column("round", SmallInteger, primary_key=True, autoincrement=False),
    Column("lane", SmallInteger, nullable=False),
    Column("obligor_id", UUID(as_uuid=False), comment="unset: held once it is identified"),
    Column("amount_cents", BigInteger, nullable=False),
    Column("reason", Text, nullable=False, info=FEDERAL_TAX),
    Column("state", SmallInteger, nullable=False, comment="1 to be held, 2 held, 3 let go, 4 over"),
    Column("held_on", Date, nullable=False),
    Column("held_until", Date, info=FEDERAL_TAX, comment="unset: until somebody decides"),
    Column("released_on", Date),
    CheckConstraint("state IN (1, 2, 3, 4)", name="state"),
    comment="receipts that are held before they are distributed",
)
Index(
    "ix_receipt_hold_open",
    receipt_hold.c.lane,
    receipt_hold.c.held_until,
    postgresql_where=text("state < 4"),
)
Index("ix_receipt_hold_obligor_id", receipt_hold.c.obligor_id)

appeal = Table(
    "appeal",
    metadata,
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("appealed_on", Date, primary_key=True),
    Column("decided_on", Date),
    Column("due_date", Date, comment="to be sent out by, once it is decided"),
    Column("placed_by", Text, nullable=False),
    comment="appeals that keep offset money back while they are open",
)

suspense_task = Table(
    "suspense_task",
    metadata,
    Column("task_id", UUID(as_uuid=False), primary_key=True),
    Column("receipt_id", UUID(as_uuid=False), nullable=False),
    Column("action", SmallInteger, nullable=False),
    Column("state", SmallInteger, nullable=False, comment="1 waiting, 2 done, 3 rejected"),
    Column("parts", JSONB, nullable=False, comment="[[obligor or empty, cents], ...]"),
    Column("payee", LargeBinary, info=SECRET, comment="who is paid back; encrypted"),
    Column("reason", Text, nullable=False, info=PERSONAL),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text, nullable=False, server_default=text("''")),
    Column("decided_at", DateTime(timezone=True)),
    CheckConstraint("state IN (1, 2, 3)", name="state"),
)
Index(
    "uq_suspense_task_waiting",
    suspense_task.c.receipt_id,
    unique=True,
    postgresql_where=text("state = 1"),
)

adjustment = Table(
    "adjustment",
    metadata,
    Column("adjustment_id", UUID(as_uuid=False), primary_key=True),
    Column("submission_id", UUID(as_uuid=False), nullable=False),
    Column("line_number", Integer, nullable=False),
    Column("obligor_id", UUID(as_uuid=False)),
    Column("receipt_id", UUID(as_uuid=False)),
    Column("amount_cents", BigInteger, nullable=False, info=FEDERAL_TAX),
    Column("settlement_date", Date, nullable=False),
    Column("state", SmallInteger, nullable=False, comment="1 open, 2 applied, 3 to a worker"),
    CheckConstraint("state IN (1, 2, 3)", name="state"),
    comment="what a file takes back of earlier collections",
)
Index("ix_adjustment_open", adjustment.c.adjustment_id, postgresql_where=text("state <> 2"))

online_payment = Table(
    "online_payment",
    metadata,
    Column("payment_id", UUID(as_uuid=False), primary_key=True),
    Column("obligor_id", UUID(as_uuid=False), nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("instrument", SmallInteger, nullable=False),
    Column("token", LargeBinary, info=SECRET, comment="the gateway's; encrypted; gone once used"),
    Column("state", SmallInteger, nullable=False, comment="OnlinePaymentState"),
    Column("attempts", SmallInteger, nullable=False),
    Column("ask_at", DateTime(timezone=True), comment="when the gateway is asked next"),
    Column("reference", Text, nullable=False),
    Column("decline_code", Text, nullable=False),
    Column("settlement_date", Date),
    Column("receipt_id", UUID(as_uuid=False)),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("scheduled_payment_id", UUID(as_uuid=False), comment="the plan that it was made by"),
    Column("scheduled_for", Date, comment="the plan's day for it"),
    CheckConstraint("amount_cents > 0", name="amount"),
    CheckConstraint("state BETWEEN 1 AND 6", name="state"),
)
Index(
    "ix_online_payment_ask_at",
    online_payment.c.ask_at,
    postgresql_where=online_payment.c.ask_at.is_not(None),
)
Index("ix_online_payment_obligor_id", online_payment.c.obligor_id, online_payment.c.payment_id)
Index(
    "uq_online_payment_scheduled",
    online_payment.c.scheduled_payment_id,
    online_payment.c.scheduled_for,
    unique=True,
    postgresql_where=online_payment.c.scheduled_payment_id.is_not(None),
)

scheduled_payment = Table(
    "scheduled_payment",
    metadata,
    Column("scheduled_payment_id", UUID(as_uuid=False), primary_key=True),
    Column("obligor_id", UUID(as_uuid=False), nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("instrument", SmallInteger, nullable=False),
    Column("frequency", SmallInteger, nullable=False),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, comment="unset: no end"),
    Column("next_on", Date, comment="unset: no payment is to come by it"),
    Column(
        "token",
        LargeBinary,
        info=SECRET,
        comment="the gateway's; encrypted; gone once the plan is over",
    ),
    Column("state", SmallInteger, nullable=False, comment="MyScheduleState"),
    Column("declines", SmallInteger, nullable=False, comment="in a row"),
    Column("last_payment_id", UUID(as_uuid=False)),
    Column("planned_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("amount_cents > 0", name="amount"),
    CheckConstraint("state BETWEEN 1 AND 4", name="state"),
    CheckConstraint("next_on IS NULL OR state = 1 AND token IS NOT NULL", name="next"),
    comment="payments online that a payer planned",
)
Index(
    "ix_scheduled_payment_next_on",
    scheduled_payment.c.next_on,
    scheduled_payment.c.scheduled_payment_id,
    postgresql_where=scheduled_payment.c.next_on.is_not(None),
)
Index(
    "ix_scheduled_payment_obligor_id",
    scheduled_payment.c.obligor_id,
    scheduled_payment.c.scheduled_payment_id,
)

chargeback = Table(
    "chargeback",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False, comment="the gateway's"),
    Column("payment_id", UUID(as_uuid=False), nullable=False),
    Column("on_date", Date, nullable=False),
    Column("code", Text, nullable=False),
    Column("applied_on", Date),
    comment="what payers' banks took back, as the gateway told it",
)
Index("ix_chargeback_open", chargeback.c.number, postgresql_where=chargeback.c.applied_on.is_(None))
