"""What becomes of payments that went out: found and changed by what the bank says of them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_service.domain.lanes import lane_of
from payments_service.store.disbursements import CHECK, DIRECT_DEPOSIT, NOBODY, STATE_EFT
from payments_service.store.payable import METHOD, WAYS
from payments_service.store.raw import array

ISSUED, RETURNED, STOPPED, STALE, CLEARED, UNCLAIMED = 1, 2, 3, 4, 5, 6
"""Where a payment stands (DisbursementState)."""
WAITS, PAID_AGAIN, GIVEN_UP, KEPT = 1, 2, 3, 4
"""Where money that came back stands (ReturnedPaymentState)."""
TESTED, GOOD, ACCOUNT_STOPPED = 1, 2, 3
"""Where an account stands (PayeeAccountState)."""
BY_TRACE, BY_NUMBER = (DIRECT_DEPOSIT, STATE_EFT), (CHECK,)


class Sent(NamedTuple):
    """A payment that went out, as it stands."""

    payee_id: str
    disbursement_id: str
    payee_kind: int
    method: int
    amount_cents: int
    business_date: date
    reference: str
    state: int
    account_hash: bytes | None


class Share(NamedTuple):
    """What of a payment came out of an obligor's money."""

    obligor_id: str
    amount_cents: int


class CameBack(NamedTuple):
    """Money of a payment that is back, out of an obligor's money."""

    payee_id: str
    disbursement_id: str
    obligor_id: str
    amount_cents: int
    cause: str
    came_on: date
    state: int
    payee_kind: int
    paid_by: str | None


_SENT = (
    "SELECT d.payee_id::text, d.disbursement_id::text, d.payee_kind, d.method, d.amount_cents,"
    " d.business_date, d.reference, d.state, d.account_hash FROM disbursement d"
)


def lock_sent(
    session: Session, references: Sequence[str], methods: tuple[int, ...]
) -> dict[str, Sent]:
    """Lock payments by trace or check number; of numbers that came again, the newest."""
    rows = session.execute(
        text(
            f"{_SENT} WHERE d.reference = ANY(:references) AND d.method = ANY(:methods)"
            " ORDER BY d.business_date, d.payee_id FOR UPDATE"
        ),
        {"references": list(references), "methods": list(methods)},
    )
    return {row.reference: Sent(*row) for row in rows}


def lock_payment(session: Session, disbursement_id: str) -> Sent | None:
    """Lock a payment; None when there is none."""
    row = session.execute(
        text(f"{_SENT} WHERE d.disbursement_id = CAST(:id AS uuid) FOR UPDATE"),
        {"id": disbursement_id},
    ).first()
    return None if row is None else Sent(*row)


def lock_uncashed(session: Session, before: date, size: int) -> list[Sent]:
    """Lock a page of checks of days before one that the bank has not paid."""
    rows = session.execute(
        text(
            f"{_SENT} WHERE d.method = 2 AND d.state = 1 AND d.business_date < :before"
            " ORDER BY d.payee_id, d.disbursement_id LIMIT :size FOR UPDATE SKIP LOCKED"
        ),
        {"before": before, "size": size},
    )
    return [Sent(*row) for row in rows]


_SHARES = """
WITH wanted AS (
    SELECT * FROM unnest(CAST(:payees AS uuid[]), CAST(:ids AS uuid[]))
           AS k (payee_id, disbursement_id))
SELECT payee_id::text, disbursement_id::text, obligor_id::text, sum(cents)::bigint FROM (
    SELECT payee_id, disbursement_id, p.obligor_id, p.amount_cents AS cents
      FROM wanted k CROSS JOIN LATERAL (
           SELECT obligor_id, amount_cents FROM disbursement_part
            WHERE payee_id = k.payee_id AND disbursement_id = k.disbursement_id OFFSET 0) p
    UNION ALL
    SELECT c.payee_id, c.paid_by, c.obligor_id, c.amount_cents
      FROM wanted k JOIN came_back c ON c.payee_id = k.payee_id AND c.paid_by = k.disbursement_id
    UNION ALL
    SELECT payee_id, disbursement_id, r.obligor_id, -r.amount_cents
      FROM wanted JOIN recoupment r USING (payee_id, disbursement_id)) money
 GROUP BY 1, 2, 3 HAVING sum(cents) > 0 ORDER BY 1, 2, 3
"""


def shares(session: Session, sent: Iterable[Sent]) -> dict[str, list[Share]]:
    """Return what each payment came out of, by its id; shares sum to its amount."""
    page = list(sent)
    wanted = {
        "payees": array(one.payee_id for one in page),
        "ids": array(one.disbursement_id for one in page),
    }
    found: dict[str, list[Share]] = {}
    for _, disbursement_id, obligor_id, cents in session.execute(text(_SHARES), wanted):
        found.setdefault(disbursement_id, []).append(Share(obligor_id, cents))
    return found


def set_state(session: Session, sent: Sent, state: int, on: date, code: str = "") -> None:
    """Note where a payment stands now."""
    session.execute(
        text(
            "UPDATE disbursement SET state = :state, state_on = :on, code = :code"
            " WHERE payee_id = CAST(:payee AS uuid) AND disbursement_id = CAST(:id AS uuid)"
        ),
        {
            "state": state,
            "on": on,
            "code": code,
            "payee": sent.payee_id,
            "id": sent.disbursement_id,
        },
    )


def add_came_back(session: Session, rows: Sequence[CameBack]) -> None:
    """Keep money that came back, an obligor's share a row."""
    session.execute(
        text(
            "INSERT INTO came_back (payee_id, disbursement_id, obligor_id, amount_cents, cause,"
            " came_on, state, payee_kind) VALUES (:payee_id, :disbursement_id, :obligor_id,"
            " :amount_cents, :cause, :came_on, :state, :payee_kind)"
        ),
        [row._asdict() for row in rows],
    )


_CAME_BACK = (
    "SELECT payee_id::text, disbursement_id::text, obligor_id::text, amount_cents, cause, came_on,"
    " state, payee_kind, paid_by::text FROM came_back"
)


def lock_came_back(session: Session, payee_id: str, disbursement_id: str) -> list[CameBack]:
    """Lock what came back of a payment."""
    rows = session.execute(
        text(
            f"{_CAME_BACK} WHERE payee_id = CAST(:payee AS uuid)"
            " AND disbursement_id = CAST(:id AS uuid) ORDER BY obligor_id FOR UPDATE"
        ),
        {"payee": payee_id, "id": disbursement_id},
    )
    return [CameBack(*row) for row in rows]


def lock_unclaimed(session: Session, before: date, size: int) -> list[CameBack]:
    """Lock a page of what came back before a day and did not go out since."""
    rows = session.execute(
        text(
            f"{_CAME_BACK} WHERE state IN (1, 4) AND came_on < :before"
            " ORDER BY payee_id, disbursement_id, obligor_id LIMIT :size FOR UPDATE SKIP LOCKED"
        ),
        {"before": before, "size": size},
    )
    return [CameBack(*row) for row in rows]


def lanes_of_came_back(session: Session, disbursement_id: str) -> list[int]:
    """Return the lanes, in their order, out of which the money of a payment that came back was."""
    obligors = session.scalars(
        text(
            "SELECT DISTINCT obligor_id::text FROM came_back"
            " WHERE disbursement_id = CAST(:id AS uuid)"
        ),
        {"id": disbursement_id},
    )
    return sorted({lane_of(id_) for id_ in obligors})


def set_came_back(
    session: Session, rows: Sequence[CameBack], state: int, on: date | None = None
) -> None:
    """Note where money that came back stands now; `on`: since when it waits."""
    session.execute(
        text(
            "UPDATE came_back SET state = :state,"
            " came_on = coalesce(CAST(:on AS date), came_on) WHERE payee_id = CAST(:payee AS uuid)"
            " AND disbursement_id = CAST(:id AS uuid) AND obligor_id = CAST(:obligor AS uuid)"
        ),
        [
            {
                "state": state,
                "on": on,
                "payee": row.payee_id,
                "id": row.disbursement_id,
                "obligor": row.obligor_id,
            }
            for row in rows
        ],
    )


def came_back_of(session: Session, payee_id: str) -> list[CameBack]:
    """Return what came back of a payee's payments and did not go out again."""
    rows = session.execute(
        text(
            f"{_CAME_BACK} WHERE payee_id = CAST(:payee AS uuid) AND state <> 2"
            " ORDER BY came_on, disbursement_id, obligor_id"
        ),
        {"payee": payee_id},
    )
    return [CameBack(*row) for row in rows]


def mark_account(
    session: Session,
    payee_id: str,
    account_hash: bytes,
    state: int,
    on: date,
    *,
    code: str = "",
    corrected: bytes | None = None,
) -> None:
    """Note what the bank says of an account."""
    session.execute(
        text(
            "INSERT INTO payee_account AS a (payee_id, account_hash, state, code, changed_on,"
            " corrected) VALUES (CAST(:payee AS uuid), :hash, :state, :code, :on, :corrected)"
            " ON CONFLICT (payee_id, account_hash) DO UPDATE SET state = excluded.state,"
            " code = excluded.code, changed_on = excluded.changed_on,"
            " corrected = coalesce(excluded.corrected, a.corrected)"
        ),
        {
            "payee": payee_id,
            "hash": account_hash,
            "state": state,
            "code": code,
            "on": on,
            "corrected": corrected,
        },
    )


def prenotes_of(session: Session, traces: Sequence[str]) -> dict[str, tuple[str, bytes]]:
    """Return (payee, account) of tests of accounts, by trace number."""
    rows = session.execute(
        text(
            "SELECT prenote, payee_id::text, account_hash FROM payee_account"
            " WHERE prenote = ANY(:traces) AND prenote <> '' ORDER BY changed_on"
        ),
        {"traces": list(traces)},
    )
    return {trace: (payee_id, bytes(hash_)) for trace, payee_id, hash_ in rows}


def suspend_agency(session: Session, payee_id: str) -> None:
    """Pay an agency no more until two people record its account again."""
    session.execute(
        text("UPDATE paying_agency SET confirmed_by = '' WHERE payee_id = CAST(:payee AS uuid)"),
        {"payee": payee_id},
    )


class Item(NamedTuple):
    """Something that the bank sent. `payee_id` is nobody's while it counts nowhere."""

    item_id: str
    payee_id: str
    kind: str
    code: str
    reference: str
    amount_cents: int
    on_date: date
    outcome: str


def known_items(session: Session, item_ids: Sequence[str]) -> set[str]:
    """Return those items that were read before."""
    rows = session.scalars(
        text("SELECT item_id::text FROM bank_item WHERE item_id = ANY(CAST(:ids AS uuid[]))"),
        {"ids": array(item_ids)},
    )
    return set(rows)


def add_items(session: Session, items: Sequence[Item], read_on: date) -> None:
    """Keep what the bank sent; what is there already stays."""
    if items:
        session.execute(
            text(
                "INSERT INTO bank_item (payee_id, item_id, kind, code, reference, amount_cents,"
                " on_date, outcome, read_on) VALUES (CAST(:payee_id AS uuid),"
                " CAST(:item_id AS uuid), :kind, :code, :reference, :amount_cents, :on_date,"
                " :outcome, :read_on) ON CONFLICT DO NOTHING"
            ),
            [item._asdict() | {"read_on": read_on} for item in items],
        )


def unmatched_items(session: Session, after: str, size: int) -> list[Item]:
    """Return a page of what counts nowhere, by id."""
    rows = session.execute(
        text(
            "SELECT item_id::text, payee_id::text, kind, code, reference, amount_cents, on_date,"
            " outcome FROM bank_item WHERE payee_id = CAST(:nobody AS uuid)"
            " AND item_id > CAST(:after AS uuid) ORDER BY item_id LIMIT :size"
        ),
        {"nobody": NOBODY, "after": after or NOBODY, "size": size},
    )
    return [Item(*row) for row in rows]


def case_of(session: Session, payee_id: str, disbursement_id: str) -> tuple[str, str] | None:
    """Return (id, number) of a case that a payment is for; of none, a case of the payee's."""
    row = session.execute(
        text(
            "SELECT c.case_id::text, c.case_number FROM case_projection c"
            " WHERE c.case_id IN (SELECT a.case_id FROM disbursement_part p"
            "  JOIN allocation a USING (obligor_id, receipt_id, sequence)"
            "  WHERE p.payee_id = CAST(:payee AS uuid) AND p.disbursement_id = CAST(:id AS uuid))"
            " OR c.obligee_id = CAST(:payee AS uuid)"
            " ORDER BY c.obligee_id <> CAST(:payee AS uuid), c.case_number LIMIT 1"
        ),
        {"payee": payee_id, "id": disbursement_id},
    ).first()
    return None if row is None else (row[0], row[1])


def can_be_paid(session: Session, payee_id: str, *, prenotes: bool, on: date) -> int:
    """Return how a person would be paid on a day, as a method; 0: not at all."""
    found = session.scalar(
        text(
            f"SELECT {METHOD} FROM (SELECT CAST(:payee AS uuid) AS payee_id,"  # noqa: S608
            f" 1 AS payee_kind) p {WAYS}"
        ),
        {"payee": payee_id, "prenotes": prenotes, "on": on},
    )
    return int(found or 0)
