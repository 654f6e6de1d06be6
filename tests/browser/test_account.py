"""The account page by page: second factors, codes, password, address, devices, what happened."""

from dataclasses import replace

import pytest
from door_kit import OTHER_PASSWORD, Client, app_code, secret_of, with_account
from kit import DESKTOP, PHONE_LATER

from identity_service.domain import throttling


def send(page, within="main"):
    page.click(f"{within} form button[type=submit]")
    page.wait_for_load_state()


def sign_in(page, person, password=""):
    page.goto("/log-in")
    page.fill("#login", person.user_name)
    page.fill("#password", password or person.password)
    send(page)


def session_of(page):
    kept = (one["value"] for one in page.context.cookies() if one["name"] == "sid")
    return next(kept, "")


@pytest.fixture
def late(town):
    """Step over the minutes within which a password shown counts as shown just now."""
    return lambda: town.advance(minutes=14)


@pytest.mark.parametrize(("size", "js"), [DESKTOP, PHONE_LATER])
def test_authenticator_app_and_recovery_codes(town, browse, looks_right, size, js):
    """ASVS 5.0 6.3.3, 6.5.1, 6.5.6: the app is asked for at signing in; a code works once."""
    person = with_account(town, "Olga")
    page = browse(size, js=js)
    sign_in(page, person)
    page.goto("/m/account" if size == "phone" else "/account")
    looks_right(page, f"account-overview-{size}")
    page.click("main >> text=Authenticator app >> nth=-1")
    looks_right(page, f"account-app-{size}")
    send(page)
    secret = secret_of(page.get_attribute("text=Open my app", "href"))
    assert page.locator(".account-qr svg").count() == 1
    assert secret in page.text_content(".account-secret").replace(" ", "")
    page.fill("#code", "000000")
    send(page)
    looks_right(page, f"account-app-wrong-{size}")
    used = app_code(secret)
    page.fill("#code", used)
    send(page)
    assert page.url.split("?")[0].endswith("/account/codes")
    send(page)
    codes = page.locator(".account-codes li").all_text_contents()
    assert len(set(codes)) == 10
    looks_right(page, f"account-codes-{size}")

    page.click("text=Not you? Sign out")
    sign_in(page, person)
    assert page.url.split("?")[0].endswith("/log-in/second")
    looks_right(page, f"door-second-{size}")
    page.fill("#code", used)
    send(page)
    assert "wrong or was used" in page.text_content("#code-error")
    page.fill("#code", app_code(secret, ahead=1))
    send(page)
    assert page.url.endswith("/enrol")
    page.click("text=Not you? Sign out")
    for wanted in ("/enrol", "/log-in/second?with=recovery"):
        sign_in(page, person)
        page.click("text=Use a recovery code")
        looks_right(page, f"door-recovery-{size}")
        page.fill("#code", codes[0].lower().replace(" ", "-"))
        send(page)
        assert wanted.split("?")[0] in page.url
        if wanted == "/enrol":
            page.click("text=Not you? Sign out")
    assert page.title().startswith("Error:"), "a recovery code works once"
    subjects = {mail.subject for mail in town.mails(person.email)}
    assert "An authenticator app was added to your account" in subjects
    assert "A recovery code of your account was used" in subjects


def test_guessing_the_second_factor_ends_in_the_try_later_page(town):
    """ASVS 5.0 6.6.3: ten tries; and half a session opens nothing."""
    person = with_account(town, "Pam")
    with Client(town) as client:
        client.sign_in(person)
        page = client.fill("/account/app", "/account/app/new").text
        secret = secret_of(page.split('name="uri" value="')[1].split('"')[0].replace("&amp;", "&"))
        uri = f"otpauth://totp/x?secret={secret}"
        given = {"secret": secret, "uri": uri, "code": app_code(secret)}
        assert client.fill("/account/app", "/account/app/confirm", **given).status_code == 303
        client.fill("/account", "/log-out")
        assert client.sign_in(person).headers["location"] == "/log-in/second"
        assert "sid" not in client.cookies
        assert client.get("/account").headers["location"].startswith("/log-in")
        half = client.cookies["half"]
        client.cookies.set("sid", half, domain="localhost.local")
        assert client.get("/account").headers["location"].startswith("/log-in")
        for _ in range(10):
            assert client.fill("/log-in/second", code="000000").status_code == 422
        told = client.fill("/log-in/second", code=app_code(secret, ahead=1))
        assert told.status_code == 429
        assert "Try again in 10 minutes" in told.text


def test_a_second_factor_guessed_too_often_says_what_opens_it_again(town, monkeypatch):
    """NIST SP 800-63B-4 section 3.2.2: no time does; a new password by mail does."""
    few = replace(throttling.FACTOR_IN_A_ROW, free=2)
    monkeypatch.setattr(throttling, "FACTOR_IN_A_ROW", few)
    person = with_account(town, "Tess")
    with Client(town) as client:
        client.sign_in(person)
        page = client.fill("/account/app", "/account/app/new").text
        uri = page.split('name="uri" value="')[1].split('"')[0].replace("&amp;", "&")
        given = {"secret": secret_of(uri), "uri": uri, "code": app_code(secret_of(uri))}
        assert client.fill("/account/app", "/account/app/confirm", **given).status_code == 303
        wrong = {"password": person.password, "code": "000000"}
        for said in ("code is wrong", "code is wrong", "we read none any more"):
            told = client.fill("/account/confirm", **wrong)
            assert (told.status_code, said in told.text) == (422, True), said
        client.fill("/account", "/log-out")
        client.sign_in(person)
        told = client.fill("/log-in/second", code=app_code(secret_of(uri), ahead=1))
        assert (told.status_code, "we read none any more" in told.text) == (422, True)


@pytest.mark.parametrize(("size", "js"), [DESKTOP, PHONE_LATER])
def test_password_and_address_are_changed(town, browse, looks_right, late, size, js):
    """ASVS 6.2.3, 6.3.7, 7.2.4, 7.5.1: the present password first; each change is told by mail."""
    person = with_account(town, "Quin")
    page = browse(size, js=js)
    sign_in(page, person)
    page.goto("/account/password")
    page.fill("#password", "not the present one")
    page.fill("#new_password", OTHER_PASSWORD)
    looks_right(page, f"account-password-{size}")
    send(page)
    assert "not your present password" in page.text_content("#password-error")
    page.fill("#password", person.password)
    page.fill("#new_password", OTHER_PASSWORD)
    before = session_of(page)
    send(page)
    assert "password is changed" in page.text_content("main [role=status]")
    assert session_of(page) not in ("", before), "7.2.4: another token"

    for _ in range(2):
        late()
        page.goto("/account")
    page.goto("/account/email")
    assert "/account/confirm?next=%2Faccount%2Femail" in page.url
    looks_right(page, f"account-confirm-{size}")
    page.fill("#password", person.password)
    send(page)
    assert page.title().startswith("Error:")
    page.fill("#password", OTHER_PASSWORD)
    send(page)
    assert page.url.endswith("/account/email")
    new = f"new.{person.email}"
    page.fill("#email", new)
    looks_right(page, f"account-email-{size}")
    send(page)
    mail = town.arrival(new, 0, lambda one: bool(one.token))
    page.goto(mail.link)
    looks_right(page, f"door-confirm-email-{size}")
    send(page)
    assert "new e-mail address" in page.text_content("main [role=status]")
    changed = "The e-mail address of your account was changed"
    for address in (person.email, new):
        town.arrival(address, 0, lambda one: one.subject == changed)

    page.goto("/account/events")
    told = page.text_content("table")
    assert "The password was changed" in told
    assert "Something else" not in told
    looks_right(page, f"account-events-{size}")


def test_devices_are_listed_and_signed_out(town, browse, looks_right):
    """ASVS 5.0 7.5.2: see where one is signed in; end one, or all others."""
    person = with_account(town, "Rita")
    here, there = browse(), browse("phone")
    for page in (there, here):
        sign_in(page, person)
    here.goto("/account/sessions")
    assert here.locator("main .site-card").count() == 2
    looks_right(here, "account-sessions-desktop")
    here.click("text=Sign out there")
    here.wait_for_load_state()
    assert here.locator("main .site-card").count() == 1
    there.goto("/account")
    assert "ended=1" in there.url
    here.goto("/account/codes")
    looks_right(here, "account-codes-none-desktop")


def test_passkey_is_added_and_signs_in(town, browse, looks_right):
    """WebAuthn level 3 with user verification: both factors at once, and no password is typed."""
    person = with_account(town, "Sue")
    page = browse()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page, person)
    page.goto("/account/passkeys")
    looks_right(page, "account-passkeys-none-desktop")
    send(page)
    looks_right(page, "account-passkey-new-desktop")
    page.fill("#name", "My laptop")
    page.click("[data-start]")
    page.wait_for_url("**/account/passkeys?done=*")
    assert "My laptop" in page.text_content("main")
    looks_right(page, "account-passkeys-desktop")

    page.click("text=Not you? Sign out")
    page.click("text=Use a passkey")
    page.wait_for_load_state()
    looks_right(page, "door-passkey-desktop")
    page.click("[data-start]")
    page.wait_for_url("**/enrol")
    page.goto("/account/passkeys")
    page.click("main >> text=Remove")
    page.wait_for_load_state()
    assert "You have none yet" in page.text_content("main")
    town.arrival(person.email, 0, lambda one: "passkey was removed" in one.subject)
