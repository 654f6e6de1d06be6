"""Notice of the right to request a review (45 CFR 303.8(b)(7)(i)): place and manner of asking."""

from dataclasses import dataclass
from datetime import date

from case_service.domain.forms import sheets
from case_service.domain.forms.fields import Fields
from case_service.domain.forms.parts import (
    HEAD_KEYS,
    Head,
    Reader,
    address_lines,
    read_head,
    read_reader,
)

NAME = "review_right"
_REASONS = ("income", "child_care", "insurance", "children", "incarceration", "other")


@dataclass(frozen=True, slots=True)
class ReviewRight:
    """Which order a parent may have reviewed."""

    head: Head
    to: Reader
    court_number: str
    entered_on: date | None
    last_review_on: date | None


def read(raw: object) -> ReviewRight:
    """Read the notice's data. Raises FormError."""
    keys = (*HEAD_KEYS, "to", "court_number", "entered_on", "last_review_on")
    fields = Fields(raw, keys)
    found = ReviewRight(
        head=read_head(fields),
        to=read_reader(fields),
        court_number=fields.text("court_number"),
        entered_on=fields.day("entered_on"),
        last_review_on=fields.day("last_review_on"),
    )
    if not found.head.case_number:
        fields.wrong("case_number", "must be said")
    if not address_lines(found.head.office.address):
        fields.wrong("office.address", "must be said: the notice names the place to ask at")
    fields.refuse()
    return found


def make(form: ReviewRight, desk: sheets.Desk) -> tuple[sheets.Sheet, ...]:
    """Return the notice, and a page to ask on."""
    words, law = desk.words, desk.law

    def say(key: str, **values: str | int) -> str:
        return words(f"{NAME}.{key}", **values)

    office = ", ".join((form.head.office.name, *address_lines(form.head.office.address)))
    blocks = [
        sheets.paragraph(say("right", case=form.head.case_number)),
        sheets.entries(
            (label, value)
            for label, value in (
                (say("court_number"), form.court_number),
                (say("entered_on"), words.day(form.entered_on)),
                (say("last_review_on"), words.day(form.last_review_on)),
            )
            if value
        ),
        sheets.heading(say("when_heading")),
        sheets.paragraph(say("when", years=law.review_cycle_years)),
        sheets.paragraph(say("change", percent=law.change_percent)),
        sheets.paragraph(say("either_way")),
        sheets.panel(say("how_heading"), [say("how"), say("where", office=office)]),
        sheets.paragraph(say("law")),
        sheets.new_page(),
        sheets.heading(say("ask_heading")),
        sheets.entries(
            [
                (words("common.name"), form.to.name),
                (words("common.case_number"), form.head.case_number),
                (words("common.phone"), ""),
                (words("common.email"), ""),
            ]
        ),
        sheets.paragraph(say("ask")),
        sheets.paragraph(say("reason_heading")),
        sheets.checks([(False, say(f"reasons.{code}")) for code in _REASONS]),
        sheets.writing_lines(say("explain"), 4),
        sheets.paragraph(say("proof")),
        sheets.signature([words("common.signature"), words("common.day")]),
    ]
    return (sheets.sheet(desk, NAME, form.head, form.to, blocks),)
