"""CS-130, income information request: to a parent about own income, or to an employer about pay."""

from dataclasses import dataclass
from datetime import date

from case_service.domain.forms import sheets
from case_service.domain.forms.fields import Fields
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
from case_service.domain.forms.words import Words

NAME = "income_request"
ASKED = ("parent", "employer")
_INCOME = (
    "unemployment",
    "social_security",
    "ssi",
    "workers_compensation",
    "pension",
    "veterans",
    "self_employment",
    "rent",
    "maintenance",
    "other",
)
_PROOFS = ("pay_stubs", "tax_return", "benefit_letters", "child_care", "insurance_card")
_PAY_ROWS = 8
_WORK_ROWS = 3
_CHILDREN_ROWS = 3


@dataclass(frozen=True, slots=True)
class IncomeRequest:
    """Who is asked for income, about whom, by when."""

    head: Head
    asked: str
    to: Reader
    about: Subject
    return_by: date


def read(raw: object) -> IncomeRequest:
    """Read a request's data. Raises FormError."""
    fields = Fields(raw, (*HEAD_KEYS, "asked", "to", "about", "return_by"))
    head = read_head(fields)
    asked = fields.choice("asked", ASKED, required=True)
    if asked == "parent" and fields.has("about"):
        fields.wrong("about", "a parent is asked about own income alone; leave it out")
    found = IncomeRequest(
        head=head,
        asked=asked,
        to=read_reader(fields),
        about=read_subject(fields, required=asked == "employer"),
        return_by=answer_after(fields, "return_by", head.on),
    )
    fields.refuse()
    return found


def make(form: IncomeRequest, desk: sheets.Desk) -> tuple[sheets.Sheet, ...]:
    """Return the request: why, by when, and what to fill in."""
    words = desk.words
    asked = f"{NAME}.{form.asked}"
    blocks = [
        sheets.paragraph(words(f"{asked}.why", citation=desk.law.information_citation)),
        sheets.panel(
            words("common.what_to_do"),
            [words(f"{asked}.by", day=words.day(form.return_by)), words("common.send_back")],
        ),
        *(_for_parent(words) if form.asked == "parent" else _for_employer(form, words)),
    ]
    return (sheets.sheet(desk, NAME, form.head, form.to, blocks),)


def _for_parent(words: Words) -> list[sheets.Block]:
    def say(key: str) -> str:
        return words(f"{NAME}.parent.{key}")

    return [
        sheets.heading(say("work_heading")),
        sheets.table([say(c) for c in ("employer", "since", "pay", "per")], [], _WORK_ROWS),
        sheets.entries((say(key), "") for key in ("overtime", "not_working_since")),
        sheets.heading(say("income_heading")),
        sheets.paragraph(say("income_hint")),
        sheets.checks(
            [(False, words(f"{NAME}.income.{code}")) for code in _INCOME], columns=2, amounts=True
        ),
        sheets.heading(say("costs_heading")),
        sheets.entries(
            (say(key), "")
            for key in ("insurance", "insurance_children", "child_care", "maintenance_paid")
        ),
        sheets.heading(say("others_heading")),
        sheets.table(
            [say(c) for c in ("other_child", "born", "lives_with_you", "support_paid")],
            [],
            _CHILDREN_ROWS,
        ),
        sheets.heading(say("days_heading")),
        sheets.entries([(say("days"), "")], columns=1),
        sheets.heading(say("proof_heading")),
        sheets.checks([(False, words(f"{NAME}.proofs.{code}")) for code in _PROOFS]),
        sheets.paragraph(say("true")),
        sheets.signature([words("common.signature"), words("common.phone"), words("common.day")]),
    ]


def _for_employer(form: IncomeRequest, words: Words) -> list[sheets.Block]:
    def say(key: str) -> str:
        return words(f"{NAME}.employer.{key}")

    return [
        sheets.heading(say("about_heading")),
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
        sheets.heading(say("work_heading")),
        sheets.checks([(False, say(key)) for key in ("works_here", "no_longer", "never")]),
        sheets.entries(
            (say(key), "")
            for key in ("job", "since", "until", "rate", "hours", "how_often", "overtime", "bonus")
        ),
        sheets.heading(say("pay_heading")),
        sheets.table(
            [say(key) for key in ("pay_day", "gross", "taxes", "insurance_paid", "net")],
            [],
            _PAY_ROWS,
        ),
        sheets.heading(say("insurance_heading")),
        sheets.checks([(False, say(key)) for key in ("insurance_yes", "insurance_no")]),
        sheets.entries(
            (say(key), "") for key in ("insurer", "cost_self", "cost_children", "cost_per")
        ),
        sheets.signature([say("filled_in_by"), words("common.title"), words("common.day")]),
    ]
