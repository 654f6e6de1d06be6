"""Starting and stopping the clocks of a case: each time limit of the law, with its calendar.

A kind is one of `domain.clock_kinds`. `about_id` tells two of a kind in one case apart (two orders,
two disputes). While there is no case yet, `case_id` is empty and `about_id` the application's.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from case_service.actions import worklist
from case_service.actions.telling import tell
from case_service.domain import clocks as domain
from case_service.domain.clock_kinds import kind_named
from case_service.store import clocks
from chassis.ids import derived_id
from chassis.runtime import Work
from policy import load

ALERT = "ALERT"
"""The kind of worklist item that a missed clock becomes."""


def start(work: Work, case_id: str, kind: str, on: date, *, about_id: str = "") -> None:
    """Start a clock on a day; one that is open already for it goes on as it is.

    Raises KeyError for a kind that there is not.
    """
    of_kind = kind_named(kind)
    clock_id = derived_id(*domain.identity_of(case_id, of_kind, on, about_id))
    law = load(work.settings.jurisdiction)
    clock = domain.started(law, clock_id, case_id, of_kind, on, about_id)
    at = work.clock.now()
    if clocks.add(work.session, clock, at):
        return
    if clocks.open_one(work.session, case_id, kind, about_id) is None:
        clocks.reopen(work.session, clock, at)


def stop(work: Work, case_id: str, kind: str, on: date, *, about_id: str = "") -> None:
    """Stop a clock: what it asks for was done on that day. One that does not run stays away.

    What is due again and again (`Kind.again`) starts its next time on the same day.
    """
    of_kind = kind_named(kind)
    clock = clocks.open_one(work.session, case_id, kind, about_id)
    if clock is None:
        return
    done = domain.stopped(clock, on)
    clocks.save(work.session, [done], work.clock.now())
    _take_alert_away(work, clock)
    if done.state is domain.State.LATE and case_id:
        tell(
            work,
            case_id,
            "clock_late",
            on=on,
            about_id=clock.clock_id,
            citation=clock.citation,
            limit=of_kind.title,
            due_on=clock.due_on.isoformat(),
        )
    if of_kind.again:
        _start_next(work, clock, on)


def _start_next(work: Work, clock: domain.Clock, on: date) -> None:
    law = load(work.settings.jurisdiction)
    next_id = derived_id("next clock", clock.clock_id)
    following = domain.started(law, next_id, clock.case_id, clock.of_kind, on, clock.about_id)
    clocks.add(work.session, following, work.clock.now())


def cancel(work: Work, case_id: str, kind: str, on: date, *, about_id: str = "") -> None:
    """Take a clock back: what it asks for is no longer asked for (a withdrawal, a parent found)."""
    kind_named(kind)
    clock = clocks.open_one(work.session, case_id, kind, about_id)
    if clock is not None:
        _cancel(work, [clock], on)


def cancel_all(work: Work, case_id: str, on: date) -> None:
    """Take back the open clocks of a case that is closed, but for those that outlive it."""
    found = clocks.open_of_case(work.session, case_id)
    _cancel(work, [clock for clock in found if not clock.of_kind.outlives_case], on)
    for clock in clocks.elapsed_of_case(work.session, case_id):
        _take_alert_away(work, clock)


def resume(work: Work, case_id: str, kind: str, started_on: date, *, about_id: str = "") -> None:
    """Let a clock that was taken back run on from its first day; any other stays as it is."""
    of_kind = kind_named(kind)
    if clocks.open_one(work.session, case_id, kind, about_id) is None:
        clock_id = derived_id(*domain.identity_of(case_id, of_kind, started_on, about_id))
        law = load(work.settings.jurisdiction)
        clock = domain.started(law, clock_id, case_id, of_kind, started_on, about_id)
        clocks.reopen(work.session, clock, work.clock.now())


def attach(work: Work, about_id: str, case_id: str) -> None:
    """Give the open clocks of an application to the case that it led to."""
    found = clocks.open_about(work.session, about_id)
    theirs = [replace(clock, case_id=case_id) for clock in found]
    clocks.save(work.session, theirs, work.clock.now())
    clocks.follow(work.session, [case_id])


def _cancel(work: Work, found: Sequence[domain.Clock], on: date) -> None:
    ended = [domain.cancelled(clock, on) for clock in found]
    clocks.save(work.session, ended, work.clock.now())
    for clock in found:
        _take_alert_away(work, clock)


def _take_alert_away(work: Work, clock: domain.Clock) -> None:
    if clock.state in {domain.State.MISSED, domain.State.ELAPSED}:
        worklist.done(work, clock.clock_id, kind=ALERT)
