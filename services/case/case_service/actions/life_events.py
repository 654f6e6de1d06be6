"""Recording what happens in lives, and bringing back what had ended too early.

record_event(work, case_id, LifeEvent) -> tuple[LifeEvent, ...]     those of the case that stand
withdraw_event(work, case_id, event_id, document_id) -> the same
extend_for_school(work, case_id, School) -> list[Version]           of the orders that go on
revive_obligation(work, obligation_id, Revival, etag="") -> Version
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import policy
from case_service.actions.changing import lock_case
from case_service.actions.evidence import refuse_foreign
from case_service.actions.lives import People, ended_by, people_of, settle
from case_service.actions.order_telling import tell_amount
from case_service.actions.order_writing import (
    Change,
    Locked,
    lock_in,
    lock_order,
    write_change,
)
from case_service.actions.orders import replaced
from case_service.actions.recording import refuse
from case_service.actions.telling import tell
from case_service.domain.model import Case, Obligation, Term, Violation
from case_service.domain.orders import life_events as domain
from case_service.domain.orders import terms
from case_service.domain.orders.emancipation import BY_AGE
from case_service.domain.orders.life import life_of
from case_service.domain.orders.life_events import LifeEvent
from case_service.domain.orders.model import Version
from case_service.domain.orders.wording import GROUNDS, SUPPORT
from case_service.store import cases
from case_service.store import orders as store
from chassis.errors import PlatformError, not_found
from chassis.ids import derived_id, new_id
from chassis.runtime import Work
from childsupport.common.v1.errors_pb2 import ErrorReason

FAILED = ErrorReason.ERROR_REASON_FAILED_PRECONDITION


@dataclass(frozen=True, slots=True)
class School:
    """That a child is in high school since a day; `until` None: its end is not known."""

    child_id: str
    since: date
    until: date | None = None
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class Revival:
    """What brings an obligation back, from which day on, and what shows it.

    `recorded_in_error` withdraws the event that had ended it (`event_id`), where one had.
    """

    ground: str
    first_day: date
    document_id: str
    event_id: str = ""
    explanation: str = ""


def record_event(work: Work, case_id: str, event: LifeEvent) -> tuple[LifeEvent, ...]:
    """Record an event, and end at once what it has ended by itself."""
    stored = lock_case(work, case_id)
    named = replace(event, event_id=event.event_id or new_id(work.clock.now()), case_id=case_id)
    refuse(domain.violations(named, _children(stored.case), work.clock.today()))
    _keep(work, named)
    settle(work, stored, work.clock.today())
    return domain.standing(store.events(work.session, [case_id])[case_id])


def withdraw_event(
    work: Work, case_id: str, event_id: str, document_id: str
) -> tuple[LifeEvent, ...]:
    """Record that an event never happened. What it had ended comes back by `revive_obligation`."""
    lock_case(work, case_id)
    known = store.events(work.session, [case_id]).get(case_id, ())
    found = next((e for e in domain.standing(known) if e.event_id == event_id), None)
    if found is None:
        raise not_found("event", event_id)
    refuse_foreign(work, [case_id], document_id)
    store.add_event(
        work.session,
        replace(
            found,
            event_id=derived_id("withdrawn", event_id),
            kind=domain.WITHDRAWN,
            withdraws=event_id,
            document_id=document_id,
        ),
        work.clock.now(),
        work.caller.person,
    )
    tell(
        work,
        case_id,
        "life_event_withdrawn",
        about_id=found.participant_id,
        what=GROUNDS[found.kind],
        day=found.on.isoformat(),
    )
    return domain.standing(store.events(work.session, [case_id])[case_id])


def extend_for_school(work: Work, case_id: str, school: School) -> list[Version]:
    """Let support go on for a child in high school (KRS 403.213(3)); bring back what age ended."""
    stored = lock_case(work, case_id)
    event = LifeEvent(
        event_id=new_id(work.clock.now()),
        case_id=case_id,
        kind="school",
        on=school.since,
        participant_id=school.child_id,
        until=school.until,
        document_id=school.document_id,
    )
    refuse(domain.violations(event, _children(stored.case), work.clock.today()))
    _keep(work, event)
    people = people_of(work, [stored.case])
    extended = []
    for order in stored.case.orders:
        for one in order.obligations:
            locked = lock_in(work, _reread(work, case_id), order.order_id)
            if version := _extended(work, locked, one, people):
                extended.append(version)
    settle(work, _reread(work, case_id), work.clock.today())
    return extended


def revive_obligation(
    work: Work, obligation_id: str, revival: Revival, *, etag: str = ""
) -> Version:
    """Let an obligation be owed again where the law allows it: rule emancipation.revived_by."""
    order_id = store.order_of_obligation(work.session, obligation_id)
    if order_id is None:
        raise not_found("obligation", obligation_id)
    locked = lock_order(work, order_id, etag)
    one, today = locked.obligation(obligation_id), work.clock.today()
    law = policy.load()
    if revival.ground not in law.codes("emancipation.revived_by", today):
        citation = law.rule("emancipation.revived_by", today).citation
        raise PlatformError(FAILED, f"{revival.ground} brings no support back ({citation})")
    ended = _how_it_ended(work, locked, obligation_id)
    refuse(_revival_violations(revival, one))
    if revival.event_id:
        withdraw_event(work, locked.case.case_id, revival.event_id, revival.document_id)
    owed = terms.terms_of(one)
    version = _write_longer(
        work,
        locked,
        terms.present(one, _continued(owed, revival.first_day, _end_before(ended, one)), today),
        Change(
            "revived",
            locked.newest.text,
            (),
            revival.document_id,
            revival.explanation,
            revival.ground,
            obligation_id,
        ),
    )
    tell(
        work,
        locked.case.case_id,
        "obligation_revived",
        about_id=obligation_id,
        support=SUPPORT[one.support_type],
        court_number=version.text.court_number,
        first_day=revival.first_day.isoformat(),
        ground=GROUNDS[revival.ground],
    )
    tell_amount(work, locked.case, version, revival.first_day, "order_modified")
    settle(work, _reread(work, locked.case.case_id), today)
    return version


def _keep(work: Work, event: LifeEvent) -> None:
    refuse_foreign(work, [event.case_id], event.document_id)
    store.add_event(work.session, event, work.clock.now(), work.caller.person)
    tell(
        work,
        event.case_id,
        "life_event_recorded",
        # Since when a child is at school is no event of the case; that somebody found out is.
        on=None if event.kind == "school" else event.on,
        about_id=event.participant_id,
        whom="a child" if event.participant_id else "the parents",
        what=GROUNDS[event.kind],
        day=event.on.isoformat(),
    )


def _extended(work: Work, locked: Locked, one: Obligation, people: People) -> Version | None:
    """Let an obligation that age had ended go on, when the rules by now give it a later end."""
    versions = store.versions(work.session, work.keys, [locked.order.order_id])
    its = versions.get(locked.order.order_id, ())
    ground = ended_by(its, one.obligation_id)
    last = terms.terms_of(one)[-1].effective_to
    if ground not in BY_AGE or last is None:
        return None
    today = work.clock.today()
    open_ended = terms.present(one, terms.extended_to(terms.terms_of(one), None), today)
    children = people.children(locked.case, locked.newest.text.children)
    life = life_of(open_ended, children, people.parents(locked.case), policy.load(), today)
    if life.last_day is not None and life.last_day <= last:
        return None
    version = _write_longer(
        work,
        locked,
        open_ended,
        Change("extended", locked.newest.text, (), ground="school", about_id=one.obligation_id),
    )
    tell(
        work,
        locked.case.case_id,
        "obligation_extended",
        about_id=one.obligation_id,
        citation="KRS 403.213(3)",
        support=SUPPORT[one.support_type],
        court_number=version.text.court_number,
        ground=GROUNDS["school"],
    )
    tell_amount(work, locked.case, version, last + terms.DAY, "order_modified")
    return version


def _write_longer(work: Work, locked: Locked, longer: Obligation, change: Change) -> Version:
    return write_change(work, locked, replace(change, obligations=replaced(locked, longer)))


def _continued(owed: tuple[Term, ...], first: date, last: date | None) -> tuple[Term, ...]:
    """Return terms that go on with the last amount from a day, owing nothing for days between."""
    before = owed[-1].effective_to
    if before is None or first <= before + terms.DAY:
        return terms.extended_to(owed, last)
    between = Term(before + terms.DAY, first - terms.DAY, 0, owed[-1].frequency, 0)
    return (*owed, between, replace(owed[-1], effective_from=first, effective_to=last))


def _how_it_ended(work: Work, locked: Locked, obligation_id: str) -> Version:
    """Return the version before the one that ended an obligation."""
    versions = store.versions(work.session, work.keys, [locked.order.order_id])
    its = versions.get(locked.order.order_id, ())
    if not ended_by(its, obligation_id):
        raise PlatformError(FAILED, "the obligation was not ended here, so nothing is to revive")
    ended = max(v.number for v in its if v.about_id == obligation_id and v.cause == "ended")
    return its[ended - 2]


def _end_before(version: Version, one: Obligation) -> date | None:
    """Return the last day that an obligation had before it was ended."""
    was = next(o for o in version.obligations if o.obligation_id == one.obligation_id)
    return terms.terms_of(was)[-1].effective_to


def _revival_violations(revival: Revival, one: Obligation) -> Iterator[Violation]:
    last = terms.terms_of(one)[-1].effective_to
    if revival.ground == "school":
        yield Violation("ground", "record the school with ExtendForSchool; it brings support back")
    if not revival.document_id:
        yield Violation("document_id", "the paper that shows it")
    if last is not None and revival.first_day <= last:
        yield Violation("first_day", f"{last + terms.DAY} or later: it is owed until then")
    error = revival.ground == "recorded_in_error"
    if error and last is not None and revival.first_day != last + terms.DAY:
        yield Violation("first_day", f"{last + terms.DAY}: an end that never was leaves no gap")


def _children(case: Case) -> list[str]:
    return [m.participant_id for m in case.members if m.role == "child"]


def _reread(work: Work, case_id: str) -> cases.Stored:
    return cases.read(work.session, [case_id])[0]
