"""What a worker decides in the console: who an applicant is, what a file shows, who was right."""

from collections.abc import Iterator
from datetime import date

import kit
import pytest
from console_kit import OFFICE, RICHARD, Browse, Desk, Worker, press, unfold
from playwright.sync_api import Browser, expect

from chassis.dates import from_date
from chassis.ids import new_id
from childsupport.case.v1 import application_service_pb2 as application_pb
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import dispute_service_pb2 as dispute_pb
from childsupport.case.v1 import document_service_pb2 as document_pb
from childsupport.case.v1 import worklist_service_pb2 as worklist_pb
from childsupport.case.v1.application_service_pb2_grpc import (
    ApplicantReadServiceStub,
    ApplicationServiceStub,
)
from childsupport.case.v1.dispute_service_pb2_grpc import (
    DisputePartyServiceStub,
    DisputeReadServiceStub,
)
from childsupport.case.v1.document_service_pb2_grpc import DocumentPartyServiceStub
from launcher.world import participant_id

PIECE_BYTES = 60_000


@pytest.fixture(scope="module")
def desk(town: kit.Town) -> Iterator[Desk]:
    with town.clients() as clients:
        yield Desk(town, clients)


@pytest.fixture(scope="module")
def kim(desk: Desk, chromium: Browser) -> Worker:
    return desk.at_work(chromium, "Kim Birch", "caseworker")


@pytest.fixture(scope="module")
def pat(desk: Desk, chromium: Browser) -> Worker:
    return desk.at_work(chromium, "Pat Birch", "caseworker")


def applied(desk: Desk) -> str:
    """Apply at the office against Terry Banks, who is in another case; return the item."""
    terms = desk.stub(ApplicantReadServiceStub).GetApplicationTerms(
        application_pb.GetApplicationTermsRequest()
    )
    content = application_pb.ApplicationContent(
        applicant=application_pb.ApplicantSection(
            first_name="Ines",
            last_name="Calder",
            birth_date=from_date(date(1990, 2, 3)),
            address=case_pb.PostalAddress(
                line1="9 Quiet Court", city="Frankfort", state="KY", zip_code="40601"
            ),
            relationship=application_pb.APPLICANT_RELATIONSHIP_PARENT_WITH_CHILD,
            county_fips=OFFICE,
        ),
        other_parents=[application_pb.OtherParent(first_name="Terry", last_name="Banks")],
        children=[
            application_pb.ApplicationChild(
                first_name="Joy", last_name="Calder", birth_date=from_date(date(2020, 5, 6))
            )
        ],
        safety=application_pb.SafetySection(answered=True),
        certification=application_pb.Certification(
            signed_name="Ines Calder",
            signed_on=from_date(desk.town.clock.today()),
            agrees=True,
            terms_version=terms.terms_version,
        ),
    )
    office = desk.stub(ApplicationServiceStub)
    begun = office.CreateApplication(
        application_pb.CreateApplicationRequest(
            request_id=new_id(),
            channel=application_pb.APPLICATION_CHANNEL_IN_PERSON,
            office_id=OFFICE,
            content=content,
        )
    ).application
    office.SubmitApplication(
        application_pb.SubmitApplicationRequest(
            request_id=new_id(), application_id=begun.application_id
        )
    )
    return desk.item_about(begun.application_id)


def test_a_case_is_opened_once_it_is_said_who_the_other_parent_is(
    desk: Desk, kim: Worker, browse: Browse, looks_right
) -> None:
    """45 CFR 303.2(b): the case is opened. Nobody is doubled who is on record already."""
    item = applied(desk)
    page = kim.page(browse)
    page.goto(f"/worklist/{item}")
    press(page, "Open the case")
    expect(page.locator("#errors a")).to_have_text("Other parent Terry Banks: Choose one of these.")
    looks_right(page, "console-application")
    page.click("label[for=who_parent_0-1]")
    press(page, "Open the case")
    expect(page.get_by_role("status")).to_contain_text("The case is opened")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Case")
    case_id = page.url.split("?")[0].rsplit("/", 1)[1]
    opened = desk.clients.cases.GetCase(case_pb.GetCaseRequest(case_id=case_id))
    assert opened.case.worker_id == kim.worker_id
    assert participant_id("terry-banks") in {one.participant_id for one in opened.participants}
    assert desk.item(item).item.state == worklist_pb.WORKLIST_STATE_ACCEPTED
    page.goto(f"/worklist/{item}")
    page.get_by_role("link", name="Go to the case").click()
    expect(page.locator("main")).to_contain_text(opened.case.case_number)


def uploaded(desk: Desk, content: bytes) -> tuple[str, str]:
    """Send a file as Richard; return the document and its item."""

    def parts() -> Iterator[document_pb.UploadMyDocumentRequest]:
        yield document_pb.UploadMyDocumentRequest(
            header=document_pb.DocumentHeader(
                request_id=new_id(),
                case_id=desk.case_id(),
                participant_id=RICHARD,
                subject=document_pb.DOCUMENT_SUBJECT_INCOME,
                file_name='pay"stub.html',
                content_type="application/pdf",
            )
        )
        for start in range(0, len(content), PIECE_BYTES):
            yield document_pb.UploadMyDocumentRequest(chunk=content[start : start + PIECE_BYTES])

    sent = desk.stub(DocumentPartyServiceStub).UploadMyDocument(parts()).document
    return sent.document_id, desk.item_about(sent.document_id)


def test_a_file_is_opened_whole_without_scripts_under_a_name_of_ours(
    desk: Desk, town: kit.Town, kim: Worker, browse: Browse
) -> None:
    """ASVS 5.0 3.2.1 and 5.4.1: shown as what it is, never under the name that the sender gave."""
    content = town.letters()[0].read_bytes()
    document_id, item = uploaded(desk, content)
    page = kim.page(browse)
    page.goto(f"/worklist/{item}?who=unassigned")
    link = page.get_by_role("link", name="Open the document")
    answer = page.request.get(link.get_attribute("href") or "")
    assert answer.body() == content
    said = answer.headers
    assert said["content-type"] == "application/pdf"
    assert said["content-disposition"] == f'inline; filename="document-{document_id[:8]}.pdf"'
    assert said["content-security-policy"].startswith("default-src 'none'; img-src")
    assert "script-src" not in said["content-security-policy"]
    unfold(page, "Reject")
    press(page, "Reject")
    expect(page.get_by_role("alert")).to_be_visible()
    page.fill("#reject_reason", "This is a letter of ours.")
    press(page, "Reject")
    expect(page.get_by_role("status")).to_contain_text("Rejected")
    assert desk.item(item).item.state == worklist_pb.WORKLIST_STATE_REJECTED


def test_who_proposed_an_answer_to_a_dispute_cannot_confirm_it(
    desk: Desk, kim: Worker, pat: Worker, browse: Browse, looks_right
) -> None:
    """45 CFR 303.35: answered in writing; by two people where one of them asks for it."""
    asked = dispute_pb.OpenDisputeRequest(
        request_id=new_id(),
        case_id=desk.case_id(),
        participant_id=RICHARD,
        statement="My payment of March is missing.",
    )
    opened = desk.stub(DisputePartyServiceStub).OpenDispute(asked).dispute
    item = desk.item_about(opened.dispute_id)
    page = kim.page(browse)
    page.goto(f"/worklist/{item}")
    press(page, "Take it")
    page.click("label[for=decision-2]")
    page.fill("#dispute_answer", "One payment came late.")
    page.fill("#dispute_reasons", "It came in on April 1.")
    page.click("label[for=second_person]")
    press(page, "Send answer")
    expect(page.get_by_role("status")).to_contain_text("waits for a second person")
    page.goto(f"/worklist/{item}")
    expect(page.locator("main")).to_contain_text("You proposed this answer.")
    assert page.get_by_role("button", name="Confirm the answer").count() == 0
    second = pat.page(browse)
    second.goto(f"/worklist/{item}")
    looks_right(second, "console-dispute")
    press(second, "Confirm the answer")
    expect(second.get_by_role("status")).to_contain_text("on its way")
    wanted = dispute_pb.GetDisputeRequest(dispute_id=opened.dispute_id)
    told = desk.stub(DisputeReadServiceStub).GetDispute(wanted).dispute.rounds[-1]
    assert (told.decided_by, told.confirmed_by) == (kim.worker_id, pat.worker_id)
