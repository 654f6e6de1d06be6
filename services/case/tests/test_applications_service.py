"""Applications over the contract: begun, saved by the section, resumed by a code, sent, decided."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from google.protobuf.message import Message
from sqlalchemy import select, text

from case_service.api.applications import ApplicationReads, ApplicationWrites
from case_service.api.own_applications import ApplicantReads, ApplicantWrites
from case_service.api.reads import CaseReads
from case_service.jobs.applications import expire_drafts
from case_service.service import SERVICE
from case_service.store.tables import case_clock, participant
from case_service.store.tables.applications import application
from case_service.store.tables.desk import worklist_item
from chassis import tables
from chassis.clock import SteppedClock
from chassis.dates import from_date, to_date
from chassis.errors import PlatformError
from chassis.events import message_class
from chassis.runtime import Caller, Runtime
from childsupport.case.v1 import application_service_pb2 as pb
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import events_pb2 as events

SECTIONS = ["applicant", "other_parents", "children", "safety", "certification"]
HOME = "9 Quiet Court"
SSN = "900020002"


@pytest.fixture
def runtime(runtime_for: Callable[..., Runtime]) -> Runtime:
    """Nobody is recorded yet. Today is 6 March 2026."""
    return runtime_for(SERVICE)


def terms(runtime: Runtime, **given: object) -> pb.GetApplicationTermsResponse:
    with runtime.work() as work:
        request = pb.GetApplicationTermsRequest(**given)
        return ApplicantReads().GetApplicationTerms(request, work)


def content(runtime: Runtime) -> pb.ApplicationContent:
    """Return what Mary says: she has Joy, and John is the father."""
    return pb.ApplicationContent(
        applicant=pb.ApplicantSection(
            first_name="Mary",
            last_name="Hill",
            birth_date=from_date(date(1990, 2, 3)),
            ssn=SSN,
            address=case_pb.PostalAddress(
                line1=HOME, city="Frankfort", state="KY", zip_code="40601"
            ),
            email="mary@example.org",
            relationship=pb.APPLICANT_RELATIONSHIP_PARENT_WITH_CHILD,
            county_fips="21073",
        ),
        other_parents=[
            pb.OtherParent(first_name="John", last_name="Roe", employer="Acme", sex="male")
        ],
        children=[
            pb.ApplicationChild(
                first_name="Joy",
                last_name="Hill",
                birth_date=from_date(date(2020, 5, 6)),
                lives_with_applicant=True,
            )
        ],
        safety=pb.SafetySection(answered=True),
        certification=pb.Certification(
            signed_name="Mary Hill",
            signed_on=from_date(date(2026, 3, 6)),
            agrees=True,
            terms_version=terms(runtime).terms_version,
        ),
    )


def start(
    runtime: Runtime, said: pb.ApplicationContent | None = None
) -> tuple[pb.Application, str]:
    with runtime.work() as work:
        request = pb.StartOwnApplicationRequest(content=said)
        answer = ApplicantWrites().StartOwnApplication(request, work)
        return answer.application, answer.resume_code


def save(
    runtime: Runtime, code: str, said: pb.ApplicationContent, *sections: str
) -> pb.Application:
    request = pb.SaveOwnApplicationRequest(resume_code=code, content=said)
    request.update_mask.paths.extend(sections)
    with runtime.work() as work:
        return ApplicantWrites().SaveOwnApplication(request, work).application


def submit(runtime: Runtime, code: str) -> pb.Application:
    with runtime.work() as work:
        request = pb.SubmitOwnApplicationRequest(resume_code=code)
        return ApplicantWrites().SubmitOwnApplication(request, work).application


def own(runtime: Runtime, code: str) -> pb.GetOwnApplicationResponse:
    with runtime.work() as work:
        request = pb.GetOwnApplicationRequest(resume_code=code)
        return ApplicantReads().GetOwnApplication(request, work)


def get(runtime: Runtime, application_id: str) -> pb.GetApplicationResponse:
    with runtime.work() as work:
        request = pb.GetApplicationRequest(application_id=application_id)
        return ApplicationReads().GetApplication(request, work)


def accept(runtime: Runtime, application_id: str, **given: object) -> pb.Application:
    with runtime.work(Caller("worker", frozenset({"case.read"}))) as work:
        request = pb.AcceptApplicationRequest(application_id=application_id, **given)
        return ApplicationWrites().AcceptApplication(request, work).application


def create(runtime: Runtime, **given: object) -> pb.Application:
    with runtime.work() as work:
        request = pb.CreateApplicationRequest(**given)
        return ApplicationWrites().CreateApplication(request, work).application


def case_of(runtime: Runtime, case_id: str) -> case_pb.GetCaseResponse:
    with runtime.work() as work:
        return CaseReads().GetCase(case_pb.GetCaseRequest(case_id=case_id), work)


def told(runtime: Runtime) -> list[Message]:
    with runtime.work() as work:
        rows = work.session.execute(
            select(tables.outbox.c.type, tables.outbox.c.body).order_by(tables.outbox.c.id)
        )
        return [message_class(row.type).FromString(row.body) for row in rows]


def notices(runtime: Runtime) -> list[events.Notice]:
    return [n for m in told(runtime) if isinstance(m, events.NoticesIssued) for n in m.notices]


def clocks(runtime: Runtime, application_id: str) -> dict[str, tuple[date, str]]:
    c = case_clock.c
    with runtime.work() as work:
        rows = work.session.execute(
            select(c.kind, c.due_on, c.state).where(c.about_id == application_id)
        )
        return {row.kind: (row.due_on, row.state) for row in rows}


def opening_clocks(runtime: Runtime, case_id: str) -> list[tuple[str, str]]:
    c = case_clock.c
    query = select(c.about_id, c.state).where(c.case_id == case_id, c.kind == "open_case")
    with runtime.work() as work:
        return [tuple(row) for row in work.session.execute(query)]


def desk(runtime: Runtime) -> list[tuple[str, str, date, str]]:
    w = worklist_item.c
    with runtime.work() as work:
        rows = work.session.execute(select(w.kind, w.office_id, w.due_on, w.state))
        return [tuple(row) for row in rows]


def forward(runtime: Runtime, days: int) -> None:
    assert isinstance(runtime.clock, SteppedClock)
    runtime.clock.advance(timedelta(days=days))


# save and resume


def test_an_application_is_saved_by_the_section_and_resumed_by_its_code(runtime: Runtime) -> None:
    said = content(runtime)
    begun, code = start(runtime, pb.ApplicationContent(applicant=said.applicant))
    save(runtime, code, said, "children")
    save(runtime, code.lower().replace("-", " "), said, "other_parents")
    found = own(runtime, code).application
    assert found.application_id == begun.application_id
    assert [child.first_name for child in found.content.children] == ["Joy"]
    assert found.content.other_parents[0].employer == "Acme"
    assert found.content.applicant.address.line1 == HOME
    assert not found.content.certification.signed_name
    assert to_date(found.kept_until) == date(2026, 5, 5)


def test_a_social_security_number_never_comes_back_and_yet_is_kept(runtime: Runtime) -> None:
    said = content(runtime)
    begun, code = start(runtime, said)
    assert SSN.encode() not in begun.SerializeToString()
    read = own(runtime, code).application.content
    assert (read.applicant.ssn, read.applicant.ssn_given) == ("", True)
    read.applicant.phone = "5025550100"
    save(runtime, code, read, "applicant")
    done = submit(runtime, code)
    case_id = accept(runtime, done.application_id).case_id
    with runtime.work() as work:
        mary = work.keys.lookup_hash("ssn", SSN)
        found = work.session.scalar(
            select(participant.c.participant_id).where(participant.c.ssn_hash == mary)
        )
    assert found == case_of(runtime, case_id).case.obligee_id


def test_nothing_that_was_said_stands_in_clear(runtime: Runtime) -> None:
    said = content(runtime)
    said.safety.details = "He broke the door"
    _, code = start(runtime, said)
    submit(runtime, code)
    with runtime.work() as work:
        dump = "".join(
            str(work.session.execute(text(f"SELECT {name}::text FROM {name}")).all())
            for name in ("application", "application_person", "application_event")
        )
    plain = code.replace("-", "")
    for secret in ("Mary", "Hill", "Joy", "Roe", HOME, SSN, "1990-02-03", "door", code, plain):
        assert secret not in dump
        assert secret.encode().hex() not in dump


def test_another_code_finds_nothing_and_a_code_runs_out(runtime: Runtime) -> None:
    _, code = start(runtime)
    other = ("A" if code[0] != "A" else "B") + code[1:]
    with pytest.raises(PlatformError, match="no application by this code"):
        own(runtime, other)
    forward(runtime, 60)
    own(runtime, code)
    forward(runtime, 1)
    with pytest.raises(PlatformError, match="no application by this code"):
        own(runtime, code)


def test_a_draft_that_nobody_saves_is_erased(runtime: Runtime) -> None:
    begun, code = start(runtime, content(runtime))
    forward(runtime, 60)
    with runtime.work() as work:
        assert expire_drafts(work, work.clock.today()) == {"applications": 0}
    forward(runtime, 1)
    with runtime.work() as work:
        assert expire_drafts(work, work.clock.today()) == {"applications": 1}
        assert expire_drafts(work, work.clock.today()) == {"applications": 0}
        assert work.session.execute(
            select(application.c.status, application.c.content, application.c.resume_hash)
        ).all() == [("expired", None, None)]
    assert not get(runtime, begun.application_id).application.content.children
    with pytest.raises(PlatformError, match="no application by this code"):
        own(runtime, code)


@pytest.mark.parametrize("method", ["Get", "Save", "Submit", "Withdraw"])
def test_a_participants_id_opens_no_application(runtime: Runtime, method: str) -> None:
    """OWASP ASVS 5.0, 8.2.2: whoever may apply can name any participant; the code alone opens."""
    _, code = start(runtime, content(runtime))
    accepted = accept(runtime, submit(runtime, code).application_id)
    named = {
        "participant_id": accepted.applicant_id,
        "application_id": accepted.application_id,
    }
    said = {"reason": "Not mine."} if method == "Withdraw" else {}
    servicer = ApplicantReads() if method == "Get" else ApplicantWrites()
    request = getattr(pb, f"{method}OwnApplicationRequest")
    for given, field in ((named, "participant_id"), ({}, "resume_code")):
        with runtime.work() as work, pytest.raises(PlatformError) as refused:
            getattr(servicer, f"{method}OwnApplication")(request(**given, **said), work)
        assert [v.field for v in refused.value.violations] == [field]


def test_nobody_begins_an_application_in_a_participants_name(runtime: Runtime) -> None:
    """OWASP ASVS 5.0, 8.2.2: what the office sends about it would go to that participant."""
    _, code = start(runtime, content(runtime))
    himself = accept(runtime, submit(runtime, code).application_id).applicant_id
    request = pb.StartOwnApplicationRequest(participant_id=himself)
    with runtime.work() as work, pytest.raises(PlatformError, match="participant_id"):
        ApplicantWrites().StartOwnApplication(request, work)


def test_an_applicant_reads_what_comes_next_and_what_is_asked_of_him(runtime: Runtime) -> None:
    """45 CFR 303.2(b), 303.3(b)(3) and 303.4(d): 20, 75 and 90 days, each from the one before."""
    _, code = start(runtime, content(runtime))
    assert not own(runtime, code).stages
    done = submit(runtime, code)
    sent, opened, located, ordered = own(runtime, code).stages
    assert to_date(sent.reached_on) == date(2026, 3, 6)
    assert (to_date(opened.due_on), opened.days) == (date(2026, 3, 26), 20)
    assert (located.HasField("due_on"), located.days, ordered.days) == (False, 75, 90)
    with runtime.work() as work:
        asked = pb.RequestInformationRequest(
            application_id=done.application_id, what="Your lease, please."
        )
        ApplicationWrites().RequestInformation(asked, work)
    assert own(runtime, code).information_wanted == "Your lease, please."
    submit(runtime, code)
    assert not own(runtime, code).information_wanted
    forward(runtime, 2)
    accept(runtime, done.application_id)
    _, opened, located, _ = own(runtime, code).stages
    assert to_date(opened.reached_on) == date(2026, 3, 8)
    assert to_date(located.due_on) == date(2026, 5, 22)


def test_a_stranger_finds_the_office_of_his_county(runtime: Runtime) -> None:
    with runtime.work() as work:
        request = pb.ListApplicationOfficesRequest()
        offices = ApplicantReads().ListApplicationOffices(request, work).offices
    assert (len(offices), offices[0].county, offices[-1].county) == (120, "Adair", "Woodford")


# sending


def test_all_that_an_application_lacks_is_named_at_once_by_path_and_rule(runtime: Runtime) -> None:
    _, code = start(runtime, pb.ApplicationContent(children=[pb.ApplicationChild(first_name="J")]))
    with pytest.raises(PlatformError) as caught:
        submit(runtime, code)
    assert [v.field for v in caught.value.violations] == [
        "applicant.first_name",
        "applicant.last_name",
        "applicant.birth_date",
        "applicant.address",
        "applicant.relationship",
        "other_parents",
        "children[0]",
        "children[0].birth_date",
        "safety.answered",
        "certification.signed_name",
        "certification.agrees",
        "applicant.county_fips",
    ]
    assert all(v.description.endswith("]") for v in caught.value.violations)
    assert [g.field for g in own(runtime, code).gaps] == [v.field for v in caught.value.violations]


def test_what_cannot_be_is_refused_when_it_is_saved(runtime: Runtime) -> None:
    _, code = start(runtime)
    said = content(runtime)
    said.applicant.ssn = "000000000"
    said.children[0].birth_date.CopyFrom(from_date(date(2027, 1, 1)))
    with pytest.raises(PlatformError) as caught:
        save(runtime, code, said, "applicant", "children")
    assert [v.field for v in caught.value.violations] == [
        "content.applicant.ssn",
        "content.children[0].birth_date",
    ]


def test_a_signature_under_other_terms_is_none(runtime: Runtime) -> None:
    said = content(runtime)
    said.certification.terms_version = "other"
    _, code = start(runtime, said)
    with pytest.raises(PlatformError, match="the terms have changed since"):
        submit(runtime, code)


def test_a_sent_application_waits_in_its_office_for_twenty_days(runtime: Runtime) -> None:
    """45 CFR 303.2(b): 20 calendar days from its filing."""
    _, code = start(runtime, content(runtime))
    done = submit(runtime, code)
    assert done.status == pb.APPLICATION_STATUS_SUBMITTED
    assert (to_date(done.filed_on), to_date(done.open_by)) == (date(2026, 3, 6), date(2026, 3, 26))
    assert desk(runtime) == [("APPL", "21073", date(2026, 3, 26), "open")]
    assert clocks(runtime, done.application_id)["open_case"] == (date(2026, 3, 26), "running")
    with pytest.raises(PlatformError, match="it was sent already"):
        submit(runtime, code)
    with pytest.raises(PlatformError, match="tell the office"):
        save(runtime, code, content(runtime), "children")


def test_who_asks_by_telephone_is_sent_the_form_in_five_working_days(runtime: Runtime) -> None:
    """45 CFR 303.2(a)(2)."""
    asked = create(
        runtime, channel=pb.APPLICATION_CHANNEL_PHONE, asked_on=from_date(date(2026, 3, 5))
    )
    by_phone = clocks(runtime, asked.application_id)["application_given_by_phone"]
    assert by_phone == (date(2026, 3, 12), "running")
    forward(runtime, 4)
    with runtime.work() as work:
        request = pb.GiveApplicationRequest(application_id=asked.application_id)
        given = ApplicationWrites().GiveApplication(request, work).application
    assert to_date(given.given_on) == date(2026, 3, 10)
    assert clocks(runtime, asked.application_id)["application_given_by_phone"][1] == "met"


def test_an_application_counts_as_filed_with_its_fee(
    runtime: Runtime,
) -> None:
    """45 CFR 303.2(a)(3): the day it and the application fee are received."""
    asked = create(
        runtime,
        channel=pb.APPLICATION_CHANNEL_IN_PERSON,
        content=content(runtime),
    )
    with runtime.work() as work:
        work.session.execute(application.update().values(fee="undecided", fee_cents=2_500))
        request = pb.SubmitApplicationRequest(application_id=asked.application_id)
        sent = ApplicationWrites().SubmitApplication(request, work).application
    assert not sent.HasField("filed_on")
    assert "open_case" not in clocks(runtime, asked.application_id)
    with pytest.raises(PlatformError, match="the fee is not settled"):
        accept(runtime, asked.application_id)
    forward(runtime, 3)
    with runtime.work() as work:
        fee = pb.RecordApplicationFeeRequest(
            application_id=asked.application_id, fee=pb.APPLICATION_FEE_PAID
        )
        paid = ApplicationWrites().RecordApplicationFee(fee, work).application
    assert to_date(paid.filed_on) == date(2026, 3, 9)
    assert clocks(runtime, asked.application_id)["open_case"] == (date(2026, 3, 29), "running")


# deciding


def test_acceptance_opens_the_case_and_only_then_records_the_other_parent(runtime: Runtime) -> None:
    _, code = start(runtime, content(runtime))
    done = submit(runtime, code)
    with runtime.work() as work:
        assert work.session.scalars(select(participant.c.participant_id)).all() == []
    forward(runtime, 5)
    accepted = accept(runtime, done.application_id, worker_id="w1")
    found = case_of(runtime, accepted.case_id)
    people = {p.participant_id: p.first_name for p in found.participants}
    case = found.case
    assert (people[case.obligee_id], people[case.obligor_id]) == ("Mary", "John")
    assert [(people[m.participant_id], m.role) for m in case.members] == [
        ("Joy", case_pb.CASE_ROLE_CHILD)
    ]
    assert (case.office_id, case.worker_id, case.county_fips) == ("21073", "w1", "21073")
    kinds = [entry.kind for entry in found.history]
    assert {"applied", "case_opened"} <= set(kinds)
    assert opening_clocks(runtime, accepted.case_id) == [(done.application_id, "met")]
    assert [state for _, _, _, state in desk(runtime)] == ["accepted"]
    assert [(n.kind, n.participant_id) for n in notices(runtime)] == [
        ("case_opened", case.obligee_id)
    ]
    with pytest.raises(PlatformError, match="is accepted already"):
        accept(runtime, done.application_id)


def test_a_case_that_is_opened_too_late_says_so_once(runtime: Runtime) -> None:
    """45 CFR 303.2(b): the application's own 20 days become the case's."""
    _, code = start(runtime, content(runtime))
    done = submit(runtime, code)
    forward(runtime, 21)
    accepted = accept(runtime, done.application_id)
    assert opening_clocks(runtime, accepted.case_id) == [(done.application_id, "late")]
    told = [entry.kind for entry in case_of(runtime, accepted.case_id).history]
    assert told.count("clock_late") == 1


def test_several_alleged_fathers_leave_open_who_owes(runtime: Runtime) -> None:
    said = content(runtime)
    del said.other_parents[:]
    for name in ("John", "Jack"):
        said.other_parents.add(first_name=name, last_name="Roe", alleged_father=True)
    _, code = start(runtime, said)
    case_id = accept(runtime, submit(runtime, code).application_id).case_id
    case = case_of(runtime, case_id).case
    assert case.obligor_id == ""
    assert sorted(m.role for m in case.members) == [
        case_pb.CASE_ROLE_CHILD,
        case_pb.CASE_ROLE_ALLEGED_FATHER,
        case_pb.CASE_ROLE_ALLEGED_FATHER,
    ]


def test_a_parent_without_the_children_who_applies_owes(runtime: Runtime) -> None:
    said = content(runtime)
    said.applicant.relationship = pb.APPLICANT_RELATIONSHIP_PARENT_WITHOUT_CHILD
    _, code = start(runtime, said)
    accepted = accept(runtime, submit(runtime, code).application_id)
    assert case_of(runtime, accepted.case_id).case.obligor_id == accepted.applicant_id


def test_a_caretaker_says_with_which_parent_the_case_is(runtime: Runtime) -> None:
    said = content(runtime)
    said.applicant.relationship = pb.APPLICANT_RELATIONSHIP_CARETAKER
    said.other_parents.add(first_name="Ann", last_name="Roe")
    _, code = start(runtime, said)
    done = submit(runtime, code)
    with pytest.raises(PlatformError, match="which other parent this case is with"):
        accept(runtime, done.application_id)
    found = case_of(runtime, accept(runtime, done.application_id, owing_parent=2).case_id)
    people = {p.participant_id: p.first_name for p in found.participants}
    assert people[found.case.obligor_id] == "Ann"
    assert [people[m.participant_id] for m in found.case.members] == ["Joy", "John"]


def test_who_fears_harm_is_protected_from_the_first_day(runtime: Runtime) -> None:
    said = content(runtime)
    said.safety.in_danger = True
    _, code = start(runtime, said)
    case_id = accept(runtime, submit(runtime, code).application_id).case_id
    found = case_of(runtime, case_id).participants
    assert {p.first_name: p.protected for p in found} == {
        "Mary": True,
        "Joy": True,
        "John": False,
    }
    everything = b"".join(m.SerializeToString() for m in told(runtime))
    assert HOME.encode() not in everything


@pytest.mark.parametrize("again", ["the same case", "another case"])
def test_who_is_long_recorded_and_now_fears_harm_is_protected_too(
    runtime: Runtime, again: str
) -> None:
    _, code = start(runtime, content(runtime))
    first = case_of(runtime, accept(runtime, submit(runtime, code).application_id).case_id)
    said = content(runtime)
    said.safety.in_danger = True
    if again == "another case":
        said.other_parents[0].first_name = "Ben"
    _, code = start(runtime, said)
    mary = pb.PersonIdentity(participant_id=first.case.obligee_id)
    joy = pb.PersonIdentity(participant_id=first.case.members[0].participant_id)
    case_id = first.case.case_id if again == "the same case" else ""
    sent = submit(runtime, code)
    accept(runtime, sent.application_id, applicant=mary, children=[joy], case_id=case_id)
    found = case_of(runtime, first.case.case_id)
    assert {p.first_name: p.protected for p in found.participants} == {
        "Mary": True,
        "Joy": True,
        "John": False,
    }
    assert [e.kind for e in found.history].count("protection_set") == 2


def test_a_refusal_says_why_by_letter(runtime: Runtime) -> None:
    _, code = start(runtime, content(runtime))
    done = submit(runtime, code)
    with runtime.work() as work:
        request = pb.RefuseApplicationRequest(
            application_id=done.application_id, reason="The child is grown up."
        )
        refused = ApplicationWrites().RefuseApplication(request, work).application
    assert refused.status == pb.APPLICATION_STATUS_REFUSED
    (notice,) = notices(runtime)
    assert (notice.kind, notice.letter, notice.case_number) == (
        "application_refused",
        True,
        done.reference,
    )
    assert notice.participant_id == refused.applicant_id
    assert b"grown up" not in notice.SerializeToString()
    assert clocks(runtime, done.application_id)["open_case"][1] == "met"
    assert own(runtime, code).application.reason == "The child is grown up."


def test_what_is_missing_is_asked_for_and_answered(runtime: Runtime) -> None:
    _, code = start(runtime, content(runtime))
    done = submit(runtime, code)
    with runtime.work() as work:
        request = pb.RequestInformationRequest(
            application_id=done.application_id, what="Where was Joy born?"
        )
        asked = ApplicationWrites().RequestInformation(request, work).application
    assert to_date(asked.answer_by) == date(2026, 3, 26)
    assert [n.kind for n in notices(runtime)] == ["information_requested"]
    said = content(runtime)
    said.children[0].birth_state = "KY"
    save(runtime, code, said, "children")
    answered = submit(runtime, code)
    assert not answered.HasField("answer_by")
    assert to_date(answered.filed_on) == date(2026, 3, 6)
    accepted = accept(runtime, done.application_id)
    assert accepted.applicant_id == asked.applicant_id


def test_a_withdrawal_takes_it_from_the_desk(runtime: Runtime) -> None:
    _, code = start(runtime, content(runtime))
    done = submit(runtime, code)
    with runtime.work() as work:
        request = pb.WithdrawOwnApplicationRequest(resume_code=code, reason="We agree now.")
        ApplicantWrites().WithdrawOwnApplication(request, work)
    assert clocks(runtime, done.application_id)["open_case"][1] == "cancelled"
    assert [state for _, _, _, state in desk(runtime)] == ["rejected"]


def test_another_application_about_the_same_people_is_pointed_out(runtime: Runtime) -> None:
    _, first_code = start(runtime, content(runtime))
    first = submit(runtime, first_code)
    other = content(runtime)
    other.applicant.first_name, other.applicant.last_name = "John", "Roe"
    other.applicant.ssn = ""
    _, code = start(runtime, other)
    second = submit(runtime, code)
    (found,) = get(runtime, second.application_id).duplicates
    assert (found.application_id, found.same_applicant, found.same_children) == (
        first.application_id,
        False,
        1,
    )


# lists, etags, terms


def test_applications_are_listed_by_status_and_office_without_what_they_say(
    runtime: Runtime,
) -> None:
    for _ in range(3):
        _, code = start(runtime, content(runtime))
        submit(runtime, code)
    start(runtime, content(runtime))
    seen: list[pb.Application] = []
    request = pb.ListApplicationsRequest(
        status=pb.APPLICATION_STATUS_SUBMITTED, office_id="21073", page_size=2
    )
    for _ in range(2):
        with runtime.work() as work:
            page = ApplicationReads().ListApplications(request, work)
        seen += page.applications
        request.page_token = page.next_page_token
    assert (len(seen), request.page_token) == (3, "")
    assert all(b"Mary" not in one.SerializeToString() for one in seen)
    with runtime.work() as work:
        other = pb.ListApplicationsRequest(channel=pb.APPLICATION_CHANNEL_PHONE)
        assert not ApplicationReads().ListApplications(other, work).applications


def test_a_save_over_somebody_elses_is_refused(runtime: Runtime) -> None:
    begun, code = start(runtime)
    said = content(runtime)
    save(runtime, code, said, "children")
    request = pb.SaveOwnApplicationRequest(resume_code=code, content=said, etag=begun.etag)
    request.update_mask.paths.append("safety")
    with pytest.raises(PlatformError, match="changed by somebody else"), runtime.work() as work:
        ApplicantWrites().SaveOwnApplication(request, work)


def test_the_terms_name_the_fees_and_what_assistance_asks_for(runtime: Runtime) -> None:
    """45 CFR 303.2(a)(2); 921 KAR 1:380."""
    plain = {p.title: p for p in terms(runtime).paragraphs}
    assert "$35.00" in plain["Yearly fee"].text
    assert "$550.00" in plain["Yearly fee"].text
    assert "KRS 15.810" in plain["Yearly fee"].citation
    assert "Assignment of support" not in plain
    on_k_tap = terms(runtime, language="es", programs=[case_pb.ASSISTANCE_PROGRAM_K_TAP])
    titles = [p.title for p in on_k_tap.paragraphs]
    assert "Cesión de la manutención" in titles
    assert "Su deber de cooperar" in titles
    assert on_k_tap.terms_version == terms(runtime).terms_version
