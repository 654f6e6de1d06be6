"""Genetic tests and what courts find: a test is ordered, set, reported; a finding decides."""

import re
from datetime import date, datetime

from case_service.actions import clocks
from case_service.actions.establishing.common import (
    day,
    law_of,
    names,
    refuse_strangers,
    refuse_unfit,
    unfit,
)
from case_service.actions.establishing.following import settle
from case_service.actions.establishing.parentage import Opened, View, add
from case_service.actions.notices import notify
from case_service.actions.recording import refuse, refuse_locations
from case_service.actions.telling import tell
from case_service.domain.establishing import facts
from case_service.domain.establishing.paternity import acknowledgment_of
from case_service.domain.establishing.serving import why_no_default
from case_service.domain.model import Violation
from case_service.domain.notices import Notice
from case_service.store import serving
from chassis.errors import not_found
from chassis.runtime import Work

Recorded = tuple[facts.Recorded, View]
BASES = ("order", "default", "other_state")
IN_WORDS = {
    "order": "a court's order",
    "default": "a court's order by default",
    "other_state": "another State's determination",
}
PLACE_CHARACTERS_MAX = 200
_STATE = re.compile(r"[A-Z]{2}", re.ASCII)
_PERCENT = re.compile(r"(100|\d{1,2})(\.\d{1,8})?", re.ASCII)
HUNDRED = "100"


def order_test(work: Work, opened: Opened, father_id: str, on_date: date | None) -> Recorded:
    """Order a genetic test of a man, the mother and the child (42 USC 666(a)(5)(B))."""
    on = day(work, "ordered_on", on_date)
    refuse_strangers(work, father_id=father_id)
    if father_id in {opened.child_id, opened.view.standing.mother_id}:
        refuse([Violation("father_id", "another person than the child and the mother")])
    added = add(work, opened, facts.GeneticTest(father_id), on)
    _tell(work, opened, added, "genetic_test_ordered", father_id)
    return added, settle(work, opened)


def schedule_test(work: Work, opened: Opened, appointment: facts.GeneticAppointment) -> Recorded:
    """Set when and where samples are taken; the man and the obligee get a letter."""
    father_id = _tested(opened, appointment.test_id)
    _refuse_place(work, opened, appointment)
    if _result_of(opened, appointment.test_id):
        raise unfit("the test has its result; order another one to test again")
    added = add(work, opened, appointment, work.clock.today())
    at = appointment.at.replace("T", ", ")
    _tell(work, opened, added, "genetic_test_scheduled", father_id, at=at)
    view = settle(work, opened)
    told = {"at": appointment.at, "place": appointment.place}
    for one in dict.fromkeys((father_id, view.case.obligee_id)):
        notice = Notice("genetic_test_scheduled", added.fact_id, letter=True, facts=told)
        notify(work, view.case, one, notice)
    return added, view


def record_result(
    work: Work, opened: Opened, result: facts.GeneticResult, on_date: date | None
) -> Recorded:
    """Record what a test came to; a man whom it excludes no longer is an alleged father."""
    on = day(work, "result_on", on_date, required=True)
    father_id = _tested(opened, result.test_id)
    if result.excluded == bool(result.probability):
        refuse([Violation("probability", "set unless the man is excluded, and then empty")])
    said = result.probability
    if said and (not _PERCENT.fullmatch(said) or said.startswith(HUNDRED + ".")):
        refuse([Violation("probability", 'percent as a decimal from 0 to 100, such as "99.98"')])
    if _result_of(opened, result.test_id):
        raise unfit("the test has its result; order another one, or withdraw a result in error")
    added = add(work, opened, result, on)
    text = "he is excluded" if result.excluded else f"a probability of {said} percent"
    _tell(work, opened, added, "genetic_test_result", father_id, result=text)
    return added, settle(work, opened)


def record_finding(
    work: Work, opened: Opened, finding: facts.Finding, on_date: date | None
) -> Recorded:
    """Record what a court found, by default only after service and no answer, or another State."""
    on = day(work, "entered_on", on_date, required=True)
    refuse_strangers(work, father_id=finding.father_id)
    refuse(_finding_violations(opened, finding))
    if finding.basis == "default":
        _refuse_default(work, opened, finding, on)
    added = add(work, opened, finding, on)
    kind = "paternity_found" if finding.is_father else "paternity_denied"
    basis = IN_WORDS[finding.basis] + (f" ({finding.state})" if finding.state else "")
    _tell(work, opened, added, kind, finding.father_id, basis=basis)
    acknowledgment_id = opened.view.standing.acknowledgment_id
    if acknowledgment_of(opened.view.recorded, acknowledgment_id):
        clocks.stop(work, opened.case.case_id, "rescission", on, about_id=acknowledgment_id)
    return added, settle(work, opened)


def _finding_violations(opened: Opened, finding: facts.Finding) -> list[Violation]:
    found = []
    if finding.basis not in BASES:
        found.append(Violation("basis", f"one of {', '.join(BASES)}"))
    elsewhere = finding.basis == "other_state"
    if elsewhere and not _STATE.fullmatch(finding.state):
        found.append(Violation("state", 'the two letters of the other State, such as "OH"'))
    if not elsewhere and finding.state:
        found.append(Violation("state", "empty: only another State's determination has one"))
    if not elsewhere and not finding.court_number.strip():
        found.append(Violation("court_number", "the number of the court's order"))
    if finding.father_id in {opened.child_id, opened.view.standing.mother_id}:
        found.append(Violation("father_id", "another person than the child and the mother"))
    if finding.basis == "default" and not finding.is_father:
        found.append(
            Violation("is_father", "true: a default finds the served man to be the father")
        )
    return found


def _refuse_default(work: Work, opened: Opened, finding: facts.Finding, on: date) -> None:
    """A default takes service on that man for paternity, and no answer in time."""
    recorded = opened.view.recorded
    named = [finding.process_id] if finding.process_id else []
    served = serving.read(work.session, work.keys, named)
    process = served[0].process if served else None
    fits = (
        process is not None
        and process.case_id == opened.case.case_id
        and process.participant_id == finding.father_id
        and any(one.process_id == process.process_id for _, one in facts.actions(recorded))
    )
    if process is None or not fits:
        refuse(
            [Violation("process_id", "the petition for this child's paternity against that man")]
        )
    elif sentence := why_no_default(process, on):
        citation = law_of(work).rule("paternity.default_order", on).citation
        refuse_unfit(f"no default judgment ({citation}): {sentence}", process_id=process.process_id)


def _refuse_place(work: Work, opened: Opened, appointment: facts.GeneticAppointment) -> None:
    """Both sides read the place: it must not be where one of them lives."""
    try:
        at = datetime.fromisoformat(appointment.at)
    except ValueError:
        at = None
    if at is None or at.tzinfo is not None or at.date() < work.clock.today():
        expected = 'a coming local date and time, such as "2026-03-20T09:30"'
        refuse([Violation("at", expected)])
    if not 0 < len(appointment.place.strip()) <= PLACE_CHARACTERS_MAX:
        expected = (
            f"laboratory or office and its address, {PLACE_CHARACTERS_MAX} characters at most"
        )
        refuse([Violation("place", expected)])
    refuse_locations(work, [opened.case], "place", appointment.place)


def _tested(opened: Opened, test_id: str) -> str:
    for r in facts.valid(opened.view.recorded):
        if r.fact_id == test_id and isinstance(r.fact, facts.GeneticTest):
            return r.fact.father_id
    raise not_found("test", test_id)


def _result_of(opened: Opened, test_id: str) -> bool:
    return any(
        isinstance(r.fact, facts.GeneticResult) and r.fact.test_id == test_id
        for r in facts.valid(opened.view.recorded)
    )


def _tell(
    work: Work, opened: Opened, added: facts.Recorded, kind: str, father_id: str, **said: str
) -> None:
    called = names(work, opened.child_id, father_id)
    tell(
        work,
        opened.case.case_id,
        kind,
        on=added.on_date,
        about_id=added.fact_id,
        father=called.get(father_id, ""),
        child=called.get(opened.child_id, ""),
        **said,
    )
