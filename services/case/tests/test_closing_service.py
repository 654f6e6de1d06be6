"""Closing and reopening a case as a caseworker does it, on a real database."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from threading import Thread

import pytest
from google.protobuf.message import Message
from sqlalchemy import select, update

from case_service.actions import clocks as clock_actions
from case_service.api.closing import ClosureReads, Closures
from case_service.api.imports import CaseImports
from case_service.domain.applications import SUBMITTED, Application
from case_service.handlers import HANDLERS
from case_service.jobs.closing import waited
from case_service.service import SERVICE
from case_service.store import applications, clocks, histories, worklist
from case_service.store.tables import case_table
from chassis import tables, topology
from chassis.clock import SteppedClock
from chassis.dates import from_date, to_date
from chassis.errors import PlatformError
from chassis.events import message_class
from chassis.ids import derived_id, new_id
from chassis.runtime import Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import closure_service_pb2 as pb
from childsupport.case.v1 import events_pb2 as events
from childsupport.common.v1.errors_pb2 import ErrorReason
from childsupport.payments.v1 import events_pb2 as payments
from childsupport.payments.v1 import payments_service_pb2 as payments_pb

CASE = derived_id("test", "case")
OBLIGOR = derived_id("test", "obligor")
OBLIGEE = derived_id("test", "obligee")
OBLIGATION = derived_id("test", "obligation")
TODAY = date(2026, 3, 6)


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Runtime:
    """A family whose support ended a year ago."""
    page.cases[0].orders[0].obligations[0].effective_to.CopyFrom(from_date(date(2025, 2, 28)))
    runtime = runtime_for(SERVICE)
    with runtime.work() as work:
        CaseImports().ImportCases(iter([page]), work)
    return runtime


def tell_balance(runtime: Runtime, cents: int, *, bucket: int = 1, version: int = 1) -> None:
    state = payments.BalanceState(
        balance=payments_pb.Balance(
            obligation_id=OBLIGATION,
            case_id=CASE,
            bucket=bucket,  # type: ignore[arg-type]
            due_cents=cents,
        ),
        obligor_id=OBLIGOR,
        version=version,
    )
    handlers = {h.event: h for h in HANDLERS}
    with runtime.work() as work:
        message = payments.ObligationsCharged(balances=[state])
        handlers[payments.ObligationsCharged].handle(message, work)


def pass_days(runtime: Runtime, days: int) -> None:
    assert isinstance(runtime.clock, SteppedClock)
    runtime.clock.advance(timedelta(days=days))


def call(runtime: Runtime, method: str, request: Message) -> Message:
    servicer = ClosureReads() if hasattr(ClosureReads, method) else Closures()
    with runtime.work() as work:
        answer: Message = getattr(servicer, method)(request, work)
        return answer


def intend(runtime: Runtime, ground: str = "1") -> pb.Closure:
    request = pb.IntendClosureRequest(case_id=CASE, ground=ground)
    answer = call(runtime, "IntendClosure", request)
    assert isinstance(answer, pb.IntendClosureResponse)
    return answer.closure


def close(runtime: Runtime, closure_id: str) -> pb.CloseCaseResponse:
    answer = call(runtime, "CloseCase", pb.CloseCaseRequest(closure_id=closure_id))
    assert isinstance(answer, pb.CloseCaseResponse)
    return answer


def answered(runtime: Runtime, closure_id: str, kind: int, who: str = OBLIGEE) -> pb.Closure:
    request = pb.AnswerClosureNoticeRequest(
        closure_id=closure_id,
        participant_id=who,
        kind=kind,  # type: ignore[arg-type]
        statement="He works in Lexington now.",
    )
    answer = call(runtime, "AnswerClosureNotice", request)
    assert isinstance(answer, pb.AnswerClosureNoticeResponse)
    return answer.closure


def find(runtime: Runtime, code: str, **said: object) -> pb.ClosureFinding:
    request = pb.RecordClosureFindingRequest(case_id=CASE, code=code, statement="seen", **said)  # type: ignore[arg-type]
    answer = call(runtime, "RecordClosureFinding", request)
    assert isinstance(answer, pb.RecordClosureFindingResponse)
    return answer.finding


def told(runtime: Runtime) -> Iterator[Message]:
    with runtime.work() as work:
        rows = work.session.execute(
            select(tables.outbox.c.type, tables.outbox.c.body).order_by(tables.outbox.c.id)
        )
        return iter([message_class(row.type).FromString(row.body) for row in rows])


def notices(runtime: Runtime) -> list[tuple[str, str]]:
    messages = [m for m in told(runtime) if isinstance(m, events.NoticesIssued)]
    return [(n.kind, n.participant_id) for m in messages for n in m.notices]


def history(runtime: Runtime) -> list[str]:
    with runtime.work() as work:
        return [e.kind for e in histories.read(work.session, work.keys, CASE)]


def open_clocks(runtime: Runtime) -> set[str]:
    with runtime.work() as work:
        return {clock.kind for clock in clocks.open_of_case(work.session, CASE)}


def applied(runtime: Runtime, application_id: str, on: date) -> None:
    with runtime.work() as work:
        application = Application(
            application_id, 1, "application", "online", on, on, status=SUBMITTED, filed_on=on
        )
        applications.write(work.session, work.keys, application, work.clock.now())


def test_from_the_intent_over_sixty_days_to_the_closed_case(runtime: Runtime) -> None:
    """45 CFR 303.11(b)(1), (d)(1), (e)."""
    tell_balance(runtime, 49_999)
    with runtime.work() as work:
        clock_actions.start(work, CASE, "locate", TODAY)
    one = intend(runtime)
    assert to_date(one.answer_by) == date(2026, 5, 5)
    assert notices(runtime) == [("closure_intended", OBLIGEE)]
    assert open_clocks(runtime) == {"closure_notice", "locate"}
    pass_days(runtime, 60)
    with pytest.raises(PlatformError, match="run until 2026-05-05") as refused:
        close(runtime, one.closure_id)
    assert refused.value.reason == ErrorReason.ERROR_REASON_FAILED_PRECONDITION
    pass_days(runtime, 1)
    done = close(runtime, one.closure_id)
    assert done.case.status == case_pb.CASE_STATUS_CLOSED
    assert (to_date(done.case.closed_on), done.case.closure_ground) == (date(2026, 5, 6), "1")
    assert to_date(done.case.orders[0].obligations[0].effective_to) == date(2025, 2, 28)
    assert open_clocks(runtime) == {"records_kept"}
    assert notices(runtime)[-1] == ("case_closed", OBLIGEE)
    last = list(told(runtime))[-2]
    assert isinstance(last, events.CasesChanged)
    assert last.cases[0].status == case_pb.CASE_STATUS_CLOSED
    assert history(runtime) == ["taken_over", "closure_intended", "case_closed"]


def test_nothing_closes_within_the_notices_days(runtime: Runtime) -> None:
    """Asked on the first day, the second and the last but one."""
    tell_balance(runtime, 0)
    one = intend(runtime)
    for days in (0, 1, 58):
        pass_days(runtime, days)
        with pytest.raises(PlatformError):
            close(runtime, one.closure_id)
    assert "case_closed" not in history(runtime)


def test_what_is_owed_and_not_known_keeps_the_case_open(runtime: Runtime) -> None:
    with pytest.raises(PlatformError, match="the ledger has not told yet"):
        intend(runtime)
    tell_balance(runtime, 50_000, version=2)
    with pytest.raises(PlatformError, match=r"\$500.00 owed"):
        intend(runtime)
    tell_balance(runtime, 10, version=1)
    with pytest.raises(PlatformError, match=r"\$500.00 owed"):
        intend(runtime)
    tell_balance(runtime, 10, version=3)
    assert intend(runtime).state == pb.CLOSURE_STATE_INTENDED


def test_arrears_that_rise_while_the_notice_runs_undo_the_ground(runtime: Runtime) -> None:
    tell_balance(runtime, 10)
    one = intend(runtime)
    tell_balance(runtime, 60_000, version=2)
    pass_days(runtime, 61)
    with pytest.raises(PlatformError, match=r"303.11\(b\)\(1\) is not met"):
        close(runtime, one.closure_id)


@pytest.mark.parametrize(
    "kind", [pb.CLOSURE_ANSWER_KIND_INFORMATION, pb.CLOSURE_ANSWER_KIND_CONTACT]
)
def test_an_answer_keeps_the_case_open(runtime: Runtime, kind: int) -> None:
    """45 CFR 303.11(d)(3)."""
    tell_balance(runtime, 10)
    one = intend(runtime)
    pass_days(runtime, 60)
    assert answered(runtime, one.closure_id, kind).state == pb.CLOSURE_STATE_KEPT_OPEN
    pass_days(runtime, 30)
    with pytest.raises(PlatformError):
        close(runtime, one.closure_id)
    assert history(runtime)[-2:] == ["closure_answered", "closure_kept_open"]
    assert open_clocks(runtime) == set()
    with runtime.work() as work:
        items = worklist.lock_about(work.session, work.keys, one.closure_id)
        assert [item.kind for item in items] == ["ALERT"]


def test_consent_does_not_shorten_the_days_and_others_cannot_answer(runtime: Runtime) -> None:
    tell_balance(runtime, 10)
    one = intend(runtime)
    with pytest.raises(PlatformError, match="not found"):
        answered(runtime, one.closure_id, pb.CLOSURE_ANSWER_KIND_INFORMATION, OBLIGOR)
    with pytest.raises(PlatformError, match="not found"):
        answered(runtime, one.closure_id, pb.CLOSURE_ANSWER_KIND_INFORMATION, new_id())
    answered(runtime, one.closure_id, pb.CLOSURE_ANSWER_KIND_CONSENT)
    with pytest.raises(PlatformError, match="run until"):
        close(runtime, one.closure_id)
    pass_days(runtime, 61)
    assert close(runtime, one.closure_id).closure.state == pb.CLOSURE_STATE_CLOSED


def test_an_answer_that_came_in_time_and_was_recorded_late_opens_the_case_again(
    runtime: Runtime,
) -> None:
    tell_balance(runtime, 10)
    one = intend(runtime)
    pass_days(runtime, 61)
    close(runtime, one.closure_id)
    request = pb.RecordClosureAnswerRequest(
        closure_id=one.closure_id,
        kind=pb.CLOSURE_ANSWER_KIND_INFORMATION,
        statement="a letter of the fifth of May",
        answered_on=from_date(date(2026, 5, 5)),
    )
    answer = call(runtime, "RecordClosureAnswer", request)
    assert isinstance(answer, pb.RecordClosureAnswerResponse)
    assert answer.closure.state == pb.CLOSURE_STATE_REOPENED
    assert answer.closure.reopened_because == pb.REOPEN_REASON_CLOSED_IN_ERROR
    assert history(runtime)[-1] == "case_reopened"
    assert "records_kept" not in open_clocks(runtime)


def test_a_ground_without_notice_closes_at_once_and_the_case_opens_again(
    runtime: Runtime,
) -> None:
    """(b)(14), and (d)(5): a new application."""
    find(runtime, "good_cause_found")
    find(runtime, "harm_determined")
    one = intend(runtime, "14")
    assert not one.HasField("answer_by")
    close(runtime, one.closure_id)
    request = pb.ReopenCaseRequest(case_id=CASE, reason=pb.REOPEN_REASON_APPLICATION)
    with pytest.raises(PlatformError, match="applies anew"):
        call(runtime, "ReopenCase", request)
    request.application_id = new_id()
    with pytest.raises(PlatformError, match="was handed in"):
        call(runtime, "ReopenCase", request)
    applied(runtime, request.application_id, TODAY - timedelta(days=1))
    with pytest.raises(PlatformError, match="since the closing"):
        call(runtime, "ReopenCase", request)
    applied(runtime, request.application_id, TODAY)
    answer = call(runtime, "ReopenCase", request)
    assert isinstance(answer, pb.ReopenCaseResponse)
    assert answer.case.status == case_pb.CASE_STATUS_OPEN
    assert not answer.case.closure_ground
    assert answer.closure.application_id == request.application_id
    assert notices(runtime)[-2:] == [("case_reopened", OBLIGEE), ("case_reopened", OBLIGOR)]
    with pytest.raises(PlatformError, match="the case is open"):
        call(runtime, "ReopenCase", request)
    again = intend(runtime, "14")
    assert close(runtime, again.closure_id).case.status == case_pb.CASE_STATUS_CLOSED


def test_the_checklist_says_what_is_missing_and_takes_findings_back(runtime: Runtime) -> None:
    def checked(ground: str) -> pb.ClosureGround:
        answer = call(runtime, "EvaluateClosure", pb.EvaluateClosureRequest(case_id=CASE))
        assert isinstance(answer, pb.EvaluateClosureResponse)
        assert not answer.arrears.known
        return next(g for g in answer.grounds if g.ground == ground)

    assert [c.finding_code for c in checked("4").checks] == [
        "obligor_deceased",
        "no_action_against_estate",
    ]
    found = find(runtime, "obligor_deceased")
    find(runtime, "no_action_against_estate")
    assert checked("4").state == pb.CLOSURE_CHECK_STATE_MET
    assert checked("4").notice == pb.CLOSURE_NOTICE_RECIPIENT
    assert checked("1").state == pb.CLOSURE_CHECK_STATE_MISSING
    retract = pb.RetractClosureFindingRequest(finding_id=found.finding_id, reasons="namesake")
    call(runtime, "RetractClosureFinding", retract)
    assert checked("4").state == pb.CLOSURE_CHECK_STATE_MISSING
    listed = call(
        runtime, "ListClosureFindings", pb.ListClosureFindingsRequest(case_id=CASE, page_size=1)
    )
    assert isinstance(listed, pb.ListClosureFindingsResponse)
    assert listed.findings[0].retracted_because == "namesake"
    assert listed.next_page_token


def test_bad_findings_and_grounds_are_refused_by_name(runtime: Runtime) -> None:
    with pytest.raises(PlatformError, match=r"code: one of arrears_unenforceable"):
        find(runtime, "nonsense")
    with pytest.raises(PlatformError, match="number: how many"):
        find(runtime, "contact_attempts")
    with pytest.raises(PlatformError, match=r"document_ids\[0\]"):
        find(runtime, "sole_income_ssi", document_ids=[new_id()])
    with pytest.raises(PlatformError, match="ground: one of"):
        intend(runtime, "99")
    find(runtime, "responding_case")
    find(runtime, "initiating_agency_inactive")
    with pytest.raises(PlatformError, match="tell the initiating agency first"):
        intend(runtime, "17")


def test_the_worker_hears_once_that_the_days_are_over(runtime: Runtime) -> None:
    tell_balance(runtime, 10)
    one = intend(runtime)
    told_counts = []
    for days in (60, 1, 0):
        pass_days(runtime, days)
        with runtime.work() as work:
            told_counts.append(waited(work, work.clock.today())["closings"])
    assert told_counts == [0, 1, 0]
    with runtime.work() as work:
        assert len(worklist.lock_about(work.session, work.keys, one.closure_id)) == 1


def test_an_intent_can_be_withdrawn_and_is_alone(runtime: Runtime) -> None:
    tell_balance(runtime, 10)
    one = intend(runtime)
    with pytest.raises(PlatformError, match="intended already"):
        intend(runtime)
    request = pb.WithdrawClosureRequest(closure_id=one.closure_id, reasons="x", etag="9")
    with pytest.raises(PlatformError, match="changed by somebody else"):
        call(runtime, "WithdrawClosure", request)
    request.etag = one.etag
    call(runtime, "WithdrawClosure", request)
    assert open_clocks(runtime) == set()
    second = intend(runtime)
    asked = pb.ListClosuresRequest(case_id=CASE, states=[pb.CLOSURE_STATE_WITHDRAWN])
    listed = call(runtime, "ListClosures", asked)
    assert isinstance(listed, pb.ListClosuresResponse)
    assert [c.closure_id for c in listed.closures] == [one.closure_id]
    assert second.closure_id != one.closure_id


def test_a_case_without_a_father_in_law_can_be_closed(
    runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest
) -> None:
    """(b)(6)(ii): excluded, and no other alleged father; nobody owes, so nobody else is told."""
    del page.cases[0].orders[:]
    runtime = runtime_for(SERVICE)
    with runtime.work() as work:
        CaseImports().ImportCases(iter([page]), work)
        work.session.execute(
            update(case_table).where(case_table.c.case_id == CASE).values(obligor_id=None)
        )
    find(runtime, "alleged_father_excluded")
    find(runtime, "no_other_alleged_father")
    one = intend(runtime, "6(ii)")
    pass_days(runtime, 61)
    assert close(runtime, one.closure_id).case.closure_ground == "6"
    assert notices(runtime) == [("closure_intended", OBLIGEE), ("case_closed", OBLIGEE)]


def test_an_answer_and_a_closing_at_once_leave_the_case_open_or_closed_before_it(
    runtime: Runtime,
) -> None:
    """Whoever holds the case first is heard; the other sees what he did."""
    tell_balance(runtime, 10)
    one = intend(runtime)
    pass_days(runtime, 61)
    refused: list[str] = []

    def close_meanwhile() -> None:
        try:
            close(runtime, one.closure_id)
        except PlatformError as error:
            refused.append(error.detail)

    with runtime.work() as work:
        request = pb.AnswerClosureNoticeRequest(
            closure_id=one.closure_id,
            participant_id=OBLIGEE,
            kind=pb.CLOSURE_ANSWER_KIND_INFORMATION,
            statement="late, and still before the closing",
        )
        Closures().AnswerClosureNotice(request, work)
        other = Thread(target=close_meanwhile)
        other.start()
        other.join(timeout=0.3)
        assert other.is_alive()
    other.join()
    assert refused == ["only what is intended can be closed"]
    assert history(runtime)[-1] == "closure_kept_open"


def test_the_table_of_consumers_agrees_with_the_handlers() -> None:
    assert topology.mismatches(SERVICE) == []
