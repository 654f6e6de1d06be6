"""What stands of obligors from a month on, and writing what differs. See domain/redoing.py."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from chassis.copying import copy_rows
from payments_service.domain.bookkeeping import REPLAYED, Account, Book, Entry, EntryKind, Line
from payments_service.domain.lanes import INSTITUTIONS
from payments_service.domain.model import Bucket, Checked, Part, Payee, Receipt, Source
from payments_service.domain.redoing import Change, History, StoodPart, StoodReceipt
from payments_service.store import books
from payments_service.store.allocations import (
    ALLOCATION_COLUMNS,
    HOLD_COLUMNS,
    PAYABLE_COLUMNS,
    encode_steps,
    note_rules,
    payee_key,
)
from payments_service.store.raw import Row, array, cursor
from payments_service.store.receipts import REVERSED

WRONG_CASE = "wrong_case"
_SPAN = "unnest(%(obligors)s::uuid[], %(months)s::date[]) AS k (obligor_id, month)"

_BEFORE = f"""
SELECT l.obligor_id::text, l.obligation_id::text, l.account, l.bucket, sum(l.amount_cents)::bigint
  FROM {_SPAN} JOIN line l USING (obligor_id)
 WHERE l.obligation_id IS NOT NULL AND l.collection_date < k.month
 GROUP BY 1, 2, 3, 4 HAVING sum(l.amount_cents) <> 0
"""  # noqa: S608 - no value in it
_LINES = f"""
SELECT l.obligor_id::text, l.entry_id::text, e.kind, e.source_id::text, l.collection_date,
       l.settlement_date, l.book, l.account, l.obligation_id::text, l.bucket, l.month,
       l.participant_id::text, l.amount_cents
  FROM {_SPAN} JOIN line l USING (obligor_id) JOIN entry e USING (obligor_id, entry_id)
 WHERE l.collection_date >= k.month AND e.kind = ANY(%(kinds)s::smallint[])
   AND NOT EXISTS (SELECT FROM entry r WHERE r.obligor_id = e.obligor_id
                      AND r.kind = %(reversal)s AND r.source_id = e.entry_id)
 ORDER BY l.obligor_id, l.entry_id, l.line_no
"""  # noqa: S608 - no value in it
_RECEIPT = """
       r.receipt_id::text, r.amount_cents, r.credited_cents, r.collection_date, r.settlement_date,
       r.due_date, r.source, r.revision, r.state, coalesce(r.obligor_id::text, ''),
       coalesce(s.employer_name, ''), coalesce(r.submission_id::text, ''),
       coalesce((SELECT c.cause FROM correction c WHERE c.receipt_id = r.receipt_id AND c.state = 2
                  ORDER BY c.decided_at DESC LIMIT 1), '')
"""
_PARTS = f"""
SELECT k.obligor_id::text, {_RECEIPT}, a.sequence, a.case_id::text, a.obligation_id::text,
       a.support, a.current, a.bucket, a.amount_cents, a.credited_cents, a.payee_kind,
       a.payee_id::text, a.paid_as
  FROM {_SPAN} JOIN part_in_force a USING (obligor_id) JOIN receipt r USING (receipt_id)
  LEFT JOIN submission s ON s.submission_id = r.submission_id
 WHERE r.collection_date >= k.month
 ORDER BY r.receipt_id, a.sequence
"""  # noqa: S608 - no value in it
_LATE = f"""
SELECT k.obligor_id::text, {_RECEIPT}
  FROM {_SPAN} JOIN late_receipt t USING (obligor_id) JOIN receipt r USING (receipt_id)
  LEFT JOIN submission s ON s.submission_id = r.submission_id
 WHERE r.obligor_id = k.obligor_id AND r.state <> {REVERSED}
"""  # noqa: S608 - no value in it
_HERE = """
SELECT t.obligor_id::text, t.receipt_id::text, t.sequence, t.payee_id::text FROM payable t
  JOIN unnest(%(payees)s::uuid[], %(obligors)s::uuid[], %(receipts)s::uuid[],
              %(sequences)s::smallint[]) AS k (payee_id, obligor_id, receipt_id, sequence)
       USING (payee_id, obligor_id, receipt_id, sequence)
 ORDER BY t.payee_id, t.obligor_id, t.receipt_id, t.sequence FOR UPDATE OF t
"""
_HELD = """
SELECT t.obligor_id::text, t.receipt_id::text, t.sequence, t.payee_id::text, t.round,
       t.payee_kind, t.amount_cents
  FROM hold t
  JOIN unnest(%(payees)s::uuid[], %(obligors)s::uuid[], %(receipts)s::uuid[],
              %(sequences)s::smallint[]) AS k (payee_id, obligor_id, receipt_id, sequence)
       USING (payee_id, obligor_id, receipt_id, sequence)
 WHERE t.released_on IS NULL
 ORDER BY t.payee_id, t.obligor_id, t.receipt_id, t.sequence FOR UPDATE OF t
"""
_REDIRECTED = """
SELECT DISTINCT payee_id::text, to_payee_id::text FROM redirect WHERE payee_id = ANY(%s::uuid[])
"""
_LAST = """
SELECT obligor_id::text, receipt_id::text, last
  FROM unnest(%s::uuid[], %s::uuid[]) AS k (obligor_id, receipt_id)
 CROSS JOIN LATERAL (SELECT max(sequence) AS last FROM allocation a
                      WHERE a.obligor_id = k.obligor_id AND a.receipt_id = k.receipt_id
                     OFFSET 0) found
 WHERE last IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a receipt only the tables know."""

    due_date: date
    remitter_name: str
    submission_id: str


class Held(NamedTuple):
    """An open hold on a part."""

    payee_id: str
    round: int
    payee_kind: int
    amount_cents: int


Place = tuple[str, str, int]
"""Obligor, receipt, sequence."""


@dataclass(slots=True)
class Loaded:
    """The histories of obligors, with what is needed to write what differs."""

    histories: dict[str, History]
    saved: books.Saved
    facts: dict[str, Facts] = field(default_factory=dict)
    holds: dict[Place, Held] = field(default_factory=dict)
    held_for: dict[Place, str] = field(default_factory=dict)
    """For whom a part is here: its payee, or the caretaker that it was redirected to."""
    last_sequence: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(slots=True)
class _Read:
    due: dict[tuple[str, Bucket], int] = field(default_factory=dict)
    ahead: dict[str, int] = field(default_factory=dict)
    charged: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)
    receipts: list[StoodReceipt] = field(default_factory=list)


def load(session: Session, months: Mapping[str, date], jurisdiction: str) -> Loaded:
    """Return what stands of obligors, each from its month on; their lane is locked.

    Locks what is not paid out of their receipts, so that it stays where it is meanwhile.
    """
    loaded, saved = books.load(
        session, months, min(months.values()), jurisdiction=jurisdiction, whole=True
    )
    found = {obligor_id: _Read() for obligor_id in loaded}
    spans = {"obligors": array(found), "months": array(months[id_] for id_ in found)}
    _read_before(session, spans, found)
    posted = _read_entries(session, spans, found)
    result = Loaded({}, saved)
    _read_receipts(session, spans, found, posted, result)
    for id_, read in found.items():
        result.histories[id_] = History(
            months[id_],
            loaded[id_],
            read.due,
            read.ahead,
            frozenset(read.charged),
            frozenset(read.opened),
            tuple(read.entries),
            tuple(read.receipts),
        )
    return result


def _read_before(session: Session, spans: dict[str, str], found: dict[str, _Read]) -> None:
    for obligor_id, obligation_id, account, bucket, cents in cursor(session).execute(
        _BEFORE, spans
    ):
        read = found[obligor_id]
        if account == Account.DUE:
            read.due[obligation_id, Bucket(bucket)] = cents
        elif account == Account.PAID_AHEAD:
            read.ahead[obligation_id] = -cents
        elif account == Account.CHARGED:
            read.charged.add(obligation_id)
        if account in {Account.CHARGED, Account.OPENING}:
            read.opened.add(obligation_id)


def _read_entries(
    session: Session, spans: dict[str, str], found: dict[str, _Read]
) -> dict[tuple[str, str], Entry]:
    """Keep the charges that stand; return the postings by obligor and receipt."""
    entries: dict[tuple[str, str], Entry] = {}
    lines: dict[tuple[str, str], list[Line]] = {}
    kinds = array(int(kind) for kind in (*REPLAYED, EntryKind.RECEIPT))
    wanted = {**spans, "kinds": kinds, "reversal": int(EntryKind.REVERSAL)}
    for row in cursor(session).execute(_LINES, wanted):
        obligor_id, entry_id, kind, source_id, collected, settled, book, account, *rest = row
        key = (obligor_id, entry_id)
        if key not in entries:
            lines[key] = []
            entries[key] = Entry(
                obligor_id, entry_id, EntryKind(kind), source_id, collected, settled, lines[key]
            )
        lines[key].append(Line(Book(book), Account(account), *rest))
    posted: dict[tuple[str, str], Entry] = {}
    for entry in entries.values():
        if entry.kind == EntryKind.RECEIPT:
            posted[entry.obligor_id, entry.source_id] = entry
        else:
            found[entry.obligor_id].entries.append(entry)
    return posted


def _read_receipts(
    session: Session,
    spans: dict[str, str],
    found: dict[str, _Read],
    posted: dict[tuple[str, str], Entry],
    result: Loaded,
) -> None:
    cur = cursor(session)
    parts: dict[tuple[str, str], list[Row]] = {}
    rows: dict[tuple[str, str], Row] = {}
    for row in cur.execute(_PARTS, spans).fetchall():
        rows[row[0], row[1]] = row[1:14]
        parts.setdefault((row[0], row[1]), []).append(row[14:])
    for row in cur.execute(_LATE, spans).fetchall():
        rows.setdefault((row[0], row[1]), row[1:14])
    here = _read_here(session, parts, result)
    for (obligor_id, receipt_id), row in rows.items():
        some = parts.get((obligor_id, receipt_id), [])
        stood = tuple(_stood_part(obligor_id, receipt_id, one, here) for one in some)
        entry = posted.get((obligor_id, receipt_id))
        if some and entry is None:
            raise RuntimeError(f"receipt {receipt_id} has parts and no entry that stands")
        result.facts[receipt_id] = Facts(row[5], row[10], row[11])
        found[obligor_id].receipts.append(_stood_receipt(obligor_id, row, stood, entry))
    wanted = [array(obligor_id for obligor_id, _ in rows), array(id_ for _, id_ in rows)]
    for obligor_id, receipt_id, last in cur.execute(_LAST, wanted):
        result.last_sequence[obligor_id, receipt_id] = last


def _read_here(
    session: Session, parts: Mapping[tuple[str, str], Sequence[Row]], result: Loaded
) -> set[Place]:
    """Return the parts that are still here: owed onward or held. Locks them."""
    cur = cursor(session)
    keys = [
        (one[9] or INSTITUTIONS.get(Payee(one[8])), obligor_id, receipt_id, one[0])
        for (obligor_id, receipt_id), some in parts.items()
        for one in some
    ]
    if not keys:
        return set()
    payees = array({key[0] for key in keys if key[0]})
    for payee_id, to_payee_id in cur.execute(_REDIRECTED, [payees]).fetchall():
        keys += [(to_payee_id, *key[1:]) for key in keys if key[0] == payee_id]
    names = ("payees", "obligors", "receipts", "sequences")
    wanted = dict(zip(names, (array(c) for c in zip(*keys, strict=True)), strict=True))
    # What moved from one to the other while we waited for its lock is seen the third time.
    owed = cur.execute(_HERE, wanted).fetchall()
    for *place, payee_id, round_, kind, cents in cur.execute(_HELD, wanted).fetchall():
        here = (place[0], place[1], place[2])
        result.holds[here] = Held(payee_id, round_, kind, cents)
        result.held_for[here] = payee_id
    for obligor_id, receipt_id, sequence, payee_id in [
        *owed,
        *cur.execute(_HERE, wanted).fetchall(),
    ]:
        result.held_for[obligor_id, receipt_id, sequence] = payee_id
    return set(result.held_for)


def _stood_part(obligor_id: str, receipt_id: str, row: Row, here: set[Place]) -> StoodPart:
    sequence, case_id, obligation_id, support, current, bucket, amount, credited, kind, *rest = row
    payee_id, paid_as = rest
    part = Part(
        case_id or "", obligation_id or "", support, current, Bucket(bucket), None, amount,
        credited, Payee(kind), payee_id or "", (),
    )  # fmt: skip
    gone = paid_as is not None or (obligor_id, receipt_id, sequence) not in here
    return StoodPart(sequence, part, gone and amount > 0, paid_as or sequence)


def _stood_receipt(
    obligor_id: str, row: Row, parts: tuple[StoodPart, ...], entry: Entry | None
) -> StoodReceipt:
    receipt_id, amount, credited, collected, settled, _, source, revision, state, owner, *rest = row
    cause = rest[-1]
    taken_back = ""
    if state == REVERSED or owner != obligor_id:
        taken_back = cause or WRONG_CASE
    receipt = Receipt(receipt_id, obligor_id, amount, credited, collected, settled, Source(source))
    return StoodReceipt(receipt, revision, taken_back, parts, entry)


def write(session: Session, loaded: Loaded, changes: Sequence[Change], on: date, due: date) -> None:
    """Write what becomes of receipts. `due`: the day by which corrected money has to go out."""
    withdrawn = [
        (change.stood.receipt.obligor_id, change.stood.receipt.receipt_id, one, change.revision)
        for change in changes
        for one in change.withdrawn
    ]
    columns = ("obligor_id", "receipt_id", "sequence", "revision", "posting_date")
    copy_rows(
        session,
        "allocation_withdrawn",
        columns,
        ((o, r, one.sequence, revision, on) for o, r, one, revision in withdrawn),
    )
    places = [(o, r, one.sequence) for o, r, one, _ in withdrawn]
    _take_off(session, {p: loaded.held_for[p] for p in places if p in loaded.held_for}, on)
    placed = list(_numbered(loaded, changes))
    rules: dict[str, Checked] = {}
    copy_rows(
        session,
        "allocation",
        (*ALLOCATION_COLUMNS, "revision", "paid_as"),
        _allocations(placed, rules),
    )
    open_ = [row for row in placed if row.paid_as is None and row.part.amount_cents]
    owed = [row for row in open_ if row.part.payee != Payee.HELD]
    held = [row for row in open_ if row.part.payee == Payee.HELD]
    copy_rows(session, "payable", PAYABLE_COLUMNS, (_payable(row, due) for row in owed))
    copy_rows(session, "hold", HOLD_COLUMNS, (_hold(row, due, on) for row in held))
    note_rules(session, rules)
    _mark(session, changes, on)


class _Row(NamedTuple):
    change: Change
    sequence: int
    part: Part
    paid_as: int | None
    due_date: date


def _numbered(loaded: Loaded, changes: Iterable[Change]) -> Iterable[_Row]:
    for change in changes:
        receipt = change.stood.receipt
        last = loaded.last_sequence.get((receipt.obligor_id, receipt.receipt_id), 0)
        due = loaded.facts[receipt.receipt_id].due_date
        for sequence, one in enumerate(change.placed, last + 1):
            yield _Row(change, sequence, one.part, one.paid_as, due)


def _allocations(rows: Iterable[_Row], rules: dict[str, Checked]) -> Iterable[Sequence[object]]:
    for row in rows:
        receipt, part = row.change.stood.receipt, row.part
        yield (
            receipt.obligor_id, receipt.receipt_id, row.sequence, part.case_id or None,
            part.obligation_id or None, part.support, part.current, int(part.bucket),
            part.amount_cents, part.credited_cents, int(part.payee), part.payee_id or None,
            encode_steps(part.steps, rules), row.change.revision, row.paid_as,
        )  # fmt: skip


def _payable(row: _Row, due: date) -> Sequence[object]:
    receipt = row.change.stood.receipt
    return (
        payee_key(row.part), receipt.obligor_id, receipt.receipt_id, row.sequence,
        int(row.part.payee), row.part.amount_cents, receipt.settlement_date,
        row.due_date if row.change.posted else max(due, row.due_date),
    )  # fmt: skip


def _hold(row: _Row, due: date, on: date) -> Sequence[object]:
    payee, obligor, receipt, sequence, kind, cents, settled, due_date = _payable(row, due)
    reason = "undecided_payee" if row.part.obligation_id else "excess"
    return (payee, obligor, receipt, sequence, 0, kind, cents, settled, due_date, reason, on)


_TAKE_PAYABLE = """
DELETE FROM payable t
 USING unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::smallint[])
       AS k (payee_id, obligor_id, receipt_id, sequence)
 WHERE t.payee_id = k.payee_id AND t.obligor_id = k.obligor_id AND t.receipt_id = k.receipt_id
   AND t.sequence = k.sequence
"""
_END_HOLD = """
UPDATE hold t SET released_on = %s
  FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::smallint[])
       AS k (payee_id, obligor_id, receipt_id, sequence)
 WHERE t.payee_id = k.payee_id AND t.obligor_id = k.obligor_id AND t.receipt_id = k.receipt_id
   AND t.sequence = k.sequence AND t.released_on IS NULL
"""


def _take_off(session: Session, places: Mapping[Place, str], on: date) -> None:
    """Take parts that end, by the payee for whom they are here, off what is owed or held."""
    if places:
        keys = [(payee_id, *place) for place, payee_id in places.items()]
        columns = [array(column) for column in zip(*keys, strict=True)]
        cur = cursor(session)
        cur.execute(_TAKE_PAYABLE, columns)
        cur.execute(_END_HOLD, [on, *columns])


def _mark(session: Session, changes: Sequence[Change], on: date) -> None:
    """Note the revisions, and what is posted for the first time."""
    if not changes:
        return
    columns: list[list[Any]] = [
        [change.stood.receipt.receipt_id for change in changes],
        [change.revision for change in changes],
        [bool(change.posted and change.parts) for change in changes],
    ]
    cursor(session).execute(
        "UPDATE receipt r SET revision = greatest(r.revision, d.revision),"
        " state = CASE WHEN d.posted THEN 2 ELSE r.state END,"
        " reason = CASE WHEN d.posted THEN 0 ELSE r.reason END,"
        " detail = CASE WHEN d.posted THEN '' ELSE r.detail END,"
        " posting_date = CASE WHEN d.posted THEN %s ELSE r.posting_date END"
        " FROM unnest(%s::uuid[], %s::smallint[], %s::boolean[])"
        "   AS d (receipt_id, revision, posted) WHERE r.receipt_id = d.receipt_id",
        [on, *map(array, columns)],
    )
