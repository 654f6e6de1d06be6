"""Assistance over the contract: months in; status and what is not repaid out, with its span."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from case_service.api.assistance import AssistanceReads, AssistanceWrites
from case_service.api.imports import CaseImports
from case_service.api.reads import CaseReads
from case_service.jobs.assistance import turn_month
from case_service.service import SERVICE
from case_service.store.tables import case_clock
from chassis import tables
from chassis.clock import SteppedClock
from chassis.crypto import load_keys
from chassis.dates import from_date, to_date
from chassis.errors import PlatformError
from chassis.ids import derived_id
from chassis.runtime import Runtime
from childsupport.case.v1 import assistance_service_pb2 as pb
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import events_pb2 as events

K_TAP = case_pb.ASSISTANCE_PROGRAM_K_TAP
MEDICAID = case_pb.ASSISTANCE_PROGRAM_MEDICAID
FOSTER_CARE = case_pb.ASSISTANCE_PROGRAM_FOSTER_CARE
CASE = derived_id("test", "case")
CHILD = derived_id("test", "child")


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Runtime:
    """A case with a child that came without assistance. Today is 6 March 2026."""
    made = runtime_for(SERVICE)
    page.participants.add(participant_id=CHILD, first_name="Joy", last_name="Doe")
    one = page.cases[0]
    one.members.add(participant_id=CHILD, role=case_pb.CASE_ROLE_CHILD)
    one.assistance_status = case_pb.ASSISTANCE_STATUS_NEVER
    one.ClearField("assistance_since")
    one.unreimbursed_assistance_cents = 0
    take(made, page)
    return made


def take(runtime: Runtime, page: case_pb.ImportCasesRequest) -> None:
    with runtime.work() as work:
        CaseImports().ImportCases(iter([page]), work)


def record(runtime: Runtime, **given: object) -> pb.RecordAssistanceResponse:
    request = pb.RecordAssistanceRequest(case_id=CASE, **given)
    with runtime.work() as work:
        return AssistanceWrites().RecordAssistance(request, work)


def pay(runtime: Runtime, first: date, cents: int, **given: object) -> pb.Assistance:
    request = pb.RecordAssistancePaidRequest(
        **{"case_id": CASE, "program": K_TAP, "first_month": from_date(first), **given},
        paid_cents=cents,
    )
    with runtime.work() as work:
        return AssistanceWrites().RecordAssistancePaid(request, work).assistance


def correct(runtime: Runtime, **given: object) -> pb.Assistance:
    request = pb.CorrectAssistanceRequest(case_id=CASE, **given)
    with runtime.work() as work:
        return AssistanceWrites().CorrectAssistance(request, work).assistance


def get(runtime: Runtime) -> pb.GetAssistanceResponse:
    with runtime.work() as work:
        return AssistanceReads().GetAssistance(pb.GetAssistanceRequest(case_id=CASE), work)


def case_now(runtime: Runtime) -> case_pb.GetCaseResponse:
    with runtime.work() as work:
        return CaseReads().GetCase(case_pb.GetCaseRequest(case_id=CASE), work)


def told(runtime: Runtime) -> list[events.CasesChanged]:
    name = events.CasesChanged.DESCRIPTOR.full_name
    query = select(tables.outbox.c.body).where(tables.outbox.c.type == name)
    with runtime.work() as work:
        bodies = work.session.scalars(query.order_by(tables.outbox.c.id))
        return [events.CasesChanged.FromString(body) for body in bodies]


def days(year: int, month: int, day: int) -> object:
    return from_date(date(year, month, day))


def test_k_tap_makes_a_current_case_and_tells_the_months_that_are_now_different(
    runtime: Runtime,
) -> None:
    answer = record(runtime, program=K_TAP, first_day=days(2026, 1, 12), paid_cents=90_000)
    assert answer.assistance.status == case_pb.ASSISTANCE_STATUS_CURRENT
    assert to_date(answer.assistance.since) == date(2026, 1, 1)
    assert answer.assistance.unreimbursed_assistance_cents == 90_000
    last = told(runtime)[-1]
    assert last.cases[0] == case_now(runtime).case
    assert last.cases[0].assistance[0].paid_cents == 90_000
    (span,) = last.touched
    assert (span.cause, to_date(span.first_day)) == ("assistance", date(2026, 1, 1))
    assert not span.HasField("last_day")


def test_each_month_says_what_it_assigns_and_by_which_law(runtime: Runtime) -> None:
    record(
        runtime, program=K_TAP, first_day=days(2026, 1, 12), last_day=days(2026, 2, 20),
        paid_cents=30_000,
    )  # fmt: skip
    found = get(runtime)
    lines = [
        (to_date(m.month).month, m.status, m.paid_cents, [a.assigned_cents for a in m.assigned])
        for m in found.months
    ]
    current, former = case_pb.ASSISTANCE_STATUS_CURRENT, case_pb.ASSISTANCE_STATUS_FORMER
    assert lines == [
        (1, current, 15_000, [20_000]),
        (2, current, 15_000, [10_000]),
        (3, former, 0, []),
    ]
    assert "42 USC 608(a)(3)" in found.months[0].assigned[0].citation
    steps = found.assistance.steps
    assert [dict(s.outputs) for s in steps] == [
        {"amount_cents": "30000"},
        {"unreimbursed_cents": "30000"},
    ]
    assert all(s.rule_checksum for s in steps)


def test_assistance_in_the_future_touches_nothing_and_begins_when_its_month_does(
    runtime: Runtime,
) -> None:
    answer = record(runtime, program=K_TAP, first_day=days(2026, 5, 1))
    assert answer.assistance.status == case_pb.ASSISTANCE_STATUS_NEVER
    assert not told(runtime)[-1].touched
    clock = runtime.clock
    assert isinstance(clock, SteppedClock)
    with runtime.work() as work:
        assert turn_month(work, clock.today()) == {"cases": 0}
    clock.advance(timedelta(days=60))
    with runtime.work() as work:
        assert turn_month(work, clock.today()) == {"cases": 1}
        assert turn_month(work, clock.today()) == {"cases": 0}
    assert told(runtime)[-1].cases[0].assistance_status == case_pb.ASSISTANCE_STATUS_CURRENT
    assert to_date(case_now(runtime).case.assistance_since) == date(2026, 5, 1)


def test_the_end_makes_a_former_case_and_the_history_says_so(runtime: Runtime) -> None:
    period = record(runtime, program=K_TAP, first_day=days(2025, 6, 1)).period_id
    request = pb.EndAssistanceRequest(
        case_id=CASE, period_id=period, last_day=days(2026, 1, 15), etag="2"
    )
    with runtime.work() as work:
        after = AssistanceWrites().EndAssistance(request, work).assistance
    assert after.status == case_pb.ASSISTANCE_STATUS_FORMER
    assert to_date(after.since) == date(2026, 2, 1)
    texts = [entry.text for entry in case_now(runtime).history]
    assert "K-TAP ended; its last month is January 2026." in texts
    assert "Assistance was current; it is former now." in texts
    request.etag = ""
    with (
        pytest.raises(PlatformError, match="ended with January 2026; correct it"),
        runtime.work() as work,
    ):
        AssistanceWrites().EndAssistance(request, work)


def test_the_family_is_told_that_services_go_on(runtime: Runtime) -> None:
    """45 CFR 302.33(a)(4): within five working days; here on the day that it is known."""
    period = record(runtime, program=MEDICAID, first_day=days(2025, 6, 1)).period_id
    request = pb.EndAssistanceRequest(case_id=CASE, period_id=period, last_day=days(2026, 2, 28))
    with runtime.work() as work:
        AssistanceWrites().EndAssistance(request, work)
        clock = case_clock.c
        query = select(clock.kind, clock.state).where(clock.about_id == period)
        assert work.session.execute(query).all() == [("services_continue_notice", "met")]
        kind = events.NoticesIssued.DESCRIPTOR.full_name
        bodies = work.session.scalars(
            select(tables.outbox.c.body).where(tables.outbox.c.type == kind)
        ).all()
        directory = runtime.settings.keys_file.parent
    (notice,) = events.NoticesIssued.FromString(bodies[-1]).notices
    assert (notice.kind, notice.letter, notice.participant_id) == (
        "services_continue",
        True,
        case_now(runtime).case.obligee_id,
    )
    reader = load_keys("notification", directory / "notification.keys.json")
    text = (reader.open(notice.text_for_notification) or b"").decode()
    assert text.startswith("La asistencia de su familia termina")
    assert "$35.00" in text


def test_a_correction_of_past_months_touches_just_those(runtime: Runtime) -> None:
    period = record(
        runtime, program=K_TAP, first_day=days(2025, 6, 1), last_day=days(2025, 9, 30)
    ).period_id
    after = correct(
        runtime, etag="2", period_id=period, last_day=days(2025, 11, 2), reason="IV-A's own list"
    )
    assert to_date(after.periods[0].last_month) == date(2025, 11, 1)
    (span,) = told(runtime)[-1].touched
    assert to_date(span.first_day) == date(2025, 10, 1)
    assert to_date(span.last_day) == date(2025, 11, 30)
    assert "Reason: IV-A's own list" in case_now(runtime).history[-1].text


def test_what_never_was_is_taken_back(runtime: Runtime) -> None:
    period = record(runtime, program=K_TAP, first_day=days(2025, 6, 1)).period_id
    after = correct(runtime, etag="2", period_id=period, never_was=True, reason="another family")
    assert after.status == case_pb.ASSISTANCE_STATUS_NEVER
    assert (len(after.periods), after.HasField("since")) == (0, False)


def test_a_correction_of_what_somebody_else_changed_is_refused(runtime: Runtime) -> None:
    period = record(runtime, program=K_TAP, first_day=days(2025, 6, 1)).period_id
    pay(runtime, date(2025, 6, 1), 1_000)
    with pytest.raises(PlatformError, match="changed by somebody else"):
        correct(runtime, etag="2", period_id=period, never_was=True, reason="x")


def test_money_paid_keeps_its_months(runtime: Runtime) -> None:
    period = record(
        runtime, program=K_TAP, first_day=days(2025, 6, 1), last_day=days(2025, 9, 30),
        paid_cents=40_000,
    ).period_id  # fmt: skip
    with pytest.raises(PlatformError, match="paid in September 2025, and no period has that month"):
        correct(runtime, etag="2", period_id=period, last_day=days(2025, 8, 1), reason="x")


def test_what_was_paid_is_recorded_by_month_and_put_right_for_the_same_month(
    runtime: Runtime,
) -> None:
    record(runtime, program=K_TAP, first_day=days(2026, 1, 1))
    pay(runtime, date(2026, 1, 1), 26_200)
    pay(runtime, date(2026, 2, 1), 26_200)
    after = pay(runtime, date(2026, 2, 28), 32_800)
    assert after.unreimbursed_assistance_cents == 59_000
    assert after.periods[0].paid_cents == 59_000
    (span,) = told(runtime)[-1].touched
    assert (to_date(span.first_day), to_date(span.last_day)) == (
        date(2026, 2, 1),
        date(2026, 2, 28),
    )
    before, history = len(told(runtime)), case_now(runtime).history
    assert pay(runtime, date(2026, 2, 1), 32_800).unreimbursed_assistance_cents == 59_000
    assert (len(told(runtime)), case_now(runtime).history) == (before, history)


def test_months_recorded_together_are_not_taken_apart(runtime: Runtime) -> None:
    record(runtime, program=K_TAP, first_day=days(2026, 1, 1), paid_cents=60_000)
    with pytest.raises(PlatformError, match="January 2026 to March 2026 are recorded together"):
        pay(runtime, date(2026, 2, 1), 20_000)


def test_assistance_of_one_program_never_overlaps(runtime: Runtime) -> None:
    record(runtime, program=K_TAP, first_day=days(2025, 6, 1), last_day=days(2025, 9, 30))
    record(runtime, program=MEDICAID, first_day=days(2025, 6, 1))
    with pytest.raises(PlatformError, match="K-TAP is recorded from June 2025 to September 2025"):
        record(runtime, program=K_TAP, first_day=days(2025, 9, 2))


def test_all_that_is_wrong_is_named_at_once(runtime: Runtime) -> None:
    with pytest.raises(PlatformError) as caught:
        record(runtime, program=FOSTER_CARE, paid_cents=-1)
    assert [v.field for v in caught.value.violations] == ["child_id", "paid_cents", "first_day"]


def test_foster_care_is_for_one_child_and_counts_as_assistance(runtime: Runtime) -> None:
    """45 CFR 302.51(a)(5)(i): never received IV-A assistance or IV-E foster care."""
    answer = record(
        runtime, program=FOSTER_CARE, child_id=CHILD, first_day=days(2026, 1, 1), paid_cents=120_000
    )
    assert answer.assistance.status == case_pb.ASSISTANCE_STATUS_CURRENT
    january = get(runtime).months[0]
    assert [(a.program, a.assigned_cents) for a in january.assigned] == [(FOSTER_CARE, 20_000)]


def test_a_case_that_was_taken_over_keeps_its_balance(
    runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest
) -> None:
    """The family had assistance until 2020 and $123.45 of it are not repaid."""
    runtime = runtime_for(SERVICE)
    take(runtime, page)
    seen = get(runtime).assistance
    assert (seen.status, seen.unreimbursed_assistance_cents) == (
        case_pb.ASSISTANCE_STATUS_FORMER,
        12_345,
    )
    answer = record(runtime, program=K_TAP, first_day=days(2026, 2, 1), paid_cents=1_000)
    assert answer.assistance.unreimbursed_assistance_cents == 13_345
    after = pay(runtime, date(2026, 2, 1), 0, last_month=days(2026, 3, 1))
    assert after.unreimbursed_assistance_cents == 12_345
    period = answer.period_id
    after = correct(runtime, etag="3", period_id=period, never_was=True, reason="not theirs")
    assert after.status == case_pb.ASSISTANCE_STATUS_FORMER
    assert to_date(after.since) == date(2020, 1, 1)
