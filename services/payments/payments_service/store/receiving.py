"""Taking in money that no other service has identified: look-ups, staging, its batch."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from sqlalchemy import delete, insert, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from chassis.copying import copy_rows
from chassis.projections import take_newer
from payments_service.store import tables
from payments_service.store.raw import array

K = TypeVar("K")

RECEIPT_COLUMNS = (
    "receipt_id", "submission_id", "employer_id", "line_number", "sequence", "trace_number",
    "amount_cents", "credited_cents", "pay_date", "settlement_date", "collection_date",
    "due_date", "obligor_id", "state", "reason", "detail", "source",
)  # fmt: skip
DETAIL_COLUMNS = (
    "receipt_id", "instrument", "reference", "sender_key", "case_key", "ssn_hash", "written",
    "line_key", "parent_id",
)  # fmt: skip
WAITING_COLUMNS = ("lane", "collection_date", "receipt_id", "obligor_id", "queued_at")
HOLD_COLUMNS = (
    "receipt_id", "round", "lane", "obligor_id", "amount_cents", "reason", "state", "held_on",
    "held_until",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """Money that came in together, with what became of its lines."""

    submission_id: str
    kind: int
    source: int
    reference: str
    sha256: str
    amount_cents: int
    line_count: int
    identified_count: int
    held_count: int
    suspended_count: int
    adjustment_cents: int
    adjustment_count: int
    recorded_by: str
    recorded_at: datetime


class Detail(NamedTuple):
    """What the sender wrote of a receipt."""

    instrument: int
    reference: str
    sender_key: str
    case_key: str
    ssn_hash: bytes | None
    written: bytes | None


def keep_identifiers(session: Session, cases: Sequence[tuple[str, str, Iterable[str]]]) -> None:
    """Keep the numbers of cases as they are now: (case, obligor, keys of the case and its orders).

    The order of cases is that of their ids, so that two workers never wait for each other.
    """
    if not cases:
        return
    ids = [case_id for case_id, _, _ in cases]
    session.execute(delete(tables.identifier).where(tables.identifier.c.case_id.in_(ids)))
    rows = [
        {"case_id": case_id, "key": key, "obligor_id": obligor_id}
        for case_id, obligor_id, keys in sorted(cases)
        for key in sorted({key for key in keys if key})
    ]
    if rows:
        session.execute(upsert(tables.identifier).on_conflict_do_nothing(), rows)


def keep_numbers(session: Session, rows: Sequence[tuple[str, int, bytes]]) -> None:
    """Keep participants' numbers, as (participant, version, keyed hash)."""
    names = ("participant_id", "version", "ssn_hash")
    found = [dict(zip(names, row, strict=True)) for row in rows]
    key = tables.participant_key.c.participant_id
    take_newer(session, tables.participant_key, found, returning=key)


def obligors_by_key(session: Session, keys: Iterable[str]) -> dict[str, set[str]]:
    """Return the obligors whose case or order has a number."""
    rows = session.execute(
        text("SELECT key, obligor_id::text FROM identifier WHERE key = ANY(:keys)"),
        {"keys": sorted({key for key in keys if key})},
    )
    return _grouped(rows.tuples())


def obligors_by_number(session: Session, hashes: Iterable[bytes]) -> dict[bytes, set[str]]:
    """Return the obligors who have a Social Security number; who owes nobody is no obligor."""
    rows = session.execute(
        text(
            "SELECT k.ssn_hash, k.participant_id::text FROM participant_key k"
            " WHERE k.ssn_hash = ANY(:hashes)"
            "   AND EXISTS (SELECT FROM case_projection c WHERE c.obligor_id = k.participant_id)"
        ),
        {"hashes": sorted(set(hashes))},
    )
    return _grouped((bytes(hash_), id_) for hash_, id_ in rows)


def obligors_by_history(
    session: Session, pairs: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], set[str]]:
    """Return to whom a sender's earlier money under a number was posted, by (sender, number)."""
    wanted = sorted({pair for pair in pairs if all(pair)})
    if not wanted:
        return {}
    rows = session.execute(
        text(
            "SELECT DISTINCT d.sender_key, d.case_key, r.obligor_id::text"
            " FROM unnest(CAST(:senders AS text[]), CAST(:keys AS text[])) AS w (sender, key)"
            " JOIN receipt_detail d ON d.case_key = w.key AND d.sender_key = w.sender"
            " JOIN receipt r USING (receipt_id) WHERE r.state = 2"
        ),
        {"senders": [sender for sender, _ in wanted], "keys": [key for _, key in wanted]},
    )
    return _grouped(((sender, key), id_) for sender, key, id_ in rows)


def _grouped(pairs: Iterable[tuple[K, str]]) -> dict[K, set[str]]:
    found: dict[K, set[str]] = {}
    for key, id_ in pairs:
        found.setdefault(key, set()).add(id_)
    return found


def seen_before(session: Session, line_keys: Iterable[bytes], since: date) -> dict[bytes, date]:
    """Return which lines came before, since a day, and when they did first."""
    rows = session.execute(
        text(
            "SELECT d.line_key, min(r.settlement_date) FROM receipt_detail d"
            " JOIN receipt r USING (receipt_id)"
            " WHERE d.line_key = ANY(:keys) AND r.settlement_date >= :since GROUP BY 1"
        ),
        {"keys": sorted(set(line_keys)), "since": since},
    )
    return {bytes(key): day for key, day in rows}


def stage(
    session: Session,
    *,
    receipts: Sequence[Sequence[object]],
    details: Sequence[Sequence[object]],
    holds: Sequence[Sequence[object]],
    waiting: Sequence[Sequence[object]],
) -> None:
    """Write a page of receipts with what keeps them back, or queue them for posting."""
    copy_rows(session, "receipt", RECEIPT_COLUMNS, receipts)
    copy_rows(session, "receipt_detail", DETAIL_COLUMNS, details)
    copy_rows(session, "receipt_hold", HOLD_COLUMNS, holds)
    copy_rows(session, "waiting", WAITING_COLUMNS, sorted(waiting, key=lambda row: row[:3]))  # type: ignore[arg-type,return-value]


def add_batch(session: Session, batch: Batch, employer_id: str, sender_name: str) -> None:
    """Write a batch and the submission of its receipts, released: all of it is here."""
    session.execute(
        insert(tables.submission),
        {
            "submission_id": batch.submission_id,
            "employer_id": employer_id or None,
            "employer_name": sender_name,
            "page_count": 1,
            "file_amount_cents": batch.amount_cents,
            "file_line_count": batch.line_count,
            "pages_seen": 1,
            "amount_seen_cents": batch.amount_cents,
            "lines_seen": batch.line_count,
            "state": 2,
            "seen_at": batch.recorded_at,
        },
    )
    session.execute(insert(tables.collection_batch), asdict(batch))


_BATCH = (
    "submission_id::text, kind, source, reference, sha256, amount_cents, line_count,"
    " identified_count, held_count, suspended_count, adjustment_cents, adjustment_count,"
    " recorded_by, recorded_at"
)


def lock_file(session: Session, sha256: str) -> None:
    """Let of two transactions with the same file the second wait for the first."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:sha256))"), {"sha256": sha256})


def batch_of_file(session: Session, kind: int, sha256: str) -> Batch | None:
    """Return the batch that a file became; None when it was never taken."""
    row = session.execute(
        text(f"SELECT {_BATCH} FROM collection_batch WHERE kind = :kind AND sha256 = :sha256"),  # noqa: S608 - no value in it
        {"kind": kind, "sha256": sha256},
    ).first()
    return None if row is None else Batch(*row)


def list_batches(session: Session, since: date | None, after: str, size: int) -> list[Batch]:
    """Return a page of batches, the latest first; ids rise with time."""
    rows = session.execute(
        text(
            f"SELECT {_BATCH} FROM collection_batch"  # noqa: S608 - no value in it
            " WHERE (CAST(:since AS date) IS NULL OR recorded_at >= :since)"
            " AND (:after = '' OR submission_id < CAST(nullif(:after, '') AS uuid))"
            " ORDER BY submission_id DESC LIMIT :size"
        ),
        {"since": since, "after": after, "size": size},
    )
    return [Batch(*row) for row in rows]


class AdjustmentRow(NamedTuple):
    """What a file takes back."""

    adjustment_id: str
    submission_id: str
    line_number: int
    obligor_id: str | None
    receipt_id: str | None
    amount_cents: int
    settlement_date: date


_ADJUSTMENT = (
    "adjustment_id::text, submission_id::text, line_number, obligor_id::text, receipt_id::text,"
    " amount_cents, settlement_date"
)


def add_adjustments(session: Session, rows: Sequence[AdjustmentRow]) -> None:
    """Keep what a file takes back; it is applied by a timer, or by a worker."""
    if rows:
        session.execute(insert(tables.adjustment), [row._asdict() | {"state": 1} for row in rows])


def take_adjustment(session: Session) -> AdjustmentRow | None:
    """Lock the next thing that is to be taken back; None when there is none."""
    row = session.execute(
        text(
            f"SELECT {_ADJUSTMENT} FROM adjustment WHERE state = 1"  # noqa: S608 - no value in it
            " ORDER BY adjustment_id LIMIT 1 FOR UPDATE SKIP LOCKED"
        )
    ).first()
    return None if row is None else AdjustmentRow(*row)


def set_adjustment(session: Session, adjustment_id: str, state: int, receipt_id: str) -> None:
    """Note where an adjustment stands, and which receipt it takes from, where that is plain."""
    session.execute(
        text(
            "UPDATE adjustment SET state = :state, receipt_id = CAST(nullif(:receipt, '') AS uuid)"
            " WHERE adjustment_id = CAST(:id AS uuid)"
        ),
        {"id": adjustment_id, "state": state, "receipt": receipt_id},
    )


def list_adjustments(session: Session, after: str, size: int) -> list[AdjustmentRow]:
    """Return a page of adjustments that are not applied, the oldest first."""
    rows = session.execute(
        text(
            f"SELECT {_ADJUSTMENT} FROM adjustment WHERE state <> 2"  # noqa: S608 - no value in it
            " AND (:after = '' OR adjustment_id > CAST(nullif(:after, '') AS uuid))"
            " ORDER BY adjustment_id LIMIT :size"
        ),
        {"after": after, "size": size},
    )
    return [AdjustmentRow(*row) for row in rows]


def offsets_of(
    session: Session, obligor_id: str, source: int, cents: int
) -> list[tuple[str, int, int]]:
    """Return an obligor's receipts of a source that had so much: (id, cents, state)."""
    rows = session.execute(
        text(
            "SELECT receipt_id::text, amount_cents, state FROM receipt"
            " WHERE obligor_id = CAST(:obligor AS uuid) AND source = :source"
            "   AND amount_cents >= :cents AND state <> 4 ORDER BY receipt_id DESC"
        ),
        {"obligor": obligor_id, "source": source, "cents": cents},
    )
    return [(id_, amount, state) for id_, amount, state in rows]


def open_appeals(session: Session, obligor_ids: Iterable[str]) -> set[str]:
    """Return which obligors have an appeal open."""
    rows = session.scalars(
        text(
            "SELECT DISTINCT obligor_id::text FROM appeal"
            " WHERE decided_on IS NULL AND obligor_id = ANY(CAST(:ids AS uuid[]))"
        ),
        {"ids": array(sorted({id_ for id_ in obligor_ids if id_}))},
    )
    return set(rows)


def is_obligor(session: Session, participant_id: str) -> bool:
    """Return whether a participant owes in a case that is known here."""
    found = session.scalar(
        text("SELECT EXISTS (SELECT FROM case_projection WHERE obligor_id = CAST(:id AS uuid))"),
        {"id": participant_id},
    )
    return bool(found)
