"""Writing where money went: allocations with their steps, and what is owed onward."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import event
from sqlalchemy.orm import Session

from chassis.copying import copy_rows, copy_text
from payments_service.domain.lanes import INSTITUTIONS
from payments_service.domain.model import Applied, Checked, Part, Payee
from payments_service.store.raw import NULL, cursor

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

MARK = "|"
"""Between the steps of two parts, while they are encoded together."""

Steps = Sequence[Applied]

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
    rules: dict[str, Checked] = {}
    allocations, payables = _rows(placed, rules)
    copy_text(session, "allocation", ALLOCATION_COLUMNS, allocations)
    copy_text(session, "payable", PAYABLE_COLUMNS, payables)
    note_rules(session, rules)


def write_holds(session: Session, placed: Sequence[Placed], on: date) -> None:
    """Write the parts that are held from the start."""
    copy_rows(
        session,
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


def _rows(placed: Sequence[Placed], rules: dict[str, Checked]) -> tuple[str, str]:
    """Return the rows of both tables in COPY's text form."""
    steps = iter(_encode_all([part.steps for item in placed for part in item.parts], rules))
    allocations: list[str] = []
    payables: list[str] = []
    for obligor_id, receipt_id, settled, due, parts in placed:
        receipt = f"{obligor_id}\t{receipt_id}"
        for sequence, part in enumerate(parts, 1):
            payee, payee_id, cents = part.payee, part.payee_id, part.amount_cents
            allocations.append(
                f"{receipt}\t{sequence}\t{part.case_id or NULL}\t{part.obligation_id or NULL}\t"
                f"{part.support:d}\t{part.current:d}\t{part.bucket:d}\t{cents}\t"
                f"{part.credited_cents}\t{payee:d}\t{payee_id or NULL}\t{next(steps)}\n"
            )
            if cents and payee != Payee.HELD:
                payables.append(
                    f"{payee_id or INSTITUTIONS[payee]}\t{receipt}\t{sequence}\t{payee:d}\t"
                    f"{cents}\t{settled}\t{due}\n"
                )
    return "".join(allocations), "".join(payables)


def _encode_all(of_parts: Sequence[Steps], rules: dict[str, Checked]) -> list[str]:
    """Return the steps of each part in their compact form, escaped for COPY.

    All at once, for the encoder takes longer to begin than to encode a few steps. The mark between
    them cannot come out of steps: a quote within a string is escaped, and no list of theirs has a
    string in second place.
    """
    if not of_parts:
        return []
    items: list[object] = []
    for steps in of_parts:
        items += (_compact(steps, rules), MARK)
    found = _encode(items).replace("\\", r"\\")
    return found[1 : -len(f',"{MARK}"]')].split(f',"{MARK}",')


def encode_steps(steps: Steps, rules: dict[str, Checked]) -> str:
    """Return steps in their compact form, and note the rules that they name."""
    return _encode(_compact(steps, rules))


def _compact(steps: Steps, rules: dict[str, Checked]) -> list[object]:
    compact: list[object] = []
    for rule, inputs, outputs in steps:
        checksum = rule.checksum[:CHECKSUM_CHARS]
        rules[checksum] = rule
        compact.append((checksum, inputs, outputs))
    return compact


_NOTE_RULES = """
INSERT INTO applied_rule (checksum, rule_id, citation, confidence)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS d (checksum)
 WHERE NOT EXISTS (SELECT FROM applied_rule r WHERE r.checksum = d.checksum)
ON CONFLICT DO NOTHING
"""
_NOTED = "payments_service.rules"


def note_rules(session: Session, rules: Mapping[str, Checked]) -> None:
    """Keep what the checksums in steps stand for; written as the last thing of the transaction.

    Who notes a rule first makes the others that note it wait for the commit: that is at hand then,
    and who waits is waited for by nobody.
    """
    session.info.setdefault(_NOTED, {}).update(rules)


@event.listens_for(Session, "before_commit")
def _write_rules(session: Session) -> None:
    if not session.in_nested_transaction():
        _insert_rules(session, session.info.pop(_NOTED, {}))


def _insert_rules(session: Session, rules: Mapping[str, Checked]) -> None:
    if not rules:
        return
    ordered = sorted(rules.items())
    columns = (
        [checksum for checksum, _ in ordered],
        [rule.id for _, rule in ordered],
        [rule.citation for _, rule in ordered],
        [rule.confidence.value for _, rule in ordered],
    )
    cursor(session).execute(_NOTE_RULES, columns)
