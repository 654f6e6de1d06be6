"""Whether money was sent out in time (42 USC 654b(c)(1); 45 CFR 302.32(b), 308.2(d))."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import NamedTuple

from payments_service.domain.model import Payee, Source, month_of, next_month
from policy import Policy

FAMILY = "sdu.disburse"
FAMILY_ON_ASSISTANCE = "sdu.disburse_assistance_family"
OFFSET = "sdu.offset"
AFTER_APPEAL = "sdu.offset_after_appeal"
OTHER_STATE = "sdu.forward"
FOSTER_CARE = "sdu.foster_care_agency"
FROM_END_OF_MONTH = frozenset({FAMILY_ON_ASSISTANCE, FOSTER_CARE})
APPEAL = "appeal"

NO_LIMIT = "no_time_limit"
ANEW = "distributed_anew"
NOT_DUE = "not_due_yet"
HELD = "held: {}"


class Outcome(IntEnum):
    """What became of a part."""

    IN_TIME = 1
    LATE = 2
    NOT_COUNTED = 3


class Sent(NamedTuple):
    """Parts that are alike in all that decides. `received`: the day that the money came in.

    `identified`: when it was known whose it is, if it was in suspense first; `released`: when it
    was let go, if it was held, for `hold_reason`; `sent` None: still here; `anew`: the receipt was
    distributed again after it was posted.
    """

    payee: int
    received: date
    identified: date | None
    released: date | None
    hold_reason: str
    on_assistance: bool
    source: int
    anew: bool
    sent: date | None


@dataclass(frozen=True, slots=True)
class Judged:
    """The time that a part had, and what became of it. `reason`: why it is not counted."""

    outcome: Outcome
    rule_id: str
    start: date
    due: date | None
    reason: str


def rule_of(part: Sent) -> str:
    """Return the rule that gives the time; empty where there is no limit."""
    offset = part.source == Source.FEDERAL_TAX_OFFSET
    if part.payee not in {Payee.FAMILY, Payee.FOSTER_CARE, Payee.OTHER_STATE}:
        return ""
    if part.payee == Payee.OTHER_STATE:
        return OTHER_STATE
    if offset:
        return AFTER_APPEAL if part.released and part.hold_reason == APPEAL else OFFSET
    if part.payee == Payee.FOSTER_CARE:
        return FOSTER_CARE
    return FAMILY_ON_ASSISTANCE if part.on_assistance else FAMILY


def judge(policy: Policy, part: Sent, today: date) -> Judged:
    """Return whether a part was sent out in time; `today`: for what is still here.

    The time runs from receipt, or from the day on which it was known whose the money is, or on
    which a hold ended (rule sdu.timeliness_clock; unverified).
    """
    start = max(day for day in (part.received, part.identified, part.released) if day)
    rule_id = rule_of(part)
    if not rule_id:
        return Judged(Outcome.NOT_COUNTED, "", start, None, NO_LIMIT)
    if part.hold_reason and part.released is None:
        return Judged(Outcome.NOT_COUNTED, rule_id, start, None, HELD.format(part.hold_reason))
    begins = start
    if rule_id in FROM_END_OF_MONTH:
        begins = date.fromordinal(next_month(month_of(start)).toordinal() - 1)
    due = policy.due_date(rule_id, begins)
    if part.anew:
        return Judged(Outcome.NOT_COUNTED, rule_id, start, due, ANEW)
    if part.sent is None and due >= today:
        return Judged(Outcome.NOT_COUNTED, rule_id, start, due, NOT_DUE)
    in_time = part.sent is not None and part.sent <= due
    return Judged(Outcome.IN_TIME if in_time else Outcome.LATE, rule_id, start, due, "")
