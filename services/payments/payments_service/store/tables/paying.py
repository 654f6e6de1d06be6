"""How payees are paid, and what becomes of payments afterwards. Every key carries `payee_id`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import UUID

from payments_service.store.tables.base import PERSONAL, SECRET, metadata

IN_FORCE = 2
WAITING = 1

disbursement_step = Table(
    "disbursement_step",
    metadata,
    Column("business_date", Date, primary_key=True),
    Column("stage", SmallInteger, primary_key=True, autoincrement=False),
    Column("part", SmallInteger, primary_key=True, autoincrement=False),
    Column("after", Text, nullable=False, server_default="", comment="where its last page ended"),
    Column("items", BigInteger, nullable=False, server_default="0", comment="what it came to"),
    Column("done_at", DateTime(timezone=True)),
    ForeignKeyConstraint(["business_date"], ["disbursement_run.business_date"]),
    comment="what a run consists of; a worker takes one by its row lock",
)

to_pay = Table(
    "to_pay",
    metadata,
    Column("business_date", Date, primary_key=True),
    Column("payee_id", UUID(as_uuid=False), primary_key=True),
    Column("lane", SmallInteger, primary_key=True, autoincrement=False),
    Column("payee_kind", SmallInteger, nullable=False),
    Column("parts_cents", BigInteger, nullable=False),
    Column("recouped_cents", BigInteger, nullable=False),
    Column("reissued_cents", BigInteger, nullable=False),
    Column("method", SmallInteger, nullable=False, comment="as it was when gathered, as the rest"),
    Column("payee_name", Text, nullable=False, info=PERSONAL),
    Column("payment", LargeBinary, info=SECRET, comment="account and address; encrypted"),
    Column("account_hash", LargeBinary),
    comment="what a run has gathered for a payee out of a lane, until it is cut into a payment",
)

recoupment = Table(
    "recoupment",
    metadata,
    Column("payee_id", UUID(as_uuid=False), primary_key=True),
    Column("disbursement_id", UUID(as_uuid=False), primary_key=True),
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("claim_id", UUID(as_uuid=False), primary_key=True),
    Column("amount_cents", BigInteger, nullable=False),
    CheckConstraint("amount_cents > 0", name="amount"),
    comment="what was kept back from a payment for a claim",
)

came_back = Table(
    "came_back",
    metadata,
    Column("payee_id", UUID(as_uuid=False), primary_key=True),
    Column("disbursement_id", UUID(as_uuid=False), primary_key=True),
    Column("obligor_id", UUID(as_uuid=False), primary_key=True),
    Column("amount_cents", BigInteger, nullable=False),
    Column("cause", Text, nullable=False, comment="the bank's code, or stopped, stale"),
    Column("came_on", Date, nullable=False),
    Column("state", SmallInteger, nullable=False, comment="ReturnedPaymentState"),
    Column("payee_kind", SmallInteger, nullable=False),
    Column("paid_by", UUID(as_uuid=False), comment="the payment that pays it again"),
    CheckConstraint("amount_cents > 0", name="amount"),
    CheckConstraint("state IN (1, 2, 3, 4)", name="state"),
    comment="money of payments that came back, by the obligor that it came from",
)
Index("ix_came_back_waiting", came_back.c.payee_id, postgresql_where=came_back.c.state == WAITING)

payee_account = Table(
    "payee_account",
    metadata,
    Column("payee_id", UUID(as_uuid=False), primary_key=True),
    Column("account_hash", LargeBinary, primary_key=True, comment="keyed hash of the account"),
    Column("state", SmallInteger, nullable=False, comment="1 tested, 2 good, 3 stopped"),
    Column("code", Text, nullable=False, server_default="", comment="the bank's code"),
    Column("changed_on", Date, nullable=False),
    Column("usable_on", Date, comment="after a prenote: the first day of a live entry"),
    Column("prenote", Text, nullable=False, server_default="", comment="its trace number"),
    Column("corrected", LargeBinary, info=SECRET, comment="what the bank says is right"),
    CheckConstraint("state IN (1, 2, 3)", name="state"),
    comment="what the bank says of accounts that payees are paid to",
)
Index("ix_payee_account_prenote", payee_account.c.prenote)

payee_card = Table(
    "payee_card",
    metadata,
    Column("payee_id", UUID(as_uuid=False), primary_key=True),
    Column("card", LargeBinary, nullable=False, info=SECRET, comment="the vendor's id of the card"),
    Column("active", Boolean, nullable=False),
    Column("changed_on", Date, nullable=False),
    Column("changed_by", Text, nullable=False),
    comment="debit cards that the State's vendor keeps",
)

agency = Table(
    "paying_agency",
    metadata,
    Column("payee_id", UUID(as_uuid=False), primary_key=True),
    Column("name", Text, nullable=False, info=PERSONAL),
    Column("fips", Text, nullable=False, comment="of its disbursement unit; empty: abroad"),
    Column("method", SmallInteger, nullable=False, comment="5 CCD+, 2 check"),
    Column("payment", LargeBinary, nullable=False, info=SECRET, comment="account or address"),
    Column("asked_by", Text, nullable=False),
    Column("confirmed_by", Text, nullable=False, server_default="", comment="empty: not in force"),
    Column("changed_on", Date, nullable=False),
    CheckConstraint("method IN (2, 5)", name="method"),
    comment="other States and foreign agencies that are paid; two people record them",
)

redirect = Table(
    "redirect",
    metadata,
    Column("payee_id", UUID(as_uuid=False), primary_key=True),
    Column("redirect_id", UUID(as_uuid=False), primary_key=True),
    Column("case_id", UUID(as_uuid=False), nullable=False),
    Column("to_payee_id", UUID(as_uuid=False), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date),
    Column("proof", Text, nullable=False),
    Column("evidence_id", Text, nullable=False),
    Column("state", SmallInteger, nullable=False, comment="1 asked, 2 in force, 3 refused, 4 over"),
    Column("asked_by", Text, nullable=False),
    Column("asked_on", Date, nullable=False),
    Column("decided_by", Text, nullable=False, server_default=""),
    Column("decided_on", Date),
    CheckConstraint("state IN (1, 2, 3, 4)", name="state"),
    CheckConstraint("to_payee_id <> payee_id", name="other"),
    comment="support of a case that is paid to another caretaker than its obligee",
)
Index("ix_redirect_in_force", redirect.c.case_id, postgresql_where=redirect.c.state == IN_FORCE)

payee_hold = Table(
    "payee_hold",
    metadata,
    Column("payee_id", UUID(as_uuid=False), primary_key=True),
    Column("hold_id", UUID(as_uuid=False), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("note", LargeBinary, info=SECRET, comment="why, in a worker's words; encrypted"),
    Column("placed_by", Text, nullable=False),
    Column("placed_on", Date, nullable=False),
    Column("released_by", Text, nullable=False, server_default=""),
    Column("released_on", Date),
    comment="holds that people place on what a payee is to be paid",
)
Index(
    "ix_payee_hold_open", payee_hold.c.payee_id, postgresql_where=payee_hold.c.released_on.is_(None)
)

bank_item = Table(
    "bank_item",
    metadata,
    Column("payee_id", UUID(as_uuid=False), primary_key=True),
    Column("item_id", UUID(as_uuid=False), primary_key=True),
    Column("kind", Text, nullable=False, comment="return, change, cleared, unknown"),
    Column("code", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("on_date", Date, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("read_on", Date, nullable=False),
    comment="what the bank sent back, each once; of nobody known: under the nil id",
)
