"""Closing a case, and opening it again (45 CFR 303.11)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import policy
from case_service.actions import clocks, right_notices, worklist
from case_service.actions.changing import check_etag, lock_case, save_case
from case_service.actions.desk import precondition
from case_service.actions.held_closings import MAX_PARTS, facts_of, hold, refuse_unmet, save
from case_service.actions.notices import notify
from case_service.actions.telling import tell
from case_service.domain import closing as domain
from case_service.domain.closing_grounds import BY_CODE
from case_service.domain.desk.worklist import DECIDED_ELSEWHERE, Item
from case_service.domain.model import Case
from case_service.domain.notices import Notice
from case_service.domain.reviews import BEFORE_COURT, UNDER_WAY, WITHDRAWN
from case_service.store import applications, cases, closures, reviews
from case_service.store import worklist as worklist_store
from chassis.errors import invalid_field
from chassis.ids import new_id
from chassis.runtime import Work

ASSESS = "case.open"

REASONS = {
    domain.APPLICATION: "the former recipient applied anew",
    domain.NEW_INFORMATION: "something new can lead to paternity, an order or its enforcement",
    domain.CLOSED_IN_ERROR: "it should not have been closed",
}
CITATIONS = {
    domain.APPLICATION: "45 CFR 303.11(d)(5)",
    domain.NEW_INFORMATION: "45 CFR 303.11(d)(5)",
    domain.CLOSED_IN_ERROR: "45 CFR 303.11(d)(3)",
}


@dataclass(frozen=True, slots=True)
class Changed:
    """A closing, and its case as it now is."""

    closure: closures.Stored
    case: cases.Stored


def close(work: Work, closure_id: str, etag: str) -> Changed:
    """Close a case: the notice's days are over, and the ground is met to this day.

    Obligations are not ended by it, and what is owed stays owed.
    """
    holding, before = hold(work, closure_id)
    case = holding.case
    check_etag(before.version, etag, "closing")
    today, law = work.clock.today(), policy.load(work.settings.jurisdiction)
    closure, ground = before.closure, BY_CODE[before.closure.ground]
    if closure.state != domain.INTENDED:
        raise precondition("only what is intended can be closed", state=closure.state)
    if not domain.may_close(closure, today):
        raise precondition(
            f"the notice's days run until {closure.answer_by}; close after that day",
            answer_by=str(closure.answer_by),
        )
    evaluation = domain.evaluate(ground, facts_of(work, case), law, today)
    refuse_unmet(evaluation)
    _end_reviews(work, case)
    after = replace(case, status="closed", closed_on=today, closure_ground=ground.paragraph)
    saved = save_case(work, holding, after)
    clocks.stop(work, case.case_id, "closure_notice", today, about_id=closure_id)
    clocks.cancel_all(work, case.case_id, today)
    clocks.start(work, case.case_id, "records_kept", today)
    _clear_worklist(work, case.case_id)
    worklist.done(work, closure_id)
    tell(
        work,
        case.case_id,
        "case_closed",
        about_id=closure_id,
        citation=ground.citation,
        ground=ground.title,
    )
    notice = Notice("case_closed", closure_id, letter=True, facts={"ground": ground.paragraph})
    notify(work, after, closure.recipient_id, notice)
    done = replace(closure, state=domain.CLOSED, closed_on=today, checks=evaluation.checks)
    return Changed(save(work, before, done), saved)


@dataclass(frozen=True, slots=True)
class Reopening:
    """Why a closed case is opened again."""

    reason: str
    statement: str = ""
    application_id: str = ""
    """The new application of a former recipient."""


def reopen(work: Work, case_id: str, why: Reopening, *, etag: str = "") -> Changed:
    """Open a closed case again, on a new application or for what was learned (303.11(d)(5))."""
    holding = lock_case(work, case_id, etag)
    case = holding.case
    if case.status != "closed":
        raise precondition("the case is open", case_number=case.case_number)
    if why.application_id:
        _check_application(work, case, why.application_id)
    found = closures.page(work.session, work.keys, case_id, [domain.CLOSED], "", 1)
    before = found[0] if found else _taken_over(work, case)
    after = replace(before.closure, application_id=why.application_id)
    return reopened(work, holding, before, after, why)


def _check_application(work: Work, case: Case, application_id: str) -> None:
    """A new application: handed in, after the closing, and not another case's."""
    found = applications.read(work.session, work.keys, application_id)
    if found is None or found.filed_on is None or found.case_id not in {"", case.case_id}:
        raise invalid_field(
            "application_id", "must be an application that was handed in, and is no other case's"
        )
    if case.closed_on and found.filed_on < case.closed_on:
        raise invalid_field(
            "application_id", f"must be handed in since the closing on {case.closed_on}"
        )


def _taken_over(work: Work, case: Case) -> closures.Stored:
    """The closing of a case that came closed from another system."""
    closure = domain.Closure(
        closure_id=new_id(),
        case_id=case.case_id,
        ground=case.closure_ground,
        state=domain.CLOSED,
        intended_on=case.closed_on or work.clock.today(),
        recipient_id=case.obligee_id,
        checks=(),
        closed_on=case.closed_on,
    )
    by, at = work.caller.person, work.clock.now()
    return closures.add(work.session, work.keys, closure, by, at)


def reopened(
    work: Work,
    holding: cases.Stored,
    before: closures.Stored,
    closure: domain.Closure,
    why: Reopening,
) -> Changed:
    """Open the case: its records are no longer those of a closed one, and its clocks run again."""
    today, law = work.clock.today(), policy.load(work.settings.jurisdiction)
    case = holding.case
    after = replace(case, status="open", closed_on=None, closure_ground="")
    saved = save_case(work, holding, after)
    clocks.cancel(work, case.case_id, "records_kept", today)
    right_notices.keep(work, after)
    worklist.put(
        work,
        case.case_id,
        "ALERT",
        case.case_id,
        due_on=law.due_date(ASSESS, today),
        about_type="case",
        what="The case was opened again: assess it and choose the next step",
    )
    tell(
        work,
        case.case_id,
        "case_reopened",
        about_id=closure.closure_id,
        citation=CITATIONS[why.reason],
        why=REASONS[why.reason] + (f": {why.statement}" if why.statement else ""),
    )
    for party in filter(None, (case.obligee_id, case.obligor_id)):
        notify(work, after, party, Notice("case_reopened", closure.closure_id))
    done = replace(closure, state=domain.REOPENED, reopened_on=today, reopened_because=why.reason)
    return Changed(save(work, before, done), saved)


def _end_reviews(work: Work, case: Case) -> None:
    """End the reviews of a case; one that a court has is first to come to its end there."""
    states = sorted(UNDER_WAY)
    for stored in reviews.page(work.session, work.keys, case.case_id, states, "", MAX_PARTS):
        one = stored.review
        if one.state in BEFORE_COURT:
            raise precondition(
                "a motion or agreed order of a review is before the court; record its result first",
                review_id=one.review_id,
            )
        today = work.clock.today()
        ended = replace(one, state=WITHDRAWN, state_on=today, finished_on=today)
        reviews.save(work.session, work.keys, stored, ended, work.clock.now())
        tell(
            work,
            case.case_id,
            "review_withdrawn",
            about_id=one.review_id,
            reasons="the case was closed",
        )


def _clear_worklist(work: Work, case_id: str) -> None:
    """Take away what waits in a case, but for what is decided elsewhere (disputes, changes)."""
    which = worklist_store.Filter(case_id=case_id)
    items = worklist_store.page(work.session, work.keys, which, None, MAX_PARTS)
    for item in _own(items):
        worklist.done(work, item, note="the case was closed")


def _own(items: Sequence[Item]) -> list[str]:
    """What the items are about, as far as they end with the case."""
    return sorted({i.about_id for i in items if i.about_type not in DECIDED_ELSEWHERE})
