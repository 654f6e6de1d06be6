"""A letter as the plain values that its template lays out."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from notification_service.domain.notices import Facts
from notification_service.domain.wording import Catalogue, ask, day, heading, money, say


@dataclass(frozen=True, slots=True)
class Agency:
    """Who writes: its letterhead, the words for its place in it, and where it is called."""

    name: str
    office: str
    unit: str
    phone: str


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who reads: name and lines of the address as they stand in the window."""

    name: str
    address_lines: tuple[str, ...]


def compose(
    kind: str,
    facts: Facts,
    addressee: Addressee,
    agency: Agency,
    words: tuple[Catalogue, Catalogue],
    on: date,
) -> dict[str, Any]:
    """Return a letter's content. `words`: its language, and the one it can be asked for in."""
    catalogue, other = words
    labels, phone = catalogue.labels, agency.phone
    return {
        "language": catalogue.language,
        "title": heading(catalogue, kind),
        "agency": [agency.name, agency.office, agency.unit],
        "date": day(catalogue, on),
        "address": [addressee.name, *addressee.address_lines],
        "reference": say(catalogue, facts.reference, phone) if facts.reference else "",
        "greeting": labels["greeting"].format(name=addressee.name),
        "paragraphs": [say(catalogue, s, phone) for s in facts.sentences],
        "text": facts.text.splitlines(),
        "table": _table(catalogue, facts),
        "action_heading": labels["action_heading"],
        "action": ask(catalogue, facts, phone),
        "contact_heading": labels["contact_heading"],
        "contact": labels["contact"].format(phone=phone),
        "page": labels["page"],
        "other_language": other.language,
        "other": other.labels["offer"].format(phone=phone),
    }


def _table(catalogue: Catalogue, facts: Facts) -> dict[str, Any] | None:
    if not facts.rows:
        return None
    labels = catalogue.labels
    return {
        "columns": [labels[f"column_{c}"] for c in ("line", "trace", "amount", "reason")],
        "rows": [
            [
                str(row.line_number),
                row.trace_number,
                money(row.amount_cents),
                catalogue.reasons.get(row.reason, catalogue.reasons["OTHER"]),
            ]
            for row in facts.rows
        ],
    }
