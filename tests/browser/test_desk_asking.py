"""What a parent reports of himself, and what he asks to be looked at again.

Seeds 000 and 001: "provide employment information and address changes". Reviews: 45 CFR 303.8;
a balance that is wrong: 45 CFR 303.35; answering a notice of closing: 45 CFR 303.11(d)(4).
"""

from collections.abc import Iterator

import pytest
from desk_office import Office, sees
from kit import DESKTOP, PHONE_LATER, Browsing, Town
from playwright.sync_api import Page

from childsupport.case.v1 import party_service_pb2 as parties

CASE = "0000123456"
PROTECTED_CASE = "0000123466"
VIEWS = pytest.mark.parametrize(("size", "js"), [DESKTOP, PHONE_LATER])


@pytest.fixture
def office(town: Town) -> Iterator[Office]:
    with town.clients() as clients:
        yield Office(clients, town, CASE)


def send(page: Page) -> None:
    page.locator("main form button[type=submit]").last.click()


def row(page: Page, what: str) -> str:
    return page.locator("main tbody tr", has_text=what).first.inner_text()


@VIEWS
def test_an_address_waits_for_a_worker_and_then_counts(
    town: Town, browse: Browsing, office: Office, looks_right, size: str, js: bool
) -> None:
    street = f"7 Cedar Lane, by {size}"
    page = browse(size, js=js, login=town.enrol("jane-doe"))
    page.goto("/changes/address")
    page.fill("#zip_code", "4060")
    page.fill("#state", "Kentucky")
    send(page)
    assert page.locator("#errors a").count() == 2
    sees(page, f"desk-address-error-{size}", looks_right, js=js)
    page.fill("#line1", street)
    page.fill("#state", "ky")
    page.fill("#zip_code", "40601-1234")
    send(page)
    assert "looking at it" in row(page, "Address")
    assert "Cedar" not in page.content()
    sees(page, f"desk-changes-{size}", looks_right, js=js)
    office.decides_change("jane-doe", parties.CHANGE_KIND_ADDRESS)
    page.reload()
    assert "Accepted" in row(page, "Address")
    address = office.own_details("jane-doe").locations.address
    assert (address.line1, address.zip_code) == (street, "406011234")


def test_an_address_asks_for_the_password_when_it_was_long_ago(
    town: Town, browse: Browsing, looks_right
) -> None:
    """ASVS 5.0, 7.5.1: who sits down at an open session does not find or change the address."""
    login = town.enrol("jane-doe")
    page = browse(login=login)
    for _ in range(2):
        town.advance(minutes=11)
        page.goto("/changes")
    page.goto("/changes/contact")
    assert page.url.split("?")[0].endswith("/account/confirm")
    assert "jane.doe@example.org" not in page.content()
    page.fill("#password", login.password)
    send(page)
    assert page.url.endswith("/changes/contact")
    assert page.input_value("#email") == "jane.doe@example.org"
    looks_right(page, "desk-contact")


@VIEWS
def test_a_new_job_is_not_accepted_and_the_parent_reads_why(
    town: Town, browse: Browsing, office: Office, looks_right, size: str, js: bool
) -> None:
    page = browse(size, js=js, login=town.enrol("john-doe"))
    page.goto("/changes")
    page.click("text=A new job")
    page.fill("#employer", f"Lumber Yard {size}")
    page.fill("#since_month", "2")
    page.fill("#since_day", "30")
    page.fill("#since_year", "2026")
    send(page)
    assert "real date" in page.locator("#errors").inner_text()
    sees(page, f"desk-job-error-{size}", looks_right, js=js)
    page.fill("#since_day", "27")
    send(page)
    why = "We need the city of the employer."
    office.decides_change("john-doe", parties.CHANGE_KIND_EMPLOYMENT, rejected=why)
    page.reload()
    assert why in row(page, "Work")
    page.goto("/tasks")
    assert why in page.locator("main").inner_text()


def test_insurance_names_the_children_and_hides_its_number(
    town: Town, browse: Browsing, office: Office, looks_right
) -> None:
    page = browse(login=town.enrol("john-doe"))
    page.goto("/changes/insurance")
    page.fill("#insurer", "Bluegrass Health Plan")
    page.fill("#policy", "KY-55501234")
    send(page)
    assert "children" in page.locator("#errors").inner_text()
    page.locator("label", has_text="Amy").click()
    looks_right(page, "desk-insurance")
    send(page)
    assert "looking at it" in row(page, "Health insurance")
    office.decides_change("john-doe", parties.CHANGE_KIND_INSURANCE)
    kept = office.own_details("john-doe").insurance
    assert list(kept.covered_children) == ["Amy"]
    assert kept.policy_number == "1234"


@VIEWS
def test_a_balance_is_disputed_answered_and_asked_about_once_more(
    town: Town, browse: Browsing, office: Office, looks_right, size: str, js: bool
) -> None:
    page = browse(size, js=js, login=town.enrol("john-doe"))
    page.goto("/disputes/new")
    page.fill("#statement", "My payment of March is missing.")
    page.fill("#expected", "12O")
    page.select_option("#first_month", "3")
    page.fill("#first_year", "2026")
    page.select_option("#last_month", "1")
    page.fill("#last_year", "2026")
    send(page)
    assert page.locator("#errors a").count() == 2
    sees(page, f"desk-dispute-error-{size}", looks_right, js=js)
    page.fill("#expected", "1,120.50")
    page.select_option("#last_month", "3")
    send(page)
    said = page.locator("main").inner_text()
    assert "$1,120.50" in said
    assert "March 2026" in said
    dispute_id = page.url.split("?")[0].rsplit("/", 1)[1]
    office.answers_dispute(dispute_id, "One payment was late.", "It came in on April 1.")
    page.reload()
    assert "You were right in part." in page.locator("main").inner_text()
    sees(page, f"desk-dispute-answered-{size}", looks_right, js=js)
    page.fill("#statement", "And the one of February?")
    send(page)
    assert "And the one of February?" in page.locator("main").inner_text()
    assert page.locator("text=Ask once more").count() == 0
    page.click("text=Take it back")
    assert "You took it back" in page.locator("main").inner_text()
    sees(page, f"desk-dispute-withdrawn-{size}", looks_right, js=js)


@VIEWS
def test_a_review_is_asked_for_and_the_other_parent_does_not_read_the_words(
    town: Town, browse: Browsing, looks_right, size: str, js: bool
) -> None:
    page = browse(size, js=js, login=town.enrol("john-doe"))
    page.goto("/reviews/new")
    sees(page, f"desk-review-new-{size}", looks_right, js=js)
    page.locator("label", has_text="earns more or less").click()
    page.fill("#statement", "My hours were cut to 30 a week.")
    send(page)
    assert "You asked; we have not decided yet" in page.locator("main").inner_text()
    sees(page, f"desk-reviews-{size}", looks_right, js=js)

    page.goto("/reviews/new")
    send(page)
    assert "under review already" in page.locator("#errors").inner_text()

    jane = browse(login=town.enrol("jane-doe"))
    jane.goto("/reviews")
    assert "A review was asked for" in jane.locator("main").inner_text()
    assert "30 a week" not in jane.content()
    assert jane.locator("text=Take my request back").count() == 0

    page.goto("/reviews")
    page.click("button:has-text('Take my request back')")
    assert "Taken back" in page.locator("main").inner_text()


def test_a_case_stays_open_when_its_recipient_answers_the_notice(
    town: Town, browse: Browsing, office: Office, looks_right
) -> None:
    """The answer cannot be taken back: it is checked before it is sent (WCAG 3.3.4)."""
    office.number = PROTECTED_CASE
    office.means_to_close()
    page = browse("phone", login=town.enrol("nora-vance"))
    page.goto("/m/tasks")
    looks_right(page, "desk-closure-task")
    page.locator("li", has_text="We plan to close your case").locator("a").click()
    page.locator("label", has_text="I know something that can help").click()
    send(page)
    assert page.title().startswith("Error:")
    page.fill("#statement", "He works at a mill now.")
    looks_right(page, "desk-closure")
    send(page)
    looks_right(page, "desk-closure-check")
    page.click("text=Change it")
    assert page.input_value("#statement") == "He works at a mill now."
    page.locator("label", has_text="you can reach me").click()
    send(page)
    page.click("text=Send my answer")
    assert "Your case stays open." in page.locator("main").inner_text()
    assert page.locator("text=We plan to close your case").count() == 0
