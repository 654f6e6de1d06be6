"""Disputes: a party says that a balance is wrong; he gets a written answer.

45 CFR 303.35 asks the agency for a procedure that lets an individual contest what it does.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

OPEN: Final = "open"
PROPOSED: Final = "proposed"
ANSWERED: Final = "answered"
WITHDRAWN: Final = "withdrawn"

CITATION: Final = "45 CFR 303.35"
LAST_ROUND: Final = 2
"""A dispute is reopened once; what is said after that goes to a court or a hearing officer."""

TEXT_CHARACTERS_MAX: Final = 5_000
MAX_DOCUMENTS: Final = 20
REFERENCE_ITEMS_MAX: Final = 50
REFERENCE_CHARACTERS_MAX: Final = 64
MAX_EXPECTED_CENTS: Final = 100_000_000_000

DECISIONS: Final = frozenset({"for", "against", "partly"})


@dataclass(frozen=True, slots=True)
class Round:
    """What was said, and what was answered to it."""

    number: int
    stated_on: date
    statement: str
    decision: str = ""
    answer: str = ""
    reasons: str = ""
    decided_by: str = ""
    confirmed_by: str = ""
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """What a party disputes."""

    dispute_id: str
    version: int
    case_id: str
    participant_id: str
    state: str
    expected_cents: int | None
    first_month: date | None
    last_month: date | None
    answer_by: date
    created_at: datetime
    rounds: tuple[Round, ...]
    document_ids: tuple[str, ...] = ()
    reference_ids: tuple[str, ...] = ()

    @property
    def last(self) -> Round:
        """The round that is being worked on, or was last."""
        return self.rounds[-1]


@dataclass(frozen=True, slots=True)
class Answer:
    """A written answer."""

    decision: str
    text: str
    reasons: str


def months_problem(first: date | None, last: date | None, today: date) -> str:
    """Return what is wrong with the months that a dispute names; empty when nothing is."""
    if (first is None) != (last is None):
        return "name the first and the last month, or neither"
    if first is None or last is None:
        return ""
    if last < first:
        return "the last month must not be before the first"
    if first > today:
        return "must not lie in the future"
    return ""


def answered(dispute: Dispute, answer: Answer, by: str, *, on: date | None) -> Dispute:
    """Return a dispute with its answer; `on` None: it waits for a second person."""
    last = replace(
        dispute.last,
        decision=answer.decision,
        answer=answer.text,
        reasons=answer.reasons,
        decided_by=by,
        answered_on=on,
    )
    return _with_last(dispute, last, PROPOSED if on is None else ANSWERED)


def confirmed(dispute: Dispute, by: str, on: date) -> Dispute:
    """Return a dispute whose answer somebody else has confirmed."""
    return _with_last(dispute, replace(dispute.last, confirmed_by=by, answered_on=on), ANSWERED)


def returned(dispute: Dispute) -> Dispute:
    """Return a dispute whose proposed answer was sent back."""
    last = dispute.last
    blank = Round(last.number, last.stated_on, last.statement)
    return _with_last(dispute, blank, OPEN)


def reopened(
    dispute: Dispute, statement: str, documents: tuple[str, ...], on: date, answer_by: date
) -> Dispute:
    """Return a dispute that is asked about once more."""
    following = Round(dispute.last.number + 1, on, statement)
    return replace(
        dispute,
        version=dispute.version + 1,
        state=OPEN,
        answer_by=answer_by,
        rounds=(*dispute.rounds, following),
        document_ids=tuple(sorted({*dispute.document_ids, *documents})),
    )


def seen_by_party(dispute: Dispute) -> Dispute:
    """Return what the party sees: no worker's name, no reference, no answer before its time."""
    rounds = tuple(
        replace(one, decided_by="", confirmed_by="")
        if one.answered_on
        else Round(one.number, one.stated_on, one.statement)
        for one in dispute.rounds
    )
    state = OPEN if dispute.state == PROPOSED else dispute.state
    return replace(dispute, state=state, rounds=rounds, reference_ids=())


def _with_last(dispute: Dispute, last: Round, state: str) -> Dispute:
    rounds = (*dispute.rounds[:-1], last)
    return replace(dispute, version=dispute.version + 1, state=state, rounds=rounds)
