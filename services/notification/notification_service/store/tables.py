"""The tables of the notification service: whom it knows, what they were told, their letters."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from chassis.tables import NAMING

metadata = MetaData(naming_convention=NAMING)

_PERSONAL = {"data_class": "personal"}
_LOCATION = {"data_class": "location"}

known_participant = Table(
    "known_participant",
    metadata,
    Column("participant_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("first_name", Text, nullable=False, info=_PERSONAL),
    Column("last_name", Text, nullable=False, info=_PERSONAL),
    Column("language", Text, nullable=False),
    Column("protected", Boolean, nullable=False, comment="family violence indicator"),
    Column("email_notices", Boolean, nullable=False, comment="chosen, and there is an address"),
    Column(
        "contact",
        LargeBinary,
        info=_LOCATION,
        comment="encrypted JSON: address, e-mail; read only for what goes to this participant",
    ),
    comment="participants, as the case service tells them",
)

known_case = Table(
    "known_case",
    metadata,
    Column("case_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("obligor_id", UUID(as_uuid=False), nullable=False),
    Column("obligee_id", UUID(as_uuid=False), nullable=False),
    comment="who is party of what, as the case service tells it",
)

known_employer = Table(
    "known_employer",
    metadata,
    Column("employer_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("contact_email", Text, nullable=False),
    Column("address_line1", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("zip_code", Text, nullable=False),
    comment="employers, as the withholding service tells them",
)

inbox_entry = Table(
    "inbox_entry",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("entry_id", UUID(as_uuid=False), nullable=False, unique=True),
    Column("participant_id", UUID(as_uuid=False), comment="unset until the case is known"),
    Column("case_id", UUID(as_uuid=False), comment="the reader is its obligee"),
    Column("kind", Text, nullable=False),
    Column("about_id", UUID(as_uuid=False), nullable=False, comment="receipt or disbursement"),
    Column("facts", LargeBinary, nullable=False, info=_LOCATION, comment="encrypted JSON"),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("email_state", Text, nullable=False, comment="the entry is its own place in the queue"),
    Column("email_attempts", Integer, nullable=False, server_default=text("0")),
    Column("email_due_at", DateTime(timezone=True), nullable=False),
    Column(
        "read_time", DateTime(timezone=True), comment="when its reader opened it; the first time"
    ),
    CheckConstraint("participant_id IS NOT NULL OR case_id IS NOT NULL", name="reader"),
    CheckConstraint(
        "email_state IN ('undecided', 'not_chosen', 'off', 'queued', 'sent', 'failed')",
        name="email_state",
    ),
)
Index("ix_inbox_entry_participant_id_id", inbox_entry.c.participant_id, inbox_entry.c.id)
Index(
    "ix_inbox_entry_unread",
    inbox_entry.c.participant_id,
    inbox_entry.c.id,
    postgresql_where=inbox_entry.c.read_time.is_(None),
)
Index(
    "ix_inbox_entry_undecided",
    inbox_entry.c.id,
    postgresql_where=inbox_entry.c.email_state == "undecided",
)
Index(
    "ix_inbox_entry_mail_queue",
    inbox_entry.c.email_due_at,
    postgresql_where=inbox_entry.c.email_state == "queued",
)

letter = Table(
    "letter",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("letter_id", UUID(as_uuid=False), nullable=False, unique=True),
    Column("participant_id", UUID(as_uuid=False), comment="unset until the case is known"),
    Column("employer_id", UUID(as_uuid=False)),
    Column("case_id", UUID(as_uuid=False), comment="the reader is its obligor"),
    Column("kind", Text, nullable=False),
    Column(
        "about_id",
        UUID(as_uuid=False),
        nullable=False,
        comment="receipt, disbursement or submission",
    ),
    Column("facts", LargeBinary, nullable=False, info=_LOCATION, comment="encrypted JSON"),
    Column("queue_time", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("issue_time", DateTime(timezone=True)),
    Column("pdf", LargeBinary, info=_LOCATION, comment="encrypted base64"),
    CheckConstraint(
        "num_nonnulls(participant_id, employer_id) = 1 OR case_id IS NOT NULL", name="reader"
    ),
    CheckConstraint(
        "state IN ('waiting', 'issued', 'combined', 'no_address', 'failed')", name="state"
    ),
    CheckConstraint("(state = 'issued') = (pdf IS NOT NULL)", name="pdf"),
)
Index("ix_letter_waiting", letter.c.id, postgresql_where=letter.c.state == "waiting")
Index(
    "ix_letter_participant_id_id",
    letter.c.participant_id,
    letter.c.id,
    postgresql_where=letter.c.state == "issued",
)
Index("ix_letter_issued", letter.c.id, postgresql_where=letter.c.state == "issued")

account_mail = Table(
    "account_mail",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("notice_id", UUID(as_uuid=False), nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column(
        "content",
        LargeBinary,
        info=_LOCATION,
        comment="encrypted JSON: address, code, link; gone once it is sent or given up",
    ),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("expire_time", DateTime(timezone=True), comment="not sent after that"),
    CheckConstraint("state IN ('queued', 'off', 'sent', 'failed', 'expired')", name="state"),
    CheckConstraint("(state = 'queued') = (content IS NOT NULL)", name="content"),
    comment="mail about accounts: it goes to an address, whether or not a participant has it",
)
Index(
    "ix_account_mail_queued",
    account_mail.c.due_at,
    postgresql_where=account_mail.c.state == "queued",
)
