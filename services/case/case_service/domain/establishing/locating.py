"""Finding a person: which sources are still to be asked, and when locating has done what it must.

45 CFR 303.3(b): all appropriate sources within 75 days, then quarterly or at once on new
information; a quarterly attempt asks the State's workforce files at the least.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from policy import Policy

ALL_SOURCES = "locate.appropriate_sources"
QUARTERLY_SOURCES = "locate.quarterly_sources"
OTHER = "other"
FIRST, AGAIN, NEW_INFORMATION = "first", "again", "new_information"


@dataclass(frozen=True, slots=True)
class Location:
    """Where somebody, his employer or what he owns can be found.

    `kind`: residence, mailing, employer, phone, email, asset, incarceration.
    """

    location_id: str
    kind: str
    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    name: str = ""
    """Of an employer, institution or bank."""
    value: str = ""
    """A phone number, an e-mail address, or what the asset is."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A source that was asked in a round; without an outcome it has not answered.

    `outcome`: found, nothing, not_appropriate.
    """

    source: str
    round: int
    asked_on: date
    answered_on: date | None = None
    outcome: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """One attempt at locating: the first, a quarterly one, or one for new information."""

    number: int
    kind: str
    begun_on: date
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class LocateRequest:
    """Locating one person for one case. `state`: searching, waiting, located, ended."""

    locate_id: str
    case_id: str
    participant_id: str
    needed_on: date
    state: str
    rounds: tuple[Round, ...]
    inquiries: tuple[Inquiry, ...] = ()
    located_on: date | None = None

    @property
    def round(self) -> Round:
        """The attempt that goes on, or went on last."""
        return self.rounds[-1]


def required_sources(kind: str, begun_on: date, law: Policy) -> tuple[str, ...]:
    """Return the sources that an attempt of a kind has to ask."""
    rule = QUARTERLY_SOURCES if kind == AGAIN else ALL_SOURCES
    return tuple(source for source in law.codes(rule, begun_on) if source != OTHER)


def known_sources(on: date, law: Policy) -> tuple[str, ...]:
    """Return every source that can be asked."""
    return law.codes(ALL_SOURCES, on)


def unasked(request: LocateRequest, law: Policy) -> tuple[str, ...]:
    """Return the sources that the present attempt has yet to ask, or to find not appropriate."""
    now = request.round
    done = {i.source for i in request.inquiries if i.round == now.number}
    return tuple(s for s in required_sources(now.kind, now.begun_on, law) if s not in done)


def unanswered(request: LocateRequest) -> tuple[str, ...]:
    """Return the sources of the present attempt that have not answered."""
    return tuple(
        i.source for i in request.inquiries if i.round == request.round.number and not i.outcome
    )


def is_exhausted(request: LocateRequest, law: Policy) -> bool:
    """Whether every source that the attempt has to ask was asked and answered, without success."""
    return not unasked(request, law) and not unanswered(request)


def next_round(rounds: Sequence[Round], kind: str, on: date) -> Round:
    """Return the attempt that follows."""
    return Round(len(rounds) + 1, kind, on)
