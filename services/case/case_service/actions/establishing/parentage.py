"""A child's parentage in a case: read it, lock it, add a fact to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from case_service.actions.changing import check_etag, lock_case
from case_service.actions.establishing.common import law_of, refuse_closed
from case_service.domain.establishing.blocking import missing
from case_service.domain.establishing.facts import Fact, Recorded
from case_service.domain.establishing.household import children_of
from case_service.domain.establishing.paternity import Child, Standing, standing
from case_service.domain.model import Case
from case_service.store import cases, parentage, participants
from chassis.errors import not_found
from chassis.ids import new_id
from chassis.runtime import Work

FEMALE = "female"


@dataclass(frozen=True, slots=True)
class View:
    """What is recorded about a child of a case, and what it comes to."""

    case: Case
    child: Child
    recorded: tuple[Recorded, ...]
    standing: Standing
    obligor_bore: bool
    """The one who owes is the child's mother: no paternity is needed for that."""
    missing: str
    """What stands in the way of a support order, in a sentence; empty when nothing does."""

    @property
    def etag(self) -> str:
        """Facts are only added: their number is the version."""
        return str(len(self.recorded))


@dataclass(frozen=True, slots=True)
class Opened:
    """A child and its case, locked, as they were before a fact is added."""

    stored: cases.Stored
    view: View

    @property
    def case(self) -> Case:
        """The case."""
        return self.stored.case

    @property
    def child_id(self) -> str:
        """The child."""
        return self.view.child.child_id


def look(work: Work, case: Case, child_ids: Sequence[str]) -> list[View]:
    """Return what is recorded about children, in their order, and what it comes to."""
    law, today = law_of(work), work.clock.today()
    ids = [*child_ids, *([case.obligor_id] if case.obligor_id else [])]
    people = {
        s.participant.participant_id: s.participant
        for s in participants.read(work.session, work.keys, sorted(set(ids)))
    }
    facts = parentage.read(work.session, work.keys, child_ids)
    owing = people.get(case.obligor_id)
    views = []
    for child_id in child_ids:
        child = Child(child_id, people[child_id].birth_date if child_id in people else None)
        recorded = tuple(facts.get(child_id, ()))
        found = standing(child, recorded, law, today)
        bore = bool(owing) and (
            found.mother_id == case.obligor_id
            if found.mother_id
            else owing is not None and owing.sex == FEMALE
        )
        lacking = missing(found, case.obligor_id, law, today, obligor_bore=bore)
        views.append(View(case, child, recorded, found, bore, lacking))
    return views


def open_child(work: Work, case_id: str, child_id: str, etag: str) -> Opened:
    """Return a child of an open case for a change: the child locked first, then the case.

    A child's parentage is the same in each of its cases, so it is the child that is locked.
    """
    participants.known(work.session, [child_id])
    stored = lock_case(work, case_id)
    if child_id not in children_of(stored.case):
        raise not_found("child of the case", child_id)
    refuse_closed(stored.case)
    view = look(work, stored.case, [child_id])[0]
    check_etag(len(view.recorded), etag, "child's paternity")
    return Opened(stored, view)


def add(work: Work, opened: Opened, fact: Fact, on: date) -> Recorded:
    """Write a fact about an opened child."""
    now = work.clock.now()
    recorded = Recorded(
        fact_id=new_id(now),
        child_id=opened.child_id,
        case_id=opened.case.case_id,
        on_date=on,
        fact=fact,
        recorded_by=work.caller.person,
        recorded_at=now,
    )
    parentage.add(work.session, work.keys, recorded, now)
    return recorded
