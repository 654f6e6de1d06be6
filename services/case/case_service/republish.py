"""Saying the state of things again, as events: same versions, new event ids."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Protocol

from case_service.actions.recording import tell_participants
from case_service.messages import case_message
from case_service.store import cases, participants
from chassis.events import MAX_PAGE_ITEMS
from chassis.runtime import Work
from childsupport.case.v1.events_pb2 import CasesChanged


class _IdsSince(Protocol):
    def __call__(
        self, session: Any, since: date | None, after: str, limit: int, /
    ) -> list[str]: ...


def republish_participants(work: Work, since: date | None) -> int:
    """Emit the state of every participant changed on or after `since`; returns how many."""
    count = 0
    for page in _pages(participants.ids_since, work, since):
        found = participants.read(work.session, work.keys, page)
        tell_participants(work, found)
        count += len(page)
    return count


def republish_cases(work: Work, since: date | None) -> int:
    """Emit the state of every case changed on or after `since`; returns how many."""
    count = 0
    for page in _pages(cases.ids_since, work, since):
        found = cases.read(work.session, page)
        states = [case_message(s.case, s.version) for s in found]
        work.emit(CasesChanged(cases=states), subject=page[0])
        count += len(page)
    return count


def _pages(ids_since: _IdsSince, work: Work, since: date | None) -> Iterator[list[str]]:
    after = ""
    while page := ids_since(work.session, since, after, MAX_PAGE_ITEMS):
        yield page
        after = page[-1]


REPUBLISH = {"participants": republish_participants, "cases": republish_cases}
