"""The payment record as PDF/UA-1 by typst: data goes in as JSON, never as markup."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal

import typst

from payments_service.domain.model import SUPPORT_NAMES, Bucket, Support
from payments_service.domain.statements import Moved, Movement, Owed, arrears_of
from payments_service.statement_words import row_text
from payments_service.store.statements import LaneHead, ObligationFacts

TEMPLATES = Path(__file__).parent / "forms"
TEMPLATE = TEMPLATES / "payment_record.typ"
STANDARD: Literal["ua-1"] = "ua-1"
_BUCKETS = {
    Bucket.NA: "past due",
    Bucket.PA: "past due, owed to the State",
    Bucket.TA: "past due, owed to the State for now",
    Bucket.CA: "past due, assigned in part",
    Bucket.UD: "past due, from the time of assistance",
    Bucket.UP: "past due, from before assistance",
}


@dataclass(frozen=True, slots=True)
class Record:
    """What a payment record says. Sources of money are not in it, for whomever it is made."""

    case_number: str
    obligor_id: str
    obligor_name: str
    obligee_name: str
    first: date | None
    opening_cents: int
    rows: Sequence[Moved]
    every_entry: bool
    facts: Sequence[ObligationFacts]
    standing: Sequence[Owed]
    head: LaneHead
    citations: Sequence[tuple[str, str, str]]


def render(record: Record, at: datetime) -> tuple[bytes, str]:
    """Return the PDF, and the SHA-256 of what it says. Raises typst.TypstError."""
    content = _content(record)
    content_hash = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    shown = content | {"made_on": at.date().isoformat(), "content_hash": content_hash}
    compiler = typst.Compiler(root=str(TEMPLATES), font_paths=_fonts())
    pdf = compiler.compile(
        input=str(TEMPLATE),
        format="pdf",
        pdf_standards=STANDARD,
        sys_inputs={"content": json.dumps(shown)},
        timestamp=at.replace(microsecond=0),
    )
    if not isinstance(pdf, bytes):
        raise TypeError(f"typst gave {type(pdf).__name__}, expected the bytes of one PDF")
    return pdf, content_hash


@cache
def _fonts() -> typst.Fonts:
    """The fonts that come with typst: a record looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False)


def _content(record: Record) -> dict[str, object]:
    balance = record.opening_cents
    rows = []
    for row in record.rows:
        balance += row.cents
        paid = row.movement == Movement.PAYMENT
        rows.append(
            {
                "effective": row.effective.isoformat(),
                "posted": row.posted.isoformat(),
                "text": row_text(row),
                "charged": "" if paid else _money(row.cents),
                "paid": _money(-row.cents) if paid else "",
                "balance": _money(balance),
            }
        )
    paid_cents = -sum(r.cents for r in record.rows if r.movement == Movement.PAYMENT)
    head = [
        ["Case", record.case_number or "all cases"],
        ["Who pays", record.obligor_name or record.obligor_id],
        *([["Who is paid", record.obligee_name]] if record.obligee_name else []),
        ["From", record.first.isoformat() if record.first else "the beginning"],
    ]
    return {
        "head": head,
        "opening": _money(record.opening_cents) if record.first else "",
        "rows": rows,
        "charged": _money(balance - record.opening_cents + paid_cents),
        "paid": _money(paid_cents),
        "state": "Owed" if balance >= 0 else "Paid ahead",
        "balance": _money(abs(balance)),
        "debts": _debts(record),
        "every_entry": record.every_entry,
        "lane": record.head.lane,
        "batch": record.head.batch,
        "hash": record.head.hash,
        "citations": [list(row) for row in record.citations],
    }


def _debts(record: Record) -> list[list[str]]:
    found = []
    for fact, row in zip(record.facts, record.standing, strict=True):
        kind = SUPPORT_NAMES[Support(fact.support)] if fact.support in set(Support) else "other"
        name = f"{kind.replace('_', ' ').capitalize()} support"
        if kind == "child_care":
            name = "Child care"
        case = fact.case_number
        if current := row.buckets.get(0, 0):
            found.append([case, name, "this month's", _money(current)])
        found += [
            [case, name, _BUCKETS.get(Bucket(bucket), "past due"), _money(cents)]
            for bucket, cents in arrears_of(row.buckets).items()
        ]
        if row.ahead_cents:
            found.append([case, name, "paid ahead", _money(-row.ahead_cents)])
    return found


def _money(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02}"
