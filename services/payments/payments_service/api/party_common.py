"""What the methods for parents have in common: who asks, whose case it is, the days of payments."""

from dataclasses import dataclass
from datetime import date, timedelta

from chassis.errors import invalid_field, not_found
from chassis.runtime import Work
from payments_service.actions.disbursing import CALENDAR
from payments_service.actions.gathering import effective_date
from payments_service.api.fields import given_id
from payments_service.domain.my_payments import Role, Viewer
from payments_service.store import party, party_accounts
from payments_service.store.party import Side
from policy import Audience, load

ARRIVED = "disbursement.arrived"
LANGUAGES = {"": Audience.PARENT, "en": Audience.PARENT, "es": Audience.PARENT_ES}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and the cases that he pays or receives in."""

    participant_id: str
    sides: tuple[Side, ...]

    def side(self, case_id: str, field: str = "case_id") -> Side:
        """Return the side of a case. Raises NOT_FOUND for one that he is no part of."""
        id_ = given_id(case_id, field)
        for side in self.sides:
            if side.case_id == id_:
                return side
        raise not_found("case", id_)

    @property
    def paying(self) -> list[Side]:
        """The cases that he pays in."""
        return [side for side in self.sides if side.role == Role.PAYER]

    @property
    def receiving(self) -> list[Side]:
        """The cases that he receives in."""
        return [side for side in self.sides if side.role == Role.RECEIVER]


def asker(work: Work, participant_id: str) -> Asker:
    """Return who asks; the chassis has seen to it that it is the one who is logged in."""
    id_ = given_id(participant_id, "participant_id")
    return Asker(id_, tuple(party.sides(work.session, id_)))


def audience_in(language: str) -> Audience:
    """Return a parent who reads a language. Raises INVALID_FIELD for one that we do not write."""
    if language not in LANGUAGES:
        raise invalid_field("language", f'must be "en" or "es"; read {language[:10]!r}')
    return LANGUAGES[language]


def viewer(work: Work, who: Asker, role: Role) -> Viewer:
    """Return somebody as the one who looks at payments of one side."""
    policy = load(work.settings.jurisdiction)

    def arrived(sent_on: date) -> date:
        return policy.due_date(ARRIVED, effective_date(policy, sent_on))

    return Viewer(who.participant_id, role, work.clock.today(), arrived)


def next_run_on(work: Work, settled_on: date | None = None) -> date:
    """Return the next day that payments go out on; `settled_on`: money that goes is there then."""
    banks = load(work.settings.jurisdiction).calendar(CALENDAR)
    today = work.clock.today()
    if party_accounts.is_run(work.session, today):
        today += timedelta(days=1)
    return banks.add_business_days(max(today, settled_on or today), 0)
