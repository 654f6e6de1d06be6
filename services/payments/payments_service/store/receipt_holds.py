"""Receipts that are held before they are distributed: booked, released, listed; appeals."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, cast

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_service.store.raw import array

TO_HOLD, HELD, LET_GO, OVER = 1, 2, 3, 4
RECEIPT_HELD = 5
"""ReceiptState."""


class Hold(NamedTuple):
    """A receipt that is held, or is to be."""

    receipt_id: str
    round: int
    obligor_id: str
    amount_cents: int
    reason: str
    held_on: date
    held_until: date | None
    collection_date: date
    settlement_date: date
    source: int


_HOLD = (
    "h.receipt_id::text, h.round, h.obligor_id::text, h.amount_cents, h.reason, h.held_on,"
    " h.held_until, r.collection_date, r.settlement_date, r.source"
)
_TO_HOLD = "h.state = 1 AND h.obligor_id IS NOT NULL"
_TO_RELEASE = "(h.state = 3 OR (h.state = 2 AND h.held_until <= :on))"


def _lane(session: Session, which: str, on: date) -> int | None:
    found = session.scalar(
        text(
            f"SELECT l.lane FROM lane l WHERE l.lane IN (SELECT h.lane FROM receipt_hold h"  # noqa: S608 - no value in it
            f" WHERE {which}) ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED"
        ),
        {"on": on},
    )
    return cast("int | None", found)


def _page(session: Session, which: str, lane: int, on: date, size: int) -> list[Hold]:
    rows = session.execute(
        text(
            f"SELECT {_HOLD} FROM receipt_hold h JOIN receipt r USING (receipt_id)"  # noqa: S608 - no value in it
            f" WHERE h.lane = :lane AND {which} ORDER BY h.receipt_id LIMIT :size FOR UPDATE OF h"
        ),
        {"lane": lane, "on": on, "size": size},
    )
    return [Hold(*row) for row in rows]


def take_lane_to_hold(session: Session, on: date) -> int | None:
    """Lock a lane with receipts that are to be held; None when there is none."""
    return _lane(session, _TO_HOLD, on)


def take_lane_to_release(session: Session, on: date) -> int | None:
    """Lock a lane with held receipts whose day has come; None when there is none."""
    return _lane(session, _TO_RELEASE, on)


def to_hold(session: Session, lane: int, on: date, size: int) -> list[Hold]:
    """Return a page of a locked lane's receipts that are to be held."""
    return _page(session, _TO_HOLD, lane, on, size)


def to_release(session: Session, lane: int, on: date, size: int) -> list[Hold]:
    """Return a page of a locked lane's held receipts that go on."""
    return _page(session, _TO_RELEASE, lane, on, size)


def mark_held(session: Session, holds: Sequence[Hold], on: date) -> None:
    """Note receipts as held."""
    ids = {"ids": array(hold.receipt_id for hold in holds), "on": on}
    session.execute(
        text(
            "UPDATE receipt_hold SET state = 2, held_on = :on"
            " WHERE state = 1 AND receipt_id = ANY(CAST(:ids AS uuid[]))"
        ),
        ids,
    )
    session.execute(
        text(
            "UPDATE receipt SET state = 5, posting_date = :on, reason = 0, detail = ''"
            " WHERE receipt_id = ANY(CAST(:ids AS uuid[]))"
        ),
        ids,
    )


def mark_released(session: Session, holds: Sequence[tuple[Hold, date]], on: date) -> None:
    """Note receipts as received again, each with the day by which it has to be sent out."""
    ids = array(hold.receipt_id for hold, _ in holds)
    session.execute(
        text(
            "UPDATE receipt_hold SET state = 4, released_on = :on"
            " WHERE state IN (2, 3) AND receipt_id = ANY(CAST(:ids AS uuid[]))"
        ),
        {"ids": ids, "on": on},
    )
    session.execute(
        text(
            "UPDATE receipt r SET state = 1, posting_date = NULL, due_date = d.due_date"
            " FROM unnest(CAST(:ids AS uuid[]), CAST(:days AS date[])) AS d (receipt_id, due_date)"
            " WHERE r.receipt_id = d.receipt_id"
        ),
        {"ids": ids, "days": array(due for _, due in holds)},
    )


def keep_back(
    session: Session, receipts: Sequence[tuple[str, str, int]], sources: Sequence[int], on: date
) -> set[str]:
    """Let what became known be held where it is to be; returns those receipts.

    `receipts` are (receipt, obligor, lane of the obligor). Held is what was to be held once it is
    identified, and money of `sources` of obligors with an open appeal.
    """
    parameters = {
        "receipts": array(id_ for id_, _, _ in receipts),
        "obligors": array(obligor for _, obligor, _ in receipts),
        "lanes": array(lane for _, _, lane in receipts),
        "sources": array(sources),
        "on": on,
    }
    given = (
        "unnest(CAST(:receipts AS uuid[]), CAST(:obligors AS uuid[]), CAST(:lanes AS smallint[]))"
        " AS d (receipt_id, obligor_id, lane)"
    )
    named = session.scalars(
        text(
            f"UPDATE receipt_hold h SET obligor_id = d.obligor_id, lane = d.lane FROM {given}"  # noqa: S608 - no value in it
            " WHERE h.receipt_id = d.receipt_id AND h.state = 1 RETURNING h.receipt_id::text"
        ),
        parameters,
    ).all()
    added = session.scalars(
        text(
            "INSERT INTO receipt_hold (receipt_id, round, lane, obligor_id, amount_cents, reason,"  # noqa: S608 - no value in it
            " state, held_on)"
            " SELECT r.receipt_id, 1, d.lane, d.obligor_id, r.amount_cents, 'appeal', 1, :on"
            f" FROM {given} JOIN receipt r USING (receipt_id)"
            " WHERE r.source = ANY(CAST(:sources AS smallint[]))"
            "   AND EXISTS (SELECT FROM appeal a WHERE a.obligor_id = d.obligor_id"
            "                  AND a.decided_on IS NULL)"
            " ON CONFLICT DO NOTHING RETURNING receipt_id::text"
        ),
        parameters,
    ).all()
    return {*named, *added}


def let_go(session: Session, receipt_id: str) -> bool:
    """Let a held receipt go on; False when it is not held."""
    found = session.execute(
        text(
            "UPDATE receipt_hold SET state = 3"
            " WHERE receipt_id = CAST(:id AS uuid) AND state = 2 RETURNING 1"
        ),
        {"id": receipt_id},
    ).first()
    return found is not None


def lane_of_held(session: Session, receipt_id: str) -> int | None:
    """Return the lane that a held receipt is booked in; None when it is not held."""
    return cast(
        "int | None",
        session.scalar(
            text(
                "SELECT lane FROM receipt_hold"
                " WHERE receipt_id = CAST(:id AS uuid) AND state IN (2, 3)"
            ),
            {"id": receipt_id},
        ),
    )


def is_held(session: Session, receipt_id: str) -> bool:
    """Return whether a receipt is held before it is distributed."""
    found = session.scalar(
        text(
            "SELECT EXISTS (SELECT FROM receipt_hold"
            " WHERE receipt_id = CAST(:id AS uuid) AND state = 2)"
        ),
        {"id": receipt_id},
    )
    return bool(found)


def take_held(session: Session, receipt_id: str) -> Hold | None:
    """Return a held receipt, locked; its lane must be locked before."""
    row = session.execute(
        text(
            f"SELECT {_HOLD} FROM receipt_hold h JOIN receipt r USING (receipt_id)"  # noqa: S608 - no value in it
            " WHERE h.receipt_id = CAST(:id AS uuid) AND h.state IN (2, 3) FOR UPDATE OF h"
        ),
        {"id": receipt_id},
    ).first()
    return None if row is None else Hold(*row)


def mark_taken_back(session: Session, receipt_id: str, detail: str, on: date) -> None:
    """Note that a held receipt went back; its hold is over."""
    parameters = {"id": receipt_id, "detail": detail, "on": on}
    session.execute(
        text(
            "UPDATE receipt_hold SET state = 4, released_on = :on"
            " WHERE receipt_id = CAST(:id AS uuid) AND state IN (2, 3)"
        ),
        parameters,
    )
    session.execute(
        text(
            "UPDATE receipt SET state = 4, posting_date = :on, detail = :detail"
            " WHERE receipt_id = CAST(:id AS uuid)"
        ),
        parameters,
    )


def listed(session: Session, obligor_id: str, after: str, size: int) -> list[Hold]:
    """Return a page of receipts that are held, by receipt."""
    rows = session.execute(
        text(
            f"SELECT {_HOLD} FROM receipt_hold h JOIN receipt r USING (receipt_id)"  # noqa: S608 - no value in it
            " WHERE h.state IN (2, 3)"
            " AND (:obligor = '' OR h.obligor_id = CAST(nullif(:obligor, '') AS uuid))"
            " AND (:after = '' OR h.receipt_id > CAST(nullif(:after, '') AS uuid))"
            " ORDER BY h.receipt_id LIMIT :size"
        ),
        {"obligor": obligor_id, "after": after, "size": size},
    )
    return [Hold(*row) for row in rows]


class Appeal(NamedTuple):
    """An appeal against offsets."""

    obligor_id: str
    appealed_on: date
    decided_on: date | None
    due_date: date | None


def open_appeal(session: Session, obligor_id: str, on: date, by: str) -> None:
    """Note an appeal; one that is noted already stays as it is."""
    session.execute(
        text(
            "INSERT INTO appeal (obligor_id, appealed_on, placed_by)"
            " VALUES (CAST(:id AS uuid), :on, :by) ON CONFLICT DO NOTHING"
        ),
        {"id": obligor_id, "on": on, "by": by},
    )


def close_appeal(session: Session, obligor_id: str, on: date, due: date) -> Appeal | None:
    """Note that the open appeal of an obligor is decided; None when there is none."""
    row = session.execute(
        text(
            "UPDATE appeal SET decided_on = :on, due_date = :due"
            " WHERE obligor_id = CAST(:id AS uuid) AND decided_on IS NULL AND appealed_on <= :on"
            " RETURNING obligor_id::text, appealed_on, decided_on, due_date"
        ),
        {"id": obligor_id, "on": on, "due": due},
    ).first()
    return None if row is None else Appeal(*row)


def release_appealed(session: Session, obligor_id: str, due: date) -> None:
    """Let go what an obligor's appeal held; what is still to be booked as held goes on after it."""
    session.execute(
        text(
            "UPDATE receipt_hold SET held_until = least(held_until, CAST(:due AS date)),"
            " state = CASE state WHEN 2 THEN 3 ELSE state END"
            " WHERE obligor_id = CAST(:id AS uuid) AND reason = 'appeal' AND state IN (1, 2)"
        ),
        {"id": obligor_id, "due": due},
    )


def due_after_appeal(session: Session, obligor_id: str) -> date | None:
    """Return by when money that an appeal held has to be sent out, by the last that was decided."""
    return cast(
        "date | None",
        session.scalar(
            text(
                "SELECT due_date FROM appeal WHERE obligor_id = CAST(:id AS uuid)"
                " AND decided_on IS NOT NULL ORDER BY appealed_on DESC LIMIT 1"
            ),
            {"id": obligor_id},
        ),
    )
