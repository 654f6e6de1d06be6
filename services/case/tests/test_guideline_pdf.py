"""The worksheet as PDF, read back: every field of the form, and that a screen reader can."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from guideline_inputs import computed, family, parent
from pypdf import PdfReader

from case_service.domain.guidelines.form import make_form
from case_service.guideline_pdf import render

AT = datetime(2026, 3, 6, 14, 0, tzinfo=UTC)


def pdf_of(given: dict[str, Any]) -> bytes:
    return render(make_form(computed(given)).content(), AT)


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join("\n".join(page.extract_text() for page in pages).split())


@pytest.fixture(scope="module")
def shared() -> bytes:
    b = parent("1100", "120", child_care_paid="50.00", health_insurance_paid="21.00")
    return pdf_of(family(parent("3000", "245"), b, 2, shared=True))


def test_every_line_box_and_column_is_there(shared: bytes) -> None:
    form = make_form(
        computed(
            family(
                parent("3000", "245"),
                parent("1100", "120", child_care_paid="50.00", health_insurance_paid="21.00"),
                2,
                shared=True,
            )
        )
    )
    text = text_of(shared)
    (sheet,) = form.sheets
    assert [line.number for line in sheet.lines] == [str(number) for number in range(1, 18)]
    for line in sheet.lines:
        row = " ".join(cell for cell in (line.number, line.title, line.a, line.b, line.c) if cell)
        assert row in text, row
        assert line.citation.split(";")[0] in text
    for box, _, amount in sheet.boxes:
        assert f"Box {box} {amount}" in text
    assert form.result in text
    assert "(unverified)" in text


def test_a_screen_reader_can_read_it(shared: bytes) -> None:
    reader = PdfReader(io.BytesIO(shared))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-US"
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == "Worksheet for monthly child support obligation"


def test_the_same_twice_gives_the_same_bytes(shared: bytes) -> None:
    b = parent("1100", "120", child_care_paid="50.00", health_insurance_paid="21.00")
    assert pdf_of(family(parent("3000", "245"), b, 2, shared=True)) == shared


def test_split_custody_and_a_deviation_are_told_in_full() -> None:
    finding = "The elder child's #school costs *more* than $300."
    given = family(
        parent("1000"),
        parent("5000"),
        3,
        split_custody={"children_with_b": 1, "a": {}, "b": {}},
        deviation={
            "grounds": ["b"],
            "finding": finding,
            "finding_form": "written",
            "monthly_amount": "700",
            "payer": "b",
        },
    )
    text = text_of(pdf_of(given))
    assert "CS-71, 2 children, mainly with Parent A" in text
    assert "CS-71, 1 child, mainly with Parent B" in text
    assert "Parent B pays Parent A $700.00 a month. By the guidelines alone: Parent B" in text
    assert finding in text.replace("’", "'")
