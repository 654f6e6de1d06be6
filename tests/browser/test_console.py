"""The caseworkers' console, as workers use it: from the invitation to the last item of the list."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import kit
import pytest
from console_kit import KATE, OFFICE, RICHARD, Browse, Desk, Worker, enter, press, unfold
from playwright.sync_api import Browser, expect

from chassis.dates import to_date
from childsupport.case.v1 import case_service_pb2 as case_pb
from childsupport.case.v1 import party_service_pb2 as party_pb
from childsupport.case.v1 import worklist_service_pb2 as worklist_pb
from childsupport.case.v1.party_service_pb2_grpc import LocationServiceStub, PartyReadServiceStub
from childsupport.identity.v1 import worker_service_pb2 as worker_pb
from childsupport.identity.v1.worker_service_pb2_grpc import WorkerAccountServiceStub
from launcher.hiring import code_of
from launcher.world import participant_id, read_world

PASSWORD = "harbour lamp winter seven"


@pytest.fixture(scope="module")
def desk(town: kit.Town) -> Iterator[Desk]:
    with town.clients() as clients:
        yield Desk(town, clients)


@pytest.fixture(scope="module")
def kim(desk: Desk, chromium: Browser) -> Worker:
    return desk.at_work(chromium, "Kim Lane", "caseworker")


def test_a_worker_comes_in_by_invitation_with_own_password_and_app(
    desk: Desk, town: kit.Town, browse: Browse
) -> None:
    """ASVS 5.0 6.3.3 and 6.4.1: two factors, a link once. 6.3.8: every mistake has one answer."""
    email = "robin.vale@agency.example"
    made = worker_pb.CreateWorkerRequest(
        request_id=str(uuid.uuid4()),
        worker_id="robin.vale",
        display_name="Robin Vale",
        email=email,
        office_ids=[OFFICE],
        roles=[worker_pb.WORKER_ROLE_CASEWORKER],
    )
    desk.stub(WorkerAccountServiceStub, "identity").CreateWorker(made)
    link = town.arrival(email, 0, lambda mail: bool(mail.token)).token
    page = browse(site="console", language="es", js=False)
    page.goto(f"/invitation/{link}")
    page.fill("#password", PASSWORD)
    page.fill("#again", "another one altogether")
    press(page, "Go on to the authenticator app")
    expect(page.get_by_role("alert")).to_contain_text("not the same")
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    press(page, "Go on to the authenticator app")
    secret = page.inner_text(".console-key")
    page.fill("#code", "000000")
    press(page, "Finish")
    expect(page.get_by_role("alert")).to_contain_text("does not fit")
    page.fill("#code", code_of(secret))
    press(page, "Finish")
    codes = page.locator(".console-codes li").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()
    told = []
    for login, password, code in (
        ("robin.vale", "not the password at all", codes[0]),
        ("robin.vale", PASSWORD, "123456"),
        ("nobody.here", PASSWORD, "123456"),
    ):
        page.fill("#login", login)
        page.fill("#password", password)
        page.fill("#code", code)
        press(page, "Sign in")
        told.append(page.get_by_role("alert").inner_text())
    assert len(set(told)) == 1, told
    page.fill("#login", email)
    page.fill("#password", PASSWORD)
    page.fill("#code", codes[0])
    press(page, "Sign in")
    page.wait_for_url("**/worklist")
    page.goto(f"/invitation/{link}")
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    press(page, "Go on to the authenticator app")
    expect(page.get_by_role("alert")).to_contain_text("used before")
    page.goto("/worklist")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/worklist")
    assert "/log-in" in page.url


@pytest.mark.parametrize(
    ("size", "js", "street"),
    [("desktop", True, "8"), pytest.param("phone", False, "9", marks=pytest.mark.soak)],
)
def test_what_differs_is_marked_and_a_decision_leads_to_the_next_item(
    desk: Desk, kim: Worker, browse: Browse, looks_right, size: str, js: bool, street: str
) -> None:
    """Reported beside what is on file, a reason for a rejection (Kentucky's DEMO and EMPU)."""
    address = case_pb.PostalAddress(
        line1=f"{street} Cedar Lane", city="Frankfort", state="KY", zip_code="40601"
    )
    job = party_pb.ChangeDetails(employer=case_pb.Employer(name=f"Bakery {street}"))
    moved = desk.report(
        RICHARD, party_pb.CHANGE_KIND_ADDRESS, party_pb.ChangeDetails(address=address)
    )
    worked = desk.report(RICHARD, party_pb.CHANGE_KIND_EMPLOYMENT, job)
    page = kim.page(browse, size, js=js)
    page.goto("/worklist?who=unassigned&kind=DEMO")
    expect(page.locator(f"a[href*='{moved}']")).to_be_visible()
    if js:
        looks_right(page, f"console-worklist-{size}")
    page.goto(f"/worklist/{moved}?who=unassigned")
    expect(page.get_by_role("row", name="Street")).to_contain_text("differs")
    expect(page.get_by_role("row", name="City")).to_contain_text("same")
    if js:
        looks_right(page, f"console-change-{size}")
    press(page, "Accept")
    expect(page.get_by_role("status")).to_contain_text("Accepted")
    assert moved not in page.url, "the next item, not the same again"
    where = desk.stub(LocationServiceStub).GetLocations(
        party_pb.GetLocationsRequest(
            participant_id=RICHARD, purpose=party_pb.LOCATION_PURPOSE_VERIFICATION
        )
    )
    assert where.locations.address.line1 == f"{street} Cedar Lane"
    page.goto(f"/worklist/{worked}?who=unassigned")
    unfold(page, "Reject")
    press(page, "Reject")
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.title().startswith("Error:")
    page.fill("#reject_reason", "The employer says that nobody of this name works there.")
    press(page, "Reject")
    expect(page.get_by_role("status")).to_contain_text("Rejected")
    assert desk.item(worked).item.state == worklist_pb.WORKLIST_STATE_REJECTED
    assert desk.item(worked).moves[-1].by == kim.worker_id


def test_a_question_is_answered_forwarded_and_left_to_whom_it_belongs(
    desk: Desk, kim: Worker, browse: Browse, looks_right
) -> None:
    """Reply and forward (Kentucky's QUES); what a colleague has, nobody else decides."""
    pat = desk.hired("Pat Moss", "caseworker")
    question, other = desk.ask(KATE, "When is the next one"), desk.ask(KATE, "My other question")
    page = kim.page(browse)
    page.goto(f"/worklist/{question}")
    page.fill("#reply_text", "On the second Friday.")
    looks_right(page, "console-question")
    press(page, "Send answer")
    expect(page.get_by_role("status")).to_contain_text("on its way")
    assert desk.item(question).item.state == worklist_pb.WORKLIST_STATE_ANSWERED
    page.goto(f"/worklist/{other}")
    unfold(page, "Forward")
    page.fill("#forward_worker", "nobody.known")
    page.fill("#forward_note", "She knows the family.")
    press(page, "Forward")
    expect(page.locator("#forward_worker-error")).to_contain_text("Nobody in force")
    page.fill("#forward_worker", pat.worker_id)
    press(page, "Forward")
    expect(page.get_by_role("status")).to_contain_text("Forwarded")
    found = desk.item(other)
    assert (found.item.worker_id, found.moves[-1].by) == (pat.worker_id, kim.worker_id)
    page.goto(f"/worklist/{other}")
    expect(page.locator("main")).to_contain_text(f"{pat.worker_id} has this item")
    assert page.locator("#reply_text").count() == 0


def test_a_look_up_puts_no_name_into_an_address_and_shows_the_whole_case(
    kim: Worker, browse: Browse, looks_right
) -> None:
    """ASVS 5.0 14.2.1: no personal data in URLs. A protected person's place needs a reason."""
    page = kim.page(browse)
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto("/look-up")
    press(page, "Find")
    expect(page.get_by_role("alert")).to_contain_text("at least one")
    page.fill("#name", "vance, nora")
    press(page, "Find")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nora Vance")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Protected")
    expect(page.locator("main")).not_to_contain_text("6 Station Road")
    press(page, "Show it")
    expect(page.get_by_role("alert")).to_be_visible()
    page.select_option("#purpose", label="To write or call")
    press(page, "Show it")
    expect(page.locator("main")).to_contain_text("6 Station Road")
    looks_right(page, "console-person")
    page.goto("/look-up")
    page.fill("#case_number", "0000123456")
    press(page, "Find")
    main = page.locator("main")
    for words in ("John Doe", "21-CI-00456", "$200.00 a month", "Last payments", "NA $"):
        expect(main).to_contain_text(words)
    looks_right(page, "console-case")
    page.get_by_role("link", name="The whole history").click()
    looks_right(page, "console-history")
    assert not [url for url in seen if "ance" in url.lower() or "0000123456" in url]


def test_access_is_enabled_with_what_the_person_says_and_recorded_with_the_worker(
    desk: Desk, town: kit.Town, kim: Worker, browse: Browse, looks_right
) -> None:
    """Seeds 000 and 001: e-mail and birth date are told, the number is read out, good tomorrow."""
    page = kim.page(browse)
    asked = party_pb.GetPartyDetailsRequest(participant_id=KATE)
    kate = desk.stub(PartyReadServiceStub).GetPartyDetails(asked).participant
    born = next(
        to_date(one.birth_date)
        for one in read_world().first.participants
        if one.participant_id == KATE
    )
    assert born is not None
    page.goto(f"/people/{KATE}")
    page.get_by_role("link", name="Portal access").click()
    expect(page.locator("main")).not_to_contain_text(str(born.year))
    for year in (born.year + 1, born.year):
        page.fill("#birth_date_month", str(born.month))
        page.fill("#birth_date_day", str(born.day))
        page.fill("#birth_date_year", str(year))
        page.fill("#email", "kate.roe@example.org")
        press(page, "Enable access")
        if year != born.year:
            expect(page.get_by_role("alert")).to_contain_text("not the date of birth on file")
            assert not page.get_by_text(kate.participant_number).count()
    tomorrow = town.clock.today() + timedelta(days=1)
    expect(page.locator(".console-number").first).to_have_text(kate.participant_number)
    expect(page.locator("main")).to_contain_text(f"{tomorrow:%B} {tomorrow.day}, {tomorrow.year}")
    looks_right(page, "console-access-enabled")
    looks = desk.looks_of(f"console/{kim.worker_id}")
    assert {record.method.rsplit("/", 1)[-1] for record in looks} >= {
        "GetPortalAccess",
        "EnablePortalAccess",
    }
    jane = participant_id("jane-doe")
    page.goto(f"/people/{jane}/access")
    looks_right(page, "console-access")
    before = len(town.mails())
    press(page, "Send a link")
    expect(page.get_by_role("status")).to_contain_text("on its way")
    assert town.arrival("", before, lambda mail: "reset-password" in mail.link)
    assert page.locator("input[type=password]").count() == 0


def test_a_supervisor_assigns_many_invites_and_ends_and_the_ended_are_out_at_once(
    desk: Desk, browse: Browse, looks_right
) -> None:
    """AC-2 in words: whoever is ended is out with the next page, not at the session's end."""
    boss, kim = desk.hired("Lee Stone", "supervisor"), desk.hired("Kim Ash", "caseworker")
    items = [desk.ask(KATE, f"Question {number}") for number in (1, 2)]
    theirs = enter(browse(site="console"), kim)
    page = enter(browse(site="console"), boss)
    page.goto("/worklist?who=unassigned&kind=QUES")
    for one in items:
        page.check(f"input[value='{one}']")
    page.select_option("#assign_worker", kim.worker_id)
    press(page, "Assign")
    expect(page.get_by_role("status")).to_contain_text("Assigned")
    theirs.goto("/worklist?kind=QUES")
    for one in items:
        expect(theirs.locator(f"a[href*='{one}']")).to_be_visible()
    assert theirs.locator("#assign_worker").count() == 0
    page.goto("/team")
    looks_right(page, "console-team")
    page.get_by_role("link", name="Kim Ash").click()
    expect(page.locator("main tbody tr")).to_have_count(len(items))
    page.goto("/workers")
    looks_right(page, "console-workers")
    page.fill("#display_name", "Ada Novak")
    page.fill("#worker_id", "Ada Novak")
    page.fill("#email", "ada.novak@agency.example")
    page.select_option("#role", label="Caseworker")
    press(page, "Send the invitation")
    expect(page.get_by_role("alert")).to_contain_text("lower-case letters")
    page.fill("#worker_id", "ada.novak")
    press(page, "Send the invitation")
    expect(page.get_by_role("status")).to_contain_text("on its way")
    expect(page.get_by_role("row", name="Ada Novak")).to_contain_text("link until")
    row = page.get_by_role("row", name="Kim Ash")
    row.locator("summary", has_text=f"End ({kim.worker_id})").click()
    row.locator("input[name=end_reason]").fill("Left the agency.")
    row.get_by_role("button", name="End for good").click()
    expect(page.get_by_role("status")).to_contain_text("ended")
    theirs.goto("/worklist")
    assert "/log-in" in theirs.url


def test_an_auditor_reads_the_list_and_decides_nothing(desk: Desk, browse: Browse) -> None:
    """ASVS 5.0 8.3.3: the worker's rights decide, not the console's."""
    item = desk.report(
        KATE,
        party_pb.CHANGE_KIND_ADDRESS,
        party_pb.ChangeDetails(
            address=case_pb.PostalAddress(
                line1="5 Quarry Street", city="Frankfort", state="KY", zip_code="40601"
            )
        ),
    )
    page = enter(browse(site="console"), desk.hired("Avery Cole", "auditor"))
    page.goto(f"/worklist/{item}")
    main = page.locator("main")
    expect(main).to_contain_text("Your role does not include reading this")
    expect(main).not_to_contain_text("Quarry")
    assert main.get_by_role("button", name="Accept").count() == 0
    token = page.locator("input[name=_token]").first.get_attribute("value") or ""
    answer = page.request.post(
        f"/worklist/{item}/accept",
        form={"_token": token},
        headers={"sec-fetch-site": "same-origin"},
    )
    assert answer.status == 404
    assert desk.item(item).item.state == worklist_pb.WORKLIST_STATE_OPEN
