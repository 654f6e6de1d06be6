"""A sheet: the plain values that the template lays out, block after block, and never as markup."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from case_service.domain.forms.parts import Head, Reader, address_lines
from case_service.domain.forms.words import Words

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Law:
    """What forms say of the law and the agency, as of a form's day."""

    agency: str
    """Code of the agency (policy: agency.name)."""
    subpoena_citation: str
    information_citation: str
    review_cycle_years: int
    change_percent: int
    application_fee_cents: int
    annual_fee_cents: int
    annual_fee_threshold_cents: int


@dataclass(frozen=True, slots=True)
class Edition:
    """The number that a form is known by, and the edition of its layout and words."""

    number: str
    edition: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document for one reader."""

    file_name: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """What every form is made with: its words, the law of its day, its edition."""

    words: Words
    law: Law
    edition: Edition


def sheet(
    desk: Desk, name: str, head: Head, reader: Reader | None, blocks: Iterable[Block]
) -> Sheet:
    """Return a sheet: `name` is the form's section of the words, and the stem of its file."""
    words = desk.words
    agency = f"agencies.{desk.law.agency}"
    return Sheet(
        file_name=f"{name.replace('_', '-')}.pdf",
        content={
            "language": words.language,
            "title": words(f"{name}.title"),
            "subtitle": words(f"{name}.subtitle"),
            "agency": [words(f"{agency}.{part}") for part in ("name", "office", "unit")],
            "office": [
                line
                for line in (
                    head.office.name,
                    *address_lines(head.office.address),
                    head.office.phone or words(f"{agency}.phone"),
                )
                if line
            ],
            "address": [reader.name, *address_lines(reader.address)] if reader else [],
            "date": words.day(head.on),
            "reference": words("common.case", case=head.case_number) if head.case_number else "",
            "footer": words(
                "common.footer", number=desk.edition.number, edition=desk.edition.edition
            ),
            "page": words("common.page"),
            "blocks": list(blocks),
        },
    )


def heading(text: str) -> Block:
    return {"kind": "heading", "text": text}


def paragraph(text: str) -> Block:
    return {"kind": "paragraph", "text": text}


def panel(title: str, lines: Sequence[str]) -> Block:
    """A box for what matters most: what to do, by when, whom to call."""
    return {"kind": "panel", "title": title, "lines": list(lines)}


def entries(pairs: Iterable[tuple[str, str]], columns: int = 2) -> Block:
    """Labels with what was said, or a line to write on where it is empty."""
    return {"kind": "entries", "pairs": [list(pair) for pair in pairs], "columns": columns}


def checks(
    choices: Iterable[tuple[bool, str]], columns: int = 1, *, amounts: bool = False
) -> Block:
    """Boxes to tick, some of them ticked; with `amounts`, room for dollars beside each."""
    return {
        "kind": "checks",
        "choices": [list(choice) for choice in choices],
        "columns": columns,
        "amounts": amounts,
    }


def listed(items: Sequence[str]) -> Block:
    """A numbered list."""
    return {"kind": "listed", "items": list(items)}


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    least: int = 0,
    weights: Sequence[int] = (),
) -> Block:
    """A table, with empty rows to write in up to `least`; `weights`: how wide columns are."""
    blank = [""] * len(columns)
    filled = [list(row) for row in rows]
    filled.extend(blank for _ in range(least - len(filled)))
    return {
        "kind": "table",
        "columns": list(columns),
        "rows": filled,
        "weights": list(weights) or [1] * len(columns),
    }


def writing_lines(label: str, count: int) -> Block:
    """Room for a longer answer by hand."""
    return {"kind": "lines", "label": label, "count": count}


def signature(labels: Sequence[str]) -> Block:
    """Lines to sign on, side by side."""
    return {"kind": "signature", "labels": list(labels)}


def together(blocks: Iterable[Block]) -> Block:
    """Blocks that stand on one page: what is signed, and where."""
    return {"kind": "together", "blocks": list(blocks)}


def new_page() -> Block:
    return {"kind": "page"}
