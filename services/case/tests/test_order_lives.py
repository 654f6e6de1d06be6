"""How long support lasts: what ends by itself, what takes a court, and what brings it back."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest
from establishing_world import paternity_determined
from sqlalchemy import text

from case_service.actions import life_events, orders
from case_service.api.imports import CaseImports
from case_service.domain.orders.life_events import LifeEvent
from case_service.domain.orders.model import (
    Ending,
    NewObligation,
    NewOrder,
    OrderText,
    StatedTerm,
    Version,
)
from case_service.jobs.orders import end_obligations
from case_service.service import SERVICE
from case_service.store import cases, histories
from chassis.dates import from_date
from chassis.errors import PlatformError
from chassis.events import message_class
from chassis.ids import derived_id
from chassis.runtime import Caller, Runtime, Work
from childsupport.case.v1 import case_service_pb2 as pb
from childsupport.case.v1 import events_pb2 as events

TODAY = date(2026, 3, 6)
CASE = derived_id("test", "case")
ELDER, YOUNGER = derived_id("test", "elder"), derived_id("test", "younger")
BORN = {ELDER: date(2008, 5, 20), YOUNGER: date(2012, 9, 1)}
WORKER = Caller("worker-1")


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime], page: pb.ImportCasesRequest) -> Runtime:
    """A case with two children, of whom the elder comes of age on May 20, 2026."""
    made = runtime_for(SERVICE)
    for child, born in BORN.items():
        page.participants.add(
            participant_id=child, first_name="Child", last_name="Doe", birth_date=from_date(born)
        )
        page.cases[0].members.add(participant_id=child, role=pb.CASE_ROLE_CHILD)
    del page.cases[0].orders[:]
    with made.work() as work:
        CaseImports().ImportCases(iter([page]), work)
    paternity_determined(made, CASE, page.cases[0].obligor_id, *BORN)
    return made


def record(
    runtime: Runtime,
    *children: str,
    each: bool = False,
    support_type: str = "child",
    last: date | None = None,
) -> Version:
    """Record an order for children: one amount for all, or one for each."""
    stated = (StatedTerm(date(2026, 1, 1), last, 40_000, "monthly"),)
    owed = [NewObligation(support_type, stated, child_id=c) for c in (children if each else [""])]
    new = NewOrder(
        OrderText("original", "26-CI-00001", "21073", date(2026, 1, 15), children=children),
        tuple(owed),
    )
    with runtime.work(WORKER) as work:
        return orders.record_order(work, CASE, new)


def go_to(runtime: Runtime, day: date) -> None:
    runtime.clock.advance(day - runtime.clock.today())  # type: ignore[attr-defined]


def run_job(runtime: Runtime, day: date) -> Mapping[str, int | str]:
    go_to(runtime, day)
    with runtime.work() as work:
        return end_obligations(work, day)


def last_days(runtime: Runtime) -> list[date | None]:
    with runtime.work() as work:
        order = cases.read(work.session, [CASE])[0].case.orders[0]
    return [one.effective_to for one in order.obligations]


def kinds(work: Work) -> list[str]:
    return [entry.kind for entry in histories.read(work.session, work.keys, CASE)]


def alerts(work: Work) -> int:
    return work.session.scalar(text("SELECT count(*) FROM life_alert")) or 0


def event(kind: str, on: date, child: str = "", **given: object) -> LifeEvent:
    made = LifeEvent("", CASE, kind, on, child, document_id="doc-1")
    return replace(made, **given)  # type: ignore[arg-type]


def happens(runtime: Runtime, one: LifeEvent) -> tuple[LifeEvent, ...]:
    with runtime.work(WORKER) as work:
        return life_events.record_event(work, CASE, one)


def test_support_for_an_only_child_ends_by_itself_at_eighteen(runtime: Runtime) -> None:
    """KRS 403.213(3)."""
    record(runtime, ELDER)
    assert run_job(runtime, date(2026, 5, 19))["ended"] == 0
    assert last_days(runtime) == [None]
    assert run_job(runtime, date(2026, 5, 20))["ended"] == 1
    assert last_days(runtime) == [date(2026, 5, 19)]
    with runtime.work() as work:
        assert kinds(work)[-1] == "obligation_ended"
        rows = work.session.execute(text("SELECT type, body FROM outbox ORDER BY id"))
        messages = [message_class(r.type).FromString(bytes(r.body)) for r in rows]
    notices = [n for m in messages if isinstance(m, events.NoticesIssued) for n in m.notices]
    ended = [n for n in notices if n.kind == "obligation_ended"]
    assert len(ended) == 2
    assert dict(ended[0].facts) == {
        "support_type": "child",
        "ended_on": "2026-05-19",
        "ground": "majority",
    }


def test_the_job_does_the_same_day_once(runtime: Runtime) -> None:
    record(runtime, ELDER, YOUNGER)
    run_job(runtime, date(2026, 5, 20))
    with runtime.work() as work:
        before = kinds(work), alerts(work)
    again = run_job(runtime, date(2026, 5, 20))
    assert again["ended"] == 0
    with runtime.work() as work:
        assert (kinds(work), alerts(work)) == before


def test_the_job_refuses_a_day_that_has_not_come(runtime: Runtime) -> None:
    with runtime.work() as work, pytest.raises(ValueError, match="has not come"):
        end_obligations(work, TODAY + timedelta(days=1))


def test_one_amount_for_two_does_not_fall_when_one_comes_of_age(runtime: Runtime) -> None:
    """IRG Q2.7: it takes a court, so somebody is alerted; it ends with the last child."""
    record(runtime, ELDER, YOUNGER)
    run_job(runtime, date(2026, 5, 20))
    assert last_days(runtime) == [None]
    with runtime.work() as work:
        assert kinds(work).count("court_needed") == 1
    run_job(runtime, date(2030, 9, 1))
    assert last_days(runtime) == [date(2030, 8, 31)]


def test_an_amount_per_child_ends_with_its_child(runtime: Runtime) -> None:
    record(runtime, ELDER, YOUNGER, each=True)
    run_job(runtime, date(2026, 5, 20))
    assert last_days(runtime) == [date(2026, 5, 19), None]
    with runtime.work() as work:
        assert "court_needed" not in kinds(work)


def test_somebody_is_asked_for_the_school_before_the_age(runtime: Runtime) -> None:
    record(runtime, ELDER)
    run_job(runtime, date(2026, 3, 10))
    with runtime.work() as work:
        assert kinds(work).count("school_to_find_out") == 1


def test_a_child_in_high_school_is_owed_for_until_school_is_over(runtime: Runtime) -> None:
    record(runtime, ELDER)
    school = life_events.School(ELDER, date(2026, 3, 1), date(2026, 5, 29))
    with runtime.work(WORKER) as work:
        assert life_events.extend_for_school(work, CASE, school) == []
    run_job(runtime, date(2026, 5, 29))
    assert last_days(runtime) == [None]
    run_job(runtime, date(2026, 5, 30))
    assert last_days(runtime) == [date(2026, 5, 29)]


def test_school_never_goes_beyond_the_year_in_which_the_child_turns_nineteen(
    runtime: Runtime,
) -> None:
    record(runtime, ELDER)
    school = life_events.School(ELDER, date(2026, 3, 1), date(2028, 5, 29))
    with runtime.work(WORKER) as work:
        life_events.extend_for_school(work, CASE, school)
    run_job(runtime, date(2027, 6, 30))
    assert last_days(runtime) == [None]
    run_job(runtime, date(2027, 7, 1))
    assert last_days(runtime) == [date(2027, 6, 30)]


def test_school_that_is_told_late_brings_support_back_without_a_gap(runtime: Runtime) -> None:
    record(runtime, ELDER)
    run_job(runtime, date(2026, 5, 25))
    assert last_days(runtime) == [date(2026, 5, 19)]
    school = life_events.School(ELDER, date(2026, 3, 1), date(2026, 6, 12))
    with runtime.work(WORKER) as work:
        (extended,) = life_events.extend_for_school(work, CASE, school)
        assert [t.effective_to for t in extended.obligations[0].terms] == [None]
        assert extended.effective_from == date(2026, 5, 20)
        rows = work.session.execute(text("SELECT type, body FROM outbox ORDER BY id DESC LIMIT 2"))
        messages = [message_class(r.type).FromString(bytes(r.body)) for r in rows]
    assert [n.kind for m in messages for n in m.notices] == ["order_modified"] * 2  # type: ignore[attr-defined]
    run_job(runtime, date(2026, 7, 1))
    assert last_days(runtime) == [date(2026, 6, 12)]


def test_leaving_school_ends_what_school_had_kept(runtime: Runtime) -> None:
    record(runtime, ELDER)
    happens(runtime, event("school", date(2026, 3, 1), ELDER, until=date(2027, 5, 28)))
    go_to(runtime, date(2026, 12, 1))
    happens(runtime, event("school", date(2026, 12, 1), ELDER, until=date(2026, 12, 1)))
    run_job(runtime, date(2026, 12, 2))
    assert last_days(runtime) == [date(2026, 12, 1)]


@pytest.mark.parametrize(
    "kind", ["marriage_of_child", "death_of_child", "adoption", "termination_of_parental_rights"]
)
def test_what_emancipates_early_ends_support_at_once(runtime: Runtime, kind: str) -> None:
    record(runtime, YOUNGER)
    happens(runtime, event(kind, date(2026, 3, 2), YOUNGER))
    assert last_days(runtime) == [date(2026, 3, 1)]


def test_marriage_ends_support_also_for_a_child_in_school(runtime: Runtime) -> None:
    record(runtime, ELDER)
    happens(runtime, event("school", date(2026, 3, 1), ELDER))
    go_to(runtime, date(2026, 6, 10))
    happens(runtime, event("marriage_of_child", date(2026, 6, 10), ELDER))
    assert last_days(runtime) == [date(2026, 6, 9)]


@pytest.mark.parametrize("kind", ["left_home", "genetic_exclusion"])
def test_what_takes_a_court_ends_nothing_and_alerts(runtime: Runtime, kind: str) -> None:
    record(runtime, YOUNGER)
    happens(runtime, event(kind, date(2026, 3, 2), YOUNGER))
    assert last_days(runtime) == [None]
    with runtime.work() as work:
        assert kinds(work)[-1] == "court_needed"


@pytest.mark.parametrize(
    ("support_type", "last_day"), [("child", None), ("spousal", date(2026, 3, 1))]
)
def test_the_death_of_who_owes_ends_a_spouse_s_support_alone(
    runtime: Runtime, support_type: str, last_day: date | None
) -> None:
    """KRS 403.213(3): a court may modify, revoke or commute it; 403.250(2) for maintenance."""
    record(runtime, YOUNGER, support_type=support_type)
    happens(runtime, event("death_of_obligor", date(2026, 3, 2)))
    assert last_days(runtime) == [last_day]
    with runtime.work() as work:
        assert ("court_needed" in kinds(work)) == (last_day is None)


def test_incarceration_ends_nothing_and_asks_for_nothing(runtime: Runtime) -> None:
    record(runtime, YOUNGER)
    happens(runtime, event("incarceration", date(2026, 3, 2)))
    assert last_days(runtime) == [None]
    with runtime.work() as work:
        assert "court_needed" not in kinds(work)


def test_a_disability_by_order_outlasts_the_age_but_not_a_death(runtime: Runtime) -> None:
    record(runtime, ELDER)
    happens(runtime, event("disability_order", date(2026, 3, 1), ELDER))
    run_job(runtime, date(2027, 8, 1))
    assert last_days(runtime) == [None]
    happens(runtime, event("death_of_child", date(2027, 8, 1), ELDER))
    assert last_days(runtime) == [date(2027, 7, 31)]


def test_what_the_decree_provides_goes_before_the_age(runtime: Runtime) -> None:
    record(runtime, ELDER, last=date(2029, 5, 19))
    run_job(runtime, date(2027, 8, 1))
    assert last_days(runtime) == [date(2029, 5, 19)]


def test_support_of_a_spouse_does_not_end_with_the_children(runtime: Runtime) -> None:
    record(runtime, ELDER, support_type="spousal")
    run_job(runtime, date(2027, 8, 1))
    assert last_days(runtime) == [None]
    happens(runtime, event("remarriage_of_obligee", date(2027, 8, 1)))
    assert last_days(runtime) == [date(2027, 7, 31)]


def test_an_end_that_never_was_is_taken_back_with_its_event(runtime: Runtime) -> None:
    version = record(runtime, YOUNGER)
    (wrong,) = happens(runtime, event("marriage_of_child", date(2026, 3, 2), YOUNGER))
    revival = life_events.Revival("recorded_in_error", date(2026, 3, 2), "doc-2", wrong.event_id)
    with runtime.work(WORKER) as work:
        owed = version.obligations[0].obligation_id
        after = life_events.revive_obligation(work, owed, revival)
        assert (after.cause, [t.effective_to for t in after.obligations[0].terms]) == (
            "revived",
            [None],
        )
    run_job(runtime, date(2026, 4, 1))
    assert last_days(runtime) == [None]


def test_a_court_brings_support_back_and_nothing_is_owed_for_the_days_between(
    runtime: Runtime,
) -> None:
    version = record(runtime, YOUNGER)
    owed = version.obligations[0].obligation_id
    with runtime.work(WORKER) as work:
        orders.end_obligation(work, owed, Ending(date(2026, 3, 31), "order"))
        revival = life_events.Revival("order", date(2026, 6, 1), "doc-2")
        after = life_events.revive_obligation(work, owed, revival)
    assert [(t.effective_from, t.monthly_cents) for t in after.obligations[0].terms] == [
        (date(2026, 1, 1), 40_000),
        (date(2026, 4, 1), 0),
        (date(2026, 6, 1), 40_000),
    ]


@pytest.mark.parametrize(("ground", "sentence"), [("judgment", "no support back"), ("school", "")])
def test_nothing_else_revives(runtime: Runtime, ground: str, sentence: str) -> None:
    version = record(runtime, YOUNGER)
    owed = version.obligations[0].obligation_id
    with runtime.work(WORKER) as work:
        orders.end_obligation(work, owed, Ending(date(2026, 3, 31), "order"))
        revival = life_events.Revival(ground, date(2026, 4, 1), "doc-2")
        with pytest.raises(PlatformError, match=sentence or "ExtendForSchool"):
            life_events.revive_obligation(work, owed, revival)


def test_an_event_needs_its_child_its_day_and_its_proof(runtime: Runtime) -> None:
    record(runtime, YOUNGER)
    wrong = event("adoption", TODAY + timedelta(days=1), "nobody", document_id="")
    with pytest.raises(PlatformError) as caught:
        happens(runtime, wrong)
    assert [v.field for v in caught.value.violations] == ["child_id", "on_date", "document_id"]


def test_a_step_in_the_amount_is_told_when_its_day_comes(runtime: Runtime) -> None:
    steps = (
        StatedTerm(date(2026, 1, 1), date(2026, 3, 31), 40_000, "monthly"),
        StatedTerm(date(2026, 4, 1), None, 45_000, "monthly"),
    )
    new = NewOrder(
        OrderText("original", "26-CI-00001", "21073", date(2026, 1, 15), children=(YOUNGER,)),
        (NewObligation("child", steps),),
    )
    with runtime.work(WORKER) as work:
        orders.record_order(work, CASE, new)
    assert run_job(runtime, date(2026, 3, 31))["begun"] == 0
    assert run_job(runtime, date(2026, 4, 1))["begun"] == 1
    assert run_job(runtime, date(2026, 4, 1))["begun"] == 0
    with runtime.work() as work:
        one = cases.read(work.session, [CASE])[0].case.orders[0].obligations[0]
    assert one.monthly_amount_cents == 45_000
