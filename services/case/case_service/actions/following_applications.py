"""What an applicant follows: what is asked of him, what comes next with days, and where."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from case_service.actions.applications import law_of, open_by
from case_service.domain import applications as domain
from case_service.domain.applications import Application
from case_service.domain.offices import Office
from case_service.store import applications as store
from case_service.store import offices as office_store
from chassis.runtime import Work

OPEN, LOCATE, ORDER = "case.open", "locate.sources", "establishment.order_or_service"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage on the way to an order: when it was reached, or by when and in how many days."""

    kind: str
    reached_on: date | None = None
    due_on: date | None = None
    days: int = 0
    citation: str = ""


def information_wanted(work: Work, one: Application) -> str:
    """Return what the office has asked the applicant; empty when nothing is open."""
    if one.answer_by is None or one.is_decided:
        return ""
    events = store.events(work.session, work.keys, one.application_id)
    asked = [event for event in events if event.kind == "information_requested"]
    return asked[-1].facts.get("what", "") if asked else ""


def stages(work: Work, one: Application) -> tuple[Stage, ...]:
    """Return the stages of an application that was sent; none for a draft or one that ended."""
    if one.status not in {domain.SUBMITTED, domain.ACCEPTED}:
        return ()
    return tuple(_stages(work, one))


def offices(work: Work) -> Iterator[Office]:
    """Yield each county's office; for a county that another one works, that one's address."""
    known = {
        office_id: office for office_id, (office, _) in office_store.read(work.session).items()
    }
    for office in known.values():
        worked_by = known.get(office.worked_by or office.office_id, office)
        yield replace(worked_by, office_id=office.office_id, county=office.county)


def _stages(work: Work, one: Application) -> Iterator[Stage]:
    law, today = law_of(work), work.clock.today()
    opened = one.decided_on if one.status == domain.ACCEPTED else None
    yield Stage("sent", reached_on=one.filed_on)
    due = {"opened": None if opened else open_by(work, one)}
    if opened:
        due["located"] = law.due_date(LOCATE, opened)
    for kind, rule_id in (("opened", OPEN), ("located", LOCATE), ("ordered", ORDER)):
        rule = law.rule(rule_id, one.filed_on or today)
        yield Stage(
            kind,
            reached_on=opened if kind == "opened" else None,
            due_on=due.get(kind),
            days=rule.days(),
            citation=rule.citation,
        )
