"""The cases of a party."""

from case_service.domain.desk.access import parties
from case_service.domain.model import Case
from case_service.store import cases
from case_service.store import parties as store
from chassis.runtime import Work

MAX_CASES = 100


def cases_of(work: Work, participant_id: str) -> list[Case]:
    """Return the cases that somebody is a party of today, the latest number first."""
    parts = store.parts_of(work.session, participant_id)
    found = cases.read(work.session, sorted({part.case_id for part in parts}))
    today = work.clock.today()
    mine = [one.case for one in found if participant_id in parties(one.case, today)]
    return sorted(mine, key=lambda case: case.case_number, reverse=True)[:MAX_CASES]
