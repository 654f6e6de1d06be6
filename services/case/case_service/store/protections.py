"""The family violence indicator: a row for each time that it stood."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from case_service.store.tables import protection
from chassis.crypto import Keys
from chassis.ids import new_id


@dataclass(frozen=True, slots=True)
class Protection:
    """One time that somebody was, or is, protected."""

    protection_id: str
    participant_id: str
    since: date
    reason: str
    evidence_id: str
    set_by: str
    lift_asked_by: str = ""
    lift_reason: str = ""
    lift_evidence_id: str = ""
    lifted_by: str = ""
    lifted_on: date | None = None


def add(session: Session, keys: Keys, one: Protection) -> None:
    """Write that somebody is protected from now on."""
    session.execute(
        insert(protection).values(
            protection_id=one.protection_id or new_id(),
            participant_id=one.participant_id,
            since=one.since,
            reason=keys.encrypt("protection.reason", one.reason),
            evidence_id=one.evidence_id,
            set_by=one.set_by,
        )
    )


def in_force(session: Session, keys: Keys, participant_id: str) -> Protection | None:
    """Return the protection of somebody that nobody has lifted, locked; None: there is none."""
    query = select(protection).where(
        protection.c.participant_id == participant_id, protection.c.lifted_on.is_(None)
    )
    row = session.execute(query.with_for_update()).one_or_none()
    return _protection(keys, row) if row else None


def of(session: Session, keys: Keys, participant_id: str) -> list[Protection]:
    """Return every time that somebody was protected, oldest first."""
    query = select(protection).where(protection.c.participant_id == participant_id)
    rows = session.execute(query.order_by(protection.c.since, protection.c.lifted_on))
    return [_protection(keys, row) for row in rows]


def write_lift(session: Session, keys: Keys, one: Protection) -> None:
    """Write who asks to lift a protection, and who has lifted it."""
    reason = keys.encrypt("protection.lift_reason", one.lift_reason) if one.lift_reason else None
    session.execute(
        update(protection)
        .where(protection.c.protection_id == one.protection_id)
        .values(
            lift_asked_by=one.lift_asked_by,
            lift_reason=reason,
            lift_evidence_id=one.lift_evidence_id,
            lifted_by=one.lifted_by,
            lifted_on=one.lifted_on,
        )
    )


def _protection(keys: Keys, row: Row[tuple[object, ...]]) -> Protection:
    asked = row.lift_reason
    return Protection(
        protection_id=row.protection_id,
        participant_id=row.participant_id,
        since=row.since,
        reason=keys.decrypt("protection.reason", row.reason),
        evidence_id=row.evidence_id,
        set_by=row.set_by,
        lift_asked_by=row.lift_asked_by,
        lift_reason=keys.decrypt("protection.lift_reason", asked) if asked else "",
        lift_evidence_id=row.lift_evidence_id,
        lifted_by=row.lifted_by,
        lifted_on=row.lifted_on,
    )
