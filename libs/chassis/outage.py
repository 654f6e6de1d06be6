"""A database that is away: nothing is attempted, nothing counted, until it is back."""

import threading
from collections.abc import Callable

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from chassis.backoff import Backoff
from chassis.delivery import Outcome, Verdict, describe
from chassis.runtime import Runtime

_log = structlog.get_logger()

PING_FIRST_SECONDS = 0.05
PING_MOST_SECONDS = 5.0
MAX_CUTS = 10
"""Lost connections in a row while the database answers: then it is this message that kills them."""


def attempt_patiently(
    attempt: Callable[[], Outcome],
    runtime: Runtime,
    stopping: threading.Event,
    on_change: Callable[[bool], None],
) -> Outcome | None:
    """Attempt as soon as the database is there; None when told to stop before.

    `on_change` is told False when the database is found away, True when it is back.
    """
    for _ in range(MAX_CUTS):
        outcome = attempt()
        if outcome.verdict is not Verdict.DATABASE_AWAY:
            return outcome
        _log.warning("database_away", error=outcome.error)
        on_change(False)  # noqa: FBT003 - the callback's one argument
        if not wait_for_database(runtime, stopping):
            return None
        on_change(True)  # noqa: FBT003
    return Outcome(Verdict.FAILED, f"{MAX_CUTS} connections lost while handling it")


def wait_for_database(runtime: Runtime, stopping: threading.Event) -> bool:
    """Wait until the database answers; False when told to stop before."""
    backoff = Backoff(PING_FIRST_SECONDS, PING_MOST_SECONDS)
    while not stopping.wait(backoff.next()):
        try:
            with runtime.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            _log.warning("database_still_away", error=describe(error))
        else:
            return True
    return False
