"""Payments online and what payers' banks took back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from payments_service.store import tables

STARTED, UNKNOWN, APPROVED, DECLINED, EXPIRED, CHARGED_BACK = 1, 2, 3, 4, 5, 6
"""OnlinePaymentState."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment online. `token` is encrypted; `ask_at`: when the gateway is asked next.

    `scheduled_payment_id` and `scheduled_for`: the plan that it was made by, and the plan's day.
    """

    payment_id: str
    obligor_id: str
    amount_cents: int
    instrument: int
    token: bytes | None
    state: int
    attempts: int
    ask_at: datetime | None
    reference: str
    decline_code: str
    settlement_date: date | None
    receipt_id: str | None
    started_at: datetime
    scheduled_payment_id: str | None = None
    scheduled_for: date | None = None


_PAYMENT = (
    "payment_id::text, obligor_id::text, amount_cents, instrument, token, state, attempts, ask_at,"
    " reference, decline_code, settlement_date, receipt_id::text, started_at,"
    " scheduled_payment_id::text, scheduled_for"
)


def add(session: Session, payment: Payment) -> None:
    """Write a payment that is to be asked of the gateway."""
    session.execute(insert(tables.online_payment), asdict(payment))


def save(session: Session, payment: Payment) -> None:
    """Write how a payment stands now."""
    session.execute(
        text(
            "UPDATE online_payment SET token = :token, state = :state, attempts = :attempts,"
            " ask_at = :ask_at, reference = :reference, decline_code = :decline_code,"
            " settlement_date = :settlement_date, receipt_id = CAST(:receipt_id AS uuid)"
            " WHERE payment_id = CAST(:payment_id AS uuid)"
        ),
        asdict(payment),
    )


def take_due(session: Session, at: datetime) -> Payment | None:
    """Lock the payment whose gateway is to be asked next; None when none is due."""
    row = session.execute(
        text(
            f"SELECT {_PAYMENT} FROM online_payment WHERE ask_at <= :at"  # noqa: S608 - no value in it
            " ORDER BY ask_at, payment_id LIMIT 1 FOR UPDATE SKIP LOCKED"
        ),
        {"at": at},
    ).first()
    return None if row is None else Payment(*row)


def get(session: Session, payment_id: str, *, lock: bool = False) -> Payment | None:
    """Return a payment; None when there is none."""
    row = session.execute(
        text(
            f"SELECT {_PAYMENT} FROM online_payment"  # noqa: S608 - no value in it
            f" WHERE payment_id = CAST(:id AS uuid){' FOR UPDATE' if lock else ''}"
        ),
        {"id": payment_id},
    ).first()
    return None if row is None else Payment(*row)


def by_ids(session: Session, payment_ids: Sequence[str]) -> dict[str, Payment]:
    """Return payments by their ids."""
    rows = session.execute(
        text(
            f"SELECT {_PAYMENT} FROM online_payment"  # noqa: S608 - no value in it
            " WHERE payment_id = ANY(CAST(:ids AS uuid[]))"
        ),
        {"ids": list(payment_ids)},
    )
    return {row[0]: Payment(*row) for row in rows}


def of_obligor(session: Session, obligor_id: str, after: str, size: int) -> list[Payment]:
    """Return a page of an obligor's payments, the latest first; ids rise with time."""
    rows = session.execute(
        text(
            f"SELECT {_PAYMENT} FROM online_payment"  # noqa: S608 - no value in it
            " WHERE obligor_id = CAST(:obligor AS uuid)"
            " AND (:after = '' OR payment_id < CAST(nullif(:after, '') AS uuid))"
            " ORDER BY payment_id DESC LIMIT :size"
        ),
        {"obligor": obligor_id, "after": after, "size": size},
    )
    return [Payment(*row) for row in rows]


def started_on(session: Session, receipts: Sequence[tuple[str, str]], zone: str) -> dict[str, date]:
    """Return the days, in a zone, on which receipts were paid online; given with their obligors."""
    rows = session.execute(
        text(
            "SELECT o.receipt_id::text, o.started_at"
            "  FROM unnest(CAST(:obligors AS uuid[]), CAST(:receipts AS uuid[]))"
            "       AS k (obligor_id, receipt_id)"
            "  JOIN online_payment o ON o.obligor_id = k.obligor_id AND o.receipt_id = k.receipt_id"
        ),
        {
            "obligors": [obligor_id for obligor_id, _ in receipts],
            "receipts": [receipt_id for _, receipt_id in receipts],
        },
    )
    there = ZoneInfo(zone)
    return {id_: started_at.astimezone(there).date() for id_, started_at in rows}


@dataclass(frozen=True, slots=True)
class Chargeback:
    """A payment that the payer's bank took back."""

    number: int
    payment_id: str
    on_date: date
    code: str


def last_number(session: Session) -> int:
    """Return the number of the last news that was heard; 0 when there was none."""
    return int(session.scalar(text("SELECT coalesce(max(number), 0) FROM chargeback")) or 0)


def keep_chargebacks(session: Session, rows: list[Chargeback]) -> None:
    """Keep news; what was heard before stays as it is."""
    if rows:
        statement = upsert(tables.chargeback).on_conflict_do_nothing()
        session.execute(statement, [asdict(row) for row in rows])


def take_chargeback(session: Session) -> Chargeback | None:
    """Lock a chargeback that is not applied; None when there is none.

    Any of them, so that one that cannot be applied does not keep the others waiting.
    """
    row = session.execute(
        text(
            "SELECT number, payment_id::text, on_date, code FROM chargeback"
            " WHERE applied_on IS NULL ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED"
        )
    ).first()
    return None if row is None else Chargeback(*row)


def mark_applied(session: Session, number: int, on: date) -> None:
    """Note a chargeback as applied."""
    session.execute(
        text("UPDATE chargeback SET applied_on = :on WHERE number = :number"),
        {"number": number, "on": on},
    )
