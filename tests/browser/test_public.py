"""What everybody may do without an account: compute, apply, find help."""

import re

import pytest
from kit import DESKTOP, PHONE_LATER
from playwright.sync_api import Page, expect

from chassis.ids import new_id
from childsupport.case.v1 import application_service_pb2 as pb
from childsupport.case.v1.application_service_pb2_grpc import (
    ApplicationReadServiceStub,
    ApplicationServiceStub,
)

VIEWS = pytest.mark.parametrize(("size", "js"), [DESKTOP, PHONE_LATER])


def go_on(page: Page) -> None:
    page.click("main form.usa-form button[type=submit] >> nth=0")
    page.wait_for_load_state()


def say_day(page: Page, name: str, month: int, day: int, year: int) -> None:
    for part, value in (("month", month), ("day", day), ("year", year)):
        page.fill(f"#{name}_{part}", str(value))


def answer(page: Page, home: int, gross: tuple[str, str], children: int = 2) -> None:
    """Answer the calculator up to the last step. `home` is the place of the choice."""
    page.goto("/calculator")
    page.fill("#children", str(children))
    page.click(f"label[for=home-{home}]")
    go_on(page)
    if home == 3:
        page.fill("#my_days", "265")
        go_on(page)
    if home == 4:
        page.fill("#with_me", "1")
        go_on(page)
    for who, amount in zip(("me", "other"), gross, strict=True):
        page.fill(f"#{who}_gross", amount)
        go_on(page)


@VIEWS
def test_the_calculator_comes_to_the_published_amount(browse, looks_right, size, js):
    """Worked example A3 (published inputs, table row of KRS 403.212): $275.75 for 100 days."""
    page = browse(size, js=js)
    page.goto("/calculator")
    if js:
        looks_right(page, "calculator-desktop")
    go_on(page)
    expect(page.locator("#children-error")).to_be_visible()
    assert page.title().startswith("Error:")
    answer(page, 3, ("3000", "2000"))
    if js:
        looks_right(page, "calculator-costs-desktop")
    go_on(page)
    expect(page.locator(".site-figure")).to_have_text("$275.75 a month")
    said = page.inner_text("main")
    assert "The other parent would pay you $275.75 a month." in said
    row = page.locator("tr", has_text="7. Base support from the table")
    expect(row).to_contain_text("$1,103.00")
    expect(row).to_contain_text("KRS 403.212(9)")
    assert page.url.endswith("/calculator"), "no amount stands in the address"
    if js:
        looks_right(page, "calculator-result-desktop")
    # A changed answer changes the result, and all others are still there.
    page.click("button[value=to_other]")
    assert page.input_value("#other_gross") == "2000"
    page.fill("#other_gross", "24000")
    page.select_option("#other_gross_per", "year")
    go_on(page)
    go_on(page)
    expect(page.locator(".site-figure")).to_have_text("$275.75 a month")


def test_equal_days_and_split_children_are_computed_for_who_asks(browse):
    """CS-71: at equal days column B is the parent with more income; KRS 403.212(8) for two."""
    page = browse()
    answer(page, 3, ("6000", "1000"))
    page.click("button[value=back]")
    page.click("button[value=back]")
    page.click("button[value=back]")
    page.fill("#my_days", "182.5")
    for _ in range(4):
        go_on(page)
    assert "You would pay the other parent" in page.inner_text(".public-result")
    assert "Column B (you)" in page.inner_text("thead")
    answer(page, 4, ("3000", "3000"))
    page.fill("#me_care", "100")
    page.fill("#me_care_apart", "200")
    go_on(page)
    expect(page.locator("#me_care_apart-error")).to_be_visible()
    page.fill("#me_care", "")
    page.fill("#me_care_apart", "")
    go_on(page)
    assert page.locator("table").count() == 2
    assert "Neither of you would owe" in page.inner_text(".public-result")


def test_the_worksheet_is_explained_in_spanish(browse, looks_right):
    page = browse("phone", language="es")
    answer(page, 1, ("0", "900"), children=1)
    go_on(page)
    looks_right(page, "calculator-result-phone-es")
    said = page.inner_text("main")
    assert "$60.00 al mes" in said
    assert "reserva de subsistencia" in said
    ours = re.sub(r"\(.*?\)", "", said)
    assert not re.search(r"\b(the|income|support|column)\b", ours, re.IGNORECASE)


@pytest.mark.parametrize(("size", "js"), [DESKTOP, PHONE_LATER])
def test_somebody_applies_in_two_evenings(town, browse, looks_right, size, js):
    """45 CFR 303.2: begun, resumed by its code, signed and sent; the office has 20 days."""
    page = browse(size, js=js)

    def looks(name: str) -> None:
        looks_right(page, f"apply-{name}-{size}")

    page.goto("/apply")
    looks("start")
    page.click("form[action='/apply/start'] button")
    code = page.inner_text("#code")
    assert code not in page.url
    page.click("main a.usa-button")
    looks("steps")
    page.click("text=About you")
    fill_in_you(page)
    page.goto("/apply/home")
    fill_in_home(page)
    looks("steps-some")
    page.click("form[action='/apply/leave'] button")
    page.goto("/apply/home")
    expect(page).to_have_url(re.compile("/apply$"))

    page.fill("#code", code.replace(code[0], "A" if code[0] != "A" else "B"))
    go_on(page)
    expect(page.locator("#code-error")).to_be_visible()
    page.fill("#code", code.lower().replace("-", " "))
    go_on(page)
    page.goto("/apply/you")
    assert page.input_value("#last_name") == "Hill"
    assert page.input_value("#ssn") == "", "a number is never shown again"
    fill_in_others(page)
    page.click("main a[href='/apply/check']")
    looks("check")
    page.click("label[for=assisted-2]")
    go_on(page)
    assert "duty to cooperate" in page.inner_text("main")
    go_on(page)
    expect(page.locator("#signed_name-error")).to_be_visible()
    page.click("label[for=agrees]")
    page.fill("#signed_name", "Mary Hill")
    go_on(page)
    looks("sent")
    said = page.inner_text("main")
    assert "The office has it" in said
    assert "45 CFR 303.2(b)" in said
    reference = re.search(r"APP-[0-9A-F]{10}", said)
    assert reference
    page.goto("/apply/you")
    expect(page).to_have_url(re.compile("/apply/sent$"))
    if js:
        the_office_asks_for_more(town, page, reference[0])


def fill_in_you(page: Page) -> None:
    page.fill("#first_name", "Mary")
    page.fill("#last_name", "Hill")
    say_day(page, "birth_date", 2, 30, 1990)
    page.fill("#ssn", "900-02-0002")
    page.click("label[for=relationship-1]")
    go_on(page)
    assert "Enter a real date" in page.inner_text("#birth_date")
    say_day(page, "birth_date", 2, 3, 1990)
    page.fill("#ssn", "900-02-0002")
    go_on(page)


def fill_in_home(page: Page) -> None:
    page.fill("#address_line1", "9 Quiet Court")
    page.fill("#address_city", "Frankfort")
    page.fill("#address_state", "ky")
    page.fill("#address_zip_code", "40601")
    page.select_option("#county_fips", label="Franklin")
    page.fill("#phone", "(502) 555-0100")
    go_on(page)


def fill_in_others(page: Page) -> None:
    page.goto("/apply/other")
    page.fill("#first_name", "John")
    page.fill("#last_name", "Roe")
    go_on(page)
    for first in ("Joy", "Max"):
        page.goto("/apply/children" if first == "Joy" else "/apply/children/2")
        page.fill("#first_name", first)
        page.fill("#last_name", "Hill")
        say_day(page, "birth_date", 5, 6, 2020)
        page.fill("#ssn", "900-02-0003" if first == "Joy" else "900-02-0004")
        go_on(page)
    # The number of a child that is taken away must not become the next one's.
    page.click("form[action='/apply/children/1'] button")
    page.wait_for_load_state()
    page.goto("/apply/children/1")
    assert page.input_value("#first_name") == "Max"
    assert "We have a number" not in page.inner_text("main")
    page.goto("/apply/safety")
    page.click("label[for=in_danger-2]")
    go_on(page)


def the_office_asks_for_more(town, page: Page, reference: str) -> None:
    with town.clients() as clients:
        channel = clients.channels["case"]
        listed = ApplicationReadServiceStub(channel).ListApplications(
            pb.ListApplicationsRequest(status=pb.APPLICATION_STATUS_SUBMITTED), timeout=10
        )
        found = next(one for one in listed.applications if one.reference == reference)
        ApplicationServiceStub(channel).RequestInformation(
            pb.RequestInformationRequest(
                request_id=new_id(),
                application_id=found.application_id,
                what="Which school does Max go to?",
            ),
            timeout=10,
        )
    page.goto("/apply/sent")
    assert "Which school does Max go to?" in page.inner_text("main")
    page.click("text=Answer now")
    page.click("main a[href='/apply/check']")
    page.click("label[for=assisted-1]")
    go_on(page)
    page.click("label[for=agrees]")
    page.fill("#signed_name", "Mary Hill")
    go_on(page)
    assert "Which school" not in page.inner_text("main")
    page.goto("/apply/withdraw")
    page.fill("#reason", "We agreed otherwise.")
    go_on(page)
    assert "Taken back by you" in page.inner_text("main")


def test_help_is_there_for_everybody(browse, looks_right):
    page = browse("phone", language="es")
    page.goto("/help")
    assert "1-800-799-7233" in page.inner_text("main")
    looks_right(page, "help-phone-es")
