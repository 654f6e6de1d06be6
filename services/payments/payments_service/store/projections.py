"""What other services know, as this one keeps it. An older or equal version changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chassis.projections import take_newer
from payments_service.domain.model import Bucket
from payments_service.store import tables
from payments_service.store.raw import array


@dataclass(frozen=True, slots=True)
class ParticipantRow:
    """A participant: `payment` is the encrypted account and address, the rest follows from it."""

    participant_id: str
    version: int
    name: str
    method: int
    payment: bytes | None
    has_address: bool
    account_hash: bytes | None


def save_cases(session: Session, rows: Sequence[dict[str, Any]]) -> list[str]:
    """Take cases over; returns the ids of those that were newer than what was known."""
    return take_newer(session, tables.case_, rows, returning=tables.case_.c.case_id)


def save_obligations(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Take the obligations of newer cases over; when we first heard of one stays as it was."""
    key = tables.obligation.c.obligation_id
    take_newer(session, tables.obligation, rows, returning=key, keep={"learnt_month"})


def learn_earlier(session: Session, months: Mapping[str, date]) -> None:
    """Let obligations that are charged from their start be charged from an earlier one."""
    session.execute(
        text(
            "UPDATE obligation_projection o SET learnt_month = d.month"
            "  FROM unnest(CAST(:ids AS uuid[]), CAST(:months AS date[])) AS d (id, month)"
            " WHERE o.obligation_id = d.id AND d.month < o.learnt_month"
        ),
        {"ids": array(months), "months": array(months.values())},
    )


_END_OBLIGATIONS = """
UPDATE obligation_projection o
   SET version = c.version,
       effective_to = least(coalesce(o.effective_to, :ended_on), :ended_on)
  FROM case_projection c
 WHERE o.case_id = ANY(CAST(:cases AS uuid[])) AND c.case_id = o.case_id AND o.version < c.version
"""


def end_obligations(session: Session, case_ids: Sequence[str], ended_on: date) -> None:
    """End the obligations that the newest version of their case no longer names.

    Call it after `save_obligations` with the cases that were newer: what they name is as new.
    """
    parameters = {"cases": array(case_ids), "ended_on": ended_on}
    session.execute(text(_END_OBLIGATIONS), parameters)


def with_others(session: Session, obligor_ids: Sequence[str], but: Sequence[str]) -> set[str]:
    """Return those of the obligors that have an obligation besides the ones given."""
    statement = text(
        "SELECT DISTINCT obligor_id::text FROM obligation_projection"
        " WHERE obligor_id = ANY(CAST(:obligors AS uuid[]))"
        " AND obligation_id <> ALL(CAST(:but AS uuid[]))"
    )
    return set(session.scalars(statement, {"obligors": array(obligor_ids), "but": array(but)}))


def queue_openings(session: Session, lanes: Sequence[tuple[int, str]]) -> None:
    """Queue obligors whose opening arrears may have to be booked."""
    if lanes:
        statement = insert(tables.to_open).on_conflict_do_nothing()
        rows = [{"lane": lane, "obligor_id": id_} for lane, id_ in sorted(set(lanes))]
        session.execute(statement, rows)


def save_participants(session: Session, rows: Sequence[ParticipantRow]) -> None:
    """Take participants over."""
    key = tables.participant.c.participant_id
    take_newer(session, tables.participant, [asdict(row) for row in rows], returning=key)


_TAKE_OPENINGS = """
DELETE FROM obligation_to_open t
 USING (SELECT lane, obligor_id FROM obligation_to_open WHERE lane = :lane
         ORDER BY obligor_id LIMIT :size) page
 WHERE t.lane = page.lane AND t.obligor_id = page.obligor_id
RETURNING t.obligor_id::text
"""


_LANE_TO_OPEN = """
SELECT l.lane FROM lane l
 WHERE EXISTS (SELECT FROM obligation_to_open t WHERE t.lane = l.lane)
 ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED
"""


def take_lane_to_open(session: Session) -> int | None:
    """Lock a lane in which obligors are queued; None when there is none."""
    return cast("int | None", session.scalar(text(_LANE_TO_OPEN)))


def take_openings(session: Session, lane: int, size: int) -> list[str]:
    """Take a page of the obligors that were queued in a lane."""
    return sorted(session.scalars(text(_TAKE_OPENINGS), {"lane": lane, "size": size}))


_UNCHARGED = """
SELECT DISTINCT o.obligor_id::text FROM obligation_projection o
  LEFT JOIN standing s USING (obligor_id, obligation_id)
 WHERE right(o.obligor_id::text, 1) = :digit
   AND o.obligor_id > CAST(:after AS uuid) AND o.effective_from < :next
   AND (s.charged_through IS NULL OR s.charged_through < :month AND
        (o.effective_to IS NULL OR o.effective_to >= s.charged_through + interval '1 month'
         OR o.judgments <> '[]'
         OR EXISTS (SELECT FROM balance b
                     WHERE b.obligor_id = o.obligor_id AND b.obligation_id = o.obligation_id
                       AND b.bucket = :current AND b.due_cents <> 0)))
 ORDER BY 1 LIMIT :size
"""


def uncharged_obligors(
    session: Session, lane: int, month: date, after: str, size: int
) -> list[str]:
    """Return a page of a lane's obligors with an obligation not charged through `month`.

    One that has ended waits no more, once what its last month left is aged.
    """
    after_month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    parameters = {
        "digit": f"{lane:x}",
        "after": after,
        "next": after_month,
        "month": month,
        "current": int(Bucket.CURRENT),
        "size": size,
    }
    return list(session.scalars(text(_UNCHARGED), parameters))
