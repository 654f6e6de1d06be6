"""What parties reported of themselves: kept encrypted, decided once."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from case_service.domain.model import Address, BankAccount
from case_service.domain.reported_changes import WAITING, Details, ReportedChange
from case_service.store.participants import employer_from, insurance_content, insurance_from
from case_service.store.tables import reported_change
from chassis.crypto import Keys


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes are asked for; empty fields do not count."""

    participant_id: str = ""
    case_id: str = ""
    kind: str = ""
    state: str = ""


def write(session: Session, keys: Keys, change: ReportedChange) -> None:
    """Write a change in its version."""
    values = {
        **{name: getattr(change, name) for name in _PLAIN},
        "old": _encrypted(keys, "old", change.old),
        "new": _encrypted(keys, "new", change.new),
        "answer": keys.encrypt("reported_change.answer", change.answer) if change.answer else None,
    }
    statement = insert(reported_change).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=[reported_change.c.change_id],
        set_={name: statement.excluded[name] for name in values if name != "change_id"},
    )
    session.execute(statement)


def read(session: Session, keys: Keys, change_id: str, *, lock: bool) -> ReportedChange | None:
    """Return a change, locked until the end of the transaction when asked."""
    query = select(reported_change).where(reported_change.c.change_id == change_id)
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    return _change(keys, row) if row else None


def waiting(session: Session, keys: Keys, participant_id: str, kind: str) -> ReportedChange | None:
    """Return the change of a kind that somebody's waits with, locked."""
    query = select(reported_change).where(
        reported_change.c.participant_id == participant_id,
        reported_change.c.kind == kind,
        reported_change.c.state == WAITING,
    )
    row = session.execute(query.with_for_update()).one_or_none()
    return _change(keys, row) if row else None


def count_waiting(session: Session, participant_id: str) -> int:
    """Return how many of somebody's changes wait for a worker."""
    query = select(func.count()).where(
        reported_change.c.participant_id == participant_id, reported_change.c.state == WAITING
    )
    return session.scalar(query) or 0


def latest(
    session: Session, keys: Keys, participant_id: str, before: str, limit: int
) -> list[ReportedChange]:
    """Return a page of somebody's changes below the id `before` (empty: all), the latest first."""
    query = (
        select(reported_change)
        .where(reported_change.c.participant_id == participant_id)
        .order_by(reported_change.c.change_id.desc())
        .limit(limit)
    )
    if before:
        query = query.where(reported_change.c.change_id < before)
    return [_change(keys, row) for row in session.execute(query)]


def search(
    session: Session, keys: Keys, wanted: Wanted, after: str, limit: int
) -> list[ReportedChange]:
    """Return a page of changes above the id `after`, oldest first."""
    query = select(reported_change).order_by(reported_change.c.change_id).limit(limit)
    for name, value in asdict(wanted).items():
        if value:
            query = query.where(reported_change.c[name] == value)
    if after:
        query = query.where(reported_change.c.change_id > after)
    return [_change(keys, row) for row in session.execute(query)]


_PLAIN = (
    "change_id",
    "version",
    "case_id",
    "participant_id",
    "kind",
    "state",
    "reported_by",
    "reported_via",
    "reported_at",
    "decided_by",
    "decided_on",
)


def _encrypted(keys: Keys, column: str, details: Details) -> bytes:
    plain = asdict(details) | {
        "employed_since": _iso(details.employed_since),
        "employment_ended_on": _iso(details.employment_ended_on),
        "insurance": insurance_content(details.insurance),
    }
    return keys.encrypt(f"reported_change.{column}", json.dumps(plain))


def _details(keys: Keys, column: str, value: bytes) -> Details:
    plain: Mapping[str, Any] = json.loads(keys.decrypt(f"reported_change.{column}", value))
    return Details(
        **{
            **plain,
            "address": Address(**plain["address"]) if plain["address"] else None,
            "employer": employer_from(plain["employer"]),
            "bank_account": BankAccount(**plain["bank_account"]) if plain["bank_account"] else None,
            "employed_since": _day(plain.get("employed_since", "")),
            "employment_ended_on": _day(plain.get("employment_ended_on", "")),
            "insurance": insurance_from(plain.get("insurance")),
        }
    )


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _change(keys: Keys, row: Row[tuple[object, ...]]) -> ReportedChange:
    answer = keys.decrypt("reported_change.answer", row.answer) if row.answer else ""
    return ReportedChange(
        **{name: getattr(row, name) for name in _PLAIN},
        old=_details(keys, "old", row.old),
        new=_details(keys, "new", row.new),
        answer=answer,
    )
