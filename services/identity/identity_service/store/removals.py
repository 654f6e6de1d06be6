"""Queries on second factors that an office asks to take away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from chassis.crypto import Keys
from identity_service.store.tables.passkeys import removal

ASKED, CONFIRMED, REJECTED = "asked", "confirmed", "rejected"
_REASON: Final = "removal.reason"
_c = removal.c


@dataclass(frozen=True, slots=True)
class Removal:
    """A removal that waits for another person."""

    participant_id: str
    account_id: str
    reason: str
    asked_by: str
    ask_time: datetime
    expire_time: datetime


def ask(session: Session, keys: Keys, new: Removal) -> None:
    """Write down a removal."""
    values = {name: getattr(new, name) for name in Removal.__slots__}
    values["reason"] = keys.encrypt(_REASON, new.reason)
    session.execute(insert(removal).values(state=ASKED, **values))


def waiting(session: Session, keys: Keys, participant_id: str) -> Removal | None:
    """Return the removal that nobody settled, expired or not."""
    query = select(removal).where(_c.participant_id == participant_id, _c.state == ASKED)
    row = session.execute(query).first()
    if row is None:
        return None
    return Removal(
        participant_id=row.participant_id,
        account_id=row.account_id,
        reason=keys.decrypt(_REASON, row.reason),
        asked_by=row.asked_by,
        ask_time=row.ask_time,
        expire_time=row.expire_time,
    )


def settle(session: Session, participant_id: str, state: str, by: str, at: datetime) -> None:
    """Confirm or reject the removal that waits."""
    session.execute(
        update(removal)
        .where(_c.participant_id == participant_id, _c.state == ASKED)
        .values(state=state, settled_by=by, settle_time=at)
    )
