"""What was asked and gets one answer whatever the truth, until it is looked at."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from chassis.crypto import Keys
from identity_service.store.tables.accounts import asked

_CONTENT = "asked.content"


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that was asked."""

    kind: str
    content: Mapping[str, str]
    ask_time: datetime


def add(session: Session, keys: Keys, kind: str, content: Mapping[str, str], at: datetime) -> None:
    """Write down what is asked."""
    kept = keys.encrypt(_CONTENT, json.dumps(dict(content)))
    session.execute(insert(asked).values(kind=kind, content=kept, ask_time=at))


def take(session: Session, keys: Keys, limit: int) -> list[Asked]:
    """Take what was asked first; nobody else gets it."""
    waiting = select(asked.c.id).order_by(asked.c.id).limit(limit).with_for_update(skip_locked=True)
    statement = delete(asked).where(asked.c.id.in_(waiting.scalar_subquery())).returning(*asked.c)
    rows = sorted(session.execute(statement).all(), key=lambda row: row.id)
    return [
        Asked(row.kind, json.loads(keys.decrypt(_CONTENT, row.content)), row.ask_time)
        for row in rows
    ]
