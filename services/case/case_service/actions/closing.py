"""Intending to close a case, and what comes back from it (45 CFR 303.11(d))."""

from dataclasses import dataclass, replace
from datetime import date

import policy
from case_service.actions import clocks, worklist
from case_service.actions.carrying_out import Reopening, reopened
from case_service.actions.changing import check_etag, lock_case
from case_service.actions.desk import precondition
from case_service.actions.held_closings import facts_of, hold, refuse_unmet, save
from case_service.actions.notices import notify
from case_service.actions.telling import tell
from case_service.domain import closing as domain
from case_service.domain.closing_grounds import BY_CODE
from case_service.domain.model import Case
from case_service.domain.notices import Notice
from case_service.store import closures
from chassis.errors import not_found
from chassis.ids import new_id
from chassis.runtime import Work


@dataclass(frozen=True, slots=True)
class Intent:
    """What a worker says when he intends to close."""

    ground: str
    recipient_id: str = ""
    """Empty: the obligee."""
    agency_told_on: date | None = None
    """For a ground whose notice goes to another State's agency: when that was told, in a record."""


def intend(work: Work, case_id: str, intent: Intent, etag: str) -> closures.Stored:
    """Say that a case is to be closed on a ground that is met; where it asks for it, give notice.

    The notice goes out and its days begin in the same moment: there is no intent without it.
    """
    case = lock_case(work, case_id, etag).case
    today, law = work.clock.today(), policy.load(work.settings.jurisdiction)
    if case.status != "open":
        raise precondition("the case is closed already", case_number=case.case_number)
    under_way = closures.page(work.session, work.keys, case_id, [domain.INTENDED], "", 1)
    if under_way:
        raise precondition(
            "a closing is intended already; withdraw it first to name another ground",
            closure_id=under_way[0].closure.closure_id,
        )
    ground = BY_CODE[intent.ground]
    evaluation = domain.evaluate(ground, facts_of(work, case), law, today)
    refuse_unmet(evaluation)
    told_on = today
    if ground.told is domain.Told.INITIATING_AGENCY:
        if intent.agency_told_on is None:
            raise precondition(
                "tell the initiating agency first, in a record, and say when (agency_told_on)"
            )
        told_on = intent.agency_told_on
    needed = domain.needs_notice(ground)
    closure = domain.Closure(
        closure_id=new_id(),
        case_id=case_id,
        ground=ground.code,
        state=domain.INTENDED,
        intended_on=today,
        recipient_id=intent.recipient_id or case.obligee_id,
        checks=evaluation.checks,
        notice_on=told_on if needed else None,
        answer_by=law.due_date(domain.NOTICE_DAYS, told_on) if needed else None,
    )
    at = work.clock.now()
    stored = closures.add(work.session, work.keys, closure, work.caller.person, at)
    _give_notice(work, case, closure, ground)
    return stored


def _give_notice(work: Work, case: Case, closure: domain.Closure, ground: domain.Ground) -> None:
    answer_by = closure.answer_by
    tell(
        work,
        case.case_id,
        "closure_intended" if answer_by else "closure_ready",
        about_id=closure.closure_id,
        citation=ground.citation,
        ground=ground.title,
        answer_by=answer_by.isoformat() if answer_by else "",
    )
    if closure.notice_on is None:
        return
    clocks.start(
        work, case.case_id, "closure_notice", closure.notice_on, about_id=closure.closure_id
    )
    if ground.told is domain.Told.RECIPIENT:
        notice = Notice(
            "closure_intended",
            closure.closure_id,
            answer_by=answer_by,
            letter=True,
            facts={"ground": ground.paragraph},
        )
        notify(work, case, closure.recipient_id, notice)


def answer(
    work: Work, closure_id: str, given: domain.Answer, *, participant_id: str = ""
) -> closures.Stored:
    """Take an answer to a notice: information or contact keeps the case open, always.

    `participant_id` is who answers himself. One that came before the closing and is recorded after
    it opens the case again.
    """
    holding, before = hold(work, closure_id)
    case = holding.case
    closure = before.closure
    if participant_id and participant_id != closure.recipient_id:
        raise not_found("closing", closure_id)
    keeps_open = given.kind in domain.KEEPS_OPEN
    in_time = domain.came_in_time(closure, given.answered_on)
    if closure.state not in {domain.INTENDED, domain.CLOSED} or not (keeps_open or in_time):
        raise precondition("the closing is over; nothing is left to answer", state=closure.state)
    if not in_time:
        raise precondition(
            "the case is closed; apply anew, or let a worker reopen it", state=closure.state
        )
    tell(
        work,
        case.case_id,
        "closure_answered",
        about_id=closure_id,
        citation="45 CFR 303.11(d)(3)",
        on=given.answered_on,
        answer=given.kind,
    )
    after = replace(closure, answer=given)
    if not keeps_open:
        return save(work, before, after)
    if closure.state == domain.CLOSED:
        in_error = Reopening(domain.CLOSED_IN_ERROR, given.statement)
        return reopened(work, holding, before, after, in_error).closure
    clocks.cancel(work, case.case_id, "closure_notice", work.clock.today(), about_id=closure_id)
    worklist.done(work, closure_id)
    worklist.put(
        work,
        case.case_id,
        "ALERT",
        closure_id,
        about_type="closure",
        what="The notice of closing was answered: take up what it says",
    )
    tell(work, case.case_id, "closure_kept_open", about_id=closure_id)
    return save(work, before, replace(after, state=domain.KEPT_OPEN))


def withdraw(work: Work, closure_id: str, reasons: str, etag: str) -> closures.Stored:
    """Take an intent back."""
    holding, before = hold(work, closure_id)
    case = holding.case
    check_etag(before.version, etag, "closing")
    if before.closure.state != domain.INTENDED:
        raise precondition(
            "only an intent can be withdrawn; a closed case is reopened",
            state=before.closure.state,
        )
    clocks.cancel(work, case.case_id, "closure_notice", work.clock.today(), about_id=closure_id)
    worklist.done(work, closure_id)
    tell(work, case.case_id, "closure_withdrawn", about_id=closure_id, reasons=reasons)
    return save(work, before, replace(before.closure, state=domain.WITHDRAWN))


def tell_waited(work: Work, closure_id: str) -> None:
    """Let the worker know that a notice's days are over and nobody answered."""
    holding, before = hold(work, closure_id)
    closure = before.closure
    if closure.wait_told or not domain.may_close(closure, work.clock.today()):
        return
    worklist.put(
        work,
        holding.case.case_id,
        "ALERT",
        closure_id,
        about_type="closure",
        what="The days of the notice are over: the case can be closed",
    )
    save(work, before, replace(closure, wait_told=True))
