"""Petitions and their service: file, attempt, document, answer, dispose; each with its clocks."""

from dataclasses import replace
from datetime import date

from case_service.actions import clocks, worklist
from case_service.actions.changing import check_etag, lock_case
from case_service.actions.establishing.common import (
    day,
    law_of,
    names,
    refuse_closed,
    refuse_outsider,
    unfit,
)
from case_service.actions.establishing.following import settle
from case_service.actions.establishing.parentage import add, open_child
from case_service.actions.leaving import EXPEDITED
from case_service.actions.recording import refuse
from case_service.actions.telling import tell
from case_service.domain.establishing import serving as domain
from case_service.domain.establishing.facts import Action, ActionEnded, actions
from case_service.domain.establishing.household import children_of, may_owe
from case_service.domain.establishing.paternity import action_until
from case_service.domain.model import Case, Violation
from case_service.store import cases, parentage, participants
from case_service.store import serving as store
from chassis.errors import not_found
from chassis.ids import new_id
from chassis.runtime import Work

PURPOSES = ("paternity", "support", "paternity_and_support")
SERVED_STATES = ("served", "answered")
DISPOSITIONS = ("dismissed", "withdrawn")
NOTE_CHARACTERS_MAX = 2_000


def file_petition(
    work: Work, process: domain.Process, child_ids: tuple[str, ...], filed_on: date | None
) -> store.Stored:
    """Record a petition; one for paternity is also an action about each child that it names."""
    participants.known(work.session, sorted(set(child_ids)))
    case = lock_case(work, process.case_id).case
    refuse_closed(case)
    on = day(work, "filed_on", filed_on, required=True)
    refuse_outsider(case, "participant_id", process.participant_id)
    refuse(_petition_violations(case, process, child_ids))
    if _is_filed(work, process, on):
        raise unfit("this petition is recorded already")
    process = replace(
        process, process_id=new_id(work.clock.now()), filed_on=on, state="open", attempts=()
    )
    if process.purpose != "support":
        for child_id in sorted(set(child_ids)):
            _begin_action(work, process, child_id)
    stored = _save(work, process, 0)
    purpose = process.purpose.replace("_", " ")
    number = process.court_number or "(no number yet)"
    _tell(work, process, "petition_filed", on, purpose=purpose, court_number=number)
    return stored


def record_attempt(
    work: Work, process_id: str, attempt: domain.Attempt, on_date: date | None, etag: str
) -> store.Stored:
    """Record an attempt at serving. Success starts the time to answer and the federal spans."""
    before = _open(work, process_id, etag)
    process = before.process
    on = day(work, "attempt.on_date", on_date, required=True)
    if process.state not in {"open", "diligent_effort"}:
        raise unfit("process was served, or the petition ended: nothing is left to serve")
    methods = domain.methods(on, law_of(work))
    violations = []
    if attempt.method not in methods:
        violations.append(Violation("attempt.method", f"one of {', '.join(methods)}"))
    if attempt.outcome not in domain.OUTCOMES:
        violations.append(Violation("attempt.outcome", f"one of {', '.join(domain.OUTCOMES)}"))
    if on < process.filed_on:
        violations.append(Violation("attempt.on_date", f"{process.filed_on} or later"))
    if len(attempt.note) > NOTE_CHARACTERS_MAX:
        violations.append(Violation("note", f"{NOTE_CHARACTERS_MAX} characters at most"))
    refuse(violations)
    attempt = replace(attempt, attempt_id=new_id(work.clock.now()), on_date=on)
    process = replace(process, attempts=(*process.attempts, attempt))
    method = attempt.method.replace("_", " ")
    if attempt.outcome == domain.SERVED:
        process = _served(work, process, attempt)
        answer_by = str(process.answer_by)
        _tell(work, process, "process_served", on, method=method, answer_by=answer_by)
    else:
        outcome = attempt.outcome.replace("_", " ")
        _tell(work, process, "service_attempted", on, method=method, outcome=outcome)
    stored = _save(work, process, before.version)
    by, at = work.caller.person, work.clock.now()
    store.add_attempt(work.session, work.keys, process_id, attempt, by, at)
    return stored


def record_diligent_effort(
    work: Work, process_id: str, on_date: date | None, etag: str
) -> store.Stored:
    """Record that the attempts are a diligent effort; the 90 days stop (45 CFR 303.4(d))."""
    before = _open(work, process_id, etag)
    process = before.process
    on = day(work, "on_date", on_date)
    if process.state != "open":
        raise unfit("a diligent effort is recorded for a petition that is open and not served")
    if on < max((a.on_date for a in process.attempts), default=process.filed_on):
        refuse([Violation("on_date", "the day of the last attempt, or later")])
    enough, step = domain.diligence(process, on, law_of(work))
    if not enough:
        raise unfit(f"{step.text} ({step.citation})", process_id=process_id)
    about = process.participant_id
    clocks.stop(work, process.case_id, "establish_order", on, about_id=about)
    process = replace(process, state="diligent_effort", diligent_on=on)
    _tell(work, process, "diligent_effort", on, attempts=str(len(process.attempts)))
    return _save(work, process, before.version)


def record_answer(work: Work, process_id: str, answered_on: date | None, etag: str) -> store.Stored:
    """Record that a served party answered."""
    before = _open(work, process_id, etag)
    process = before.process
    on = day(work, "answered_on", answered_on, required=True)
    if process.state != "served" or process.served_on is None:
        raise unfit("only a served petition that is still unanswered can be answered")
    if on < process.served_on:
        refuse([Violation("answered_on", f"{process.served_on} or later")])
    clocks.stop(work, process.case_id, "default_answer", on, about_id=process_id)
    process = replace(process, state="answered", answered_on=on)
    _tell(work, process, "process_answered", on)
    return _save(work, process, before.version)


def dispose(
    work: Work, process_id: str, disposition: str, disposed_on: date | None, etag: str
) -> store.Stored:
    """Record that a petition was dismissed or withdrawn (45 CFR 303.101(b)(2)(iv))."""
    children = _sued_about(work, process_id)
    participants.known(work.session, children)
    before = _open(work, process_id, etag)
    on = day(work, "disposed_on", disposed_on, required=True)
    if disposition not in DISPOSITIONS:
        refuse([Violation("disposition", "dismissed or withdrawn")])
    if on < (before.process.served_on or before.process.filed_on):
        refuse([Violation("disposed_on", "the day of filing and of service, or later")])
    stored = end(work, before, disposition, on)
    if disposition == "dismissed":
        _ask_why(work, stored.process)
    for child_id in children:
        opened = open_child(work, before.process.case_id, child_id, "")
        add(work, opened, ActionEnded(process_id, disposition), on)
        settle(work, opened)
    return stored


def _ask_why(work: Work, process: domain.Process) -> None:
    """After a dismissal: find out why, and when an order can be sought again (45 CFR 303.4(e))."""
    what = "The petition was dismissed: find out why, and when an order can be sought again"
    worklist.put(
        work,
        process.case_id,
        "ALERT",
        process.process_id,
        due_on=work.clock.today(),
        about_type="petition",
        what=what,
    )


def _sued_about(work: Work, process_id: str) -> list[str]:
    """Return the children whose paternity a petition is about; they are locked before the case."""
    case_id = store.case_of(work.session, process_id)
    found = cases.read(work.session, [case_id]) if case_id else []
    known = parentage.read(work.session, work.keys, children_of(found[0].case) if found else [])
    return sorted(
        child_id
        for child_id, recorded in known.items()
        if any(action.process_id == process_id for _, action in actions(recorded))
    )


def end(work: Work, before: store.Stored, disposition: str, on: date) -> store.Stored:
    """End a petition by an order, a dismissal or a withdrawal: its spans stop."""
    process = before.process
    for kind in EXPEDITED:
        clocks.stop(work, process.case_id, kind, on, about_id=process.process_id)
    clocks.cancel(work, process.case_id, "default_answer", on, about_id=process.process_id)
    process = replace(process, state="disposed", disposed_on=on, disposition=disposition)
    _tell(work, process, "petition_disposed", on, disposition=disposition)
    return _save(work, process, before.version)


def _served(work: Work, process: domain.Process, attempt: domain.Attempt) -> domain.Process:
    case_id, on = process.case_id, attempt.on_date
    clocks.stop(work, case_id, "establish_order", on, about_id=process.participant_id)
    # Of a man who is out of the case by now nothing but the end of the petition is waited for.
    if process.participant_id in _sued(cases.read(work.session, [case_id])[0].case):
        for kind in EXPEDITED:
            clocks.start(work, case_id, kind, on, about_id=process.process_id)
        if attempt.method != domain.WARNING_ORDER:
            clocks.start(work, case_id, "default_answer", on, about_id=process.process_id)
    answer_by = domain.answer_by(on, attempt.method, law_of(work))
    return replace(process, state="served", served_on=on, answer_by=answer_by)


def _begin_action(work: Work, process: domain.Process, child_id: str) -> None:
    opened = open_child(work, process.case_id, child_id, "")
    until = action_until(opened.view.child, law_of(work), process.filed_on)
    if until is not None and process.filed_on >= until:
        citation = law_of(work).rule("paternity.action", process.filed_on).citation
        raise unfit(f"an action had to begin before {until} ({citation})", child_id=child_id)
    action = Action(process.participant_id, process.court_number, process.process_id)
    add(work, opened, action, process.filed_on)
    settle(work, opened)


def _petition_violations(
    case: Case, process: domain.Process, child_ids: tuple[str, ...]
) -> list[Violation]:
    found = []
    if process.purpose not in PURPOSES:
        found.append(Violation("purpose", f"one of {', '.join(PURPOSES)}"))
    children = set(children_of(case))
    if process.purpose != "support" and not child_ids:
        found.append(Violation("child_ids", "the children whose father he is alleged to be"))
    if process.purpose == "support" and child_ids:
        found.append(Violation("child_ids", "empty: a petition for support is about the case"))
    for n, child_id in enumerate(child_ids):
        if child_id not in children:
            found.append(Violation(f"child_ids[{n}]", "a child of the case"))
    if process.participant_id not in _sued(case):
        expected = "who owes, who is owed, or an alleged father of the case"
        found.append(Violation("participant_id", expected))
    return found


def _sued(case: Case) -> set[str]:
    """Return who can be served in a case."""
    return may_owe(case) | {case.obligee_id}


def _is_filed(work: Work, process: domain.Process, on: date) -> bool:
    known = store.read(work.session, work.keys, store.ids(work.session, process.case_id))
    return any(
        (p.process.participant_id, p.process.purpose, p.process.filed_on)
        == (process.participant_id, process.purpose, on)
        for p in known
    )


def _open(work: Work, process_id: str, etag: str) -> store.Stored:
    """Return a petition that has not ended, its case locked."""
    case_id = store.case_of(work.session, process_id)
    if not case_id:
        raise not_found("petition", process_id)
    refuse_closed(lock_case(work, case_id).case)
    stored = store.read(work.session, work.keys, [process_id])[0]
    check_etag(stored.version, etag, "petition")
    if stored.process.state == "disposed":
        raise unfit("the petition has ended; record another one", process_id=process_id)
    return stored


def _save(work: Work, process: domain.Process, version: int) -> store.Stored:
    stored = store.Stored(process, version + 1)
    store.write(work.session, stored, work.caller.person, work.clock.now())
    return stored


def _tell(work: Work, process: domain.Process, kind: str, on: date, **said: str) -> None:
    called = names(work, process.participant_id)
    tell(
        work,
        process.case_id,
        kind,
        on=on,
        about_id=process.process_id,
        citation="45 CFR 303.4(d)",
        whom=called.get(process.participant_id, ""),
        **said,
    )
