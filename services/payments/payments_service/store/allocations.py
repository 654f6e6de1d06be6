"""Writing where money went: allocations with their steps, and what is owed onward."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_service.domain.lanes import INSTITUTIONS
from payments_service.domain.model import Applied, Checked, Part, Payee
from payments_service.store import tables
from payments_service.store.raw import copy_rows, cursor

CHECKSUM_CHARS = 16
"""Of a rule's SHA-256, in steps and in applied_rule: enough to tell its versions apart."""

ALLOCATION_COLUMNS = (
    "obligor_id", "receipt_id", "sequence", "case_id", "obligation_id", "support", "current",
    "bucket", "amount_cents", "credited_cents", "payee_kind", "payee_id", "steps",
)  # fmt: skip
PAYABLE_COLUMNS = (
    "payee_id", "obligor_id", "receipt_id", "sequence", "payee_kind", "amount_cents",
    "settlement_date", "due_date",
)  # fmt: skip
HOLD_COLUMNS = (
    "payee_id", "obligor_id", "receipt_id", "sequence", "round", "payee_kind", "amount_cents",
    "settlement_date", "due_date", "reason", "held_on",
)  # fmt: skip

EXCESS = "excess"
UNDECIDED = "undecided_payee"

_encode = json.JSONEncoder(separators=(",", ":")).encode


class Placed(NamedTuple):
    """A posted receipt: when its money is there, by when it has to be sent out, its parts."""

    obligor_id: str
    receipt_id: str
    settlement_date: date
    due_date: date
    parts: Sequence[Part]


def payee_key(part: Part) -> str:
    """Return the payee's id in the disbursement tables; institutions have fixed ones."""
    return part.payee_id or INSTITUTIONS[part.payee]


def write(session: Session, placed: Sequence[Placed]) -> None:
    """Write the parts of posted receipts, and queue what is owed onward."""
    cur = cursor(session)
    rules: dict[str, Checked] = {}
    copy_rows(cur, "allocation", ALLOCATION_COLUMNS, _allocations(placed, rules))
    copy_rows(
        cur,
        "payable",
        PAYABLE_COLUMNS,
        (
            (
                payee_key(part), obligor_id, receipt_id, sequence, int(part.payee),
                part.amount_cents, settled, due,
            )
            for obligor_id, receipt_id, settled, due, parts in placed
            for sequence, part in enumerate(parts, 1)
            if part.amount_cents and part.payee != Payee.HELD
        ),
    )  # fmt: skip
    note_rules(session, rules)


def write_holds(session: Session, placed: Sequence[Placed], on: date) -> None:
    """Write the parts that are held from the start."""
    copy_rows(
        cursor(session),
        "hold",
        HOLD_COLUMNS,
        (
            (
                payee_key(part), obligor_id, receipt_id, sequence, 0, int(part.payee),
                part.amount_cents, settled, due,
                UNDECIDED if part.obligation_id else EXCESS, on,
            )
            for obligor_id, receipt_id, settled, due, parts in placed
            for sequence, part in enumerate(parts, 1)
            if part.amount_cents and part.payee == Payee.HELD
        ),
    )  # fmt: skip


def _allocations(placed: Sequence[Placed], rules: dict[str, Checked]) -> Iterable[Sequence[object]]:
    for obligor_id, receipt_id, _, _, parts in placed:
        for sequence, part in enumerate(parts, 1):
            yield (
                obligor_id, receipt_id, sequence, part.case_id or None,
                part.obligation_id or None, part.support, part.current, int(part.bucket),
                part.amount_cents, part.credited_cents, int(part.payee), part.payee_id or None,
                encode_steps(part.steps, rules),
            )  # fmt: skip


def encode_steps(steps: Sequence[Applied], rules: dict[str, Checked]) -> str:
    """Return steps in their compact form, and note the rules that they name."""
    compact = []
    for rule, inputs, outputs in steps:
        checksum = rule.checksum[:CHECKSUM_CHARS]
        rules[checksum] = rule
        compact.append((checksum, inputs, outputs))
    return _encode(compact)


def note_rules(session: Session, rules: Mapping[str, Checked]) -> None:
    """Keep what the checksums in steps stand for."""
    if not rules:
        return
    statement = insert(tables.applied_rule).on_conflict_do_nothing()
    session.execute(
        statement,
        [
            {
                "checksum": checksum,
                "rule_id": rule.id,
                "citation": rule.citation,
                "confidence": rule.confidence.value,
            }
            for checksum, rule in sorted(rules.items())
        ],
    )
