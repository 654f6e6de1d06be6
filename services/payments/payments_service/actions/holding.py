"""Holds that people place on what a payee is to be paid, and their end.

A run puts what such a payee is owed aside (account HELD, the hold's reason on each part); when no
hold is left, the timer `release_holds` makes it payable again.
"""

from chassis.errors import PlatformError, invalid_field, not_found
from chassis.ids import new_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason
from payments_service.actions.payees import HOLD_REASONS
from payments_service.store import payees
from payments_service.store.payees import Hold
from policy import load

NOTE = "payee_hold.note"


def place(work: Work, payee_id: str, reason: str, note: str) -> Hold:
    """Hold what somebody is to be paid from the next run on."""
    today = work.clock.today()
    reasons = load(work.settings.jurisdiction).codes(HOLD_REASONS, today)
    if reason not in reasons:
        raise invalid_field("reason", f"must be one of {', '.join(reasons)}; read {reason!r}")
    if not note.strip():
        raise invalid_field("note", "must say why")
    by = work.caller.person
    hold = Hold(payee_id, new_id(work.clock.now()), reason, by, today, "", None)
    payees.add_hold(work.session, hold, work.keys.encrypt(NOTE, note.strip()))
    return hold


def release(work: Work, payee_id: str, hold_id: str) -> Hold:
    """End a hold."""
    hold = payees.lock_hold(work.session, payee_id, hold_id)
    if hold is None:
        raise not_found("hold", hold_id)
    if hold.released_on is not None:
        detail = f"the hold ended on {hold.released_on} already"
        raise PlatformError(ErrorReason.ERROR_REASON_FAILED_PRECONDITION, detail)
    over = hold._replace(released_by=work.caller.person, released_on=work.clock.today())
    payees.release_hold(work.session, over)
    return over
