"""Closing a case: holding it against a ground, telling the recipient, waiting, closing (303.11)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from case_service.domain.model import Case
from policy import Policy

NOTICE_DAYS: Final = "case.closure_notice"

INTENDED: Final = "intended"
CLOSED: Final = "closed"
KEPT_OPEN: Final = "kept_open"
WITHDRAWN: Final = "withdrawn"
REOPENED: Final = "reopened"

INFORMATION: Final = "information"
CONTACT: Final = "contact"
CONSENT: Final = "consent"
KEEPS_OPEN: Final = frozenset({INFORMATION, CONTACT})
"""Answers that keep a case open. Contact alone must do so for lost contact only (303.11(d)(3)); as
a State may keep open what it may close, it does so here for every ground."""

APPLICATION: Final = "application"
NEW_INFORMATION: Final = "new_information"
CLOSED_IN_ERROR: Final = "closed_in_error"


class Verdict(StrEnum):
    """Whether something that a ground asks for is met."""

    MET = "met"
    NOT_MET = "not_met"
    MISSING = "missing"
    """Nobody knows, or nobody has proven it."""


class Told(StrEnum):
    """Who must be told of the intent before (45 CFR 303.11(d)(1), (2), (4))."""

    NOBODY = "nobody"
    RECIPIENT = "recipient"
    INITIATING_AGENCY = "initiating_agency"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a ground asks for, held against a case."""

    title: str
    verdict: Verdict
    detail: str
    finding_code: str = ""
    """What proves it; empty: the case itself shows it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was proven, since when, and how many where the ground counts."""

    code: str
    on_date: date
    number: int = 0


@dataclass(frozen=True, slots=True)
class Arrears:
    """What the ledger says is owed; not known until it has told of each obligation."""

    known: bool
    total_cents: int = 0
    assigned_cents: int = 0
    medical_cents: int = 0
    """Of the total: what is owed of medical support."""


@dataclass(frozen=True, slots=True)
class Locating:
    """What the locate request says: since when, how many sources knew nothing, and how it ended."""

    since: date
    sources_in_vain: int
    located_on: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a case when it is held against the grounds."""

    case: Case
    arrears: Arrears
    births: Mapping[str, date | None]
    """By child of the case."""
    findings: Mapping[str, Finding] = field(default_factory=dict)
    incarcerated_until: date | None = None
    """Of an obligor who is incarcerated, when that is known."""
    locating: Locating | None = None


Requirement = Callable[[Facts, Policy, date], Check]


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground of 45 CFR 303.11: what it asks for, and who must be told before."""

    code: str
    """Its number in paragraph (b), for example "7(ii)"; "c" for paragraph (c)."""
    title: str
    told: Told
    requirements: tuple[Requirement, ...]
    mandatory: bool = False
    """The agency must close, not only may."""

    @property
    def paragraph(self) -> str:
        """The number alone: "7" of "7(ii)"."""
        return self.code.split("(", 1)[0]

    @property
    def citation(self) -> str:
        """The authority."""
        if self.mandatory:
            return f"45 CFR 303.11({self.code})"
        number, _, rest = self.code.partition("(")
        return f"45 CFR 303.11(b)({number})" + (f"({rest}" if rest else "")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A ground held against a case."""

    ground: Ground
    checks: tuple[Check, ...]

    @property
    def verdict(self) -> Verdict:
        """Met only when each thing is; not met as soon as one is not."""
        found = {check.verdict for check in self.checks}
        if Verdict.NOT_MET in found:
            return Verdict.NOT_MET
        return Verdict.MISSING if Verdict.MISSING in found else Verdict.MET

    def open_points(self) -> tuple[str, ...]:
        """Say what stands in the way."""
        return tuple(
            f"{check.title}: {check.detail}"
            for check in self.checks
            if check.verdict is not Verdict.MET
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a notice."""

    kind: str
    answered_on: date
    statement: str


@dataclass(frozen=True, slots=True)
class Closure:
    """A closing, from the intent on."""

    closure_id: str
    case_id: str
    ground: str
    state: str
    intended_on: date
    recipient_id: str
    checks: tuple[Check, ...]
    notice_on: date | None = None
    answer_by: date | None = None
    """The last of the notice's days; it may be closed after that."""
    answer: Answer | None = None
    closed_on: date | None = None
    reopened_on: date | None = None
    reopened_because: str = ""
    application_id: str = ""
    wait_told: bool = False
    """The worker knows that the days are over."""


def evaluate(ground: Ground, facts: Facts, law: Policy, on: date) -> Evaluation:
    """Hold a ground against a case."""
    return Evaluation(ground, tuple(ask(facts, law, on) for ask in ground.requirements))


def needs_notice(ground: Ground) -> bool:
    """Whether somebody must be told, and given his days, before the case is closed."""
    return ground.told is not Told.NOBODY


def may_close(closure: Closure, on: date) -> bool:
    """Whether the notice's days are over, where there are any, and nothing speaks against it."""
    if closure.state != INTENDED or (closure.answer and closure.answer.kind in KEEPS_OPEN):
        return False
    return closure.answer_by is None or on > closure.answer_by


def came_in_time(closure: Closure, answered_on: date) -> bool:
    """Whether an answer keeps the case open: until it is closed the regulation sets no last day.

    One that came before the closing and was recorded after it undoes the closing.
    """
    if closure.state == INTENDED:
        return True
    return closure.closed_on is not None and answered_on < closure.closed_on


def any_of(title: str, *requirements: Requirement) -> Requirement:
    """Return a requirement that is met as soon as one of these is."""

    def ask(facts: Facts, law: Policy, on: date) -> Check:
        found = [requirement(facts, law, on) for requirement in requirements]
        return Check(title, _best(found), _details(found), _codes(found))

    return ask


def _best(found: Sequence[Check]) -> Verdict:
    verdicts = [check.verdict for check in found]
    return min(verdicts, key=[Verdict.MET, Verdict.MISSING, Verdict.NOT_MET].index)


def _details(found: Sequence[Check]) -> str:
    met = [check.detail for check in found if check.verdict is Verdict.MET]
    return met[0] if met else "; or ".join(check.detail for check in found)


def _codes(found: Sequence[Check]) -> str:
    """The one that proves it, else the first that would."""
    met = [check for check in found if check.verdict is Verdict.MET]
    codes = [check.finding_code for check in met or found if check.finding_code]
    return codes[0] if codes else ""
