"""Forms as PDF, read back: what stands on each, for whom, and that a screen reader can."""

import io
import re
import tomllib
from datetime import UTC, datetime
from string import Formatter
from typing import Any

import pytest
from form_examples import examples
from pypdf import PdfReader

import policy
from case_service import forms_pdf, pdf
from case_service.domain.forms import KINDS, FormError
from case_service.domain.forms.subpoena import RECORDS

AT = datetime(2026, 3, 6, 14, 0, tzinfo=UTC)
LAW = policy.load("kentucky")
EXAMPLES = examples()
LONG = "Maximiliana-Bartholomea von und zu Abcdefghijklmnopqrstuvwxyz " * 2


def made(kind: str, **changes: Any) -> list[bytes]:
    files = forms_pdf.render(kind, EXAMPLES[kind] | changes, LAW, AT)
    return [file.pdf for file in files]


def text_of(form: bytes) -> str:
    pages = PdfReader(io.BytesIO(form)).pages
    return " ".join("\n".join(page.extract_text() for page in pages).split())


def employer_request(**changes: Any) -> bytes:
    about = {"name": "John Q. Sample", "ssn_last_four": "0001"}
    said = {"asked": "employer", "language": "en", "about": about}
    (form,) = made("income_request", **said | changes)
    return form


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_is_tagged_names_itself_and_numbers_its_pages(kind: str) -> None:
    for file in forms_pdf.render(kind, EXAMPLES[kind], LAW, AT):
        reader = PdfReader(io.BytesIO(file.pdf))
        root: Any = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] in {"en-US", "es-US"}
        assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
        assert reader.metadata is not None
        assert reader.metadata.title == file.title
        edition = forms_pdf.catalogue().editions[kind]
        for number, page in enumerate(reader.pages, start=1):
            text = page.extract_text()
            assert f"{edition.number} · " in text
            assert edition.edition in text
            assert f"{number} / {len(reader.pages)}" in text


def test_a_subpoena_says_what_about_whom_by_when_and_by_which_law() -> None:
    (form,) = made("subpoena")
    text = text_of(form)
    assert "To First Example Bank: you are ordered to produce the records" in text
    assert "First Example Bank 1 Bank Plaza Records Department Louisville, KY 40202" in text
    assert "By April 6, 2026." in text
    assert "For the time from March 1, 2025 until the day of your answer." in text
    assert "The signature card of each account" in text
    assert "KRS 15.802; 42 USC 666(c)(1)(B)" in text
    assert "Proof of service I served this subpoena on First Example Bank" in text


def test_letterhead_and_statute_are_those_of_the_forms_day() -> None:
    """2023 Ky. Acts ch. 124: KRS 205.712 became KRS 15.802, at the Attorney General."""
    (before,) = made("subpoena", date="2025-06-30", period_from="2025-01-01")
    assert "KRS 205.712" in text_of(before)
    assert "Cabinet for Health and Family Services" in text_of(before)
    (after,) = made("subpoena", date="2025-07-01")
    assert "KRS 205.712" not in text_of(after)
    assert "Office of the Attorney General" in text_of(after)


def test_an_employer_is_asked_for_pay_and_a_parent_for_own_income() -> None:
    employer = text_of(employer_request())
    for words in ("John Q. Sample", "0001", "Pay before taxes", "Offered for this employee"):
        assert words in employer
    (form,) = made("income_request")
    parent = text_of(form)
    assert "Solicitud de información de ingresos" in parent
    assert "a más tardar el 27 de marzo de 2026" in parent
    assert "Sample" not in parent


def test_an_application_is_blank_or_says_what_is_known() -> None:
    (form,) = made("application")
    filled = text_of(form)
    for words in ("Ana Sample February 3, 2019 Lexington, KY", "☒ Name the legal father", "☒ No"):
        assert words in filled, words
    (empty,) = (f.pdf for f in forms_pdf.render("application", {"date": "2026-03-06"}, LAW, AT))
    blank = text_of(empty)
    assert "☒" not in blank
    assert "Sample" not in blank
    assert "$35.00 a year is kept once at least $550.00" in blank


def test_the_notice_of_a_review_names_place_manner_and_figures() -> None:
    """45 CFR 303.8(b)(7)(i): the notice must specify the place and manner of the request."""
    (form,) = made("review_right")
    text = text_of(form)
    assert "Ask in writing." in text
    assert "Send it to: Franklin County Child Support, 100 Example Street, Frankfort" in text
    assert "once 3 years have passed" in text
    assert "at least 15 percent" in text
    assert "I ask for a review" in text


def test_no_sheet_of_a_genetic_test_says_anything_of_another_person() -> None:
    """Family violence: a sheet is made from one person's data alone, whoever is protected."""
    mother, child, father = map(text_of, made("genetic_test"))
    assert "Su prueba genética" in mother
    assert "24 de marzo de 2026, 9:30 a. m." in mother
    assert "For: Ana Sample" in child
    assert "March 25, 2026 at 2:00 p.m." in father
    assert "77 River Street" in father
    for other in ("Oak", "Berea", "Jane", "Ana", "Clinic", "March 24", "24 de marzo"):
        assert other not in father, other
    for other in ("Maple", "Louisville", "John", "River", "March 25", "25 de marzo"):
        assert other not in mother + child, other


def test_files_are_named_by_form_and_by_nobody() -> None:
    names = [f.name for f in forms_pdf.render("genetic_test", EXAMPLES["genetic_test"], LAW, AT)]
    assert names == ["genetic-test-1.pdf", "genetic-test-2.pdf", "genetic-test-3.pdf"]


def test_long_names_and_many_children_keep_their_place() -> None:
    children = [
        {"name": f"{n} {LONG}"[:120], "birth_date": "2015-01-01", "birth_place": LONG}
        for n in range(20)
    ]
    (form,) = made("application", children=children)
    reader = PdfReader(io.BytesIO(form))
    text = text_of(form)
    assert all(f"{n} Maximiliana" in text for n in range(20))
    # The table goes over pages, and each of them says what its columns are.
    pages = [page.extract_text() for page in reader.pages]
    assert sum("Legal father named?" in page for page in pages) > 1

    to = EXAMPLES["subpoena"]["to"] | {"name": LONG[:120]}
    (subpoena,) = made("subpoena", to=to, further=[LONG[:200]] * 20)
    assert len(PdfReader(io.BytesIO(subpoena)).pages) <= 4


@pytest.mark.parametrize("nasty", ['#panic("x") *b* $1 [a] <b> `c`', "{name} {0}", "@ref \\ _x_"])
def test_what_is_said_is_data_and_never_markup_nor_a_place(nasty: str) -> None:
    to = EXAMPLES["subpoena"]["to"] | {"name": nasty}
    (form,) = made("subpoena", to=to, further=[nasty])
    shown = text_of(form).replace("“", '"').replace("”", '"')
    assert f"5. {nasty}" in shown or f"4. {nasty}" in shown
    assert f"To {nasty}:" in shown


def test_the_same_twice_gives_the_same_bytes() -> None:
    assert made("review_right") == made("review_right")


def texts(language: str) -> dict[str, str]:
    def flat(table: dict[str, Any], path: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for key, value in table.items():
            name = f"{path}.{key}" if path else key
            if isinstance(value, dict):
                found |= flat(value, name)
            elif isinstance(value, str):
                found[name] = value
        return found

    raw = (pdf.TEMPLATES / "texts" / f"{language}.toml").read_text()
    return flat(tomllib.loads(raw), "")


def test_spanish_has_the_same_keys_and_places_but_for_the_subpoena() -> None:
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    english = {k: v for k, v in texts("en").items() if not k.startswith("subpoena.")}
    spanish = texts("es")
    assert set(english) == set(spanish)
    for key, text in english.items():
        assert places(spanish[key]) == places(text), key


def test_every_word_of_a_form_is_used() -> None:
    """A key that no form asks for is a sentence that nobody reads."""
    forms = [text_of(form) for kind in KINDS for form in made(kind)]
    records = [*RECORDS]
    (more,) = made("subpoena", records=records, period_to="2026-01-31", period_from=None)
    (period,) = made("subpoena", period_to="2026-01-31")
    (parent,) = made("income_request", language="en")
    shown = " ".join([*forms, text_of(more), text_of(period), text_of(parent)])
    shown += text_of(employer_request()) + text_of(
        forms_pdf.render("genetic_test", english_schedule(), LAW, AT)[0].pdf
    )
    shown = re.sub(r"\W+", "", shown)
    unused = []
    for key, text in texts("en").items():
        pieces = [re.sub(r"\W+", "", said) for said, _, _, _ in Formatter().parse(text)]
        if not all(piece in shown for piece in pieces):
            unused.append(key)
    # An agency of the past, a fee that is not taken, what only a kept application says
    # (test_forms_service), a last review.
    assert set(unused) <= {
        "agencies.division_of_child_support_enforcement.office",
        "agencies.division_of_child_support_enforcement.unit",
        "application.divorced_on",
        "application.fee",
        "application.married_on",
        "application.separated_on",
        "application.signed_online",
        "common.kept",
        "review_right.last_review_on",
    }


def english_schedule() -> dict[str, Any]:
    schedule = EXAMPLES["genetic_test"]
    return schedule | {"people": [schedule["people"][0] | {"language": "en"}]}


@pytest.mark.parametrize(
    ("kind", "changes", "field", "rule"),
    [
        ("subpoena", {"return_by": "2026-03-06"}, "return_by", "after the form's date"),
        ("subpoena", {"return_by": None}, "return_by", "must be said"),
        ("subpoena", {"records": [], "further": []}, "records", "at least one"),
        ("subpoena", {"records": ["diary"]}, "records[0]", "employment_dates"),
        ("subpoena", {"period_to": "2024-01-01"}, "period_to", "on or after period_from"),
        ("subpoena", {"about": {"name": "A", "ssn_last_four": "900010001"}}, "about.ssn_last_four",
         "last four digits"),
        ("subpoena", {"language": "es"}, "language", "one of en"),
        ("subpoena", {"case_number": ""}, "case_number", "must be said"),
        ("subpoena", {"colour": "red"}, "colour", "unknown field"),
        ("subpoena", {"date": "06.03.2026"}, "date", "YYYY-MM-DD"),
        ("subpoena", {"date": "1899-12-31"}, "date", "law is known for"),
        (
            "subpoena",
            {"to": {"name": "B", "address": {"line1": "1", "city": "B", "state": "ky"}}},
            "to.address.state",
            "two capital letters",
        ),
        ("subpoena", {"to": {"name": "Bank"}}, "to.address.line1", "must be said"),
        ("income_request", {"about": {"name": "The other parent"}}, "about", "own income alone"),
        ("income_request", {"asked": "neighbor"}, "asked", "one of parent, employer"),
        ("application", {"role": 7}, "role", "expected a text"),
        ("application", {"children": [{"name": "x" * 121}]}, "children[0].name", "at most 120"),
        ("application", {"children": [{}] * 21}, "children", "at most 20"),
        ("application", {"in_danger": "yes"}, "in_danger", "true or false"),
        ("review_right", {"office": {}}, "office.address", "the place to ask at"),
        ("genetic_test", {"people": []}, "people", "at least one"),
        ("genetic_test", {"people": [{"at": "soon"}]}, "people[0].at", "YYYY-MM-DDTHH:MM"),
        ("genetic_test", {"people": [{"at": "2020-01-01T09:00"}]}, "people[0].at", "on or after"),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_named_with_the_rule(
    kind: str, changes: dict[str, Any], field: str, rule: str
) -> None:
    with pytest.raises(FormError) as caught:
        made(kind, **changes)
    found = {v.field: v.expected for v in caught.value.violations}
    assert rule in found[field]


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(FormError) as caught:
        made("subpoena", return_by="never", to={}, case_number="")
    assert {v.field for v in caught.value.violations} >= {"return_by", "to.name", "case_number"}
