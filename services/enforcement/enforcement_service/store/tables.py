"""The tables of the enforcement service: what it knows of cases and balances, and what follows."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from chassis.tables import NAMING

metadata = MetaData(naming_convention=NAMING)

known_case = Table(
    "known_case",
    metadata,
    Column("case_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("obligor_id", UUID(as_uuid=False), nullable=False, index=True),
    comment="cases, as the case service tells them",
)

known_obligation = Table(
    "known_obligation",
    metadata,
    Column("obligation_id", UUID(as_uuid=False), primary_key=True),
    Column("case_id", UUID(as_uuid=False), nullable=False, index=True),
    Column("monthly_amount_cents", BigInteger, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("effective_to", Date),
    comment="what is ordered for a month, as the case service tells it",
)

known_balance = Table(
    "known_balance",
    metadata,
    Column("obligation_id", UUID(as_uuid=False), primary_key=True),
    Column("bucket", Text, primary_key=True, comment="'current', or the bucket of the arrears"),
    Column("case_id", UUID(as_uuid=False), nullable=False, index=True),
    Column("version", BigInteger, nullable=False),
    Column("due_cents", BigInteger, nullable=False),
    comment="balances, as the payments service tells them",
)

arrears = Table(
    "case_arrears",
    metadata,
    Column("case_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("arrears_cents", BigInteger, nullable=False),
    Column("monthly_amount_cents", BigInteger, nullable=False),
    Column("delinquent", Boolean, nullable=False),
    Column("delinquent_since", Date),
    Column("step", JSONB, nullable=False, comment="why"),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)
Index(
    "ix_case_arrears_delinquent",
    arrears.c.arrears_cents.desc(),
    arrears.c.case_id,
    postgresql_where=arrears.c.delinquent,
)
