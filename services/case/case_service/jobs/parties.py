"""Makes participants findable who were recorded before there was a search."""

from case_service.store import participants
from case_service.store import parties as store
from chassis.runtime import Work
from chassis.service import Timer

PAGE = 200
_EVERY_SECONDS = 60


def index_participants(work: Work) -> bool:
    """Write what a page of participants is searched by; True when more are waiting."""
    ids = store.unindexed(work.session, PAGE)
    found = participants.read(work.session, work.keys, ids) if ids else []
    store.index(work.session, work.keys, [s.participant for s in found])
    return len(ids) == PAGE


TIMERS = (Timer("index participants", _EVERY_SECONDS, index_participants),)
