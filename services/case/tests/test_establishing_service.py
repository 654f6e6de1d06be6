"""Establishing through the contract: paternity with what follows for the case, and its clocks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from establishing_world import READ, WRITE, Household, household, on
from parties_world import told

from case_service.domain.happenings import sentence
from case_service.republish import republish_cases
from case_service.service import SERVICE
from case_service.store import cases, clocks, histories
from chassis.errors import PlatformError
from chassis.runtime import Caller, Runtime
from childsupport.case.v1 import establishment_service_pb2 as pb
from childsupport.case.v1 import events_pb2 as events
from childsupport.common.v1.errors_pb2 import ErrorReason

WORKER = Caller("worker-1")
FAILED = ErrorReason.ERROR_REASON_FAILED_PRECONDITION


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime]) -> Runtime:
    return runtime_for(SERVICE)


@pytest.fixture
def home(runtime: Runtime) -> Household:
    return household(runtime)


def do(runtime: Runtime, method: str, **given: object):
    """Call a write as a worker does; its request_id matters to the interceptor alone."""
    request = getattr(pb, f"{method}Request")(request_id="r", **given)
    with runtime.work(WORKER) as work:
        return getattr(WRITE, method)(request, work)


def child(home: Household, child_id: str = "") -> dict[str, str]:
    return {"case_id": home.case_id, "child_id": child_id or home.kim}


def acknowledge(runtime: Runtime, home: Household, **given: object):
    said = {
        "mother_id": home.mother,
        "father_id": home.john,
        "mother_signed_on": on(2026, 2, 3),
        "father_signed_on": on(2026, 2, 5),
    }
    return do(runtime, "RecordAcknowledgment", **child(home), **(said | given))


def case_now(runtime: Runtime, home: Household):
    with runtime.work() as work:
        return cases.read(work.session, [home.case_id])[0].case


def alleged(runtime: Runtime, home: Household) -> set[str]:
    members = case_now(runtime, home).members
    return {m.participant_id for m in members if m.role == "alleged_father" and m.until is None}


def running(runtime: Runtime, home: Household) -> dict[str, date]:
    with runtime.work() as work:
        found = clocks.open_of_case(work.session, home.case_id)
    return {clock.of_kind.kind: clock.due_on for clock in found}


def notices(runtime: Runtime) -> list[events.Notice]:
    return [n for m in told(runtime) if isinstance(m, events.NoticesIssued) for n in m.notices]


def history(runtime: Runtime, home: Household) -> list[str]:
    with runtime.work() as work:
        entries = histories.read(work.session, work.keys, home.case_id)
    return [sentence(e.kind, e.facts) for e in entries]


def go_to(runtime: Runtime, day: date) -> None:
    runtime.clock.advance(day - runtime.clock.today())  # type: ignore[attr-defined]


def test_an_acknowledged_father_is_named_told_and_has_sixty_days(
    runtime: Runtime, home: Household
) -> None:
    """42 USC 666(a)(5)(D)(ii)."""
    assert not any(isinstance(m, events.CasesChanged) for m in told(runtime))
    answer = acknowledge(runtime, home).paternity
    assert answer.status == pb.PATERNITY_STATUS_ACKNOWLEDGED
    assert (answer.permits_order, answer.father_id) == (True, home.john)
    assert {r.last_day.day for r in answer.rescission_rights} == {6}
    assert answer.steps[-1].rule_id == "ky.paternity.acknowledgment_equals_judgment"
    assert case_now(runtime, home).obligor_id == home.john
    assert alleged(runtime, home) == set()
    assert [m.cases[0].obligor_id for m in told(runtime) if isinstance(m, events.CasesChanged)] == [
        home.john
    ]
    mine = [n for n in notices(runtime) if n.kind == "acknowledgment_recorded"]
    assert {n.participant_id for n in mine} == {home.john, home.mother}
    assert {(n.answer_by.month, n.answer_by.day) for n in mine} == {(4, 6)}
    assert running(runtime, home)["rescission"] == date(2026, 4, 6)
    assert (
        "Jane Doe and John Doe acknowledged paternity of Kim Doe; both had signed on 2026-02-05."
        " It can be taken back until 2026-04-06."
    ) in history(runtime, home)


def test_the_other_services_know_everybody_of_a_case_before_they_know_the_case(
    runtime: Runtime, home: Household
) -> None:
    """Payments, withholding, enforcement and notices begin when a man is named who owes."""
    with runtime.work() as work:
        assert republish_cases(work, None) == 0
    acknowledge(runtime, home)
    messages = told(runtime)
    (first,) = [n for n, m in enumerate(messages) if isinstance(m, events.CasesChanged)]
    before = [m for m in messages[:first] if isinstance(m, events.ParticipantsChanged)]
    known = {p.participant_id for m in before for p in m.participants}
    case = messages[first].cases[0]
    named = {case.obligor_id, case.obligee_id, *(m.participant_id for m in case.members)}
    assert named == {home.john, home.mother, home.peter, home.kim, home.lee}
    assert named <= known
    with runtime.work() as work:
        assert republish_cases(work, None) == 1


def test_it_is_taken_back_in_time_and_not_after(runtime: Runtime, home: Household) -> None:
    signed = acknowledge(runtime, home)
    go_to(runtime, date(2026, 4, 7))
    back = {"acknowledgment_id": signed.fact_id, "participant_id": home.mother}
    with pytest.raises(PlatformError, match=r"until 2026-04-06 \(.*challenged in court") as caught:
        do(runtime, "RescindAcknowledgment", **child(home), **back)
    assert caught.value.reason == FAILED
    with pytest.raises(PlatformError, match="only who signed"):
        do(
            runtime,
            "RescindAcknowledgment",
            **child(home),
            **back | {"participant_id": home.peter},
            rescinded_on=on(2026, 4, 1),
        )
    answer = do(
        runtime, "RescindAcknowledgment", **child(home), **back, rescinded_on=on(2026, 4, 6)
    ).paternity
    assert answer.status == pb.PATERNITY_STATUS_UNESTABLISHED
    assert "rescission" not in running(runtime, home)
    gone = [n for n in notices(runtime) if n.kind == "acknowledgment_rescinded"]
    assert {n.participant_id for n in gone} == {home.john, home.mother}


def test_a_proceeding_ends_the_time_and_leaves_the_court(runtime: Runtime, home: Household) -> None:
    """42 USC 666(a)(5)(D)(ii)(II), (iii)."""
    signed = acknowledge(runtime, home)
    ack = {"acknowledgment_id": signed.fact_id, "participant_id": home.john}
    with pytest.raises(PlatformError, match="can simply be taken back"):
        do(runtime, "ChallengeAcknowledgment", **child(home), **ack, ground=1)
    both = [home.john, home.mother]
    do(runtime, "RecordProceeding", **child(home), on_date=on(2026, 3, 2), party_ids=both)
    assert "rescission" not in running(runtime, home)
    with pytest.raises(PlatformError, match="until 2026-03-01"):
        do(runtime, "RescindAcknowledgment", **child(home), **ack)
    with pytest.raises(PlatformError, match="ground: one of fraud"):
        do(runtime, "ChallengeAcknowledgment", **child(home), **ack)
    answer = do(runtime, "ChallengeAcknowledgment", **child(home), **ack, ground=1).paternity
    assert (answer.challenged, answer.permits_order) == (True, True)
    assert answer.acknowledgment_id == signed.fact_id


def test_both_sign_and_nothing_lies_in_the_future(runtime: Runtime, home: Household) -> None:
    """45 CFR 303.5(g)(4)."""
    with pytest.raises(PlatformError, match="father_signed_on: both parents sign"):
        acknowledge(runtime, home, father_signed_on=None)
    with pytest.raises(PlatformError, match="father_signed_on: 2026-03-06 at the latest"):
        acknowledge(runtime, home, father_signed_on=on(2026, 3, 7))
    with pytest.raises(PlatformError, match="father_id: another person"):
        acknowledge(runtime, home, father_id=home.kim)
    with pytest.raises(PlatformError, match="father_id: the id of a recorded participant"):
        acknowledge(runtime, home, father_id=home.case_id)
    with pytest.raises(PlatformError, match="child of the case not found"):
        do(runtime, "NameMother", **child(home, home.john), mother_id=home.mother)


def test_who_saw_an_older_state_changes_nothing(runtime: Runtime, home: Household) -> None:
    do(runtime, "NameMother", **child(home), mother_id=home.mother, etag="0")
    with pytest.raises(PlatformError) as caught:
        do(runtime, "NameMother", **child(home), mother_id=home.mother, etag="0")
    assert caught.value.reason == ErrorReason.ERROR_REASON_ETAG_MISMATCH


def test_an_error_is_withdrawn_and_stays_on_record(runtime: Runtime, home: Household) -> None:
    wrong = acknowledge(runtime, home)
    answer = do(
        runtime,
        "WithdrawPaternityFact",
        **child(home),
        withdrawn_fact_id=wrong.fact_id,
        reason="The paper is about another child.",
    ).paternity
    assert answer.status == pb.PATERNITY_STATUS_UNESTABLISHED
    assert [(f.kind, f.withdrawn) for f in answer.facts] == [
        ("acknowledgment", True),
        ("withdrawal", False),
    ]
    assert "rescission" not in running(runtime, home)


def test_a_test_excludes_one_man_and_a_default_finds_the_other(
    runtime: Runtime, home: Household
) -> None:
    """45 CFR 303.5(d), (f); 42 USC 666(a)(5)(H)."""
    test = do(runtime, "OrderGeneticTest", **child(home), father_id=home.john)
    place = "Lab One, 12 Main Street, Covington"
    with pytest.raises(PlatformError, match="place: must not tell a party's"):
        do(
            runtime,
            "ScheduleGeneticTest",
            **child(home),
            test_id=test.fact_id,
            at="2026-03-20T09:30",
            place="17 Quiet Hollow",
        )
    do(
        runtime,
        "ScheduleGeneticTest",
        **child(home),
        test_id=test.fact_id,
        at="2026-03-20T09:30",
        place=place,
    )
    letters = [n for n in notices(runtime) if n.kind == "genetic_test_scheduled"]
    assert {(n.participant_id, n.letter) for n in letters} == {
        (home.john, True),
        (home.mother, True),
    }
    assert dict(letters[0].facts) == {"at": "2026-03-20T09:30", "place": place}
    go_to(runtime, date(2026, 4, 1))
    result = {"test_id": test.fact_id, "result_on": on(2026, 3, 31)}
    for broken in ({"excluded": True, "probability": "1"}, {"probability": "100.1"}, {}):
        with pytest.raises(PlatformError, match="probability"):
            do(runtime, "RecordGeneticTestResult", **child(home), **result, **broken)
    do(runtime, "RecordGeneticTestResult", **child(home), **result, excluded=True)
    assert alleged(runtime, home) == {home.peter}
    filed = do(
        runtime,
        "FilePetition",
        case_id=home.case_id,
        participant_id=home.peter,
        purpose=pb.PETITION_PURPOSE_PATERNITY_AND_SUPPORT,
        filed_on=on(2026, 4, 1),
        court_number="26-J-00007",
        child_ids=[home.kim, home.lee],
    ).process
    finding = {
        "father_id": home.peter,
        "is_father": True,
        "basis": pb.FINDING_BASIS_DEFAULT,
        "court_number": "26-J-00007",
        "process_id": filed.process_id,
    }
    with pytest.raises(PlatformError, match="process was not served"):
        do(runtime, "RecordPaternityFinding", **child(home), **finding, entered_on=on(2026, 4, 1))
    served = do(
        runtime,
        "RecordServiceAttempt",
        process_id=filed.process_id,
        attempt=pb.ServiceAttempt(
            method="sheriff", on_date=on(2026, 4, 1), outcome=pb.SERVICE_OUTCOME_SERVED
        ),
    ).process
    assert (served.answer_by.month, served.answer_by.day) == (4, 21)
    spans = running(runtime, home)
    assert spans["expedited_six_months"] == date(2026, 10, 1)
    assert spans["expedited_twelve_months"] == date(2027, 4, 1)
    go_to(runtime, date(2026, 4, 22))
    with pytest.raises(PlatformError, match="can be answered until 2026-04-21"):
        do(runtime, "RecordPaternityFinding", **child(home), **finding, entered_on=on(2026, 4, 21))
    answer = do(
        runtime, "RecordPaternityFinding", **child(home), **finding, entered_on=on(2026, 4, 22)
    ).paternity
    assert (answer.status, answer.permits_order) == (pb.PATERNITY_STATUS_ADJUDICATED, True)
    assert list(answer.excluded_ids) == [home.john]
    assert case_now(runtime, home).obligor_id == home.peter
    found = [n for n in notices(runtime) if n.kind == "paternity_established"]
    assert {n.participant_id for n in found} == {home.peter, home.mother}
    listed = paternities(runtime, home)
    assert {p.child_id: (p.status, p.missing[:9]) for p in listed} == {
        home.kim: (pb.PATERNITY_STATUS_ADJUDICATED, ""),
        home.lee: (pb.PATERNITY_STATUS_PENDING, "paternity"),
    }
    assert all(not p.facts for p in listed)
    assert history(runtime, home)[-3:-1] == [
        "Peter Poe was found to be the father of Kim Doe: a court's order by default.",
        "Paternity of Kim Doe was pending; it is determined by a court or another State now.",
    ]
    assert "Peter Poe" in history(runtime, home)[-1]


def paternities(runtime: Runtime, home: Household) -> list[pb.ChildPaternity]:
    found: list[pb.ChildPaternity] = []
    token = ""
    with runtime.work() as work:
        for _ in range(2):
            request = pb.ListPaternitiesRequest(case_id=home.case_id, page_size=1, page_token=token)
            page = READ.ListPaternities(request, work)
            found += page.paternities
            token = page.next_page_token
    assert token == ""
    return found


def test_another_states_finding_holds_and_a_husband_waits_for_other_men(
    runtime: Runtime, home: Household
) -> None:
    """42 USC 666(a)(11); KRS 406.011."""
    do(runtime, "NameAllegedFather", **child(home), father_id=home.peter)
    wed = {"wife_id": home.mother, "husband_id": home.john, "married_on": on(2020, 1, 1)}
    married = do(runtime, "RecordMarriage", **child(home), **wed).paternity
    assert married.status == pb.PATERNITY_STATUS_PRESUMED_BY_MARRIAGE
    assert case_now(runtime, home).obligor_id == ""
    finding = {
        "father_id": home.peter,
        "is_father": True,
        "basis": pb.FINDING_BASIS_OTHER_STATE,
        "entered_on": on(2025, 11, 3),
    }
    with pytest.raises(PlatformError, match="state: the two letters"):
        do(runtime, "RecordPaternityFinding", **child(home), **finding)
    answer = do(runtime, "RecordPaternityFinding", **child(home), **finding, state="OH").paternity
    assert answer.father_id == home.peter == case_now(runtime, home).obligor_id
    only = do(runtime, "RecordMarriage", **child(home, home.lee), **wed).paternity
    assert (only.status, only.missing) == (
        pb.PATERNITY_STATUS_PRESUMED_BY_MARRIAGE,
        "its father in law is another man than the one who owes in this case",
    )


def test_of_two_workers_at_once_one_has_to_read_again(runtime: Runtime, home: Household) -> None:
    def name(_: int) -> str:
        try:
            do(runtime, "NameMother", **child(home), mother_id=home.mother, etag="0")
        except PlatformError as error:
            return ErrorReason.Name(error.reason)
        return "named"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(name, range(2)))
    assert outcomes == ["ERROR_REASON_ETAG_MISMATCH", "named"]
