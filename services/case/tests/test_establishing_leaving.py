"""Time limits about a man end when he is out of the case, and go on when that was an error."""

from collections.abc import Callable
from datetime import date

import pytest
from establishing_world import KIM, Household, household, on
from parties_world import KENTON, MOTHER, person
from test_establishing_service import alleged, case_now, child, do, go_to, history, running

from case_service.actions.membership import end_member
from case_service.actions.parties import NewCase, NewMember, Person, open_case
from case_service.actions.recording import record_participant
from case_service.domain.model import Member
from case_service.jobs.clocks import turn
from case_service.service import SERVICE
from case_service.store import clocks, worklist
from chassis.runtime import Caller, Runtime
from childsupport.case.v1 import establishment_service_pb2 as pb

ORDER_DUE = date(2026, 6, 4)
SPANS = {"expedited_six_months", "expedited_twelve_months", "default_answer"}


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime]) -> Runtime:
    return runtime_for(SERVICE)


@pytest.fixture
def home(runtime: Runtime) -> Household:
    return household(runtime)


def locate(runtime: Runtime, home: Household, who: str, *, found: bool) -> str:
    begun = do(runtime, "RequestLocate", case_id=home.case_id, participant_id=who).locate_request
    if found:
        do(runtime, "ConcludeLocate", locate_id=begun.locate_id, located=True)
    return begun.locate_id


def serve(runtime: Runtime, home: Household, who: str) -> pb.Process:
    filed = do(
        runtime,
        "FilePetition",
        case_id=home.case_id,
        participant_id=who,
        purpose=pb.PETITION_PURPOSE_PATERNITY,
        filed_on=on(2026, 3, 6),
        child_ids=[home.kim],
    ).process
    served = pb.ServiceAttempt(
        method="sheriff", on_date=on(2026, 3, 6), outcome=pb.SERVICE_OUTCOME_SERVED
    )
    said = {"process_id": filed.process_id, "attempt": served}
    return do(runtime, "RecordServiceAttempt", **said).process


def exclude(runtime: Runtime, home: Household, who: str) -> str:
    test = do(runtime, "OrderGeneticTest", **child(home), father_id=who)
    said = {"test_id": test.fact_id, "result_on": on(2026, 3, 6), "excluded": True}
    return do(runtime, "RecordGeneticTestResult", **child(home), **said).fact_id


def missed(runtime: Runtime, home: Household) -> list[str]:
    return [line for line in history(runtime, home) if line.startswith("A time limit was missed")]


def test_nothing_is_late_about_a_man_whom_the_test_excludes(
    runtime: Runtime, home: Household
) -> None:
    """45 CFR 303.4(d) is about an alleged father; the other one keeps his own clocks."""
    for who in (home.john, home.peter):
        locate(runtime, home, who, found=True)
    assert running(runtime, home)["establish_order"] == ORDER_DUE
    exclude(runtime, home, home.john)
    assert alleged(runtime, home) == {home.peter}
    with runtime.work() as work:
        left = clocks.open_of_case(work.session, home.case_id)
    assert [(c.kind, c.about_id) for c in left] == [("establish_order", home.peter)]
    serve(runtime, home, home.peter)
    go_to(runtime, date(2026, 6, 8))
    with runtime.work() as work:
        turn(work)
    assert missed(runtime, home) == []


def test_served_and_excluded_he_is_waited_for_no_longer(runtime: Runtime, home: Household) -> None:
    served = serve(runtime, home, home.john)
    assert running(runtime, home).keys() >= SPANS
    result = exclude(runtime, home, home.john)
    assert not running(runtime, home).keys() & SPANS
    wrong = {"withdrawn_fact_id": result, "reason": "The samples were exchanged."}
    do(runtime, "WithdrawPaternityFact", **child(home), **wrong)
    do(runtime, "NameAllegedFather", **child(home), father_id=home.john)
    again = running(runtime, home)
    assert again.keys() >= SPANS
    assert again["expedited_six_months"] == date(2026, 9, 6), "counted from when he was served"
    do(
        runtime,
        "DisposePetition",
        process_id=served.process_id,
        disposition=pb.DISPOSITION_WITHDRAWN,
        disposed_on=on(2026, 3, 6),
    )
    exclude(runtime, home, home.john)
    do(runtime, "NameAllegedFather", **child(home), father_id=home.john)
    assert not running(runtime, home).keys() & SPANS, "what has ended stays at its end"


def test_another_man_found_to_be_the_father_ends_what_is_about_the_rest(
    runtime: Runtime, home: Household
) -> None:
    searching = locate(runtime, home, home.john, found=False)
    assert {"locate", "closure_locate"} <= running(runtime, home).keys()
    finding = {"father_id": home.peter, "is_father": True, "entered_on": on(2025, 11, 3)}
    elsewhere = {"basis": pb.FINDING_BASIS_OTHER_STATE, "state": "OH"}
    do(runtime, "RecordPaternityFinding", **child(home), **finding, **elsewhere)
    assert case_now(runtime, home).obligor_id == home.peter
    assert running(runtime, home) == {}
    assert "John Doe is no longer located: no part in this case is left." in history(runtime, home)
    with pytest.raises(Exception, match="this request is over"):
        do(runtime, "RepeatLocate", locate_id=searching, kind=pb.LOCATE_ROUND_KIND_AGAIN)


def test_whose_part_a_worker_ends_and_gives_back(runtime: Runtime, home: Household) -> None:
    locate(runtime, home, home.john, found=True)
    with runtime.work(Caller("worker-1")) as work:
        part = Member(home.john, "alleged_father", None)
        end_member(work, home.case_id, part, "Named by mistake.", "")
    assert running(runtime, home) == {}
    go_to(runtime, date(2026, 4, 1))
    do(runtime, "NameAllegedFather", **child(home), father_id=home.john)
    assert running(runtime, home) == {"establish_order": ORDER_DUE}


def test_a_man_whose_home_is_given_counts_as_located(runtime: Runtime, home: Household) -> None:
    """45 CFR 303.3(a), 303.4(d): nobody has to be located of whom enough is known."""
    known = person(first_name="Sam", last_name="Roe", ssn="900010009", address=MOTHER.address)
    with runtime.work(Caller("worker-1")) as work:
        sam = record_participant(work, known, ()).participant.participant_id
    do(runtime, "NameAllegedFather", **child(home), father_id=sam)
    assert running(runtime, home) == {"establish_order": ORDER_DUE}
    result = exclude(runtime, home, sam)
    assert running(runtime, home) == {}
    go_to(runtime, date(2026, 4, 1))
    wrong = {"withdrawn_fact_id": result, "reason": "The samples were exchanged."}
    do(runtime, "WithdrawPaternityFact", **child(home), **wrong)
    do(runtime, "NameAllegedFather", **child(home), father_id=sam)
    assert running(runtime, home) == {"establish_order": ORDER_DUE}, "from the first day on"
    locate(runtime, home, sam, found=False)
    assert "establish_order" not in running(runtime, home), "he was not there: he is located first"


def test_the_days_for_an_order_run_from_opening_where_the_parent_s_home_is_known(
    runtime: Runtime,
) -> None:
    known = person(first_name="Sam", last_name="Roe", ssn="900010009", address=MOTHER.address)
    new = NewCase(
        case_type="iv_d",
        obligee=Person(new=MOTHER),
        obligor=Person(new=known),
        members=(NewMember(Person(new=KIM), "child"),),
        county_fips=KENTON,
    )
    with runtime.work(Caller("worker-1")) as work:
        case = open_case(work, new).case
    with runtime.work() as work:
        (clock,) = clocks.open_of_case(work.session, case.case_id)
    assert (clock.kind, clock.about_id) == ("establish_order", case.obligor_id)


@pytest.mark.parametrize(
    ("disposition", "alerts"),
    [(pb.DISPOSITION_DISMISSED, 1), (pb.DISPOSITION_WITHDRAWN, 0)],
)
def test_a_dismissal_is_looked_into(
    runtime: Runtime, home: Household, disposition: pb.Disposition, alerts: int
) -> None:
    """45 CFR 303.4(e): why, and when an order can be sought again."""
    filed = serve(runtime, home, home.john)
    do(
        runtime,
        "DisposePetition",
        process_id=filed.process_id,
        disposition=disposition,
        disposed_on=on(2026, 3, 6),
    )
    with runtime.work() as work:
        which = worklist.Filter(case_id=home.case_id)
        found = worklist.page(work.session, work.keys, which, None, 10)
    assert [item.about_id for item in found].count(filed.process_id) == alerts
