"""The 90 days for an order where a parent need not be located first (45 CFR 303.4(d), 303.3(a))."""

from collections.abc import Mapping
from datetime import date

import policy
from case_service.actions import clocks
from case_service.domain.model import Case, Participant
from case_service.store import locating, participants
from chassis.runtime import Work

SUFFICES = "locate.given_place_suffices"
ORDER = "establish_order"


def begin_orders(work: Work, case: Case, people: Mapping[str, date]) -> None:
    """Start the 90 days for each of those who may owe whose home or employer is on record.

    `people`: since when the case has, or first had, each. From that day on he counts as located,
    until locating him is begun.
    """
    today = work.clock.today()
    wanted = case.case_type == "iv_d" and case.status == "open" and not case.orders
    if not wanted or not policy.load(work.settings.jurisdiction).flag(SUFFICES, today):
        return
    for known in participants.read(work.session, work.keys, sorted(people)):
        participant_id = known.participant.participant_id
        if _has_place(known.participant) and not locating.open_for(
            work.session, case.case_id, participant_id
        ):
            on = people[participant_id]
            clocks.start(work, case.case_id, ORDER, on, about_id=participant_id)


def _has_place(person: Participant) -> bool:
    return person.died_on is None and (person.address is not None or person.employer is not None)
