"""A parent's own cases: what each side sees, what he reported, what he should do next."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from desk_world import ANN, CASE, JANE, JOHN, OFFICE, PORTAL, TIM, Desk, fresh, pdf

from case_service.api.appointments import Appointments
from case_service.api.conversations import Conversations, PartyConversations
from case_service.api.documents import DocumentReads, Documents
from case_service.api.history import HistoryReads
from case_service.api.offices import Offices
from case_service.api.own_cases import OwnCases
from case_service.api.parties import Parties
from case_service.api.party_reads import PartyReads
from case_service.api.reviews import Reviews
from case_service.api.worklist import WorklistReads
from case_service.domain.closing import INTENDED, Closure
from case_service.service import SERVICE
from case_service.store import closures
from chassis.clock import SteppedClock
from chassis.dates import from_date, to_date
from chassis.errors import PlatformError
from chassis.ids import new_id
from chassis.runtime import Runtime
from childsupport.case.v1 import appointment_service_pb2 as appointment_pb
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import clock_service_pb2 as history_pb
from childsupport.case.v1 import conversation_service_pb2 as conversation_pb
from childsupport.case.v1 import document_service_pb2 as document_pb
from childsupport.case.v1 import office_service_pb2 as office_pb
from childsupport.case.v1 import party_case_service_pb2 as pb
from childsupport.case.v1 import party_service_pb2 as party_pb
from childsupport.case.v1 import review_service_pb2 as review_pb
from childsupport.case.v1 import worklist_service_pb2 as work_pb


@pytest.fixture
def desk(runtime_for: Callable[..., Runtime], page: case_pb.ImportCasesRequest) -> Desk:
    weekly = (
        page.cases[0]
        .orders[0]
        .obligations.add(
            obligation_id=new_id(),
            support_type=case_pb.SUPPORT_TYPE_CHILD_CARE,
            monthly_amount_cents=10_833,
            effective_from=from_date(date(2021, 2, 1)),
            child_id=TIM,
        )
    )
    weekly.terms.add(
        effective_from=from_date(date(2021, 2, 1)),
        amount_cents=2_500,
        frequency=case_pb.FREQUENCY_WEEKLY,
        monthly_cents=10_833,
    )
    return Desk(runtime_for(SERVICE), page)


def my_case(desk: Desk, who: str) -> pb.GetMyCaseResponse:
    request = pb.GetMyCaseRequest(case_id=CASE, participant_id=who)
    return desk.do(OwnCases().GetMyCase, request, PORTAL)


def tasks(desk: Desk, who: str) -> list[pb.MyTask]:
    request = pb.ListMyTasksRequest(participant_id=who)
    return list(desk.do(OwnCases().ListMyTasks, request, PORTAL).tasks)


def kinds(desk: Desk, who: str) -> list[str]:
    prefix = "MY_TASK_KIND_"
    return [pb.MyTaskKind.Name(t.kind).removeprefix(prefix) for t in tasks(desk, who)]


def report(desk: Desk, who: str, kind: int, **details: object) -> party_pb.ReportedChange:
    request = party_pb.ReportChangeRequest(
        request_id=fresh(),
        case_id=CASE,
        participant_id=who,
        kind=kind,  # type: ignore[arg-type]
        details=party_pb.ChangeDetails(**details),  # type: ignore[arg-type]
    )
    a_second_later(desk)
    return desk.do(Parties().ReportChange, request, PORTAL).change


def a_second_later(desk: Desk) -> None:
    assert isinstance(desk.runtime.clock, SteppedClock)
    desk.runtime.clock.advance(timedelta(seconds=1))


def accept(desk: Desk, change_id: str) -> None:
    desk.do(Parties().AcceptChange, party_pb.AcceptChangeRequest(change_id=change_id))


def test_each_side_sees_the_case_by_what_it_is_in_it(desk: Desk) -> None:
    office = office_pb.Office(
        office_id=OFFICE, street="1 Main St", city="Frankfort", phone="5025550100",
        hours="Monday to Friday, 8 to 4:30", email="office@example.org", etag="0",
    )  # fmt: skip
    desk.do(Offices().UpdateOffice, office_pb.UpdateOfficeRequest(office=office))
    his, her = my_case(desk, JOHN), my_case(desk, JANE)
    assert (his.case.role, her.case.role) == (pb.MY_ROLE_OBLIGOR, pb.MY_ROLE_OBLIGEE)
    assert (his.case.other_party_name, her.case.other_party_name) == ("Jane Doe", "John Doe")
    assert [(c.first_name, c.last_name) for c in his.case.children] == [("Tim", "")]
    assert [(c.first_name, c.last_name) for c in her.case.children] == [("Tim", "Doe")]
    assert his.case.assistance_status == case_pb.ASSISTANCE_STATUS_UNSPECIFIED
    assert her.case.assistance_status == case_pb.ASSISTANCE_STATUS_FORMER
    assert (his.case.office.hours, his.case.office.email) == (office.hours, office.email)
    assert (his.case.office.county, his.case.worker_id) == ("Franklin", "ann")
    listed = desk.do(OwnCases().ListMyCases, pb.ListMyCasesRequest(participant_id=JOHN), PORTAL)
    assert list(listed.cases) == [his.case]


def test_an_order_says_what_is_owed_and_how_a_month_of_it_was_found(desk: Desk) -> None:
    (order,) = my_case(desk, JOHN).orders
    support, care = order.terms
    assert (order.court_number, order.income_withholding) == ("21-CI-00456", True)
    assert (support.amount_cents, support.monthly_arrears_cents) == (20_000, 3_000)
    assert (support.current, list(support.steps)) == (True, [])
    assert (care.amount_cents, care.monthly_cents) == (2_500, 10_833)
    assert care.child_first_name == "Tim"
    assert [step.rule_id for step in care.steps] == [
        "ky.support.times_a_year.weekly",
        "ky.support.month_rounding",
    ]


def test_insurance_and_employment_go_from_the_report_to_the_record(desk: Desk) -> None:
    plan = party_pb.HealthInsurance(
        insurer="Bluegrass Plan", policy_number="AB-77665544", through_employer=True,
        since=from_date(date(2026, 1, 1)), covered_children=["Tim"],
    )  # fmt: skip
    insured = report(desk, JOHN, party_pb.CHANGE_KIND_INSURANCE, insurance=plan)
    employed = report(
        desk, JOHN, party_pb.CHANGE_KIND_EMPLOYMENT,
        employer=case_pb.Employer(name="Mill"), employed_since=from_date(date(2026, 2, 2)),
    )  # fmt: skip
    items = desk.do(WorklistReads().ListItems, work_pb.ListItemsRequest(worker_id="ann")).items
    lying = {item.about_id: item.kind for item in items}
    assert lying[insured.change_id] == work_pb.WORKLIST_KIND_DEMO
    assert lying[employed.change_id] == work_pb.WORKLIST_KIND_EMPU
    asked = party_pb.GetReportedChangeRequest(change_id=insured.change_id)
    seen = desk.do(PartyReads().GetReportedChange, asked)
    assert (seen.new.insurance.policy_number, seen.current.HasField("insurance")) == ("5544", False)
    accept(desk, insured.change_id)
    accept(desk, employed.change_id)
    own = party_pb.GetOwnDetailsRequest(case_id=CASE, participant_id=JOHN)
    kept = desk.do(PartyReads().GetOwnDetails, own, PORTAL)
    plan.policy_number = "5544"
    assert kept.insurance == plan
    assert to_date(kept.employed_since) == date(2026, 2, 2)
    ended = report(
        desk, JOHN, party_pb.CHANGE_KIND_EMPLOYMENT,
        employment_ended_on=from_date(date(2026, 3, 1)),
    )  # fmt: skip
    accept(desk, ended.change_id)
    kept = desk.do(PartyReads().GetOwnDetails, own, PORTAL)
    assert not kept.locations.HasField("employer")
    assert to_date(kept.employment_ended_on) == date(2026, 3, 1)
    assert not kept.HasField("employed_since")
    assert "77665544" not in desk.dump()


@pytest.mark.parametrize(
    ("kind", "details", "named"),
    [
        (
            party_pb.CHANGE_KIND_INSURANCE,
            {"insurance": party_pb.HealthInsurance()},
            "details.insurance.insurer",
        ),
        (
            party_pb.CHANGE_KIND_ACCOUNT,
            {"debit_card": True, "bank_account": case_pb.BankAccount(routing_number="987654320")},
            "details.debit_card",
        ),
        (
            party_pb.CHANGE_KIND_EMPLOYMENT,
            {"employed_since": from_date(date(2026, 1, 1))},
            "details.employed_since",
        ),
        (
            party_pb.CHANGE_KIND_EMPLOYMENT,
            {"employment_ended_on": from_date(date(2027, 1, 1))},
            "details.employment_ended_on",
        ),
    ],
)
def test_what_does_not_fit_together_is_named(
    desk: Desk, kind: int, details: dict[str, object], named: str
) -> None:
    with pytest.raises(PlatformError, match=named):
        report(desk, JOHN, kind, **details)


def test_who_chooses_the_card_has_no_account_any_more(desk: Desk) -> None:
    own = party_pb.GetOwnDetailsRequest(case_id=CASE, participant_id=JANE)
    assert desk.do(PartyReads().GetOwnDetails, own, PORTAL).account_last_four == "6554"
    change = report(desk, JANE, party_pb.CHANGE_KIND_ACCOUNT, debit_card=True)
    asked = party_pb.GetReportedChangeRequest(change_id=change.change_id)
    seen = desk.do(PartyReads().GetReportedChange, asked)
    assert (seen.new.debit_card, seen.current.bank_account.account_number) == (True, "6554")
    (waiting,) = lines(desk)
    assert waiting.endswith("to the agency's debit card, which two workers then record in payments")
    accept(desk, change.change_id)
    kept = desk.do(PartyReads().GetOwnDetails, own, PORTAL)
    assert (kept.debit_card, kept.account_last_four) == (True, "")


def test_what_payments_needs_for_a_card_is_put_before_the_worker(desk: Desk) -> None:
    accept(desk, report(desk, JANE, party_pb.CHANGE_KIND_ACCOUNT, debit_card=True).change_id)
    (left_to_do,) = lines(desk)
    assert "two workers record it in payments (SetDebitCard)" in left_to_do
    assert "until then by check" in history(desk)[0]

    account = case_pb.BankAccount(routing_number="987654320", account_number="11223344")
    accept(desk, report(desk, JANE, party_pb.CHANGE_KIND_ACCOUNT, bank_account=account).change_id)
    (left_to_do,) = lines(desk)
    assert "record in payments that there is none" in left_to_do
    # Neither of two accounts is a card: payments learns of them by itself.
    told = len(history(desk))
    account.account_number = "55667788"
    accept(desk, report(desk, JANE, party_pb.CHANGE_KIND_ACCOUNT, bank_account=account).change_id)
    assert len(history(desk)) == told
    assert len(lines(desk)) == 1


def lines(desk: Desk) -> list[str]:
    return [
        one.line for one in desk.do(WorklistReads().ListItems, work_pb.ListItemsRequest()).items
    ]


def history(desk: Desk) -> list[str]:
    """What the case's history says of cards, the newest first."""
    found = desk.do(HistoryReads().ListHistory, history_pb.ListHistoryRequest(case_id=CASE))
    return [one.text for one in found.entries if one.kind.startswith("card_")]


def test_a_party_reads_what_became_of_his_reports(desk: Desk) -> None:
    first = report(desk, JOHN, party_pb.CHANGE_KIND_CONTACT, phone="5025550111")
    account = party_pb.RecordAccountChangeRequest(
        case_id=CASE, participant_id=JOHN,
        bank_account=case_pb.BankAccount(routing_number="987654320", account_number="11223344"),
    )  # fmt: skip
    a_second_later(desk)
    desk.do(Parties().RecordAccountChange, account)
    desk.do(
        Parties().RejectChange,
        party_pb.RejectChangeRequest(change_id=first.change_id, answer="Nobody answers there."),
    )
    request = pb.ListMyReportedChangesRequest(participant_id=JOHN, page_size=1)
    newest = desk.do(OwnCases().ListMyReportedChanges, request, PORTAL)
    request.page_token = newest.next_page_token
    older = desk.do(OwnCases().ListMyReportedChanges, request, PORTAL)
    (by_worker,), (own,) = newest.changes, older.changes
    assert (by_worker.by_me, by_worker.details.bank_account.account_number) == (False, "3344")
    assert (own.by_me, own.answer, own.details.phone) == (
        True,
        "Nobody answers there.",
        "5025550111",
    )
    assert own.state == party_pb.CHANGE_STATE_REJECTED
    assert older.next_page_token == ""
    rejected = [t for t in tasks(desk, JOHN) if t.kind == pb.MY_TASK_KIND_CHANGE_REJECTED]
    assert [(t.about_id, t.note) for t in rejected] == [(first.change_id, "Nobody answers there.")]
    report(desk, JOHN, party_pb.CHANGE_KIND_CONTACT, phone="5025550112")
    assert "CHANGE_REJECTED" not in kinds(desk, JOHN)


def test_a_review_is_shown_to_both_with_the_words_of_each_to_himself(desk: Desk) -> None:
    asked = review_pb.AskForReviewRequest(
        case_id=CASE, participant_id=JOHN, grounds=["incarceration"], statement="I lost my job."
    )
    desk.do(Reviews().AskForReview, asked, PORTAL)
    (his,), (hers,) = (reviews(desk, who) for who in (JOHN, JANE))
    assert (his.asked_by_me, his.statement, list(his.grounds)) == (
        True, "I lost my job.", ["incarceration"],
    )  # fmt: skip
    assert (hers.asked_by_me, hers.statement, list(hers.grounds)) == (False, "", [])
    assert (his.may_withdraw, hers.may_withdraw) == (True, False)
    assert not his.HasField("comparison")
    decide = review_pb.DecideReviewRequestRequest(review_id=his.review_id, accept=True)
    desk.do(Reviews().DecideReviewRequest, decide)
    (task,) = [t for t in tasks(desk, JANE) if t.kind == pb.MY_TASK_KIND_REVIEW_INFORMATION_WANTED]
    assert (task.about_id, task.due_on) == (his.review_id, reviews(desk, JANE)[0].information_by)
    desk.upload(JANE)
    assert reviews(desk, JANE)[0].information_received
    assert "REVIEW_INFORMATION_WANTED" not in kinds(desk, JANE)
    assert "REVIEW_INFORMATION_WANTED" in kinds(desk, JOHN)


def reviews(desk: Desk, who: str) -> list[pb.MyReview]:
    request = pb.ListMyReviewsRequest(case_id=CASE, participant_id=who)
    return list(desk.do(OwnCases().ListMyReviews, request, PORTAL).reviews)


def test_what_to_do_next_comes_by_its_day_and_goes_when_it_is_done(desk: Desk) -> None:
    assert kinds(desk, JOHN) == ["MISSING_ADDRESS", "MISSING_EMPLOYER"]
    assert kinds(desk, JANE) == []
    home = case_pb.PostalAddress(line1="5 Elm St", city="Berea", state="KY", zip_code="40403")
    report(desk, JOHN, party_pb.CHANGE_KIND_ADDRESS, address=home)
    assert kinds(desk, JOHN) == ["MISSING_EMPLOYER"]
    paper = desk.upload(JANE)
    no = document_pb.RejectDocumentRequest(document_id=paper.document_id, message="Too dark.")
    desk.do(Documents().RejectDocument, no)
    thread = desk.do(
        Conversations().StartConversation,
        conversation_pb.StartConversationRequest(
            case_id=CASE, participant_id=JANE, topic=conversation_pb.CONVERSATION_TOPIC_OTHER,
            subject="Hello", text="Please look.",
        ),
    ).conversation  # fmt: skip
    today = desk.runtime.clock.today()
    for days in (3, 30):
        desk.do(Appointments().SetAppointment, _appointment(today + timedelta(days=days)))
    closing = _closing(desk, today + timedelta(days=60))
    found = tasks(desk, JANE)
    assert kinds(desk, JANE) == [
        "APPOINTMENT_SOON", "CLOSURE_NOTICE", "DOCUMENT_REJECTED", "MESSAGE_UNREAD",
    ]  # fmt: skip
    assert to_date(found[0].due_on) == today + timedelta(days=3)
    assert (found[1].about_id, found[1].case_number) == (closing, "0000123456")
    assert (found[2].document_subject, found[2].note) == (
        document_pb.DOCUMENT_SUBJECT_INCOME, "Too dark.",
    )  # fmt: skip
    assert kinds(desk, JOHN) == ["MISSING_EMPLOYER"]
    a_second_later(desk)
    desk.upload(JANE, pdf("a better one"))
    read = conversation_pb.MarkMyConversationReadRequest(
        case_id=CASE, participant_id=JANE, conversation_id=thread.conversation_id, number=1
    )
    desk.do(PartyConversations().MarkMyConversationRead, read, PORTAL)
    assert kinds(desk, JANE) == ["APPOINTMENT_SOON", "CLOSURE_NOTICE"]


def _appointment(day: date) -> appointment_pb.SetAppointmentRequest:
    return appointment_pb.SetAppointmentRequest(
        request_id=fresh(),
        case_id=CASE,
        kind=appointment_pb.APPOINTMENT_KIND_OFFICE,
        local_at=f"{day}T09:30",
        place="The office",
        subject="Talk about the order",
        guests=[appointment_pb.AppointmentGuest(participant_id=JANE)],
    )


def _closing(desk: Desk, answer_by: date) -> str:
    closure_id = new_id()
    with desk.by(ANN) as work:
        today = work.clock.today()
        intent = Closure(
            closure_id, CASE, "12", INTENDED, today, JANE, (), notice_on=today, answer_by=answer_by
        )
        closures.add(work.session, work.keys, intent, "ann", work.clock.now())
    return closure_id


def test_a_document_that_is_wanted_is_a_task_until_it_comes_and_again_when_rejected(
    desk: Desk,
) -> None:
    due_on = desk.runtime.clock.today() + timedelta(days=20)
    asked = document_pb.AskForDocumentRequest(
        case_id=CASE, participant_id=JANE, subject=document_pb.DOCUMENT_SUBJECT_INCOME,
        message="Pay stubs of February.", due_on=from_date(due_on),
    )  # fmt: skip
    wanted = desk.do(Documents().AskForDocument, asked).wanted
    (told,) = (t for t in desk.told() if t.kind == "document_wanted")
    assert (told.participant_id, told.text, told.letter) == (JANE, "Pay stubs of February.", True)
    assert told.answer_by == due_on.isoformat()
    (task,) = tasks(desk, JANE)
    assert (task.kind, task.about_id) == (pb.MY_TASK_KIND_DOCUMENT_WANTED, wanted.wanted_id)
    assert (task.note, to_date(task.due_on)) == ("Pay stubs of February.", due_on)
    assert "DOCUMENT_WANTED" not in kinds(desk, JOHN)
    desk.upload(JOHN)
    paper = desk.upload(JANE)
    assert kinds(desk, JANE) == []
    no = document_pb.RejectDocumentRequest(document_id=paper.document_id, message="Of January.")
    desk.do(Documents().RejectDocument, no)
    assert kinds(desk, JANE) == ["DOCUMENT_WANTED", "DOCUMENT_REJECTED"]
    a_second_later(desk)
    better = desk.upload(JANE, pdf("of February"))
    assert kinds(desk, JANE) == []
    case = document_pb.ListWantedDocumentsRequest(case_id=CASE)
    (kept,) = desk.do(DocumentReads().ListWantedDocuments, case).wanted
    assert (kept.state, kept.document_id) == (
        document_pb.WANTED_STATE_RECEIVED, better.document_id,
    )  # fmt: skip
    with pytest.raises(PlatformError, match="received already"):
        desk.do(
            Documents().WithdrawDocumentWish,
            document_pb.WithdrawDocumentWishRequest(wanted_id=wanted.wanted_id),
        )
    asked.message = "Send it to 1 Hidden Lane."
    asked.participant_id = JOHN
    with pytest.raises(PlatformError, match="must not tell a party's address"):
        desk.do(Documents().AskForDocument, asked)
