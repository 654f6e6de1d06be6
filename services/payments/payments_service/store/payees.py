"""How payees are paid beyond what they told: holds, redirects, cards, agencies."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_service.store.disbursements import NOBODY

ASKED, IN_FORCE, REFUSED, OVER = 1, 2, 3, 4
"""Where a redirect stands (RedirectState)."""


class Hold(NamedTuple):
    """A hold that somebody placed on what a payee is to be paid."""

    payee_id: str
    hold_id: str
    reason: str
    placed_by: str
    placed_on: date
    released_by: str
    released_on: date | None


class Redirect(NamedTuple):
    """Support of a case that is paid to another caretaker than its obligee."""

    payee_id: str
    redirect_id: str
    case_id: str
    to_payee_id: str
    first_day: date
    last_day: date | None
    proof: str
    evidence_id: str
    state: int
    asked_by: str
    asked_on: date
    decided_by: str
    decided_on: date | None


class Account(NamedTuple):
    """What the bank said of an account; `on_file`: it is the one that is known now."""

    state: int
    code: str
    changed_on: date
    on_file: bool


class Agency(NamedTuple):
    """Another State's or country's agency that is paid."""

    payee_id: str
    name: str
    fips: str
    method: int
    payment: bytes
    asked_by: str
    confirmed_by: str


_HOLD = (
    "SELECT payee_id::text, hold_id::text, reason, placed_by, placed_on, released_by, released_on"
    " FROM payee_hold"
)


def add_hold(session: Session, hold: Hold, note: bytes | None) -> None:
    """Place a hold."""
    session.execute(
        text(
            "INSERT INTO payee_hold (payee_id, hold_id, reason, note, placed_by, placed_on)"
            " VALUES (:payee_id, :hold_id, :reason, :note, :placed_by, :placed_on)"
        ),
        hold._asdict() | {"note": note},
    )


def lock_hold(session: Session, payee_id: str, hold_id: str) -> Hold | None:
    """Lock a hold; None when there is none."""
    row = session.execute(
        text(
            f"{_HOLD} WHERE payee_id = CAST(:payee AS uuid) AND hold_id = CAST(:id AS uuid)"
            " FOR UPDATE"
        ),
        {"payee": payee_id, "id": hold_id},
    ).first()
    return None if row is None else Hold(*row)


def release_hold(session: Session, hold: Hold) -> None:
    """Note that a hold ended; `hold` says by whom and when."""
    session.execute(
        text(
            "UPDATE payee_hold SET released_by = :released_by, released_on = :released_on"
            " WHERE payee_id = CAST(:payee_id AS uuid) AND hold_id = CAST(:hold_id AS uuid)"
        ),
        hold._asdict(),
    )


def open_holds(session: Session, payee_id: str) -> list[Hold]:
    """Return the holds on a payee that last."""
    rows = session.execute(
        text(
            f"{_HOLD} WHERE payee_id = CAST(:payee AS uuid) AND released_on IS NULL"
            " ORDER BY placed_on, hold_id"
        ),
        {"payee": payee_id},
    )
    return [Hold(*row) for row in rows]


_REDIRECT = (
    "SELECT payee_id::text, redirect_id::text, case_id::text, to_payee_id::text, first_day,"
    " last_day, proof, evidence_id, state, asked_by, asked_on, decided_by, decided_on"
    " FROM redirect"
)


def add_redirect(session: Session, redirect: Redirect) -> None:
    """Keep what somebody asked for."""
    session.execute(
        text(
            "INSERT INTO redirect (payee_id, redirect_id, case_id, to_payee_id, first_day,"
            " last_day, proof, evidence_id, state, asked_by, asked_on, decided_by, decided_on)"
            " VALUES (:payee_id, :redirect_id, :case_id, :to_payee_id, :first_day, :last_day,"
            " :proof, :evidence_id, :state, :asked_by, :asked_on, :decided_by, :decided_on)"
        ),
        redirect._asdict(),
    )


def lock_redirect(session: Session, redirect_id: str) -> Redirect | None:
    """Lock a redirect; None when there is none."""
    row = session.execute(
        text(f"{_REDIRECT} WHERE redirect_id = CAST(:id AS uuid) FOR UPDATE"), {"id": redirect_id}
    ).first()
    return None if row is None else Redirect(*row)


def write_redirect(session: Session, redirect: Redirect) -> None:
    """Note how a redirect stands now."""
    session.execute(
        text(
            "UPDATE redirect SET state = :state, last_day = :last_day, decided_by = :decided_by,"
            " decided_on = :decided_on WHERE payee_id = CAST(:payee_id AS uuid)"
            " AND redirect_id = CAST(:redirect_id AS uuid)"
        ),
        redirect._asdict(),
    )


def lock_redirects_of_case(session: Session, case_id: str) -> list[Redirect]:
    """Lock what is asked for or in force in a case."""
    rows = session.execute(
        text(
            f"{_REDIRECT} WHERE case_id = CAST(:case AS uuid) AND state IN (1, 2)"
            " ORDER BY payee_id, redirect_id FOR UPDATE"
        ),
        {"case": case_id},
    )
    return [Redirect(*row) for row in rows]


def list_redirects(session: Session, case_id: str, after: str, size: int) -> list[Redirect]:
    """Return a page of redirects: those of a case, else all that wait or are in force."""
    state, _, id_ = (after or f"0/{NOBODY}").partition("/")
    rows = session.execute(
        text(
            f"{_REDIRECT} WHERE (:case = '' AND state IN (1, 2) OR case_id::text = :case)"
            " AND (state, redirect_id) > (:state, CAST(:id AS uuid))"
            " ORDER BY state, redirect_id LIMIT :size"
        ),
        {"case": case_id, "state": int(state), "id": id_, "size": size},
    )
    return [Redirect(*row) for row in rows]


def obligee_of(session: Session, case_id: str) -> tuple[str, str] | None:
    """Return (obligee, number) of a case; locked, so that two do not ask at once."""
    row = session.execute(
        text(
            "SELECT obligee_id::text, case_number FROM case_projection"
            " WHERE case_id = CAST(:case AS uuid) FOR UPDATE"
        ),
        {"case": case_id},
    ).first()
    return None if row is None else (row[0], row[1])


def is_known(session: Session, participant_id: str) -> bool:
    """Return whether a participant is known here."""
    found = session.scalar(
        text(
            "SELECT EXISTS (SELECT FROM participant_projection"
            " WHERE participant_id = CAST(:id AS uuid))"
        ),
        {"id": participant_id},
    )
    return bool(found)


class Moved(NamedTuple):
    """A part that goes to another caretaker."""

    obligor_id: str
    receipt_id: str
    sequence: int
    payee_id: str
    to_payee_id: str
    redirect_id: str
    amount_cents: int


_MOVE = """
WITH due AS (
    SELECT p.payee_id, p.obligor_id, p.receipt_id, p.sequence, r.to_payee_id, r.redirect_id
      FROM redirect r JOIN payable p ON p.payee_id = r.payee_id AND p.payee_kind = 1
      JOIN allocation a USING (obligor_id, receipt_id, sequence)
     WHERE r.state = 2 AND r.first_day <= :on AND (r.last_day IS NULL OR r.last_day >= :on)
       AND a.case_id = r.case_id AND p.settlement_date <= :on
       AND right(p.obligor_id::text, 1) = :digit)
UPDATE payable p SET payee_id = due.to_payee_id FROM due
 WHERE (p.payee_id, p.obligor_id, p.receipt_id, p.sequence)
     = (due.payee_id, due.obligor_id, due.receipt_id, due.sequence)
RETURNING p.obligor_id::text, p.receipt_id::text, p.sequence, due.payee_id::text,
          due.to_payee_id::text, due.redirect_id::text, p.amount_cents
"""


def redirect_payables(session: Session, on: date, lane: int) -> list[Moved]:
    """Give a locked lane's settled money to the caretakers that redirects in force name."""
    rows = session.execute(text(_MOVE), {"on": on, "digit": f"{lane:x}"})
    return [Moved(*row) for row in rows]


class Card(NamedTuple):
    """A payee's debit card; one that is not active waits for a second person."""

    card: bytes
    active: bool
    changed_by: str


def lock_card(session: Session, payee_id: str) -> Card | None:
    """Lock a payee's debit card; None when there is none."""
    row = session.execute(
        text(
            "SELECT card, active, changed_by FROM payee_card"
            " WHERE payee_id = CAST(:payee AS uuid) AND card <> '' FOR UPDATE"
        ),
        {"payee": payee_id},
    ).first()
    return None if row is None else Card(bytes(row[0]), row[1], row[2])


def set_card(
    session: Session, payee_id: str, card: bytes, by: str, on: date, *, active: bool
) -> None:
    """Record a payee's debit card; empty: it is no more."""
    session.execute(
        text(
            "INSERT INTO payee_card (payee_id, card, active, changed_on, changed_by)"
            " VALUES (:payee, :card, :active, :on, :by)"
            " ON CONFLICT (payee_id) DO UPDATE SET card = excluded.card,"
            " active = excluded.active, changed_on = excluded.changed_on,"
            " changed_by = excluded.changed_by"
        ),
        {"payee": payee_id, "card": card, "active": active, "on": on, "by": by},
    )


def record_agency(session: Session, agency: Agency, on: date) -> None:
    """Record how an agency is paid; what was confirmed before is in force no more."""
    session.execute(
        text(
            "INSERT INTO paying_agency (payee_id, name, fips, method, payment, asked_by,"
            " confirmed_by, changed_on) VALUES (:payee_id, :name, :fips, :method, :payment,"
            " :asked_by, '', :on) ON CONFLICT (payee_id) DO UPDATE SET name = excluded.name,"
            " fips = excluded.fips, method = excluded.method, payment = excluded.payment,"
            " asked_by = excluded.asked_by, confirmed_by = '', changed_on = excluded.changed_on"
        ),
        agency._asdict() | {"on": on},
    )


def lock_agency(session: Session, payee_id: str) -> Agency | None:
    """Lock an agency; None when there is none."""
    row = session.execute(
        text(
            "SELECT payee_id::text, name, fips, method, payment, asked_by, confirmed_by"
            " FROM paying_agency WHERE payee_id = CAST(:payee AS uuid) FOR UPDATE"
        ),
        {"payee": payee_id},
    ).first()
    return None if row is None else Agency(*row)


def confirm_agency(session: Session, payee_id: str, by: str, on: date) -> None:
    """Put in force how an agency is paid."""
    session.execute(
        text(
            "UPDATE paying_agency SET confirmed_by = :by, changed_on = :on"
            " WHERE payee_id = CAST(:payee AS uuid)"
        ),
        {"payee": payee_id, "by": by, "on": on},
    )


def accounts_of(session: Session, payee_id: str) -> Sequence[Account]:
    """Return what the bank said of a payee's accounts, the newest first."""
    rows = session.execute(
        text(
            "SELECT a.state, a.code, a.changed_on, coalesce(a.account_hash = t.account_hash, false)"
            " FROM payee_account a LEFT JOIN participant_projection t"
            " ON t.participant_id = a.payee_id WHERE a.payee_id = CAST(:payee AS uuid)"
            " ORDER BY a.changed_on DESC, a.account_hash"
        ),
        {"payee": payee_id},
    )
    return [Account(*row) for row in rows]


def claims_cents(session: Session, payee_id: str) -> int:
    """Return what a payee was paid too much and has not given back."""
    found = session.scalar(
        text(
            "SELECT sum(left_cents) FROM claim WHERE payee_id = CAST(:payee AS uuid) AND state = 1"
        ),
        {"payee": payee_id},
    )
    return int(found or 0)
