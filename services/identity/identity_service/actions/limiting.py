"""Counting tries, in a transaction of its own, before what was tried is looked at."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chassis.errors import PlatformError
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason
from identity_service.domain.throttling import LIMITS, Limit
from identity_service.store import throttles
from identity_service.store.apart import apart

_KEY_BYTES: Final = 32
FORGET_AFTER: Final = max(limit.forget_after for limit in LIMITS) + timedelta(days=1)
FORGOTTEN_KINDS: Final = tuple(limit.kind for limit in LIMITS)


@dataclass(frozen=True, slots=True)
class Tries:
    """What is limited: a kind, and whose tries they are."""

    limit: Limit
    whose: tuple[str, ...]


def count(work: Work, tries: Sequence[Tries], *, audited: bool = True) -> None:
    """Count a try under each limit. Raises LIMIT_EXCEEDED with `retry_after_seconds`.

    It stands whatever becomes of the call: dying after it costs the caller a try, not us a guess.
    """
    now = work.clock.now()
    for one in tries:
        with apart(work.session) as session:
            until = throttles.count(session, _key(work, one), one.limit, now)
        if until is not None:
            seconds = int((until - now).total_seconds()) + 1
            error = PlatformError(
                ErrorReason.ERROR_REASON_LIMIT_EXCEEDED,
                f"too many tries: try again in {seconds} s",
                metadata={"retry_after_seconds": str(seconds), "limit": one.limit.kind},
            )
            error.audited = audited
            error.even = not audited
            raise error


def may(work: Work, one: Tries) -> bool:
    """Count within the present transaction; False when it was too often."""
    return throttles.count(work.session, _key(work, one), one.limit, work.clock.now()) is None


def may_apart(work: Work, one: Tries) -> bool:
    """Count in a transaction of its own; False when it was too often."""
    with apart(work.session) as session:
        return throttles.count(session, _key(work, one), one.limit, work.clock.now()) is None


def clear(work: Work, tries: Sequence[Tries]) -> None:
    """Begin counts anew, after a right try."""
    throttles.clear(work.session, [_key(work, one) for one in tries])


def write_in_vain(work: Work) -> None:
    """Do in a transaction of its own all that writing down a failure takes, and leave nothing.

    Who guesses names learns from answers that take longer which of them somebody has.
    """
    with apart(work.session) as session:
        in_vain = session.begin_nested()
        throttles.count(session, os.urandom(_KEY_BYTES), LIMITS[0], work.clock.now())
        in_vain.rollback()


def _key(work: Work, one: Tries) -> bytes:
    return work.keys.lookup_hash(f"throttle.{one.limit.kind}", "\x1f".join(one.whose))
