"""Create the tables of the identity service."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from chassis.migrate import create_base_tables_0001

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of the identity service."""
    create_base_tables_0001()
    op.create_table(
        "client",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "employer_id",
            sa.UUID(as_uuid=False),
            nullable=True,
            comment="the employer that it speaks for",
        ),
        sa.Column("secret_hash", sa.Text(), nullable=False, comment="argon2id"),
        sa.Column(
            "secret_fingerprint",
            sa.LargeBinary(),
            nullable=False,
            comment="keyed hash: lets the right secret through while wrong ones are throttled",
        ),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoke_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client")),
    )
    op.create_table(
        "signing_key",
        sa.Column("serial", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("public_jwk", postgresql.JSONB(), nullable=False),
        sa.Column("private_jwk", sa.LargeBinary(), nullable=False, comment="encrypted JWK"),
        sa.Column("created_on", sa.Date(), nullable=False, comment="business date"),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("key_id", name=op.f("uq_signing_key_key_id")),
        comment="the newest signs; it and the one before are shown",
    )
    op.create_table(
        "employer",
        sa.Column("employer_id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("employer_id", name=op.f("pk_employer")),
        comment="projection of withholding's employers: which there are",
    )
