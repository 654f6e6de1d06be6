"""Receipts on their way to the ledger: staged by page, released by file, posted by lane."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.copying import copy_rows
from payments_service.domain.model import month_of, next_month
from payments_service.store import tables
from payments_service.store.raw import array, cursor

RECEIVED, POSTED, SUSPENDED, REVERSED = 1, 2, 3, 4
STAGING, RELEASED, FLAGGED = 1, 2, 3
NO_ORDER = 10
"""SuspenseReason of an identified receipt for which nothing is ordered."""
CANNOT_BE_POSTED = 11
"""SuspenseReason of an identified receipt whose posting fails; it waits for `retry_unposted`."""
RELEASE_LINES = 5_000
"""That are queued for posting in one transaction."""
BEFORE_ALL = -(2**31)
"""Before every line's number."""
MAX_DAYS_AHEAD = 31
"""A file is sent a few days before its money settles; no receipt waits longer for its month."""

RECEIPT_COLUMNS = (
    "receipt_id", "submission_id", "employer_id", "line_number", "sequence", "trace_number",
    "amount_cents", "credited_cents", "pay_date", "settlement_date", "collection_date",
    "due_date", "obligor_id", "case_id", "state", "reason", "detail",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of its file, and what it brings itself."""

    submission_id: str
    employer_id: str
    employer_name: str
    page_number: int
    page_count: int
    file_amount_cents: int
    file_line_count: int
    amount_cents: int
    line_count: int


class Waiting(NamedTuple):
    """A receipt whose turn it is."""

    receipt_id: str
    obligor_id: str | None
    submission_id: str
    employer_id: str
    employer_name: str
    line_number: int
    trace_number: str
    amount_cents: int
    credited_cents: int
    collection_date: date
    settlement_date: date
    due_date: date
    reason: int
    detail: str
    suspensions: int
    source: int = 1


def stage_page(session: Session, page: Page, rows: Sequence[Sequence[object]], at: datetime) -> str:
    """Stage a page; returns the file's flaw when this page made one plain, else "".

    A page that is here already changes nothing. With the last page the file begins to be released
    to the lanes (`release_page` goes on with a large one), unless its sums are not what was
    announced: then it is flagged and none of it is posted.
    """
    seen = session.execute(
        insert(tables.submission_page)
        .values(submission_id=page.submission_id, page_number=page.page_number)
        .on_conflict_do_nothing()
        .returning(tables.submission_page.c.page_number)
    ).first()
    if seen is None:
        return ""
    copy_rows(session, "receipt", RECEIPT_COLUMNS, rows)
    # Last, so that the pages of one file wait for each other only from here to the commit.
    counted = session.execute(text(_COUNT_PAGE), {**_counted(page), "at": at}).mappings().one()
    flaw = _flaw(page, dict(counted))
    if flaw:
        session.execute(
            text("UPDATE submission SET state = 3, flaw = :flaw WHERE submission_id = :id"),
            {"flaw": flaw, "id": page.submission_id},
        )
    elif counted["pages_seen"] == counted["page_count"]:
        _queue_lines(session, page.submission_id, BEFORE_ALL, at)
    return flaw


def release_page(session: Session, at: datetime) -> bool:
    """Queue the next lines of a file that is all here; False when no file has any left.

    A file that another worker is at is left to it.
    """
    row = session.execute(text(_TO_RELEASE)).first()
    if row is None:
        return False
    _queue_lines(session, str(row[0]), int(row[1]), at)
    return True


def _queue_lines(session: Session, submission_id: str, after: int, at: datetime) -> None:
    """Queue a page of a locked file; with the last one the file counts as released."""
    page = {"id": submission_id, "after": after, "size": RELEASE_LINES}
    through = session.scalar(text(_PAGE_END), page)
    if through is not None:
        span = {"id": submission_id, "after": after, "through": through}
        session.execute(text(_RELEASE), {**span, "at": at})
        session.execute(text(_FORGET_IDENTIFIED), span)
    session.execute(text(_NOTE_RELEASED), {"id": submission_id, "through": through})


_COUNT_PAGE = """
INSERT INTO submission AS s (submission_id, employer_id, employer_name, page_count,
       file_amount_cents, file_line_count, pages_seen, amount_seen_cents, lines_seen, state,
       seen_at)
VALUES (:submission_id, :employer_id, :employer_name, :page_count,
       :file_amount_cents, :file_line_count, 1, :amount_cents, :line_count, 1, :at)
ON CONFLICT (submission_id) DO UPDATE
   SET pages_seen = s.pages_seen + 1, amount_seen_cents = s.amount_seen_cents + :amount_cents,
       lines_seen = s.lines_seen + :line_count, seen_at = :at
RETURNING *
"""

_LANE_OF = "('x' || right({}::text, 1))::bit(4)::int"

_TO_RELEASE = """
SELECT submission_id::text, queued_through FROM submission
 WHERE state = 1 AND queued_through IS NOT NULL
 ORDER BY submission_id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_PAGE_END = """
SELECT max(line_number) FROM (
    SELECT line_number FROM receipt WHERE submission_id = :id AND line_number > :after
     ORDER BY line_number LIMIT :size) page
"""
_NOTE_RELEASED = """
UPDATE submission SET queued_through = :through,
       state = CASE WHEN EXISTS (SELECT FROM receipt
                                  WHERE submission_id = :id AND line_number > :through)
                    THEN 1 ELSE 2 END
 WHERE submission_id = :id
"""

_RELEASE = f"""
WITH named AS (
    UPDATE receipt r SET obligor_id = i.obligor_id, case_id = coalesce(i.case_id, r.case_id)
      FROM identification i
     WHERE r.submission_id = :id AND r.line_number > :after AND r.line_number <= :through
       AND i.receipt_id = r.receipt_id AND r.obligor_id IS NULL
    RETURNING r.receipt_id, r.obligor_id)
INSERT INTO waiting (lane, collection_date, receipt_id, obligor_id, queued_at)
SELECT {_LANE_OF.format("coalesce(n.obligor_id, r.obligor_id, r.receipt_id)")},
       r.collection_date, r.receipt_id, coalesce(n.obligor_id, r.obligor_id), :at
  FROM receipt r LEFT JOIN named n USING (receipt_id)
 WHERE r.submission_id = :id AND r.line_number > :after AND r.line_number <= :through
 ORDER BY 1, 2, 3
"""  # noqa: S608 - no value in it

# Only what is applied: one that was told since `_RELEASE` looked must stay.
_FORGET_IDENTIFIED = """
DELETE FROM identification i USING receipt r
 WHERE r.submission_id = :id AND r.line_number > :after AND r.line_number <= :through
   AND i.receipt_id = r.receipt_id AND r.obligor_id IS NOT NULL
"""


def _counted(page: Page) -> dict[str, Any]:
    names = ("submission_id", "employer_id", "employer_name", "page_count",
             "file_amount_cents", "file_line_count", "amount_cents", "line_count")  # fmt: skip
    return {name: getattr(page, name) for name in names}


def _flaw(page: Page, counted: dict[str, Any]) -> str:
    if counted["flaw"]:
        return str(counted["flaw"])
    for name in ("page_count", "file_amount_cents", "file_line_count"):
        if getattr(page, name) != counted[name]:
            return f"page {page.page_number} says {name} {getattr(page, name)}, not {counted[name]}"
    if not 1 <= page.page_number <= page.page_count:
        return f"page {page.page_number} of {page.page_count} pages"
    if counted["pages_seen"] < counted["page_count"]:
        return ""
    for seen, announced in (
        ("amount_seen_cents", "file_amount_cents"),
        ("lines_seen", "file_line_count"),
    ):
        if counted[seen] != counted[announced]:
            return f"all pages are here: {seen} {counted[seen]}, {announced} {counted[announced]}"
    return ""


_IDENTIFY = """
INSERT INTO identification (receipt_id, obligor_id, case_id)
SELECT d.receipt_id, d.obligor_id, d.case_id
  FROM unnest(CAST(:receipts AS uuid[]), CAST(:obligors AS uuid[]), CAST(:cases AS uuid[]))
       AS d (receipt_id, obligor_id, case_id)
 WHERE NOT EXISTS (SELECT FROM receipt r WHERE r.receipt_id = d.receipt_id
                      AND (r.state = 2 OR r.obligor_id IS NOT NULL))
 ORDER BY d.receipt_id
ON CONFLICT (receipt_id) DO NOTHING
"""


# A row that a posting has taken meanwhile is gone when its lock is free: that one was suspended,
# and its identification stays for `take_identified`.
_NAME_WAITING = f"""
WITH moved AS (
    DELETE FROM waiting w USING identification i JOIN receipt r USING (receipt_id)
     WHERE i.receipt_id = ANY(CAST(:receipts AS uuid[])) AND w.receipt_id = i.receipt_id
       AND w.lane = {_LANE_OF.format("r.receipt_id")} AND w.collection_date = r.collection_date
       AND w.obligor_id IS NULL
    RETURNING w.receipt_id, w.collection_date, i.obligor_id, i.case_id),
told AS (DELETE FROM identification i USING moved m WHERE i.receipt_id = m.receipt_id),
named AS (
    UPDATE receipt r SET obligor_id = m.obligor_id, case_id = coalesce(m.case_id, r.case_id)
      FROM moved m WHERE r.receipt_id = m.receipt_id)
INSERT INTO waiting (lane, collection_date, receipt_id, obligor_id, queued_at)
SELECT {_LANE_OF.format("m.obligor_id")}, m.collection_date, m.receipt_id, m.obligor_id, :at
  FROM moved m
"""  # noqa: S608 - no value in it


def keep_identifications(
    session: Session, rows: Sequence[tuple[str, str, str | None]], at: datetime
) -> None:
    """Keep whom lines belong to, whether or not the lines are here.

    A line that waits for its posting is named at once, so that it is posted in its order; one that
    is in suspense is found by `take_identified`.
    """
    receipts, obligors, cases = zip(*rows, strict=True) if rows else ((), (), ())
    session.execute(
        text(_IDENTIFY),
        {"receipts": array(receipts), "obligors": array(obligors), "cases": array(cases)},
    )
    session.execute(text(_NAME_WAITING), {"receipts": array(receipts), "at": at})


_TAKE = """
WITH page AS (
    DELETE FROM waiting w
     USING (SELECT lane, collection_date, receipt_id FROM waiting WHERE lane = %(lane)s
               AND (collection_date < %(next_month)s OR collection_date > %(horizon)s)
             ORDER BY collection_date, receipt_id LIMIT %(size)s) p
     WHERE w.lane = p.lane AND w.collection_date = p.collection_date
       AND w.receipt_id = p.receipt_id
    RETURNING w.receipt_id, w.obligor_id)
SELECT r.receipt_id::text, page.obligor_id::text, r.submission_id::text,
       coalesce(r.employer_id::text, ''),
       s.employer_name, r.line_number, r.trace_number, r.amount_cents, r.credited_cents,
       r.collection_date, r.settlement_date, r.due_date, r.reason, r.detail, r.suspensions, r.source
  FROM page JOIN receipt r USING (receipt_id) JOIN submission s USING (submission_id)
 ORDER BY r.collection_date, r.receipt_id
"""

# Any of the lanes, so that one in which a transaction always fails does not starve the others.
_LANE_WITH_WAITING = """
SELECT l.lane FROM lane l
 WHERE EXISTS (SELECT FROM waiting w WHERE w.lane = l.lane
                  AND (w.collection_date < %(next_month)s OR w.collection_date > %(horizon)s))
 ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED
"""


def take_lane_to_post(session: Session, today: date) -> int | None:
    """Lock a lane in which receipts wait and that no other worker has; None when there is none.

    Money that will be collected in the next month waits for that month, which is not charged yet;
    what is further ahead than money can be is taken, to be refused.
    """
    row = cursor(session).execute(_LANE_WITH_WAITING, _ready(today)).fetchone()
    return None if row is None else int(row[0])


def take_page(session: Session, lane: int, today: date, size: int) -> list[Waiting]:
    """Take the next receipts of a locked lane off the queue, in the order of posting."""
    cur = cursor(session).execute(_TAKE, {"lane": lane, "size": size, **_ready(today)})
    return [Waiting(*row) for row in cur.fetchall()]


def _ready(today: date) -> dict[str, date]:
    horizon = today + timedelta(days=MAX_DAYS_AHEAD)
    return {"next_month": next_month(month_of(today)), "horizon": horizon}


def mark_posted(session: Session, receipt_ids: list[str], on: date) -> None:
    """Note that receipts are posted."""
    cursor(session).execute(
        "UPDATE receipt SET state = 2, posting_date = %s, reason = 0, detail = ''"
        " WHERE receipt_id = ANY(%s::uuid[])",
        (on, array(receipt_ids)),
    )


_MARK_SUSPENDED = """
UPDATE receipt r
   SET state = 3, posting_date = %(on)s, reason = d.reason, detail = d.detail,
       suspensions = r.suspensions + 1
  FROM unnest(%(ids)s::uuid[], %(reasons)s::smallint[], %(details)s::text[])
       AS d (receipt_id, reason, detail)
 WHERE r.receipt_id = d.receipt_id
"""


def mark_suspended(
    session: Session, lane: int, rows: Sequence[tuple[Waiting, str, int, str]], on: date
) -> None:
    """Note receipts as suspended: each with the obligor it is booked under, reason and detail."""
    cursor(session).execute(
        _MARK_SUSPENDED,
        {
            "on": on,
            "ids": [receipt.receipt_id for receipt, _, _, _ in rows],
            "reasons": [reason for _, _, reason, _ in rows],
            "details": [detail for _, _, _, detail in rows],
        },
    )
    copy_rows(
        session,
        "suspended",
        ("receipt_id", "lane", "booked_obligor_id", "obligor_id"),
        (
            (r.receipt_id, lane, booked, None if reason == CANNOT_BE_POSTED else r.obligor_id)
            for r, booked, reason, _ in rows
        ),
    )


_RETRY = """
UPDATE suspended s SET obligor_id = r.obligor_id FROM receipt r
 WHERE s.obligor_id IS NULL AND r.receipt_id = s.receipt_id AND r.obligor_id IS NOT NULL
   AND r.reason = 11
"""


def retry_unposted(session: Session) -> int:
    """Let the receipts that could not be posted be taken out of suspense again; returns how many.

    `take_lane_to_identify` finds them then, as it finds those whose order has come.
    """
    return cursor(session).execute(_RETRY).rowcount


@dataclass(frozen=True, slots=True)
class Identified:
    """A suspended receipt that can be posted now."""

    receipt_id: str
    booked_obligor_id: str
    obligor_id: str
    amount_cents: int
    collection_date: date
    settlement_date: date
    suspensions: int


_IDENTIFIABLE = """
SELECT s.receipt_id, s.lane, i.obligor_id FROM identification i JOIN suspended s USING (receipt_id)
UNION ALL
SELECT s.receipt_id, s.lane, s.obligor_id FROM suspended s
 WHERE s.obligor_id IS NOT NULL
   AND EXISTS (SELECT FROM obligation_projection o WHERE o.obligor_id = s.obligor_id)
"""

_LANE_TO_IDENTIFY = f"""
SELECT l.lane FROM lane l WHERE l.lane IN (SELECT lane FROM ({_IDENTIFIABLE}) found)
 ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - no value in it

_TAKE_IDENTIFIED = f"""
WITH found AS (
    SELECT receipt_id FROM ({_IDENTIFIABLE}) ready WHERE lane = %(lane)s
     ORDER BY obligor_id, receipt_id LIMIT %(size)s),
told AS (
    DELETE FROM identification i USING found f WHERE i.receipt_id = f.receipt_id
    RETURNING i.receipt_id, i.obligor_id, i.case_id),
freed AS (
    DELETE FROM suspended s USING found f WHERE s.receipt_id = f.receipt_id
    RETURNING s.receipt_id, s.booked_obligor_id, s.obligor_id)
UPDATE receipt r
   SET state = 1, posting_date = NULL, reason = 0, detail = '',
       obligor_id = coalesce(t.obligor_id, f.obligor_id),
       case_id = coalesce(t.case_id, r.case_id)
  FROM freed f LEFT JOIN told t USING (receipt_id)
 WHERE r.receipt_id = f.receipt_id
RETURNING r.receipt_id::text, f.booked_obligor_id::text, r.obligor_id::text, r.amount_cents,
          r.collection_date, r.settlement_date, r.suspensions
"""  # noqa: S608 - no value in it


def take_lane_to_identify(session: Session) -> int | None:
    """Lock a lane in which suspended receipts can be posted now; None when there is none."""
    return cast("int | None", session.scalar(text(_LANE_TO_IDENTIFY)))


def take_identified(session: Session, lane: int, size: int) -> list[Identified]:
    """Take suspended receipts of a locked lane that became known back to the state received."""
    cur = cursor(session).execute(_TAKE_IDENTIFIED, {"lane": lane, "size": size})
    return sorted((Identified(*row) for row in cur.fetchall()), key=lambda r: r.receipt_id)


def queue_to_post(
    session: Session, rows: Sequence[tuple[int, date, str, str]], at: datetime
) -> None:
    """Queue receipts for posting: lane, collection date, receipt, obligor."""
    columns = ("lane", "collection_date", "receipt_id", "obligor_id", "queued_at")
    copy_rows(session, "waiting", columns, ((*row, at) for row in sorted(rows)))
