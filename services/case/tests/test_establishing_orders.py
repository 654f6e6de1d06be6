"""Locating, service, worksheets, and what an order needs of them and brings to an end."""

from collections.abc import Callable
from datetime import date

import pytest
from establishing_world import KIM, READ, Household, household, on
from guideline_inputs import answer, family, parent
from parties_world import KENTON, MOTHER, person, told
from test_establishing_service import child, do, go_to, history, running
from test_guideline_service import request as guideline

import policy
from case_service.actions import orders
from case_service.actions.membership import end_member, name_obligor
from case_service.actions.parties import NewCase, NewMember, Person, open_case
from case_service.domain.model import Member
from case_service.domain.orders.model import NewObligation, NewOrder, OrderText, StatedTerm, Version
from case_service.service import SERVICE
from case_service.store import participants
from chassis.errors import PlatformError
from chassis.grpc import contract
from chassis.runtime import Caller, Runtime
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import establishment_service_pb2 as pb
from childsupport.case.v1 import events_pb2 as events
from childsupport.common.v1.errors_pb2 import ErrorReason

WORKER = Caller("worker-1")
FOUND_AT = "451 Foundry Row"
OTHER = "other"
SOURCES = [
    source
    for source in policy.load("kentucky").codes("locate.appropriate_sources", date(2026, 3, 6))
    if source != OTHER
]


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime]) -> Runtime:
    return runtime_for(SERVICE)


@pytest.fixture
def home(runtime: Runtime) -> Household:
    return household(runtime)


def inquiry(source: str, day: date, outcome: int = pb.LOCATE_OUTCOME_NOTHING) -> pb.LocateInquiry:
    asked = on(day.year, day.month, day.day)
    answered = None if outcome == pb.LOCATE_OUTCOME_NOT_APPROPRIATE else asked
    reason = "" if answered else "Nobody knows any."
    return pb.LocateInquiry(
        source=source, asked_on=asked, answered_on=answered, outcome=outcome, reason=reason
    )


def ask(runtime: Runtime, locate_id: str, *sources: str) -> pb.LocateRequest:
    today = runtime.clock.today()
    asked = [inquiry(source, today) for source in sources]
    return do(runtime, "RecordLocateInquiries", locate_id=locate_id, inquiries=asked).locate_request


def test_every_source_is_asked_then_each_quarter_then_at_once(
    runtime: Runtime, home: Household
) -> None:
    """45 CFR 303.3(b)(3), (5)."""
    sought = {"case_id": home.case_id, "participant_id": home.john}
    begun = do(runtime, "RequestLocate", **sought).locate_request
    assert set(begun.unasked_sources) == set(SOURCES)
    assert running(runtime, home)["locate"] == date(2026, 5, 20)
    with pytest.raises(PlatformError, match="located already; use that request"):
        do(runtime, "RequestLocate", **sought)
    go_to(runtime, date(2026, 3, 20))
    assert ask(runtime, begun.locate_id, *SOURCES[:-1]).state == pb.LOCATE_STATE_SEARCHING
    again = {"locate_id": begun.locate_id, "kind": pb.LOCATE_ROUND_KIND_AGAIN}
    with pytest.raises(PlatformError, match="ask its sources first"):
        do(runtime, "RepeatLocate", **again)
    last = ask(runtime, begun.locate_id, SOURCES[-1])
    assert (last.state, list(last.unasked_sources)) == (pb.LOCATE_STATE_WAITING, [])
    assert "locate" not in running(runtime, home)
    assert running(runtime, home)["locate_again"] == date(2026, 6, 20)
    go_to(runtime, date(2026, 6, 18))
    quarter = do(runtime, "RepeatLocate", **again).locate_request
    assert list(quarter.unasked_sources) == ["state_workforce"]
    ask(runtime, begun.locate_id, "state_workforce")
    assert running(runtime, home)["locate_again"] == date(2026, 9, 18)
    news = again | {"kind": pb.LOCATE_ROUND_KIND_NEW_INFORMATION}
    whole = do(runtime, "RepeatLocate", **news).locate_request
    assert set(whole.unasked_sources) == set(SOURCES)
    assert "locate_again" not in running(runtime, home)
    assert running(runtime, home)["locate"] == date(2026, 9, 1)


def test_what_was_found_is_read_with_its_own_scope_alone(runtime: Runtime, home: Household) -> None:
    begun = do(
        runtime, "RequestLocate", case_id=home.case_id, participant_id=home.john
    ).locate_request
    place = pb.FoundLocation(
        kind=pb.LOCATION_KIND_RESIDENCE,
        source="new_hires",
        address=case_pb.PostalAddress(
            line1=FOUND_AT, city="Covington", state="KY", zip_code="41011"
        ),
    )
    found = inquiry("new_hires", date(2026, 3, 6), pb.LOCATE_OUTCOME_FOUND)
    said = {"locate_id": begun.locate_id, "inquiries": [found], "locations": [place]}
    do(runtime, "RecordLocateInquiries", **said)
    located = do(runtime, "ConcludeLocate", locate_id=begun.locate_id, located=True).locate_request
    assert located.state == pb.LOCATE_STATE_LOCATED
    assert running(runtime, home)["establish_order"] == date(2026, 6, 4)
    with runtime.work() as work:
        seen = READ.ListLocations(
            pb.ListLocationsRequest(case_id=home.case_id, participant_id=home.john), work
        )
        others = [
            READ.GetLocateRequest(pb.GetLocateRequestRequest(locate_id=begun.locate_id), work),
            READ.ListLocateRequests(pb.ListLocateRequestsRequest(case_id=home.case_id), work),
        ]
    assert [(f.address.line1, f.source) for f in seen.locations] == [(FOUND_AT, "new_hires")]
    everything = b"".join(m.SerializeToString() for m in others)
    assert FOUND_AT.encode() not in everything
    assert not any(FOUND_AT in line for line in history(runtime, home))
    service = "childsupport.case.v1.EstablishmentReadService"
    (reads,) = [s for s in contract.services() if s.full_name == service]
    scopes = {m.name: contract.policy_of(m).scope for m in reads.methods}
    assert {name for name, scope in scopes.items() if scope != "case.read"} == {"ListLocations"}
    assert scopes["ListLocations"] == "case.locations"


def found(runtime: Runtime, home: Household, *places: pb.FoundLocation) -> list[str]:
    """Let a source have found John at these places; return their ids."""
    sought = {"case_id": home.case_id, "participant_id": home.john}
    begun = do(runtime, "RequestLocate", **sought).locate_request
    answered = inquiry("new_hires", date(2026, 3, 6), pb.LOCATE_OUTCOME_FOUND)
    said = {"locate_id": begun.locate_id, "inquiries": [answered], "locations": places}
    do(runtime, "RecordLocateInquiries", **said)
    with runtime.work() as work:
        listed = READ.ListLocations(pb.ListLocationsRequest(**sought), work).locations
    return [next(one.location_id for one in listed if one.kind == p.kind) for p in places]


def test_a_location_that_was_found_becomes_the_persons_own(
    runtime: Runtime, home: Household
) -> None:
    at = case_pb.PostalAddress(line1=FOUND_AT, city="Covington", state="KY", zip_code="41011")
    kinds = {
        pb.LOCATION_KIND_RESIDENCE: {"address": at},
        pb.LOCATION_KIND_EMPLOYER: {"name": "Ohio Foundry", "address": at},
        pb.LOCATION_KIND_ASSET: {"value": "A boat"},
        pb.LOCATION_KIND_INCARCERATION: {"name": "Campbell County Jail"},
        pb.LOCATION_KIND_PHONE: {"address": at},
    }
    places = [pb.FoundLocation(kind=k, source="new_hires", **v) for k, v in kinds.items()]
    home_id, employer_id, asset_id, jail_id, phone_id = found(runtime, home, *places)
    with pytest.raises(PlatformError) as caught:
        do(runtime, "AdoptLocation", location_id=home_id, etag="7")
    assert caught.value.reason == ErrorReason.ERROR_REASON_ETAG_MISMATCH
    answer = do(runtime, "AdoptLocation", location_id=home_id, etag="1")
    assert FOUND_AT.encode() not in answer.SerializeToString()
    do(runtime, "AdoptLocation", location_id=employer_id, etag=answer.participant.etag)
    with runtime.work() as work:
        john = participants.read(work.session, work.keys, [home.john])[0].participant
    assert john.address is not None
    assert john.employer is not None
    assert (john.address.line1, john.employer.name) == (FOUND_AT, "Ohio Foundry")
    lines = history(runtime, home)
    assert "What new hires gave was recorded of John Doe: address." in lines
    assert not any(FOUND_AT in line or "Foundry" in line for line in lines)
    changed = [m for m in told(runtime) if isinstance(m, events.ParticipantsChanged)][-1]
    assert changed.participants[0].participant_id == home.john
    assert FOUND_AT.encode() not in changed.SerializeToString()
    for one, why in ((asset_id, "an asset"), (jail_id, "RecordInc"), (phone_id, "complete")):
        with pytest.raises(PlatformError, match=why):
            do(runtime, "AdoptLocation", location_id=one)
    with runtime.work(WORKER) as work:
        end_member(work, home.case_id, Member(home.john, "alleged_father", None), "Error.", "")
    with pytest.raises(PlatformError, match="no part in the case"):
        do(runtime, "AdoptLocation", location_id=home_id)


def test_answers_of_sources_are_checked_all_at_once(runtime: Runtime, home: Household) -> None:
    begun = do(
        runtime, "RequestLocate", case_id=home.case_id, participant_id=home.john
    ).locate_request
    wrong = [
        inquiry("astrologer", date(2026, 3, 6)),
        inquiry("snap", date(2026, 3, 5)),
        pb.LocateInquiry(source="utilities", outcome=pb.LOCATE_OUTCOME_FOUND),
        pb.LocateInquiry(source="postmaster", outcome=pb.LOCATE_OUTCOME_NOT_APPROPRIATE),
    ]
    with pytest.raises(PlatformError) as caught:
        do(runtime, "RecordLocateInquiries", locate_id=begun.locate_id, inquiries=wrong)
    assert [v.field for v in caught.value.violations] == [
        "inquiries[0].source",
        "inquiries[1].asked_on",
        "inquiries[2].outcome",
        "inquiries[3].reason",
    ]


def petition(runtime: Runtime, home: Household, filed: date, *children: str) -> pb.Process:
    purpose = pb.PETITION_PURPOSE_PATERNITY_AND_SUPPORT if children else pb.PETITION_PURPOSE_SUPPORT
    return do(
        runtime,
        "FilePetition",
        case_id=home.case_id,
        participant_id=home.john,
        purpose=purpose,
        filed_on=on(filed.year, filed.month, filed.day),
        court_number="26-J-00007",
        child_ids=children,
    ).process


def attempt(runtime: Runtime, process_id: str, method: str, outcome: int) -> pb.Process:
    today = runtime.clock.today()
    tried = pb.ServiceAttempt(
        method=method, on_date=on(today.year, today.month, today.day), outcome=outcome
    )
    return do(
        runtime, "RecordServiceAttempt", process_id=process_id, attempt=tried, note="Porch dark."
    ).process


def test_diligent_effort_stops_the_ninety_days_and_service_stays_possible(
    runtime: Runtime, home: Household
) -> None:
    """45 CFR 303.4(d), 303.3(c); dismissal: 303.101(b)(2)(iv)."""
    begun = do(
        runtime, "RequestLocate", case_id=home.case_id, participant_id=home.john
    ).locate_request
    do(runtime, "ConcludeLocate", locate_id=begun.locate_id, located=True)
    filed = petition(runtime, home, date(2026, 3, 6), home.kim)
    with pytest.raises(PlatformError, match="recorded already"):
        petition(runtime, home, date(2026, 3, 6), home.kim)
    with pytest.raises(PlatformError, match=r"attempt\.method: one of personal, sheriff"):
        attempt(runtime, filed.process_id, "pigeon", pb.SERVICE_OUTCOME_REFUSED)
    for method in ("sheriff", "sheriff"):
        attempt(runtime, filed.process_id, method, pb.SERVICE_OUTCOME_NOT_FOUND)
    effort = {"process_id": filed.process_id}
    with pytest.raises(PlatformError, match="2 unsuccessful attempts in 1 ways") as caught:
        do(runtime, "RecordDiligentEffort", **effort)
    assert "unverified" in caught.value.detail
    attempt(runtime, filed.process_id, "certified_mail", pb.SERVICE_OUTCOME_UNCLAIMED)
    done = do(runtime, "RecordDiligentEffort", **effort).process
    assert done.state == pb.PROCESS_STATE_DILIGENT_EFFORT
    assert "establish_order" not in running(runtime, home)
    served = attempt(runtime, filed.process_id, "warning_order_attorney", pb.SERVICE_OUTCOME_SERVED)
    assert (served.answer_by.month, served.answer_by.day) == (4, 25)
    assert "default_answer" not in running(runtime, home)
    dismissed = {"disposition": pb.DISPOSITION_DISMISSED, "disposed_on": on(2026, 3, 6)}
    ended = do(runtime, "DisposePetition", process_id=filed.process_id, **dismissed).process
    assert (ended.state, ended.disposition) == (pb.PROCESS_STATE_DISPOSED, "dismissed")
    assert not {"expedited_six_months", "expedited_twelve_months"} & set(running(runtime, home))
    with runtime.work() as work:
        kim = READ.GetPaternity(pb.GetPaternityRequest(**child(home)), work).paternity
    assert kim.status == pb.PATERNITY_STATUS_UNESTABLISHED
    assert [f.kind for f in kim.facts] == ["action", "action_ended"]
    with pytest.raises(PlatformError, match="has ended"):
        do(runtime, "DisposePetition", process_id=filed.process_id, **dismissed)


def order(
    runtime: Runtime,
    home: Household,
    *children: str,
    first: date = date(2026, 3, 1),
    cents: int = 35_995,
    kind: str = "original",
) -> Version:
    text = OrderText(
        kind=kind,
        court_number="26-J-00007",
        county_fips="21117",
        entered_on=date(2026, 3, 6),
        children=children,
    )
    owed = NewObligation("child", (StatedTerm(first, None, cents, "monthly"),))
    with runtime.work(WORKER) as work:
        return orders.record_order(work, home.case_id, NewOrder(text, (owed,)))


def established(runtime: Runtime, home: Household, *children: str) -> None:
    for one in children:
        do(
            runtime,
            "RecordPaternityFinding",
            **child(home, one),
            father_id=home.john,
            is_father=True,
            basis=pb.FINDING_BASIS_ORDER,
            entered_on=on(2026, 3, 6),
            court_number="26-J-00007",
        )


def test_no_order_for_a_child_whose_paternity_is_open(runtime: Runtime, home: Household) -> None:
    """45 CFR 303.4(a), (d); 303.101(b)(2): the order is the disposition of what was served."""
    filed = petition(runtime, home, date(2026, 3, 6), home.kim, home.lee)
    attempt(runtime, filed.process_id, "personal", pb.SERVICE_OUTCOME_SERVED)
    established(runtime, home, home.kim)
    with pytest.raises(PlatformError) as caught:
        order(runtime, home, home.kim, home.lee)
    assert caught.value.reason == ErrorReason.ERROR_REASON_FAILED_PRECONDITION
    assert caught.value.metadata["child_ids"] == home.lee
    assert f"child {home.lee}: paternity is pending" in caught.value.detail
    established(runtime, home, home.lee)
    with pytest.raises(PlatformError) as caught:
        order(runtime, home, home.kim, home.lee, first=date(2025, 3, 3))
    assert [v.field for v in caught.value.violations] == ["obligations[0].terms[0].effective_from"]
    assert "2025-03-04 or later" in caught.value.detail
    order(runtime, home, home.kim, home.lee, first=date(2025, 3, 4))
    spans = {"expedited_six_months", "expedited_twelve_months", "default_answer"}
    assert not spans & set(running(runtime, home))
    assert running(runtime, home)["review_notice"] == date(2029, 3, 6)
    with runtime.work() as work:
        now = READ.GetProcess(pb.GetProcessRequest(process_id=filed.process_id), work).process
    assert (now.state, now.disposition) == (pb.PROCESS_STATE_DISPOSED, "order")


def test_a_test_alone_carries_a_temporary_order(runtime: Runtime, home: Household) -> None:
    """42 USC 666(a)(5)(J)."""
    test = do(runtime, "OrderGeneticTest", **child(home), father_id=home.john)
    result = {"test_id": test.fact_id, "result_on": on(2026, 3, 6), "probability": "99.97"}
    answer = do(runtime, "RecordGeneticTestResult", **child(home), **result).paternity
    assert answer.status == pb.PATERNITY_STATUS_PRESUMED_BY_TEST
    with pytest.raises(PlatformError, match="record first who owes"):
        order(runtime, home, home.kim)
    with runtime.work(WORKER) as work:
        name_obligor(work, home.case_id, home.john, "The test names him.")
    with pytest.raises(PlatformError, match="presumed by a genetic test alone"):
        order(runtime, home, home.kim)
    assert order(runtime, home, home.kim, kind="temporary").number == 1


def test_a_mother_owes_without_paternity(runtime: Runtime) -> None:
    """Her child is with its grandmother."""
    new = NewCase(
        case_type="iv_d",
        obligee=Person(new=person(first_name="Ada", last_name="Roe")),
        obligor=Person(new=MOTHER),
        members=(NewMember(Person(new=KIM), "child"),),
        county_fips=KENTON,
    )
    with runtime.work(WORKER) as work:
        case = open_case(work, new).case
        request = pb.ListPaternitiesRequest(case_id=case.case_id)
        (kim,) = READ.ListPaternities(request, work).paternities
    assert (kim.status, kim.permits_order) == (pb.PATERNITY_STATUS_NOT_NEEDED, True)
    said = {"case_id": case.case_id, "child_id": kim.child_id, "mother_id": case.obligee_id}
    other = do(runtime, "NameMother", **said).paternity
    assert (other.status, other.permits_order) == (pb.PATERNITY_STATUS_UNESTABLISHED, False)


def test_the_past_is_explained_from_the_permitted_day(runtime: Runtime, home: Household) -> None:
    """KRS 406.031: Lee was two years old when the action was filed, Kim was not."""
    asked = {
        "case_id": home.case_id,
        "filed_on": on(2026, 1, 5),
        "paternity_action": True,
        "order_from": on(2026, 3, 1),
        "monthly_cents": 30_000,
    }
    with runtime.work() as work:
        kim, lee = (
            READ.ExplainRetroactiveSupport(
                pb.ExplainRetroactiveSupportRequest(child_id=one, **asked), work
            )
            for one in (home.kim, home.lee)
        )
    assert (kim.first_day, kim.months, kim.days) == (on(2025, 3, 4), 11, 25)
    assert (lee.first_day, lee.months, lee.days) == (on(2026, 1, 5), 1, 24)
    assert kim.steps[0].rule_id == "ky.retroactivity.paternity_age"


GIVEN = family(
    parent("3000", "245"),
    parent("4250.00", "120", child_care_paid="150.00", health_insurance_paid="210.00"),
    2,
    shared=True,
)


def test_a_worksheet_says_whether_its_order_follows_and_computes_the_same_later(
    runtime: Runtime, home: Household
) -> None:
    """KRS 403.211(2)-(3)."""
    established(runtime, home, home.kim, home.lee)
    version = order(runtime, home, home.kim, home.lee)
    attached = {"case_id": home.case_id, "order_id": version.order_id, "obligor_column": "b"}
    kept = do(runtime, "AttachWorksheet", **attached, guideline=guideline(GIVEN)).worksheet
    assert (kept.guideline_cents, kept.ordered_cents, kept.deviates) == (35_995, 35_995, False)
    assert kept.policy_checksum == answer(GIVEN)["policy_checksum"]
    go_to(runtime, date(2031, 3, 6))
    with runtime.work() as work:
        again = READ.GetWorksheet(
            pb.GetWorksheetRequest(worksheet_id=kept.worksheet_id), work
        ).worksheet
    assert again.computes_the_same
    assert again == kept
    assert again.result.obligation_cents == answer(GIVEN)["obligation_cents"]


def test_another_amount_needs_grounds_and_a_finding(runtime: Runtime, home: Household) -> None:
    """KRS 403.211(3)."""
    established(runtime, home, home.kim, home.lee)
    version = order(runtime, home, home.kim, home.lee, cents=50_000)
    attached = {"case_id": home.case_id, "order_id": version.order_id, "obligor_column": "b"}
    with pytest.raises(PlatformError, match=r"guideline\.deviation: the order comes to 50000"):
        do(runtime, "AttachWorksheet", **attached, guideline=guideline(GIVEN))
    found = {
        "grounds": ["g"],
        "finding": "Travel between the homes.",
        "finding_form": "written",
        "monthly_amount": "450",
        "payer": "b",
    }
    less, unfounded = found, found | {"finding": ""}
    for wrong, said in (
        (less, "deviation to 45000"),
        (unfounded, r"guideline\.deviation\.finding"),
    ):
        given = guideline(GIVEN | {"deviation": wrong})
        with pytest.raises(PlatformError, match=said):
            do(runtime, "AttachWorksheet", **attached, guideline=given)
    right = guideline(GIVEN | {"deviation": found | {"monthly_amount": "500"}})
    kept = do(runtime, "AttachWorksheet", **attached, guideline=right).worksheet
    assert (kept.guideline_cents, kept.ordered_cents, kept.deviates) == (35_995, 50_000, True)
    with runtime.work() as work:
        request = pb.ListWorksheetsRequest(case_id=home.case_id, order_id=version.order_id)
        (listed,) = READ.ListWorksheets(request, work).worksheets
    assert (list(listed.grounds), listed.finding) == (["g"], "Travel between the homes.")
    assert not listed.HasField("result")
