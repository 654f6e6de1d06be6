"""What waits to be computed again, and what it came to. See domain/redoing.py."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import UUID

from payments_service.store.tables.base import PERSONAL, metadata

to_redo = Table(
    "obligor_to_redo",
    metadata,
    Column("lane", SmallInteger, primary_key=True, autoincrement=False),
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("from_month", Date, nullable=False),
    Column("cause", Text, nullable=False),
    Column("queued_at", DateTime(timezone=True), nullable=False),
    Column("error", Text, nullable=False, server_default="", comment="set: waits for the retry"),
    comment="obligors whose books are computed again from a month on",
)

late_receipt = Table(
    "late_receipt",
    metadata,
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("receipt_id", UUID(as_uuid=False), primary_key=True),
    comment="receipts of a month that is over, to be posted as their obligor is computed again",
)

claim = Table(
    "claim",
    metadata,
    Column("payee_id", UUID(as_uuid=False), primary_key=True),
    Column("claim_id", UUID(as_uuid=False), primary_key=True),
    Column("payee_kind", SmallInteger, nullable=False),
    Column("obligor_id", UUID(as_uuid=False), nullable=False),
    Column("receipt_id", UUID(as_uuid=False), nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("left_cents", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", SmallInteger, nullable=False, comment="ClaimState"),
    Column("collectable", Boolean, nullable=False, comment="may be taken from later payments"),
    Column("opened_on", Date, nullable=False),
    Column("notice_on", Date, comment="when the payee was told"),
    CheckConstraint("amount_cents > 0", name="amount"),
    CheckConstraint("left_cents BETWEEN 0 AND amount_cents", name="left"),
    CheckConstraint("state IN (1, 2, 3, 4)", name="state"),
    comment="what payees got that was not theirs",
)
Index(
    "ix_claim_open",
    claim.c.payee_id,
    postgresql_where=claim.c.state == 1,
)
Index("ix_claim_receipt_id", claim.c.receipt_id)

correction = Table(
    "correction",
    metadata,
    Column("correction_id", UUID(as_uuid=False), primary_key=True),
    Column("receipt_id", UUID(as_uuid=False), nullable=False),
    Column("kind", SmallInteger, nullable=False, comment="CorrectionKind"),
    Column("cause", Text, nullable=False),
    Column("to_obligor_id", UUID(as_uuid=False)),
    Column("to_case_id", UUID(as_uuid=False)),
    Column("amount_cents", BigInteger),
    Column("reason", Text, nullable=False, info=PERSONAL),
    Column("state", SmallInteger, nullable=False, comment="CorrectionState"),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text, nullable=False, server_default=""),
    Column("decided_at", DateTime(timezone=True)),
    CheckConstraint("state IN (1, 2, 3)", name="state"),
    CheckConstraint("kind IN (1, 2, 3)", name="kind"),
    comment="corrections of receipts: one person proposes, another decides",
)
Index("ix_correction_receipt_id", correction.c.receipt_id)
Index(
    "uq_correction_waiting",
    correction.c.receipt_id,
    unique=True,
    postgresql_where=correction.c.state == 1,
)
