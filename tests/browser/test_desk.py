"""What a parent and the office send each other: messages, documents, appointments, notices.

Seeds 000 and 001: "view upcoming court dates and appointments, upload documents and send messages
to your caseworker". A document is accepted or rejected with a reason (as in Georgia).
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from desk_office import Office, case_id, photo, sees
from kit import Browsing, Town
from playwright.sync_api import Page

CASE = "0000123456"
FRANKLIN = "21073"
VIEWS = pytest.mark.parametrize(
    ("size", "js"), [("desktop", True), ("phone", False)], ids=["desktop", "phone-without-scripts"]
)
LISTS = (
    ("/tasks", "Pendientes"),
    ("/office", "Mi oficina"),
    ("/messages", "Mensajes"),
    ("/notices", "Avisos y cartas"),
    ("/documents", "Documentos"),
    ("/appointments", "Citas y audiencias"),
    ("/changes", "Informar un cambio"),
    ("/reviews", "Revisión de la orden"),
    ("/disputes", "Un saldo está mal"),
)


@pytest.fixture
def office(town: Town) -> Iterator[Office]:
    with town.clients() as clients:
        yield Office(clients, town, CASE)


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def send(page: Page) -> None:
    page.locator("main form button[type=submit]").last.click()


@VIEWS
def test_a_question_with_a_photo_is_answered(
    town: Town, browse: Browsing, office: Office, looks_right, size: str, js: bool
) -> None:
    page = browse(size, js=js, login=town.enrol("jane-doe"))
    page.goto("/m/messages" if size == "phone" else "/messages")
    page.click("text=Write a new message")
    send(page)
    assert page.title().startswith("Error:")
    assert page.locator("#errors a").count() == 3
    sees(page, f"desk-message-error-{size}", looks_right, js=js)

    title = f"The card, from a {size}"
    page.select_option("#topic", "insurance")
    page.fill("#subject", title)
    page.fill("#text", "Here is the card.\nIs it enough?")
    name = f"card-{size}.png"
    page.set_input_files("#file", {"name": name, "mimeType": "image/png", "buffer": photo(1, 40)})
    send(page)
    assert heading(page) == title
    assert (
        page.locator(".desk-message .desk-text").inner_text() == "Here is the card.\nIs it enough?"
    )
    assert page.locator(".desk-message a").inner_text() == name
    thread = page.url.split("?")[0]

    office.writes(thread.rsplit("/", 1)[1], "Yes, thank you.")
    page.goto("/m/tasks" if size == "phone" else "/tasks")
    unread = page.locator("a", has_text="Read it")
    before = unread.count()
    page.click(f"main a[href='{urlsplit(thread).path}']")
    assert page.locator(".desk-message").nth(1).inner_text().endswith("Yes, thank you.")
    sees(page, f"desk-thread-{size}", looks_right, js=js)
    page.goto("/tasks")
    assert page.locator("a", has_text="Read it").count() == before - 1


@VIEWS
def test_a_rejected_document_says_why_and_is_sent_again(
    town: Town, browse: Browsing, office: Office, looks_right, size: str, js: bool
) -> None:
    page = browse(size, js=js, login=town.enrol("jane-doe"))
    page.goto("/m/documents/new" if size == "phone" else "/documents/new")
    page.select_option("#subject", "child_care")
    text = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no picture"}
    page.set_input_files("#file", text)
    send(page)
    assert "cannot use this file" in page.locator("#errors").inner_text()

    several_megabytes = photo(2, 1_300)
    name = f"bill {size}.png"
    page.select_option("#subject", "child_care")
    page.set_input_files(
        "#file", {"name": name, "mimeType": "image/png", "buffer": several_megabytes}
    )
    send(page)
    card = page.locator("li.site-card", has_text=name).first
    assert "We have it" in card.inner_text()
    sees(page, f"desk-documents-{size}", looks_right, js=js)

    sent = office.document(name)
    assert sent.size_bytes == len(several_megabytes) > 5_000_000
    office.rejects_document(sent.document_id, "The lower half is missing.")
    page.goto("/m/tasks" if size == "phone" else "/tasks")
    assert "The lower half is missing." in page.locator("main").inner_text()
    sees(page, f"desk-tasks-{size}", looks_right, js=js)
    page.goto("/m/documents" if size == "phone" else "/documents")
    assert "Not accepted" in card.inner_text()
    sees(page, f"desk-document-rejected-{size}", looks_right, js=js)
    card.locator("a.usa-button").click()
    assert page.input_value("#subject") == "child_care"
    again = {"name": f"again {size}.png", "mimeType": "image/png", "buffer": photo(3, 50)}
    page.set_input_files("#file", again)
    send(page)
    assert "You sent a newer one since." in card.inner_text()
    assert card.locator("a.usa-button").count() == 0

    with page.expect_download() as saved:
        card.locator("text=Save a copy").click()
    assert saved.value.suggested_filename == name
    assert saved.value.path().read_bytes() == several_megabytes


def test_a_photo_that_is_too_big_is_made_smaller_before_it_is_sent(
    town: Town, browse: Browsing, office: Office
) -> None:
    huge = photo(4, 1_900)
    assert len(huge) > 10_000_000
    page = browse(login=town.enrol("jane-doe"))
    page.goto("/documents/new")
    page.select_option("#subject", "court")
    page.set_input_files("#file", {"name": "huge.png", "mimeType": "image/png", "buffer": huge})
    page.wait_for_selector("text=was made smaller")
    send(page)
    assert heading(page) == "Documents"
    assert 0 < office.document("huge.jpg").size_bytes < 10_000_000

    plain = browse(js=False, login=town.enrol("jane-doe"))
    plain.goto("/documents/new")
    plain.select_option("#subject", "court")
    plain.set_input_files("#file", {"name": "huge.png", "mimeType": "image/png", "buffer": huge})
    send(plain)
    assert "A file may have 10 MB" in plain.locator("#errors").inner_text()


def test_a_hearing_stands_with_its_place_and_goes_into_a_calendar(
    town: Town, browse: Browsing, office: Office, looks_right
) -> None:
    office.sets_appointment(6, "jane-doe", "john-doe")
    page = browse(login=town.enrol("jane-doe"))
    page.goto("/appointments")
    hearing = page.locator("li.site-card", has_text="Courtroom B")
    assert "1:15" in hearing.inner_text()
    assert "Eastern" in hearing.inner_text()
    looks_right(page, "desk-appointments")
    with page.expect_download() as saved:
        page.click("text=Put them in my calendar")
    assert "BEGIN:VEVENT" in saved.value.path().read_text()


def test_a_notice_is_read_and_a_letter_saved(town: Town, browse: Browsing, looks_right) -> None:
    page = browse(login=town.enrol("jane-doe"))
    page.goto("/notices")
    new = page.locator(".desk-choice.is-new")
    before = new.count()
    looks_right(page, "desk-notices")
    new.first.click()
    assert page.locator("main .desk-text").count() > 0
    looks_right(page, "desk-notice")
    page.goto("/notices")
    assert new.count() == before - 1
    with page.expect_download() as saved:
        page.locator("text=Save as PDF").first.click()
    assert saved.value.path().read_bytes().startswith(b"%PDF-")


@VIEWS
def test_the_office_is_there_with_its_phone(
    town: Town, browse: Browsing, office: Office, looks_right, size: str, js: bool
) -> None:
    office.says_where_it_is(FRANKLIN, "5025550134", "Monday to Friday, 8:00 to 4:30")
    page = browse(size, js=js, login=town.enrol("john-doe"))
    page.goto("/m/office" if size == "phone" else "/office")
    assert page.locator("a[href='tel:5025550134']").inner_text() == "(502) 555-0134"
    assert "with Jane Doe" in page.locator("main").inner_text()
    sees(page, f"desk-office-{size}", looks_right, js=js)


def test_who_has_two_cases_says_which_one_it_is_about(
    town: Town, browse: Browsing, looks_right
) -> None:
    """The other case's parent is protected: her name is said, nothing else."""
    page = browse(login=town.enrol("richard-roe"))
    page.goto("/messages/new")
    assert heading(page) == "Which case is it about?"
    looks_right(page, "desk-which")
    page.click("text=Nora Vance")
    page.select_option("#topic", "other")
    page.fill("#subject", "A question")
    page.fill("#text", "Who can tell me more?")
    send(page)
    assert f"/messages/{case_id('0000123466')}/" in page.url


def test_nobody_opens_what_is_the_other_parents(
    town: Town, browse: Browsing, office: Office
) -> None:
    """ASVS 5.0, 8.2.2: by id, in the same case, in another's, of nobody."""
    jane = browse(login=town.enrol("jane-doe"))
    jane.goto("/messages")
    thread = jane.locator("a.desk-choice").first.get_attribute("href") or ""
    jane.goto("/notices")
    notice = jane.locator("a.desk-choice").first.get_attribute("href") or ""
    letter = jane.locator("a", has_text="Save as PDF").first.get_attribute("href") or ""
    jane.goto("/documents")
    document = jane.locator("a", has_text="Save a copy").first.get_attribute("href") or ""
    john = browse(login=town.enrol("john-doe"))
    other = case_id("0000123466")
    for path in (
        thread,
        notice,
        letter,
        document,
        thread.replace(office.case_id, other),
        f"/messages/new?case={other}",
        f"/disputes/{office.case_id}/{notice.rsplit('/', 1)[1]}",
        f"/closures/{office.case_id}/{notice.rsplit('/', 1)[1]}",
    ):
        answer = john.goto(path)
        assert answer is not None
        assert answer.status == 404, path


def test_every_list_is_there_in_spanish(town: Town, browse: Browsing, looks_right) -> None:
    page = browse("phone", language="es", login=town.enrol("jane-doe"))
    for path, title in LISTS:
        page.goto(path)
        assert heading(page) == title
        looks_right(page, f"desk-es{path.replace('/', '-')}")
