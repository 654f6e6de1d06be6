"""The money pages as both parents use them: at a glance, why an amount, paying, being paid."""

import re
from datetime import timedelta

import kit
import pytest

EVERYWHERE = [("desktop", True), ("phone", False)]
"""Size and scripts: everything works on a phone without any."""
UNKNOWN = "019d7791-21d0-7ff6-a2b0-30f0e45d2741"
CENTS = re.compile(r"\$([\d,]+)\.(\d\d)")


def cents(text):
    return [int(whole.replace(",", "")) * 100 + int(part) for whole, part in CENTS.findall(text)]


def go(page, size, path):
    page.goto(("/m" if size == "phone" else "") + path)


def press(page, name):
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


@pytest.mark.parametrize(("size", "js"), EVERYWHERE)
def test_a_payer_sees_what_he_owes_and_why_each_part_of_a_payment_is_what_it_is(
    town, browse, looks_right, size, js
):
    """Seed 001: payment information and balance in both views; DESIGN section 6."""
    page = browse(size, js=js, login=town.enrol("richard-roe"))
    go(page, size, "/home")
    main = page.inner_text("main")
    assert "Support for Clara" in main
    assert "Support for Theo" in main
    rows = page.locator("section.site-card").first.locator("dl.money-pairs dd").all_inner_texts()
    left, past, owed = (cents(row)[0] for row in rows[:3])
    assert left + past == owed > 0
    if js:
        looks_right(page, f"money-home-{size}")

    page.get_by_role("link", name="All payments").first.click()
    page.wait_for_url("**/payments?case=*")
    if js:
        looks_right(page, f"money-payments-{size}")
    page.locator(".money-row").first.click()
    page.wait_for_url("**/payments/*-*")
    if js:
        looks_right(page, f"money-payment-{size}")
    whole = cents(page.locator(".site-figure").inner_text())[0]
    parts = [cents(text)[0] for text in page.locator(".site-card h4").all_inner_texts()]
    assert sum(parts) == whole
    assert len(parts) > 1
    assert page.locator(".site-card").count() == page.locator(".site-card .money-why").count()
    assert "921 KAR 1:420" in page.inner_text("main"), "the citation of the sharing rule"
    assert "Sent to the family" in page.inner_text(".money-line")


def test_a_receiver_sees_her_part_alone_and_nothing_of_the_payers_other_family(town, browse):
    """26 USC 6103, 42 USC 654(26): the same payment, seen from a protected parent's side."""
    payer = browse("phone", login=town.enrol("richard-roe"))
    payer.goto("/m/payments")
    row = payer.locator(".money-row").first
    whole, place = cents(row.inner_text())[0], row.get_attribute("href")
    payer.goto(place)
    shared = [cents(text)[0] for text in payer.locator("h3").all_inner_texts()[:2]]
    assert "Station Road" not in payer.content(), "where the protected parent lives"

    receiver = browse("phone", login=town.enrol("nora-vance"))
    receiver.goto(place)
    said = receiver.inner_text("main")
    assert cents(receiver.locator(".site-figure").inner_text())[0] in shared
    assert whole not in cents(said)
    assert "0000123459" not in said
    assert "Taken from your pay" not in said

    stranger = browse("phone", login=town.enrol("jane-doe"))
    told = [
        (stranger.goto(path).status, stranger.inner_text("main"))
        for path in (place, f"/m/payments/{UNKNOWN}")
    ]
    assert told[0] == told[1]
    assert told[0][0] == 404


def test_in_spanish_every_word_is_spanish_on_the_phone(town, browse, looks_right):
    page = browse("phone", language="es", login=town.enrol("nora-vance"))
    for path, said in (
        ("/home", "Su manutención de un vistazo"),
        ("/payments", "Pagos"),
        ("/balance", "Orden y saldo"),
    ):
        go(page, "phone", path)
        assert page.inner_text("h1") == said
        looks_right(page, f"money-es{path.replace('/', '-')}")
    go(page, "phone", "/payments")
    page.locator(".money-row").first.click()
    page.wait_for_url("**/payments/*-*")
    looks_right(page, "money-es-payment")
    steps = page.inner_text(".money-why")
    assert "Primero va la manutención del mes en curso" in steps
    # Citations of the law stay in the law's language.
    page.evaluate("document.querySelectorAll('.money-law').forEach(one => one.remove())")
    english = re.search(r"\b(the|went|payment|your|owed)\b", page.inner_text("main"), re.IGNORECASE)
    assert english is None, english


@pytest.mark.parametrize(("size", "js"), EVERYWHERE)
def test_a_payment_online_is_checked_made_once_and_can_be_followed(
    town, browse, looks_right, size, js
):
    """Seed 001: the payer pays online. The same form sent twice charges once (AIP-155)."""
    page = browse(size, js=js, login=town.enrol("john-doe"))
    go(page, size, "/pay")
    if js:
        looks_right(page, f"money-pay-{size}")
    page.get_by_text("Another amount").first.click()
    press(page, "Continue")
    assert page.title().startswith("Error:")
    if js:
        looks_right(page, f"money-pay-error-{size}")
    page.fill("#amount", "12.34")
    press(page, "Continue")
    assert "$12.34" in page.inner_text("main")
    if js:
        looks_right(page, f"money-pay-check-{size}")
    again = page.locator("form[action$='/pay/send'] input[type=hidden]").evaluate_all(
        "all => Object.fromEntries(all.map(one => [one.name, one.value]))"
    )
    press(page, "Pay $12.34 now")
    paid = page.url
    second = page.request.post(
        page.url.rsplit("/", 1)[0] + "/send",
        form=again,
        headers={"origin": town.portal_url, "sec-fetch-site": "same-origin"},
    )
    assert second.url == paid, "sent twice, made once"

    town.settle()
    page.goto(paid)
    assert "Your payment was made" in page.inner_text("h1")
    assert "SBX-" in page.inner_text(".money-reference")
    if js:
        looks_right(page, f"money-paid-{size}")
    town.settle()
    page.get_by_role("link", name="Follow this payment").click()
    page.wait_for_url("**/payments/*-*")
    assert "$12.34" in page.inner_text("main")
    assert "Paid online" in page.inner_text("main")


def test_a_payment_that_the_bank_declines_says_that_nothing_was_charged(town, browse):
    page = browse("phone", login=town.enrol("john-doe"))
    page.goto("/m/pay")
    page.select_option("#account", "declined")
    page.get_by_text("Another amount").first.click()
    page.fill("#amount", "50")
    press(page, "Continue")
    press(page, "Pay $50.00 now")
    town.settle()
    page.reload()
    assert "declined" in page.inner_text("h1")
    assert "Nothing was charged" in page.inner_text("main")


@pytest.mark.parametrize(("size", "js"), [kit.DESKTOP, kit.PHONE_LATER])
def test_payments_are_planned_checked_and_stopped(town, browse, looks_right, size, js):
    page = browse(size, js=js, login=town.enrol("john-doe"))
    go(page, size, "/pay/schedule")
    page.get_by_text("Another amount").first.click()
    page.fill("#amount", "40")
    first = town.clock.today() + timedelta(days=10)
    early = town.clock.today() - timedelta(days=1)
    for day in (early, first):
        for part in ("month", "day", "year"):
            page.fill(f"#first_{part}", str(getattr(day, part)))
        press(page, "Continue")
        if day is early:
            assert "too early or too late" in page.inner_text("main")
            if js:
                looks_right(page, f"money-plan-{size}")
    press(page, "Plan this")
    card = page.locator("section.site-card").first
    assert "$40.00 each month" in card.inner_text()
    assert "Running" in card.inner_text()
    if js:
        looks_right(page, f"money-plans-{size}")
    card.get_by_role("link", name="Stop this plan").click()
    page.wait_for_url("**/stop")
    press(page, "Stop this plan")
    assert "No further payment is made" in page.inner_text("main")
    assert "Running" not in page.inner_text("main")


def test_months_and_the_record_are_there_to_print_and_to_hand_in(town, browse, looks_right):
    page = browse("desktop", login=town.enrol("john-doe"))
    for path in ("/months", "/balance", "/record"):
        page.goto(path)
        looks_right(page, f"money{path.replace('/', '-')}")
    page.goto("/months")
    table = page.locator("table tbody tr")
    assert page.locator("svg.site-chart rect").count() == 2 * table.count() > 0
    page.goto("/record")
    with page.expect_download() as got:
        page.get_by_role("button", name="Get the record").click()
    assert got.value.path().read_bytes().startswith(b"%PDF")


def test_another_account_is_taken_only_after_the_password_and_waits_for_a_worker(
    town, browse, looks_right
):
    """ASVS 5.0, 7.5.1: who it is, again, before a sensitive change; seed 001: direct deposit."""
    login = town.enrol("jane-doe")
    page = browse("desktop", login=login)
    page.goto("/deposit")
    looks_right(page, "money-deposit")
    for _ in range(2):
        town.advance(minutes=11)
        page.goto("/deposit")
    page.goto("/deposit/new")
    assert "/account/confirm" in page.url, "the password was shown 22 minutes ago"
    page.fill("#password", login.password)
    with page.expect_navigation():
        page.locator("main form button[type=submit]").click()
    assert page.url.endswith("/deposit/new")
    page.fill("#routing", "987654321")
    page.fill("#account", "111222333")
    page.fill("#account_again", "111222334")
    press(page, "Continue")
    assert page.locator("#routing-error").count()
    assert page.locator("#account_again-error").count()
    looks_right(page, "money-deposit-new")
    page.fill("#routing", "987654320")
    page.fill("#account_again", "111222333")
    press(page, "Continue")
    assert "ends in 2333" in page.inner_text("main")
    assert "111222333" not in page.inner_text("main")
    looks_right(page, "money-deposit-check")
    press(page, "Tell us this")
    assert "until then nothing changes" in page.inner_text("main")
    assert "ends in 6789" in page.inner_text("main"), "the old account stands"
