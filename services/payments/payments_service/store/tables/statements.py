"""What the bank says of its days."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    SmallInteger,
    Table,
    Text,
)

from payments_service.store.tables.base import metadata

bank_totals = Table(
    "bank_totals",
    metadata,
    Column("day", Date, primary_key=True),
    Column(
        "number", SmallInteger, primary_key=True, autoincrement=False, comment="the last counts"
    ),
    Column("deposits_cents", BigInteger, nullable=False),
    Column("electronic_cents", BigInteger, nullable=False),
    Column("checks_cents", BigInteger, nullable=False, comment="that the bank paid"),
    Column("closing_cents", BigInteger, comment="unset: the bank gave none"),
    Column("reference", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(
        "deposits_cents >= 0 AND electronic_cents >= 0 AND checks_cents >= 0", name="cents"
    ),
    comment="totals of a day as the bank gives them; never changed, recorded again instead",
)
