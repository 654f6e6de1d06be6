"""What is recorded about a child's parentage. A fact stays; what it comes to is in `paternity`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Mother:
    """Who bore the child."""

    mother_id: str


@dataclass(frozen=True, slots=True)
class Alleged:
    """Somebody says that this man is the father."""

    father_id: str


@dataclass(frozen=True, slots=True)
class Marriage:
    """The mother's marriage; `ended_on` by death, divorce or annulment."""

    husband_id: str
    wife_id: str
    married_on: date
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgment:
    """Mother and father signed a voluntary acknowledgment (42 USC 666(a)(5)(C))."""

    mother_id: str
    father_id: str
    mother_signed_on: date
    father_signed_on: date

    @property
    def completed_on(self) -> date:
        """The day from which both had signed."""
        return max(self.mother_signed_on, self.father_signed_on)

    @property
    def signatories(self) -> tuple[str, str]:
        """Who signed."""
        return self.mother_id, self.father_id


@dataclass(frozen=True, slots=True)
class Rescission:
    """A signatory took an acknowledgment back."""

    acknowledgment_id: str
    by_id: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """Somebody asks a court to set an acknowledgment aside."""

    acknowledgment_id: str
    by_id: str
    ground: str


@dataclass(frozen=True, slots=True)
class Action:
    """An action to establish paternity was filed on the day of the fact."""

    father_id: str
    court_number: str = ""
    process_id: str = ""
    """The petition; empty for one that is not served from here."""


@dataclass(frozen=True, slots=True)
class ActionEnded:
    """The actions of a petition ended without a finding: dismissed or withdrawn."""

    process_id: str
    disposition: str


@dataclass(frozen=True, slots=True)
class Proceeding:
    """An administrative or judicial proceeding about the child took place."""

    party_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GeneticTest:
    """A test of mother, child and this man was ordered."""

    father_id: str


@dataclass(frozen=True, slots=True)
class GeneticAppointment:
    """When and where samples are taken: local time, and a laboratory's or office's place."""

    test_id: str
    at: str
    place: str


@dataclass(frozen=True, slots=True)
class GeneticResult:
    """What a test came to: the man is excluded, or the probability in percent ("99.98")."""

    test_id: str
    excluded: bool
    probability: str = ""
    laboratory: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A court, or another State, found that a man is or is not the father.

    `basis`: order, default, other_state.
    """

    father_id: str
    is_father: bool
    basis: str
    court_number: str = ""
    state: str = ""
    process_id: str = ""


@dataclass(frozen=True, slots=True)
class NotPursued:
    """The agency does not pursue paternity (45 CFR 303.5(b)); an empty ground takes it up again."""

    ground: str


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A fact was recorded in error and no longer counts."""

    fact_id: str
    reason: str


Fact = (
    Mother
    | Alleged
    | Marriage
    | Acknowledgment
    | Rescission
    | Challenge
    | Action
    | ActionEnded
    | Proceeding
    | GeneticTest
    | GeneticAppointment
    | GeneticResult
    | Finding
    | NotPursued
    | Withdrawal
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact about a child, the day that it is about, and where and when it was recorded."""

    fact_id: str
    child_id: str
    case_id: str
    on_date: date
    fact: Fact
    recorded_by: str = ""
    recorded_at: datetime | None = None


def valid(recorded: Sequence[Recorded]) -> list[Recorded]:
    """Return the facts that were not withdrawn, in the order of their days."""
    gone = {r.fact.fact_id for r in recorded if isinstance(r.fact, Withdrawal)}
    kept = [r for r in recorded if r.fact_id not in gone and not isinstance(r.fact, Withdrawal)]
    return sorted(kept, key=lambda r: r.on_date)


def actions(recorded: Sequence[Recorded]) -> list[tuple[date, Action]]:
    """Return the actions that were neither withdrawn nor ended without a finding, by their days."""
    known = valid(recorded)
    ended = {r.fact.process_id for r in known if isinstance(r.fact, ActionEnded)}
    return [
        (r.on_date, r.fact)
        for r in known
        if isinstance(r.fact, Action) and (not r.fact.process_id or r.fact.process_id not in ended)
    ]


def named_father(fact: Fact) -> str:
    """Return the man whom a fact is about; empty when it is about none."""
    match fact:
        case Marriage(husband_id=husband_id):
            return husband_id
        case (
            Alleged(father_id=father_id)
            | Acknowledgment(father_id=father_id)
            | Action(father_id=father_id)
            | GeneticTest(father_id=father_id)
            | Finding(father_id=father_id)
        ):
            return father_id
        case _:
            return ""


def named_mother(fact: Fact) -> str:
    """Return the mother whom a fact names; empty when it names none."""
    match fact:
        case Marriage(wife_id=mother_id) | Mother(mother_id=mother_id):
            return mother_id
        case Acknowledgment(mother_id=mother_id):
            return mother_id
        case _:
            return ""
