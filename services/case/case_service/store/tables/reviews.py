"""Reviews of orders, incarcerations, and the closing and reopening of cases."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from case_service.store.tables.core import metadata

_PERSONAL = {"data_class": "personal"}
_IDS = ARRAY(UUID(as_uuid=False), dimensions=1)
_CODES = ARRAY(Text, dimensions=1)

review = Table(
    "review",
    metadata,
    Column("review_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False),
    Column("order_id", UUID(as_uuid=False), nullable=False, index=True),
    Column("origin", Text, nullable=False),
    Column("requested_by", ForeignKey("participant.participant_id"), comment="null: the State"),
    Column("requested_on", Date, nullable=False),
    Column("located_on", Date, comment="the other parent, when that was after the request"),
    Column("regular", Boolean, nullable=False, comment="the cycle was over: no proof is needed"),
    Column("grounds", _CODES, nullable=False),
    Column("document_ids", _IDS, nullable=False),
    Column("statement", LargeBinary, info=_PERSONAL, comment="encrypted: the requester's words"),
    Column("state", Text, nullable=False),
    Column("state_on", Date, nullable=False),
    Column("decide_by", Date, nullable=False),
    Column("begins_on", Date, comment="when both parents have had their time to hand in"),
    Column("reasons", LargeBinary, info=_PERSONAL, comment="encrypted: what both parents are told"),
    Column("contest_by", Date),
    Column("filed_on", Date, comment="of the motion or agreed order"),
    Column("notice_on", Date, comment="the other parent had notice of it"),
    Column("earliest_effective", Date, comment="no change may reach behind it"),
    Column("court_number", Text, nullable=False),
    Column("finished_on", Date),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(
        "origin IN ('party', 'worker', 'cycle', 'incarceration', 'agency')", name="origin"
    ),
    CheckConstraint(
        "state IN ('requested', 'refused', 'under_review', 'no_change', 'agreed_order',"
        " 'motion_filed', 'modified', 'motion_denied', 'withdrawn')",
        name="state",
    ),
)
Index("ix_review_case_id_review_id", review.c.case_id, review.c.review_id)
Index(
    "uq_review_under_way",
    review.c.order_id,
    unique=True,
    postgresql_where=text("state IN ('requested', 'under_review', 'agreed_order', 'motion_filed')"),
)

review_income = Table(
    "review_income",
    metadata,
    Column("income_id", UUID(as_uuid=False), primary_key=True),
    Column("review_id", ForeignKey("review.review_id"), nullable=False, index=True),
    Column("participant_id", ForeignKey("participant.participant_id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("content", LargeBinary, nullable=False, info=_PERSONAL, comment="encrypted JSON"),
    Column("document_ids", _IDS, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("recorded_by", Text, nullable=False),
    comment="what shows a parent's income; only added to",
)

review_comparison = Table(
    "review_comparison",
    metadata,
    Column("review_id", ForeignKey("review.review_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("compared_on", Date, nullable=False),
    Column("content", LargeBinary, nullable=False, info=_PERSONAL, comment="encrypted JSON"),
    Column("recorded_by", Text, nullable=False),
    comment="the guidelines against the order, at each comparison; only added to",
)

review_notice = Table(
    "review_notice",
    metadata,
    Column("case_id", ForeignKey("support_case.case_id"), primary_key=True),
    Column("on_date", Date, primary_key=True),
    Column("kind", Text, nullable=False),
    CheckConstraint("kind IN ('cycle', 'incarceration')", name="kind"),
    comment="when both parents of a case were told of their right to a review",
)

incarceration = Table(
    "incarceration",
    metadata,
    Column("incarceration_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("participant_id", ForeignKey("participant.participant_id"), nullable=False, index=True),
    Column("learned_on", Date, nullable=False, info=_PERSONAL),
    Column("since", Date, nullable=False, info=_PERSONAL),
    Column("expected_until", Date, info=_PERSONAL, comment="null: not known"),
    Column("released_on", Date, info=_PERSONAL),
    Column("told_on", Date, comment="both parents were told of their right to a review"),
    Column("recorded_by", Text, nullable=False),
    CheckConstraint("expected_until >= since", name="expected_until"),
    CheckConstraint("released_on >= since", name="released_on"),
)

closure = Table(
    "case_closure",
    metadata,
    Column("closure_id", UUID(as_uuid=False), primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column("ground", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("intended_on", Date, nullable=False),
    Column("recipient_id", ForeignKey("participant.participant_id"), nullable=False),
    Column("notice_on", Date, comment="null: the ground needs no notice"),
    Column("answer_by", Date, comment="the last of the notice's days"),
    Column("wait_told", Boolean, nullable=False, comment="the worker knows that it may be closed"),
    Column("answer", LargeBinary, info=_PERSONAL, comment="encrypted JSON: kind, day, words"),
    Column("evaluation", LargeBinary, nullable=False, info=_PERSONAL, comment="encrypted JSON"),
    Column("closed_on", Date),
    Column("reopened_on", Date),
    Column("reopened_because", Text, nullable=False),
    Column("application_id", UUID(as_uuid=False), comment="that it was reopened for"),
    Column("recorded_by", Text, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(
        "state IN ('intended', 'closed', 'kept_open', 'withdrawn', 'reopened')", name="state"
    ),
    CheckConstraint("(notice_on IS NULL) = (answer_by IS NULL)", name="notice"),
    CheckConstraint("closed_on IS NULL OR answer_by IS NULL OR closed_on > answer_by", name="days"),
)
Index(
    "uq_case_closure_case_id",
    closure.c.case_id,
    unique=True,
    postgresql_where=text("state IN ('intended', 'closed')"),
)

closure_finding = Table(
    "closure_finding",
    metadata,
    Column("finding_id", UUID(as_uuid=False), primary_key=True),
    Column("case_id", ForeignKey("support_case.case_id"), nullable=False, index=True),
    Column("code", Text, nullable=False),
    Column("on_date", Date, nullable=False, comment="the day from which it holds"),
    Column("number", Integer, nullable=False, comment="how many, where the ground counts"),
    Column("statement", LargeBinary, nullable=False, info=_PERSONAL, comment="encrypted"),
    Column("document_ids", _IDS, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("retracted_on", Date),
    Column("retracted_because", LargeBinary, info=_PERSONAL, comment="encrypted"),
    CheckConstraint("number >= 0", name="number"),
    comment="what was proven toward a closing, with its documents (45 CFR 303.11(b))",
)

balance = Table(
    "known_balance",
    metadata,
    Column("obligation_id", UUID(as_uuid=False), primary_key=True),
    Column("bucket", Text, primary_key=True, comment="'current', or the bucket of the arrears"),
    Column("case_id", UUID(as_uuid=False), nullable=False, index=True),
    Column("version", BigInteger, nullable=False),
    Column("due_cents", BigInteger, nullable=False),
    comment="balances, as the payments service tells them",
)
