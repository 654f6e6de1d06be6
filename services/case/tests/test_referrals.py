"""Referrals of K-TAP, Medicaid and foster care: taken once, updated while they wait, accepted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import func, select

from case_service.api.applications import ApplicationReads, ApplicationWrites, Referrals
from case_service.api.assistance import AssistanceReads
from case_service.api.reads import CaseReads
from case_service.service import SERVICE
from case_service.store.tables import case_clock, case_table
from case_service.store.tables.applications import application, application_event
from chassis import tables
from chassis.dates import from_date, to_date
from chassis.errors import PlatformError
from chassis.runtime import Caller, Runtime
from childsupport.case.v1 import application_service_pb2 as pb
from childsupport.case.v1 import assistance_service_pb2 as assistance_pb
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1.events_pb2 import CasesChanged


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime]) -> Runtime:
    """Nobody is recorded yet. Today is 6 March 2026."""
    return runtime_for(SERVICE)


def referral(referral_id: str = "T-1", with_k_tap: bool = True) -> pb.ReceiveReferralRequest:
    """Return the referral of a family on K-TAP and Medicaid since January."""
    request = pb.ReceiveReferralRequest(
        agency="KY-DCBS",
        referral_id=referral_id,
        referred_on=from_date(date(2026, 3, 4)),
        content=pb.ApplicationContent(
            applicant=pb.ApplicantSection(
                first_name="Mary",
                last_name="Hill",
                birth_date=from_date(date(1990, 2, 3)),
                county_fips="21073",
                relationship=pb.APPLICANT_RELATIONSHIP_PARENT_WITH_CHILD,
            ),
            other_parents=[pb.OtherParent(first_name="John", last_name="Roe")],
            children=[pb.ApplicationChild(first_name="Joy", last_name="Hill")],
            assistance=[
                pb.ReferredAssistance(
                    program=case_pb.ASSISTANCE_PROGRAM_K_TAP,
                    first_day=from_date(date(2026, 1, 12)),
                    paid_cents=78_600,
                ),
                pb.ReferredAssistance(
                    program=case_pb.ASSISTANCE_PROGRAM_MEDICAID,
                    first_day=from_date(date(2026, 1, 1)),
                ),
            ],
        ),
    )
    if not with_k_tap:
        del request.content.assistance[0]
    return request


def receive(runtime: Runtime, request: pb.ReceiveReferralRequest) -> pb.Application:
    with runtime.work(Caller("iv-a")) as work:
        return Referrals().ReceiveReferral(request, work).application


def accept(runtime: Runtime, application_id: str) -> pb.Application:
    with runtime.work() as work:
        request = pb.AcceptApplicationRequest(application_id=application_id)
        return ApplicationWrites().AcceptApplication(request, work).application


def clocks(runtime: Runtime, application_id: str) -> dict[str, tuple[date, str]]:
    c = case_clock.c
    with runtime.work() as work:
        rows = work.session.execute(
            select(c.kind, c.due_on, c.state).where(c.about_id == application_id)
        )
        return {row.kind: (row.due_on, row.state) for row in rows}


def test_a_referral_is_filed_and_informed_within_five_working_days_of_it(runtime: Runtime) -> None:
    """45 CFR 303.2(a)(2) from the referral, 303.2(b) from its receipt."""
    taken = receive(runtime, referral())
    assert taken.status == pb.APPLICATION_STATUS_SUBMITTED
    assert taken.fee == pb.APPLICATION_FEE_NONE
    assert to_date(taken.filed_on) == date(2026, 3, 6)
    assert clocks(runtime, taken.application_id) == {
        "information_to_referred": (date(2026, 3, 11), "running"),
        "open_case": (date(2026, 3, 26), "running"),
    }


def test_the_same_referral_again_changes_nothing(runtime: Runtime) -> None:
    first = receive(runtime, referral())
    assert receive(runtime, referral()) == first
    with runtime.work() as work:
        query = select(func.count()).select_from(application_event)
        assert work.session.scalar(query) == 2


def test_two_at_once_are_one(runtime: Runtime) -> None:
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: receive(runtime, referral()), range(2)))
    assert both[0] == both[1]
    with runtime.work() as work:
        assert work.session.scalar(select(func.count()).select_from(application)) == 1


def test_a_referral_that_waits_is_updated(runtime: Runtime) -> None:
    first = receive(runtime, referral())
    changed = referral()
    changed.content.children.add(first_name="Jim", last_name="Hill")
    after = receive(runtime, changed)
    assert (after.application_id, len(after.content.children)) == (first.application_id, 2)
    with runtime.work() as work:
        request = pb.GetApplicationRequest(application_id=first.application_id)
        texts = [e.text for e in ApplicationReads().GetApplication(request, work).events]
    assert texts[-1] == "KY-DCBS sent the referral again, with changes."


def test_a_referral_becomes_a_case_with_its_months_of_assistance(runtime: Runtime) -> None:
    taken = receive(runtime, referral())
    case_id = accept(runtime, taken.application_id).case_id
    with runtime.work() as work:
        found = AssistanceReads().GetAssistance(
            assistance_pb.GetAssistanceRequest(case_id=case_id), work
        )
        case = CaseReads().GetCase(case_pb.GetCaseRequest(case_id=case_id), work).case
        query = select(tables.outbox.c.body).where(
            tables.outbox.c.type == CasesChanged.DESCRIPTOR.full_name
        )
        bodies = work.session.scalars(query.order_by(tables.outbox.c.id)).all()
    assert found.assistance.status == case_pb.ASSISTANCE_STATUS_CURRENT
    assert to_date(found.assistance.since) == date(2026, 1, 1)
    assert found.assistance.unreimbursed_assistance_cents == 78_600
    assert [m.paid_cents for m in found.months] == [26_200, 26_200, 26_200]
    assert {p.program for p in case.assistance} == {
        case_pb.ASSISTANCE_PROGRAM_K_TAP,
        case_pb.ASSISTANCE_PROGRAM_MEDICAID,
    }
    assert CasesChanged.FromString(bodies[-1]).cases[0] == case
    later = referral()
    later.content.assistance[0].paid_cents = 1
    with pytest.raises(PlatformError, match="the referral is accepted"):
        receive(runtime, later)
    assert receive(runtime, referral()).case_id == case_id


def test_information_given_after_acceptance_meets_its_time(runtime: Runtime) -> None:
    taken = receive(runtime, referral())
    accept(runtime, taken.application_id)
    with runtime.work() as work:
        request = pb.GiveApplicationRequest(application_id=taken.application_id)
        ApplicationWrites().GiveApplication(request, work)
    assert clocks(runtime, taken.application_id)["information_to_referred"][1] == "met"


def test_a_family_that_has_a_case_is_referred_into_it(runtime: Runtime) -> None:
    before = receive(runtime, referral("T-0", with_k_tap=False))
    first = accept(runtime, before.application_id)
    taken = receive(runtime, referral())
    with pytest.raises(PlatformError, match="probably a person who is recorded"):
        accept(runtime, taken.application_id)
    request = pb.AcceptApplicationRequest(
        application_id=taken.application_id,
        case_id=first.case_id,
        applicant=pb.PersonIdentity(participant_id=first.applicant_id),
    )
    with runtime.work() as work:
        joined = ApplicationWrites().AcceptApplication(request, work).application
        case = CaseReads().GetCase(case_pb.GetCaseRequest(case_id=first.case_id), work).case
    assert joined.case_id == first.case_id
    assert [p.program for p in case.assistance].count(case_pb.ASSISTANCE_PROGRAM_K_TAP) == 1


def test_two_workers_who_accept_at_once_open_one_case(runtime: Runtime) -> None:
    taken = receive(runtime, referral())

    def once(_: int) -> str:
        try:
            return accept(runtime, taken.application_id).case_id
        except PlatformError as error:
            return error.detail

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(once, range(2)))
    assert results[1] == "the application is accepted already"
    with runtime.work() as work:
        assert work.session.scalar(select(func.count()).select_from(case_table)) == 1


def test_foster_care_is_referred_for_a_child_by_its_place(runtime: Runtime) -> None:
    """45 CFR 302.52: support for a child in title IV-E foster care."""
    request = referral()
    request.content.applicant.relationship = pb.APPLICANT_RELATIONSHIP_AGENCY
    request.content.children.add(first_name="Jim", last_name="Hill")
    del request.content.assistance[:]
    one = request.content.assistance.add(
        program=case_pb.ASSISTANCE_PROGRAM_FOSTER_CARE, paid_cents=90_000, child_place=1
    )
    one.first_day.CopyFrom(from_date(date(2026, 2, 1)))
    case_id = accept(runtime, receive(runtime, request).application_id).case_id
    with runtime.work() as work:
        found = CaseReads().GetCase(case_pb.GetCaseRequest(case_id=case_id), work)
    people = {p.participant_id: p.first_name for p in found.participants}
    assert people[found.case.assistance[0].child_id] == "Jim"


def test_all_that_is_wrong_with_a_referral_is_named_at_once(runtime: Runtime) -> None:
    request = pb.ReceiveReferralRequest(agency="KY-DCBS", referred_on=from_date(date(2026, 3, 7)))
    request.content.assistance.add(program=case_pb.ASSISTANCE_PROGRAM_FOSTER_CARE)
    with pytest.raises(PlatformError) as caught:
        receive(runtime, request)
    assert [v.field for v in caught.value.violations] == [
        "referral_id",
        "referred_on",
        "content.assistance[0]",
        "content.assistance[0].child_place",
        "content.applicant.first_name",
        "content.applicant.last_name",
        "content.children",
    ]
