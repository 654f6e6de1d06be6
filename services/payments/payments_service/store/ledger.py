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

from payments_service.domain.bookkeeping import Account, Entry
from payments_service.store.raw import array, copy_rows, copy_text, cursor

LINE_COLUMNS = (
    "obligor_id", "entry_id", "line_no", "book", "account", "obligation_id", "bucket", "month",
    "participant_id", "amount_cents", "collection_date", "settlement_date", "posting_date",
    "lane", "batch",
)  # fmt: skip
ENTRY_COLUMNS = ("obligor_id", "entry_id", "kind", "source_id", "posting_date", "lane", "batch")
NULL = r"\N"


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
    ordered = sorted(entries, key=attrgetter("obligor_id", "entry_id"))
    content, line_count = _lines(ordered, on, lane, batch)
    cur = cursor(session)
    copy_rows(
        cur,
        "entry",
        ENTRY_COLUMNS,
        ((e.obligor_id, e.entry_id, int(e.kind), e.source_id, on, lane, batch) for e in ordered),
    )
    copy_text(cur, "line", LINE_COLUMNS, content)
    balances = _update_balances(session, ordered)
    _add_to_totals(session, ordered, lane, on)
    _append_to_chain(
        session,
        {
            "lane": lane,
            "batch": batch,
            "hash": chain_hash(bytes(previous), content),
            "line_count": line_count,
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


def _lines(entries: Sequence[Entry], on: date, lane: int, batch: int) -> tuple[str, int]:
    rows: list[str] = []
    posted = on.isoformat()
    tail = f"{posted}\t{lane}\t{batch}\n"
    for entry in entries:
        head = f"{entry.obligor_id}\t{entry.entry_id}"
        dates = f"{entry.collection_date}\t{entry.settlement_date}\t{tail}"
        for number, line in enumerate(entry.lines, 1):
            book, account, obligation_id, bucket, month, participant_id, cents = line
            rows.append(
                f"{head}\t{number}\t{int(book)}\t{int(account)}\t{obligation_id or NULL}\t"
                f"{NULL if bucket is None else int(bucket)}\t{month or NULL}\t"
                f"{participant_id or NULL}\t{cents}\t{dates}"
            )
    return "".join(rows), len(rows)


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

BALANCE_COLUMNS = ("obligor_id", "obligation_id", "bucket", "month", "due_cents", "version")


def _update_balances(session: Session, entries: Sequence[Entry]) -> list[BalanceRow]:
    deltas: dict[tuple[str, str, int], int] = {}
    months: dict[tuple[str, str, int], date | None] = {}
    for entry in entries:
        for line in entry.lines:
            if line.account != Account.DUE or line.obligation_id is None:
                continue
            key = (entry.obligor_id, line.obligation_id, line.bucket or 0)
            deltas[key] = deltas.get(key, 0) + line.amount_cents
            seen = months.get(key)
            if line.month is not None and (seen is None or line.month > seen):
                months[key] = line.month
    if not deltas:
        return []
    keys = list(deltas)
    cur = cursor(session)
    cur.execute(
        _UPDATE_BALANCES,
        {
            "obligors": array(key[0] for key in keys),
            "obligations": array(key[1] for key in keys),
            "buckets": array(key[2] for key in keys),
            "months": array(months.get(key) for key in keys),
            "deltas": array(deltas[key] for key in keys),
        },
    )
    changed = [BalanceRow(*row) for row in cur.fetchall()]
    known = {(row.obligor_id, row.obligation_id, row.bucket) for row in changed}
    new = [BalanceRow(*key, months.get(key), deltas[key], 1) for key in keys if key not in known]
    copy_rows(
        cur,
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


def _add_to_totals(session: Session, entries: Sequence[Entry], lane: int, on: date) -> None:
    sums: dict[tuple[int, int], int] = {}
    for entry in entries:
        for line in entry.lines:
            key = (int(line.account), int(entry.kind))
            sums[key] = sums.get(key, 0) + line.amount_cents
    keys = list(sums)
    cursor(session).execute(
        _ADD_TOTALS,
        {
            "lane": lane,
            "on": on,
            "accounts": array(key[0] for key in keys),
            "kinds": array(key[1] for key in keys),
            "cents": array(sums[key] for key in keys),
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
