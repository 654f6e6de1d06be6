"""The tables of enrolment: whom the case service knows, and which account sees whose cases."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from identity_service.store.tables.core import SECRET, metadata

_PERSONAL = {"data_class": "personal"}
_LOCATION = {"data_class": "location"}
_KEYED = "keyed hash"

known_participant = Table(
    "known_participant",
    metadata,
    Column("participant_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("participant_number", Text, nullable=False, info=_PERSONAL),
    Column("protected", Boolean, nullable=False, comment="family violence indicator"),
    Column("language", Text, nullable=False),
    Column("name_hash", LargeBinary, nullable=False, comment=_KEYED),
    Column("birth_date_hash", LargeBinary, comment=_KEYED),
    Column("ssn_hash", LargeBinary, comment=_KEYED),
    Column("address_state", Text, nullable=False, info=_LOCATION, comment="empty: no address"),
    comment="participants, as the case service tells them",
)
Index("ix_known_participant_participant_number", known_participant.c.participant_number)
Index("ix_known_participant_ssn_hash", known_participant.c.ssn_hash)

known_case = Table(
    "known_case",
    metadata,
    Column("case_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("case_number", Text, nullable=False, info=_PERSONAL),
    Column("obligor_id", UUID(as_uuid=False)),
    Column("obligee_id", UUID(as_uuid=False)),
    comment="who is party of what, as the case service tells it",
)
Index("ix_known_case_obligor_id", known_case.c.obligor_id)
Index("ix_known_case_obligee_id", known_case.c.obligee_id)

known_party = Table(
    "known_party",
    metadata,
    Column(
        "case_id",
        UUID(as_uuid=False),
        ForeignKey("known_case.case_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("participant_id", UUID(as_uuid=False), primary_key=True),
    Column("until", Date, comment="unset while it lasts"),
    comment="who else is party of a case: caretakers, other parents, alleged fathers; no children",
)
Index("ix_known_party_participant_id", known_party.c.participant_id)

enablement = Table(
    "enablement",
    metadata,
    Column("participant_id", UUID(as_uuid=False), primary_key=True),
    Column("email_hash", LargeBinary, nullable=False, comment=_KEYED),
    Column("enabled_on", Date, nullable=False),
    Column("enabled_by", Text, nullable=False),
    Column("eligible_from", Date, nullable=False),
    comment="a worker verified the date of birth and recorded the e-mail; the newest counts",
)

access = Table(
    "access",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column(
        "account_id",
        UUID(as_uuid=False),
        ForeignKey("account.account_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("participant_id", UUID(as_uuid=False), nullable=False),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("end_time", DateTime(timezone=True)),
    Column("ended_by", Text, nullable=False, server_default=text("''")),
    Column("reason", LargeBinary, comment="encrypted", info=_PERSONAL),
    comment="which account sees whose cases; one account for a participant",
)
Index("ix_access_account_id", access.c.account_id)
Index(
    "uq_access_participant_id",
    access.c.participant_id,
    unique=True,
    postgresql_where=access.c.end_time.is_(None),
)

key_request = Table(
    "key_request",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column(
        "account_id",
        UUID(as_uuid=False),
        ForeignKey("account.account_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("state", Text, nullable=False),
    Column("ask_time", DateTime(timezone=True), nullable=False),
    Column("content", LargeBinary, comment="encrypted JSON, until it is looked at", info=SECRET),
    Column("participant_id", UUID(as_uuid=False), comment="unset when nobody matched"),
    Column("slow_hash", Text, nullable=False, server_default=text("''"), info=SECRET),
    Column("sent_on", Date),
    Column("expire_on", Date, comment="last day that the key can be used"),
    Column("reminded_on", Date),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    CheckConstraint(
        "state IN ('asked', 'unmatched', 'waiting', 'sent', 'superseded', 'used', 'expired')",
        name="state",
    ),
)
Index("ix_key_request_account_id", key_request.c.account_id, key_request.c.ask_time)
Index("ix_key_request_participant_id", key_request.c.participant_id, key_request.c.ask_time)
Index(
    "ix_key_request_open",
    key_request.c.id,
    postgresql_where=key_request.c.state.in_(("asked", "waiting", "sent")),
)
