"""The door under attack: fixed sessions, foreign forms, oracles, guessing (OWASP ASVS 5.0)."""

import uuid
from types import SimpleNamespace

import pytest
from door_kit import Client, alike, born_on, office_enables, somebody, with_account

from identity_service import credentials
from identity_service.actions import logging_in, registering
from launcher.hiring import code_of, hire

FOREIGN = ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"})
FOREIGN_ORIGIN = {"origin": "https://elsewhere.example"}


@pytest.fixture
def client(town):
    with Client(town) as opened:
        yield opened


def test_signing_in_gives_a_token_that_nobody_knew(town, client):
    """7.2.4, session fixation: what was planted before is no session afterwards."""
    person = with_account(town, "Fay")
    planted = "planted-by-somebody-else"
    client.cookies.set("sid", planted, domain="localhost.local")
    client.cookies.set("form", planted, domain="localhost.local")
    assert client.sign_in(person).status_code == 303
    first = client.cookies["sid"]
    assert planted not in {first, *client.cookies.values()}
    assert client.get("/account").status_code == 200
    assert client.get("/log-in").headers["location"] == "/home"
    with Client(town) as victim:
        victim.cookies.set("sid", planted, domain="localhost.local")
        assert victim.get("/account").headers["location"].startswith("/log-in")
    token = client.token("/account/confirm")
    client.post("/account/confirm", data={"_token": token, "password": person.password})
    assert client.cookies["sid"] != first, "showing the password again gives another token"
    assert _opens_nothing(town, first)


def test_signing_out_ends_the_session_on_the_server(town, client):
    """7.4.1, 14.3.1; leaving quickly does the same, but not when another site asks for it."""
    person = with_account(town, "Gus")
    client.sign_in(person)
    kept = client.cookies["sid"]
    gone = client.fill("/account", "/log-out")
    assert gone.headers["clear-site-data"] == '"cache", "storage"'
    assert "sid" not in client.cookies
    assert _opens_nothing(town, kept)

    client.sign_in(person)
    kept = client.cookies["sid"]
    away = client.get("/leave", headers={"sec-fetch-site": "cross-site"})
    assert away.headers["location"].startswith("https://")
    assert not _opens_nothing(town, kept), "a picture on another site signs nobody out"
    away = client.get("/leave", headers={"sec-fetch-site": "same-origin"})
    assert away.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert _opens_nothing(town, kept)


def test_a_second_sign_in_ends_the_first_of_the_browser(town, client):
    """Two people at one computer: who signs in last leaves no session of the other behind."""
    client.sign_in(with_account(town, "Una"))
    kept = client.cookies["sid"]
    token = client.token("/account")
    other = with_account(town, "Vic")
    given = {"_token": token, "login": other.email, "password": other.password}
    assert client.post("/log-in", data=given).status_code == 303
    assert _opens_nothing(town, kept)


def test_a_second_worker_at_one_browser_ends_the_session_of_the_first(town):
    """7.4.1, at the console too: nothing that the first one left opens anything afterwards."""
    with town.clients() as clients:
        first, second = (
            hire(clients, town.mail_folder, name, ["caseworker"], ["21073"])
            for name in ("Una Early", "Vic Later")
        )
    with Client(town, "console") as client:
        token = client.token("/log-in")
        kept = ""
        for worker in (first, second):
            given = {
                "_token": token,
                "_request": str(uuid.uuid4()),
                "login": worker.worker_id,
                "password": worker.password,
                "code": code_of(worker.totp_secret, steps_ahead=1),
            }
            assert client.post("/log-in", data=given).status_code == 303
            if not kept:
                kept = client.cookies["sid"]
                token = client.token("/worklist")
        assert client.get("/worklist").status_code == 200
        assert client.cookies["sid"] != kept
    with Client(town, "console") as other:
        other.cookies.set("sid", kept, domain="localhost.local")
        assert other.get("/worklist").headers["location"].startswith("/log-in")


def test_forms_of_other_sites_are_refused(town, client):
    """3.5.1, 3.5.3: by where they come from, and by the token that only our pages know."""
    person = with_account(town, "Hal")
    client.sign_in(person)
    token = client.token("/account/sessions")
    for headers in (*FOREIGN, FOREIGN_ORIGIN):
        told = client.post("/account/sessions", data={"_token": token}, headers=headers)
        assert told.status_code == 403, headers
    with Client(town) as stranger:
        other = stranger.token("/log-in")
    for wrong in ("", "0" * 64, other):
        for path in ("/account/sessions", "/account/codes", "/log-out", "/session/stay"):
            assert client.post(path, data={"_token": wrong}).status_code == 403, (path, wrong)
    assert client.get("/log-out").status_code == 405
    assert client.get("/account").status_code == 200, "nothing of it signed the person out"
    assert client.post("/session/stay", data={"_token": token}).status_code == 204


def test_known_and_unknown_get_the_same_answer(town, client, monkeypatch):
    """6.3.8: register, sign in, forgotten password; no time tells either: hashes are counted."""
    known, unknown = with_account(town, "Ivy"), somebody("Ivy")
    hashes = {"matches": 0, "hashed": 0}

    def counted(name):
        def count(*given):
            hashes[name] += 1
            return getattr(credentials, name)(*given)

        return count

    slow = SimpleNamespace(**{name: counted(name) for name in hashes})
    for module in (logging_in, registering):
        monkeypatch.setattr(module, "credentials", slow)

    def asked(page, **fields):
        before = dict(hashes)
        answer = client.fill(page, **fields)
        spent = {name: hashes[name] - before[name] for name in hashes}
        return alike(answer), spent

    def register(person):
        return asked(
            "/register",
            first_name="Ivy",
            last_name="Tester",
            email=person.email,
            password=person.password,
        )

    assert register(known) == register(unknown)
    assert asked("/forgot", login=known.email) == asked("/forgot", login=unknown.email)
    password = "not the right words for it"
    wrong = asked("/log-in", login=known.email, password=password)
    nobody = asked("/log-in", login=unknown.email, password=password)
    assert wrong[1] == nobody[1] == {"matches": 1, "hashed": 0}
    assert _without(wrong, known.email) == _without(nobody, unknown.email)
    assert wrong[0][0] == 422


@pytest.mark.parametrize("exists", [True, False])
def test_guessing_passwords_ends_in_the_try_later_page(town, client, exists):
    """6.3.1: after five wrong ones the right one is not read, and the page says how long."""
    person = with_account(town, "Joe") if exists else somebody("Joe")
    login = person.email
    for _ in range(5):
        assert client.fill("/log-in", login=login, password="a guess").status_code == 422
    told = client.fill("/log-in", login=login, password=person.password)
    assert told.status_code == 429
    assert "Try again in 1 minute" in told.text
    assert int(told.headers["retry-after"]) <= 31


def test_guessing_pins_and_details_ends(town, client):
    """6.6.3: after five PINs the right one counts no more; five details, then try later."""
    person = with_account(town, "Kim")
    number = office_enables(town, "ruth-cole", person.email)
    town.advance(days=1)
    client.sign_in(person)
    born = born_on("ruth-cole")
    shown = {"number": number, "email": person.email, "birth_date": born.isoformat()}
    assert client.fill("/enrol/details", **shown).status_code == 303
    pin = town.arrival(person.email, 0, lambda one: bool(one.pin)).pin
    for guess in range(5):
        assert client.fill("/enrol/pin", pin=f"0000000{guess}").status_code == 422
    assert client.fill("/enrol/pin", pin=pin).status_code == 422
    for _ in range(4):
        client.fill("/enrol/details", **(shown | {"number": "0009999999"}))
    told = client.fill("/enrol/details", **shown)
    assert told.status_code == 429
    assert "Too many tries" in told.text
    assert client.get("/home").headers["location"] == "/enrol"


def test_sign_in_leads_to_this_site_only(town, client):
    """ASVS 5.0 3.7.2: no redirect to another site, whatever `next` says."""
    person = with_account(town, "Lou")
    for place in ("https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"):
        assert client.sign_in(person, next=place).headers["location"] == "/home"
        client.fill("/account", "/log-out")
    assert client.sign_in(person, next="/account").headers["location"] == "/account"


def test_a_form_of_an_ended_session_changes_nothing_and_says_so(town, client):
    """The tab that stayed open: signed out elsewhere, its form leads to signing in."""
    client.sign_in(with_account(town, "Mia"))
    token = client.token("/account/password")
    kept = client.cookies["sid"]
    client.fill("/account", "/log-out")
    client.cookies.set("sid", kept, domain="localhost.local")
    given = {"_token": token, "_request": str(uuid.uuid4())}
    told = client.post("/account/password", data=given)
    place = told.headers["location"]
    assert (place.split("?")[0], "ended=1" in place) == ("/log-in", True)


def _opens_nothing(town, session_token) -> bool:
    with Client(town) as other:
        other.cookies.set("sid", session_token, domain="localhost.local")
        answer = other.get("/account")
    return answer.status_code == 303 and answer.headers["location"].startswith("/log-in")


def _without(answer, email):
    (status, place, text), spent = answer
    return status, place, text.replace(email, ""), spent
