"""What other services know: projections, each with the version of its source."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from payments_service.store.tables.base import PERSONAL, SECRET, metadata

case_ = Table(
    "case_projection",
    metadata,
    Column("case_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("case_number", Text, nullable=False, index=True),
    Column("iv_d", Boolean, nullable=False),
    Column("assistance", SmallInteger, nullable=False),
    Column("assistance_since", Date),
    Column("assistance_cents", BigInteger, nullable=False),
    Column("obligor_id", UUID(as_uuid=False), nullable=False, index=True),
    Column("obligee_id", UUID(as_uuid=False), nullable=False, index=True),
    Column(
        "periods",
        JSONB,
        nullable=False,
        server_default="[]",
        comment="[[program, first month, last month or null, cents, child], ...]",
    ),
    Column(
        "initiating_fips",
        Text,
        nullable=False,
        server_default="",
        comment="agency of another State that has the case; empty: our own",
    ),
    Column("children", SmallInteger, nullable=False, server_default="0", comment="how many"),
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
    Column("child_id", Text, nullable=False, server_default="", comment="empty: for all"),
    Column(
        "owed_to_fips",
        Text,
        nullable=False,
        server_default="",
        comment="another State that the arrears are owed to; empty: none",
    ),
    Column(
        "judgments",
        JSONB,
        nullable=False,
        server_default="[]",
        comment="[[cents, day of entry], ...] that bear interest",
    ),
)

participant = Table(
    "participant_projection",
    metadata,
    Column("participant_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False, info=PERSONAL),
    Column("method", SmallInteger, nullable=False, comment="0 none, else DisbursementMethod"),
    Column("payment", LargeBinary, info=SECRET, comment="account and address; encrypted"),
    Column("has_address", Boolean, nullable=False, server_default="false"),
    Column("account_hash", LargeBinary, comment="keyed hash of the account"),
)
