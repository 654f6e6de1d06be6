"""Writing the ledger: the one way in. A posting batch is an append; nothing is ever changed.

Who writes holds the lane's row lock, so balances and the chain's head have one writer at a time.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from chassis.copying import copy_rows, copy_text
from payments_service.domain.bookkeeping import Account, Entry
from payments_service.store.raw import NULL, array, cursor

LINE_COLUMNS = (
    "obligor_id", "entry_id", "line_no", "book", "account", "obligation_id", "bucket", "month",
    "participant_id", "amount_cents", "collection_date", "settlement_date", "posting_date",
    "lane", "batch",
)  # fmt: skip
ENTRY_COLUMNS = ("obligor_id", "entry_id", "kind", "source_id", "posting_date", "lane", "batch")


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """A balance as it stands after a batch."""

    obligor_id: str
    obligation_id: str
    bucket: int
    month: date | None
    due_cents: int
    version: int


def lock_lanes(session: Session) -> None:
    """Take every lane for this transaction, in one order: nothing is posted meanwhile."""
    session.execute(text("SELECT lane FROM lane ORDER BY lane FOR UPDATE"))


def lock_lane(session: Session, lane: int) -> None:
    """Take a lane for this transaction; waits for whoever has it (bounded by lock_timeout)."""
    session.execute(text("SELECT lane FROM lane WHERE lane = :lane FOR UPDATE"), {"lane": lane})


def record(
    session: Session, lane: int, entries: Sequence[Entry], *, on: date, at: datetime
) -> list[BalanceRow]:
    """Append entries of one lane as a batch; returns the balances that they changed.

    The lane must be locked by this transaction. Raises IntegrityError when an entry is there
    already, and InternalError (from the trigger) when one does not balance.
    """
    if not entries:
        return []
    batch, previous = session.execute(
        text("SELECT batch, hash FROM lane WHERE lane = :lane"), {"lane": lane}
    ).one()
    batch += 1
    written = _written(sorted(entries, key=attrgetter("obligor_id", "entry_id")), on, lane, batch)
    copy_text(session, "entry", ENTRY_COLUMNS, written.entries)
    copy_text(session, "line", LINE_COLUMNS, written.lines)
    balances = _update_balances(session, written.due)
    _add_to_totals(session, written.totals, lane, on)
    _append_to_chain(
        session,
        {
            "lane": lane,
            "batch": batch,
            "hash": chain_hash(bytes(previous), written.lines),
            "line_count": written.line_count,
            "on": on,
            "at": at,
        },
    )
    return balances


def chain_hash(previous: bytes, content: str) -> bytes:
    """Return a batch's hash: over the hash before it and its lines in COPY's text form."""
    digest = hashlib.sha256(previous)
    digest.update(content.encode("ascii"))
    return digest.digest()


@dataclass(slots=True)
class _Written:
    """A batch as it is written: rows in COPY's text form, and what they come to.

    `due`: by obligor, obligation and bucket the sum of the lines, and their last month. `totals`:
    by account and kind of entry.
    """

    entries: str
    lines: str
    line_count: int
    due: dict[tuple[str, str, int], tuple[int, date | None]]
    totals: dict[tuple[int, int], int]


def _written(entries: Sequence[Entry], on: date, lane: int, batch: int) -> _Written:
    """Go through a batch once."""
    entry_rows: list[str] = []
    rows: list[str] = []
    due: dict[tuple[str, str, int], tuple[int, date | None]] = {}
    totals: dict[tuple[int, int], int] = {}
    tail = f"{on}\t{lane}\t{batch}\n"
    for entry in entries:
        obligor_id, kind = entry.obligor_id, entry.kind
        head = f"{obligor_id}\t{entry.entry_id}"
        entry_rows.append(f"{head}\t{kind:d}\t{entry.source_id}\t{tail}")
        dates = f"{entry.collection_date}\t{entry.settlement_date}\t{tail}"
        for number, line in enumerate(entry.lines, 1):
            book, account, obligation_id, bucket, month, participant_id, cents = line
            rows.append(
                f"{head}\t{number}\t{book:d}\t{account:d}\t{obligation_id or NULL}\t"
                f"{NULL if bucket is None else bucket}\t{month or NULL}\t"
                f"{participant_id or NULL}\t{cents}\t{dates}"
            )
            place = (account, kind)
            totals[place] = totals.get(place, 0) + cents
            if account == Account.DUE and obligation_id is not None:
                key = (obligor_id, obligation_id, bucket or 0)
                delta, last = due.get(key, (0, None))
                if month is not None and (last is None or month > last):
                    last = month
                due[key] = (delta + cents, last)
    return _Written("".join(entry_rows), "".join(rows), len(rows), due, totals)


_UPDATE_BALANCES = """
UPDATE balance b
   SET due_cents = b.due_cents + d.delta, version = b.version + 1,
       month = greatest(b.month, d.month)
  FROM unnest(%(obligors)s::uuid[], %(obligations)s::uuid[], %(buckets)s::smallint[],
              %(months)s::date[], %(deltas)s::bigint[])
       AS d (obligor_id, obligation_id, bucket, month, delta)
 WHERE b.obligor_id = d.obligor_id AND b.obligation_id = d.obligation_id AND b.bucket = d.bucket
RETURNING b.obligor_id::text, b.obligation_id::text, b.bucket, b.month, b.due_cents, b.version
"""

# An update cannot be made a lookup an id as `store/raw.py` does it: for a page it would read all
# balances there are, where a page has some hundreds.
_JOINS = "SELECT set_config('enable_hashjoin', %s, true), set_config('enable_mergejoin', %s, true)"

BALANCE_COLUMNS = ("obligor_id", "obligation_id", "bucket", "month", "due_cents", "version")


def _update_balances(
    session: Session, due: dict[tuple[str, str, int], tuple[int, date | None]]
) -> list[BalanceRow]:
    if not due:
        return []
    cur = cursor(session)
    cur.execute(_JOINS, ("off", "off"))
    cur.execute(
        _UPDATE_BALANCES,
        {
            "obligors": array(key[0] for key in due),
            "obligations": array(key[1] for key in due),
            "buckets": array(key[2] for key in due),
            "months": array(month for _, month in due.values()),
            "deltas": array(delta for delta, _ in due.values()),
        },
    )
    changed = [BalanceRow(*row) for row in cur.fetchall()]
    cur.execute(_JOINS, ("on", "on"))
    if len(changed) == len(due):
        return changed
    known = {(row.obligor_id, row.obligation_id, row.bucket) for row in changed}
    new = [
        BalanceRow(*key, month, delta, 1) for key, (delta, month) in due.items() if key not in known
    ]
    copy_rows(
        session,
        "balance",
        BALANCE_COLUMNS,
        ((r.obligor_id, r.obligation_id, r.bucket, r.month, r.due_cents, r.version) for r in new),
    )
    return changed + new


_ADD_TOTALS = """
INSERT INTO total AS t (lane, posting_date, account, kind, amount_cents)
SELECT %(lane)s, %(on)s, d.account, d.kind, d.cents
  FROM unnest(%(accounts)s::smallint[], %(kinds)s::smallint[], %(cents)s::bigint[])
       AS d (account, kind, cents)
ON CONFLICT (lane, posting_date, account, kind) DO UPDATE
   SET amount_cents = t.amount_cents + excluded.amount_cents
"""


def _add_to_totals(
    session: Session, totals: dict[tuple[int, int], int], lane: int, on: date
) -> None:
    cursor(session).execute(
        _ADD_TOTALS,
        {
            "lane": lane,
            "on": on,
            "accounts": array(account for account, _ in totals),
            "kinds": array(kind for _, kind in totals),
            "cents": array(totals.values()),
        },
    )


def _append_to_chain(session: Session, head: dict[str, Any]) -> None:
    session.execute(
        text(
            "INSERT INTO batch (lane, batch, hash, line_count, posting_date, recorded_at)"
            " VALUES (:lane, :batch, :hash, :line_count, :on, :at)"
        ),
        head,
    )
    session.execute(text("UPDATE lane SET batch = :batch, hash = :hash WHERE lane = :lane"), head)
