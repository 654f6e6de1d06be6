"""What is owed onward: held where it cannot go out, released when it can, gathered lane by lane."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_service.store.raw import array

WAYS = """
  LEFT JOIN participant_projection t ON t.participant_id = p.payee_id AND p.payee_kind IN (1, 6)
  LEFT JOIN payee_account a ON a.payee_id = p.payee_id AND a.account_hash = t.account_hash
  LEFT JOIN payee_card k ON k.payee_id = p.payee_id AND k.active AND p.payee_kind IN (1, 6)
  LEFT JOIN paying_agency g ON g.payee_id = p.payee_id AND g.confirmed_by <> ''
       AND p.payee_kind = 7
"""
"""What says how a payee `p` (payee_id, payee_kind) is paid."""

METHOD = """
CASE WHEN p.payee_kind IN (2, 3, 4, 8) THEN 3
     WHEN p.payee_kind = 7 THEN coalesce(g.method, 0)
     WHEN k.payee_id IS NOT NULL THEN 4
     WHEN t.method = 1 AND coalesce(a.state, CASE WHEN :prenotes THEN 0 ELSE 2 END) IN (1, 2)
          AND coalesce(a.usable_on <= :on, true) THEN 1
     WHEN t.has_address THEN 2
     ELSE 0 END
"""
"""How `p` is paid: the State's own funds by transfer, a parent by card, account or check, another
State as it asked for. 0: not at all, as far as is known. A stopped account is none; nor is one that
was not tested, where `:prenotes` asks for a test.
"""

HELD_BY_PERSON = """
(SELECT min(h.reason) FROM payee_hold h WHERE h.payee_id = p.payee_id AND h.released_on IS NULL)
"""


class HeldPart(NamedTuple):
    """A part that a missing address keeps back, or that one releases."""

    payee_id: str
    obligor_id: str
    receipt_id: str
    sequence: int
    round: int
    amount_cents: int
    payee_kind: int


class HeldBack(NamedTuple):
    """A part that was held, and why."""

    part: HeldPart
    reason: str


_HOLD = f"""
WITH payees AS (
    SELECT DISTINCT p.payee_id, p.payee_kind FROM payable p
     WHERE p.settlement_date <= :on AND right(p.obligor_id::text, 1) = :digit),
reasons AS (
    SELECT p.payee_id, p.payee_kind,
           coalesce({HELD_BY_PERSON}, CASE WHEN {METHOD} = 0 THEN :unpayable END) AS reason
      FROM payees p {WAYS}),
page AS (
    SELECT p.payee_id, p.obligor_id, p.receipt_id, p.sequence, r.reason
      FROM payable p JOIN reasons r USING (payee_id, payee_kind)
     WHERE r.reason IS NOT NULL AND p.settlement_date <= :on
       AND right(p.obligor_id::text, 1) = :digit LIMIT :size),
gone AS (
    DELETE FROM payable p USING page
     WHERE (p.payee_id, p.obligor_id, p.receipt_id, p.sequence)
         = (page.payee_id, page.obligor_id, page.receipt_id, page.sequence)
    RETURNING p.*, page.reason)
INSERT INTO hold (payee_id, obligor_id, receipt_id, sequence, round, payee_kind, amount_cents,
                  settlement_date, due_date, reason, held_on)
SELECT g.payee_id, g.obligor_id, g.receipt_id, g.sequence,
       1 + coalesce((SELECT max(h.round) FROM hold h
            WHERE (h.payee_id, h.obligor_id, h.receipt_id, h.sequence)
                = (g.payee_id, g.obligor_id, g.receipt_id, g.sequence)), 0),
       g.payee_kind, g.amount_cents, g.settlement_date, g.due_date, g.reason, :today
  FROM gone g
RETURNING payee_id::text, obligor_id::text, receipt_id::text, sequence, round, amount_cents,
          payee_kind, reason
"""  # noqa: S608 - no value in it


@dataclass(frozen=True, slots=True)
class Lane:
    """What is gathered: a lane's money that has settled by a business date."""

    business_date: date
    lane: int
    prenotes: bool

    def parameters(self) -> dict[str, object]:
        """Return what the statements of a lane ask for."""
        return {"on": self.business_date, "digit": f"{self.lane:x}", "prenotes": self.prenotes}


def hold_unpayable(
    session: Session, lane: Lane, unpayable: str, today: date, size: int
) -> list[HeldBack]:
    """Hold a page of a locked lane's money that cannot go out: why, is said with each part."""
    parameters = lane.parameters() | {"unpayable": unpayable, "today": today, "size": size}
    rows = session.execute(text(_HOLD), parameters)
    return [HeldBack(HeldPart(*row[:-1]), row[-1]) for row in rows]


_RELEASABLE = f"""
SELECT p.payee_id, p.obligor_id, p.receipt_id, p.sequence, p.round FROM hold p {WAYS}
 WHERE p.released_on IS NULL
   AND (p.reason = :unpayable AND {METHOD} > 0
        OR p.reason = ANY(CAST(:by_people AS text[])) AND {HELD_BY_PERSON} IS NULL)
"""  # noqa: S608 - no value in it

_RELEASE = f"""
WITH page AS ({_RELEASABLE} AND right(p.obligor_id::text, 1) = :digit LIMIT :size),
freed AS (
    UPDATE hold h SET released_on = :on FROM page
     WHERE (h.payee_id, h.obligor_id, h.receipt_id, h.sequence, h.round)
         = (page.payee_id, page.obligor_id, page.receipt_id, page.sequence, page.round)
    RETURNING h.*),
owed AS (
    INSERT INTO payable (payee_id, obligor_id, receipt_id, sequence, payee_kind, amount_cents,
                         settlement_date, due_date)
    SELECT payee_id, obligor_id, receipt_id, sequence, payee_kind, amount_cents,
           settlement_date, due_date FROM freed)
SELECT payee_id::text, obligor_id::text, receipt_id::text, sequence, round, amount_cents,
       payee_kind
  FROM freed
"""  # noqa: S608 - no value in it

_LANE_TO_RELEASE = f"""
SELECT l.lane FROM lane l WHERE to_hex(CAST(l.lane AS int)) IN (
    SELECT right(r.obligor_id::text, 1) FROM ({_RELEASABLE}) r)
 ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - no value in it


@dataclass(frozen=True, slots=True)
class Releasing:
    """What may be released: `unpayable` when there is a way, `by_people` when the hold is over."""

    on: date
    prenotes: bool
    unpayable: str
    by_people: tuple[str, ...]

    def parameters(self) -> dict[str, object]:
        """Return what the statements of releasing ask for."""
        return {
            "on": self.on,
            "prenotes": self.prenotes,
            "unpayable": self.unpayable,
            "by_people": array(self.by_people),
        }


def take_lane_to_release(session: Session, releasing: Releasing) -> int | None:
    """Lock a lane with held parts that can be paid now; None when there is none."""
    row = session.execute(text(_LANE_TO_RELEASE), releasing.parameters()).first()
    return None if row is None else int(row[0])


def release_payable(session: Session, lane: int, releasing: Releasing, size: int) -> list[HeldPart]:
    """Release a page of a locked lane's held parts that can be paid now."""
    parameters = releasing.parameters() | {"size": size, "digit": f"{lane:x}"}
    return [HeldPart(*row) for row in session.execute(text(_RELEASE), parameters)]


class Gathered(NamedTuple):
    """Money of an obligor that goes to a payee in a run: parts, and what came back before."""

    obligor_id: str
    payee_id: str
    disbursement_id: str
    payee_kind: int
    parts_cents: int
    reissued_cents: int


_PAYMENT_ID = "md5(CAST(CAST(:on AS date) AS text) || {}.payee_id)::uuid"
"""The id of a payment: one a payee and business date."""

# The way goes with each part: what a statement makes has no statistics, and two such joined are
# gone through for each other.
_GATHER = f"""
WITH payees AS (
    SELECT p.payee_id, p.payee_kind FROM payable p
     WHERE p.settlement_date <= :on AND right(p.obligor_id::text, 1) = :digit
    UNION
    SELECT c.payee_id, c.payee_kind FROM came_back c
     WHERE c.state = 1 AND right(c.obligor_id::text, 1) = :digit),
ways AS MATERIALIZED (
    SELECT p.payee_id, p.payee_kind, {METHOD} AS method, coalesce(t.name, g.name, '') AS name,
           CASE WHEN p.payee_kind = 7 THEN g.payment
                WHEN k.payee_id IS NOT NULL THEN k.card ELSE t.payment END AS payment,
           t.account_hash
      FROM payees p {WAYS} WHERE {HELD_BY_PERSON} IS NULL),
moved AS (
    DELETE FROM payable p USING ways w
     WHERE p.settlement_date <= :on AND right(p.obligor_id::text, 1) = :digit AND w.method > 0
       AND w.payee_id = p.payee_id AND w.payee_kind = p.payee_kind
    RETURNING p.*, w.method, w.name, w.payment, w.account_hash),
parts AS (
    INSERT INTO disbursement_part (payee_id, disbursement_id, obligor_id, receipt_id, sequence,
           amount_cents, due_date)
    SELECT m.payee_id, {_PAYMENT_ID.format("m")}, m.obligor_id, m.receipt_id, m.sequence,
           m.amount_cents, m.due_date FROM moved m),
again AS (
    UPDATE came_back c SET state = 2, paid_by = {_PAYMENT_ID.format("c")} FROM ways w
     WHERE c.state = 1 AND right(c.obligor_id::text, 1) = :digit AND w.method > 0
       AND w.payee_id = c.payee_id AND w.payee_kind = c.payee_kind
    RETURNING c.*, w.method, w.name, w.payment, w.account_hash),
sums AS (
    SELECT payee_id, payee_kind, obligor_id, sum(parts)::bigint AS parts,
           sum(reissued)::bigint AS reissued, min(method) AS method, min(name) AS name,
           (array_agg(payment))[1] AS payment, (array_agg(account_hash))[1] AS account_hash
      FROM (SELECT payee_id, payee_kind, obligor_id, amount_cents AS parts, 0 AS reissued,
                   method, name, payment, account_hash FROM moved
            UNION ALL
            SELECT payee_id, payee_kind, obligor_id, 0, amount_cents,
                   method, name, payment, account_hash FROM again) both_kinds
     GROUP BY 1, 2, 3),
firsts AS (
    SELECT payee_id, min(payee_kind) AS payee_kind, sum(parts) AS parts,
           sum(reissued) AS reissued, (array_agg(method ORDER BY payee_kind))[1] AS method,
           (array_agg(name ORDER BY payee_kind))[1] AS name,
           (array_agg(payment ORDER BY payee_kind))[1] AS payment,
           (array_agg(account_hash ORDER BY payee_kind))[1] AS account_hash
      FROM sums GROUP BY payee_id),
kept AS (
    INSERT INTO to_pay (business_date, payee_id, lane, payee_kind, parts_cents, recouped_cents,
           reissued_cents, method, payee_name, payment, account_hash)
    SELECT :on, payee_id, :lane, payee_kind, parts, 0, reissued, method, name, payment,
           CASE WHEN method = 1 THEN account_hash END
      FROM firsts)
SELECT s.obligor_id::text, s.payee_id::text, {_PAYMENT_ID.format("s")}::text, s.payee_kind,
       s.parts, s.reissued FROM sums s ORDER BY 1, 2, 4
"""  # noqa: S608 - no value in it


def gather(session: Session, lane: Lane) -> list[Gathered]:
    """Take what a locked lane has to pay out of `payable`, and of what came back; with sums."""
    parameters = lane.parameters() | {"lane": lane.lane}
    return [Gathered(*row) for row in session.execute(text(_GATHER), parameters)]


def add_recoupments(
    session: Session, on: date, lane: int, taken: Sequence[tuple[Gathered, str, int]]
) -> None:
    """Keep what was kept back from payments that are not cut yet: (money, claim, cents) each."""
    rows = [
        {
            "payee": one.payee_id,
            "disbursement": one.disbursement_id,
            "obligor": one.obligor_id,
            "claim": claim_id,
            "cents": cents,
            "on": on,
            "lane": lane,
        }
        for one, claim_id, cents in taken
    ]
    if not rows:
        return
    session.execute(
        text(
            "INSERT INTO recoupment AS r (payee_id, disbursement_id, obligor_id, claim_id,"
            " amount_cents) VALUES (:payee, :disbursement, :obligor, :claim, :cents)"
            " ON CONFLICT (payee_id, disbursement_id, obligor_id, claim_id)"
            " DO UPDATE SET amount_cents = r.amount_cents + excluded.amount_cents"
        ),
        rows,
    )
    session.execute(
        text(
            "UPDATE to_pay SET recouped_cents = recouped_cents + :cents"
            " WHERE business_date = :on AND payee_id = CAST(:payee AS uuid) AND lane = :lane"
        ),
        rows,
    )
