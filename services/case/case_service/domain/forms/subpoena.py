"""CS-84, administrative subpoena: who keeps records of a person brings them, by a day.

42 USC 666(c)(1)(B): the agency may subpoena what it needs to establish, modify or enforce an order,
without asking a court.
"""

from dataclasses import dataclass
from datetime import date

from case_service.domain.forms import sheets
from case_service.domain.forms.fields import NAME_CHARACTERS_MAX, TEXT_CHARACTERS_MAX, Fields
from case_service.domain.forms.parts import (
    HEAD_KEYS,
    Head,
    Reader,
    Subject,
    answer_after,
    read_head,
    read_reader,
    read_subject,
)

NAME = "subpoena"
RECORDS = (
    "employment_dates",
    "pay",
    "benefits",
    "health_insurance",
    "addresses",
    "accounts",
    "statements",
    "property",
    "customer_address",
)
_FURTHER_MAX = 20
_KEYS = (
    *HEAD_KEYS,
    "to",
    "about",
    "records",
    "further",
    "period_from",
    "period_to",
    "return_by",
    "remarks",
    "issued_by",
    "issued_by_title",
)


@dataclass(frozen=True, slots=True)
class Subpoena:
    """What is to be produced, about whom, by when."""

    head: Head
    to: Reader
    about: Subject
    records: tuple[str, ...]
    further: tuple[str, ...]
    period_from: date | None
    period_to: date | None
    return_by: date
    remarks: str
    issued_by: str
    issued_by_title: str


def read(raw: object) -> Subpoena:
    """Read a subpoena's data. Raises FormError. It goes to organizations, in English alone."""
    fields = Fields(raw, _KEYS)
    head = read_head(fields, languages=("en",))
    found = Subpoena(
        head=head,
        to=read_reader(fields),
        about=read_subject(fields, required=True),
        records=fields.codes("records", RECORDS),
        further=fields.texts("further", _FURTHER_MAX),
        period_from=fields.day("period_from"),
        period_to=fields.day("period_to"),
        return_by=answer_after(fields, "return_by", head.on),
        remarks=fields.text("remarks", TEXT_CHARACTERS_MAX),
        issued_by=fields.text("issued_by", NAME_CHARACTERS_MAX),
        issued_by_title=fields.text("issued_by_title", NAME_CHARACTERS_MAX),
    )
    if not found.records and not found.further:
        fields.wrong("records", "at least one of records and further must say what to produce")
    if found.period_from and found.period_to and found.period_to < found.period_from:
        fields.wrong("period_to", "expected a day on or after period_from")
    if not head.case_number:
        fields.wrong("case_number", "must be said: the answer is filed under it")
    fields.refuse()
    return found


def make(form: Subpoena, desk: sheets.Desk) -> tuple[sheets.Sheet, ...]:
    """Return the subpoena: a sheet for the one who is asked, with the page that proves service."""
    words = desk.words
    wanted = [words(f"subpoena.records.{code}") for code in form.records]
    blocks = [
        sheets.paragraph(words("subpoena.command", name=form.to.name)),
        sheets.panel(
            words("subpoena.by_heading"),
            [words("subpoena.by", day=words.day(form.return_by)), words("subpoena.how")],
        ),
        sheets.heading(words("subpoena.about_heading")),
        sheets.entries(
            (words(f"common.{label}"), value)
            for label, value in (
                ("name", form.about.name),
                ("birth_date", words.day(form.about.birth_date)),
                ("ssn_last_four", form.about.ssn_last_four),
                ("your_reference", form.about.reference),
            )
            if value
        ),
        sheets.heading(words("subpoena.records_heading")),
        sheets.listed([*wanted, *form.further]),
        *_period(form, desk),
        *([sheets.paragraph(form.remarks)] if form.remarks else []),
        sheets.heading(words("subpoena.law_heading")),
        sheets.paragraph(words("subpoena.law", citation=desk.law.subpoena_citation)),
        sheets.paragraph(words("subpoena.duty")),
        sheets.paragraph(words("subpoena.object")),
        sheets.signature([words("subpoena.signed"), words("common.day")]),
        sheets.entries(
            [
                (words("subpoena.issued_by"), form.issued_by),
                (words("common.title"), form.issued_by_title),
            ]
        ),
        sheets.new_page(),
        sheets.heading(words("subpoena.answer_heading")),
        sheets.checks([(False, words(f"subpoena.answers.{a}")) for a in ("all", "part", "none")]),
        sheets.writing_lines(words("subpoena.answer_why"), 3),
        sheets.signature([words("subpoena.custodian"), words("common.title"), words("common.day")]),
        sheets.heading(words("subpoena.service_heading")),
        sheets.paragraph(words("subpoena.service", name=form.to.name)),
        sheets.checks(
            [(False, words(f"subpoena.served.{s}")) for s in ("in_person", "agent", "certified")]
        ),
        sheets.entries(
            (words(f"subpoena.{label}"), "")
            for label in ("served_on", "served_at", "served_to", "served_number")
        ),
        sheets.signature([words("subpoena.server"), words("common.title"), words("common.day")]),
    ]
    return (sheets.sheet(desk, NAME, form.head, form.to, blocks),)


def _period(form: Subpoena, desk: sheets.Desk) -> list[sheets.Block]:
    words = desk.words
    first, last = words.day(form.period_from), words.day(form.period_to)
    if first and last:
        return [sheets.paragraph(words("subpoena.period", first=first, last=last))]
    if first:
        return [sheets.paragraph(words("subpoena.period_from", first=first))]
    return [sheets.paragraph(words("subpoena.period_to", last=last))] if last else []
