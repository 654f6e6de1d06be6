"""Looks at what was asked and got its one answer; run by a timer a moment later."""

from collections.abc import Callable, Mapping
from typing import Final

import structlog

from chassis.runtime import Work
from identity_service.actions import enrolling, keys, registering
from identity_service.store import asked

BATCH: Final = 20
_ANSWERS: Final[Mapping[str, Callable[[Work, Mapping[str, str]], None]]] = {
    registering.CREATE: registering.create,
    registering.RESET: registering.answer_reset,
    enrolling.REQUEST: enrolling.answer,
}

_log = structlog.get_logger()


def answer_asked(work: Work) -> bool:
    """Answer what was asked first. True when there may be more."""
    taken = asked.take(work.session, work.keys, BATCH)
    for one in taken:
        try:
            with work.session.begin_nested():
                _ANSWERS[one.kind](work, one.content)
        except Exception as error:  # noqa: BLE001 - one that cannot be answered must not stop all
            # Its content is somebody's secret: the kind of the error alone is told.
            _log.error("asked_not_answered", asked_kind=one.kind, error=type(error).__name__)
    matched = keys.match_asked(work)
    return len(taken) == BATCH or matched == keys.BATCH
