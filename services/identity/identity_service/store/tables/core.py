"""The tables of clients and signing keys."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Identity,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from chassis.tables import NAMING

metadata = MetaData(naming_convention=NAMING)

SECRET = {"data_class": "secret"}

client = Table(
    "client",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("employer_id", UUID(as_uuid=False), comment="the employer that it speaks for"),
    Column("secret_hash", Text, nullable=False, comment="argon2id", info=SECRET),
    Column(
        "secret_fingerprint",
        LargeBinary,
        nullable=False,
        comment="keyed hash: lets the right secret through while wrong ones are throttled",
        info=SECRET,
    ),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("revoke_time", DateTime(timezone=True)),
    Column("version", BigInteger, nullable=False),
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("serial", BigInteger, Identity(always=True), primary_key=True),
    Column("key_id", Text, nullable=False, unique=True),
    Column("public_jwk", JSONB, nullable=False),
    Column("private_jwk", LargeBinary, nullable=False, comment="encrypted JWK", info=SECRET),
    Column("created_on", Date, nullable=False, comment="business date"),
    comment="the newest signs; it and the one before are shown",
)

employer = Table(
    "employer",
    metadata,
    Column("employer_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    comment="projection of withholding's employers: which there are",
)
