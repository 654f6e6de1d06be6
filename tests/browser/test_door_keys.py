"""Wisconsin's way (seeds 004): login, key by letter to the address on file, activation."""

import re
from datetime import timedelta

import pytest
from door_kit import with_account
from kit import DESKTOP, PHONE_LATER
from pypdf import PdfReader

from childsupport.case.v1.case_service_pb2 import GetParticipantRequest
from launcher.world import participant_id

KEY = re.compile(r"\b[0-9A-Z]{5} [0-9A-Z]{5}\b")
SATURDAY = 5


@pytest.fixture
def by_key(town, monkeypatch):
    """Identity offers keys by letter, as its setting ENROLMENT_FLOW says elsewhere."""
    from identity_service.actions import enrolling

    monkeypatch.setattr(enrolling, "flow", lambda _work: "key")


def send(page):
    page.click("main form button[type=submit]")
    page.wait_for_load_state()


def keys_printed(town, before):
    """Run the day's batch of letters; return the keys that stand in what was printed."""
    on = town.clock.today()
    while on.weekday() >= SATURDAY:
        on += timedelta(days=1)
    town.run_job("identity", "send_key_letters", on)
    town.settle()
    texts = [
        " ".join(p.extract_text() for p in PdfReader(one).pages) for one in town.letters()[before:]
    ]
    return [found.group() for text in texts if (found := KEY.search(text))]


def ask(page, number, *, last="Hale"):
    page.fill("#first_name", "Omar")
    page.fill("#last_name", last)
    page.fill("#number", number)
    send(page)


@pytest.mark.parametrize(("size", "js"), [DESKTOP, PHONE_LATER])
def test_key_by_letter_opens_the_case(town, browse, looks_right, by_key, size, js):
    """Seeds 004: the key is used once, and a second request ends the first key."""
    person = with_account(town, "Omar")
    with town.clients() as clients:
        asked = GetParticipantRequest(participant_id=participant_id("omar-hale"))
        number = clients.cases.GetParticipant(asked).participant.participant_number
    page = browse(size, js=js)
    page.goto("/m/log-in" if size == "phone" else "/log-in")

    def sign_in():
        page.fill("#login", person.user_name)
        page.fill("#password", person.password)
        send(page)

    sign_in()
    assert page.url.endswith("/enrol")
    looks_right(page, f"door-key-begin-{size}")
    page.click("text=Ask for a key")
    send(page)
    assert page.title().startswith("Error:")
    looks_right(page, f"door-key-request-{size}")
    before = len(town.letters())
    ask(page, number)
    assert "a letter is on its way" in page.text_content("main [role=status]")
    looks_right(page, f"door-key-asked-{size}")
    town.settle()
    (first,) = keys_printed(town, before)

    town.advance(days=1, minutes=1)
    page.goto("/m/log-in" if size == "phone" else "/log-in")
    sign_in()
    page.click("text=Ask for another key")
    looks_right(page, f"door-key-again-{size}")
    before = len(town.letters())
    ask(page, number)
    town.settle()
    (second,) = keys_printed(town, before)
    assert first != second

    page.click("text=I have my key")
    looks_right(page, f"door-key-activate-{size}")
    for key, wanted in ((first, "enrol/activate"), (second.lower().replace(" ", "-"), "home")):
        page.fill("#password", person.password)
        page.fill("#key", key)
        send(page)
        assert page.url.split("?")[0].endswith(wanted)
        if key == first:
            assert "newest letter" in page.text_content("#key-error")
    page.goto("/enrol")
    looks_right(page, f"door-key-done-{size}")


def test_details_that_match_nobody_get_the_same_page(town, browse, by_key):
    """ASVS 5.0 6.3.8, NIST SP 800-63A-4: which detail was wrong is told to nobody."""
    person = with_account(town, "Omar")
    page = browse()
    page.goto("/log-in")
    page.fill("#login", person.user_name)
    page.fill("#password", person.password)
    send(page)
    page.goto("/enrol/key")
    before = len(town.letters())
    ask(page, "0009999999", last="Nobody")
    assert "If your details match" in page.text_content("main [role=status]")
    town.settle()
    assert keys_printed(town, before) == []
    for _ in range(6):
        page.goto("/enrol/activate")
        page.fill("#login", person.user_name)
        page.fill("#password", person.password)
        page.fill("#key", "00000 00000")
        send(page)
    assert page.text_content("h1") == "Too many tries"
